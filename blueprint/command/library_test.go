package command

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/blueprint"
	"dynamicsamples/blueprint/engine"
)

// A service with a library has commands that know what it serves, and tell what it does not.
func TestCommandsOfAServiceWithALibrary(t *testing.T) {
	options := Options{Catalog: blueprint.ExampleCatalog(), Interpreter: engine.Options{Library: fstest.MapFS{
		"good.yaml":   {Data: []byte("blueprint: good\nversion: 1.0.0\nsteps: [{id: a, sleep: 1s}]\n")},
		"broken.yaml": {Data: []byte("blueprint: [")},
		"wrong.yaml":  {Data: []byte("blueprint: wrong\nversion: 1.0.0\nsteps: [{id: a, activity: none}]\n")},
	}}}
	run := func(input string, arguments ...string) (int, string) {
		root := New(options)
		var out bytes.Buffer
		root.SetIn(strings.NewReader(input))
		root.SetOut(&out)
		root.SetErr(&out)
		root.SetArgs(arguments)
		code := exitCode(t.Context(), root.ExecuteContext(t.Context()), &out)
		return code, out.String()
	}
	const document = "blueprint: x\nversion: 1.0.0\nsteps: [{id: a, workflow: good@1.0.0}]\n"
	code, out := run(document, "check", "-")
	assert.Equal(t, exitOK, code, out)
	code, out = run(document, "run", "--local", "-")
	assert.Equal(t, exitOK, code, out)
	code, out = run(strings.Replace(document, "good", "wrong", 1), "check", "-")
	assert.Equal(t, exitProblem, code)
	assert.Contains(t, out, "unknown-blueprint")
	code, out = run("", "catalog")
	assert.Equal(t, exitOK, code)
	assert.Contains(t, out, "blueprint good@1.0.0")
	assert.Contains(t, out, "not served: broken.yaml:1:13: ")
	assert.Contains(t, out, "not served: wrong.yaml:3:27: /steps/0/activity: there is no activity \"none\" in the catalog (unknown-activity)\n")
}

// What the program's own catalog marks as another Worker's has no function here.
func TestRemoteFunctionsNeedAnOutcome(t *testing.T) {
	catalog := engine.NewCatalog()
	catalog.Activity("far", func(context.Context) error { return nil }, engine.ActivityOptions{Remote: true, TaskQueue: "there"})
	root := New(Options{Catalog: catalog})
	var out bytes.Buffer
	root.SetIn(strings.NewReader("blueprint: x\nversion: 1.0.0\nsteps: [{id: a, activity: far}]\n"))
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetArgs([]string{"run", "--local", "-"})
	assert.Equal(t, exitProblem, exitCode(t.Context(), root.ExecuteContext(t.Context()), &out))
	assert.Contains(t, out.String(), `activity "far": no function here: give it an outcome (no-function)`)
}
