package dynamicactivity

import (
	"context"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/internal/connect"
)

// TaskQueue is where this sample's worker listens.
const TaskQueue = "dynamicactivity"

// Register registers the workflows, the activities that have a name of their own,
// and the catch-all for all others.
func Register(registry worker.Registry) {
	registry.RegisterWorkflow(ProcessRecords)
	registry.RegisterWorkflow(CallByName)
	for _, steps := range named() {
		for name, step := range steps {
			registry.RegisterActivityWithOptions(step, activity.RegisterOptions{Name: name})
		}
	}
	registry.RegisterDynamicActivity(Enrich, activity.DynamicRegisterOptions{})
}

// RunWorker runs the sample's worker until ctx ends.
func RunWorker(ctx context.Context, connection client.Client) error {
	w := worker.New(connection, TaskQueue, worker.Options{
		// Without this, the activities would also answer to the names of their Go
		// functions, which no catalog lists.
		DisableRegistrationAliasing: true,
	})
	Register(w)
	return connect.RunUntilDone(ctx, w)
}
