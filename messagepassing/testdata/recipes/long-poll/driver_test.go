package messagepassing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
)

func TestBulletin(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.RegisterWorkflow(Bulletin)
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(PublishSignal, "rain") }, time.Second)
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(CloseBulletinSignal, nil) }, time.Minute)
	env.ExecuteWorkflow(Bulletin)

	var count int
	require.NoError(t, env.GetWorkflowResult(&count))
	assert.Equal(t, 1, count)
}
