package dynamichandlers

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/sdk/testsuite"

	"dynamicsamples/internal/optionstest"
)

// The Web UI and the CLI offer what is listed so.
func TestHandlersAreDescribed(t *testing.T) {
	environment := inOneTask(HandlersJSON, func(*testsuite.TestWorkflowEnvironment) {})
	assert.Equal(t, []string{
		"complete: [workflow] trigger: end the run",
		"update_data: [workflow] store: replace the order's data",
		`any_query: [fallback] {"name": N} asks the query N, or for the last value under the unregistered name N`,
		"get_data: [workflow] get_data: the last value under each name",
		"get_signals: [workflow] get_signals: what has arrived, in order",
		"get_status: [workflow] get_status: running, finished or canceled",
		`any_update: [fallback] {"name": N, "arguments": [V]} is the update N, or stores V under the unregistered name N`,
		"complete_now: [workflow] trigger: end the run and return its outcome",
		"set_limit: [workflow] store number: the highest price to pay",
	}, optionstest.Handlers(t, environment))

	withoutWords := inOneTask(`{"signals":[{"name":"end","type":"trigger"}]}`, func(*testsuite.TestWorkflowEnvironment) {})
	assert.Equal(t, "end: [workflow] trigger", optionstest.Handlers(t, withoutWords)[0])
}

func TestSignalsOfACatchAllAreDescribed(t *testing.T) {
	for _, workflowType := range []any{CollectByName, CollectInOrder} {
		environment := newEnvironment()
		arriveTogether(environment, sent{"price", 1}, sent{CloseSignal, nil})
		environment.ExecuteWorkflow(workflowType, Inbox{})
		assert.Equal(t, []string{
			"close: keep what has arrived and end the run",
			"open: begin to keep the signals that nobody registered",
			"price: not registered; kept by the catch-all",
		}, optionstest.Handlers(t, environment))
	}
}

func TestCurrentDetailsCountTheMessages(t *testing.T) {
	environment := inOneTask(HandlersJSON, func(environment *testsuite.TestWorkflowEnvironment) {
		environment.SignalWorkflow("update_data", 1)
		environment.SignalWorkflow("weather", "rain")
	})
	answer, err := environment.QueryWorkflow("__temporal_workflow_metadata")
	require.NoError(t, err)
	var metadata sdkpb.WorkflowMetadata
	require.NoError(t, answer.Get(&metadata))
	assert.Equal(t, "2 signals and updates handled, the last was `weather`", metadata.GetCurrentDetails())
}
