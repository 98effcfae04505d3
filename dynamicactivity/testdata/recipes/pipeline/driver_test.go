package dynamicactivity

import (
	"context"
	"testing"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

func shout(_ context.Context, record Record) (Record, error) {
	record["name"] += "!"
	return record, nil
}

func TestCopiedPipeline(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	suite.SetDisableRegistrationAliasing(true)
	environment := suite.NewTestWorkflowEnvironment()
	catalog := Catalog{"shout": Transformation}
	environment.RegisterWorkflowWithOptions(catalog.ProcessRecords, workflow.RegisterOptions{Name: "ProcessRecords"})
	environment.RegisterActivityWithOptions(shout, activity.RegisterOptions{Name: "shout"})
	pipeline, err := ReadPipeline([]byte(`{"transformations": ["shout", "shout"]}`))
	if err != nil {
		t.Fatal(err)
	}
	environment.ExecuteWorkflow("ProcessRecords", Job{Pipeline: pipeline, Records: []Record{{"name": "Ana"}}})

	var results []Result
	if err := environment.GetWorkflowResult(&results); err != nil || len(results) != 1 || results[0].Record["name"] != "Ana!!" {
		t.Fatalf("got %v, %v", results, err)
	}
}
