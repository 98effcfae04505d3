package childdispatch

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

const (
	pageSize = 100
	// reportGrace is how long after its timeout a child's report may be on its way.
	reportGrace = 2 * time.Second
	// maxDoublings bounds the time between two looks at a child that goes on running,
	// which doubles from reportGrace on.
	maxDoublings = 5
	// maxInspected bounds the children that one Activity looks at.
	maxInspected = 50
)

// Child is a Child Workflow that has been started and not been settled.
type Child struct {
	Number int `json:"number"`
	// Due is when the child is looked at if its report has not come.
	Due time.Time `json:"due"`
}

// Page asks for up to Limit items of the catalogue, from number First.
type Page struct {
	Catalogue Catalogue `json:"catalogue"`
	First     int       `json:"first"`
	Limit     int       `json:"limit"`
}

// startNext starts a child for the next item, or reads the next page of them.
func (w *window) startNext(ctx, detachedCtx workflow.Context) {
	if len(w.page) == 0 {
		w.listPage(ctx)
		return
	}
	item, number := w.page[0], w.carried.Next
	w.page = w.page[1:]
	w.carried.Next++
	route, failure := item.route(w.carried.Table)
	if failure != nil {
		w.carried.Totals.add(Report{Number: number, Failure: failure})
		return
	}
	w.start(detachedCtx, route, Task{Item: item, Quality: route.Quality, Number: number, Reports: true})
}

func (w *window) listPage(ctx workflow.Context) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout:    10 * time.Second,
		ScheduleToCloseTimeout: time.Minute,
		Summary:                fmt.Sprintf("items from %d on", w.carried.Next),
	})
	page := Page{Catalogue: w.job.Catalogue, First: w.carried.Next, Limit: pageSize}
	var items []Item
	err := workflow.ExecuteActivity(ctx, ListItems, page).Get(ctx, &items)
	// The selector receives the cancellation.
	if err != nil && ctx.Err() == nil {
		w.failure = &Failure{CatalogueUnreadable, fmt.Sprintf("from item %d on: %s", w.carried.Next, failureOf(err).Reason)}
	}
	w.page, w.listed = items, err == nil && len(items) < pageSize
}

// start starts one child. Its future is good only for as long as this run lasts; the
// child's report is good for any run.
func (w *window) start(ctx workflow.Context, route Route, task Task) {
	due := workflow.Now(ctx).Add(w.job.ChildTimeout + reportGrace)
	w.inFlight[task.Number] = Child{Number: task.Number, Due: due}
	w.ownFuture[task.Number] = true
	ctx = workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID:               childID(workflow.GetInfo(ctx).WorkflowExecution.ID, task.Number),
		WorkflowExecutionTimeout: w.job.ChildTimeout,
		WaitForCancellation:      true,
		// For a child, the end of the run that started it is the end of its parent, also
		// when that run has continued as new.
		ParentClosePolicy: enumspb.PARENT_CLOSE_POLICY_ABANDON,
		StaticSummary:     task.Item.name(),
	})
	child := workflow.ExecuteChildWorkflow(ctx, route.Workflow, task)
	w.starting++
	w.selector.AddFuture(child.GetChildWorkflowExecution(), func(workflow.Future) { w.starting-- })
	w.selector.AddFuture(child, func(ended workflow.Future) {
		var output Output
		err := ended.Get(ctx, &output)
		if isAlreadyRunning(err) {
			w.adopt(ctx, task.Number)
			return
		}
		w.settle(reportOf(task.Number, output, err))
	})
}

// adopt waits for a child that an earlier run of this workflow ID has left: one that was
// terminated, or that this run was reset from. It reports here like any other, unless its
// report came before this run waited for it. So it is looked at soon.
func (w *window) adopt(ctx workflow.Context, number int) {
	delete(w.ownFuture, number)
	if _, waited := w.inFlight[number]; waited {
		w.lookAfter(ctx, number, reportGrace)
	}
}

// lookAfter makes a child in flight due after the time.
func (w *window) lookAfter(ctx workflow.Context, number int, after time.Duration) {
	child := w.inFlight[number]
	child.Due = workflow.Now(ctx).Add(after)
	w.inFlight[number] = child
}

// childID is readable, unique in its parent, and the same whichever run asks for it.
func childID(parentID string, number int) string {
	return fmt.Sprintf("%s.item-%06d", parentID, number)
}

func (w *window) receive(reports workflow.ReceiveChannel, _ bool) {
	var report Report
	// Receive would wait for another Signal if this one cannot be decoded.
	if reports.ReceiveAsync(&report) {
		w.settle(report)
	}
}

// settle counts a child once, however often and by whomever it is reported.
func (w *window) settle(report Report) {
	if _, waited := w.inFlight[report.Number]; !waited {
		return
	}
	delete(w.inFlight, report.Number)
	delete(w.ownFuture, report.Number)
	delete(w.looks, report.Number)
	w.carried.Totals.add(report)
}

func (w *window) mustCancelChildren() bool {
	return w.canceled && !w.childrenCanceled && w.starting == 0
}

// cancelChildren reaches the children of every run, which only their IDs have in common.
// Those of earlier runs are looked at now: one that was terminated reports nothing.
func (w *window) cancelChildren(ctx workflow.Context) {
	w.childrenCanceled = true
	parentID := workflow.GetInfo(ctx).WorkflowExecution.ID
	for _, number := range workflow.DeterministicKeys(w.inFlight) {
		// That a child has ended meanwhile is no failure: its report is on its way.
		workflow.RequestCancelExternalWorkflow(ctx, childID(parentID, number), "")
		if !w.ownFuture[number] {
			w.lookAfter(ctx, number, 0)
		}
	}
}

// dueTimer is the timer for the child that is due first.
type dueTimer struct {
	due    time.Time
	cancel workflow.CancelFunc
}

// startTimer makes sure that the children are looked at when the first one is due, so
// that one that closed without a report does not hold the job up.
func (w *window) startTimer(ctx workflow.Context) {
	if len(w.inFlight) == 0 {
		return
	}
	due := w.firstDue()
	if w.timer != nil && !due.Before(w.timer.due) {
		return
	}
	if w.timer != nil {
		w.timer.cancel()
	}
	timerCtx, cancel := workflow.WithCancel(ctx)
	w.timer = &dueTimer{due, cancel}
	wait := max(due.Sub(workflow.Now(ctx)), time.Millisecond)
	timer := workflow.NewTimerWithOptions(timerCtx, wait, workflow.TimerOptions{Summary: "a child is due"})
	w.selector.AddFuture(timer, func(fired workflow.Future) {
		if fired.Get(ctx, nil) == nil {
			w.timer = nil
			w.inspectOverdue(ctx)
		}
	})
}

func (w *window) firstDue() time.Time {
	var first time.Time
	for _, number := range workflow.DeterministicKeys(w.inFlight) {
		if due := w.inFlight[number].Due; first.IsZero() || due.Before(first) {
			first = due
		}
	}
	return first
}

// inspectOverdue settles the children that are closed and whose report has not come.
// The others, which are still closing or whose time has not come, are looked at again.
func (w *window) inspectOverdue(ctx workflow.Context) {
	overdue := w.overdue(workflow.Now(ctx))
	if len(overdue) == 0 {
		return
	}
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout:    30 * time.Second,
		ScheduleToCloseTimeout: time.Minute,
		Summary:                fmt.Sprintf("%d overdue children", len(overdue)),
	})
	var reports []Report
	err := workflow.ExecuteActivity(ctx, InspectChildren, overdue).Get(ctx, &reports)
	if err != nil {
		workflow.GetLogger(ctx).Warn("Overdue children cannot be inspected now", "error", err)
	}
	for _, report := range reports {
		w.settle(report)
	}
	for _, number := range overdue {
		if _, waited := w.inFlight[number]; waited {
			w.lookAfter(ctx, number, reportGrace<<min(w.looks[number], maxDoublings))
			w.looks[number]++
		}
	}
}

func (w *window) overdue(now time.Time) []int {
	var numbers []int
	for _, number := range workflow.DeterministicKeys(w.inFlight) {
		if !w.inFlight[number].Due.After(now) && len(numbers) < maxInspected {
			numbers = append(numbers, number)
		}
	}
	return numbers
}

// InspectChildren reports on those of the calling workflow's children that have ended.
func InspectChildren(ctx context.Context, numbers []int) ([]Report, error) {
	return inspectAll(ctx, activity.GetClient(ctx), activity.GetInfo(ctx).WorkflowExecution.ID, numbers)
}

func inspectAll(ctx context.Context, connection client.Client, parentID string, numbers []int) ([]Report, error) {
	reports := []Report{}
	for _, number := range numbers {
		report, ended, err := inspect(ctx, connection, childID(parentID, number), number)
		if err != nil {
			return nil, err
		}
		if ended {
			reports = append(reports, report)
		}
	}
	return reports, nil
}

func inspect(ctx context.Context, connection client.Client, id string, number int) (_ Report, ended bool, _ error) {
	description, err := connection.DescribeWorkflow(ctx, id, "")
	var missing *serviceerror.NotFound
	switch {
	case errors.As(err, &missing):
		return Report{Number: number, Failure: &Failure{ChildLost, "the server does not know the child"}}, true, nil
	case err != nil:
		return Report{}, false, fmt.Errorf("describe %s: %w", id, err)
	case description.Status == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING:
		return Report{}, false, nil
	}
	var output Output
	err = connection.GetWorkflow(ctx, id, "").Get(ctx, &output)
	// Any other error says nothing about the child.
	var failed *temporal.WorkflowExecutionError
	if err != nil && !errors.As(err, &failed) {
		return Report{}, false, fmt.Errorf("get the result of %s: %w", id, err)
	}
	return reportOf(number, output, err), true, nil
}
