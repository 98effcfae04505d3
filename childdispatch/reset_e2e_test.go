//go:build e2e

package childdispatch

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/worker"

	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/workflowservice/v1"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/e2etest"
)

// However a parent is started again while its children run, it ends as it would have
// without that, and no child goes on for nobody.
func TestParentsSurviveBeingStartedAgain(t *testing.T) {
	connection := e2etest.Connect(t)
	e2etest.RunWorker(t, connection, runWorkerWithSlowLeaves)
	parents := map[string]struct {
		workflowType, input any
		// child is one that runs when the parent is started again.
		child, result string
	}{
		"batch": {
			Dispatch, Batch{Items: []Item{{ID: "a", Type: "image", Size: 1, Delay: 2 * time.Second}, {ID: "b", Type: "document", Size: 2, Delay: 2 * time.Second}}},
			".001-b",
			`[{"id":"a","output":{"by":"ProcessImage","made":"standard thumbnail of a","size":1}},{"id":"b","output":{"by":"ProcessDocument","made":"standard index of b","size":2}}]`,
		},
		"sort": {MergeSort, Sort{Numbers: []int64{4, 3, 2, 1}, LeafSize: 1}, ".right.left", `[1,2,3,4]`},
		"window": {
			ProcessCatalogue, Job{Catalogue: Catalogue{Items: 4, SlowEvery: 1, Slowness: 2 * time.Second}, Window: 2},
			".item-000001",
			`{"completed":4,"bytes":10}`,
		},
		"supervision": {Supervise, 2, ".visit-1", `2`},
		"claim":       {Claim, Visit{}, ".visit-0", `"finished"`},
		"join":        {Claim, Visit{Join: true}, ".visit-0", `"finished"`},
	}
	ways := map[string]func(context.Context, client.Client, client.WorkflowRun, func(client.StartWorkflowOptions) client.WorkflowRun) client.WorkflowRun{
		"reset": func(ctx context.Context, connection client.Client, run client.WorkflowRun, _ func(client.StartWorkflowOptions) client.WorkflowRun) client.WorkflowRun {
			reset, err := connection.ResetWorkflowExecution(ctx, &workflowservice.ResetWorkflowExecutionRequest{
				Namespace:                 client.DefaultNamespace,
				WorkflowExecution:         &common.WorkflowExecution{WorkflowId: run.GetID(), RunId: run.GetRunID()},
				WorkflowTaskFinishEventId: firstTaskCompleted,
				RequestId:                 run.GetID(),
				Reason:                    "for the test",
			})
			require.NoError(t, err)
			return connection.GetWorkflow(ctx, run.GetID(), reset.GetRunId())
		},
		"terminate-and-start": func(ctx context.Context, connection client.Client, run client.WorkflowRun, start func(client.StartWorkflowOptions) client.WorkflowRun) client.WorkflowRun {
			require.NoError(t, connection.TerminateWorkflow(ctx, run.GetID(), run.GetRunID(), "for the test"))
			return start(client.StartWorkflowOptions{})
		},
		"terminate-existing": func(_ context.Context, _ client.Client, _ client.WorkflowRun, start func(client.StartWorkflowOptions) client.WorkflowRun) client.WorkflowRun {
			return start(client.StartWorkflowOptions{WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING})
		},
	}
	for parent, c := range parents {
		for way, startAgain := range ways {
			t.Run(parent+"/"+way, func(t *testing.T) {
				t.Parallel()
				ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
				defer cancel()
				id := parent + "-" + way
				input := c.input
				if visit, claims := input.(Visit); claims {
					visit.ID = id + c.child
					input = visit
				}
				start := func(options client.StartWorkflowOptions) client.WorkflowRun {
					options.ID, options.TaskQueue = id, TaskQueue
					run, err := connection.ExecuteWorkflow(ctx, options, c.workflowType, input)
					require.NoError(t, err)
					return run
				}
				first := start(client.StartWorkflowOptions{})
				awaitFirstTask(t, connection, id+c.child)
				second := startAgain(ctx, connection, first, start)
				require.NotEqual(t, first.GetRunID(), second.GetRunID())
				switch parent {
				case "supervision":
					finishVisits(t, connection, second, id+".visit-0", id+".visit-1")
				case "claim", "join":
					finishVisits(t, connection, second, id+".visit-0")
				}

				var result converter.RawValue
				require.NoError(t, second.Get(ctx, &result))
				assert.JSONEq(t, c.result, string(result.Payload().GetData()))
				for _, child := range executions(t, connection, id+".", 2) {
					assert.NotEqual(t, enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, child.GetStatus(), child.GetExecution().GetWorkflowId())
				}
			})
		}
	}
}

// A child that was abandoned belongs to no run anymore.
func TestTheAbandonedChildOutlivesAReset(t *testing.T) {
	connection := e2etest.Connect(t)
	e2etest.RunWorker(t, connection, runWorker)
	run, err := connection.ExecuteWorkflow(t.Context(), startOptions(), LeaveChildren)
	require.NoError(t, err)
	require.NoError(t, run.Get(t.Context(), nil))
	abandoned := func() string {
		description, err := connection.DescribeWorkflow(t.Context(), parentID+".abandon", "")
		require.NoError(t, err)
		assert.Equal(t, enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, description.Status)
		return description.WorkflowExecution.RunID
	}
	before := abandoned()
	reset, err := connection.ResetWorkflowExecution(t.Context(), &workflowservice.ResetWorkflowExecutionRequest{
		Namespace:                 client.DefaultNamespace,
		WorkflowExecution:         &common.WorkflowExecution{WorkflowId: parentID, RunId: run.GetRunID()},
		WorkflowTaskFinishEventId: firstTaskCompleted,
		RequestId:                 "reset",
		Reason:                    "for the test",
	})
	require.NoError(t, err)
	require.NoError(t, connection.GetWorkflow(t.Context(), parentID, reset.GetRunId()).Get(t.Context(), nil))
	assert.Equal(t, before, abandoned())
}

// Another parent's Claim is not taken for an earlier run.
func TestAClaimLeavesTheChildOfAnotherParentAlone(t *testing.T) {
	connection := e2etest.Connect(t)
	e2etest.RunWorker(t, connection, runWorker)
	claim := func(id string) client.WorkflowRun {
		run, err := connection.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: id, TaskQueue: TaskQueue}, Claim, Visit{ID: "desk"})
		require.NoError(t, err)
		return run
	}
	first := claim("first")
	awaitFirstTask(t, connection, "desk")
	assertRefused(t, claim("second").Get(t.Context(), nil), ChildAlreadyRunning, "another parent's visit is under way")
	finishVisits(t, connection, first, "desk")
	var result string
	require.NoError(t, first.Get(t.Context(), &result))
	assert.Equal(t, "finished", result)
}

// awaitFirstTask waits until a Worker has completed the first task of the workflow.
func awaitFirstTask(t testing.TB, connection client.Client, id string) {
	t.Helper()
	eventually(t, func() bool {
		description, err := connection.DescribeWorkflow(t.Context(), id, "")
		return err == nil && description.HistoryLength >= firstTaskCompleted
	})
}

// finishVisits completes the visits once they are children of the run.
func finishVisits(t testing.TB, connection client.Client, parent client.WorkflowRun, ids ...string) {
	t.Helper()
	for _, id := range ids {
		eventually(t, func() bool {
			description, err := connection.DescribeWorkflow(t.Context(), id, "")
			return err == nil && description.ParentWorkflowExecution.RunID == parent.GetRunID()
		})
		require.NoError(t, connection.SignalWorkflow(t.Context(), id, "", FinishSignal, nil))
	}
}

// runWorkerWithSlowLeaves runs the sample's workflows, and sorts leaves slowly.
func runWorkerWithSlowLeaves(ctx context.Context, connection client.Client) error {
	w := worker.New(connection, TaskQueue, Options())
	Register(&withoutSorting{w})
	w.RegisterActivityWithOptions(func(ctx context.Context, numbers []int64) ([]int64, error) {
		select {
		case <-ctx.Done():
		case <-time.After(2 * time.Second):
		}
		return SortNumbers(ctx, numbers)
	}, activity.RegisterOptions{Name: "SortNumbers"})
	return connect.RunUntilDone(ctx, w)
}

// withoutSorting registers all but SortNumbers.
type withoutSorting struct{ worker.Worker }

func (w *withoutSorting) RegisterActivity(function any) {
	if _, sorts := function.(func(context.Context, []int64) ([]int64, error)); !sorts {
		w.Worker.RegisterActivity(function)
	}
}
