package devserver

import (
	"context"
	"io"
	"os"

	"dynamicsamples/internal/progress"
)

// ProvideCLI returns the path of the temporal program for the module that the
// current folder is in, as FindCLI does, and builds it where there is none. It
// shows on progressTo that a build is under way.
func ProvideCLI(ctx context.Context, progressTo io.Writer) (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	root, err := ModuleRoot(folder)
	if err != nil {
		return "", err
	}
	if path, found := FindCLI(root); found {
		return path, nil
	}
	defer progress.Show(progressTo, "building the Temporal dev server, once, which takes about three minutes")()
	return BuildCLI(ctx, root)
}
