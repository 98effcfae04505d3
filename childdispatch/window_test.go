package childdispatch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// slow is a catalogue of so many items that each take a second of the test's time.
func slow(items int) Catalogue {
	return Catalogue{Items: items, SlowEvery: 1, Slowness: time.Second}
}

func totalsOf(t *testing.T, e *environment) Totals {
	t.Helper()
	require.NoError(t, e.GetWorkflowError())
	var totals Totals
	require.NoError(t, e.GetWorkflowResult(&totals))
	return totals
}

// nextRun returns what the run that has continued as new hands to the next.
func nextRun(t *testing.T, e *environment) Job {
	t.Helper()
	var next *workflow.ContinueAsNewError
	require.ErrorAs(t, e.GetWorkflowError(), &next)
	assert.Equal(t, "ProcessCatalogue", next.WorkflowType.Name)
	var job Job
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(next.Input, &job))
	require.NotNil(t, job.Carried)
	return job
}

func numbers(children []Child) []int {
	numbers := []int{}
	for _, child := range children {
		numbers = append(numbers, child.Number)
	}
	return numbers
}

// carrying is a job of an earlier run with these children in flight, which are due a
// minute from now, and no more items.
func carrying(e *environment, inFlight ...int) Job {
	carried := &Carried{Next: 10, InFlight: []Child{}}
	for _, number := range inFlight {
		carried.InFlight = append(carried.InFlight, Child{Number: number, Due: e.Now().Add(time.Minute)})
	}
	return Job{Catalogue: Catalogue{Items: 10}, Window: 5, Carried: carried}
}

func builtInTable(t *testing.T) Table {
	read, err := ReadConfiguration(configuration)
	require.NoError(t, err)
	return read.tableOf("")
}

func TestTheWindowBoundsTheChildrenInFlight(t *testing.T) {
	for _, window := range []int{1, 7, 250} {
		e := newEnvironment(t)
		e.ExecuteWorkflow(ProcessCatalogue, Job{Catalogue: slow(250), Window: window})

		assert.Equal(t, Totals{Completed: 250, Bytes: 250 * 251 / 2}, totalsOf(t, e))
		assert.Equal(t, window, e.mostEver)
		assert.Len(t, e.children, 250, "each item has one child")
		assert.Len(t, slices.Compact(slices.Sorted(slices.Values(e.childIDs()))), 250, "of an id of its own")
	}
}

// allowDuplicate is the server's default for children.
const allowDuplicate = enumspb.WORKFLOW_ID_REUSE_POLICY_UNSPECIFIED

func TestChildrenOfAWindowOutliveTheRun(t *testing.T) {
	e := newEnvironment(t)
	e.ExecuteWorkflow(ProcessCatalogue, Job{Catalogue: Catalogue{Items: 2}, Window: 2, ChildTimeout: time.Hour})

	assert.Equal(t, []startedChild{
		{"ProcessImage", "parent.item-000000", allowDuplicate, enumspb.PARENT_CLOSE_POLICY_ABANDON, true, time.Hour},
		{"ProcessVideo", "parent.item-000001", allowDuplicate, enumspb.PARENT_CLOSE_POLICY_ABANDON, true, time.Hour},
	}, e.children)
	for _, task := range e.tasks(t) {
		assert.True(t, task.Reports)
	}
}

// A page that is full may be the last one.
func TestACatalogueOfOnePage(t *testing.T) {
	for items, pages := range map[int]int{pageSize - 1: 1, pageSize: 2, pageSize + 1: 2} {
		e := newEnvironment(t)
		e.ExecuteWorkflow(ProcessCatalogue, Job{Catalogue: Catalogue{Items: items}, Window: 10})
		assert.Equal(t, items, totalsOf(t, e).Completed)
		assert.Equal(t, pages, e.count("ListItems"))
	}
}

func TestEmptyCatalogue(t *testing.T) {
	e := newEnvironment(t)
	timers := 0
	e.SetOnTimerScheduledListener(func(string, time.Duration) { timers++ })
	e.ExecuteWorkflow(ProcessCatalogue, Job{Window: 1})
	assert.Equal(t, Totals{}, totalsOf(t, e))
	assert.Equal(t, 1, e.count("ListItems"))
	assert.Zero(t, timers, "no child is due")
}

func TestFailuresAreCountedByType(t *testing.T) {
	e := newEnvironment(t)
	e.ExecuteWorkflow(ProcessCatalogue, Job{Catalogue: Catalogue{Items: 300, EmptyEvery: 10, UnknownEvery: 101}, Window: 20})

	totals := totalsOf(t, e)
	assert.Equal(t, map[string]int{EmptyItem: 30, UnknownType: 2}, totals.Failed)
	assert.Equal(t, 268, totals.Completed)
	first := []int{}
	for _, failure := range totals.FirstFailures {
		first = append(first, failure.Number)
	}
	assert.Equal(t, []int{9, 19, 29, 39, 49}, first)
	assert.Len(t, e.children, 298, "no child for an unknown type")
}

func TestTheTenantsTableIsCarried(t *testing.T) {
	e := newEnvironment(t)
	e.onChild = func() { e.SetContinueAsNewSuggested(true) }
	e.ExecuteWorkflow(ProcessCatalogue, Job{Catalogue: slow(3), Tenant: "archive", Window: 1})
	job := nextRun(t, e)
	assert.Equal(t, "searchable", job.Carried.Table.Routes["image"].Quality)

	e = newEnvironment(t)
	job.Carried.Table.Routes["video"] = Route{Workflow: "ProcessImage", Quality: "recorded"}
	e.RegisterDelayedCallback(func() { e.SignalWorkflow(ReportSignal, Report{Number: 0}) }, time.Second)
	e.ExecuteWorkflow(ProcessCatalogue, job)
	totalsOf(t, e)
	assert.Equal(t, "ProcessImage", e.children[0].Type)
	assert.Equal(t, "recorded", e.tasks(t)[0].Quality)
}

// Three runs: two end while children run, the third ends the job.
func TestNoChildIsLostOrCountedTwiceWhenRunsChange(t *testing.T) {
	const items, window = 12, 4
	started := map[string]int{}
	job := Job{Catalogue: slow(items), Window: window}
	for _, endAfter := range []int{window, 3, -1} {
		e := newEnvironment(t)
		for _, child := range carriedOf(job) {
			e.RegisterDelayedCallback(func() {
				e.SignalWorkflow(ReportSignal, Report{Number: child.Number, Size: int64(child.Number + 1)})
			}, time.Second)
		}
		e.onChild = func() {
			if len(e.children) == endAfter {
				e.SetCurrentHistoryLength(DefaultEventsPerRun)
			}
		}
		e.ExecuteWorkflow(ProcessCatalogue, job)
		for _, child := range e.children {
			started[child.ID]++
		}
		if endAfter < 0 {
			assert.Equal(t, Totals{Completed: items, Bytes: items * (items + 1) / 2}, totalsOf(t, e))
			break
		}
		job = nextRun(t, e)
		assert.NotEmpty(t, job.Carried.InFlight)
		settled := job.Carried.Totals.Completed
		assert.Equal(t, job.Carried.Next, settled+len(job.Carried.InFlight), "all that was taken is settled or in flight")
	}
	assert.Len(t, started, items)
	for id, times := range started {
		assert.Equal(t, 1, times, id)
	}
}

func carriedOf(job Job) []Child {
	if job.Carried == nil {
		return nil
	}
	return job.Carried.InFlight
}

func TestAllChildrenHaveStartedBeforeTheRunChanges(t *testing.T) {
	e := newEnvironment(t)
	e.onChild = func() {
		if len(e.children) == 3 {
			e.SetCurrentHistoryLength(DefaultEventsPerRun)
		}
	}
	e.onEnd = func() { assert.Equal(t, 3, e.confirmed) }
	e.ExecuteWorkflow(ProcessCatalogue, Job{Catalogue: slow(10), Window: 10})

	job := nextRun(t, e)
	assert.Equal(t, []int{0, 1, 2}, numbers(job.Carried.InFlight))
	assert.Equal(t, 3, job.Carried.Next)
	assert.Equal(t, slow(10), job.Catalogue)
}

// What one run has promised its children, the next one keeps.
// A report may come before the server has confirmed that the child runs.
func TestNoTimerForNoChild(t *testing.T) {
	e := newEnvironment(t)
	timers := 0
	e.SetOnTimerScheduledListener(func(string, time.Duration) { timers++ })
	e.onChild = func() {
		e.SetContinueAsNewSuggested(true)
		e.RegisterDelayedCallback(func() { e.SignalWorkflow(ReportSignal, Report{Number: 0, Size: 7}) }, 0)
	}
	e.ExecuteWorkflow(ProcessCatalogue, Job{Catalogue: Catalogue{Items: 2}, Window: 1})
	next := nextRun(t, e)
	assert.Empty(t, next.Carried.InFlight)
	assert.Equal(t, 1, e.confirmed)
	assert.Equal(t, 1, timers)
}

func TestTimeoutAndDueTimesAreHandedOn(t *testing.T) {
	e := newEnvironment(t)
	var started []time.Time
	e.onChild = func() {
		started = append(started, e.Now())
		if len(started) == 2 {
			e.SetCurrentHistoryLength(500)
		}
	}
	e.ExecuteWorkflow(ProcessCatalogue, Job{Catalogue: slow(10), Window: 10, ChildTimeout: 3 * time.Hour, EventsPerRun: 500})

	job := nextRun(t, e)
	assert.Equal(t, 3*time.Hour, job.ChildTimeout)
	assert.Equal(t, 500, job.EventsPerRun)
	require.Equal(t, []int{0, 1}, numbers(job.Carried.InFlight))
	for i, child := range job.Carried.InFlight {
		assert.WithinDuration(t, started[i].Add(3*time.Hour+reportGrace), child.Due, time.Second)
	}
}

func TestNoReportIsLeftBehindWhenRunsChange(t *testing.T) {
	e := newEnvironment(t)
	e.RegisterDelayedCallback(func() {
		e.SetCurrentHistoryLength(DefaultEventsPerRun)
		// The three come with one workflow task, the way a busy server sends them.
		e.SignalWorkflowSkippingWorkflowTask(ReportSignal, Report{Number: 1, Size: 10})
		e.SignalWorkflowSkippingWorkflowTask(ReportSignal, Report{Number: 2, Size: 20})
		e.SignalWorkflow(ReportSignal, Report{Number: 3, Size: 30})
	}, time.Second)
	e.ExecuteWorkflow(ProcessCatalogue, carrying(e, 1, 2, 3, 4))

	job := nextRun(t, e)
	assert.Equal(t, []int{4}, numbers(job.Carried.InFlight))
	assert.Equal(t, Totals{Completed: 3, Bytes: 60}, job.Carried.Totals)
}

func TestTheServersSuggestionEndsTheRun(t *testing.T) {
	e := newEnvironment(t)
	e.SetContinueAsNewSuggested(true)
	e.ExecuteWorkflow(ProcessCatalogue, carrying(e, 1))
	assert.Equal(t, []int{1}, numbers(nextRun(t, e).Carried.InFlight))
}

func TestWhatIsCarriedDoesNotGrowWithTheItems(t *testing.T) {
	size := func(next int) int {
		totals := Totals{Completed: next, Bytes: 1 << 40}
		for number := range next {
			totals.add(Report{Number: number, Failure: &Failure{Type: fmt.Sprintf("%0100d", number), Reason: "x"}})
		}
		encoded, err := json.Marshal(Carried{Next: next, Totals: totals})
		require.NoError(t, err)
		return len(encoded)
	}
	assert.InDelta(t, size(100), size(100_000), 100)
}

func TestAReportCountsOnce(t *testing.T) {
	e := newEnvironment(t)
	e.RegisterDelayedCallback(func() {
		for _, number := range []int{1, 1, 7, -1, 1} {
			e.SignalWorkflow(ReportSignal, Report{Number: number, Size: 10})
		}
		e.SignalWorkflow(ReportSignal, "not a report")
	}, time.Second)
	e.RegisterDelayedCallback(func() { e.SignalWorkflow(ReportSignal, Report{Number: 2, Size: 5}) }, 2*time.Second)
	e.ExecuteWorkflow(ProcessCatalogue, carrying(e, 1, 2))
	assert.Equal(t, Totals{Completed: 2, Bytes: 15}, totalsOf(t, e))
}

func TestTotalsDoNotDependOnTheOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		reports := make([]Report, random.IntN(60))
		for number := range reports {
			reports[number] = Report{Number: number, Size: random.Int64N(100)}
			if random.IntN(3) == 0 {
				reports[number] = Report{Number: number, Failure: &Failure{Type: fmt.Sprint("Type", random.IntN(5))}}
			}
		}
		var inOrder, shuffled Totals
		for _, report := range reports {
			inOrder.add(report)
		}
		for _, i := range random.Perm(len(reports)) {
			shuffled.add(reports[i])
		}
		assert.Equal(t, inOrder, shuffled)
	}
}

// A mocked child ends without a report, as one does that was terminated.
func TestAChildThatEndsWithoutAReport(t *testing.T) {
	e := newEnvironment(t)
	e.OnWorkflow("ProcessImage", mock.Anything, mock.Anything).Return(Output{}, temporal.NewApplicationError("gone", "Gone"))
	e.ExecuteWorkflow(ProcessCatalogue, Job{Catalogue: Catalogue{Items: 6}, Window: 1})

	totals := totalsOf(t, e)
	assert.Equal(t, 4, totals.Completed)
	assert.Equal(t, map[string]int{"Gone": 2}, totals.Failed)
	assert.Zero(t, e.count("InspectChildren"), "the run that started it knows at once")
}

func TestAChildOfAnEarlierRunThatEndsWithoutAReport(t *testing.T) {
	e := newEnvironment(t)
	e.SetWorkflowRunTimeout(10 * time.Minute)
	begin := e.Now()
	inspected := [][]int{}
	e.OnActivity(InspectChildren, mock.Anything, mock.Anything).Return(func(_ context.Context, overdue []int) ([]Report, error) {
		inspected = append(inspected, overdue)
		waited := e.Now().Sub(begin)
		assert.Equal(t, len(inspected) == 1, waited == time.Minute, "first when the earlier run said, not %s later", waited)
		return []Report{{Number: overdue[0], Failure: &Failure{Type: ChildTerminated}}}, nil
	})
	e.RegisterDelayedCallback(func() { e.SignalWorkflow(ReportSignal, Report{Number: 1, Size: 10}) }, time.Second)
	e.ExecuteWorkflow(ProcessCatalogue, carrying(e, 1, 3, 4))

	totals := totalsOf(t, e)
	assert.Equal(t, 1, totals.Completed)
	assert.Equal(t, map[string]int{ChildTerminated: 2}, totals.Failed)
	assert.Equal(t, [][]int{{3, 4}, {4}}, inspected, "a child that still runs is looked at again")
}

func TestAFailedInspectionIsMadeAgain(t *testing.T) {
	e := newEnvironment(t)
	e.SetWorkflowRunTimeout(10 * time.Minute)
	inspections := 0
	var failed time.Time
	e.OnActivity(InspectChildren, mock.Anything, mock.Anything).Return(func(context.Context, []int) ([]Report, error) {
		if inspections++; inspections == 1 {
			failed = e.Now()
			return nil, temporal.NewNonRetryableApplicationError("the server is busy", "Busy", nil)
		}
		assert.Equal(t, reportGrace, e.Now().Sub(failed), "a busy server is left alone for a while")
		return []Report{{Number: 3, Size: 7}}, nil
	})
	e.ExecuteWorkflow(ProcessCatalogue, carrying(e, 3))
	assert.Equal(t, Totals{Completed: 1, Bytes: 7}, totalsOf(t, e))
	assert.Equal(t, 2, inspections)
	assert.Equal(t, []string{"Overdue children cannot be inspected now"}, e.warnings.messages)
}

func TestTheChildThatIsDueFirstIsInspectedFirst(t *testing.T) {
	e := newEnvironment(t)
	e.SetWorkflowRunTimeout(10 * time.Hour)
	begin := e.Now()
	inspected := map[int]time.Duration{}
	e.OnActivity(InspectChildren, mock.Anything, mock.Anything).Return(func(_ context.Context, overdue []int) ([]Report, error) {
		var reports []Report
		for _, number := range overdue {
			inspected[number] = e.Now().Sub(begin)
			reports = append(reports, Report{Number: number})
		}
		return reports, nil
	})
	job := carrying(e, 1, 2, 3)
	job.Carried.InFlight[0].Due = begin.Add(2 * time.Hour)
	job.Carried.InFlight[2].Due = begin.Add(time.Hour)
	e.ExecuteWorkflow(ProcessCatalogue, job)
	totalsOf(t, e)
	assert.Equal(t, map[int]time.Duration{1: 2 * time.Hour, 2: time.Minute, 3: time.Hour}, inspected)
}

// An Activity every two seconds would fill the Event History.
func TestAChildThatGoesOnRunningIsInspectedLessAndLessOften(t *testing.T) {
	e := newEnvironment(t)
	e.SetWorkflowRunTimeout(10 * time.Hour)
	last := e.Now().Add(time.Minute)
	var apart []time.Duration
	e.OnActivity(InspectChildren, mock.Anything, mock.Anything).Return(func(context.Context, []int) ([]Report, error) {
		apart = append(apart, e.Now().Sub(last))
		last = e.Now()
		if len(apart) == 9 {
			return []Report{{Number: 3}}, nil
		}
		return nil, nil
	})
	e.ExecuteWorkflow(ProcessCatalogue, carrying(e, 3))
	totalsOf(t, e)
	const s = time.Second
	assert.Equal(t, []time.Duration{0, 2 * s, 4 * s, 8 * s, 16 * s, 32 * s, 64 * s, 64 * s, 64 * s}, apart)
}

func TestOverdueChildrenAreInspectedInBoundedNumbers(t *testing.T) {
	e := newEnvironment(t)
	var all []int
	for number := range 2*maxInspected + 1 {
		all = append(all, number)
	}
	var asked []int
	e.OnActivity(InspectChildren, mock.Anything, mock.Anything).Return(func(_ context.Context, overdue []int) ([]Report, error) {
		assert.LessOrEqual(t, len(overdue), maxInspected)
		asked = append(asked, overdue...)
		var reports []Report
		for _, number := range overdue {
			reports = append(reports, Report{Number: number})
		}
		return reports, nil
	})
	job := carrying(e, all...)
	job.Window = MaxWindow
	e.ExecuteWorkflow(ProcessCatalogue, job)
	assert.Equal(t, len(all), totalsOf(t, e).Completed)
	assert.Equal(t, all, asked)
}

func TestAnAdoptedChildReports(t *testing.T) {
	e := newEnvironment(t)
	e.OnWorkflow("ProcessImage", mock.Anything, mock.Anything).Return(Output{}, &temporal.ChildWorkflowExecutionAlreadyStartedError{})
	e.RegisterDelayedCallback(func() { e.SignalWorkflow(ReportSignal, Report{Number: 0, Size: 77}) }, time.Second)
	e.ExecuteWorkflow(ProcessCatalogue, Job{Catalogue: Catalogue{Items: 1}, Window: 1})
	assert.Equal(t, Totals{Completed: 1, Bytes: 77}, totalsOf(t, e))
}

// The report of an adopted child may have come before the child was waited for.
func TestAnAdoptedChildIsInspectedSoon(t *testing.T) {
	e := newEnvironment(t)
	e.OnWorkflow("ProcessImage", mock.Anything, mock.Anything).Return(Output{}, &temporal.ChildWorkflowExecutionAlreadyStartedError{})
	e.OnActivity(InspectChildren, mock.Anything, []int{0}).Return([]Report{{Number: 0, Size: 77}}, nil).Once()
	begin := e.Now()
	e.ExecuteWorkflow(ProcessCatalogue, Job{Catalogue: Catalogue{Items: 1}, Window: 1, ChildTimeout: time.Hour})
	assert.Equal(t, Totals{Completed: 1, Bytes: 77}, totalsOf(t, e))
	assert.Equal(t, reportGrace, e.Now().Sub(begin))
}

// A child that was terminated reports nothing, and cannot be canceled.
func TestACanceledJobInspectsTheChildrenOfEarlierRunsAtOnce(t *testing.T) {
	e := newEnvironment(t)
	// The children of this run take a while to end, so that they could be inspected, too.
	e.RegisterWorkflowWithOptions(func(ctx workflow.Context, _ Task) (Output, error) {
		err := workflow.Sleep(ctx, time.Hour)
		detachedCtx, _ := workflow.NewDisconnectedContext(ctx)
		return Output{}, errors.Join(workflow.Sleep(detachedCtx, 100*time.Millisecond), err)
	}, workflow.RegisterOptions{Name: "slow-to-end"})
	e.OnRequestCancelExternalWorkflow(mock.Anything, mock.Anything, mock.Anything).Return(nil)
	var inspected [][]int
	e.OnActivity(InspectChildren, mock.Anything, mock.Anything).Return(func(_ context.Context, numbers []int) ([]Report, error) {
		inspected = append(inspected, numbers)
		return []Report{{Number: 1, Failure: &Failure{Type: ChildTerminated}}}, nil
	})
	e.RegisterDelayedCallback(e.CancelWorkflow, time.Second/2)
	job := carrying(e, 1)
	job.Catalogue, job.Window = slow(100), 3
	slowToEnd := Route{Workflow: "slow-to-end"}
	job.Carried.Table = Table{Routes: map[string]Route{"image": slowToEnd, "video": slowToEnd, "document": slowToEnd}}
	begin := e.Now()
	e.ExecuteWorkflow(ProcessCatalogue, job)

	var canceled *temporal.CanceledError
	require.ErrorAs(t, e.GetWorkflowError(), &canceled)
	var totals Totals
	require.NoError(t, canceled.Details(&totals))
	assert.Equal(t, map[string]int{ChildTerminated: 1, ChildCanceled: 2}, totals.Failed)
	assert.Less(t, e.Now().Sub(begin), time.Second, "not when it is due, in a minute")
	assert.Equal(t, [][]int{{1}}, inspected, "the futures of this run tell how its own children ended")
}

// Nor does an adopted child, which the run before had started.
func TestACanceledJobInspectsAdoptedChildrenAtOnce(t *testing.T) {
	e := newEnvironment(t)
	e.OnWorkflow("ProcessImage", mock.Anything, mock.Anything).Return(Output{}, &temporal.ChildWorkflowExecutionAlreadyStartedError{})
	e.OnRequestCancelExternalWorkflow(mock.Anything, childID(parentID, 0), "").Return(nil).Once()
	e.OnActivity(InspectChildren, mock.Anything, []int{0}).Return([]Report{{Number: 0, Failure: &Failure{Type: ChildTerminated}}}, nil).Once()
	e.RegisterDelayedCallback(e.CancelWorkflow, time.Second/2)
	begin := e.Now()
	e.ExecuteWorkflow(ProcessCatalogue, Job{Catalogue: Catalogue{Items: 1}, Window: 1})

	var canceled *temporal.CanceledError
	require.ErrorAs(t, e.GetWorkflowError(), &canceled)
	assert.Less(t, e.Now().Sub(begin), reportGrace)
}

// With the job's own context, canceling the job would cancel its children by another way
// than those of earlier runs, also one that is about to start.
func TestChildrenOfAWindowAreStartedOnADetachedContext(t *testing.T) {
	e := newEnvironment(t)
	e.OnRequestCancelExternalWorkflow(mock.Anything, mock.Anything, mock.Anything).Return(nil).Maybe()
	e.RegisterDelayedCallback(e.CancelWorkflow, time.Second/2)
	e.ExecuteWorkflow(ProcessCatalogue, Job{Catalogue: slow(3), Window: 3})
	var canceled *temporal.CanceledError
	require.ErrorAs(t, e.GetWorkflowError(), &canceled)
	require.Len(t, e.contexts, 3)
	for _, ctx := range e.contexts {
		assert.NoError(t, ctx.Err())
	}
}

func TestCancellationReachesTheChildrenOfAllRuns(t *testing.T) {
	e := newEnvironment(t)
	var mutex sync.Mutex // the environment calls each mock in a goroutine
	var reached []string
	e.OnRequestCancelExternalWorkflow(mock.Anything, mock.Anything, mock.Anything).Return(
		func(_, workflowID, runID string) error {
			mutex.Lock()
			defer mutex.Unlock()
			reached = append(reached, workflowID+runID)
			return nil
		})
	for _, number := range []int{1, 2} {
		e.RegisterDelayedCallback(func() {
			e.SignalWorkflow(ReportSignal, Report{Number: number, Failure: &Failure{Type: ChildCanceled}})
		}, 2*time.Second)
	}
	e.RegisterDelayedCallback(e.CancelWorkflow, time.Second/2)
	e.OnActivity(InspectChildren, mock.Anything, mock.Anything).Return([]Report{}, nil)
	job := carrying(e, 1, 2)
	job.Catalogue = slow(100)
	job.Carried.Table = builtInTable(t)
	e.ExecuteWorkflow(ProcessCatalogue, job)

	assert.ElementsMatch(t, []string{"parent.item-000001", "parent.item-000002"}, reached, "of earlier runs")
	assert.Len(t, e.children, 3, "of this run, and none was started after the cancellation")
	assert.Equal(t, 3, e.canceled)
	var canceled *temporal.CanceledError
	require.ErrorAs(t, e.GetWorkflowError(), &canceled)
	var totals Totals
	require.NoError(t, canceled.Details(&totals))
	assert.Equal(t, map[string]int{ChildCanceled: 5}, totals.Failed, "the job has waited for all of them")
	assert.Zero(t, e.count("Convert"))
}

func TestCancellationWhileTheCatalogueIsRead(t *testing.T) {
	e := newEnvironment(t)
	e.OnActivity(ListItems, mock.Anything, mock.Anything).Return([]Item{{ID: "a", Type: "image", Size: 1}}, nil).After(5 * time.Second)
	e.RegisterDelayedCallback(e.CancelWorkflow, time.Second)
	e.ExecuteWorkflow(ProcessCatalogue, Job{Catalogue: slow(1), Window: 1})
	var canceled *temporal.CanceledError
	require.ErrorAs(t, e.GetWorkflowError(), &canceled)
	assert.Empty(t, e.children)
}

func TestUnreadableCatalogueFailsTheJobAfterItsChildren(t *testing.T) {
	e := newEnvironment(t)
	pages := 0
	e.OnActivity(ListItems, mock.Anything, mock.Anything).Return(func(_ context.Context, page Page) ([]Item, error) {
		if pages++; pages > 1 {
			return nil, temporal.NewNonRetryableApplicationError("no such table", "NoCatalogue", nil)
		}
		return ListItems(t.Context(), page)
	})
	e.ExecuteWorkflow(ProcessCatalogue, Job{Catalogue: slow(200), Window: 150})

	assertRefused(t, e.GetWorkflowError(), CatalogueUnreadable, "from item 100 on: no such table")
	assert.Len(t, e.children, pageSize)
	var failure *temporal.ApplicationError
	require.ErrorAs(t, e.GetWorkflowError(), &failure)
	var totals Totals
	require.NoError(t, failure.Details(&totals))
	assert.Equal(t, Totals{Completed: 100, Bytes: 100 * 101 / 2}, totals, "the job has waited for all of them")
}

func TestAJobIsCheckedBeforeTheFirstChild(t *testing.T) {
	cases := []struct {
		job     Job
		message string
	}{
		{Job{}, "the window has 1 to 500 children, got 0"},
		{Job{Window: -1}, "the window has 1 to 500 children, got -1"},
		{Job{Window: MaxWindow + 1}, "the window has 1 to 500 children, got 501"},
		{Job{Window: 1, EventsPerRun: MinEventsPerRun - 1}, "a run has 20 to 2000 events, got 19"},
		{Job{Window: 1, EventsPerRun: DefaultEventsPerRun + 1}, "a run has 20 to 2000 events, got 2001"},
		{Job{Window: 1, ChildTimeout: -1}, "a child's timeout is not negative, got -1ns"},
	}
	for _, c := range cases {
		e := newEnvironment(t)
		e.ExecuteWorkflow(ProcessCatalogue, c.job)
		assertRefused(t, e.GetWorkflowError(), InvalidJob, c.message)
		assert.Empty(t, e.recorder.Scheduled)
	}
	for _, job := range []Job{
		{Window: 1}, {Window: MaxWindow}, {Window: 1, EventsPerRun: MinEventsPerRun}, {Window: 1, EventsPerRun: DefaultEventsPerRun},
	} {
		e := newEnvironment(t)
		e.ExecuteWorkflow(ProcessCatalogue, job)
		totalsOf(t, e)
	}
}

func TestProgressCanBeQueried(t *testing.T) {
	e := newEnvironment(t)
	answers := 0
	e.RegisterDelayedCallback(func() {
		answer, err := e.QueryWorkflow(ProgressQuery)
		require.NoError(t, err)
		var progress Progress
		require.NoError(t, answer.Get(&progress))
		assert.Equal(t, Progress{Taken: 5, InFlight: 3, Totals: Totals{Completed: 2, Bytes: 4}}, progress)
		answers++
	}, 1500*time.Millisecond)
	e.ExecuteWorkflow(ProcessCatalogue, Job{Catalogue: slow(9), Window: 3})
	totalsOf(t, e)
	assert.Equal(t, 1, answers)
}

func TestEveryChildReportsToTheWorkflowID(t *testing.T) {
	e := newEnvironment(t)
	e.RegisterDelayedCallback(func() { e.CancelWorkflowByID(childID(parentID, 5), "") }, time.Second)
	catalogue := Catalogue{Items: 6, EmptyEvery: 2, SlowEvery: 6, Slowness: time.Hour}
	e.ExecuteWorkflow(ProcessCatalogue, Job{Catalogue: catalogue, Window: 6, ChildTimeout: 2 * time.Hour})

	empty := func(number int) Report {
		return Report{Number: number, Failure: &Failure{EmptyItem, fmt.Sprintf("item-%d is empty", number)}}
	}
	assert.Len(t, e.reports, 1, "no report goes to a run")
	assert.ElementsMatch(t, []Report{
		{Number: 0, Size: 1}, empty(1), {Number: 2, Size: 3}, empty(3), {Number: 4, Size: 5},
		{Number: 5, Failure: &Failure{ChildCanceled, "the child was canceled"}},
	}, e.reports[parentID])
	assert.Equal(t, map[string]int{EmptyItem: 2, ChildCanceled: 1}, totalsOf(t, e).Failed)
}

// The work of a child whose parent has gone is done all the same.
func TestAReportThatIsNotDeliveredIsLogged(t *testing.T) {
	e := newEnvironment(t)
	leaving := func(ctx workflow.Context) error {
		ctx = workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{ParentClosePolicy: enumspb.PARENT_CLOSE_POLICY_ABANDON})
		task := Task{Item: Item{ID: "a", Size: 1, Delay: time.Minute}, Quality: "standard", Reports: true}
		return workflow.ExecuteChildWorkflow(ctx, ProcessImage, task).GetChildWorkflowExecution().Get(ctx, nil)
	}
	e.RegisterWorkflowWithOptions(leaving, workflow.RegisterOptions{Name: "leaving"})
	e.SetOnChildWorkflowCompletedListener(func(_ *workflow.Info, result converter.EncodedValue, err error) {
		var output Output
		assert.NoError(t, err)
		assert.NoError(t, result.Get(&output))
		assert.Equal(t, "standard thumbnail of a", output.Made)
	})
	e.ExecuteWorkflow("leaving")
	require.NoError(t, e.GetWorkflowError())
	assert.Equal(t, []string{"The report was not delivered to the parent"}, e.warnings.messages)
}

// What is reported as done must not turn out to be too large afterwards.
func TestOutputIsMeasuredBeforeItIsReported(t *testing.T) {
	e := newEnvironment(t)
	e.OnActivity(Convert, mock.Anything, mock.Anything).Return(strings.Repeat("x", MaxOutputSize+1), nil)
	e.ExecuteWorkflow(ProcessCatalogue, Job{Catalogue: Catalogue{Items: 1}, Window: 1})
	assert.Equal(t, map[string]int{OutputTooLarge: 1}, totalsOf(t, e).Failed)
	require.Len(t, e.reports[parentID], 1)
	assert.Equal(t, &Failure{OutputTooLarge, "4097 bytes were made, at most 4096 are allowed"}, e.reports[parentID][0].Failure)
}

func TestTotalsCountFailuresOfTwentyTypes(t *testing.T) {
	var totals Totals
	for number := range 25 {
		totals.add(Report{Number: number, Failure: &Failure{Type: fmt.Sprint("Type", min(number, 21))}})
	}
	totals.add(Report{Number: 25, Failure: &Failure{Type: "Type19"}})
	assert.Len(t, totals.Failed, maxFailureTypes+1)
	assert.Equal(t, 2, totals.Failed["Type19"])
	assert.Equal(t, 5, totals.Failed[otherFailures])
	assert.Len(t, totals.FirstFailures, maxFirstFailures)
}

func TestChildrenOfABatchDoNotReport(t *testing.T) {
	e := newEnvironment(t)
	dispatchBatch(t, e, Batch{Items: images(3)})
	assert.Empty(t, e.reports)
}

func TestAChildWithoutAParent(t *testing.T) {
	e := newEnvironment(t)
	e.ExecuteWorkflow("ProcessImage", Task{Item: Item{ID: "a", Size: 1}, Quality: "fine", Reports: true})
	var output Output
	require.NoError(t, e.GetWorkflowResult(&output))
	assert.Equal(t, Output{"ProcessImage", "fine thumbnail of a", 1}, output)
}

func TestReportsAreSmall(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	encoded, err := json.Marshal(reportOf(1, Output{Made: long}, nil))
	require.NoError(t, err)
	assert.Less(t, len(encoded), 100)
	encoded, err = json.Marshal(reportOf(1, Output{}, temporal.NewApplicationError(long, long)))
	require.NoError(t, err)
	assert.Less(t, len(encoded), 500)
}
