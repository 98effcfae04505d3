package dynamicactivity

import (
	"testing"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"
)

func TestCopiedCatchAll(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	suite.SetDisableRegistrationAliasing(true)
	environment := suite.NewTestWorkflowEnvironment()
	environment.RegisterDynamicActivity(Enrich, activity.DynamicRegisterOptions{})
	environment.ExecuteWorkflow(CallByName, "enrich_calling", []any{Record{"country": "JP"}})

	var record Record
	if err := environment.GetWorkflowResult(&record); err != nil || record["calling"] != "+81" {
		t.Fatalf("got %v, %v", record, err)
	}
}
