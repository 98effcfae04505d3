package childdispatch

import (
	"context"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/internal/connect"
)

// TaskQueue is where this sample's worker listens.
const TaskQueue = "childdispatch"

// Register registers the workflows, the children under the names that the table of
// routes has for them, and the activities.
func Register(registry worker.Registry) {
	for name, child := range children() {
		registry.RegisterWorkflowWithOptions(child, workflow.RegisterOptions{Name: name})
	}
	registry.RegisterWorkflow(Dispatch)
	registry.RegisterWorkflow(ProcessCatalogue)
	registry.RegisterWorkflow(MergeSort)
	registry.RegisterWorkflow(LeaveChildren)
	registry.RegisterWorkflow(Supervise)
	registry.RegisterWorkflow(Claim)
	registry.RegisterWorkflow(Attend)
	registry.RegisterActivity(Convert)
	registry.RegisterActivity(ListItems)
	registry.RegisterActivity(InspectChildren)
	registry.RegisterActivity(SortNumbers)
	registry.RegisterActivity(TidyUp)
	registry.RegisterActivity(AwaitChild)
}

// RunWorker runs the sample's worker until ctx ends.
func RunWorker(ctx context.Context, connection client.Client) error {
	w := worker.New(connection, TaskQueue, worker.Options{
		DisableRegistrationAliasing: true,
		// The two pollers that are the default can both wait at an empty sticky queue while
		// a crowd of children waits in the normal one; kill_test.go tells how.
		WorkflowTaskPollerBehavior: worker.NewPollerBehaviorAutoscaling(worker.PollerBehaviorAutoscalingOptions{}),
	})
	Register(w)
	return connect.RunUntilDone(ctx, w)
}
