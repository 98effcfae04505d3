package dynamicworkflow

import (
	"testing"

	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

func TestCopiedCatchAll(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	suite.SetDisableRegistrationAliasing(true)
	environment := suite.NewTestWorkflowEnvironment()
	environment.RegisterDynamicWorkflow(DefaultPolicy().GreetAny, workflow.DynamicRegisterOptions{})
	environment.RegisterActivity(DefaultGreeting)
	environment.ExecuteWorkflow("greet-anyone", "Ana")

	var greeting string
	if err := environment.GetWorkflowResult(&greeting); err != nil || greeting != "Hello, Ana!" {
		t.Fatalf("got %q, %v", greeting, err)
	}
}
