package messagepassing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

func TestClusterContinuesAsNew(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.RegisterWorkflow(ClusterManager)
	env.RegisterActivity(MoveNodes)
	env.RegisterActivity(RepairNode)
	var nodes any
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(StartClusterSignal, nil) }, time.Second)
	env.RegisterDelayedCallback(func() {
		env.UpdateWorkflow(AssignNodesUpdate, "assign", &testsuite.TestUpdateCallback{
			OnAccept:   func() {},
			OnReject:   func(err error) { assert.NoError(t, err) },
			OnComplete: func(result any, err error) { nodes = result },
		}, Assignment{Job: "red", Count: 1})
	}, time.Minute)
	env.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: 2, MessagesPerRun: 2})

	assert.Equal(t, []string{"node-01"}, nodes)
	var continued *workflow.ContinueAsNewError
	require.ErrorAs(t, env.GetWorkflowError(), &continued)
	_ = UpdateCluster // which a caller uses
}
