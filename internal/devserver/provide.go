package devserver

import (
	"context"
	"fmt"
	"io"
	"os"

	"dynamicsamples/internal/progress"
)

// ProvideCLI returns the path of the temporal program: the one that the environment
// variable [ChoiceVariable] chooses; else the one for the module that the current
// folder is in, as [FindCLI] does, built where there is none. It shows on progressTo
// that a build is under way. It returns an error where a running server is chosen.
func ProvideCLI(ctx context.Context, progressTo io.Writer) (string, error) {
	choice, err := ReadChoice()
	if err != nil {
		return "", err
	}
	if choice.Address != "" {
		return "", fmt.Errorf("%s is %s, a running server: no other one is started", ChoiceVariable, choice.Address)
	}
	if choice.CLI != "" {
		return choice.CLI, nil
	}
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
