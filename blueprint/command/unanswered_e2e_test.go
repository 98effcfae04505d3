//go:build e2e

package command

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What nobody answers, what ended before it could, and an ID that is in use are told in plain words.
func TestPlainWords(t *testing.T) {
	connection := connected(t)
	run := func(input string, arguments ...string) (int, string, string) {
		return execute(t, t.Context(), input, arguments...)
	}
	const waits = "blueprint: waits\nversion: 1.0.0\nsteps: [{id: w, wait: go}]\n"
	code, _, _ := run(waits, "start", "-", "--id", "w-1")
	require.Equal(t, exitOK, code)
	_, _, problems := run("", "status", "w-1")
	assert.Equal(t, "error: w-1 has not told its status: no Worker on the task queue \"blueprint\" has answered; what its history tells needs none:\n  go run ./cmd/blueprint explain w-1\n", problems)
	_, _, problems = run("", "list", "--held")
	first, _, _ := strings.Cut(problems, "\n")
	assert.Equal(t, "open runs that have not told their state, and are left off: 1; list --outcome running says why", first)

	runWorker(t, connection)
	code, _, problems = run(waits, "start", "-", "--id", "w-1")
	assert.Equal(t, exitProblem, code)
	assert.Equal(t, "error: a run with the ID w-1 is under way already: choose another --id, or look at it by\n  go run ./cmd/blueprint status w-1\n", problems)
	_, _, _ = run("", "start", "order@9.9.9", "--id", "no-1")
	_, _, problems = run("", "status", "no-1")
	assert.True(t, strings.HasPrefix(problems, "error: no-1 has no status to tell: it failed with UnknownBlueprint: "), problems)
	_, out, problems := run("", "status", "w-1", "--until", "w=running")
	assert.Contains(t, out, "\n  ⌛ w waits for the message go\n", problems)
}

// Of a run that is paused already, --deep reaches the children, and of one that is resumed.
func TestDeepGoesOnBelowWhatIsPaused(t *testing.T) {
	connection := connected(t)
	runWorker(t, connection)
	run := func(input string, arguments ...string) string {
		code, out, problems := execute(t, t.Context(), input, arguments...)
		require.Equal(t, exitOK, code, problems)
		return masked(out)
	}
	run("blueprint: parent\nversion: 1.0.0\nsteps: [{id: child, workflow: delivery@1.0.0, with: {order: o, sku: lamp, card: visa, amount: 5000, address: moon}}]\n", "start", "-", "--id", "pa-1")
	run("", "status", "pa-1", "--until", "child=running")
	require.Eventually(t, func() bool {
		code, _, _ := execute(t, t.Context(), "", "status", "pa-1/child")
		return code == exitOK
	}, time.Minute, startPause)
	assert.Contains(t, run("", "status", "pa-1"), "⌛ child waits for the child pa-1/child\n")
	run("", "pause", "pa-1")
	assert.Equal(t, "pa-1: OperationRefused: the run is already paused, since TIME: it admits resume\npaused pa-1/child\n", run("", "pause", "pa-1", "--deep"))
	run("", "resume", "pa-1")
	assert.Contains(t, run("", "resume", "pa-1", "--deep"), "\nresumed pa-1/child\n")
}
