package rehearse

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
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

// callHeader is the header that tells an attempt of a real activity which call it is of.
const callHeader = "rehearsed-call"

// attempts notes the attempts of real activities.
type attempts struct {
	interceptor.ActivityInboundInterceptorBase
	trace *trace
}

func (a *attempts) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	var index int
	if payload := interceptor.Header(ctx)[callHeader]; payload != nil && json.Unmarshal(payload.GetData(), &index) == nil {
		a.trace.attempt(index, int(activity.GetInfo(ctx).Attempt))
	}
	return a.Next.ExecuteActivity(ctx, in)
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
	return o.activity(ctx, activityCall{
		kind: "activity", name: name, summary: options.Summary,
		startToClose: options.StartToCloseTimeout, scheduleToClose: options.ScheduleToCloseTimeout, retry: options.RetryPolicy,
		really: func(ctx workflow.Context) workflow.Future { return o.Next.ExecuteActivity(ctx, name, arguments...) },
	})
}

func (o *outbound) ExecuteLocalActivity(ctx workflow.Context, name string, arguments ...any) workflow.Future {
	options := workflow.GetLocalActivityOptions(ctx)
	return o.activity(ctx, activityCall{
		kind: "local activity", name: name, summary: options.Summary,
		startToClose: options.StartToCloseTimeout, scheduleToClose: options.ScheduleToCloseTimeout, retry: options.RetryPolicy,
		really: func(ctx workflow.Context) workflow.Future {
			return o.Next.ExecuteLocalActivity(ctx, name, arguments...)
		},
	})
}

func (o *outbound) NewTimerWithOptions(ctx workflow.Context, length time.Duration, options workflow.TimerOptions) workflow.Future {
	timer := o.Next.NewTimerWithOptions(ctx, length, options)
	if options.Summary == "" {
		return timer
	}
	call, _ := o.trace.begin(o.path(ctx, options.Summary), "timer", length.String(), workflow.Now(ctx))
	o.observe(ctx, call, timer)
	return timer
}

func (o *outbound) ExecuteChildWorkflow(ctx workflow.Context, name string, arguments ...any) workflow.ChildWorkflowFuture {
	options := workflow.GetChildWorkflowOptions(ctx)
	path := o.path(ctx, options.StaticSummary)
	call, index := o.trace.begin(path, "child", name, workflow.Now(ctx))
	outcome, has := o.outcomes.of(path, name, o.outcomes.Workflows)
	if !has || outcome.Result == nil && outcome.Failure == nil {
		child := o.Next.ExecuteChildWorkflow(ctx, name, arguments...)
		o.observe(ctx, call, child)
		return child
	}
	o.trace.attempt(index, 1)
	started, settle := workflow.NewFuture(ctx)
	settle.SetValue(workflow.Execution{ID: options.WorkflowID, RunID: "rehearsed"})
	ended := o.rehearse(ctx, call, index, activityCall{retry: &temporal.RetryPolicy{MaximumAttempts: 1}}, outcome)
	return childFuture{ended, started}
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

// activityCall is what matters of a call of an activity.
type activityCall struct {
	kind, name, summary           string
	startToClose, scheduleToClose time.Duration
	retry                         *temporal.RetryPolicy
	really                        func(workflow.Context) workflow.Future
}

func (o *outbound) activity(ctx workflow.Context, a activityCall) workflow.Future {
	path := o.path(ctx, a.summary)
	call, index := o.trace.begin(path, a.kind, a.name, workflow.Now(ctx))
	if header := interceptor.WorkflowHeader(ctx); header != nil {
		header[callHeader], _ = converter.GetDefaultDataConverter().ToPayload(index)
	}
	outcome, has := o.outcomes.of(path, a.name, o.outcomes.Activities)
	if !has {
		future := a.really(ctx)
		o.observe(ctx, call, future)
		return future
	}
	return o.rehearse(ctx, call, index, a, outcome)
}

// rehearse makes of a call what its outcome says, with the attempts that its policy
// allows, in virtual time.
func (o *outbound) rehearse(ctx workflow.Context, call *Call, index int, a activityCall, outcome Outcome) workflow.Future {
	future, settle := workflow.NewFuture(ctx)
	workflow.Go(ctx, func(ctx workflow.Context) {
		result, err := o.attempts(ctx, index, a, outcome)
		o.trace.end(call, err, temporal.IsCanceledError(err), workflow.Now(ctx))
		if err != nil {
			settle.SetError(err)
			return
		}
		settle.SetValue(result)
	})
	return future
}

func (o *outbound) attempts(ctx workflow.Context, index int, a activityCall, outcome Outcome) (*commonpb.Payloads, error) {
	policy := policyOf(a.retry)
	began, interval := workflow.Now(ctx), policy.InitialInterval
	for attempt := 1; ; attempt++ {
		o.trace.attempt(index, attempt)
		result, err := o.once(ctx, a, outcome, attempt)
		if err == nil || attempt == int(policy.MaximumAttempts) || !mayRetry(err, policy) {
			return result, err
		}
		if a.scheduleToClose > 0 && workflow.Now(ctx).Add(interval).Sub(began) >= a.scheduleToClose {
			return nil, temporal.NewTimeoutError(enumspb.TIMEOUT_TYPE_SCHEDULE_TO_CLOSE, err)
		}
		if err := o.sleep(ctx, interval); err != nil {
			return nil, err
		}
		interval = min(time.Duration(float64(interval)*policy.BackoffCoefficient), policy.MaximumInterval)
	}
}

// policyOf is the policy with the server's defaults.
func policyOf(given *temporal.RetryPolicy) temporal.RetryPolicy {
	var policy temporal.RetryPolicy
	if given != nil {
		policy = *given
	}
	if policy.InitialInterval == 0 {
		policy.InitialInterval = time.Second
	}
	if policy.BackoffCoefficient == 0 {
		policy.BackoffCoefficient = 2
	}
	if policy.MaximumInterval == 0 {
		policy.MaximumInterval = 100 * policy.InitialInterval
	}
	return policy
}

func mayRetry(err error, policy temporal.RetryPolicy) bool {
	var application *temporal.ApplicationError
	switch {
	case temporal.IsCanceledError(err):
		return false
	case !errors.As(err, &application):
		return temporal.IsTimeoutError(err)
	case application.NonRetryable():
		return false
	}
	for _, each := range policy.NonRetryableErrorTypes {
		if each == application.Type() {
			return false
		}
	}
	return true
}

// sleep waits without being noted.
func (o *outbound) sleep(ctx workflow.Context, length time.Duration) error {
	return o.Next.NewTimerWithOptions(ctx, length, workflow.TimerOptions{}).Get(ctx, nil)
}

// once is one attempt.
func (o *outbound) once(ctx workflow.Context, a activityCall, outcome Outcome, attempt int) (*commonpb.Payloads, error) {
	delay := length(outcome.Delay)
	if a.startToClose > 0 && delay > a.startToClose {
		if err := o.sleep(ctx, a.startToClose); err != nil {
			return nil, err
		}
		return nil, temporal.NewTimeoutError(enumspb.TIMEOUT_TYPE_START_TO_CLOSE, nil)
	}
	if delay > 0 {
		if err := o.sleep(ctx, delay); err != nil {
			return nil, err
		}
	}
	switch {
	case attempt <= len(outcome.Failures):
		return nil, outcome.Failures[attempt-1].err(false)
	case outcome.Failure != nil:
		return nil, outcome.Failure.err(true)
	case outcome.Result != nil:
		return converter.GetDefaultDataConverter().ToPayloads(outcome.Result)
	default:
		return real(ctx, a)
	}
}

// real makes the call.
func real(ctx workflow.Context, a activityCall) (*commonpb.Payloads, error) {
	var output any
	if err := a.really(ctx).Get(ctx, &output); err != nil {
		return nil, err
	}
	return converter.GetDefaultDataConverter().ToPayloads(output)
}

func (f Failure) err(final bool) error {
	details := make([]any, len(f.Details))
	for i, each := range f.Details {
		details[i] = each
	}
	return temporal.NewApplicationErrorWithOptions(f.Message, f.Type, temporal.ApplicationErrorOptions{NonRetryable: final, Details: details})
}
