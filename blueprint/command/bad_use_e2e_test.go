//go:build e2e

package command

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/command/internal/follow"
)

// A run of it stands with ship held; when that is decided, it waits.
const heldDocument = `
blueprint: parcel
version: 1.0.0
defaults: {startToClose: 10s}
steps:
  - {id: ship, activity: ship_order, with: {order: o-1, address: moon}, hold: {types: [NoCarrier]}}
  - {id: delivered, wait: delivered}
`

// badUse starts the documents, and gives back what runs a command.
func badUse(t *testing.T, documents map[string]string) func(arguments ...string) (int, string, string) {
	connection := connected(t)
	runWorker(t, connection)
	for id, document := range documents {
		code, _, problems := execute(t, t.Context(), document, "start", "-", "--id", id)
		require.Equal(t, exitOK, code, problems)
	}
	return func(arguments ...string) (int, string, string) { return execute(t, t.Context(), "", arguments...) }
}

// assertRefused asserts on a refusal for people, and as JSON: nothing else is printed.
func assertRefused(t *testing.T, run func(...string) (int, string, string), want failure, arguments ...string) {
	t.Helper()
	code, out, problems := run(arguments...)
	assert.Equal(t, exitProblem, code)
	assert.Empty(t, out)
	assert.Equal(t, "error: "+strings.TrimPrefix(want.Type+": ", typeEnded+": ")+want.Message+"\n", masked(problems))
	code, out, problems = run(append(arguments, "--json")...)
	assert.Equal(t, exitProblem, code)
	assert.Empty(t, problems)
	var told refused
	require.NoError(t, json.Unmarshal([]byte(masked(out)), &told))
	assert.Equal(t, refused{arguments[1], &want}, told)
}

// Bad use of a run that is held is refused with what is wrong and what the run admits, and nothing
// of it changes the run.
func TestBadUse(t *testing.T) {
	run := badUse(t, map[string]string{"o-1": heldDocument})
	code, before, problems := run("status", "o-1", "--until", "ship=held", "--json")
	require.Equal(t, exitOK, code, problems)
	orphan := filepath.Join(t.TempDir(), "orphan.yaml")
	require.NoError(t, os.WriteFile(orphan, []byte("blueprint: parcel\nversion: 1.0.1\nsteps: [{id: sihp, wait: go}, {id: delivered, wait: other}]\n"), 0o600))

	const needs = "needs a step that is held, or that waits at a gate before its beginning"
	for _, each := range []struct {
		want      failure
		arguments []string
	}{
		{failure{Type: "UnknownStep", Message: `there is no step "shipp": nothing there is "shipp"; did you mean "ship"?; there are: ship, delivered`}, []string{"retry", "o-1", "shipp"}},
		{failure{Type: "UnknownStep", Message: `there is no step "ship/x": nothing there is "x"; there are no steps`}, []string{"pause", "o-1", "ship/x"}},
		{failure{Type: "OperationRefused", Message: "the step delivered has not begun, and skip " + needs + ": it admits pause and hold"}, []string{"skip", "o-1", "delivered", "--yes"}},
		{failure{Type: "UnknownStep", Message: `there is no step "ship/undo": nothing there is "undo"; there are no steps`}, []string{"complete", "o-1", "ship/undo", "--output", "1", "--yes"}},
		{failure{Type: "InvalidOperation", Message: `the output does not fit the step ship: want "string", got integer`}, []string{"complete", "o-1", "ship", "--output", "1", "--yes"}},
		{failure{Type: "OperationRefused", Message: "the run is not paused, and nothing else is: it admits pause"}, []string{"resume", "o-1"}},
		{failure{Type: "OperationRefused", Message: "the document is replaced while the whole run is paused: it admits pause"}, []string{"replace", "o-1", orphan, "--yes"}},
	} {
		assertRefused(t, run, each.want, each.arguments...)
	}
	_, after, _ := run("status", "o-1", "--json")
	assert.Equal(t, before, after)

	code, _, problems = run("pause", "o-1", "--by", "Mei", "--id", "p-1")
	require.Equal(t, exitOK, code, problems)
	code, _, problems = run("pause", "o-1", "--by", "Mei", "--id", "p-1")
	assert.Equal(t, exitOK, code, "what has been done under an ID is not done again: %s", problems)
	assertRefused(t, run, failure{Type: "OperationRefused", Message: "the run is already paused, since TIME by Mei: it admits resume"}, "pause", "o-1", "--id", "p-2")
	assertRefused(t, run, failure{Type: "OperationRefused", Message: "the document cannot take the place of parcel@1.0.0: its defaults must stay {\"startToClose\":\"10s\"}, got none; ship has begun, and is not in it"}, "replace", "o-1", orphan, "--dry-run")
	var seen follow.View
	_, after, _ = run("status", "o-1", "--json")
	require.NoError(t, json.Unmarshal([]byte(after), &seen))
	require.NotEmpty(t, seen.Operations)
	assert.Equal(t, "p-1", seen.Operations[0].ID)
	for _, each := range seen.Operations[1:] {
		assert.Equal(t, "replace", each.Op, "the second pause is not there")
		assert.NotEmpty(t, each.Refused)
	}
}

// Of two operators who decide about a step at once one wins, and the other is told how it stands.
func TestTwoOperatorsAtOnce(t *testing.T) {
	run := badUse(t, map[string]string{"o-1": heldDocument})
	code, _, problems := run("status", "o-1", "--until", "ship=held")
	require.Equal(t, exitOK, code, problems)
	var both sync.WaitGroup
	codes, texts := make([]int, 2), make([]string, 2)
	for at, arguments := range [][]string{{"skip", "o-1", "ship", "--yes"}, {"complete", "o-1", "ship", "--output", `"by hand"`, "--yes"}} {
		both.Go(func() { codes[at], _, texts[at] = run(arguments...) })
	}
	both.Wait()
	assert.ElementsMatch(t, []int{exitOK, exitProblem}, codes)
	assert.Regexp(t, `^error: OperationRefused: the step ship has ended \(succeeded\), and (skip|complete) needs a step that is held, `, strings.Join(texts, ""))
}

// A run that has ended can be asked nothing: the error has the command line that forks it. What is no
// blueprint cannot be forked, and what a document does not allow is not done.
func TestBadUseOfOtherRuns(t *testing.T) {
	run := badUse(t, map[string]string{
		"o-1": "blueprint: short\nversion: 1.0.0\nsteps: [{id: m, over: [1], map: [{id: s, set: {v: 1}}]}]\n",
		"o-2": strings.Replace(heldDocument, "steps:", "operate: [pause]\nsteps:", 1),
	})
	code, _, problems := run("result", "o-1")
	require.Equal(t, exitOK, code, problems)
	const ended = "o-1 has ended: nothing can be asked of it; go on from a step of it, in a new run, by\n  go run ./cmd/blueprint fork o-1 --at "
	for step, arguments := range map[string][]string{
		"STEP": {"pause", "o-1"}, "m": {"hold", "o-1", "m"}, "'m[0]/s'": {"retry", "o-1", "m[0]/s"}, "a": {"skip", "o-1", "a/undo", "--yes"},
	} {
		assertRefused(t, run, failure{Type: typeEnded, Message: ended + step}, arguments...)
	}
	assertRefused(t, run, failure{Type: typeEnded, Message: ended + "m"}, "approve", "o-1", "m", "--yes")
	assertRefused(t, run, failure{Type: typeEnded, Message: ended + "STEP"}, "message", "o-1", "go", "1")

	code, _, problems = run("status", "o-2", "--until", "ship=held")
	require.Equal(t, exitOK, code, problems)
	assertRefused(t, run, failure{Type: "OperationNotAllowed", Message: "the blueprint does not allow retry: its operate allows pause"}, "retry", "o-2", "ship")
}

// The undo of a step that is held is decided about by its path.
func TestAHeldUndoIsDecidedAbout(t *testing.T) {
	run := badUse(t, map[string]string{"o-1": `
blueprint: taken-back
version: 1.0.0
defaults: {startToClose: 10s, hold: {types: [NoCarrier]}}
steps:
  - {id: a, activity: ship_order, with: {order: o-1, address: harbor}, undo: {activity: ship_order, with: {order: o-2, address: moon}, retry: {maximumAttempts: 1}}}
  - {id: b, fail: {type: Bad, message: no luck}}
`})
	code, out, problems := run("status", "o-1", "--until", "a/undo=held")
	require.Equal(t, exitOK, code, problems)
	assert.Contains(t, masked(out), "✋ a/undo is held since TIME — NoCarrier: no carrier goes to the moon; it admits retry, complete, skip, fail\n")
	assertRefused(t, run, failure{Type: "OperationRefused", Message: "the step a/undo is held: it admits retry, complete, skip, fail"}, "set", "o-1", "a/undo", "--vars", `{"v": 1}`)
	code, out, problems = run("retry", "o-1", "a/undo", "--with", `{"order": "o-2", "address": "harbor"}`)
	require.Equal(t, exitOK, code, problems)
	assert.Equal(t, "tried again: a/undo of o-1\n", out)
	_, _, problems = run("result", "o-1")
	assert.Equal(t, "failed with Bad at step b: no luck\n", problems)
}
