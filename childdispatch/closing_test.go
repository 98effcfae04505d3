package childdispatch

import (
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
		{"Attend", "parent.visit-0", enumspb.PARENT_CLOSE_POLICY_TERMINATE, true, visitTimeout},
		{"Attend", "parent.visit-1", enumspb.PARENT_CLOSE_POLICY_TERMINATE, true, visitTimeout},
		{"Attend", "parent.visit-2", enumspb.PARENT_CLOSE_POLICY_TERMINATE, true, visitTimeout},
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
	for _, visits := range []int{0, -1, MaxVisits + 1} {
		e := newEnvironment(t)
		e.ExecuteWorkflow(Supervise, visits)
		var failure *temporal.ApplicationError
		require.ErrorAs(t, e.GetWorkflowError(), &failure)
		assert.Equal(t, InvalidBatch, failure.Type())
		assert.Empty(t, e.children)
	}
}

func TestEachChildIsLeftWithItsPolicy(t *testing.T) {
	e := newEnvironment(t)
	e.SetDetachedChildWait(false)
	e.onEnd = func() { assert.Equal(t, 3, e.confirmed, "all children run when the parent ends") }
	e.ExecuteWorkflow(LeaveChildren)
	require.NoError(t, e.GetWorkflowError())

	policies := map[string]enumspb.ParentClosePolicy{}
	for _, child := range e.children {
		policies[child.ID] = child.Policy
	}
	assert.Equal(t, map[string]enumspb.ParentClosePolicy{
		"parent.terminate":      enumspb.PARENT_CLOSE_POLICY_TERMINATE,
		"parent.request-cancel": enumspb.PARENT_CLOSE_POLICY_REQUEST_CANCEL,
		"parent.abandon":        enumspb.PARENT_CLOSE_POLICY_ABANDON,
	}, policies)
}

func TestTheFirstClaimRunsTheChild(t *testing.T) {
	e := newEnvironment(t)
	e.RegisterDelayedCallback(func() { require.NoError(t, e.SignalWorkflowByID("desk", FinishSignal, nil)) }, time.Second)
	e.ExecuteWorkflow(Claim, Visit{ID: "desk"})
	require.NoError(t, e.GetWorkflowError())
	assert.Equal(t, []string{"desk"}, e.childIDs())
}

func TestAnIDThatIsTaken(t *testing.T) {
	taken := &temporal.ChildWorkflowExecutionAlreadyStartedError{}

	e := newEnvironment(t)
	e.OnWorkflow(Attend, mock.Anything).Return("", taken)
	e.ExecuteWorkflow(Claim, Visit{ID: "desk"})
	assertRefused(t, e.GetWorkflowError(), ChildAlreadyRunning, "another parent's visit is under way")
	assert.Zero(t, e.count("AwaitChild"))

	e = newEnvironment(t)
	e.OnWorkflow(Attend, mock.Anything).Return("", taken)
	e.OnActivity(AwaitChild, mock.Anything, "desk").Return("finished", nil).Once()
	e.ExecuteWorkflow(Claim, Visit{ID: "desk", Join: true})
	var result string
	require.NoError(t, e.GetWorkflowResult(&result))
	assert.Equal(t, "finished", result)
}

func TestCancelledClaimEndsAsCancelled(t *testing.T) {
	e := newEnvironment(t)
	e.RegisterDelayedCallback(e.CancelWorkflow, time.Second)
	e.ExecuteWorkflow(Claim, Visit{ID: "desk"})
	var canceled *temporal.CanceledError
	require.ErrorAs(t, e.GetWorkflowError(), &canceled)
	assert.Equal(t, 1, e.count("TidyUp"))
}
