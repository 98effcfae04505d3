package command

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint"
	"dynamicsamples/blueprint/definitions"
	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
)

// exampleOptions are the examples', as in cmd/blueprint.
func exampleOptions() Options {
	return Options{
		Catalog: blueprint.ExampleCatalog(), Interpreter: engine.Options{Definitions: definitions.Files()}, Owner: "the examples", TaskQueue: blueprint.TaskQueue,
		Program: "go run ./cmd/blueprint", Worker: "go run ./blueprint/worker",
	}
}

var update = flag.Bool("update", false, "rewrite the golden files")

// execute runs a command line and returns its exit code and what it prints.
func execute(t *testing.T, ctx context.Context, input string, arguments ...string) (code int, out, problems string) {
	t.Helper()
	return executeFor(t, ctx, exampleOptions(), input, arguments...)
}

// executeAlone does so without the definitions of the examples: to read and check them takes most of
// a command's time.
func executeAlone(t *testing.T, ctx context.Context, input string, arguments ...string) (code int, out, problems string) {
	t.Helper()
	return executeFor(t, ctx, functionsOptions(), input, arguments...)
}

// functionsOptions are the examples' without their definitions.
func functionsOptions() Options {
	options := exampleOptions()
	options.Interpreter.Definitions = nil
	return options
}

func executeFor(t *testing.T, ctx context.Context, options Options, input string, arguments ...string) (code int, out, problems string) {
	t.Helper()
	root := New(options)
	var output, errors bytes.Buffer
	root.SetIn(strings.NewReader(input))
	root.SetOut(&output)
	root.SetErr(&errors)
	root.SetArgs(arguments)
	code = exitCode(ctx, root.ExecuteContext(ctx), &errors)
	return code, output.String(), errors.String()
}

// The cases of the examples are what their authors say that they do.
func TestCasesOfTheExamples(t *testing.T) {
	files, err := filepath.Glob("../definitions/*" + casesEnding)
	require.NoError(t, err)
	require.NotEmpty(t, files)
	arguments := []string{"test", "-v"}
	for _, file := range files {
		arguments = append(arguments, strings.TrimSuffix(file, casesEnding)+".yaml")
	}
	code, out, problems := execute(t, t.Context(), "", arguments...)
	assert.Equal(t, 0, code, "%s%s", out, problems)
}

// assertGolden compares with a file, or writes it with -update.
func assertGolden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("golden", name+".txt")
	if *update {
		require.NoError(t, os.MkdirAll("golden", 0o755))
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

const smallOrder = `{"id": "o-1", "sku": "chair", "amount": 5000, "card": "visa", "address": "Rome"}`
const largeOrder = `{"id": "o-1", "sku": "chair", "amount": 20000, "card": "visa", "address": "Rome"}`

func TestCommands(t *testing.T) {
	t.Chdir("testdata")
	const document = "blueprint: x\nversion: 1.0.0\nsteps: [{id: a, sleep: 1s}]\n"
	tests := []struct {
		name  string
		args  string
		input string
	}{
		{"check", "check problems.yaml order.yaml", ""},
		{"check-json", "check --json problems.yaml", ""},
		{"check-good", "check order.yaml kinds.yaml", ""},
		{"check-good-json", "check --json order.yaml", ""},
		{"check-without-definitions", "check parent.yaml", ""},
		{"check-definitions", "check --definitions definitions parent.yaml", ""},
		{"check-files-start-each-other", "check parent.yaml definitions/greet.yaml", ""},
		{"check-stdin", "check -", "blueprint: x\n"},
		{"check-no-folder", "check --definitions order.yaml parent.yaml", ""},
		{"check-nothing", "check", ""},
		{"fmt", "fmt untidy.yaml", ""},
		{"fmt-diff", "fmt -d untidy.yaml tidy.json", ""},
		{"fmt-json", "fmt tidy.json", ""},
		{"fmt-stdin", "fmt -", document},
		{"fmt-problems", "fmt -", "blueprint: x\nversion: 1\n"},
		{"fmt-stdin-written", "fmt -w -", document},
		{"fmt-both", "fmt -w -d untidy.yaml", ""},
		{"graph", "graph kinds.yaml", ""},
		{"graph-svg", "graph --svg kinds.yaml", ""},
		{"graph-problems", "graph -", "steps: 3"},
		{"check-plan", "check --plan plan.json", ""},
		{"check-sarif", "check --format sarif problems.yaml", ""},
		{"check-warnings", "check warned.yaml", ""},
		{"check-warnings-json", "check --json warned.yaml", ""},
		{"check-warnings-sarif", "check --format sarif warned.yaml", ""},
		{"check-strict", "check --strict order.yaml warned.yaml problems.yaml", ""},
		{"check-warnings-plan", "check --strict --plan -", `[{"id": "a", "set": {"x": "{{ vars.y }}"}}]`},
		{"check-fix-stdin", "check --fix -", document},
		{"check-diff-alone", "check -d problems.yaml", ""},
		{"check-explain", "check --explain missing-max", ""},
		{"check-explain-unknown", "check --explain misssing-max", ""},
		{"check-explain-files", "check --explain missing-max order.yaml", ""},
		{"check-format", "check --format xml order.yaml", ""},
		{"check-catalog", "check --catalog greeter.json hello.yaml", ""},
		{"catalog", "catalog --catalog greeter.json", ""},
		{"graph-plan", "graph --plan plan.json", ""},
		{"schema-plan", "schema --plan --catalog greeter.json", ""},
		{"local", "run --local order.yaml --input " + largeOrder, ""},
		{"local-json", "run --local --json order.yaml --input " + smallOrder, ""},
		{"local-outcomes", "run --local order.yaml --outcomes outcomes.yaml --input " + largeOrder, ""},
		{"local-definitions", "run --local --definitions definitions parent.yaml", ""},
		{"local-problems", "run --local problems.yaml", ""},
		{"local-failure", "run --local order.yaml", ""},
		{"local-failure-json", "run --local --json order.yaml", ""},
		{"local-stuck", "run --local stuck.yaml", ""},
		{"local-for-ever", "run --local late.yaml --outcomes late-outcomes.yaml", ""},
		{"test-for-ever", "test late.yaml", ""},
		{"local-bad-outcomes", "run --local order.yaml --outcomes bad-outcomes.yaml", ""},
		{"run-bad-input", "run order.yaml --input {", ""},
		{"run-outcomes-on-server", "run order.yaml --outcomes outcomes.yaml", ""},
		{"run-local-id", "run --local order.yaml --id x", ""},
		{"test", "test order.yaml", ""},
		{"test-verbose", "test -v order.yaml parent.yaml", ""},
		{"test-fails", "test wrong.yaml", ""},
		{"test-json", "test --json wrong.yaml", ""},
		{"unknown-command", "chek", ""},
		{"unknown-flag", "check --jsn x.yaml", ""},
		{"no-command", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			run := executeAlone
			if strings.Contains(test.args, "problems.yaml") || strings.Contains(test.args, "parent.yaml") {
				run = execute // they start examples
			}
			code, out, problems := run(t, t.Context(), test.input, split(test.args)...)
			assertGolden(t, test.name, fmt.Sprintf("$ blueprint %s\nexit %d\n--- output\n%s--- problems\n%s", test.args, code, out, problems))
			if strings.HasSuffix(test.name, "json") && strings.Contains(test.args, "--json") {
				assert.True(t, json.Valid([]byte(out)))
			}
		})
	}
}

// split is what a shell does, but that an input in JSON is one word.
func split(line string) []string {
	line, input, has := strings.Cut(line, "--input ")
	words := strings.Fields(line)
	if has {
		words = append(words, "--input", input)
	}
	return words
}

func TestSchemaIsThatOfTheLanguage(t *testing.T) {
	want, err := language.JSONSchema()
	require.NoError(t, err)
	code, out, _ := execute(t, t.Context(), "", "schema")
	assert.Equal(t, exitOK, code)
	assert.Equal(t, string(want), out)
}

// What is certain is corrected in the file; what is left is reported.
func TestCheckFix(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.yaml")
	require.NoError(t, os.WriteFile(file, []byte("blueprint: x\nversion: 1.0.0\nsteps:\n  - {id: a, sleep: 1s, summray: rest}\n  - {id: b, sleep: soon}\n"), 0o600))
	before, err := os.ReadFile(file)
	require.NoError(t, err)
	code, shown, changes := executeAlone(t, t.Context(), "", "check", "--fix", "-d", file)
	assert.Equal(t, exitProblem, code)
	after, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after), "--diff only shows")
	code, out, problems := executeAlone(t, t.Context(), "", "check", "--fix", file)
	assert.Equal(t, exitProblem, code)
	assert.Equal(t, shown+changes, out+problems)
	assert.Contains(t, problems, "-   - {id: a, sleep: 1s, summray: rest}\n+   - {id: a, sleep: 1s, summary: rest}\n")
	assert.Contains(t, out, "bad-duration")
	assert.Contains(t, out, "1 problem in 1 file\n")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "blueprint: x\nversion: 1.0.0\nsteps:\n  - {id: a, sleep: 1s, summary: rest}\n  - {id: b, sleep: soon}\n", string(text))
}

// With functions the schema has those of the program, or of the catalog that is named.
func TestSchemaWithFunctions(t *testing.T) {
	_, own, problems := execute(t, t.Context(), "", "schema", "--functions")
	assert.Empty(t, problems)
	assert.Contains(t, own, `"const": "charge_card"`)
	_, named, _ := execute(t, t.Context(), "", "schema", "--catalog", "testdata/greeter.json")
	assert.Contains(t, named, `"const": "greet"`)
	assert.NotContains(t, named, "charge_card")
}

func TestFormatWritesTheFile(t *testing.T) {
	untidy, err := os.ReadFile("testdata/untidy.yaml")
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "x.yaml")
	require.NoError(t, os.WriteFile(file, untidy, 0o600))
	code, out, problems := executeAlone(t, t.Context(), "", "fmt", "-w", file)
	assert.Equal(t, exitOK, code)
	assert.Empty(t, out+problems)
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	_, printed, _ := executeAlone(t, t.Context(), "", "fmt", "testdata/untidy.yaml")
	assert.Equal(t, printed, string(written))
	info, err := os.Stat(file)
	require.NoError(t, err)
	if runtime.GOOS != "windows" {
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
	code, out, _ = executeAlone(t, t.Context(), "", "fmt", "-d", file)
	assert.Equal(t, exitOK, code)
	assert.Empty(t, out)
}

func TestMissingFiles(t *testing.T) {
	for _, arguments := range [][]string{{"check", "no.yaml"}, {"fmt", "no.yaml"}, {"graph", "no.yaml"}, {"run", "no.yaml"}, {"test", "no.yaml"}} {
		code, _, problems := executeAlone(t, t.Context(), "", arguments...)
		assert.Equal(t, exitProblem, code)
		assert.Contains(t, problems, "error: reading the document: open no.yaml")
	}
}

func TestNoServer(t *testing.T) {
	t.Setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
	for _, arguments := range [][]string{{"run", "testdata/order.yaml"}, {"watch", "x"}, {"list"}, {"explain", "x"}} {
		code, out, problems := execute(t, t.Context(), "", arguments...)
		assert.Equal(t, exitProblem, code)
		assert.Empty(t, out)
		assert.Contains(t, problems, "no Temporal server answers at 127.0.0.1:1")
	}
}

// Ctrl-C ends a rehearsal at once.
func TestARehearsalIsInterrupted(t *testing.T) {
	t.Chdir("testdata")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, arguments := range [][]string{{"run", "--local", "late.yaml"}, {"test", "late.yaml"}} {
		code, out, problems := executeAlone(t, ctx, "", arguments...)
		assert.Equal(t, exitInterrupted, code)
		assert.Empty(t, out)
		assert.Equal(t, "interrupted\n", problems)
	}
}
