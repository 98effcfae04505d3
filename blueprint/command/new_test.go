package command

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint"
	"dynamicsamples/blueprint/engine"
)

// Whatever the function takes and gives, its first document is good and its case passes,
// with the functions and with a catalog file alone.
func TestNewOfEachFunction(t *testing.T) {
	made, err := engine.New(blueprint.ExampleCatalog(), engine.Options{})
	require.NoError(t, err)
	file := savedCatalog(t, functionsOptions())
	activities, workflows, _ := made.Catalog().Names()
	for _, function := range append(activities, workflows...) {
		folder := t.TempDir()
		code, out, problems := executeAlone(t, t.Context(), "", "new", "first", function, "--dir", folder)
		require.Equal(t, exitOK, code, problems)
		document := filepath.Join(folder, "first.yaml")
		assert.Contains(t, out, "go run ./cmd/blueprint test "+document)
		code, out, problems = executeAlone(t, t.Context(), "", "fmt", "-d", document)
		assert.Equal(t, exitOK, code, out+problems)
		code, out, problems = executeAlone(t, t.Context(), "", "check", "--strict", document)
		assert.Equal(t, exitOK, code, out+problems)
		for _, more := range [][]string{nil, {"--catalog", file}} {
			code, out, problems = executeAlone(t, t.Context(), "", append([]string{"test", document}, more...)...)
			assert.Equal(t, exitOK, code, function+out+problems)
			assert.Contains(t, out, "1 case\n")
		}
	}
}

// Several functions become steps one after the other, each with its own part of the input.
func TestNewOfSeveralFunctions(t *testing.T) {
	folder := t.TempDir()
	code, _, problems := executeAlone(t, t.Context(), "", "new", "first", "send_email", "process_document", "send_email", "--dir", folder)
	require.Equal(t, exitOK, code, problems)
	document := filepath.Join(folder, "first.yaml")
	code, out, problems := executeAlone(t, t.Context(), "", "test", document)
	assert.Equal(t, exitOK, code, out+problems)
	text, err := os.ReadFile(document)
	require.NoError(t, err)
	assert.Contains(t, string(text), "  - id: send_email_2\n    activity: send_email\n    with:\n      text: ${input.send_email_2.text}\n")
}

func TestNewRefuses(t *testing.T) {
	folder := t.TempDir()
	for want, arguments := range map[string][]string{
		`error: the catalog has no function "send_mail"; did you mean "send_email"?`: {"send_mail"},
		"bad-name": nil,
	} {
		name := map[bool]string{true: "My Order", false: "order"}[arguments == nil]
		code, _, problems := executeAlone(t, t.Context(), "", append([]string{"new", name, "--dir", folder}, arguments...)...)
		assert.Equal(t, exitProblem, code)
		assert.Contains(t, problems, want)
	}
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Empty(t, files)

	document := filepath.Join(folder, "order.yaml")
	require.NoError(t, os.WriteFile(document, []byte("mine"), 0o600))
	code, _, problems := executeAlone(t, t.Context(), "", "new", "order", "--dir", folder)
	assert.Equal(t, exitProblem, code)
	assert.Equal(t, "error: "+document+" is there already: give the document another name\n", problems)
	kept, err := os.ReadFile(document)
	require.NoError(t, err)
	assert.Equal(t, "mine", string(kept))
	assert.NoFileExists(t, filepath.Join(folder, "order.cases.yaml"))
}
