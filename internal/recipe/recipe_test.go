package recipe

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRecipesOfASample(t *testing.T) {
	t.Chdir("testdata/sample")
	Run(t)
}

func TestParse(t *testing.T) {
	document, err := os.ReadFile("testdata/sample/README.md")
	require.NoError(t, err)
	recipes, err := parse(string(document))
	require.NoError(t, err)
	assert.Equal(t, []recipe{
		{"greeting", []string{"greeting.go", "../../../payload/payload.go"}},
		{"letters", []string{"letters.go", "letters.txt"}},
	}, recipes)

	_, err = parse("<!-- recipe: a -->\n- [a](a.go)\n")
	assert.EqualError(t, err, "recipe a has no end: expected <!-- /recipe -->")
	_, err = parse("<!-- recipe: a -->\n<!-- recipe: b -->\n")
	assert.EqualError(t, err, "line 2: recipe b begins before the one above has ended")
}

func TestEveryRecipeHasADriver(t *testing.T) {
	folder := t.TempDir()
	write := func(file, content string) {
		file = filepath.Join(folder, file)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(content), 0o644))
	}
	write("README.md", "<!-- recipe: a -->\n- [a.go](a.go)\n<!-- /recipe -->\n")
	_, err := read(folder)
	assert.ErrorContains(t, err, `the README has the recipes ["a"]`)
	write("testdata/recipes/a/driver_test.go", "package a\n")
	recipes, err := read(folder)
	require.NoError(t, err)
	assert.Len(t, recipes, 1)
	write("testdata/recipes/b/driver_test.go", "package b\n")
	_, err = read(folder)
	assert.ErrorContains(t, err, `which are ["a" "b"]`)
}

func TestMissingFileIsAnError(t *testing.T) {
	folder := t.TempDir()
	err := recipe{"a", []string{"a.go"}}.copy(folder, folder, t.TempDir())
	assert.ErrorContains(t, err, "copy a.go for recipe a")
	err = recipe{name: "a"}.copy(folder, folder, t.TempDir())
	assert.EqualError(t, err, "recipe a lists no files")
}

func TestPlaces(t *testing.T) {
	assert.Equal(t, "greeting.go", placeOf("sample", "greeting.go"))
	assert.Equal(t, filepath.Join("part", "greeting.go"), placeOf("sample", "part/greeting.go"))
	assert.Equal(t, filepath.Join("internal", "payload", "payload.go"), placeOf("sample", "../internal/payload/payload.go"))
	rename := renaming("sample", "recipes/a")
	assert.Equal(t, `import ("recipes/a"; "recipes/a/part"; "recipes/a/internal/payload"; "samples")`,
		rename.Replace(`import ("dynamicsamples/sample"; "dynamicsamples/sample/part"; "dynamicsamples/internal/payload"; "samples")`))
}
