//go:build e2e

package command

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/engine"
)

// carrier is what the Activity ship is given.
type carrier struct {
	Carrier string `json:"carrier"`
}

// runCarrier runs a Worker whose Activity ship fails for good with one carrier.
func runCarrier(t *testing.T, connection client.Client) {
	catalog := engine.NewCatalog()
	catalog.Activity("ship", func(_ context.Context, with carrier) (string, error) {
		if with.Carrier == "down" {
			return "", temporal.NewNonRetryableApplicationError("no trucks", "CarrierDown", nil)
		}
		return "by " + with.Carrier, nil
	}, engine.ActivityOptions{})
	interpreter, err := engine.New(catalog, engine.Options{Operations: []string{"complete", "skip", "set", "replace"}})
	require.NoError(t, err)
	w := worker.New(connection, "carrier", worker.Options{DisableRegistrationAliasing: true})
	interpreter.Register(w)
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
}

// An operator sees what is held, and decides about each: another carrier, by hand, without it, not at
// all.
func TestDecisions(t *testing.T) {
	connection := connected(t)
	runCarrier(t, connection)
	_, err := connection.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "o-1", TaskQueue: "carrier"}, engine.InlineWorkflow, `
blueprint: parcels
version: 1.0.0
defaults: {startToClose: 10s, hold: true}
vars: {carrier: down}
steps:
  - id: each
    parallel:
      a: [{id: ship, activity: ship, with: {carrier: down}}]
      b: [{id: ship, activity: ship, with: {carrier: down}}]
      c: [{id: ship, activity: ship, with: {carrier: down}}]
      d: [{id: ship, activity: ship, with: {carrier: "${vars.carrier}"}}]
      e: [{id: t, try: [{id: ship, activity: ship, with: {carrier: down}}], catch: [{types: [GaveUp], steps: [{id: n, set: {why: "${error.message}"}}]}]}]
`)
	require.NoError(t, err)
	run := func(input string, arguments ...string) (int, string, string) {
		return execute(t, t.Context(), input, arguments...)
	}
	var seen follow.View
	require.Eventually(t, func() bool {
		_, out, _ := run("", "status", "o-1", "--json")
		return json.Unmarshal([]byte(out), &seen) == nil && seen.HeldCount == 5
	}, time.Minute, 50*time.Millisecond)
	code, _, problems := run("", "status", "o-1", "--until", "ship=held", "--timeout", "10s")
	require.Equal(t, exitOK, code, problems)
	_, out, _ := run("", "status", "o-1")
	assert.Contains(t, masked(out), "✋ each/a/ship is held since TIME — CarrierDown: no trucks; it admits retry, complete, skip, fail, set\n")
	assert.Contains(t, masked(out), "▶ a: ship activity, 1 held")

	code, _, problems = run("", "retry", "o-1", "each/a/shipp")
	assert.Equal(t, exitProblem, code)
	assert.Equal(t, "error: UnknownStep: there is no step \"each/a/shipp\": nothing there is \"shipp\"; did you mean \"ship\"?; there are: ship\n", problems)
	code, _, problems = run("", "complete", "o-1", "each/b/ship", "--output", "1", "--yes")
	assert.Equal(t, exitProblem, code)
	assert.Equal(t, "error: InvalidOperation: the output does not fit the step each/b/ship: want \"string\", got integer\n", problems)
	code, _, problems = run("n\n", "skip", "o-1", "each/c/ship")
	assert.Equal(t, exitProblem, code)
	assert.Contains(t, masked(problems), "✋ each/c/ship is held since TIME — CarrierDown: no trucks; it admits retry, complete, skip, fail, set\nSkip each/c/ship of o-1? [y/N] error: nothing was done: it was not agreed to\n")
	code, _, problems = run("", "fail", "o-1", "each/c/ship", "--type", "Gone", "--message", "for good")
	assert.Equal(t, exitProblem, code)
	assert.Contains(t, problems, "\nLet each/c/ship of o-1 fail, Gone: for good? [y/N] \nerror: nothing was done: nobody has answered; where nobody can, --yes does it without a question\n")
	code, _, problems = run("y\n", "skip", "o-1", "each/c/shpi")
	assert.Equal(t, exitProblem, code)
	assert.Equal(t, "error: o-1 has no step \"each/c/shpi\"; did you mean \"each/c/ship\"?; there are: each, each/a/ship, each/b/ship, each/c/ship, each/d/ship, each/e/t, each/e/t/ship, each/e/t/catch/n\n", problems)

	for _, each := range []struct {
		input, want string
		arguments   []string
	}{
		{"", "failures are held from now on in o-1\n", []string{"hold", "o-1"}},
		{"", `"Late"`, []string{"hold", "o-1", "--types", "Down,Late", "--json"}},
		{"", `"timeout": "2h"`, []string{"hold", "o-1", "--timeout", "2h", "--json"}},
		{"", "failures are held no longer in o-1\n", []string{"hold", "o-1", "--off"}},
		{"", "tried again: each/a/ship of o-1\n", []string{"retry", "o-1", "each/a/ship", "--with", `{"carrier": "other"}`, "--by", "Mei"}},
		{"y\n", "completed each/b/ship of o-1\n", []string{"complete", "o-1", "each/b/ship", "--output", `"by hand"`}},
		{"", "skipped each/c/ship of o-1\n", []string{"skip", "o-1", "each/c/ship", "--yes"}},
		{"", "set variables at each/d/ship of o-1\n", []string{"set", "o-1", "each/d/ship", "--vars", `{"carrier": "third"}`}},
		{"", "tried again: each/d/ship of o-1\n", []string{"retry", "o-1", "each/d/ship"}},
	} {
		code, out, problems := run(each.input, each.arguments...)
		require.Equal(t, exitOK, code, problems)
		assert.Contains(t, out, each.want)
	}
	code, out, problems = run("", "fail", "o-1", "each/e/t/ship", "--type", "GaveUp", "--message", "for good", "--yes", "--json", "--note", "why")
	require.Equal(t, exitOK, code, problems)
	var answer operated
	require.NoError(t, json.Unmarshal([]byte(out), &answer))
	assert.Equal(t, "o-1", answer.WorkflowID)
	assert.Equal(t, "why", answer.Note)
	code, out, problems = run("", "result", "o-1")
	require.Equal(t, exitOK, code, problems)
	assert.JSONEq(t, `{"a": "by other", "b": "by hand", "c": null, "d": "by third", "e": {"why": "for good"}}`, out)
	code, _, problems = run("", "retry", "o-1", "each/a/ship")
	assert.Equal(t, exitProblem, code)
	assert.Equal(t, "error: o-1 has ended: nothing can be asked of it; go on from a step of it, in a new run, by\n  go run ./cmd/blueprint fork o-1 --at each/a/ship\n", problems)
}

// A paused run goes on by another document; what is against one is told, and nothing is done for a
// dry run, or where nobody agrees.
func TestReplace(t *testing.T) {
	connection := connected(t)
	runCarrier(t, connection)
	folder := t.TempDir()
	write := func(name, steps string) string {
		file := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(file, []byte("blueprint: parcels\nversion: 1.0.1\ndefaults: {startToClose: 10s}\nsteps: ["+steps+"]\n"), 0o600))
		return file
	}
	old := write("old.yaml", "{id: w, wait: go}, {id: ship, activity: ship, with: {carrier: down}}")
	text, err := os.ReadFile(old)
	require.NoError(t, err)
	_, err = connection.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "o-1", TaskQueue: "carrier"}, engine.InlineWorkflow, string(text))
	require.NoError(t, err)
	run := func(input string, arguments ...string) (int, string, string) {
		return execute(t, t.Context(), input, arguments...)
	}
	require.Eventually(t, func() bool {
		code, _, _ := run("", "pause", "o-1")
		return code == exitOK
	}, time.Minute, 50*time.Millisecond)
	better := write("better.yaml", "{id: w, wait: go}, {id: ship, activity: ship, with: {carrier: up}}")
	_, out, _ := run("", "replace", "o-1", better, "--dry-run")
	assert.Equal(t, better+" can take the place of the document of o-1\n", out)
	code, _, problems := run("", "replace", "o-1", write("bad.yaml", "{id: ship, activity: ship, with: {carrier: up}}"), "--yes")
	assert.Equal(t, exitProblem, code)
	assert.Equal(t, "error: OperationRefused: the document cannot take the place of parcels@1.0.1: w has begun, and is not in it\n", problems)
	code, _, problems = run("n\n", "replace", "o-1", better)
	assert.Equal(t, exitProblem, code)
	assert.Contains(t, problems, "o-1 runs parcels@1.0.1\nLet o-1 go on by "+better+"? [y/N] error: nothing was done")
	_, out, _ = run("y\n", "replace", "o-1", better, "--by", "mei")
	assert.Equal(t, "goes on by "+better+": o-1\n", out)
	run("", "resume", "o-1")
	_, _, _ = run("", "pause", "o-1", "ship")
	require.NoError(t, connection.SignalWorkflow(t.Context(), "o-1", "", "go", 1))
	code, _, problems = run("", "status", "o-1", "--until", "ship=waiting", "--timeout", "10s")
	require.Equal(t, exitOK, code, problems)
	_, _, _ = run("", "resume", "o-1", "ship")
	var result string
	require.NoError(t, connection.GetWorkflow(t.Context(), "o-1", "").Get(t.Context(), &result))
	assert.Equal(t, "by up", result)
}
