package readme_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/internal/readme"
)

// folder returns a new folder with the files, whose keys are relative paths.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
	}
	return root
}

func TestFindReturnsSortedDocuments(t *testing.T) {
	root := folder(t, map[string]string{
		"sample/README.md":          "",
		"sample/testdata/before.md": "",
		"sample/workflow.go":        "",
		"sample-two/README.md":      "",
		".git/description.md":       "",
		"bin/notes.md":              "",
		"README.md":                 "",
	})

	paths, err := readme.Find(root)

	require.NoError(t, err)
	assert.Equal(t, []string{
		filepath.Join(root, "README.md"),
		filepath.Join(root, "sample-two", "README.md"),
		filepath.Join(root, "sample", "README.md"),
	}, paths)
}

func TestFindDoesNotSkipItsRoot(t *testing.T) {
	root := folder(t, map[string]string{"testdata/README.md": ""})

	paths, err := readme.Find(filepath.Join(root, "testdata"))

	require.NoError(t, err)
	assert.Len(t, paths, 1)
}

func TestFindNamesAMissingRoot(t *testing.T) {
	_, err := readme.Find("missing")

	assert.ErrorContains(t, err, "find READMEs below missing")
}

func TestDifference(t *testing.T) {
	tests := map[string]struct{ old, updated, want string }{
		"none": {"a\nb\n", "a\nb\n", ""},
		"a changed line after three lines of context": {
			"1\n2\n3\n4\nold\n6\n", "1\n2\n3\n4\nnew\n6\n",
			"README.md:5:\n  2\n  3\n  4\n- old\n+ new\n",
		},
		"an added line that repeats":  {"a\na\n", "a\na\na\n", "README.md:3:\n  a\n  a\n+ a\n"},
		"a removed line at the start": {"a\nb\n", "b\n", "README.md:1:\n- a\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, readme.Difference("README.md", []byte(test.old), []byte(test.updated)))
		})
	}
}
