//go:build e2e

package engine_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
	"dynamicsamples/blueprint/reference"
	"dynamicsamples/blueprint/reference/generate"
	"dynamicsamples/internal/e2etest"
	"dynamicsamples/internal/replaytest"
)

// TestItDoesOnAServerWhatTheReferenceDoes runs random blueprints on a real server, half of
// them in many runs each, while workers forget what they knew and are replaced. Then
// each history is replayed. Only make soak has the patience for the longer ones.
func TestItDoesOnAServerWhatTheReferenceDoes(t *testing.T) {
	longest := 10 * time.Second
	if isSoak() {
		longest = time.Hour
	}
	connection := e2etest.Connect(t)
	world := &realWorld{cases: map[string]generate.Case{}, called: map[string]map[string]reference.Call{}}
	calm, restless := newInterpreter(t, 0), newInterpreter(t, 25)
	forget(t)
	keepReplacing(t, connection, world, calm, "calm")
	keepReplacing(t, connection, world, restless, "restless")
	var started []*onServer
	for seed := range cases(40) {
		c := generate.New(seed, generate.Real)
		if reference.Run(c.Definition, c.Input, c.World()).Ended > longest {
			continue
		}
		if seed%2 == 0 {
			started = append(started, start(t, connection, world, c, "calm", calm))
		} else {
			started = append(started, start(t, connection, world, c, "restless", restless))
		}
	}
	for _, each := range started {
		t.Run(each.queue+" "+each.c.ID(), func(t *testing.T) { each.agrees(t, connection, world) })
	}
}

// isSoak reports whether make soak runs the tests, which may take long.
func isSoak() bool { return os.Getenv("BLUEPRINT_SOAK") != "" }

// onServer is a case that runs on a server.
type onServer struct {
	c           generate.Case
	queue       string
	interpreter *engine.Interpreter
	run         client.WorkflowRun
	first       string // the id of the first run
}

func start(t *testing.T, connection client.Client, world *realWorld, c generate.Case, queue string, interpreter *engine.Interpreter) *onServer {
	t.Helper()
	world.add(c)
	canonical, err := language.Canonical(c.Definition)
	require.NoError(t, err)
	options := client.StartWorkflowOptions{
		ID: c.ID(), TaskQueue: queue, WorkflowExecutionTimeout: 3 * time.Minute,
		// A task that goes to a worker which is just leaving is late by that much: less than
		// what makes a difference to a case, which is generate.Real's.
		WorkflowTaskTimeout: 2 * time.Second,
	}
	run, err := connection.ExecuteWorkflow(t.Context(), options, engine.InlineWorkflow, json.RawMessage(canonical), c.Input)
	require.NoError(t, err)
	bringOnServer(t, connection, c)
	return &onServer{c, queue, interpreter, run, run.GetRunID()}
}

// maxPlanners is more than the names of planners that the generator comes up with.
const maxPlanners = 500

func newInterpreter(t *testing.T, events int) *engine.Interpreter {
	t.Helper()
	var planners []string
	for number := range maxPlanners {
		planners = append(planners, fmt.Sprintf("plan_%d", number))
	}
	// An activity that goes to a worker which is just leaving is late by that much.
	interpreter, err := engine.New(catalogOf("2s", planners...), engine.Options{EventsPerRun: events, Operations: switched()})
	require.NoError(t, err)
	return interpreter
}

// forget makes the workers forget all workflows again and again, so that they have to
// replay them. The test runs alone.
func forget(t *testing.T) {
	t.Helper()
	runsAlone(t)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	t.Cleanup(stop)
	go func() {
		for ctx.Err() == nil {
			wait(ctx, 300*time.Millisecond)
			worker.PurgeStickyWorkflowCache()
		}
	}()
}

// runsAlone ends a test that runs beside others, which a test that makes the workers forget
// may not: all workers of the process share one cache. A run that is forgotten just when an
// update comes fails a workflow task, which another test would find in its history
// (https://github.com/temporalio/temporal/issues/7741).
func runsAlone(t *testing.T) {
	t.Helper()
	t.Setenv("RUNS_ALONE", t.Name()) // It panics in a parallel test.
}

// keepReplacing runs workers for the queue, a new one every few seconds. An old one leaves
// when the new one is there.
func keepReplacing(t *testing.T, connection client.Client, world *realWorld, interpreter *engine.Interpreter, queue string) {
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() {
		leave := func() {}
		for ctx.Err() == nil {
			each := newWorker(connection, queue, world)
			interpreter.Register(each)
			if err := each.Start(); err != nil {
				done <- err
				return
			}
			leave()
			leave = each.Stop
			wait(ctx, 4*time.Second)
		}
		leave()
		done <- nil
	}()
	t.Cleanup(func() {
		stop()
		assert.NoError(t, <-done)
	})
}

func newWorker(connection client.Client, queue string, world *realWorld) worker.Worker {
	return worker.New(connection, queue, worker.Options{
		Interceptors:                []interceptor.WorkerInterceptor{world},
		DisableRegistrationAliasing: true,
		WorkerStopTimeout:           time.Second,
		// The two pollers that are the default can both wait at the empty sticky queue for a
		// whole long poll, while the tasks of an old worker, and queries, wait in the normal
		// one for longer than a client does. childdispatch/kill_test.go tells how.
		WorkflowTaskPollerBehavior: worker.NewPollerBehaviorAutoscaling(worker.PollerBehaviorAutoscalingOptions{}),
		// How long a task waits for a worker that has left.
		StickyScheduleToStartTimeout: 500 * time.Millisecond,
		// A worker that stops drops activities that come with the answer to a workflow task.
		DisableEagerActivities: true,
	})
}

func wait(ctx context.Context, duration time.Duration) {
	ctx, stop := context.WithTimeout(ctx, duration)
	defer stop()
	<-ctx.Done()
}

// agrees compares what the case did with what the reference says.
func (s *onServer) agrees(t *testing.T, connection client.Client, world *realWorld) {
	want := reference.Run(s.c.Definition, s.c.Input, worldOf(s.c, s.first))
	var output json.RawMessage
	err := s.run.Get(t.Context(), &output)
	histories := historiesOf(t, connection, s.c.ID(), s.first)
	got := ended(t, output, err)
	got.Called = append(world.calledBy(s.c), startedIn(histories, s.c)...)
	want.Searched = nil // they are not registered
	require.Equal(t, want.Fingerprint(false), got.Fingerprint(false), s.c)
	var status converter.EncodedValue
	// A query that goes to a worker which is just leaving gets no answer.
	eventually(t, func() bool {
		status, err = connection.QueryWorkflow(t.Context(), s.c.ID(), "", engine.StatusQuery)
		return err == nil
	})
	attempts := attemptsIn(t, status, s.c)
	require.Equal(t, documented(want.Attempts(), attempts), attempts, s.c)
	for _, history := range histories {
		replaytest.Replay(t, history, s.interpreter.Register)
	}
}

// startedIn are the children that the runs have started. One that is detached may not have
// done anything yet.
func startedIn(histories []*historypb.History, c generate.Case) []reference.Call {
	var calls []reference.Call
	for _, history := range histories {
		for _, event := range history.GetEvents() {
			child := event.GetStartChildWorkflowExecutionInitiatedEventAttributes()
			if child == nil {
				continue
			}
			call := reference.Call{Path: strings.TrimPrefix(child.GetWorkflowId(), c.ID()+"/"), Name: child.GetWorkflowType().GetName()}
			for _, input := range child.GetInput().GetPayloads() {
				call.Argument = decoded(json.RawMessage(input.GetData()))
			}
			calls = append(calls, call)
		}
	}
	return calls
}

// bring sends the messages and the cancel when their time has come.
func bringOnServer(t *testing.T, connection client.Client, c generate.Case) {
	for _, each := range c.Messages {
		timer := time.AfterFunc(each.At, func() {
			// The run may have ended before.
			_ = connection.SignalWorkflow(t.Context(), c.ID(), "", each.Name, each.Value)
		})
		t.Cleanup(func() { timer.Stop() })
	}
	if c.CancelAt > 0 {
		timer := time.AfterFunc(c.CancelAt, func() { _ = connection.CancelWorkflow(t.Context(), c.ID(), "") })
		t.Cleanup(func() { timer.Stop() })
	}
}

// historiesOf are the histories of a chain of runs.
func historiesOf(t *testing.T, connection client.Client, id, run string) []*historypb.History {
	var histories []*historypb.History
	for run != "" {
		history := &historypb.History{}
		events := connection.GetWorkflowHistory(t.Context(), id, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		for events.HasNext() {
			event, err := events.Next()
			require.NoError(t, err)
			history.Events = append(history.Events, event)
		}
		histories = append(histories, history)
		run = followedBy(history.Events[len(history.Events)-1])
	}
	return histories
}

// followedBy is the run that goes on after the last event: by Continue-As-New, as a retry, or
// by a cron schedule.
func followedBy(last *historypb.HistoryEvent) string {
	return cmp.Or(
		last.GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId(),
		last.GetWorkflowExecutionCompletedEventAttributes().GetNewExecutionRunId(),
		last.GetWorkflowExecutionFailedEventAttributes().GetNewExecutionRunId(),
		last.GetWorkflowExecutionTimedOutEventAttributes().GetNewExecutionRunId(),
	)
}

// realWorld stands in a real worker: activities and children really run, but give what
// their case says.
type realWorld struct {
	interceptor.WorkerInterceptorBase
	mutex  sync.Mutex
	cases  map[string]generate.Case
	called map[string]map[string]reference.Call // by the case, then by the path
}

func (w *realWorld) add(c generate.Case) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.cases[c.ID()] = c
	w.called[c.ID()] = map[string]reference.Call{}
}

func (w *realWorld) calledBy(c generate.Case) []reference.Call {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	var calls []reference.Call
	for _, each := range w.called[c.ID()] {
		calls = append(calls, each)
	}
	return calls
}

// answer is what the case of a workflow's id says.
func (w *realWorld) answer(id, path, name string) reference.Answer {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.cases[id].Answer(path, name)
}

// note keeps the call of an activity, which may be made again after a worker is gone.
func (w *realWorld) note(id, path, name string, arguments []any) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	call := reference.Call{Path: path, Name: name}
	if len(arguments) > 0 {
		call.Argument = decoded(arguments[0])
	}
	w.called[id][path] = call
}

// InterceptActivity implements interceptor.WorkerInterceptor.
func (w *realWorld) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &realActivity{interceptor.ActivityInboundInterceptorBase{Next: next}, w}
}

type realActivity struct {
	interceptor.ActivityInboundInterceptorBase
	world *realWorld
}

// pathHeader is where an activity finds the path of its step.
const pathHeader = "path"

func (a *realActivity) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	info := activity.GetInfo(ctx)
	if isOwn(info.ActivityType.Name) {
		return a.Next.ExecuteActivity(ctx, in)
	}
	var path string
	if err := converter.GetDefaultDataConverter().FromPayload(interceptor.Header(ctx)[pathHeader], &path); err != nil {
		return nil, err
	}
	a.world.note(info.WorkflowExecution.ID, path, info.ActivityType.Name, in.Args)
	answer := a.world.answer(info.WorkflowExecution.ID, path, info.ActivityType.Name)
	wait(ctx, answer.Takes)
	return answer.Output, realError(answer)
}

func realError(answer reference.Answer) error {
	if answer.Failure == nil {
		return nil
	}
	return temporal.NewApplicationErrorWithOptions(answer.Failure.Message, answer.Failure.Type,
		temporal.ApplicationErrorOptions{Details: answer.Failure.Details, NonRetryable: answer.Failure.NonRetryable})
}

// InterceptWorkflow implements interceptor.WorkerInterceptor.
func (w *realWorld) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &realInbound{interceptor.WorkflowInboundInterceptorBase{Next: next}, w}
}

type realInbound struct {
	interceptor.WorkflowInboundInterceptorBase
	world *realWorld
}

func (i *realInbound) Init(outbound interceptor.WorkflowOutboundInterceptor) error {
	return i.Next.Init(&realOutbound{interceptor.WorkflowOutboundInterceptorBase{Next: outbound}})
}

// ExecuteWorkflow is a child, or goes on to the interpreter.
func (i *realInbound) ExecuteWorkflow(ctx workflow.Context, in *interceptor.ExecuteWorkflowInput) (any, error) {
	info := workflow.GetInfo(ctx)
	if info.WorkflowType.Name == engine.InlineWorkflow {
		return i.Next.ExecuteWorkflow(ctx, in)
	}
	id, path, _ := strings.Cut(info.WorkflowExecution.ID, "/")
	answer := i.world.answer(id, path, info.WorkflowType.Name)
	if err := workflow.Sleep(ctx, answer.Takes); err != nil {
		return nil, err
	}
	return answer.Output, realError(answer)
}

type realOutbound struct {
	interceptor.WorkflowOutboundInterceptorBase
}

func (o *realOutbound) ExecuteActivity(ctx workflow.Context, name string, arguments ...any) workflow.Future {
	interceptor.WorkflowHeader(ctx)[pathHeader] = pathPayload(workflow.GetActivityOptions(ctx).Summary)
	return o.Next.ExecuteActivity(ctx, name, arguments...)
}

func (o *realOutbound) ExecuteLocalActivity(ctx workflow.Context, name string, arguments ...any) workflow.Future {
	interceptor.WorkflowHeader(ctx)[pathHeader] = pathPayload(workflow.GetLocalActivityOptions(ctx).Summary)
	return o.Next.ExecuteLocalActivity(ctx, name, arguments...)
}

func pathPayload(summary string) *commonpb.Payload { return payloadsOf(pathIn(summary)).Payloads[0] }
