package engine

import (
	"go/ast"
	"go/build"
	"go/doc"
	"go/parser"
	"go/token"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The package stays one that a person reads in a sitting, and says what each name is for.
func TestExportedNamesAreFewAndDocumented(t *testing.T) {
	const most = 45
	names := 0
	note := func(name, comment string) {
		if ast.IsExported(name) {
			names++
			assert.NotEmpty(t, comment, name)
		}
	}
	api := documentation(t)
	functions, values := api.Funcs, api.Consts
	for _, each := range api.Types {
		note(each.Name, each.Doc)
		functions, values = slices.Concat(functions, each.Funcs), slices.Concat(values, each.Consts)
		for _, method := range each.Methods {
			assert.NotEmpty(t, method.Doc, "%s.%s", each.Name, method.Name)
		}
	}
	for _, each := range functions {
		note(each.Name, each.Doc)
	}
	for _, each := range values {
		// A group of constants is one name, as go doc -short counts.
		note(each.Names[0], each.Doc)
	}
	assert.Empty(t, api.Vars, "there are no global variables")
	assert.LessOrEqual(t, names, most)
	assert.NotEmpty(t, api.Doc)
}

func documentation(t *testing.T) *doc.Package {
	folder, err := build.ImportDir(".", 0)
	require.NoError(t, err)
	var files []*ast.File
	set := token.NewFileSet()
	for _, name := range folder.GoFiles {
		file, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		require.NoError(t, err)
		files = append(files, file)
	}
	api, err := doc.NewFromFiles(set, files, "dynamicsamples/blueprint/engine")
	require.NoError(t, err)
	return api
}

// Who embeds the engine gets the SDK, what the language is made of, and nothing else.
func TestDependenciesAreFew(t *testing.T) {
	const own = "dynamicsamples/"
	sdk := dependencies(t, "go.temporal.io/sdk/worker", "go.temporal.io/sdk/client", "go.temporal.io/sdk/interceptor", "go.temporal.io/sdk/testsuite")
	language := dependencies(t, "cel.dev/cel-go/cel", "cel.dev/cel-go/ext", "github.com/google/jsonschema-go/jsonschema", "github.com/agnivade/levenshtein", "go.yaml.in/yaml/v4")
	for _, each := range dependencies(t, ".") {
		allowed := strings.HasPrefix(each, own+"blueprint/") && !strings.HasPrefix(each, own+"blueprint/reference")
		assert.True(t, allowed || slices.Contains(sdk, each) || slices.Contains(language, each), each)
	}
}

// dependencies are the packages outside the standard library that the packages need.
func dependencies(t *testing.T, packages ...string) []string {
	command := exec.CommandContext(t.Context(), "go", append([]string{"list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}"}, packages...)...)
	listed, err := command.Output()
	require.NoError(t, err)
	return strings.Fields(string(listed))
}
