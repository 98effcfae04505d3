package dynamicworkflow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
)

// Where the versioned Worker polls, and as which version of which Worker Deployment.
const (
	VersionedTaskQueue = "dynamicworkflow-versioned"
	DeploymentName     = "dynamicworkflow"
	BuildID            = "1.0"
)

// VersionedOptions makes the options of a Worker those of the version.
func VersionedOptions(options worker.Options) worker.Options {
	options.DeploymentOptions = worker.DeploymentOptions{
		UseVersioning: true,
		Version:       worker.WorkerDeploymentVersion{DeploymentName: DeploymentName, BuildID: BuildID},
	}
	return options
}

// promoteInterval is the time between two attempts to promote a version that no Worker
// has announced yet.
const promoteInterval = 100 * time.Millisecond

// Promote makes BuildID the current version of the Worker Deployment, which routes new
// runs on VersionedTaskQueue to it. A real service leaves this to its deployment
// pipeline. It waits, as long as ctx allows, for a Worker of that version.
func Promote(ctx context.Context, connection client.Client) error {
	deployment := connection.WorkerDeploymentClient().GetHandle(DeploymentName)
	options := client.WorkerDeploymentSetCurrentVersionOptions{BuildID: BuildID}
	for {
		_, err := deployment.SetCurrentVersion(ctx, options)
		if err == nil {
			return nil
		}
		if !awaitsWorker(err) {
			return fmt.Errorf("promote build %s of %s: %w", BuildID, DeploymentName, err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for a Worker of build %s: %w", BuildID, ctx.Err())
		case <-time.After(promoteInterval):
		}
	}
}

// awaitsWorker reports whether the server does not know the deployment or the version
// yet: it learns of both from the first poll of a Worker.
func awaitsWorker(err error) bool {
	var unknown *serviceerror.NotFound
	var notReady *serviceerror.FailedPrecondition
	return errors.As(err, &unknown) || errors.As(err, &notReady)
}
