package childdispatch

import (
	"testing"

	"go.temporal.io/sdk/testsuite"
)

func TestCopiedClosePolicies(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	environment := suite.NewTestWorkflowEnvironment()
	environment.SetDetachedChildWait(false)
	environment.RegisterWorkflow(Attend)
	environment.RegisterActivity(TidyUp)
	environment.ExecuteWorkflow(LeaveChildren)

	if err := environment.GetWorkflowError(); err != nil {
		t.Fatal(err)
	}
}
