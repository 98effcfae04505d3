package blueprint

import (
	"context"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/internal/connect"
)

// TaskQueue is where this sample's worker listens.
const TaskQueue = "blueprint"

// Register registers the examples: what their catalog has, and a workflow type for each
// of their definitions.
func Register(registry worker.Registry) error {
	interpreter, err := Examples()
	if err != nil {
		return err
	}
	interpreter.Register(registry)
	return nil
}

// RunWorker runs the sample's worker until ctx ends.
func RunWorker(ctx context.Context, connection client.Client) error {
	w := worker.New(connection, TaskQueue, worker.Options{
		// Without this, a function that is registered under another name would take its Go
		// name, too, which may be a blueprint's.
		DisableRegistrationAliasing: true,
		// The two pollers that are the default can both wait at an empty sticky queue while
		// a crowd of children waits in the normal one; childdispatch/kill_test.go tells how.
		WorkflowTaskPollerBehavior: worker.NewPollerBehaviorAutoscaling(worker.PollerBehaviorAutoscalingOptions{}),
	})
	if err := Register(w); err != nil {
		return err
	}
	return connect.RunUntilDone(ctx, w)
}
