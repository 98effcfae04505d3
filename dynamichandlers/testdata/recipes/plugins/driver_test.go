package dynamichandlers

import (
	_ "embed"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
)

//go:embed plugins.json
var plugins []byte

func TestPlugins(t *testing.T) {
	environment := new(testsuite.WorkflowTestSuite).NewTestWorkflowEnvironment()
	environment.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&ArrivalOrder{}}})
	environment.RegisterWorkflow(Configured)
	environment.RegisterDelayedCallback(func() {
		environment.SignalWorkflow("send_email", "ana@example.com")
		environment.SignalWorkflow("complete", nil)
	}, 0)
	environment.ExecuteWorkflow("Configured", json.RawMessage(plugins), State{})
	var outcome Outcome
	require.NoError(t, environment.GetWorkflowResult(&outcome))
	require.Equal(t, `"ana@example.com"`, string(outcome.Data["notifications"]["send_email"]))
}
