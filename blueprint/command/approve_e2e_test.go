//go:build e2e

package command

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Somebody looks at the plan that a run waits with, and approves it: nothing of it runs
// before.
func TestApprove(t *testing.T) {
	connection := connected(t)
	runWorker(t, connection)
	run := func(input string, arguments ...string) (int, string, string) {
		return execute(t, t.Context(), input, arguments...)
	}
	code, _, problems := run("", "start", "approve.yaml", "--id", "e-1")
	require.Equal(t, exitOK, code, problems)
	code, _, problems = run("", "approve", "e-1", "other")
	assert.Equal(t, exitProblem, code)
	assert.Contains(t, problems, "o plan", "it has not planned yet, or has")
	code, _, problems = run("", "status", "e-1", "--until", "errand_1=pending")
	require.Equal(t, exitOK, code, problems)

	code, _, problems = run("", "approve", "e-1", "wrok")
	assert.Equal(t, exitProblem, code)
	assert.Equal(t, "error: no plan of wrok waits until somebody approves it; there wait: work\n", problems)
	for answer, want := range map[string]string{"": "\nerror: nothing was done: nobody has answered; where nobody can, --yes does it without a question\n", "no\n": "error: nothing was done: it was not agreed to\n"} {
		code, out, problems := run(answer, "approve", "e-1", "work")
		assert.Equal(t, exitProblem, code)
		assert.Empty(t, out)
		assert.True(t, strings.HasPrefix(problems, "the plan of work, to be approved by the message approve with the hash "), problems)
		assert.Contains(t, problems, `"activity": "run_errand"`)
		assert.Contains(t, problems, "flowchart")
		assert.True(t, strings.HasSuffix(problems, "Approve this plan? [y/N] "+want), problems)
	}
	code, out, problems := run("y\n", "approve", "e-1", "work", "--by", "Mei", "--note", "looks right")
	assert.Equal(t, exitOK, code, problems)
	assert.Equal(t, "approved the plan of work\n", out)
	code, out, problems = run("", "result", "e-1")
	assert.Equal(t, exitOK, code, problems)
	assert.Equal(t, "\"done: post the letter\"\n", out)

	code, _, problems = run("", "approve", "e-1", "work", "--yes")
	assert.Equal(t, exitProblem, code)
	assert.Equal(t, "error: e-1 has ended: nothing can be asked of it; go on from a step of it, in a new run, by\n  go run ./cmd/blueprint fork e-1 --at work\n", problems)
}
