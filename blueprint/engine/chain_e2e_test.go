//go:build e2e

package engine_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/e2etest"
)

// port is a plant with an activity "note", which notes its argument for its run; "sink
// once" fails for the first time.
type port struct {
	*plant
	namespace string
	mutex     sync.Mutex
	noted     map[string][]string
	sunk      map[string]bool
}

func newPort(t *testing.T) *port {
	server := e2etest.StartServer(t)
	p := &plant{t: t, connection: server.Dial(t), calls: map[string]int{}}
	return &port{plant: p, namespace: server.Namespace(), noted: map[string][]string{}, sunk: map[string]bool{}}
}

func (p *port) note(ctx context.Context, what string) error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	id := activity.GetInfo(ctx).WorkflowExecution.ID
	if what == "sink once" && !p.sunk[id] {
		p.sunk[id] = true
		return temporal.NewApplicationError("no ship", "NoShip")
	}
	p.noted[id] = append(p.noted[id], what)
	return nil
}

func (p *port) interpreter(options engine.Options) *engine.Interpreter {
	p.t.Helper()
	catalog := p.catalog()
	catalog.Activity("note", p.note, engine.ActivityOptions{})
	interpreter, err := engine.New(catalog, options)
	require.NoError(p.t, err)
	return interpreter
}

// done are the arguments of "note" in the run and those of its id before it, in order.
func (p *port) done(id string) []string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return slices.Clone(p.noted[id])
}

// reset resets the run to where its Workflow Task of that number has not ended.
func (p *port) reset(t *testing.T, id, run string, task int) {
	t.Helper()
	_, err := p.connection.ResetWorkflowExecution(t.Context(), &workflowservice.ResetWorkflowExecutionRequest{
		Namespace: p.namespace, WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: id, RunId: run}, Reason: "a test",
		WorkflowTaskFinishEventId: p.tasks(t, id, run)[task-1],
	})
	require.NoError(t, err)
}

// tasks are the Events with which the run's Workflow Tasks were completed.
func (p *port) tasks(t *testing.T, id, run string) []int64 {
	t.Helper()
	var found []int64
	for _, event := range historiesOf(t, p.connection, id, run)[0].Events {
		if event.EventType == enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED {
			found = append(found, event.EventId)
		}
	}
	return found
}

// chain are the ids of the runs that follow each other from the first.
func (p *port) chain(t *testing.T, id, first string) []string {
	t.Helper()
	runs := []string{first}
	for _, history := range historiesOf(t, p.connection, id, first) {
		if next := followedBy(history.Events[len(history.Events)-1]); next != "" {
			runs = append(runs, next)
		}
	}
	return runs
}

// settled reports whether the run waits for nothing but what is outside it.
func (p *port) settled(t *testing.T, id string) bool {
	t.Helper()
	described, err := p.connection.DescribeWorkflow(t.Context(), id, "")
	require.NoError(t, err)
	return described.RawResponse.GetPendingWorkflowTask() == nil && !slices.ContainsFunc(described.RawResponse.GetPendingActivities(), func(each *workflowpb.PendingActivityInfo) bool {
		return each.GetActivityType().GetName() == findsChild
	})
}

// runID is the current run of the id.
func (p *port) runID(t *testing.T, id string) string {
	t.Helper()
	described, err := p.connection.DescribeWorkflow(t.Context(), id, "")
	require.NoError(t, err)
	return described.RawResponse.GetWorkflowExecutionInfo().GetExecution().GetRunId()
}

// firstRunID is the first run of the chain of the id.
func (p *port) firstRunID(t *testing.T, id string) string {
	t.Helper()
	described, err := p.connection.DescribeWorkflow(t.Context(), id, "")
	require.NoError(t, err)
	return described.RawResponse.GetWorkflowExecutionInfo().GetFirstRunId()
}

// trading fails after it has continued as new, and takes back what it did.
const trading = `
blueprint: trading
version: 1.0.0
steps:
  - {id: reserve, activity: note, with: reserve, undo: {activity: note, with: release}}
  - {id: l, loop: [{id: s, activity: echo, with: 1}], times: 12}
  - {id: sink, activity: note, with: sink once, retry: {maximumAttempts: 1}}
  - {id: ship, activity: note, with: ship}
`

// A retried run begins anew, with the definition that it had: what it did is undone.
func TestARetryOnAServerBeginsAnew(t *testing.T) {
	t.Parallel()
	p := newPort(t)
	retry := &temporal.RetryPolicy{InitialInterval: 10 * time.Millisecond, MaximumAttempts: 3}
	parent := "blueprint: parent\nversion: 1.0.0\nsteps: [{id: c, workflow: trading@1.0.0, retry: {initialInterval: 10ms, maximumAttempts: 3}}]"
	for queue, events := range map[string]int{"one run": 1000, "many runs": 40} {
		p.work(queue, p.interpreter(engine.Options{EventsPerRun: events, Definitions: files(trading, parent)}))
		for name, does := range map[string]string{"trading": "", "parent": "/c"} {
			t.Run(name+", "+queue, func(t *testing.T) {
				t.Parallel()
				id := name + ", " + queue
				options := client.StartWorkflowOptions{ID: id, TaskQueue: queue, WorkflowExecutionTimeout: time.Minute}
				if does == "" {
					options.RetryPolicy = retry
				}
				started, err := p.connection.ExecuteWorkflow(t.Context(), options, name)
				require.NoError(t, err)
				run := &ran{started, p.plant, started.GetRunID()}
				assert.Equal(t, "null", run.ending())
				assert.Equal(t, []string{"reserve", "release", "reserve", "sink once", "ship"}, p.done(id+does))
				run.replays(p.interpreter(engine.Options{}))
			})
		}
	}
}

// A run of a cron schedule begins anew, and a child that the one before has left running is
// not its own. The server ends the schedule with a run that continues as new.
func TestRunsOfACronSchedule(t *testing.T) {
	t.Parallel()
	p := newPort(t)
	steps := document(`
steps:
  - {id: first, activity: note, with: first}
  - {id: t, try: [{id: c, workflow: sub, detach: true, with: {takes: 900}}], catch: [{types: [ChildAlreadyRunning], steps: [{id: taken, activity: note, with: taken}]}]}
  - {id: l, loop: [{id: s, activity: echo, with: 1}], times: 7}
  - {id: last, activity: note, with: last}
`)
	for queue, events := range map[string]int{"one run": 1000, "many runs": 40} {
		p.work(queue, p.interpreter(engine.Options{EventsPerRun: events}))
		options := client.StartWorkflowOptions{ID: queue, TaskQueue: queue, CronSchedule: "@every 1s"}
		started, err := p.connection.ExecuteWorkflow(t.Context(), options, engine.InlineWorkflow, steps, nil)
		require.NoError(t, err)
		if queue == "one run" {
			eventually(t, func() bool { return len(p.done(queue)) >= 5 })
			require.NoError(t, p.connection.TerminateWorkflow(t.Context(), queue, "", ""))
			assert.Equal(t, []string{"first", "last", "first", "taken", "last"}, p.done(queue)[:5])
			assert.True(t, p.isRunning(t, queue+"/t/c"))
			continue
		}
		run := &ran{started, p.plant, started.GetRunID()}
		assert.Equal(t, "null", run.ending())
		assert.Greater(t, len(p.chain(t, queue, run.first)), 1)
		assert.Equal(t, []string{"first", "last"}, p.done(queue))
		assert.True(t, p.isRunning(t, queue+"/t/c"), "nobody cancels a detached child")
		for _, history := range historiesOf(t, p.connection, queue, run.first) {
			assert.False(t, slices.ContainsFunc(history.Events, func(event *historypb.HistoryEvent) bool {
				return event.EventType == enumspb.EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED
			}), "nor asks for it")
		}
		run.replays(p.interpreter(engine.Options{}))
	}
}

// Who terminates a run and starts it again gets a run of its own.
func TestARunThatReplacesAnother(t *testing.T) {
	t.Parallel()
	p := newPort(t)
	p.work("queue", p.interpreter(engine.Options{EventsPerRun: 40}))
	steps := func(last string) string {
		return document(`steps: [{id: first, activity: note, with: first}, {id: c, workflow: sub, with: {takes: 900}, detach: true}, {id: l, loop: [{id: s, activity: echo, with: 1}], times: 7}, ` + last + `]`)
	}
	p.start("queue", "replaced", engine.InlineWorkflow, steps(`{id: w, wait: never}`), nil)
	eventually(t, func() bool { return isRunning(p.status(t, "replaced").Steps, "w") })
	options := client.StartWorkflowOptions{ID: "replaced", TaskQueue: "queue", WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING}
	started, err := p.connection.ExecuteWorkflow(t.Context(), options, engine.InlineWorkflow, steps(`{id: last, activity: note, with: last}`), nil)
	require.NoError(t, err)
	run := &ran{started, p.plant, started.GetRunID()}
	assert.Contains(t, run.ending(), "failed ChildAlreadyRunning: step c: ", "the child is the other run's")
	assert.Equal(t, []string{"first", "first"}, p.done("replaced"))
	assert.True(t, p.isRunning(t, "replaced/c"))
}

// A run that is reset goes on with the children that it had: it starts none twice, and its
// cancel reaches them.
func TestResets(t *testing.T) {
	t.Parallel()
	p := newPort(t)
	queues := map[int]string{1: "one run", 2: "many runs"}
	p.work(queues[1], p.interpreter(engine.Options{}))
	p.work(queues[2], p.interpreter(engine.Options{EventsPerRun: 22}))
	const beside = `{id: l, loop: [{id: s, activity: echo, with: 1}], times: 12}`
	cases := []struct {
		name, child, beside string
		// runs are those of the chain, and tasks those of the last one, before the reset of the
		// run of that number, to the task.
		runs, tasks, resets, task int
		cancel                    bool
		want                      string
	}{
		{name: "before the child", child: `takes: 900, until: reset, output: 7`, beside: `{id: s, sleep: 1s}, {id: e, activity: echo, with: 1}`, runs: 1, tasks: 3, resets: 1, task: 2, want: `{"beside":1,"child":7}`},
		{name: "before the child, and canceled", child: `takes: 900, ack: 1`, beside: `{id: s, sleep: 1s}, {id: e, activity: echo, with: 1}`, runs: 1, tasks: 3, resets: 1, task: 2, cancel: true, want: "canceled"},
		{name: "after it was started", child: `takes: 900, until: reset, output: 7`, beside: `{id: s, sleep: 1s}, {id: e, activity: echo, with: 1}`, runs: 1, tasks: 3, resets: 1, task: 3, want: `{"beside":1,"child":7}`},
		{name: "after it was started, and canceled", child: `takes: 900, ack: 1`, beside: `{id: s, sleep: 1s}, {id: e, activity: echo, with: 1}`, runs: 1, tasks: 3, resets: 1, task: 3, cancel: true, want: "canceled"},
		{name: "a later run", child: `takes: 900, until: reset, output: 7`, beside: beside, runs: 2, tasks: 1, resets: 2, task: 1, want: `{"beside":1,"child":7}`},
		{name: "a later run, and canceled", child: `takes: 900, ack: 1`, beside: beside, runs: 2, tasks: 1, resets: 2, task: 1, cancel: true, want: "canceled"},
		{name: "an earlier run", child: `takes: 900, until: reset, output: 7`, beside: beside, runs: 2, tasks: 1, resets: 1, task: 2, want: `{"beside":1,"child":7}`},
		{name: "an earlier run, and canceled", child: `takes: 900, ack: 1`, beside: beside, runs: 2, tasks: 1, resets: 1, task: 2, cancel: true, want: "canceled"},
	}
	for _, each := range cases {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			child := each.name + "/p/child/c"
			run := p.start(queues[each.runs], each.name, engine.InlineWorkflow, document(`
steps:
  - {id: first, activity: note, with: first}
  - id: p
    parallel: {child: [{id: c, workflow: sub, with: {`+each.child+`}}], beside: [`+each.beside+`]}
`), nil)
			eventually(t, func() bool {
				runs := p.chain(t, each.name, run.first)
				return p.isRunning(t, child) && len(runs) >= each.runs && len(p.tasks(t, each.name, runs[each.runs-1])) >= each.tasks
			})
			started := p.runID(t, child)
			runs := p.chain(t, each.name, run.first)
			p.reset(t, each.name, runs[each.resets-1], each.task)
			now := &ran{p.connection.GetWorkflow(t.Context(), each.name, ""), p.plant, run.first}
			eventually(t, func() bool { return isRunning(p.status(t, each.name).Steps, "c") && p.settled(t, each.name) })
			if each.cancel {
				require.NoError(t, p.connection.CancelWorkflow(t.Context(), each.name, ""))
			} else {
				require.NoError(t, p.connection.SignalWorkflow(t.Context(), child, "", "reset", 1))
			}
			assert.Equal(t, each.want, now.ending())
			assert.Equal(t, started, p.runID(t, child), "the child is started once")
			assert.False(t, p.isRunning(t, child))
		})
	}
}

// A child is canceled whichever run of it is under way, and one that is reset is waited
// for; what has taken its Workflow ID since is somebody else's.
func TestChildrenOfAnEarlierRun(t *testing.T) {
	t.Parallel()
	p := newPort(t)
	const long = "blueprint: long\nversion: 1.0.0\nsteps: [{id: l, loop: [{id: s, activity: echo, with: 1}], times: 9}, {id: w, wait: never}]"
	cases := []struct {
		name, child, want string
		// runs are how many the child has when act is done: when the parent has gone on in
		// another run, and while no worker works.
		runs int
		act  func(t *testing.T, child string)
		// others says that what has the child's id in the end is not touched.
		others bool
	}{
		{name: "reset", child: "sub, with: {takes: 900, until: reset, output: 7}", runs: 1, want: `{"beside":1,"child":7}`, act: func(t *testing.T, child string) {
			p.reset(t, child, p.runID(t, child), 1)
			require.NoError(t, p.connection.SignalWorkflow(t.Context(), child, "", "reset", 1))
		}},
		{name: "reset and canceled", child: "sub, with: {takes: 900, ack: 1}", runs: 1, want: "canceled", act: func(t *testing.T, child string) {
			p.reset(t, child, p.runID(t, child), 1)
			require.NoError(t, p.connection.CancelWorkflow(t.Context(), "reset and canceled", ""))
		}},
		{name: "canceled in a later run of it", child: "long@1.0.0", runs: 3, want: "canceled", act: func(t *testing.T, _ string) {
			require.NoError(t, p.connection.CancelWorkflow(t.Context(), "canceled in a later run of it", ""))
		}},
		{name: "replaced", child: "sub, with: {takes: 900}", runs: 1, others: true, want: "canceled", act: func(t *testing.T, child string) {
			require.NoError(t, p.connection.TerminateWorkflow(t.Context(), child, "", ""))
			p.start("nobody", child, "other")
			require.NoError(t, p.connection.CancelWorkflow(t.Context(), "replaced", ""))
		}},
	}
	for _, each := range cases {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			child := each.name + "/p/child/c"
			stop := p.work(each.name, p.interpreter(engine.Options{EventsPerRun: 10, Definitions: files(long)}))
			run := p.start(each.name, each.name, engine.InlineWorkflow, document(`
steps:
  - id: p
    parallel: {child: [{id: c, workflow: `+each.child+`}], beside: [{id: l, loop: [{id: s, activity: echo, with: 1}], times: 9}]}
`), nil)
			eventually(t, func() bool {
				return p.isRunning(t, child) && len(p.chain(t, each.name, run.first)) > 2 &&
					len(p.chain(t, child, p.firstRunID(t, child))) >= each.runs && len(p.tasks(t, child, p.runID(t, child))) > 0
			})
			stop()
			each.act(t, child)
			p.work(each.name, p.interpreter(engine.Options{EventsPerRun: 10}))
			assert.Equal(t, each.want, run.ending())
			assert.Equal(t, each.others, p.isRunning(t, child))
			if each.others {
				assert.Len(t, historiesOf(t, p.connection, child, p.runID(t, child))[0].Events, 2, "nobody asks it to cancel")
			}
		})
	}
}
