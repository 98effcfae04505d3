//go:build e2e

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A copy of this repository with another path builds, and nothing of the old path is left.
func TestRenameThisRepository(t *testing.T) {
	root := filepath.Join("..", "..")
	from, err := modulePath(root)
	require.NoError(t, err)
	folder := copyRepository(t, root)
	for _, to := range []string{"example.org/first", "example.org/you/second"} {
		_, err := rename(t.Context(), folder, to)
		require.NoError(t, err)
	}

	files, err := listFiles(t.Context(), folder)
	require.NoError(t, err)
	old := regexp.MustCompile(`(^|[^\w./-])(` + regexp.QuoteMeta(from) + `|example\.org/first)(/|["` + "`" + `=]|\s+v\d|\s+=>)`)
	for _, file := range files {
		assert.NotRegexp(t, old, contentOf(t, folder, file), file)
	}
	for _, command := range [][]string{
		{"go", "build", "./..."},
		{"go", "vet", "-tags", "e2e", "./..."},
		{"go", "test", "./internal/devserver", "./cmd/rename"},
		{"gofmt", "-l", "."},
	} {
		printed, err := output(t.Context(), folder, command[0], command[1:]...)
		require.NoError(t, err)
		if command[0] == "gofmt" {
			assert.Empty(t, printed, "all files are formatted")
		}
	}
}

// copyRepository copies what git knows, or would add, into a repository of its own.
func copyRepository(t *testing.T, root string) string {
	t.Helper()
	files, err := listFiles(t.Context(), root)
	require.NoError(t, err)
	require.NotEmpty(t, files)
	folder := t.TempDir()
	for _, name := range files {
		content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if os.IsNotExist(err) {
			continue
		}
		require.NoError(t, err)
		path := filepath.Join(folder, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, content, 0o600))
	}
	_, err = output(t.Context(), folder, "git", "init", "--quiet")
	require.NoError(t, err)
	return folder
}
