package childdispatch

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/internal/optionstest"
)

// What an option protects from may show only when something goes wrong, so all are
// written down here.
func TestOptionsOfEveryCommand(t *testing.T) {
	convert := func(into string) string {
		return `Activity Convert {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 5s, Summary: "` + into + `"}`
	}
	const (
		tidyUp   = `Activity TidyUp {ScheduleToCloseTimeout: 20s, StartToCloseTimeout: 5s, Summary: "tidy up"}`
		listPage = `Activity ListItems {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 10s, Summary: "items from # on"}`
		inBatch  = ` {WorkflowExecutionTimeout: 1m0s, WaitForCancellation: true, WorkflowIDReusePolicy: TerminateIfRunning, ParentClosePolicy: Terminate, StaticSummary: "a"}`
		inWindow = ` {WorkflowExecutionTimeout: 1m0s, WaitForCancellation: true, ParentClosePolicy: Abandon, StaticSummary: "item-#"}`
		attend   = `Child Workflow Attend {WorkflowExecutionTimeout: 30s, WaitForCancellation: true, `
	)
	cases := map[string]struct {
		workflowType, input any
		prepare             func(*environment)
		want                []string
	}{
		"Dispatch": {
			Dispatch, Batch{Items: []Item{{ID: "a", Type: "image", Size: 1}, {ID: "a", Type: "video", Size: 1}, {ID: "a", Type: "document", Size: 1}}}, nil,
			[]string{
				convert("film"), convert("index"), convert("poster"), convert("thumbnail"),
				"Child Workflow ProcessDocument" + inBatch, "Child Workflow ProcessImage" + inBatch, "Child Workflow ProcessVideo" + inBatch,
			},
		},
		"ProcessCatalogue": {
			ProcessCatalogue, Job{Catalogue: Catalogue{Items: 3}, Window: 1}, nil,
			[]string{
				convert("film"), convert("index"), convert("poster"), convert("thumbnail"), listPage,
				"Child Workflow ProcessDocument" + inWindow, "Child Workflow ProcessImage" + inWindow, "Child Workflow ProcessVideo" + inWindow,
				`Timer {Summary: "a child is due"}`,
			},
		},
		"ProcessCatalogue with a silent child": {
			ProcessCatalogue, Job{Window: 1, Carried: &Carried{InFlight: []Child{{Number: 1}}}},
			func(e *environment) {
				e.OnActivity(InspectChildren, mock.Anything, mock.Anything).Return([]Report{{Number: 1}}, nil)
			},
			[]string{
				`Activity InspectChildren {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 30s, Summary: "# overdue children"}`,
				listPage,
				`Timer {Summary: "a child is due"}`,
			},
		},
		"MergeSort": {
			MergeSort, Sort{Numbers: descending(2), LeafSize: 1}, nil,
			[]string{
				`Activity SortNumbers {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 10s, Summary: "# numbers"}`,
				`Child Workflow MergeSort {WorkflowExecutionTimeout: 1m0s, WaitForCancellation: true, WorkflowIDReusePolicy: TerminateIfRunning, ParentClosePolicy: Terminate}`,
			},
		},
		"Supervise": {
			Supervise, 1, func(e *environment) { e.RegisterDelayedCallback(e.CancelWorkflow, time.Second) },
			[]string{tidyUp, attend + `WorkflowIDReusePolicy: TerminateIfRunning, ParentClosePolicy: Terminate, StaticSummary: "visit-#"}`},
		},
		"LeaveChildren": {
			LeaveChildren, nil, func(e *environment) { e.SetDetachedChildWait(false) },
			[]string{
				attend + `ParentClosePolicy: Abandon, StaticSummary: "abandon"}`,
				attend + `WorkflowIDReusePolicy: TerminateIfRunning, ParentClosePolicy: RequestCancel, StaticSummary: "request-cancel"}`,
				attend + `WorkflowIDReusePolicy: TerminateIfRunning, ParentClosePolicy: Terminate, StaticSummary: "terminate"}`,
			},
		},
		"Claim": {
			Claim, Visit{ID: "desk", Join: true}, func(e *environment) {
				e.OnWorkflow(Attend, mock.Anything).Return("", &temporal.ChildWorkflowExecutionAlreadyStartedError{})
				e.OnActivity(EndChildOfEarlierRun, mock.Anything, "desk").Return(false, nil)
				e.OnActivity(AwaitChild, mock.Anything, "desk").Return("finished", nil)
			},
			[]string{
				`Activity AwaitChild {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 30s, HeartbeatTimeout: 3s, WaitForCancellation: true, Summary: "join desk"}`,
				`Activity EndChildOfEarlierRun {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 5s, Summary: "is desk of an earlier run?"}`,
				attend + `ParentClosePolicy: Terminate}`,
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			e := newEnvironment(t)
			recorder := &optionstest.Recorder{}
			e.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{recorder}})
			if c.prepare != nil {
				c.prepare(e)
			}
			execute(e, c.workflowType, c.input)
			assert.True(t, e.IsWorkflowCompleted())
			assert.Equal(t, c.want, recorder.Lines())
		})
	}
}
