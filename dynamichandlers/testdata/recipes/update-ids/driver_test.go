package dynamichandlers

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

// sum is a workflow of the copier's own. It got the IDs from the run before it.
func sum(ctx workflow.Context, handled UpdateIDs) (int, error) {
	total := 0
	err := workflow.SetUpdateHandlerWithOptions(ctx, "add", func(ctx workflow.Context, amount int) error {
		if !handled.Repeated(ctx) {
			total += amount
		}
		return nil
	}, workflow.UpdateHandlerOptions{
		Validator: func(ctx workflow.Context, _ int) error { return checkUpdateID(ctx) },
	})
	if err != nil {
		return 0, err
	}
	err = workflow.Await(ctx, func() bool { return total > 0 })
	return total, err
}

type completed struct{ err error }

func (c *completed) Accept()                   {}
func (c *completed) Reject(err error)          { c.err = err }
func (c *completed) Complete(_ any, err error) { c.err = err }

func TestUpdateIDs(t *testing.T) {
	environment := new(testsuite.WorkflowTestSuite).NewTestWorkflowEnvironment()
	environment.RegisterWorkflow(sum)
	var again, long, other completed
	environment.RegisterDelayedCallback(func() {
		environment.UpdateWorkflow("add", "of the run before", &again, 1)
		environment.UpdateWorkflow("add", strings.Repeat("x", MaxUpdateIDLength+1), &long, 2)
		environment.UpdateWorkflow("add", "of this run", &other, 3)
	}, 0)
	environment.ExecuteWorkflow(sum, UpdateIDs{"of the run before"})
	var total int
	require.NoError(t, environment.GetWorkflowResult(&total))
	require.Equal(t, 3, total)
	require.NoError(t, again.err)
	require.ErrorContains(t, long.err, "at most 100 are allowed")
	require.NoError(t, other.err)
}
