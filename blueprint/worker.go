package blueprint

import (
	"context"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"golang.org/x/sync/errgroup"

	"dynamicsamples/internal/connect"
)

// TaskQueue is where this sample's worker listens.
const TaskQueue = "blueprint"

// Register registers the pattern of workflow.go, and the examples: what their catalog has,
// and a workflow type for each of their definitions.
func Register(registry worker.Registry) error {
	interpreter, err := Examples()
	if err != nil {
		return err
	}
	interpreter.Register(registry)
	RegisterSteps(registry)
	return nil
}

// RunWorker runs the sample's two workers until ctx ends: one for most runs, and one for
// those with large values, whose client keeps them in external storage.
func RunWorker(ctx context.Context, connection client.Client) error {
	stored, err := WithStorage(ctx, connection)
	if err != nil {
		return err
	}
	defer stored.Close()
	large, err := LargeExamples()
	if err != nil {
		return err
	}
	largeWorker := worker.New(stored, LargeTaskQueue, workerOptions())
	large.Register(largeWorker)
	w := worker.New(connection, TaskQueue, workerOptions())
	if err := Register(w); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, each := range []worker.Worker{w, largeWorker} {
		group.Go(func() error { return connect.RunUntilDone(ctx, each) })
	}
	return group.Wait()
}

func workerOptions() worker.Options {
	return worker.Options{
		// Without this, a function that is registered under another name would take its Go
		// name, too, which may be a blueprint's.
		DisableRegistrationAliasing: true,
		// The two pollers that are the default can both wait at an empty sticky queue while
		// a crowd of children waits in the normal one; childdispatch/kill_test.go tells how.
		WorkflowTaskPollerBehavior: worker.NewPollerBehaviorAutoscaling(worker.PollerBehaviorAutoscalingOptions{}),
	}
}
