package childdispatch

import (
	"context"
	"time"

	"go.temporal.io/sdk/workflow"
)

// FinishSignal is the Signal that completes an Attend.
const FinishSignal = "finish"

// visitTimeout bounds a visit's life.
const visitTimeout = 30 * time.Second

// Attend is a Child Workflow that runs until it receives the finish Signal. When it is
// canceled it tidies up first.
func Attend(ctx workflow.Context) (string, error) {
	finish := workflow.GetSignalChannelWithOptions(ctx, FinishSignal, workflow.SignalChannelOptions{Description: "Complete the visit"})
	// Await returns when the workflow is canceled. Receive would go on waiting.
	err := workflow.Await(ctx, func() bool { return finish.Len() > 0 })
	if err == nil {
		finish.ReceiveAsync(nil)
		return "finished", nil
	}
	// On the context of a canceled workflow no Activity is started.
	detachedCtx, _ := workflow.NewDisconnectedContext(ctx)
	detachedCtx = workflow.WithActivityOptions(detachedCtx, workflow.ActivityOptions{
		StartToCloseTimeout:    5 * time.Second,
		ScheduleToCloseTimeout: 20 * time.Second,
		Summary:                "tidy up",
	})
	if tidyErr := workflow.ExecuteActivity(detachedCtx, TidyUp).Get(detachedCtx, nil); tidyErr != nil {
		return "", unwrapped(tidyErr)
	}
	return "", err
}

// TidyUp stands for what has to be undone after a visit that was cut short.
func TidyUp(context.Context) error { return nil }

// attend starts a child whose ID is made of the parent's and the name.
func attend(ctx workflow.Context, name string, options workflow.ChildWorkflowOptions) workflow.ChildWorkflowFuture {
	options.WorkflowID = workflow.GetInfo(ctx).WorkflowExecution.ID + "." + name
	options.WorkflowExecutionTimeout = visitTimeout
	options.WaitForCancellation = true
	options.StaticSummary = name
	return workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, options), Attend)
}
