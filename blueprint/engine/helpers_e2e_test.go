//go:build e2e

package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/e2etest"
	"dynamicsamples/internal/replaytest"
)

// scale is what a second of a script takes on a server.
const scale = 100 * time.Millisecond

func really(seconds float64) time.Duration { return time.Duration(seconds * float64(scale)) }

// quickly is a document whose seconds are shorter.
func quickly(document string) string {
	return strings.NewReplacer("1s", "100ms", "2s", "200ms", "3s", "300ms", `sleep: "${item}"`, `sleep: "${item / 10}"`).Replace(document)
}

// plant is a server with what the tests note of their activities.
type plant struct {
	t          *testing.T
	connection client.Client
	mutex      sync.Mutex
	// calls are how often an activity was called, by its argument as JSON.
	calls map[string]int
	// finished are those of the activities' Until that may end.
	finished map[string]bool
	// workers counts the workers, and stopped are the identities of those that were stopped.
	workers int
	stopped []string
	// taskTimeout is how long a workflow task may take; 0 is the server's ten seconds.
	taskTimeout time.Duration
}

func newPlant(t *testing.T, arguments ...string) *plant {
	return &plant{t: t, connection: e2etest.Connect(t, arguments...), calls: map[string]int{}, finished: map[string]bool{}}
}

// catalog is newCatalog's, with activities and children that do what their script says.
func (p *plant) catalog() *engine.Catalog {
	catalog := engine.NewCatalog()
	work := func(ctx context.Context, argument any) (any, error) {
		p.mutex.Lock()
		p.calls[compact(argument)]++
		p.mutex.Unlock()
		told := scriptIn(argument)
		if err := p.spend(ctx, told); err != nil {
			return nil, err
		}
		if told.Fail != "" {
			return nil, temporal.NewNonRetryableApplicationError("as told", told.Fail, nil, told.Details...)
		}
		return told.Output, nil
	}
	catalog.Activity("work", work, engine.ActivityOptions{Local: true})
	catalog.Activity("echo", func(_ context.Context, argument any) (any, error) { return argument, nil }, engine.ActivityOptions{Local: true})
	catalog.Activity("plain", func(context.Context) error { return nil }, engine.ActivityOptions{})
	catalog.Activity("plan", func(context.Context) (object, error) { return nil, errors.New("nobody plans") }, engine.ActivityOptions{})
	catalog.Activity("bytes", func(context.Context) ([]byte, error) { return []byte{1, 2}, nil }, engine.ActivityOptions{})
	catalog.Activity("panics", func(context.Context) error { panic("on purpose") }, engine.ActivityOptions{})
	catalog.Activity("long_panic", func(context.Context) error { panic("\xff" + strings.Repeat("x", 5<<20)) }, engine.ActivityOptions{Local: true})
	catalog.Activity("no_text", func(context.Context) error {
		return temporal.NewNonRetryableApplicationError("odd \xff text", "Odd\xff", errors.New("odd \xff cause"))
	}, engine.ActivityOptions{Local: true})
	catalog.Activity("plain_error", func(context.Context) error { return errors.New("no type") }, engine.ActivityOptions{})
	catalog.Activity("local_error", func(context.Context) error {
		return temporal.NewApplicationErrorWithCause("odd", "Odd", nil, 1)
	}, engine.ActivityOptions{Local: true})
	catalog.Activity("typed", func(_ context.Context, argument struct {
		N int `json:"n,omitempty"`
	}) (int, error) {
		return argument.N + 1, nil
	}, engine.ActivityOptions{Local: true})
	catalog.Workflow("sub", sub, engine.WorkflowOptions{})
	return catalog
}

// finish lets the activities end that wait until the name is given.
func (p *plant) finish(name string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.finished[name] = true
}

func (p *plant) mayEnd(name string) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.finished[name]
}

// spend takes the script's time, and heeds a cancel.
func (p *plant) spend(ctx context.Context, told script) error {
	ends := time.After(really(told.Takes))
	for !p.mayEnd(told.Until) {
		select {
		case <-ends:
			return nil
		case <-time.After(20 * time.Millisecond):
			activity.RecordHeartbeat(ctx)
		}
		if ctx.Err() == nil || told.Deaf {
			continue
		}
		<-time.After(really(told.Ack))
		if told.FailOnCancel != "" {
			return temporal.NewNonRetryableApplicationError("as told", told.FailOnCancel, nil)
		}
		return ctx.Err()
	}
	return nil
}

// sub is the child "sub".
func sub(ctx workflow.Context, argument any) (any, error) {
	told := scriptIn(argument)
	if err := takes(ctx, told); err != nil && !told.Deaf {
		own, stop := workflow.NewDisconnectedContext(ctx)
		defer stop()
		_ = workflow.Sleep(own, really(told.Ack))
		if told.FailOnCancel != "" {
			return nil, temporal.NewNonRetryableApplicationError("as told", told.FailOnCancel, nil)
		}
		return nil, err
	}
	if told.Fail != "" {
		return nil, temporal.NewNonRetryableApplicationError("as told", told.Fail, nil, told.Details...)
	}
	if again := told.Again; again > 0 {
		told.Again--
		return nil, workflow.NewContinueAsNewError(ctx, "sub", told)
	}
	return told.Output, nil
}

// takes lasts as long as the script says.
func takes(ctx workflow.Context, told script) error {
	if told.Until == "" {
		return workflow.Sleep(ctx, really(told.Takes))
	}
	ended := false
	workflow.Go(ctx, func(ctx workflow.Context) {
		workflow.GetSignalChannel(ctx, told.Until).Receive(ctx, nil)
		ended = true
	})
	_, err := workflow.AwaitWithTimeout(ctx, really(told.Takes), func() bool { return ended })
	return err
}

func (p *plant) interpreter(options engine.Options) *engine.Interpreter {
	p.t.Helper()
	interpreter, err := engine.New(p.catalog(), options)
	require.NoError(p.t, err)
	return interpreter
}

// work runs a worker for the queue until it is stopped or the test ends.
func (p *plant) work(queue string, interpreter *engine.Interpreter) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(p.t.Context()))
	done := make(chan error, 1)
	p.mutex.Lock()
	p.workers++
	identity := fmt.Sprintf("worker %d of %s", p.workers, queue)
	p.mutex.Unlock()
	w := worker.New(p.connection, queue, worker.Options{
		Identity:                    identity,
		Interceptors:                []interceptor.WorkerInterceptor{engine.StepInterceptor()},
		DisableRegistrationAliasing: true, WorkerStopTimeout: time.Second, DeadlockDetectionTimeout: deadlockAfter,
		MaxHeartbeatThrottleInterval: 50 * time.Millisecond, DefaultHeartbeatThrottleInterval: 50 * time.Millisecond,
		// See worker.go.
		WorkflowTaskPollerBehavior: worker.NewPollerBehaviorAutoscaling(worker.PollerBehaviorAutoscalingOptions{}),
		// A worker that stops drops activities that come with the answer to a workflow task.
		DisableEagerActivities: true,
	})
	interpreter.Register(w)
	go func() { done <- connect.RunUntilDone(ctx, w) }()
	stop = sync.OnceFunc(func() {
		p.mutex.Lock()
		p.stopped = append(p.stopped, identity)
		p.mutex.Unlock()
		cancel()
		assert.NoError(p.t, <-done)
	})
	p.t.Cleanup(stop)
	return stop
}

// ran is a run that was started.
type ran struct {
	client.WorkflowRun
	plant *plant
	first string
}

func (p *plant) start(queue, id, workflowType string, arguments ...any) *ran {
	p.t.Helper()
	options := client.StartWorkflowOptions{
		ID: id, TaskQueue: queue, WorkflowExecutionTimeout: 2 * time.Minute, WorkflowTaskTimeout: p.taskTimeout,
	}
	run, err := p.connection.ExecuteWorkflow(p.t.Context(), options, workflowType, arguments...)
	require.NoError(p.t, err)
	return &ran{run, p, run.GetRunID()}
}

// ending tells how the run ended, as a stage does.
func (r *ran) ending() string {
	r.plant.t.Helper()
	var output any
	err := r.Get(r.plant.t.Context(), &output)
	var failure *temporal.ApplicationError
	switch {
	case err == nil:
		return compact(output)
	case temporal.IsCanceledError(err):
		return "canceled"
	case errors.As(err, &failure):
		return "failed " + failure.Type() + ": " + failure.Message() + detailsIn(failure)
	default:
		return err.Error()
	}
}

// replays checks that every history replays to the same commands, inputs and outputs.
func (r *ran) replays(interpreter *engine.Interpreter) {
	r.plant.t.Helper()
	for _, history := range historiesOf(r.plant.t, r.plant.connection, r.GetID(), r.first) {
		replaytest.Replay(r.plant.t, history, interpreter.Register)
	}
}

// trouble is what went wrong with workflow tasks: that they failed or were given up.
func (p *plant) trouble(t *testing.T, run *ran) []string {
	t.Helper()
	var found []string
	for _, history := range historiesOf(t, p.connection, run.GetID(), run.first) {
		found = append(found, troubleIn(history, p.hasStopped)...)
	}
	return found
}

// hasStopped reports whether the test has stopped the worker: a task that the server hands
// out to it in that moment is lost, and handed out again later.
func (p *plant) hasStopped(identity string) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return slices.Contains(p.stopped, identity)
}

// troubleIn is the trouble in a history, but for tasks that a stopped worker took along.
func troubleIn(history *historypb.History, hasStopped func(identity string) bool) []string {
	var found []string
	for i, event := range history.Events {
		failed := event.GetWorkflowTaskFailedEventAttributes()
		if failed != nil && failed.Cause != enumspb.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND && !takenBack(history.Events[i:]) {
			found = append(found, fmt.Sprintf("a workflow task failed, %s: %s", failed.Cause, failed.GetFailure().GetMessage()))
		}
		if timedOut := event.GetWorkflowTaskTimedOutEventAttributes(); timedOut.GetTimeoutType() == enumspb.TIMEOUT_TYPE_START_TO_CLOSE {
			taken := history.Events[timedOut.StartedEventId-1].GetWorkflowTaskStartedEventAttributes()
			if !hasStopped(taken.GetIdentity()) {
				found = append(found, "a workflow task timed out")
			}
		}
	}
	return found
}

// takenBack reports whether the first of the events is that of a workflow task which the
// server has taken back only because more came in meanwhile than it keeps back from a
// worker: 100 events (history.maximumBufferedEventsBatch) or 2 MiB of them. It writes them
// down and hands the task out once more, with them. TestMoreAtOnceThanTheServerKeepsBack
// shows it.
func takenBack(events []*historypb.HistoryEvent) bool {
	if events[0].GetWorkflowTaskFailedEventAttributes().GetCause() != enumspb.WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND {
		return false
	}
	count, size := 0, 0
	for _, event := range events[1:] {
		if event.EventType == enumspb.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED {
			break
		}
		count++
		size += event.Size()
	}
	return count > 100 || size > 2<<20
}

// steps are the paths of the activities, local ones included, and the children that the
// run and those that followed it started, in order.
func (p *plant) steps(t *testing.T, run *ran) []string {
	t.Helper()
	var found []string
	for _, history := range historiesOf(t, p.connection, run.GetID(), run.first) {
		for _, event := range history.Events {
			if event.EventType == enumspb.EVENT_TYPE_TIMER_STARTED || event.EventType == enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED {
				continue
			}
			if isOwn(event.GetActivityTaskScheduledEventAttributes().GetActivityType().GetName()) {
				continue
			}
			if summary := summaryIn(event); summary != "" {
				found = append(found, summary)
			}
		}
	}
	return found
}

// isOwn reports whether the Activity is the interpreter's own, for children.
func isOwn(activityType string) bool { return strings.HasPrefix(activityType, "blueprint.") }

// isCalling reports whether an activity of the run is under way, but for those of the
// interpreter itself.
func (p *plant) isCalling(t *testing.T, run *ran) bool {
	t.Helper()
	described, err := p.connection.DescribeWorkflow(t.Context(), run.GetID(), "")
	require.NoError(t, err)
	return slices.ContainsFunc(described.RawResponse.GetPendingActivities(), func(each *workflowpb.PendingActivityInfo) bool {
		return !isOwn(each.GetActivityType().GetName())
	})
}

// has reports whether the run's last history has an event of the type.
func (p *plant) has(t *testing.T, run *ran, kind enumspb.EventType) bool {
	t.Helper()
	histories := historiesOf(t, p.connection, run.GetID(), run.first)
	return slices.ContainsFunc(histories[len(histories)-1].Events, func(event *historypb.HistoryEvent) bool { return event.EventType == kind })
}

// isRunning reports whether a workflow of that id runs.
func (p *plant) isRunning(t *testing.T, id string) bool {
	t.Helper()
	described, err := p.connection.DescribeWorkflow(t.Context(), id, "")
	return err == nil && described.Status == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
}

// status asks the run, which may not be there yet.
func (p *plant) status(t *testing.T, id string) engine.Status {
	t.Helper()
	status := engine.Status{Steps: []engine.StepStatus{{}}}
	if answer, err := p.connection.QueryWorkflow(t.Context(), id, "", engine.StatusQuery); err == nil {
		require.NoError(t, answer.Get(&status))
	}
	return status
}

// update sends the message to the run as an update, and waits for the answer.
func (p *plant) update(t *testing.T, id, updateID string, message engine.Message) (receipt engine.Receipt, err error) {
	t.Helper()
	handle, err := p.connection.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{
		WorkflowID: id, UpdateID: updateID, UpdateName: engine.MessageUpdate, Args: []any{message}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = handle.Get(t.Context(), &receipt)
	}
	return receipt, err
}

func summaryIn(event *historypb.HistoryEvent) string {
	return strings.Trim(string(event.GetUserMetadata().GetSummary().GetData()), `"`)
}

// eventually waits until the condition holds.
func eventually(t *testing.T, condition func() bool) {
	t.Helper()
	for limit := time.After(time.Minute); !condition(); {
		select {
		case <-limit:
			require.Fail(t, "it does not happen")
		case <-time.After(20 * time.Millisecond):
		}
	}
}
