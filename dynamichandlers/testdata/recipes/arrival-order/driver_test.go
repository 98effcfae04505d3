package dynamichandlers

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
)

func TestArrivalOrder(t *testing.T) {
	environment := new(testsuite.WorkflowTestSuite).NewTestWorkflowEnvironment()
	environment.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&ArrivalOrder{}}})
	environment.RegisterWorkflow(CollectInOrder)
	environment.RegisterDelayedCallback(func() {
		environment.SignalWorkflowSkippingWorkflowTask("stock", 1)
		environment.SignalWorkflowSkippingWorkflowTask("price", 2)
		environment.SignalWorkflow(CloseSignal, nil)
	}, 0)
	environment.ExecuteWorkflow(CollectInOrder, Inbox{})
	var inbox Inbox
	require.NoError(t, environment.GetWorkflowResult(&inbox))
	require.Len(t, inbox.Messages, 2)
	require.Equal(t, "stock", inbox.Messages[0].Name, "in the order of arrival")
}
