// Package recipe tests that what a README says to copy can be copied. A recipe is a
// marked list of links in the README of a sample:
//
//	<!-- recipe: greeting -->
//	- [greeting.go](greeting.go)
//	- [../internal/payload/payload.go](../internal/payload/payload.go)
//	<!-- /recipe -->
//
// Its files, and no others, must make a package that builds in another module, and the
// driver in testdata/recipes/greeting, which belongs to the same Go package, must pass
// there. It runs the workflow of the idea once in the SDK's test environment.
package recipe

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"dynamicsamples/internal/devserver"
)

// Folder is where a sample keeps the drivers of its recipes, one folder a recipe.
const Folder = "testdata/recipes"

// module is the import path of the module into which recipes are copied, a package each.
const module = "recipes"

// Run tests each recipe of the README in the current folder, which is that of the
// calling test, as a subtest.
func Run(t *testing.T) {
	folder, err := os.Getwd()
	require.NoError(t, err)
	recipes, err := read(folder)
	require.NoError(t, err)
	require.NotEmpty(t, recipes, "the README has no recipe")
	root, err := devserver.ModuleRoot(folder)
	require.NoError(t, err)
	target := t.TempDir()
	require.NoError(t, writeModule(root, target))
	for _, each := range recipes {
		t.Run(each.name, func(t *testing.T) {
			require.NoError(t, each.copy(root, folder, target))
			command := exec.CommandContext(t.Context(), "go", "test", "-mod=mod", "-count=1", "./"+each.name+"/...")
			command.Dir = target
			command.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
			out, err := command.CombinedOutput()
			require.NoError(t, err, string(out))
		})
	}
}

// recipe is one idea and the files that make it, named from the sample's folder.
type recipe struct {
	name  string
	files []string
}

var (
	opening = regexp.MustCompile(`^\s*<!-- recipe: ([a-z0-9-]+) -->\s*$`)
	closing = regexp.MustCompile(`^\s*<!-- /recipe -->\s*$`)
	item    = regexp.MustCompile(`^\s*- \[[^\]]*\]\(([^)#]+)\)`)
)

// read finds the recipes of the README in the folder and their drivers. Each of either
// must have its other.
func read(folder string) ([]recipe, error) {
	document, err := os.ReadFile(filepath.Join(folder, "README.md"))
	if err != nil {
		return nil, err
	}
	recipes, err := parse(string(document))
	if err != nil {
		return nil, fmt.Errorf("read the recipes of %s: %w", filepath.Join(folder, "README.md"), err)
	}
	drivers, err := os.ReadDir(filepath.Join(folder, filepath.FromSlash(Folder)))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var named, driven []string
	for _, each := range recipes {
		named = append(named, each.name)
	}
	for _, each := range drivers {
		driven = append(driven, each.Name())
	}
	slices.Sort(named)
	if !slices.Equal(named, driven) {
		return nil, fmt.Errorf("the README has the recipes %q, expected one for each folder of %s, which are %q", named, Folder, driven)
	}
	return recipes, nil
}

func parse(document string) ([]recipe, error) {
	var recipes []recipe
	inside := false
	for number, line := range strings.Split(document, "\n") {
		line = strings.TrimSuffix(line, "\r")
		begin, link := opening.FindStringSubmatch(line), item.FindStringSubmatch(line)
		switch {
		case begin != nil && inside:
			return nil, fmt.Errorf("line %d: recipe %s begins before the one above has ended", number+1, begin[1])
		case begin != nil:
			recipes = append(recipes, recipe{name: begin[1]})
			inside = true
		case closing.MatchString(line):
			inside = false
		case inside && link != nil:
			last := &recipes[len(recipes)-1]
			last.files = append(last.files, link[1])
		}
	}
	if inside {
		return nil, fmt.Errorf("recipe %s has no end: expected <!-- /recipe -->", recipes[len(recipes)-1].name)
	}
	return recipes, nil
}

// copy makes the recipe a package of the module in target, with its own copies of what
// it takes from other folders, and puts the driver beside it.
func (r recipe) copy(root, folder, target string) error {
	if len(r.files) == 0 {
		return fmt.Errorf("recipe %s lists no files", r.name)
	}
	sample, err := filepath.Rel(root, folder)
	if err != nil {
		return err
	}
	rename := renaming(filepath.ToSlash(sample), module+"/"+r.name)
	for _, file := range r.files {
		if err := copyFile(filepath.Join(folder, filepath.FromSlash(file)), filepath.Join(target, r.name, placeOf(sample, file)), rename); err != nil {
			return fmt.Errorf("copy %s for recipe %s: %w", file, r.name, err)
		}
	}
	drivers := filepath.Join(folder, filepath.FromSlash(Folder), r.name)
	entries, err := os.ReadDir(drivers)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if err := copyFile(filepath.Join(drivers, entry.Name()), filepath.Join(target, r.name, entry.Name()), rename); err != nil {
			return fmt.Errorf("copy the driver of recipe %s: %w", r.name, err)
		}
	}
	return nil
}

// placeOf is where the file, named from the sample's folder, stands in the recipe's
// package: a file of the sample at the same place, and another one at its place in the
// module.
func placeOf(sample, file string) string {
	if within, outside := strings.CutPrefix(path.Join(filepath.ToSlash(sample), file), filepath.ToSlash(sample)+"/"); outside {
		return filepath.FromSlash(within)
	}
	return filepath.FromSlash(path.Join(filepath.ToSlash(sample), file))
}

// renaming gives the imports of this module's packages the names that they have in the
// recipe's package.
func renaming(sample, recipePath string) *strings.Replacer {
	here := devserver.Module() + "/"
	return strings.NewReplacer(
		`"`+here+sample+`"`, `"`+recipePath+`"`,
		`"`+here+sample+`/`, `"`+recipePath+`/`,
		`"`+here, `"`+recipePath+`/`,
	)
}

func copyFile(from, to string, rename *strings.Replacer) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if filepath.Ext(from) == ".go" {
		content = []byte(rename.Replace(string(content)))
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o644)
}

var moduleLine = regexp.MustCompile(`(?m)^module .*$`)

// writeModule writes a module that needs what this one needs, at the same versions.
func writeModule(root, target string) error {
	definition, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return err
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return err
	}
	definition = moduleLine.ReplaceAll(definition, []byte("module "+module))
	return errors.Join(
		os.WriteFile(filepath.Join(target, "go.mod"), definition, 0o644),
		os.WriteFile(filepath.Join(target, "go.sum"), sums, 0o644),
	)
}
