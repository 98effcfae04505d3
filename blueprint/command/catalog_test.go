package command

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
)

// savedCatalog is a file with the examples' catalog.
func savedCatalog(t *testing.T, options Options) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "catalog.json")
	code, out, problems := executeFor(t, t.Context(), options, "", "catalog", "--output", file)
	require.Equal(t, exitOK, code, problems)
	require.Empty(t, out+problems)
	return file
}

// A catalog file tells the checker what the functions themselves tell it.
func TestACatalogFileChecksAlike(t *testing.T) {
	file := savedCatalog(t, exampleOptions())
	documents := append(documentsIn(t, "definitions"), documentsIn(t, filepath.Join("testdata", "bad"))...)
	documents = append(documents, documentsIn(t, filepath.Join("testdata", "good"))...)
	library := filepath.Join("..", "testdata", "library")
	code, out, problems := execute(t, t.Context(), "", append([]string{"check", "--definitions", library}, documents...)...)
	byFile, same, problemsByFile := execute(t, t.Context(), "", append([]string{"check", "--definitions", library, "--catalog", file}, documents...)...)
	assert.Equal(t, exitProblem, code)
	assert.Equal(t, code, byFile)
	assert.Equal(t, out, same)
	assert.Equal(t, problems, problemsByFile)
}

// What a file says is what it was made of, also the second time.
func TestACatalogFileIsSavedAgainAsItIs(t *testing.T) {
	file := savedCatalog(t, exampleOptions())
	again := filepath.Join(t.TempDir(), "again.json")
	code, _, problems := execute(t, t.Context(), "", "catalog", "--catalog", file, "-o", again)
	require.Equal(t, exitOK, code, problems)
	first, err := os.ReadFile(file)
	require.NoError(t, err)
	second, err := os.ReadFile(again)
	require.NoError(t, err)
	assert.JSONEq(t, string(first), string(second))
	_, printed, _ := execute(t, t.Context(), "", "catalog", "--json", "--catalog", file)
	assert.Equal(t, string(second), printed)
	_, text, _ := execute(t, t.Context(), "", "catalog", "--catalog", file)
	_, own, _ := execute(t, t.Context(), "", "catalog")
	assert.Equal(t, own, text)
}

// described writes a catalog file with one activity.
func described(t *testing.T, name, function string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(file, []byte(`{"catalog": 1, "interpreter": 2, "activities": {`+function+`}}`), 0o600))
	return file
}

const greets = `"greet": {"input": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}, "output": {"type": "string"}}`

// A catalog file is enough to run a document and its cases, as long as each call has an
// outcome; the others are reported before anything runs.
func TestACatalogFileIsEnoughToRehearse(t *testing.T) {
	file := described(t, "greeter.json", greets)
	folder := t.TempDir()
	document := filepath.Join(folder, "hello.yaml")
	require.NoError(t, os.WriteFile(document, []byte(`blueprint: hello
version: 1.0.0
steps:
  - {id: first, activity: greet, with: {name: Ana}}
  - id: each
    map: [{id: second, activity: greet, with: {name: "${item}"}}]
    over: [Bo]
`), 0o600))
	outcomes := filepath.Join(folder, "outcomes.yaml")
	require.NoError(t, os.WriteFile(outcomes, []byte("steps: {'each[*]/second': {result: Hi}}\n"), 0o600))

	code, out, problems := execute(t, t.Context(), "", "run", "--local", "--catalog", file, "--outcomes", outcomes, document)
	assert.Equal(t, exitProblem, code)
	assert.Empty(t, out)
	assert.Contains(t, problems, `hello.yaml:4:5: activity "greet": no function here: give it an outcome (no-function)`)
	assert.Contains(t, problems, "1 problem in 1 file\n")
	assert.NotContains(t, problems, "virtual time", "nothing has run")

	require.NoError(t, os.WriteFile(outcomes, []byte("activities: {greet: {result: Hi}}\n"), 0o600))
	code, out, problems = execute(t, t.Context(), "", "run", "--local", "--catalog", file, "--outcomes", outcomes, document)
	assert.Equal(t, exitOK, code, problems)
	assert.JSONEq(t, `["Hi"]`, out)

	cases := filepath.Join(folder, "hello.cases.yaml")
	require.NoError(t, os.WriteFile(cases, []byte(`cases:
  - {name: greets, outcomes: {activities: {greet: {result: Hi}}}, output: [Hi]}
  - {name: forgets, output: [Hi]}
`), 0o600))
	code, out, problems = execute(t, t.Context(), "", "test", "-v", "--catalog", file, document)
	assert.Equal(t, exitProblem, code, problems)
	assert.Contains(t, out, "--- PASS: greets")
	assert.Contains(t, out, "--- FAIL: forgets")
	assert.Contains(t, out, `/steps/1/map/0: activity "greet": no function here: give it an outcome`)
}

// A call that an outcome seemed to be for, and a plan's, fail when they are made.
func TestACallWithoutAFunctionFails(t *testing.T) {
	file := described(t, "greeter.json", greets+`, "plan": {"noInput": true}`)
	outcomes := filepath.Join(t.TempDir(), "outcomes.yaml")
	require.NoError(t, os.WriteFile(outcomes, []byte(`activities: {plan: {result: [{id: a, activity: greet, with: {name: Ana}}]}}`), 0o600))
	document := "blueprint: hello\nversion: 1.0.0\nsteps: [{id: later, plan: plan}]\n"
	code, _, problems := execute(t, t.Context(), document, "run", "--local", "--catalog", file, "--outcomes", outcomes, "-")
	assert.Equal(t, exitProblem, code)
	assert.Contains(t, problems, `failed with NotInCatalog at step later/plan:`)
	assert.Contains(t, problems, `there is no function "greet" here: give it an outcome`)
}

// A blueprint that only the catalog has can be started, and needs an outcome.
func TestADescribedBlueprintNeedsAnOutcome(t *testing.T) {
	file := savedCatalog(t, exampleOptions())
	const document = "blueprint: hello\nversion: 1.0.0\nsteps: [{id: sell, workflow: order@1.0.0, with: " + smallOrder + "}]\n"
	code, out, problems := execute(t, t.Context(), document, "check", "--catalog", file, "-")
	assert.Equal(t, exitOK, code, out+problems)
	code, out, _ = execute(t, t.Context(), strings.Replace(document, `"id": "o-1", `, "", 1), "check", "--catalog", file, "-")
	assert.Equal(t, exitProblem, code)
	assert.Contains(t, out, "missing-field")
	code, _, problems = execute(t, t.Context(), document, "run", "--local", "--catalog", file, "-")
	assert.Equal(t, exitProblem, code)
	assert.Contains(t, problems, `blueprint "order@1.0.0": no function here: give it an outcome`)
	code, _, problems = execute(t, t.Context(), document, "run", "--local", "--catalog", file, "--definitions", filepath.Join("..", "definitions"), "-")
	assert.Equal(t, exitProblem, code)
	assert.Contains(t, problems, `activity "reserve_stock": no function here: give it an outcome`, "its own calls are looked at")
	outcomes := filepath.Join(t.TempDir(), "outcomes.yaml")
	require.NoError(t, os.WriteFile(outcomes, []byte(`workflows: {order@1.0.0: {result: sold}}`), 0o600))
	code, out, problems = execute(t, t.Context(), document, "run", "--local", "--catalog", file, "--outcomes", outcomes, "-")
	assert.Equal(t, exitOK, code, problems)
	assert.Equal(t, "\"sold\"\n", out)
}

// What is no catalog is refused, with what to do.
func TestBadCatalogFiles(t *testing.T) {
	write := func(text string) string {
		file := filepath.Join(t.TempDir(), "x.json")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	for text, want := range map[string]string{
		"":                          "is no catalog: save one with the command catalog --output",
		"[1]":                       "is no catalog: save one with the command catalog --output",
		`{"blueprint": "x"}`:        "is no catalog: save one with the command catalog --output",
		`{"catalog": 7}`:            "has version 7 of the form, and this command reads version 1: save it again with the command catalog of this version",
		`{"catalog": 1, "more": 1}`: `reading the catalog`,
		`{"catalog": 1, "blueprints": {"x": {"hash": ""}}}`: "reading the catalog",
	} {
		code, out, problems := execute(t, t.Context(), "", "check", "--catalog", write(text), "testdata/order.yaml")
		assert.Equal(t, exitProblem, code, text)
		assert.Empty(t, out)
		assert.Contains(t, problems, want)
	}
	code, _, problems := execute(t, t.Context(), "", "check", "--catalog", "missing.json", "testdata/order.yaml")
	assert.Equal(t, exitProblem, code)
	assert.Contains(t, problems, "error: reading the catalog: open missing.json")
}

// Catalogs of several Workers are put together; one name means one thing.
func TestCatalogsOfSeveralWorkers(t *testing.T) {
	greeter := described(t, "greeter.json", greets)
	same := described(t, "same.json", greets+`, "leave": {"noInput": true}`)
	const document = "blueprint: hello\nversion: 1.0.0\nsteps: [{id: a, activity: greet, with: {name: Ana}}, {id: b, activity: leave}]\n"
	code, out, problems := execute(t, t.Context(), document, "check", "--catalog", greeter, "--catalog", same, "-")
	assert.Equal(t, exitOK, code, out+problems)
	other := described(t, "other.json", `"greet": {"noInput": true}`)
	code, out, problems = execute(t, t.Context(), document, "check", "--catalog", greeter, "--catalog", other, "-")
	assert.Equal(t, exitProblem, code)
	assert.Empty(t, out)
	assert.Contains(t, problems, `error: the activity "greet" of `+other+" is another one than that of the catalogs before")
}

// The file is documented by its names.
func TestTheFormOfACatalog(t *testing.T) {
	encoded, err := json.Marshal(engine.Description{
		Catalog: 1, Interpreter: 2,
		Activities:   map[string]engine.DescribedFunction{"greet": {Description: "Greets.", NoInput: true, Local: true, Remote: true, TaskQueue: "q"}},
		Blueprints:   map[string]engine.DescribedBlueprint{"x@1.0.0": {Hash: "h", Summary: "s"}},
		EventsPerRun: 3, PayloadBytes: 4, Next: "n",
	})
	require.NoError(t, err)
	assert.JSONEq(t, `{"catalog": 1, "interpreter": 2, "activities": {"greet": {"description": "Greets.", "noInput": true, "local": true, "remote": true, "taskQueue": "q"}},
		"blueprints": {"x@1.0.0": {"hash": "h", "summary": "s"}}, "eventsPerRun": 3, "payloadBytes": 4, "next": "n"}`, string(encoded))
}
