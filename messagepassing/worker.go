package messagepassing

import (
	"context"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/internal/connect"
)

// TaskQueue is where this sample's worker listens.
const TaskQueue = "messagepassing"

// Register registers the sample's workflows and activities under the names of their
// functions.
func Register(registry worker.Registry) {
	registry.RegisterWorkflow(Greeting)
	registry.RegisterWorkflow(ApproveAnother)
	registry.RegisterWorkflow(Printer)
	registry.RegisterWorkflow(Trip)
	registry.RegisterWorkflow(Bulletin)
	registry.RegisterWorkflow(ClusterManager)

	registry.RegisterActivity(FetchGreeting)
	registry.RegisterActivity(PrintDocument)
	registry.RegisterActivity(ReserveBooking)
	registry.RegisterActivity(ReleaseBooking)
	registry.RegisterActivity(SendNote)
	registry.RegisterActivity(MoveNodes)
	registry.RegisterActivity(RepairNode)
}

// RunWorker runs the sample's worker until ctx ends.
func RunWorker(ctx context.Context, connection client.Client) error {
	w := worker.New(connection, TaskQueue, worker.Options{DisableRegistrationAliasing: true})
	Register(w)
	return connect.RunUntilDone(ctx, w)
}
