package optionstest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

type speaker struct{}

func (speaker) Shout(context.Context) error { return nil }

func TestRegisteredListsWhatIsRegisteredByName(t *testing.T) {
	assert.Equal(t, []string{
		"Activity Shout", "Activity say", "Activity whisper", "Dynamic Activity", "Dynamic Workflow", "Workflow child", "Workflow guardian",
	}, Registered(func(registry worker.Registry) {
		registry.RegisterWorkflow(child)
		registry.RegisterWorkflowWithOptions(parent, workflow.RegisterOptions{Name: "guardian"})
		registry.RegisterDynamicWorkflow(func(workflow.Context, converter.EncodedValues) error { return nil }, workflow.DynamicRegisterOptions{})
		registry.RegisterActivity(say)
		registry.RegisterActivity(speaker{}.Shout)
		registry.RegisterActivityWithOptions(say, activity.RegisterOptions{Name: "whisper"})
		registry.RegisterDynamicActivity(func(context.Context, converter.EncodedValues) error { return nil }, activity.DynamicRegisterOptions{})
	}))
}
