//go:build e2e

package command

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"dynamicsamples/blueprint"
	"dynamicsamples/blueprint/engine"
)

// A run is forked: one that has ended at once, and one that still runs after a question.
func TestFork(t *testing.T) {
	connection := connected(t)
	runWorker(t, connection)
	run := func(input string, arguments ...string) (int, string, string) {
		t.Helper()
		return execute(t, t.Context(), input, arguments...)
	}
	code, _, problems := run("", "start", "approve.yaml", "--id", "e-1")
	require.Equal(t, exitOK, code, problems)
	code, _, problems = run("", "status", "e-1", "--until", "errand_1=pending")
	require.Equal(t, exitOK, code, problems)

	code, out, problems := run("n\n", "fork", "e-1", "--at", "work")
	assert.Equal(t, exitProblem, code)
	assert.Empty(t, out)
	assert.Equal(t, "e-1 still runs. Terminate it, without its undo and finally, and fork it? [y/N] error: nothing was done: it was not agreed to\n", problems)
	code, out, problems = run("y\n", "fork", "e-1", "--at", "work", "--by", "Mei", "--note", "another plan")
	require.Equal(t, exitOK, code, problems)
	assert.Equal(t, "forked e-1: it stands paused before work\n", out)
	_, out, _ = run("", "status", "e-1")
	assert.Contains(t, masked(out), "reviewed-errands@1.0.0\n  forked from e-1, run RUN, before work by Mei: another plan\n")
	code, out, problems = run("", "explain", "e-1")
	require.Equal(t, exitOK, code, problems)
	assert.Regexp(t, `^e-1 runs reviewed-errands@1.0.0, content \w+\nforked from e-1, run RUN, before work, by Mei \(\S+\), "another plan"\nrunning for `, masked(out))
	assert.Contains(t, masked(out), "⏸ the run is paused since TIME by Mei: another plan\n  ⏸ work waits to begin\n", "explain says what waits")

	code, out, problems = run("", "fork", "e-1", "--at", "work", "--yes")
	require.Equal(t, exitOK, code, problems)
	assert.Equal(t, "forked e-1: it stands paused before work\n", out, "a fork of the fork")
	code, _, problems = run("", "fork", "e-2", "--at", "work")
	assert.Equal(t, exitProblem, code)
	assert.Equal(t, "error: the server has no workflow e-2\n", problems)
	code, _, problems = run("", "fork", "e-1")
	assert.Equal(t, exitUsage, code)
	assert.Equal(t, "error: fork: --at is missing, the step at which the fork stands\n", problems)

	code, _, problems = run("", "start", "approve.yaml", "--id", "e-3")
	require.Equal(t, exitOK, code, problems)
	code, _, problems = run("", "status", "e-3", "--until", "errand_1=pending")
	require.Equal(t, exitOK, code, problems)
	code, _, problems = run("", "fork", "e-3", "--at", "wrok", "--yes")
	assert.Equal(t, exitProblem, code)
	assert.Equal(t, "error: failed with ForkRefused: there is no step \"wrok\": nothing there is \"wrok\"; did you mean \"work\"?; there are: work: nothing was done\n", problems)
	described, err := connection.DescribeWorkflow(t.Context(), "e-3", "")
	require.NoError(t, err)
	assert.Equal(t, enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, described.Status)
	require.NoError(t, connection.TerminateWorkflow(t.Context(), "e-3", "", "it still ran"))
	code, _, problems = run("", "fork", "e-3", "--at", "wrok")
	assert.Equal(t, exitProblem, code)
	assert.Contains(t, problems, "did you mean")
	code, out, _ = run("", "status", "e-3")
	assert.Equal(t, exitOK, code)
	assert.Contains(t, out, "errand_1", "a refused fork is not the last run of the ID")
	// Another client has not tried it first.
	origin := described.WorkflowExecution.RunID
	refused, err := connection.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "e-3", TaskQueue: blueprint.TaskQueue}, engine.ForkWorkflow, engine.Fork{Origin: engine.Origin{WorkflowID: "e-3", RunID: origin}, At: "wrok"})
	require.NoError(t, err)
	require.Error(t, refused.Get(t.Context(), nil))
	code, out, problems = run("", "fork", "e-3", "--at", "work", "--by", "Mei", "--note", "why", "--json")
	require.Equal(t, exitOK, code, problems)
	var answer forkAnswer
	require.NoError(t, json.Unmarshal([]byte(out), &answer))
	assert.Equal(t, engine.Forked{Origin: engine.Origin{WorkflowID: "e-3", RunID: origin}, At: "work", By: "Mei", Note: "why", Children: answer.Children}, answer.Forked)
}

// A fork at a step that failed tells what is held, and the commands decide about it.
func TestForkOfWhatFailed(t *testing.T) {
	connection := connected(t)
	runWorker(t, connection)
	run := func(input string, arguments ...string) (string, string) {
		t.Helper()
		code, out, problems := execute(t, t.Context(), input, arguments...)
		require.Equal(t, exitOK, code, problems)
		return out, problems
	}
	run("blueprint: unlucky\nversion: 1.0.0\nsteps: [{id: p, parallel: {x: [{id: f, fail: {type: Bad, message: no luck}}]}}]\n", "start", "-", "--id", "u-1")
	_, _, problems := execute(t, t.Context(), "", "result", "u-1")
	assert.Contains(t, problems, "failed with Bad at step p/x/f: no luck")
	out, _ := run("", "fork", "u-1", "--at", "p")
	assert.Equal(t, "forked u-1: it stands paused with p/x/f held: Bad: no luck\n", out)
	run("", "skip", "u-1", "p/x/f", "--yes")
	out, _ = run("", "result", "u-1")
	assert.JSONEq(t, `{"x": null}`, out)
}
