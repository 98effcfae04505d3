package blueprint

import (
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// RunStepsType is the Workflow Type of Callable.RunSteps, the pattern by itself.
const RunStepsType = "run_steps"

// StepNames lists what the programs of the examples may call. RunStepsType is none of
// them: a program that starts programs would have no bounds.
func StepNames() Callable {
	return Callable{
		Activities: []string{
			"fetch_contact", "validate_contact", "transform_contact", "enrich_contact",
			"save_contact", "reject_contact", "store_copy", "reserve_stock",
		},
		// A Workflow in Go, and a blueprint of the engine.
		Workflows: []string{"process_document", "cover"},
	}
}

// RegisterSteps registers the pattern. What it calls is registered with the engine's catalog.
func RegisterSteps(registry worker.Registry) {
	registry.RegisterWorkflowWithOptions(StepNames().RunSteps, workflow.RegisterOptions{Name: RunStepsType})
}
