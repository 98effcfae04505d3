package blueprint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	failurepb "go.temporal.io/api/failure/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// played is a run of a Program in the test environment. Its calls are played in virtual
// time: the argument of a call says what happens, as a script.
type played struct {
	interceptor.WorkerInterceptorBase
	environment *testsuite.TestWorkflowEnvironment
	began       time.Time
	calls       []*playedCall
	now, most   int
	// cancelAfter is when the run is canceled; 0 is never.
	cancelAfter time.Duration
}

// script is what an argument says about its call. Any other argument is returned.
type script struct {
	// Takes and Ack are seconds: until the call ends, and from a cancellation on.
	Takes float64 `json:"takes"`
	Ack   float64 `json:"ack"`
	// Fail is the type of the failure in which the call ends.
	Fail string `json:"fail"`
	// Blow is how many bytes the result has; otherwise Returns is the result.
	Blow    int             `json:"blow"`
	Returns json.RawMessage `json:"returns"`
}

type playedCall struct {
	name, path, argument string
	began, ended         time.Duration
	how                  string
	activity             workflow.ActivityOptions
	child                workflow.ChildWorkflowOptions
}

// String is a line of the story.
func (c *playedCall) String() string {
	return strings.TrimSpace(fmt.Sprintf("%g-%g %s %s %s", c.began.Seconds(), c.ended.Seconds(), c.path, c.name, c.how))
}

// playable are the names that the programs of the tests may call.
func playable() Callable {
	return Callable{Activities: []string{"play", "echo"}, Workflows: []string{"child"}}
}

func perform(t *testing.T, program string) *played { return (&played{}).run(t, program) }

func (p *played) run(t *testing.T, program any) *played {
	t.Helper()
	if text, is := program.(string); is {
		program = json.RawMessage(text)
	}
	var suite testsuite.WorkflowTestSuite
	p.environment = suite.NewTestWorkflowEnvironment()
	p.environment.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{p}})
	p.environment.RegisterWorkflowWithOptions(playable().RunSteps, workflow.RegisterOptions{Name: RunStepsType})
	p.environment.RegisterActivityWithOptions(func(context.Context) error { return nil }, activity.RegisterOptions{Name: "play"})
	p.began = p.environment.Now()
	if p.cancelAfter > 0 {
		p.environment.RegisterDelayedCallback(p.environment.CancelWorkflow, p.cancelAfter)
	}
	p.environment.ExecuteWorkflow(RunStepsType, program)
	require.True(t, p.environment.IsWorkflowCompleted())
	return p
}

// results are the results as JSON.
func (p *played) results(t *testing.T) string {
	t.Helper()
	require.NoError(t, p.environment.GetWorkflowError())
	var results json.RawMessage
	require.NoError(t, p.environment.GetWorkflowResult(&results))
	return string(results)
}

// failure is the failure of the run, and how it is worded.
func (p *played) failure(t *testing.T) *temporal.ApplicationError {
	t.Helper()
	var failure *temporal.ApplicationError
	require.ErrorAs(t, p.environment.GetWorkflowError(), &failure)
	require.True(t, failure.NonRetryable())
	return failure
}

// story has a line for each call: its times in seconds, path, name, and how it ended.
func (p *played) story() []string {
	var lines []string
	for _, each := range p.calls {
		lines = append(lines, each.String())
	}
	return lines
}

// arguments are those of the calls, with their paths.
func (p *played) arguments() []string {
	var lines []string
	for _, each := range p.calls {
		lines = append(lines, each.path+" "+each.argument)
	}
	return lines
}

// InterceptWorkflow implements interceptor.WorkerInterceptor.
func (p *played) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &playedInbound{interceptor.WorkflowInboundInterceptorBase{Next: next}, p}
}

type playedInbound struct {
	interceptor.WorkflowInboundInterceptorBase
	played *played
}

func (i *playedInbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	return i.Next.Init(&playedOutbound{interceptor.WorkflowOutboundInterceptorBase{Next: next}, i.played})
}

type playedOutbound struct {
	interceptor.WorkflowOutboundInterceptorBase
	played *played
}

func (o *playedOutbound) ExecuteActivity(ctx workflow.Context, name string, arguments ...any) workflow.Future {
	options := workflow.GetActivityOptions(ctx)
	return o.played.play(ctx, &playedCall{name: name, path: options.Summary, activity: options}, arguments)
}

func (o *playedOutbound) ExecuteChildWorkflow(ctx workflow.Context, name string, arguments ...any) workflow.ChildWorkflowFuture {
	options := workflow.GetChildWorkflowOptions(ctx)
	future := o.played.play(ctx, &playedCall{name: name, path: options.StaticSummary, child: options}, arguments)
	return playedChild{Future: future}
}

// playedChild is a child that nobody signals.
type playedChild struct {
	workflow.Future
	workflow.ChildWorkflowFuture
}

func (c playedChild) Get(ctx workflow.Context, into any) error { return c.Future.Get(ctx, into) }
func (c playedChild) IsReady() bool                            { return c.Future.IsReady() }

// play plays a call.
func (p *played) play(ctx workflow.Context, call *playedCall, arguments []any) workflow.Future {
	call.began = workflow.Now(ctx).Sub(p.began)
	call.how = "running"
	p.calls = append(p.calls, call)
	p.now++
	p.most = max(p.most, p.now)
	future, settable := workflow.NewFuture(ctx)
	workflow.Go(ctx, func(ctx workflow.Context) {
		result, err := p.playOut(ctx, call, arguments)
		p.now--
		call.ended = workflow.Now(ctx).Sub(p.began)
		switch {
		case temporal.IsCanceledError(err):
			call.how = "canceled"
		case err != nil:
			call.how = "failed"
		default:
			call.how = ""
		}
		settable.Set(result, asActivityFails(err))
	})
	return future
}

func (p *played) playOut(ctx workflow.Context, call *playedCall, arguments []any) (any, error) {
	if len(arguments) != 1 {
		return nil, fmt.Errorf("%d arguments", len(arguments))
	}
	encoded, err := json.Marshal(arguments[0])
	if err != nil {
		return nil, err
	}
	call.argument = string(encoded)
	var told script
	if call.name == "echo" || json.Unmarshal(encoded, &told) != nil {
		return json.RawMessage(encoded), nil
	}
	if err := workflow.Sleep(ctx, seconds(told.Takes)); err != nil {
		own, _ := workflow.NewDisconnectedContext(ctx)
		return nil, errors.Join(workflow.Sleep(own, seconds(told.Ack)), temporal.NewCanceledError())
	}
	if told.Fail != "" {
		return nil, temporal.NewNonRetryableApplicationError("as told", told.Fail, nil)
	}
	switch {
	case told.Blow > 0:
		return json.RawMessage(`"` + strings.Repeat("x", told.Blow-2) + `"`), nil
	case told.Returns == nil:
		// As an Activity without a result, or with nil.
		return json.RawMessage(nil), nil
	default:
		return told.Returns, nil
	}
}

func seconds(number float64) time.Duration { return time.Duration(number * float64(time.Second)) }

// asActivityFails is the error as the SDK gives it to a workflow.
func asActivityFails(err error) error {
	if err == nil {
		return nil
	}
	if temporal.IsCanceledError(err) {
		err = temporal.NewCanceledError()
	}
	failures := temporal.GetDefaultFailureConverter()
	return failures.FailureToError(&failurepb.Failure{
		Message: "activity error", Cause: failures.ErrorToFailure(err),
		FailureInfo: &failurepb.Failure_ActivityFailureInfo{ActivityFailureInfo: &failurepb.ActivityFailureInfo{Identity: "a test"}},
	})
}

// steps is a program of these steps.
func steps(each ...string) string { return `{"steps": [` + strings.Join(each, ", ") + `]}` }

// times repeats a text that has the number of the repetition in it.
func times(count int, format string) []string {
	var texts []string
	for i := range count {
		texts = append(texts, strings.ReplaceAll(format, "#", fmt.Sprint(i+1)))
	}
	return slices.Clip(texts)
}
