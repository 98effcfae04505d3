package devserver

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func writeFile(t *testing.T, path, content string) string {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o755))
	return path
}

func TestFindCLIPrefersThePath(t *testing.T) {
	folder, root := t.TempDir(), t.TempDir()
	t.Setenv("PATH", folder)

	_, found := FindCLI(root)
	require.False(t, found)

	built := writeFile(t, builtCLI(root), "")
	path, found := FindCLI(root)
	require.True(t, found)
	require.Equal(t, built, path)

	installed := writeFile(t, filepath.Join(folder, filepath.Base(built)), "")
	path, found = FindCLI(root)
	require.True(t, found)
	require.Equal(t, installed, path)
}

func TestModuleRoot(t *testing.T) {
	root := t.TempDir()
	writeFile(t, filepath.Join(root, "go.mod"), "// A comment.\nmodule "+Module()+"\n\ngo 1.26\n")
	writeFile(t, filepath.Join(root, "other", "go.mod"), "module example.com/other\n")

	for _, dir := range []string{root, filepath.Join(root, "a", "b"), filepath.Join(root, "other")} {
		found, err := ModuleRoot(dir)
		require.NoError(t, err)
		require.Equal(t, root, found)
	}
}

func TestModuleRootOutside(t *testing.T) {
	dir := t.TempDir()
	_, err := ModuleRoot(dir)
	require.ErrorContains(t, err, dir)
	require.ErrorContains(t, err, `not inside the module "`+Module()+`"`)
}

func TestBuildCLI(t *testing.T) {
	setGo(t, "building go")
	notes := setOutput(t)
	t.Setenv("GOFLAGS", "-mod=vendor")
	root := t.TempDir()
	writeFile(t, builtCLI(root), "old")

	path, err := BuildCLI(t.Context(), root)
	require.NoError(t, err)
	require.Equal(t, builtCLI(root), path)

	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "new", string(content))
	requireOnly(t, path)

	arguments, err := os.ReadFile(notes)
	require.NoError(t, err)
	require.Equal(t, "[install github.com/temporalio/cli/cmd/temporal@v1.5.1] GOFLAGS= GOWORK=off", string(arguments))
}

func TestBuildCLIThatFails(t *testing.T) {
	setGo(t, "failing go")
	root := t.TempDir()

	_, err := BuildCLI(t.Context(), root)
	require.ErrorContains(t, err, "building temporal v1.5.1: exit status 1: no such module")
	requireOnly(t, filepath.Join(root, "bin"))
}

func TestBuildCLIWithoutGo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := BuildCLI(t.Context(), t.TempDir())
	require.ErrorContains(t, err, "looking for the go program")
}

func TestBuildCLICancelled(t *testing.T) {
	skipWithoutGroups(t)
	setGo(t, "endless go")
	started := setBeacon(t)
	root := t.TempDir()
	ctx, cancel := context.WithCancelCause(t.Context())
	failed := make(chan error)
	go func() {
		_, err := BuildCLI(ctx, root)
		failed <- err
	}()

	compiler := started.awaitStart(t)
	reason := errors.New("the user has had enough")
	cancel(reason)

	require.ErrorIs(t, <-failed, reason)
	requireGone(t, compiler)
	requireOnly(t, filepath.Join(root, "bin"))
}

// requireOnly fails the test unless path is all that there is in the folder of
// path, and, if it's a folder itself, it's empty.
func requireOnly(t *testing.T, path string) {
	t.Helper()
	siblings, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	require.NoError(t, err)
	require.Equal(t, []string{path}, siblings)
	inside, err := filepath.Glob(filepath.Join(path, "*"))
	require.NoError(t, err)
	require.Empty(t, inside)
}

func TestModuleRootOfThisModule(t *testing.T) {
	want, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	root, err := ModuleRoot(".")
	require.NoError(t, err)
	require.Equal(t, want, root)
}
