//go:build e2e

package childdispatch

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/e2etest"
)

const (
	benchmarkItems  = 10_000
	benchmarkWindow = 100
	// pendingChildren is how many children a server lets one run have.
	pendingChildren = 2000
	suggestedEvents = 4096
)

// BenchmarkManyItems compares the sliding window with the plain loop, which starts all
// children and then waits for all, up to the size at which the loop is stuck. The
// children do nothing but report, so that what is measured is the parents' doing.
func BenchmarkManyItems(b *testing.B) {
	for _, items := range []int{500, pendingChildren, pendingChildren + 1} {
		b.Run(fmt.Sprintf("loop-%d", items), func(b *testing.B) {
			measure(b, "loop", Job{Catalogue: Catalogue{Items: items}}, func(b *testing.B, run client.WorkflowRun, connection client.Client) {
				if items <= pendingChildren {
					require.NoError(b, run.Get(b.Context(), nil))
					return
				}
				b.Log("the loop is stuck: ", awaitFailedTask(b, connection))
				require.NoError(b, connection.TerminateWorkflow(b.Context(), parentID, "", "it is stuck"))
			})
		})
	}
	for _, items := range []int{500, pendingChildren, benchmarkItems} {
		b.Run(fmt.Sprintf("window-%d", items), func(b *testing.B) {
			job := Job{Catalogue: Catalogue{Items: items}, Window: benchmarkWindow, ChildTimeout: time.Hour}
			measure(b, ProcessCatalogue, job, func(b *testing.B, run client.WorkflowRun, _ client.Client) {
				var totals Totals
				require.NoError(b, run.Get(b.Context(), &totals))
				assert.Equal(b, Totals{Completed: items, Bytes: int64(items) * int64(items+1) / 2}, totals)
			})
		})
	}
}

// measure runs one job on a server of its own.
func measure(b *testing.B, workflowType any, job Job, wait func(*testing.B, client.WorkflowRun, client.Client)) {
	connection := e2etest.Connect(b)
	e2etest.RunWorker(b, connection, runLightWorker)
	for b.Loop() {
		stop := watchHeap()
		start := time.Now()
		wait(b, startParent(b, connection, workflowType, job), connection)
		b.ReportMetric(time.Since(start).Seconds(), "s/job")
		b.ReportMetric(float64(stop())/(1<<20), "MiB-heap")
		runs, events := longestRun(b, connection)
		b.ReportMetric(float64(runs), "runs")
		b.ReportMetric(float64(events), "events-in-longest-run")
		if workflowType != "loop" {
			assert.Less(b, events, suggestedEvents)
		}
	}
}

func runLightWorker(ctx context.Context, connection client.Client) error {
	w := worker.New(connection, TaskQueue, worker.Options{DisableRegistrationAliasing: true})
	registerWith(w, lightChild)
	w.RegisterWorkflowWithOptions(loop, workflow.RegisterOptions{Name: "loop"})
	return connect.RunUntilDone(ctx, w)
}

func lightChild(ctx workflow.Context, task Task) (Output, error) {
	return finish(ctx, task, "nothing", nil)
}

// loop is what one writes first.
func loop(ctx workflow.Context, job Job) (int64, error) {
	var started []workflow.ChildWorkflowFuture
	for number := range job.Catalogue.Items {
		childCtx := workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{WorkflowID: childID(parentID, number)})
		started = append(started, workflow.ExecuteChildWorkflow(childCtx, "ProcessImage", Task{Item: job.Catalogue.item(number)}))
	}
	var bytes int64
	for _, child := range started {
		var output Output
		if err := child.Get(ctx, &output); err != nil {
			return 0, err
		}
		bytes += output.Size
	}
	return bytes, nil
}

// awaitFailedTask returns why the parent's workflow task fails again and again.
func awaitFailedTask(b *testing.B, connection client.Client) string {
	failure := ""
	require.Eventually(b, func() bool {
		events := connection.GetWorkflowHistory(b.Context(), parentID, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		for events.HasNext() {
			event, err := events.Next()
			require.NoError(b, err)
			if failed := event.GetWorkflowTaskFailedEventAttributes(); failed != nil {
				failure = fmt.Sprintf("%s: %s", failed.GetCause(), failed.GetFailure().GetMessage())
			}
		}
		return failure != ""
	}, 5*time.Minute, 100*time.Millisecond)
	return failure
}

// longestRun returns how many runs the parent had, and the events of the longest.
func longestRun(b *testing.B, connection client.Client) (runs, events int) {
	for {
		page, err := connection.ListWorkflow(b.Context(), &workflowservice.ListWorkflowExecutionsRequest{Query: fmt.Sprintf("WorkflowId = '%s'", parentID)})
		require.NoError(b, err)
		runs, events = 0, 0
		for _, run := range page.GetExecutions() {
			description, err := connection.DescribeWorkflow(b.Context(), parentID, run.GetExecution().GetRunId())
			require.NoError(b, err)
			runs++
			events = max(events, description.HistoryLength)
		}
		if runs > 0 {
			return runs, events
		}
	}
}

// watchHeap samples the heap of this process, which is the worker's, until it is
// stopped, and then returns the most it has seen, in bytes.
func watchHeap() (stop func() uint64) {
	ctx, cancel := context.WithCancel(context.Background())
	var most uint64
	var group sync.WaitGroup
	group.Go(func() {
		for ticker := time.NewTicker(100 * time.Millisecond); !errors.Is(ctx.Err(), context.Canceled); {
			var memory runtime.MemStats
			runtime.ReadMemStats(&memory)
			most = max(most, memory.HeapAlloc)
			select {
			case <-ctx.Done():
				ticker.Stop()
			case <-ticker.C:
			}
		}
	})
	return func() uint64 {
		cancel()
		group.Wait()
		return most
	}
}
