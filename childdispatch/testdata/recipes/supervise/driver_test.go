package childdispatch

import (
	"errors"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
)

func TestCopiedSupervision(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	environment := suite.NewTestWorkflowEnvironment()
	environment.RegisterWorkflow(Attend)
	environment.RegisterActivity(TidyUp)
	tidied := 0
	environment.SetOnActivityCompletedListener(func(*activity.Info, converter.EncodedValue, error) { tidied++ })
	environment.RegisterDelayedCallback(environment.CancelWorkflow, time.Second)
	environment.ExecuteWorkflow(Supervise, 3)

	var canceled *temporal.CanceledError
	if err := environment.GetWorkflowError(); !errors.As(err, &canceled) || tidied != 3 {
		t.Fatalf("got %v, and %d children tidied up", err, tidied)
	}
}
