//go:build e2e

package e2etest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"dynamicsamples/internal/devserver"
)

// "make e2e SERVER=..." runs this test before all others, so that a server that does not
// answer is reported once.
func TestServerAnswers(t *testing.T) {
	info, err := Connect(t).WorkflowService().GetSystemInfo(t.Context(), &workflowservice.GetSystemInfoRequest{})
	require.NoError(t, err)
	require.NotEmpty(t, info.GetServerVersion())
	t.Log("Temporal server " + info.GetServerVersion())
}

// Two tests that use the same workflow ID and task queue of a running server do not meet.
func TestNamespacesOnARunningServer(t *testing.T) {
	CLI(t) // The test is skipped where there can be no server of its own.
	own := StartServer(t)
	t.Setenv(devserver.ChoiceVariable, own.Address())
	connection := own.Dial(t)

	var namespaces []string
	t.Run("test", func(t *testing.T) {
		for range 2 {
			server := StartServer(t)
			namespaces = append(namespaces, server.Namespace())
			assert.Equal(t, own.Address(), server.Address())
			assert.Contains(t, server.Environment(), "TEMPORAL_NAMESPACE="+server.Namespace())
			options := client.StartWorkflowOptions{ID: "same", TaskQueue: "same", WorkflowExecutionErrorWhenAlreadyStarted: true}
			_, err := server.Dial(t).ExecuteWorkflow(t.Context(), options, "Kept")
			require.NoError(t, err)
		}
	})
	require.NotEqual(t, namespaces[0], namespaces[1])
	for _, namespace := range namespaces {
		_, err := connection.WorkflowService().DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
		var missing *serviceerror.NamespaceNotFound
		assert.ErrorAs(t, err, &missing, "the namespace is deleted with its test")
	}
}
