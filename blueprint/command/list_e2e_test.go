//go:build e2e

package command

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/blueprint"
	"dynamicsamples/blueprint/command/internal/inventory"
	"dynamicsamples/blueprint/engine"
)

// Runs are found by what they run, how they ended and what they wait for, whether they run a
// blueprint that the Worker has or a document of their own. Those whose Worker is down are listed.
func TestList(t *testing.T) {
	connection := connected(t)
	run := func(arguments ...string) (int, string, string) { return execute(t, t.Context(), "", arguments...) }
	listed := func(arguments ...string) string {
		code, out, problems := executeAlone(t, t.Context(), "", append([]string{"list", "--json"}, arguments...)...)
		require.Equal(t, exitOK, code, problems)
		var found inventory.Listing
		require.NoError(t, json.Unmarshal([]byte(out), &found))
		var ids []string
		for _, each := range found.Runs {
			ids = append(ids, each.WorkflowID)
		}
		return strings.Join(ids, " ")
	}
	t.Run("with a worker", func(t *testing.T) {
		runWorker(t, connection)
		for id, what := range map[string][]string{"done": {"order", smallOrder}, "bad": {"order@1.0.0", "{}"}, "open": {"order", largeOrder}, "plan": {"approve.yaml", "null"}} {
			_, _, problems := run("start", what[0], "--id", id, "--input", what[1])
			require.Equal(t, id == "bad", problems != "", problems)
		}
		_, err := connection.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "other", TaskQueue: blueprint.TaskQueue}, "no-such")
		require.NoError(t, err)
		for _, until := range [][]string{{"open", "approval=running"}, {"plan", "errand_1=pending"}} {
			code, _, problems := run("status", until[0], "--until", until[1])
			require.Equal(t, exitOK, code, problems)
		}
		run("result", "done")
		require.Eventually(t, func() bool {
			return listed("--outcome", "completed") == "done" && listed("--definition", "order", "--outcome", "failed") == "bad"
		}, time.Minute, 50*time.Millisecond)

		assert.Equal(t, "open", listed("--definition", "order", "--outcome", "running"))
		assert.Equal(t, "plan", listed("--definition", "reviewed-errands"))
		assert.Equal(t, "", listed("--definition", "order@9.0.0"))
		assert.Equal(t, "plan", listed("--version", "1.0.0", "--query", "WorkflowType = 'blueprint'"))
		assert.ElementsMatch(t, []string{"open", "plan"}, strings.Fields(listed("--waiting", "approve")))
		assert.ElementsMatch(t, []string{"open", "plan"}, strings.Fields(listed("--waiting")))
		assert.Equal(t, "open", listed("--waiting", "approve", "--definition", "order"))
		assert.Equal(t, "", listed("--waiting", "aprove"))
		assert.Equal(t, "", listed("--task-queue", "another"))

		assert.Equal(t, "", listed("--paused"))
		operate(t, connection, "open", engine.Operation{Op: "pause", By: "Mei", Note: "the bank is down"})
		assert.Equal(t, "open", listed("--paused"))
		code, out, problems := executeAlone(t, t.Context(), "", "status", "open")
		assert.Equal(t, exitOK, code, problems)
		assert.Regexp(t, `\n  ⏸ the run is paused since [-0-9T:]+Z by Mei: the bank is down\n`, out)
		operate(t, connection, "open", engine.Operation{Op: "resume", By: "Bo"})
		assert.Equal(t, "", listed("--paused"))
		code, out, problems = executeAlone(t, t.Context(), "", "explain", "open")
		assert.Equal(t, exitOK, code, problems)
		assert.Regexp(t, `\noperation pause, [-0-9T:]+Z, by Mei \(.+\), "the bank is down": done\noperation resume, [-0-9T:]+Z, by Bo \(.+\): done\n`, out)

		code, out, problems = run("list", "--definition", "order", "--waiting")
		assert.Equal(t, exitOK, code)
		assert.Regexp(t, `^workflow  blueprint    outcome  started               state\nopen      order@1.0.0  running  [-0-9T:]+Z  waits for approve\n$`, out)
		assert.Empty(t, problems)
		code, _, problems = run("list", "--query", "Nothing = 1")
		assert.Equal(t, exitProblem, code)
		assert.Contains(t, problems, "error: asking the server for its Workflow Executions: ")
	})
	// The server takes the Worker for one that polls still; that of the other queue never was.
	_, _, problems := run("start", "order", "--id", "early", "--task-queue", "nobody")
	assert.Contains(t, problems, "no worker polls")
	require.Eventually(t, func() bool { return strings.Contains(listed("--definition", "order", "--timeout", "1s"), "early") }, time.Minute, 50*time.Millisecond)
	began := time.Now()
	code, out, problems := run("list", "--timeout", "1s", "--outcome", "running")
	assert.Less(t, time.Since(began), 10*time.Second)
	assert.Equal(t, exitOK, code, problems)
	assert.Regexp(t, `early +order +running .* no worker answers\n`, out)
	assert.Regexp(t, `open +order@1.0.0 +running .* (no worker answers|no answer before the time was over)\n`, out)
	for _, id := range []string{"open", "plan", "early"} {
		require.NoError(t, connection.TerminateWorkflow(t.Context(), id, "", "the test is over"))
	}
}

// A run that continues as new is listed once.
func TestListOfChains(t *testing.T) {
	connection := connected(t)
	runWorker(t, connection)
	started, err := connection.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "pages", TaskQueue: blueprint.TaskQueue},
		"read-pages", map[string]any{"pages": 45})
	require.NoError(t, err)
	require.NoError(t, started.Get(t.Context(), nil))
	count := func(arguments ...string) int {
		_, out, _ := executeAlone(t, t.Context(), "", append([]string{"list", "--json"}, arguments...)...)
		var found inventory.Listing
		require.NoError(t, json.Unmarshal([]byte(out), &found))
		return len(found.Runs)
	}
	require.Eventually(t, func() bool { return count("--outcome", "completed") == 1 }, time.Minute, 50*time.Millisecond)
	assert.Equal(t, 1, count("--query", "WorkflowType != '"+engine.CatalogWorkflow+"'"))
	assert.Equal(t, 1, count("--outcome", "continued"))
}

// Where runs tell their states by Search Attributes, they are found also while no Worker answers.
func TestListByAttributes(t *testing.T) {
	connection := connected(t)
	_, err := connection.OperatorService().AddSearchAttributes(t.Context(), &operatorservice.AddSearchAttributesRequest{
		Namespace: os.Getenv("TEMPORAL_NAMESPACE"), SearchAttributes: map[string]enumspb.IndexedValueType{
			engine.NameAttribute: enumspb.INDEXED_VALUE_TYPE_KEYWORD, engine.VersionAttribute: enumspb.INDEXED_VALUE_TYPE_KEYWORD, engine.StatesAttribute: enumspb.INDEXED_VALUE_TYPE_KEYWORD_LIST,
		},
	})
	require.NoError(t, err)
	listed := func(arguments ...string) string {
		_, out, _ := executeAlone(t, t.Context(), "", append([]string{"list", "--timeout", "1s"}, arguments...)...)
		return out
	}
	interpreter, err := engine.New(engine.NewCatalog(), engine.Options{RunAttributes: true})
	require.NoError(t, err)
	t.Run("with a worker", func(t *testing.T) {
		require.Eventually(t, func() bool {
			return interpreter.CheckSearchAttributes(t.Context(), connection, os.Getenv("TEMPORAL_NAMESPACE")) == nil
		}, time.Minute, 50*time.Millisecond)
		w := worker.New(connection, "telling", worker.Options{DisableRegistrationAliasing: true})
		interpreter.Register(w)
		require.NoError(t, w.Start())
		t.Cleanup(w.Stop)
		for id, step := range map[string]string{"waits": "{id: w, wait: go}", "sleeps": "{id: s, sleep: 1h}", "fails": "{id: f, hold: true, fail: {type: Bad, message: no luck}}"} {
			_, err = connection.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: id, TaskQueue: "telling"}, engine.InlineWorkflow, "blueprint: teller\nversion: 1.0.0\nsteps: ["+step+"]")
			require.NoError(t, err)
		}
		require.Eventually(t, func() bool {
			return strings.Contains(listed("--waiting", "go", "--definition", "teller"), "waits for go")
		}, time.Minute, 50*time.Millisecond)
		operate(t, connection, "sleeps", engine.Operation{Op: "pause"})
		require.Eventually(t, func() bool { return strings.Contains(listed("--paused", "--version", "1.0.0"), "  paused\n") }, time.Minute, 50*time.Millisecond)
		require.Eventually(t, func() bool { return strings.Contains(listed("--held"), "  held at f: Bad: no luck\n") }, time.Minute, 50*time.Millisecond)
		_, out, _ := executeAlone(t, t.Context(), "", "status", "fails")
		assert.Regexp(t, `\n  ✋ f is held since [-0-9T:]+Z — Bad: no luck; it admits retry, fail\n`, out)
	})
	assert.Regexp(t, `^.*state\nwaits +teller@1.0.0 +running .*  waiting; no [a-z ]+\n$`, listed("--waiting"))
	assert.Regexp(t, `^.*state\nsleeps +teller@1.0.0 +running .*  paused; no [a-z ]+\n$`, listed("--paused"))
	assert.Regexp(t, `^.*state\nfails +teller@1.0.0 +running .*  held; no [a-z ]+\n$`, listed("--held"))
	for _, id := range []string{"waits", "sleeps", "fails"} {
		require.NoError(t, connection.TerminateWorkflow(t.Context(), id, "", "the test is over"))
	}
}

// operate asks something of a run, which does it.
func operate(t *testing.T, connection client.Client, id string, operation engine.Operation) {
	t.Helper()
	handle, err := connection.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{
		WorkflowID: id, UpdateName: engine.OperateUpdate, Args: []any{operation}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	require.NoError(t, err)
	require.NoError(t, handle.Get(t.Context(), nil))
}
