package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMentions(t *testing.T) {
	for old, want := range map[string]string{
		`import "old/internal/connect"`:       `import "new.org/a/internal/connect"`,
		`import . "old/blueprint"`:            `import . "new.org/a/blueprint"`,
		`import "old"`:                        `import "new.org/a"`,
		"module old\n":                        "module new.org/a\n",
		"// A fork.\nmodule old\n\ngo 1.26\n": "// A fork.\nmodule new.org/a\n\ngo 1.26\n",
		"module old/cmd/pictures\n":           "module new.org/a/cmd/pictures\n",
		"require old v0.0.0\n":                "require new.org/a v0.0.0\n",
		"require (\n\told v0.0.0\n)\n":        "require (\n\tnew.org/a v0.0.0\n)\n",
		"replace old => ../../..\n":           "replace new.org/a => ../../..\n",
		`"-replace=old=" + root`:              `"-replace=new.org/a=" + root`,
		`strings.CutPrefix(path, "old/")`:     `strings.CutPrefix(path, "new.org/a/")`,
		"(*old/blueprint.run).kept: false":    "(*new.org/a/blueprint.run).kept: false",
		"  old/blueprint.aside: false":        "  new.org/a/blueprint.aside: false",
		"the module `old`":                    "the module `new.org/a`",
		"import \"old/x\" // and \"old/y\"":   "import \"new.org/a/x\" // and \"new.org/a/y\"",
		// What only looks like it.
		"The old authors":             "The old authors",
		"```\nold\n  a.go\n```":       "```\nold\n  a.go\n```",
		`import "very/old/blueprint"`: `import "very/old/blueprint"`,
		`import "older/blueprint"`:    `import "older/blueprint"`,
		`import "not-old/blueprint"`:  `import "not-old/blueprint"`,
		"a.old/blueprint":             "a.old/blueprint",
		"\x00\"old/blueprint\"":       "\x00\"old/blueprint\"",
	} {
		assert.Equal(t, want, string(newMentions("old").replace([]byte(old), "new.org/a")))
	}
}

// repository makes a small module with the files that a rename must reach.
func repository(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for name, content := range map[string]string{
		"go.mod":            "module samples\n\ngo 1.26.0\n",
		".gitignore":        "/bin/\n",
		"bin/note.txt":      "\"samples/a\"\n",
		"a/a.go":            "package a\n\nimport (\n\t_ \"m.org/b\"\n\t_ \"samples/b\"\n)\n",
		"b/b.go":            "package b\n",
		"testdata/x/go.mod": "module example.com/x\n\nrequire samples v0.0.0\n\nreplace samples => ../..\n",
		"README.md":         "The samples: `samples/a`.\n",
	} {
		path := filepath.Join(folder, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	output, err := exec.Command("git", "init", "--quiet", folder).CombinedOutput()
	require.NoError(t, err, "%s", output)
	return folder
}

func contentOf(t *testing.T, folder, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(name)))
	require.NoError(t, err)
	return string(content)
}

func TestRename(t *testing.T) {
	folder := repository(t)
	renamed, err := rename(t.Context(), folder, "c.org/you/samples")
	require.NoError(t, err)
	assert.Equal(t, "renamed the module samples to c.org/you/samples in 4 files", renamed.String())

	assert.Equal(t, "module c.org/you/samples\n\ngo 1.26.0\n", contentOf(t, folder, "go.mod"))
	assert.Equal(t, "module example.com/x\n\nrequire c.org/you/samples v0.0.0\n\nreplace c.org/you/samples => ../..\n", contentOf(t, folder, "testdata/x/go.mod"))
	assert.Equal(t, "package a\n\nimport (\n\t_ \"c.org/you/samples/b\"\n\t_ \"m.org/b\"\n)\n", contentOf(t, folder, "a/a.go"), "the imports are in order")
	assert.Equal(t, "The samples: `c.org/you/samples/a`.\n", contentOf(t, folder, "README.md"))
	assert.Equal(t, "\"samples/a\"\n", contentOf(t, folder, "bin/note.txt"), "what git ignores stays")

	renamed, err = rename(t.Context(), folder, "d.org/x")
	require.NoError(t, err)
	assert.Equal(t, "renamed the module c.org/you/samples to d.org/x in 4 files", renamed.String())
	assert.Equal(t, "The samples: `d.org/x/a`.\n", contentOf(t, folder, "README.md"))
}

func TestRenameRefuses(t *testing.T) {
	folder := repository(t)
	for path, want := range map[string]string{
		"":                      "looks like example.org/you/dynamicsamples",
		"mine":                  "looks like example.org/you/dynamicsamples",
		"https://example.org/x": "looks like example.org/you/dynamicsamples",
		"example.org/a b":       "looks like example.org/you/dynamicsamples",
		"example.org/you/v1":    "looks like example.org/you/dynamicsamples",
	} {
		_, err := rename(t.Context(), folder, path)
		assert.ErrorContains(t, err, want)
	}
	assert.Equal(t, "module samples\n\ngo 1.26.0\n", contentOf(t, folder, "go.mod"))
	_, err := rename(t.Context(), folder, "c.org/x")
	require.NoError(t, err)
	_, err = rename(t.Context(), folder, "c.org/x")
	assert.EqualError(t, err, "the module path is c.org/x already")
}

// A Go file that cannot be read as one leaves everything as it was.
func TestRenameIsWholeOrNotAtAll(t *testing.T) {
	folder := repository(t)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "a", "broken.go"), []byte("package a\n\nimport \"samples/b\n"), 0o600))
	_, err := rename(t.Context(), folder, "c.org/x")
	require.ErrorContains(t, err, "format a/broken.go")
	assert.Equal(t, "module samples\n\ngo 1.26.0\n", contentOf(t, folder, "go.mod"))
}

func TestRenameElsewhere(t *testing.T) {
	folder := t.TempDir()
	_, err := rename(t.Context(), folder, "c.org/x")
	require.ErrorContains(t, err, "read the module's path")
	require.NoError(t, os.WriteFile(filepath.Join(folder, "go.mod"), []byte("module a\n"), 0o600))
	_, err = rename(t.Context(), folder, "c.org/x")
	require.ErrorContains(t, err, "list the files")
}
