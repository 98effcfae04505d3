package updatewithstart

import "go.temporal.io/sdk/worker"

// TaskQueue is where this sample's Worker listens.
const TaskQueue = "updatewithstart"

// Options returns the options of this sample's Worker.
func Options() worker.Options {
	return worker.Options{DisableRegistrationAliasing: true}
}

// Register registers the workflows and their Activities.
func Register(registry worker.Registry) {
	registry.RegisterWorkflow(ShoppingCart)
	registry.RegisterActivity(DefaultCatalog().LookUpPrice)

	registry.RegisterWorkflow(FulfilOrder)
	registry.RegisterActivity(ReserveAmount)
	registry.RegisterActivity(ReleaseAmount)
	registry.RegisterActivity(ShipParcel)
	registry.RegisterActivity(RecallParcel)
}
