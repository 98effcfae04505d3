package rehearse

import (
	"cmp"
	"context"
	"encoding/json"
	"path"
	"strings"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// interceptors stand between the interpreter and what it calls: they note each call and
// make of it what the outcomes say.
type interceptors struct {
	interceptor.WorkerInterceptorBase
	trace    *trace
	outcomes Outcomes
	root     string // the run's workflow id
}

func (i *interceptors) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &inbound{interceptor.WorkflowInboundInterceptorBase{Next: next}, i}
}

func (i *interceptors) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &attempts{interceptor.ActivityInboundInterceptorBase{Next: next}, i.trace}
}

type inbound struct {
	interceptor.WorkflowInboundInterceptorBase
	all *interceptors
}

func (i *inbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	return i.Next.Init(&outbound{interceptor.WorkflowOutboundInterceptorBase{Next: next}, i.all})
}

// callHeader is the header that tells an attempt of a real Activity which call it is of.
const callHeader = "rehearsed-call"

// attempts notes the attempts of real Activities, and ends those that always fail.
type attempts struct {
	interceptor.ActivityInboundInterceptorBase
	trace *trace
}

func (a *attempts) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	var index int
	if payload := interceptor.Header(ctx)[callHeader]; payload != nil && json.Unmarshal(payload.GetData(), &index) == nil {
		a.trace.attempt(index, int(activity.GetInfo(ctx).Attempt))
	}
	output, err := a.Next.ExecuteActivity(ctx, in)
	return output, a.trace.given(err, activity.GetInfo(ctx).Attempt)
}

// ExecuteWorkflow ends a child that always fails, too.
func (i *inbound) ExecuteWorkflow(ctx workflow.Context, in *interceptor.ExecuteWorkflowInput) (any, error) {
	output, err := i.Next.ExecuteWorkflow(ctx, in)
	if info := workflow.GetInfo(ctx); info.WorkflowExecution.ID != i.all.root {
		err = i.all.trace.given(err, info.Attempt)
	}
	return output, err
}

type outbound struct {
	interceptor.WorkflowOutboundInterceptorBase
	*interceptors
}

// path is the path in a summary, behind that of the child that the workflow is.
func (o *outbound) path(ctx workflow.Context, summary string) string {
	path, _, _ := strings.Cut(summary, ": ")
	if child, isChild := strings.CutPrefix(workflow.GetInfo(ctx).WorkflowExecution.ID, o.root+"/"); isChild {
		return child + " > " + path
	}
	return path
}

func (o *outbound) ExecuteActivity(ctx workflow.Context, name string, arguments ...any) workflow.Future {
	options := workflow.GetActivityOptions(ctx)
	return o.activity(ctx, attempted{
		kind: "activity", name: name, summary: options.Summary, retry: policyOf(options.RetryPolicy),
		attempt: cmp.Or(options.StartToCloseTimeout, options.ScheduleToCloseTimeout), all: options.ScheduleToCloseTimeout,
		really: func(ctx workflow.Context, retry temporal.RetryPolicy) workflow.Future {
			options.RetryPolicy = &retry
			return o.Next.ExecuteActivity(workflow.WithActivityOptions(ctx, options), name, arguments...)
		},
	})
}

func (o *outbound) ExecuteLocalActivity(ctx workflow.Context, name string, arguments ...any) workflow.Future {
	options := workflow.GetLocalActivityOptions(ctx)
	attempt := cmp.Or(options.StartToCloseTimeout, options.ScheduleToCloseTimeout)
	const longest = 100 * 365 * 24 * time.Hour
	return o.activity(ctx, attempted{
		kind: "local activity", name: name, summary: options.Summary, retry: policyOf(options.RetryPolicy),
		attempt: attempt,
		all:     cmp.Or(options.ScheduleToCloseTimeout, options.StartToCloseTimeout),
		really: func(ctx workflow.Context, retry temporal.RetryPolicy) workflow.Future {
			options.RetryPolicy, options.StartToCloseTimeout = &retry, attempt
			// The environment compares the end in virtual time with the real one.
			options.ScheduleToCloseTimeout = longest
			return o.Next.ExecuteLocalActivity(workflow.WithLocalActivityOptions(ctx, options), name, arguments...)
		},
	})
}

func (o *outbound) NewTimerWithOptions(ctx workflow.Context, length time.Duration, options workflow.TimerOptions) workflow.Future {
	timer := o.Next.NewTimerWithOptions(ctx, length, options)
	if options.Summary == "" || isTimeout(options.Summary) {
		return timer
	}
	call, _ := o.trace.begin(o.path(ctx, options.Summary), "timer", length.String(), workflow.Now(ctx))
	o.observe(ctx, call, timer)
	return timer
}

// isTimeout reports whether a timer is the timeout of a step, which calls nothing.
func isTimeout(summary string) bool { return path.Base(summary) == "on_timeout" }

func (o *outbound) ExecuteChildWorkflow(ctx workflow.Context, name string, arguments ...any) workflow.ChildWorkflowFuture {
	options := workflow.GetChildWorkflowOptions(ctx)
	a := attempted{
		kind: "child", name: name, summary: options.StaticSummary, retry: temporal.RetryPolicy{MaximumAttempts: 1},
		attempt: options.WorkflowRunTimeout, all: options.WorkflowExecutionTimeout,
	}
	// The environment waits for every child, also when the run has ended.
	options.WorkflowRunTimeout = cmp.Or(options.WorkflowRunTimeout, patience)
	if options.RetryPolicy != nil {
		a.retry = policyOf(options.RetryPolicy)
		policy := a.forTestEnvironment()
		options.RetryPolicy = &policy
	}
	path := o.path(ctx, a.summary)
	call, index := o.trace.begin(path, a.kind, name, workflow.Now(ctx))
	outcome, has := o.outcomes.of(path, name, o.outcomes.Workflows)
	if !has || !outcome.Ends() {
		child := o.Next.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, options), name, arguments...)
		return childFuture{o.settled(ctx, call, func(ctx workflow.Context) (*commonpb.Payloads, error) { return o.resultOf(ctx, index, a, child) }), child.GetChildWorkflowExecution()}
	}
	started, settle := workflow.NewFuture(ctx)
	settle.SetValue(workflow.Execution{ID: options.WorkflowID, RunID: "rehearsed"})
	return childFuture{o.settled(ctx, call, func(ctx workflow.Context) (*commonpb.Payloads, error) { return o.attempts(ctx, index, a, outcome) }), started}
}

// childFuture is a child that is not there.
type childFuture struct {
	workflow.Future
	started workflow.Future
}

func (c childFuture) GetChildWorkflowExecution() workflow.Future { return c.started }

func (c childFuture) SignalChildWorkflow(workflow.Context, string, any) workflow.Future {
	return c.started
}

func (c childFuture) SignalChildWorkflowWithOptions(workflow.Context, string, any, workflow.SignalChildWorkflowOptions) workflow.Future {
	return c.started
}

// observe notes the end of a call that is really made.
func (o *outbound) observe(ctx workflow.Context, call *Call, future workflow.Future) {
	workflow.Go(ctx, func(ctx workflow.Context) {
		err := future.Get(ctx, nil)
		o.trace.end(call, err, temporal.IsCanceledError(err), workflow.Now(ctx))
	})
}

func (o *outbound) activity(ctx workflow.Context, a attempted) workflow.Future {
	path := o.path(ctx, a.summary)
	call, index := o.trace.begin(path, a.kind, a.name, workflow.Now(ctx))
	if header := interceptor.WorkflowHeader(ctx); header != nil {
		header[callHeader], _ = converter.GetDefaultDataConverter().ToPayload(index)
	}
	outcome, has := o.outcomes.of(path, a.name, o.outcomes.Activities)
	if has {
		return o.settled(ctx, call, func(ctx workflow.Context) (*commonpb.Payloads, error) { return o.attempts(ctx, index, a, outcome) })
	}
	future := a.really(ctx, a.forTestEnvironment())
	return o.settled(ctx, call, func(ctx workflow.Context) (*commonpb.Payloads, error) { return o.resultOf(ctx, index, a, future) })
}

// settled is a future of what the call gives, whose end is noted.
func (o *outbound) settled(ctx workflow.Context, call *Call, result func(workflow.Context) (*commonpb.Payloads, error)) workflow.Future {
	future, settle := workflow.NewFuture(ctx)
	workflow.Go(ctx, func(ctx workflow.Context) {
		output, err := result(ctx)
		o.trace.end(call, err, temporal.IsCanceledError(err), workflow.Now(ctx))
		if err != nil {
			settle.SetError(err)
			return
		}
		settle.SetValue(output)
	})
	return future
}

// sleep waits without being noted.
func (o *outbound) sleep(ctx workflow.Context, length time.Duration) error {
	return o.Next.NewTimerWithOptions(ctx, length, workflow.TimerOptions{}).Get(ctx, nil)
}

func (f Failure) err(final bool) error {
	details := make([]any, len(f.Details))
	for i, each := range f.Details {
		details[i] = each
	}
	return temporal.NewApplicationErrorWithOptions(f.Message, f.Type, temporal.ApplicationErrorOptions{NonRetryable: final, Details: details})
}
