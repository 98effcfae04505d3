package engine

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// A message looks for its step once all is done that the last one has begun, and once the
// signals that came before have found theirs.
func TestAMessageWaitsUntilTheRunIsIdle(t *testing.T) {
	t.Parallel()
	var suite testsuite.WorkflowTestSuite
	environment := suite.NewTestWorkflowEnvironment()
	environment.ExecuteWorkflow(func(ctx workflow.Context) ([]bool, error) {
		r := &run{record: &record{}, state: &state{}, root: &frame{program: &language.Program{Definition: &language.Definition{}}}, tasks: []task{{}}}
		taken := false
		workflow.Go(ctx, func(ctx workflow.Context) {
			_, _ = secondRules{}.take(ctx, r, "id", NewMessage("go", 1))
			taken = true
		})
		var found []bool
		look := func() { yield(ctx); found = append(found, taken) }
		look()
		r.tasks, r.turning = nil, true
		look()
		r.turning = false
		look()
		return found, nil
	})
	var found []bool
	require.NoError(t, environment.GetWorkflowResult(&found))
	assert.Equal(t, []bool{false, false, true}, found)
}
