package dynamicactivity

import (
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// TaskQueue is where this sample's Worker polls.
const TaskQueue = "dynamicactivity"

// ProcessRecordsType is the Workflow Type under which Catalog.ProcessRecords is
// registered.
const ProcessRecordsType = "ProcessRecords"

// Options are the options of this sample's Worker.
func Options() worker.Options {
	return worker.Options{
		// Without this, the Activities would also answer to the names of their Go
		// functions, which no catalog lists.
		DisableRegistrationAliasing: true,
	}
}

// Register registers the workflows, the Activities that have a name of their own, and
// the catch-all for all others.
func Register(registry worker.Registry) {
	registry.RegisterWorkflowWithOptions(DefaultCatalog().ProcessRecords, workflow.RegisterOptions{Name: ProcessRecordsType})
	registry.RegisterWorkflow(CallByName)
	for _, steps := range named() {
		for name, step := range steps {
			registry.RegisterActivityWithOptions(step, activity.RegisterOptions{Name: name})
		}
	}
	registry.RegisterDynamicActivity(Enrich, activity.DynamicRegisterOptions{})
}
