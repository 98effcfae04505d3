//go:build e2e

package childdispatch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/e2etest"
)

// firstTaskCompleted is the number of the Event that ends a workflow's first task.
const firstTaskCompleted = 4

// runWorker runs the sample's Worker until ctx ends.
func runWorker(ctx context.Context, connection client.Client) error {
	w := worker.New(connection, TaskQueue, Options())
	Register(w)
	return connect.RunUntilDone(ctx, w)
}

// registerWith registers the sliding window with one child for all types of items.
func registerWith(registry worker.Registry, child childWorkflow) {
	for name := range children() {
		registry.RegisterWorkflowWithOptions(child, workflow.RegisterOptions{Name: name})
	}
	registry.RegisterWorkflow(ProcessCatalogue)
	registry.RegisterActivity(ListItems)
	registry.RegisterActivity(InspectChildren)
}

// startParent starts a workflow under the id "parent".
func startParent(t testing.TB, connection client.Client, workflowType, input any) client.WorkflowRun {
	run, err := connection.ExecuteWorkflow(t.Context(), startOptions(), workflowType, input)
	require.NoError(t, err)
	return run
}

// executions lists the runs whose workflow ids begin with the prefix, as soon as there
// are at least so many.
func executions(t testing.TB, connection client.Client, prefix string, atLeast int) []*workflowpb.WorkflowExecutionInfo {
	var found []*workflowpb.WorkflowExecutionInfo
	// The server lists a run some time after it starts or ends.
	require.Eventually(t, func() bool {
		found = nil
		request := &workflowservice.ListWorkflowExecutionsRequest{Query: fmt.Sprintf("WorkflowId STARTS_WITH '%s'", prefix)}
		for {
			page, err := connection.ListWorkflow(t.Context(), request)
			require.NoError(t, err)
			found = append(found, page.GetExecutions()...)
			if request.NextPageToken = page.GetNextPageToken(); len(request.NextPageToken) == 0 {
				break
			}
		}
		return len(found) >= atLeast && !slices.ContainsFunc(found, func(run *workflowpb.WorkflowExecutionInfo) bool {
			return run.GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
		})
	}, time.Minute, 100*time.Millisecond)
	return found
}

// eventually waits until it is so.
func eventually(t testing.TB, isSo func() bool) {
	t.Helper()
	require.Eventually(t, isSo, 3*time.Minute, 20*time.Millisecond)
}

func statusOf(t testing.TB, connection client.Client, id, runID string) enumspb.WorkflowExecutionStatus {
	description, err := connection.DescribeWorkflow(t.Context(), id, runID)
	require.NoError(t, err)
	return description.Status
}

func progressOf(t testing.TB, connection client.Client) Progress {
	var progress Progress
	// A query fails while no worker polls.
	answer, err := connection.QueryWorkflow(t.Context(), parentID, "", ProgressQuery)
	if err == nil {
		require.NoError(t, answer.Get(&progress))
	}
	return progress
}

// The children that a terminated parent leaves are adopted by the next parent of its id,
// and no item of theirs is processed again.
func TestTheNextParentAdoptsTheChildrenOfATerminatedOne(t *testing.T) {
	connection := e2etest.Connect(t)
	e2etest.RunWorker(t, connection, runWorker)
	job := Job{Catalogue: Catalogue{Items: 4, SlowEvery: 1, Slowness: 5 * time.Second}, Window: 4, ChildTimeout: time.Hour}
	run := startParent(t, connection, ProcessCatalogue, job)
	awaitFirstTask(t, connection, childID(parentID, 3))
	require.NoError(t, connection.TerminateWorkflow(t.Context(), parentID, run.GetRunID(), "for the test"))

	var totals Totals
	require.NoError(t, startParent(t, connection, ProcessCatalogue, job).Get(t.Context(), &totals))
	assert.Equal(t, Totals{Completed: 4, Bytes: 10}, totals)
	assert.Len(t, executions(t, connection, parentID+".item", 4), 4, "each child has run once")
}

// What became of children of earlier runs, as the server knows it.
func TestOverdueChildrenAreInspected(t *testing.T) {
	connection := e2etest.Connect(t)
	e2etest.RunWorker(t, connection, runWorker)
	start := func(number int, size int64, delay time.Duration) client.WorkflowRun {
		options := client.StartWorkflowOptions{ID: childID(parentID, number), TaskQueue: TaskQueue}
		task := Task{Item: Item{ID: "item", Type: "image", Size: size, Delay: delay}, Number: number}
		run, err := connection.ExecuteWorkflow(t.Context(), options, "ProcessImage", task)
		require.NoError(t, err)
		return run
	}
	// None of these has the task to report.
	completed, failed, terminated, canceled := start(0, 7, 0), start(1, 0, 0), start(2, 1, time.Hour), start(3, 1, time.Hour)
	late := start(5, 11, 3*time.Second)
	require.NoError(t, completed.Get(t.Context(), nil))
	require.Error(t, failed.Get(t.Context(), nil))
	require.NoError(t, connection.TerminateWorkflow(t.Context(), terminated.GetID(), "", "for the test"))
	require.NoError(t, connection.CancelWorkflow(t.Context(), canceled.GetID(), ""))

	carried := &Carried{Next: 10}
	for number := range 6 { // number 4 does not exist
		carried.InFlight = append(carried.InFlight, Child{Number: number, Due: time.Now()})
	}
	var totals Totals
	run := startParent(t, connection, ProcessCatalogue, Job{Window: 10, Carried: carried})
	require.NoError(t, run.Get(t.Context(), &totals))
	assert.Equal(t, Totals{
		Completed: 2, Bytes: 18,
		Failed: map[string]int{EmptyItem: 1, ChildTerminated: 1, ChildCanceled: 1, ChildLost: 1},
		FirstFailures: []Report{
			{Number: 1, Failure: &Failure{EmptyItem, "item is empty"}},
			{Number: 2, Failure: &Failure{ChildTerminated, "the child was terminated"}},
			{Number: 3, Failure: &Failure{ChildCanceled, "the child was canceled"}},
			{Number: 4, Failure: &Failure{ChildLost, "the server does not know the child"}},
		},
	}, totals)
	require.NoError(t, late.Get(t.Context(), nil))
}

// Only a server shows that a cancellation finds the children of a run that is over.
func TestCancellationReachesTheChildrenOfAnEarlierRun(t *testing.T) {
	connection := e2etest.Connect(t)
	e2etest.RunWorker(t, connection, runWorker)
	job := Job{Catalogue: Catalogue{Items: 100, SlowEvery: 1, Slowness: time.Hour}, Window: 6, ChildTimeout: 2 * time.Hour, EventsPerRun: MinEventsPerRun}
	first := startParent(t, connection, ProcessCatalogue, job)
	firstRunID := first.GetRunID()
	eventually(t, func() bool {
		return statusOf(t, connection, parentID, firstRunID) == enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW
	})
	require.NoError(t, connection.CancelWorkflow(t.Context(), parentID, ""))

	// A child that does not report is waited for until it is due, in two hours.
	ctx, cancel := context.WithTimeout(t.Context(), 45*time.Second)
	defer cancel()
	var canceled *temporal.CanceledError
	require.ErrorAs(t, first.Get(ctx, nil), &canceled)
	var totals Totals
	require.NoError(t, canceled.Details(&totals))
	assert.Equal(t, map[string]int{ChildCanceled: 6}, totals.Failed)
	for _, child := range executions(t, connection, parentID+".item", 6) {
		assert.Equal(t, enumspb.WORKFLOW_EXECUTION_STATUS_CANCELED, child.GetStatus(), child.GetExecution().GetWorkflowId())
	}
}

// A terminated child cannot be canceled, and reports nothing. Only a server shows that
// the job ends at once all the same, and not when the child is due, in two hours.
func TestACanceledJobFindsTheChildThatWasTerminated(t *testing.T) {
	connection := e2etest.Connect(t)
	e2etest.RunWorker(t, connection, runWorker)
	job := Job{Catalogue: Catalogue{Items: 100, SlowEvery: 1, Slowness: time.Hour}, Window: 6, ChildTimeout: 2 * time.Hour, EventsPerRun: MinEventsPerRun}
	run := startParent(t, connection, ProcessCatalogue, job)
	firstRunID := run.GetRunID()
	eventually(t, func() bool {
		return statusOf(t, connection, parentID, firstRunID) == enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW
	})
	require.NoError(t, connection.TerminateWorkflow(t.Context(), childID(parentID, 0), "", "for the test"))
	require.NoError(t, connection.CancelWorkflow(t.Context(), parentID, ""))

	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var canceled *temporal.CanceledError
	require.ErrorAs(t, run.Get(ctx, nil), &canceled)
	var totals Totals
	require.NoError(t, canceled.Details(&totals))
	assert.Equal(t, map[string]int{ChildTerminated: 1, ChildCanceled: 5}, totals.Failed)
}

func TestCanceledBatchOnAServer(t *testing.T) {
	connection := e2etest.Connect(t)
	e2etest.RunWorker(t, connection, runWorker)
	var items []Item
	for i := range MaxConcurrentChildren + 10 {
		items = append(items, Item{ID: fmt.Sprint(i), Type: "image", Size: 1, Delay: 40 * time.Second})
	}
	run := startParent(t, connection, Dispatch, Batch{Items: items})
	eventually(t, func() bool {
		description, err := connection.DescribeWorkflow(t.Context(), parentID, "")
		require.NoError(t, err)
		return len(description.RawResponse.GetPendingChildren()) == MaxConcurrentChildren
	})
	require.NoError(t, connection.CancelWorkflow(t.Context(), parentID, ""))
	var canceled *temporal.CanceledError
	require.ErrorAs(t, run.Get(t.Context(), nil), &canceled)
	description, err := connection.DescribeWorkflow(t.Context(), parentID, "")
	require.NoError(t, err)
	assert.Empty(t, description.RawResponse.GetPendingChildren(), "all children have ended before their parent")
	for _, child := range executions(t, connection, parentID+".", MaxConcurrentChildren) {
		assert.Equal(t, enumspb.WORKFLOW_EXECUTION_STATUS_CANCELED, child.GetStatus())
	}
}

// A list at the limit goes through all levels on a real server.
func TestTheLargestSort(t *testing.T) {
	connection := e2etest.Connect(t)
	e2etest.RunWorker(t, connection, runWorker)
	numbers := descending(20_000)
	var sorted []int64
	run := startParent(t, connection, MergeSort, Sort{Numbers: numbers, LeafSize: 1000})
	require.NoError(t, run.Get(t.Context(), &sorted))
	slices.Sort(numbers)
	assert.Equal(t, numbers, sorted)
}

// A parent's id may be as long as checkOwnID lets it be.
func TestTheLongestParentID(t *testing.T) {
	connection := e2etest.Connect(t)
	e2etest.RunWorker(t, connection, runWorker)
	options := startOptions()
	options.ID = strings.Repeat("x", maxParentID)
	item := Item{ID: strings.Repeat("y", 64), Type: "image", Size: 1}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	run, err := connection.ExecuteWorkflow(ctx, options, Dispatch, Batch{Items: []Item{item}})
	require.NoError(t, err)
	var results []Result
	require.NoError(t, run.Get(ctx, &results))
	assert.Nil(t, results[0].Failure)
}
