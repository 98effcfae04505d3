package dynamichandlers

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
)

type completed struct {
	result any
	err    error
}

func (c *completed) Accept()                        {}
func (c *completed) Reject(err error)               { c.err = err }
func (c *completed) Complete(result any, err error) { c.result, c.err = result, err }

func TestConfiguredHandlers(t *testing.T) {
	environment := new(testsuite.WorkflowTestSuite).NewTestWorkflowEnvironment()
	environment.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&ArrivalOrder{}}})
	environment.RegisterWorkflow(Configured)
	var stored completed
	environment.RegisterDelayedCallback(func() {
		environment.UpdateWorkflow("limit", "", &stored, 7)
		environment.SignalWorkflow("end", nil)
	}, 0)
	environment.ExecuteWorkflow("Configured", json.RawMessage(`{
		"signals": [{"name": "end", "type": "trigger"}],
		"updates": [{"name": "limit", "type": "store", "validator": "number"}]
	}`), State{})
	require.NoError(t, stored.err)
	var outcome Outcome
	require.NoError(t, environment.GetWorkflowResult(&outcome))
	require.Equal(t, "7", string(outcome.Data[Workflow]["limit"]))
}
