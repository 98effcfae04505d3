package messagepassing

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
)

func TestApproveAnother(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.RegisterWorkflow(ApproveAnother)
	env.OnSignalExternalWorkflow(mock.Anything, "closed", "", ApproveSignal, Approval{Name: "Ana"}).
		Return(&temporal.UnknownExternalWorkflowExecutionError{})
	env.ExecuteWorkflow(ApproveAnother, "closed", Approval{Name: "Ana"})

	var failure *temporal.ApplicationError
	require.ErrorAs(t, env.GetWorkflowError(), &failure)
	assert.Equal(t, RecipientNotRunning, failure.Type())
}

func TestMessagesByActivity(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.RegisterWorkflow(LearnForAnother)
	env.RegisterActivity(SendLearnLanguage)
	env.OnActivity(SendLearnLanguage, mock.Anything, mock.Anything).Return("english", nil)
	env.ExecuteWorkflow(LearnForAnother, "greeting", "french")
	var previous string
	require.NoError(t, env.GetWorkflowResult(&previous))
	assert.Equal(t, "english", previous)

	env = suite.NewTestWorkflowEnvironment()
	env.RegisterWorkflow(ApproveOrStart)
	env.RegisterActivity(SendApprovalWithStart)
	env.OnActivity(SendApprovalWithStart, mock.Anything, ApprovalRequest{WorkflowID: "greeting", Approval: Approval{Name: "Ana"}}).Return(nil)
	env.ExecuteWorkflow(ApproveOrStart, "greeting", Approval{Name: "Ana"})
	require.NoError(t, env.GetWorkflowError())
}
