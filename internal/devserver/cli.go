package devserver

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"time"
)

// CLIVersion is the version of the temporal program that [BuildCLI] builds.
// Later ones cannot be built by "go install", since their go.mod has a replace
// directive.
const CLIVersion = "v1.5.1"

const (
	cliPackage = "github.com/temporalio/cli/cmd/temporal"
	// A go program that is interrupted ends in a moment.
	buildGrace = 5 * time.Second
)

// FindCLI returns the path of the temporal program: the one on the PATH, else
// the one that [BuildCLI] has put below root. It reports false if there's
// neither.
func FindCLI(root string) (path string, found bool) {
	for _, name := range []string{"temporal", builtCLI(root)} {
		if path, err := exec.LookPath(name); err == nil {
			return path, true
		}
	}
	return "", false
}

// BuildCLI builds the temporal program, version [CLIVersion], from the source
// that the go program fetches, and returns its path, which is bin/temporal below
// root (bin/temporal.exe on Windows). It replaces the one that is there. With
// nothing cached this takes about three minutes.
//
// If ctx is done, the build is interrupted, and the error is the context's
// cause. If the build fails, the error has the last output of the go program.
// In either case nothing is left in bin.
func BuildCLI(ctx context.Context, root string) (string, error) {
	path := builtCLI(root)
	if err := buildCLI(ctx, path); err != nil {
		return "", fmt.Errorf("building temporal %s: %w", CLIVersion, err)
	}
	return path, nil
}

// Module returns the path of the module that this package is part of. A fork can
// give it another one.
func Module() string {
	return strings.TrimSuffix(reflect.TypeFor[Options]().PkgPath(), "/internal/devserver")
}

// ModuleRoot returns the folder with the go.mod of the module [Module]: dir or the
// nearest one above it. It returns an error if there's none.
func ModuleRoot(dir string) (string, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("looking for the module's root: %w", err)
	}
	for folder := start; ; folder = filepath.Dir(folder) {
		name, err := moduleIn(folder)
		switch {
		case err != nil:
			return "", fmt.Errorf("looking for the module's root: %w", err)
		case name == Module():
			return folder, nil
		case folder == filepath.Dir(folder):
			return "", fmt.Errorf("%s is not inside the module %q: no folder above it has its go.mod", start, Module())
		}
	}
}

func builtCLI(root string) string {
	name := "temporal"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(root, "bin", name)
}

// buildCLI builds in a folder next to the target, so that the target appears at
// once and complete.
func buildCLI(ctx context.Context, target string) error {
	goProgram, err := exec.LookPath("go")
	if err != nil {
		return fmt.Errorf("looking for the go program: %w", err)
	}
	bin, err := filepath.Abs(filepath.Dir(target)) // GOBIN must be absolute.
	if err != nil {
		return err
	}
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return err
	}
	scratch, err := os.MkdirTemp(bin, "build-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)

	if err := goInstall(ctx, goProgram, scratch); err != nil {
		return err
	}
	return os.Rename(filepath.Join(scratch, filepath.Base(target)), target)
}

func goInstall(ctx context.Context, goProgram, folder string) error {
	environment := []string{
		"GOBIN=" + folder,
		// A go program that is interrupted leaves its temporary files behind.
		"GOTMPDIR=" + folder,
		// A user's flags and workspace are meant for the user's own modules.
		"GOFLAGS=", "GOWORK=off",
	}
	build, err := startChild(ctx, buildGrace, environment, goProgram, "install", cliPackage+"@"+CLIVersion)
	if err != nil {
		return err
	}
	<-build.done
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if !build.succeeded() {
		return build.failure()
	}
	return nil
}

// moduleIn returns the name of the module whose go.mod is in the folder, or ""
// if it has none.
func moduleIn(folder string) (string, error) {
	content, err := os.ReadFile(filepath.Join(folder, "go.mod"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	lines := bufio.NewScanner(bytes.NewReader(content))
	for lines.Scan() {
		if words := strings.Fields(lines.Text()); len(words) > 1 && words[0] == "module" {
			return strings.Trim(words[1], `"`), nil
		}
	}
	return "", lines.Err()
}
