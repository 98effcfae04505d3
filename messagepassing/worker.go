package messagepassing

import (
	"go.temporal.io/sdk/worker"
)

// TaskQueue is where this sample's Worker listens.
const TaskQueue = "messagepassing"

// Options are the Worker's. Without DisableRegistrationAliasing, a function that is
// registered under another name would answer to its own, too.
func Options() worker.Options {
	return worker.Options{DisableRegistrationAliasing: true}
}

// Register registers the sample's Workflows and Activities under the names of their
// functions.
func Register(registry worker.Registry) {
	registry.RegisterWorkflow(Greeting)
	registry.RegisterWorkflow(ApproveAnother)
	registry.RegisterWorkflow(LearnForAnother)
	registry.RegisterWorkflow(ApproveOrStart)
	registry.RegisterWorkflow(Printer)
	registry.RegisterWorkflow(Trip)
	registry.RegisterWorkflow(Bulletin)
	registry.RegisterWorkflow(ClusterManager)

	registry.RegisterActivity(FetchGreeting)
	registry.RegisterActivity(SendLearnLanguage)
	registry.RegisterActivity(SendApprovalWithStart)
	registry.RegisterActivity(PrintDocument)
	registry.RegisterActivity(ReserveBooking)
	registry.RegisterActivity(ReleaseBooking)
	registry.RegisterActivity(SendNote)
	registry.RegisterActivity(MoveNodes)
	registry.RegisterActivity(RepairNode)
}
