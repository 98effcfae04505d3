package messagepassing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
)

func TestPrinter(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.RegisterWorkflow(Printer)
	env.RegisterActivity(PrintDocument)
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(PrintSignal, "a") }, time.Second)
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(ClosePrinterSignal, nil) }, time.Minute)
	env.ExecuteWorkflow(Printer)

	var status PrinterStatus
	require.NoError(t, env.GetWorkflowResult(&status))
	assert.Equal(t, PrinterStatus{Printed: []string{"a"}}, status)
}
