package engine_test

import (
	"strings"
	"time"

	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/reference"
	"dynamicsamples/blueprint/reference/generate"
)

// fakeWorld answers what a run calls in virtual time, and notes it. It stands where the
// SDK would ask the server, so that nothing but the interpreter runs.
type fakeWorld struct {
	interceptor.WorkerInterceptorBase
	world  reference.World
	called []reference.Call
	// ends are when these calls end.
	ends []time.Time
	// children are those that are under way, by workflow id.
	children map[string]*fakeChild
	// begun is called when a run has begun.
	begun func()
	// pauses are those of the run, and waited is what waited at its gates.
	pauses []pause
	// replaced counts the documents that were replaced.
	replaced int
	waited   int
	// asksOnce says that no operation comes again in the run that begins when it came.
	asksOnce bool
	// decides is what is done about what is held, held how often; flaky counts the calls of each
	// path, of which the first fail.
	decides string
	held    int
	flaky   map[string]int
	// heldAt is when failures were held, by their paths, and answered what is decided about in
	// this run.
	heldAt   map[string][]time.Time
	answered map[string]bool
	// operators are those who come to the run.
	operators *operators
	// waits is called when the run waits.
	waits func()
	// history is about how many Events the run has.
	history int
	// searched are its Search Attributes.
	searched temporal.SearchAttributes
}

type fakeChild struct {
	ends     time.Time
	answer   reference.Answer
	canceled bool
}

func newFakeWorld(world reference.World) *fakeWorld {
	return &fakeWorld{world: world, children: map[string]*fakeChild{}, heldAt: map[string][]time.Time{}}
}

// InterceptWorkflow implements interceptor.WorkerInterceptor.
func (w *fakeWorld) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &fakeInbound{interceptor.WorkflowInboundInterceptorBase{Next: next}, w}
}

type fakeInbound struct {
	interceptor.WorkflowInboundInterceptorBase
	world *fakeWorld
}

func (i *fakeInbound) Init(outbound interceptor.WorkflowOutboundInterceptor) error {
	return i.Next.Init(&fakeOutbound{interceptor.WorkflowOutboundInterceptorBase{Next: outbound}, i.world})
}

// ExecuteWorkflow lets the interpreter run.
func (i *fakeInbound) ExecuteWorkflow(ctx workflow.Context, in *interceptor.ExecuteWorkflowInput) (any, error) {
	i.world.begun()
	return i.Next.ExecuteWorkflow(ctx, in)
}

type fakeOutbound struct {
	interceptor.WorkflowOutboundInterceptorBase
	*fakeWorld
}

// Await lets somebody look at the run while it waits.
func (o *fakeOutbound) Await(ctx workflow.Context, condition func() bool) error {
	o.waits()
	return o.Next.Await(ctx, condition)
}

// ExecuteActivity answers in place of a worker.
func (o *fakeOutbound) ExecuteActivity(ctx workflow.Context, name string, arguments ...any) workflow.Future {
	switch name {
	case watchesChild:
		return o.watch(ctx, arguments[0])
	case cancelsChild:
		return o.cancelChild(ctx, arguments[0])
	}
	return o.activity(ctx, pathIn(workflow.GetActivityOptions(ctx).Summary), name, arguments)
}

// ExecuteLocalActivity answers in place of the worker's own activity.
func (o *fakeOutbound) ExecuteLocalActivity(ctx workflow.Context, name string, arguments ...any) workflow.Future {
	return o.activity(ctx, pathIn(workflow.GetLocalActivityOptions(ctx).Summary), name, arguments)
}

func (o *fakeOutbound) activity(ctx workflow.Context, path, name string, arguments []any) workflow.Future {
	if o.fails(path) {
		return answered(ctx, time.Millisecond, nil, errorOf(reference.Answer{Failure: &reference.Failure{Type: flakyType}}))
	}
	answer := o.world.Activity(o.asked(path), name, o.note(ctx, path, name, arguments))
	o.ends = append(o.ends, workflow.Now(ctx).Add(answer.Takes))
	return answered(ctx, answer.Takes, answer.Output, errorOf(answer))
}

// newTask lets the run see what happens in a Workflow Task of its own.
func (w *fakeWorld) newTask(environment *testsuite.TestWorkflowEnvironment) {
	w.history++
	environment.SetCurrentHistoryLength(w.history)
}

// UpsertTypedSearchAttributes keeps what is set.
func (o *fakeOutbound) UpsertTypedSearchAttributes(ctx workflow.Context, updates ...temporal.SearchAttributeUpdate) error {
	o.searched = temporal.NewSearchAttributes(append([]temporal.SearchAttributeUpdate{o.searched.Copy()}, updates...)...)
	return o.Next.UpsertTypedSearchAttributes(ctx, updates...)
}

// NewTimerWithOptions counts the Events of a timer.
func (o *fakeOutbound) NewTimerWithOptions(ctx workflow.Context, length time.Duration, options workflow.TimerOptions) workflow.Future {
	o.history += 5
	return o.Next.NewTimerWithOptions(ctx, length, options)
}

// ExecuteChildWorkflow answers in place of a child.
func (o *fakeOutbound) ExecuteChildWorkflow(ctx workflow.Context, name string, arguments ...any) workflow.ChildWorkflowFuture {
	options := workflow.GetChildWorkflowOptions(ctx)
	path, detached := pathIn(options.StaticSummary), name == generate.Detached
	if o.fails(path) {
		failed := answered(ctx, time.Millisecond, nil, errorOf(reference.Answer{Failure: &reference.Failure{Type: flakyType}}))
		return fakeChildFuture{failed, failed}
	}
	answer := o.world.Child(o.asked(path), name, o.note(ctx, path, name, arguments), detached)
	o.ends = append(o.ends, workflow.Now(ctx).Add(answer.Takes))
	execution := workflow.Execution{ID: options.WorkflowID, RunID: "run of " + path}
	if detached {
		started := answered(ctx, answer.Takes, execution, nil)
		return fakeChildFuture{started, started}
	}
	o.children[execution.ID] = &fakeChild{ends: workflow.Now(ctx).Add(answer.Takes), answer: answer}
	return fakeChildFuture{answered(ctx, answer.Takes, answer.Output, errorOf(answer)), answered(ctx, 0, execution, nil)}
}

type fakeChildFuture struct {
	workflow.Future
	started workflow.Future
}

func (f fakeChildFuture) GetChildWorkflowExecution() workflow.Future { return f.started }

func (f fakeChildFuture) SignalChildWorkflow(workflow.Context, string, any) workflow.Future {
	panic("the interpreter signals no child")
}

func (f fakeChildFuture) SignalChildWorkflowWithOptions(workflow.Context, string, any, workflow.SignalChildWorkflowOptions) workflow.Future {
	panic("the interpreter signals no child")
}

// cancelChild cancels a child that an earlier run has started.
func (o *fakeOutbound) cancelChild(ctx workflow.Context, reference any) workflow.Future {
	o.childAt(reference).canceled = true
	return answered(ctx, 0, nil, nil)
}

func (o *fakeOutbound) childAt(reference any) *fakeChild {
	return o.children[decoded(reference).(map[string]any)["workflowId"].(string)]
}

// watch answers in place of the activity that watches a child.
func (o *fakeOutbound) watch(ctx workflow.Context, reference any) workflow.Future {
	child := o.childAt(reference)
	future, settable := workflow.NewFuture(ctx)
	workflow.Go(ctx, func(ctx workflow.Context) {
		timer := workflow.NewTimer(ctx, child.ends.Sub(workflow.Now(ctx)))
		_ = workflow.Await(ctx, func() bool { return timer.IsReady() || child.canceled })
		result := map[string]any{"output": child.answer.Output}
		if failure := child.answer.Failure; failure != nil {
			result = map[string]any{"failure": map[string]any{"type": failure.Type, "message": failure.Message, "details": failure.Details, "nonRetryable": failure.NonRetryable}}
		}
		if child.canceled {
			result = map[string]any{"canceled": true, "failure": map[string]any{"type": "CanceledOutside"}}
		}
		settable.Set(payloadsOf(result), nil)
	})
	return future
}

// note keeps a call, and returns its argument.
func (w *fakeWorld) note(ctx workflow.Context, path, name string, arguments []any) any {
	call := reference.Call{Path: path, Name: name, At: workflow.Now(ctx).Sub(w.world.Started)}
	if len(arguments) > 0 {
		call.Argument = decoded(arguments[0])
	}
	w.called = append(w.called, call)
	w.history += 6
	return call.Argument
}

// underWay are the numbers of the calls that have not ended.
func (w *fakeWorld) underWay(now time.Time) map[int]bool {
	found := map[int]bool{}
	for i, ends := range w.ends {
		found[i] = ends.After(now)
	}
	return found
}

// answered is a future that is ready after a time, or as soon as it is canceled.
func answered(ctx workflow.Context, takes time.Duration, output any, err error) workflow.Future {
	future, settable := workflow.NewFuture(ctx)
	workflow.Go(ctx, func(ctx workflow.Context) {
		if workflow.Sleep(ctx, takes) != nil {
			settable.SetError(temporal.NewCanceledError())
			return
		}
		settable.Set(payloadsOf(output), err)
	})
	return future
}

// errorOf is the failure as the SDK gives it, after a way through the server.
func errorOf(answer reference.Answer) error {
	if answer.Failure == nil {
		return nil
	}
	failures := temporal.GetDefaultFailureConverter()
	err := temporal.NewApplicationErrorWithOptions(answer.Failure.Message, answer.Failure.Type,
		temporal.ApplicationErrorOptions{Details: answer.Failure.Details, NonRetryable: answer.Failure.NonRetryable})
	return failures.FailureToError(failures.ErrorToFailure(err))
}

// pathIn is the path that begins a summary.
func pathIn(summary string) string {
	path, _, _ := strings.Cut(summary, ": ")
	return path
}
