package messagepassing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
)

func TestTrip(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.RegisterWorkflow(Trip)
	env.RegisterActivity(ReserveBooking)
	env.RegisterActivity(ReleaseBooking)
	env.RegisterActivity(SendNote)
	var answer error
	env.RegisterDelayedCallback(func() {
		env.UpdateWorkflow(BookUpdate, "", &testsuite.TestUpdateCallback{
			OnAccept:   func() {},
			OnReject:   func(err error) { answer = err },
			OnComplete: func(_ any, err error) { answer = err },
		}, "hotel")
	}, time.Second)
	env.RegisterDelayedCallback(env.CancelWorkflow, time.Minute)
	env.ExecuteWorkflow(Trip)

	require.True(t, temporal.IsCanceledError(env.GetWorkflowError()))
	var failure *temporal.ApplicationError
	require.ErrorAs(t, answer, &failure)
	assert.Equal(t, TripEnded, failure.Type())
	encoded, err := env.QueryWorkflow(TripQuery)
	require.NoError(t, err)
	var report TripReport
	require.NoError(t, encoded.Get(&report))
	assert.Equal(t, []string{"hotel-1"}, report.Undone)
}
