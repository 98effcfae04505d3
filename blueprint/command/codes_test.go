package command

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint"
	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
)

// longExamples are those that the page does without.
func longExamples() map[string]string {
	branches := "b: &b [{id: a, sleep: 1s}], "
	for number := range 1001 {
		branches += fmt.Sprintf("b%d: *b, ", number)
	}
	return map[string]string{
		"not-text":             "steps: [{id: a, set: {x: \"\x07\"}}]\n",
		"too-large":            "vars: {x: " + strings.Repeat("[", 200) + strings.Repeat("]", 200) + "}\nsteps: [{id: a, sleep: 1s}]\n",
		"too-many-problems":    "steps: [" + strings.Repeat("{id: a}, ", 2000) + "]\n",
		"too-wide":             "steps: [{id: a, parallel: {" + branches + "}}]\n",
		"too-many-expressions": "vars: {x: [" + strings.Repeat("\"${1}\", ", 5001) + "]}\nsteps: [{id: a, sleep: 1s}]\n",
	}
}

// Each code has a section; its wrong example has exactly that problem, its right one none.
func TestCodes(t *testing.T) {
	catalog := blueprint.ExampleCatalog()
	catalog.Activity("ping", func(context.Context) error { return nil }, engine.ActivityOptions{})
	paint := "blueprint: paint\nversion: 1.0.0\ninput: {properties: {color: {enum: [black, red]}}}\nsteps: [{id: a, sleep: 1s}]\n"
	cover := "blueprint: cover\nversion: 1.0.0\nsteps: [{id: a, sleep: 1s}]\n"
	interpreter, err := engine.New(catalog, engine.Options{Definitions: fstest.MapFS{
		"paint.yaml": {Data: []byte(paint)}, "cover.yaml": {Data: []byte(cover)},
	}})
	require.NoError(t, err)
	found := func(text string) (problems, warnings []string) {
		if !strings.HasPrefix(text, "blueprint:") && !strings.HasPrefix(text, "---") {
			text = "blueprint: example\nversion: 1.0.0\n" + text
		}
		_, read := language.Read("", []byte(text), interpreter.Catalog(), language.DefaultBudget(), 0)
		return codesOf(read), codesOf(language.Warnings("", []byte(text), interpreter.Catalog(), language.DefaultBudget(), 0))
	}
	var names []string
	for _, each := range allCodes() {
		names = append(names, each.name)
		assert.NotEmpty(t, each.text, each.name)
		wrong := each.wrong
		if wrong == "" {
			wrong = longExamples()[each.name]
		}
		require.NotEmpty(t, wrong, "%s needs an example", each.name)
		problems, warnings := found(wrong)
		if each.name == "too-many-problems" {
			assert.Contains(t, problems, each.name)
			continue
		}
		assert.Equal(t, strings.HasPrefix(each.text, "A warning."), len(problems) == 0, each.name)
		assert.Equal(t, []string{each.name}, slices.Concat(problems, warnings), "%s: %s", each.name, each.wrong)
		if each.right != "" {
			problems, warnings = found(each.right)
			assert.Empty(t, problems, "%s: %s", each.name, each.right)
			assert.NotContains(t, warnings, each.name, "%s: %s", each.name, each.right)
		}
	}
	assert.True(t, slices.IsSorted(names))
	assert.Equal(t, codesInUse(t), names, "each code of blueprint/language has a section in CODES.md")
}

func codesOf(problems language.Diagnostics) []string {
	var codes []string
	for _, each := range problems {
		codes = append(codes, each.Code)
	}
	return slices.Compact(codes)
}

var codeForm = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)

// codesInUse are the codes that the checker gives: in its sources, as an argument behind the
// place, and in the documents of its tests.
func codesInUse(t *testing.T) []string {
	files, err := filepath.Glob(filepath.Join("..", "language", "*.go"))
	require.NoError(t, err)
	var codes []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(at ast.Node) bool {
			if call, is := at.(*ast.CallExpr); is {
				codes = append(codes, codeOf(call)...)
			}
			return true
		})
	}
	expected, err := filepath.Glob(filepath.Join("..", "testdata", "bad", "*.txt"))
	require.NoError(t, err)
	warned, err := filepath.Glob(filepath.Join("..", "testdata", "warned", "*.txt"))
	require.NoError(t, err)
	expected = append(expected, warned...)
	for _, name := range expected {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for line := range strings.Lines(string(text)) {
			line = strings.TrimSpace(line)
			codes = append(codes, strings.TrimSuffix(line[strings.LastIndex(line, "(")+1:], ")"))
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// codeOf is the code in a call that reports a problem.
func codeOf(call *ast.CallExpr) []string {
	method, is := call.Fun.(*ast.SelectorExpr)
	if !is || len(call.Args) < 3 || !slices.Contains([]string{"add", "report", "atKey", "suggesting"}, method.Sel.Name) {
		return nil
	}
	literal, is := call.Args[1].(*ast.BasicLit)
	if !is {
		return nil
	}
	code, err := strconv.Unquote(literal.Value)
	if err != nil || !codeForm.MatchString(code) {
		return nil
	}
	return []string{code}
}
