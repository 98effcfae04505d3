package updatewithstart

import (
	"context"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/internal/connect"
)

// TaskQueue is where this sample's worker listens.
const TaskQueue = "updatewithstart"

// Register registers the workflows and their activities.
func Register(registry worker.Registry) {
	registry.RegisterWorkflow(ShoppingCart)
	registry.RegisterWorkflow(FulfilOrder)
	registry.RegisterActivity(DefaultCatalog().LookUpPrice)
	registry.RegisterActivity(ReserveAmount)
	registry.RegisterActivity(ReleaseAmount)
	registry.RegisterActivity(ShipParcel)
	registry.RegisterActivity(RecallParcel)
}

// RunWorker runs the sample's worker until ctx ends.
func RunWorker(ctx context.Context, connection client.Client) error {
	w := worker.New(connection, TaskQueue, worker.Options{DisableRegistrationAliasing: true})
	Register(w)
	return connect.RunUntilDone(ctx, w)
}
