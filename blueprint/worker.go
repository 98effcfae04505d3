package blueprint

import (
	"time"

	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/blueprint/engine"
)

// TaskQueue is where this sample's Worker listens.
const TaskQueue = "blueprint"

// Register registers the pattern of workflow.go, and the examples: what their catalog has,
// and a Workflow Type for each of their definitions.
func Register(registry worker.Registry) error {
	interpreter, err := Examples()
	if err != nil {
		return err
	}
	interpreter.Register(registry)
	RegisterSteps(registry)
	return nil
}

// RegisterLarge registers the same examples on the Worker for large values, whose client
// keeps them in external storage.
func RegisterLarge(registry worker.Registry) error {
	interpreter, err := LargeExamples()
	if err != nil {
		return err
	}
	interpreter.Register(registry)
	return nil
}

// Options returns the options of both Workers.
func Options() worker.Options {
	return worker.Options{
		// Without this, a function that is registered under another name would take its Go
		// name, too, which may be a blueprint's.
		DisableRegistrationAliasing: true,
		// So that Activities know which step they are called for: engine.StepOf.
		Interceptors: []interceptor.WorkerInterceptor{engine.StepInterceptor()},
		// The two pollers that are the default can both wait at an empty sticky queue while
		// a crowd of children waits in the normal one; childdispatch/kill_test.go tells how.
		WorkflowTaskPollerBehavior: worker.NewPollerBehaviorAutoscaling(worker.PollerBehaviorAutoscalingOptions{}),
		// A Worker that has forgotten a plan of megabytes reads it again in one go, which on a slow
		// machine takes longer than the second that is the default.
		DeadlockDetectionTimeout: 5 * time.Second,
	}
}
