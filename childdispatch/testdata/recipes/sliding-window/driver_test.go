package childdispatch

import (
	"testing"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

func TestCopiedWindowWorksThroughInvoices(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	suite.SetDisableRegistrationAliasing(true)
	environment := suite.NewTestWorkflowEnvironment()
	environment.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: "invoices", TaskQueue: "invoices"})
	environment.RegisterWorkflow(ProcessCatalogue)
	for name, child := range children() {
		environment.RegisterWorkflowWithOptions(child, workflow.RegisterOptions{Name: name})
	}
	environment.RegisterActivity(ListItems)
	environment.RegisterActivity(InspectChildren)
	environment.ExecuteWorkflow(ProcessCatalogue, Job{Catalogue: Catalogue{Year: 2026, Count: 250}, Window: 20})

	var totals Totals
	if err := environment.GetWorkflowResult(&totals); err != nil {
		t.Fatal(err)
	}
	if totals.Completed != 249 || totals.Bytes != 249*250/2 || totals.Failed["NothingToPay"] != 1 {
		t.Fatalf("got %+v", totals)
	}
}
