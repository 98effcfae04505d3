package childdispatch

import (
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// TaskQueue is where this sample's Worker polls.
const TaskQueue = "childdispatch"

// Options are those of the sample's Worker.
func Options() worker.Options {
	return worker.Options{
		// A workflow is known by the name under which it is registered, and by no other.
		DisableRegistrationAliasing: true,
		// The two pollers that are the default can both wait at an empty sticky queue while
		// a crowd of children waits in the normal one; kill_test.go explains how.
		WorkflowTaskPollerBehavior: worker.NewPollerBehaviorAutoscaling(worker.PollerBehaviorAutoscalingOptions{}),
	}
}

// Register registers the workflows, the children under the names that the table of
// routes has for them, and the Activities.
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
	registry.RegisterActivity(EndChildOfEarlierRun)
	registry.RegisterActivity(AwaitChild)
}
