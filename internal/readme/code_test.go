package readme_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/internal/readme"
)

func TestUpdateCodeCopiesTheSource(t *testing.T) {
	want, err := os.ReadFile("testdata/code/after.md")
	require.NoError(t, err)

	_, updated, err := readme.UpdateCode("testdata/code/before.md")

	require.NoError(t, err)
	assert.Equal(t, string(want), string(updated))
}

func TestUpdateCodeIsIdempotent(t *testing.T) {
	old, updated, err := readme.UpdateCode("testdata/code/after.md")

	require.NoError(t, err)
	assert.Equal(t, string(old), string(updated))
}

func TestUpdateCodeKeepsLineEndings(t *testing.T) {
	root := folder(t, map[string]string{
		"README.md": "Mixed\nendings\r\n<!-- code: run.sh -->\r\n```\r\nstale\r\n```\r\nend",
		"run.sh":    "echo one\r\necho two\n",
	})

	_, updated, err := readme.UpdateCode(filepath.Join(root, "README.md"))

	require.NoError(t, err)
	assert.Equal(t, "Mixed\nendings\r\n<!-- code: run.sh -->\r\n```sh\r\necho one\r\necho two\r\n```\r\nend", string(updated))
}

func TestUpdateCodeNamesTheLanguage(t *testing.T) {
	languages := map[string]string{
		"whole.go": "go", "a.json": "json", "a.yaml": "yaml", "a.yml": "yaml", "a.sh": "sh", "go.mod": "text", "Makefile": "text",
	}
	for file, language := range languages {
		t.Run(file, func(t *testing.T) {
			root := folder(t, map[string]string{"README.md": "<!-- code: " + file + " -->", file: "content\n"})

			_, updated, err := readme.UpdateCode(filepath.Join(root, "README.md"))

			require.NoError(t, err)
			assert.Equal(t, "<!-- code: "+file+" -->\n```"+language+"\ncontent\n```\n", string(updated))
		})
	}
}

func TestUpdateCodeErrorsNameFileAndLine(t *testing.T) {
	tests := map[string]struct {
		document string
		want     []string
	}{
		"unknown declaration": {
			"text\n<!-- code: workflow.go Handler.Exceute -->\n",
			[]string{"README.md:2: ", "does not declare Handler.Exceute, only Handler, First, Second, Handler.Execute"},
		},
		"source that does not parse": {
			"text\n<!-- code: broken.go Handler -->\n",
			[]string{"README.md:2: ", "broken.go:3:"},
		},
		"missing source":            {"<!-- code: missing.go -->\n", []string{"README.md:1: ", "missing.go"}},
		"declaration of other file": {"<!-- code: a.json steps -->\n", []string{"README.md:1: ", "a.json is not a Go file"}},
		"marker without file":       {"<!-- code: -->\n", []string{"README.md:1: ", "names no file"}},
		"marker with text":          {"<!-- code: a.json --> text\n", []string{"README.md:1: ", "alone on one line"}},
		"unclosed marker":           {"<!-- code: a.json\n-->\n", []string{"README.md:1: ", "alone on one line"}},
		"unclosed fence":            {"text\n```go\ncode\n", []string{"README.md:2: ", "not closed"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			root := folder(t, map[string]string{
				"README.md":   test.document,
				"workflow.go": "package p\n\ntype Handler struct{}\n\nvar First, Second int\n\nfunc (Handler) Execute() {}\n",
				"broken.go":   "package p\n\nfunc Handler( {\n",
				"a.json":      "{}\n",
			})
			path := filepath.Join(root, "README.md")

			_, _, err := readme.UpdateCode(path)

			require.Error(t, err)
			assert.True(t, strings.HasPrefix(err.Error(), root), err)
			for _, want := range test.want {
				assert.ErrorContains(t, err, want)
			}
		})
	}
}

func TestUpdateCodeNamesAMissingDocument(t *testing.T) {
	_, _, err := readme.UpdateCode("missing.md")

	assert.ErrorContains(t, err, "missing.md")
}
