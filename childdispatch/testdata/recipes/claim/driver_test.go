package childdispatch

import (
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"
)

func TestCopiedClaim(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	environment := suite.NewTestWorkflowEnvironment()
	environment.RegisterWorkflow(Attend)
	environment.RegisterActivity(TidyUp)
	environment.RegisterActivity(AwaitChild)
	environment.RegisterDelayedCallback(func() {
		if err := environment.SignalWorkflowByID("desk", FinishSignal, nil); err != nil {
			t.Error(err)
		}
	}, time.Second)
	environment.ExecuteWorkflow(Claim, Visit{ID: "desk"})

	var result string
	if err := environment.GetWorkflowResult(&result); err != nil || result != "finished" {
		t.Fatalf("got %q, %v", result, err)
	}
}
