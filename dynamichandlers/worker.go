package dynamichandlers

import (
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"
)

// TaskQueue is where this sample's Worker polls.
const TaskQueue = "dynamichandlers"

// Options returns what the Worker needs beside the workflows. Every Worker of the Task
// Queue needs the interceptor, and so does the replayer of the tests.
func Options() worker.Options {
	return worker.Options{
		DisableRegistrationAliasing: true,
		Interceptors:                []interceptor.WorkerInterceptor{&ArrivalOrder{}},
	}
}

// Register registers the workflows.
func Register(registry worker.Registry) {
	registry.RegisterWorkflow(CollectByName)
	registry.RegisterWorkflow(CollectInOrder)
	registry.RegisterWorkflow(Configured)
}
