package childdispatch

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
)

func TestCancellationReachesAllAndIsWaitedFor(t *testing.T) {
	e := newEnvironment(t)
	e.OnActivity(TidyUp, mock.Anything).Return(nil).After(5 * time.Second).Times(3)
	e.RegisterDelayedCallback(e.CancelWorkflow, time.Second)
	begin := e.Now()
	e.ExecuteWorkflow(Supervise, 3)

	var canceled *temporal.CanceledError
	require.ErrorAs(t, e.GetWorkflowError(), &canceled)
	assert.Equal(t, 3, e.canceled)
	assert.GreaterOrEqual(t, e.Now().Sub(begin), 6*time.Second, "the parent has waited for its children to tidy up")
	assert.Equal(t, []startedChild{
		{"Attend", "parent.visit-0", replaceRunningChild, enumspb.PARENT_CLOSE_POLICY_TERMINATE, true, visitTimeout},
		{"Attend", "parent.visit-1", replaceRunningChild, enumspb.PARENT_CLOSE_POLICY_TERMINATE, true, visitTimeout},
		{"Attend", "parent.visit-2", replaceRunningChild, enumspb.PARENT_CLOSE_POLICY_TERMINATE, true, visitTimeout},
	}, e.children)
}

func TestAFailedVisitDoesNotLoseTheOthers(t *testing.T) {
	e := newEnvironment(t)
	e.RegisterDelayedCallback(func() {
		require.NoError(t, e.SignalWorkflowByID("parent.visit-1", FinishSignal, nil))
	}, time.Minute)
	e.OnActivity(TidyUp, mock.Anything).Return(temporal.NewNonRetryableApplicationError("the key broke", "BrokenKey", nil)).Once()
	e.RegisterDelayedCallback(func() { e.CancelWorkflowByID("parent.visit-0", "") }, time.Second)
	begin := e.Now()
	e.ExecuteWorkflow(Supervise, 2)

	assertRefused(t, e.GetWorkflowError(), "BrokenKey", "the key broke")
	assert.Zero(t, e.underWay)
	assert.GreaterOrEqual(t, e.Now().Sub(begin), time.Minute, "the visit that went well was waited for")
}

func TestVisitsThatFinish(t *testing.T) {
	e := newEnvironment(t)
	for _, id := range []string{"parent.visit-0", "parent.visit-1"} {
		e.RegisterDelayedCallback(func() { require.NoError(t, e.SignalWorkflowByID(id, FinishSignal, nil)) }, time.Second)
	}
	e.ExecuteWorkflow(Supervise, 2)
	require.NoError(t, e.GetWorkflowError())
	var finished int
	require.NoError(t, e.GetWorkflowResult(&finished))
	assert.Equal(t, 2, finished)
	assert.Zero(t, e.count("TidyUp"))
}

func TestVisitsAreBounded(t *testing.T) {
	for _, visits := range []int{1, MaxVisits} {
		e := newEnvironment(t)
		e.OnWorkflow(Attend, mock.Anything).Return("finished", nil)
		e.ExecuteWorkflow(Supervise, visits)
		var finished int
		require.NoError(t, e.GetWorkflowResult(&finished))
		assert.Equal(t, visits, finished)
	}
	for _, visits := range []int{0, -1, MaxVisits + 1} {
		e := newEnvironment(t)
		e.ExecuteWorkflow(Supervise, visits)
		assertRefused(t, e.GetWorkflowError(), InvalidBatch, fmt.Sprintf("there are 1 to 50 visits, got %d", visits))
		assert.Empty(t, e.children)
	}
}
