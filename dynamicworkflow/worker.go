package dynamicworkflow

import (
	"context"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"golang.org/x/sync/errgroup"

	"dynamicsamples/internal/connect"
)

// Where this sample's workers listen, and as which version.
const (
	// TaskQueue is the queue of the worker that has no version.
	TaskQueue = "dynamicworkflow"
	// VersionedTaskQueue is the queue of the worker that is a version of a deployment.
	VersionedTaskQueue = "dynamicworkflow-versioned"
	// DeploymentName and BuildID identify that version.
	DeploymentName = "dynamicworkflow"
	BuildID        = "1.0"
)

// Register registers the catch-all with DefaultPolicy, and what has a name of its
// own.
func Register(registry worker.Registry) {
	RegisterPolicy(registry, DefaultPolicy())
}

// RegisterPolicy registers the same with another policy.
func RegisterPolicy(registry worker.Registry, policy Policy) {
	registry.RegisterDynamicWorkflow(policy.GreetAny, workflow.DynamicRegisterOptions{
		LoadDynamicRuntimeOptions: policy.RuntimeOptions,
	})
	registry.RegisterWorkflowWithOptions(GreetFormally, workflow.RegisterOptions{
		Name:               GreetFormallyType,
		VersioningBehavior: workflow.VersioningBehaviorPinned,
	})
	registry.RegisterWorkflowWithOptions(LettersInCommon, workflow.RegisterOptions{
		Name:               "letters-in-common",
		VersioningBehavior: workflow.VersioningBehaviorPinned,
	})
	registry.RegisterActivity(DefaultGreeting)
	registry.RegisterActivity(LetterPosition)
}

// RunWorker runs the sample's two workers until ctx ends. They register the same
// workflows; one of them has a version.
func RunWorker(ctx context.Context, connection client.Client) error {
	unversioned := worker.Options{
		// Without this, registering GreetFormally under another name would also
		// capture the type "GreetFormally", and the catch-all would never see it.
		DisableRegistrationAliasing: true,
	}
	versioned := unversioned
	versioned.DeploymentOptions = worker.DeploymentOptions{
		UseVersioning: true,
		Version:       worker.WorkerDeploymentVersion{DeploymentName: DeploymentName, BuildID: BuildID},
	}
	group, ctx := errgroup.WithContext(ctx)
	for queue, options := range map[string]worker.Options{TaskQueue: unversioned, VersionedTaskQueue: versioned} {
		group.Go(func() error {
			w := worker.New(connection, queue, options)
			Register(w)
			return connect.RunUntilDone(ctx, w)
		})
	}
	return group.Wait()
}
