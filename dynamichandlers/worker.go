package dynamichandlers

import (
	"context"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/internal/connect"
)

// TaskQueue is where this sample's worker listens.
const TaskQueue = "dynamichandlers"

// Register registers the workflows.
func Register(registry worker.Registry) {
	registry.RegisterWorkflow(CollectByName)
	registry.RegisterWorkflow(CollectInOrder)
	registry.RegisterWorkflow(Configured)
}

// Options returns what the sample's worker needs beside the workflows.
func Options() worker.Options {
	return worker.Options{
		DisableRegistrationAliasing: true,
		Interceptors:                []interceptor.WorkerInterceptor{&ArrivalOrder{}},
	}
}

// RunWorker runs the sample's worker until ctx ends.
func RunWorker(ctx context.Context, connection client.Client) error {
	w := worker.New(connection, TaskQueue, Options())
	Register(w)
	return connect.RunUntilDone(ctx, w)
}
