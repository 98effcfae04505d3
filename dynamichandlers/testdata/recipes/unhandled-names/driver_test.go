package dynamichandlers

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
)

func TestUnhandledNames(t *testing.T) {
	environment := new(testsuite.WorkflowTestSuite).NewTestWorkflowEnvironment()
	environment.RegisterWorkflow(CollectByName)
	environment.RegisterDelayedCallback(func() {
		environment.SignalWorkflowSkippingWorkflowTask("stock", 1)
		environment.SignalWorkflowSkippingWorkflowTask("price", 2)
		environment.SignalWorkflow(CloseSignal, nil)
	}, 0)
	environment.ExecuteWorkflow(CollectByName, Inbox{})
	var inbox Inbox
	require.NoError(t, environment.GetWorkflowResult(&inbox))
	require.Len(t, inbox.Messages, 2)
	require.Equal(t, "price", inbox.Messages[0].Name, "sorted by name")
}
