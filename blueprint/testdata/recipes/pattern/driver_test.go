package blueprint

import (
	"context"
	"encoding/json"
	"testing"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

func TestCopiedPattern(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	environment := suite.NewTestWorkflowEnvironment()
	greet := func(_ context.Context, name string) (string, error) { return "Hello, " + name, nil }
	environment.RegisterActivityWithOptions(greet, activity.RegisterOptions{Name: "greet"})
	callable := Callable{Activities: []string{"greet"}}
	environment.RegisterWorkflowWithOptions(callable.RunSteps, workflow.RegisterOptions{Name: "run_steps"})
	environment.ExecuteWorkflow("run_steps", json.RawMessage(`{
		"data": {"name": "Ana"},
		"steps": [{"id": "hello", "activity": "greet", "with": {"$ref": "name"}}]
	}`))

	var results map[string]string
	if err := environment.GetWorkflowResult(&results); err != nil || results["hello"] != "Hello, Ana" {
		t.Fatalf("got %v, %v", results, err)
	}
}
