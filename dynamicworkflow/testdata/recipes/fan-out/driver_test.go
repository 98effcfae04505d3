package dynamicworkflow

import (
	"testing"

	"go.temporal.io/sdk/testsuite"
)

func TestCopiedFanOut(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	environment := suite.NewTestWorkflowEnvironment()
	environment.RegisterActivity(LetterPosition)
	environment.ExecuteWorkflow(LettersInCommon, "Parallel", "Ballroom")

	var common int
	if err := environment.GetWorkflowResult(&common); err != nil || common != 4 {
		t.Fatalf("got %d, %v", common, err)
	}
}
