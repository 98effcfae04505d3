//go:build e2e

package command

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/engine"
)

// runBank runs a Worker whose Activity charge fails as long as the bank is down, and starts a run
// that calls it, and a child.
func runBank(t *testing.T, connection client.Client, id string) (down *atomic.Bool) {
	down = new(atomic.Bool)
	down.Store(true)
	catalog := engine.NewCatalog()
	catalog.Activity("charge", func(context.Context) (string, error) {
		if down.Load() {
			return "", errors.New("the bank is down")
		}
		return "charged", nil
	}, engine.ActivityOptions{})
	catalog.Activity("mail", func(context.Context) (string, error) { return "mailed", nil }, engine.ActivityOptions{})
	interpreter, err := engine.New(catalog, engine.Options{Definitions: fstest.MapFS{"parcel.yaml": {Data: []byte(`
blueprint: parcel
version: 1.0.0
defaults: {startToClose: 10s}
steps: [{id: packed, wait: pack}, {id: mail, activity: mail}]
`)}}})
	require.NoError(t, err)
	w := worker.New(connection, "bank", worker.Options{DisableRegistrationAliasing: true})
	interpreter.Register(w)
	w.RegisterWorkflowWithOptions(func(ctx workflow.Context) error { return workflow.Sleep(ctx, time.Hour) }, workflow.RegisterOptions{Name: "plain"})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	document, err := os.ReadFile("paused.yaml")
	require.NoError(t, err)
	_, err = connection.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: id, TaskQueue: "bank", WorkflowExecutionTimeout: time.Hour}, engine.InlineWorkflow, string(document))
	require.NoError(t, err)
	return down
}

// An operator pauses a run with its child, sees what waits and who has done it, and resumes both.
func TestPauseAndResume(t *testing.T) {
	connection := connected(t)
	down := runBank(t, connection, "o-1")
	run := func(arguments ...string) (int, string, string) { return execute(t, t.Context(), "", arguments...) }
	seen := func() follow.View {
		var view follow.View
		code, out, problems := run("status", "o-1", "--json")
		require.Equal(t, exitOK, code, problems)
		require.NoError(t, json.Unmarshal([]byte(out), &view))
		return view
	}
	require.Eventually(t, func() bool {
		view := seen()
		return len(view.Activities) == 1 && view.Activities[0].Attempt > 1 && isUnderWay(view.Steps, "child")
	}, time.Minute, 50*time.Millisecond)

	code, out, problems := run("pause", "o-1", "--by", "Mei", "--note", "the bank is down", "--deep")
	require.Equal(t, exitOK, code, problems)
	assert.Equal(t, `paused o-1
  Activities under way, whose next attempt is paused: all/pay/charge
  the server ends the run at TIME, paused or not
paused o-1/all/ship/child
`, masked(out))
	code, _, problems = run("pause", "o-1")
	assert.Equal(t, exitProblem, code)
	assert.Equal(t, "error: OperationRefused: the run is already paused, since TIME by Mei: the bank is down: it admits resume\n", masked(problems))

	for id, message := range map[string]string{"o-1": "agree", "o-1/all/ship/child": "pack"} {
		code, _, problems = run("message", id, message, "1")
		require.Equal(t, exitOK, code, problems)
	}
	require.Eventually(t, func() bool { return len(seen().AtGates) == 1 && seen().Activities[0].Paused }, time.Minute, 50*time.Millisecond)
	code, out, _ = run("status", "o-1")
	assert.Equal(t, exitOK, code)
	out = lengths.ReplaceAllString(masked(out), "LONG")
	assert.Contains(t, out, "○ tell: mail activity, 1 at the gate\n")
	assert.Contains(t, out, "  ⏸ the run is paused since TIME by Mei: the bank is down\n    ⏸ all/tell/mail waits to begin\n")
	assert.Contains(t, out, "  TIME pause of the run by Mei: the bank is down\n")
	code, out, _ = run("explain", "o-1")
	assert.Equal(t, exitOK, code)
	assert.Regexp(t, `operation pause, TIME, by Mei \(\S+\), "the bank is down": done\n`, masked(out))
	interrupted(t, `paused    the run since \S+ by Mei: the bank is down\n`, "watch", "o-1")

	down.Store(false)
	code, _, problems = run("resume", "o-1", "all/pay")
	assert.Equal(t, exitProblem, code)
	assert.True(t, strings.HasPrefix(problems, `error: UnknownStep: there is no step "all/pay": `), problems)
	code, out, problems = run("resume", "o-1", "--by", "Mei", "--deep", "--json")
	require.Equal(t, exitOK, code, problems)
	var done operated
	require.NoError(t, json.Unmarshal([]byte(out), &done))
	assert.Equal(t, []string{"all/pay/charge"}, done.Started)
	require.Len(t, done.Runs, 1)
	assert.Equal(t, "resume", done.Runs[0].Op)
	code, out, problems = run("result", "o-1")
	assert.Equal(t, exitOK, code, problems)
	assert.JSONEq(t, `{"pay": "charged", "ship": "mailed", "tell": "mailed"}`, out)
	code, _, problems = run("pause", "o-1")
	assert.Equal(t, exitProblem, code)
	assert.Equal(t, "error: o-1 has ended: nothing can be asked of it; go on from a step of it, in a new run, by\n  go run ./cmd/blueprint fork o-1 --at STEP\n", problems)
}

func isUnderWay(steps []engine.StepStatus, id string) bool {
	for _, each := range steps {
		if each.ID == id && each.State == engine.StateRunning || isUnderWay(each.Steps, id) {
			return true
		}
	}
	return false
}

// What is no blueprint, or is not there, cannot be paused.
func TestPauseOfNoBlueprint(t *testing.T) {
	connection := connected(t)
	runBank(t, connection, "o-1")
	_, err := connection.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "n-1", TaskQueue: "bank"}, "plain")
	require.NoError(t, err)
	for id, want := range map[string]string{
		"n-1": "error: n-1 does not know the Update operate: it is no blueprint, or was started by version 1 of the interpreter\n",
		"n-2": "error: the server has no workflow n-2\n",
	} {
		code, out, problems := execute(t, t.Context(), "", "pause", id)
		assert.Equal(t, exitProblem, code)
		assert.Empty(t, out)
		assert.Equal(t, want, problems)
	}
	code, _, problems := execute(t, t.Context(), "", "fork", "n-1", "--at", "x", "--yes")
	assert.Equal(t, exitProblem, code)
	assert.Contains(t, problems, "error: failed with ForkRefused: this Worker forks no runs: that is for those who run it to switch on (Options.Forks): nothing was done\n")
	described, err := connection.DescribeWorkflow(t.Context(), "n-1", "")
	require.NoError(t, err)
	assert.Equal(t, enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, described.Status)
	code, _, problems = execute(t, t.Context(), "", "fork", "n-1", "--at", "x", "--run", "first")
	assert.Equal(t, exitProblem, code)
	assert.Equal(t, "error: \"first\" is no Run ID: it is a UUID, which explain and the Web UI show\n", problems)
}
