package childdispatch

import (
	"testing"

	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

func TestCopiedDispatch(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	suite.SetDisableRegistrationAliasing(true)
	environment := suite.NewTestWorkflowEnvironment()
	for name, child := range children() {
		environment.RegisterWorkflowWithOptions(child, workflow.RegisterOptions{Name: name})
	}
	environment.RegisterActivity(Convert)
	environment.ExecuteWorkflow(Dispatch, Batch{Items: []Item{{ID: "a", Type: "image", Size: 1}, {ID: "b", Type: "audio", Size: 1}}})

	var results []Result
	if err := environment.GetWorkflowResult(&results); err != nil {
		t.Fatal(err)
	}
	if len(results) != 2 || results[0].Output == nil || results[1].Failure == nil || results[1].Failure.Type != UnknownType {
		t.Fatalf("got %+v", results)
	}
}
