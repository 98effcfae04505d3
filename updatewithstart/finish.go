package updatewithstart

import "go.temporal.io/sdk/workflow"

// finishHandlers waits until every accepted Update has its answer, also when the
// Workflow Execution has been canceled: the wait needs a context that is not. Without
// it the callers would get an error of type AcceptedUpdateCompletedWorkflow.
func finishHandlers(ctx workflow.Context) {
	detachedCtx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	// Its only error is a cancellation, which this context does not get.
	_ = workflow.Await(detachedCtx, func() bool { return workflow.AllHandlersFinished(detachedCtx) })
}
