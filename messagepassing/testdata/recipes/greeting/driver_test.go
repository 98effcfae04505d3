package messagepassing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
)

func TestGreeting(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.RegisterWorkflow(Greeting)
	env.RegisterActivity(FetchGreeting)
	completed := 0
	env.RegisterDelayedCallback(func() {
		env.UpdateWorkflow(LearnLanguageUpdate, "", &testsuite.TestUpdateCallback{
			OnAccept: func() {},
			OnReject: func(err error) { assert.NoError(t, err) },
			OnComplete: func(previous any, err error) {
				completed++
				assert.NoError(t, err)
				assert.Equal(t, "english", previous)
			},
		}, "french")
	}, time.Second)
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(ApproveSignal, Approval{Name: "Ana"}) }, time.Minute)
	env.ExecuteWorkflow(Greeting, GreetingInput{})

	var text string
	require.NoError(t, env.GetWorkflowResult(&text))
	assert.Equal(t, "Bonjour, monde (approved by Ana)", text)
	assert.Equal(t, 1, completed)
}
