package replaytest

import (
	"fmt"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// recorder is an interceptor that notes what the replayed workflow schedules and how
// it ends.
type recorder struct {
	interceptor.WorkerInterceptorBase
	scheduled []Scheduled
	outcome   Outcome
}

func (r *recorder) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &inbound{interceptor.WorkflowInboundInterceptorBase{Next: next}, r}
}

func (r *recorder) note(name string, args []any) {
	r.scheduled = append(r.scheduled, Scheduled{name, encode(args...)})
}

type inbound struct {
	interceptor.WorkflowInboundInterceptorBase
	recorder *recorder
}

func (i *inbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	return i.Next.Init(&outbound{interceptor.WorkflowOutboundInterceptorBase{Next: next}, i.recorder})
}

func (i *inbound) ExecuteWorkflow(ctx workflow.Context, in *interceptor.ExecuteWorkflowInput) (any, error) {
	result, err := i.Next.ExecuteWorkflow(ctx, in)
	switch {
	case err != nil:
		i.recorder.outcome = outcomeOf(temporal.GetDefaultFailureConverter().ErrorToFailure(err))
	case result != nil:
		i.recorder.outcome = Outcome{Result: encode(result)}
	}
	return result, err
}

type outbound struct {
	interceptor.WorkflowOutboundInterceptorBase
	recorder *recorder
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
