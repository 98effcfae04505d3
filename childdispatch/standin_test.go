package childdispatch

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

// Dispatch calls its children by names that are data. A mock needs a workflow that is
// registered under its name: without one, the test program ends in a panic. So each
// child gets a stand-in of that name, and the real children are not registered at all.
func TestDispatchWithStandIns(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	environment := suite.NewTestWorkflowEnvironment()
	environment.RegisterWorkflow(Dispatch)
	standIn := func(_ workflow.Context, task Task) (Output, error) {
		return Output{Made: "a stand-in for " + task.Item.ID}, nil
	}
	environment.RegisterWorkflowWithOptions(standIn, workflow.RegisterOptions{Name: "ProcessImage"})
	environment.RegisterWorkflowWithOptions(standIn, workflow.RegisterOptions{Name: "ProcessVideo"})
	// Now that the name is registered, it can be mocked, too.
	environment.OnWorkflow("ProcessVideo", mock.Anything, mock.Anything).
		Return(Output{}, temporal.NewNonRetryableApplicationError("no film", "NoFilm", nil))
	environment.ExecuteWorkflow(Dispatch, Batch{Items: []Item{
		{ID: "cat.png", Type: "image", Size: 1}, {ID: "talk.mp4", Type: "video", Size: 1},
	}})

	var results []Result
	require.NoError(t, environment.GetWorkflowResult(&results))
	assert.Equal(t, []Result{
		{ID: "cat.png", Output: &Output{Made: "a stand-in for cat.png"}},
		{ID: "talk.mp4", Failure: &Failure{"NoFilm", "no film"}},
	}, results)
	environment.AssertExpectations(t)
}
