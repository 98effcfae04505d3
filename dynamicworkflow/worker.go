package dynamicworkflow

import (
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// TaskQueue is where this sample's Worker polls.
const TaskQueue = "dynamicworkflow"

// Options are the options of this sample's Worker.
func Options() worker.Options {
	return worker.Options{
		// Without this, registering GreetFormally under another name would also capture
		// the type "GreetFormally", and the catch-all would never see it.
		DisableRegistrationAliasing: true,
	}
}

// Register registers this sample's workflows and Activities.
func Register(registry worker.Registry) {
	RegisterPolicy(registry, DefaultPolicy())
}

// RegisterPolicy registers the catch-all with the policy, and what has a name of its own.
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
