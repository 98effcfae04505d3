package replaytest

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Recorder is an interceptor that notes what a workflow schedules and how it ends.
// In a test environment it also notes what the environment itself does not show: an
// Activity that is scheduled and canceled at once.
type Recorder struct {
	interceptor.WorkerInterceptorBase
	// Scheduled are the Activities and Child Workflows, in order.
	Scheduled []Scheduled
	// Outcome is how the workflow ended.
	Outcome Outcome
}

// InterceptWorkflow implements interceptor.WorkerInterceptor.
func (r *Recorder) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &inbound{interceptor.WorkflowInboundInterceptorBase{Next: next}, r}
}

func (r *Recorder) note(name string, args []any) {
	r.Scheduled = append(r.Scheduled, Scheduled{name, encode(args...)})
}

type inbound struct {
	interceptor.WorkflowInboundInterceptorBase
	recorder *Recorder
}

func (i *inbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	return i.Next.Init(&outbound{interceptor.WorkflowOutboundInterceptorBase{Next: next}, i.recorder})
}

func (i *inbound) ExecuteWorkflow(ctx workflow.Context, in *interceptor.ExecuteWorkflowInput) (any, error) {
	result, err := i.Next.ExecuteWorkflow(ctx, in)
	var continued *workflow.ContinueAsNewError
	switch {
	case errors.As(err, &continued):
		i.recorder.Outcome = Outcome{NextRun: Scheduled{continued.WorkflowType.Name, data(continued.Input)}}
	case err != nil:
		i.recorder.Outcome = outcomeOf(temporal.GetDefaultFailureConverter().ErrorToFailure(err))
	case result != nil:
		i.recorder.Outcome = Outcome{Result: encode(result)}
	}
	return result, err
}

type outbound struct {
	interceptor.WorkflowOutboundInterceptorBase
	recorder *Recorder
}

func (o *outbound) ExecuteActivity(ctx workflow.Context, activityType string, args ...any) workflow.Future {
	o.recorder.note(activityType, args)
	return o.Next.ExecuteActivity(ctx, activityType, args...)
}

func (o *outbound) ExecuteChildWorkflow(ctx workflow.Context, workflowType string, args ...any) workflow.ChildWorkflowFuture {
	o.recorder.note(workflowType, args)
	return o.Next.ExecuteChildWorkflow(ctx, workflowType, args...)
}

// encode gives the bytes that the SDK would record for the values.
func encode(values ...any) []string {
	payloads, err := converter.GetDefaultDataConverter().ToPayloads(values...)
	if err != nil {
		return []string{fmt.Sprintf("cannot be encoded: %v", err)}
	}
	return data(payloads)
}
