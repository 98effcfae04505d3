package childdispatch

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

func TestTheFirstClaimRunsTheChild(t *testing.T) {
	e := newEnvironment(t)
	e.RegisterDelayedCallback(func() { require.NoError(t, e.SignalWorkflowByID("desk", FinishSignal, nil)) }, time.Second)
	e.ExecuteWorkflow(Claim, Visit{ID: "desk"})
	require.NoError(t, e.GetWorkflowError())
	assert.Equal(t, []string{"desk"}, e.childIDs())
}

func TestAnIDThatIsTaken(t *testing.T) {
	e := newTakenEnvironment(t)
	e.OnActivity(EndChildOfEarlierRun, mock.Anything, "desk").Return(false, nil).Once()
	e.ExecuteWorkflow(Claim, Visit{ID: "desk"})
	assertRefused(t, e.GetWorkflowError(), ChildAlreadyRunning, "another parent's visit is under way")
	assert.Zero(t, e.count("AwaitChild"))
	assert.Len(t, e.childIDs(), 1)

	e = newTakenEnvironment(t)
	e.OnActivity(EndChildOfEarlierRun, mock.Anything, "desk").Return(false, nil).Once()
	e.OnActivity(AwaitChild, mock.Anything, "desk").Return("finished", nil).Once()
	e.ExecuteWorkflow(Claim, Visit{ID: "desk", Join: true})
	var result string
	require.NoError(t, e.GetWorkflowResult(&result))
	assert.Equal(t, "finished", result)
	assert.Len(t, e.childIDs(), 1)
}

// newTakenEnvironment has a child "desk" that is running.
func newTakenEnvironment(t *testing.T) *environment {
	e := newEnvironment(t)
	e.OnWorkflow(Attend, mock.Anything).Return("", &temporal.ChildWorkflowExecutionAlreadyStartedError{})
	return e
}

// Whether it would join another parent's child or not, a Claim has its own child back.
func TestAChildOfAnEarlierRunIsReplaced(t *testing.T) {
	for _, join := range []bool{false, true} {
		e := newEnvironment(t)
		starts := 0
		e.OnWorkflow(Attend, mock.Anything).Return(func(workflow.Context) (string, error) {
			if starts++; starts == 1 {
				return "", &temporal.ChildWorkflowExecutionAlreadyStartedError{}
			}
			return "finished again", nil
		})
		e.OnActivity(EndChildOfEarlierRun, mock.Anything, "desk").Return(true, nil).Once()
		e.ExecuteWorkflow(Claim, Visit{ID: "desk", Join: join})
		var result string
		require.NoError(t, e.GetWorkflowResult(&result))
		assert.Equal(t, "finished again", result)
		assert.Equal(t, []string{"desk", "desk"}, e.childIDs())
		assert.Zero(t, e.count("AwaitChild"))
	}
}

// Another parent may be faster when the ID is free again.
func TestAnIDThatIsTakenAgain(t *testing.T) {
	e := newTakenEnvironment(t)
	e.OnActivity(EndChildOfEarlierRun, mock.Anything, "desk").Return(true, nil).Once()
	e.ExecuteWorkflow(Claim, Visit{ID: "desk"})
	assertRefused(t, e.GetWorkflowError(), ChildAlreadyRunning, "another parent's visit is under way")
	assert.Len(t, e.childIDs(), 2)
}

func TestAClaimThatCannotAskWhoseChildItIs(t *testing.T) {
	for _, join := range []bool{false, true} {
		e := newTakenEnvironment(t)
		e.OnActivity(EndChildOfEarlierRun, mock.Anything, "desk").
			Return(false, temporal.NewNonRetryableApplicationError("not allowed", "PermissionDenied", nil))
		e.ExecuteWorkflow(Claim, Visit{ID: "desk", Join: join})
		assertRefused(t, e.GetWorkflowError(), "PermissionDenied", "not allowed")
		assert.Len(t, e.childIDs(), 1)
	}
}

func TestAClaimThatIsCanceledWhileItAsks(t *testing.T) {
	e := newTakenEnvironment(t)
	e.OnActivity(EndChildOfEarlierRun, mock.Anything, "desk").Return(true, nil).After(time.Minute)
	e.RegisterDelayedCallback(e.CancelWorkflow, time.Second)
	e.ExecuteWorkflow(Claim, Visit{ID: "desk", Join: true})
	var canceled *temporal.CanceledError
	require.ErrorAs(t, e.GetWorkflowError(), &canceled)
	assert.Len(t, e.childIDs(), 1)
	assert.Zero(t, e.count("AwaitChild"))
}

func TestCanceledClaimEndsAsCanceled(t *testing.T) {
	e := newEnvironment(t)
	e.RegisterDelayedCallback(e.CancelWorkflow, time.Second)
	e.ExecuteWorkflow(Claim, Visit{ID: "desk"})
	var canceled *temporal.CanceledError
	require.ErrorAs(t, e.GetWorkflowError(), &canceled)
	assert.Equal(t, 1, e.count("TidyUp"))
}

func TestAClaimFailsAsItsChildDoes(t *testing.T) {
	e := newEnvironment(t)
	e.OnWorkflow(Attend, mock.Anything).Return("", temporal.NewNonRetryableApplicationError("the key broke", "BrokenKey", nil))
	e.ExecuteWorkflow(Claim, Visit{ID: "desk", Join: true})
	assertRefused(t, e.GetWorkflowError(), "BrokenKey", "the key broke")
	assert.Zero(t, e.count("EndChildOfEarlierRun"))
}

func TestTheIDOfAVisitIsBounded(t *testing.T) {
	e := newEnvironment(t)
	e.OnWorkflow(Attend, mock.Anything).Return("finished", nil)
	e.ExecuteWorkflow(Claim, Visit{ID: strings.Repeat("x", MaxTextLength)})
	require.NoError(t, e.GetWorkflowError())

	for _, length := range []int{0, MaxTextLength + 1} {
		e := newEnvironment(t)
		e.ExecuteWorkflow(Claim, Visit{ID: strings.Repeat("x", length)})
		assertRefused(t, e.GetWorkflowError(), InvalidBatch, fmt.Sprintf("a visit's id has 1 to 200 bytes, got %d", length))
		assert.Empty(t, e.children)
	}
}

// The test environment cancels an Activity at once, whatever its options.
func TestCanceledJoinWaitsForItsActivity(t *testing.T) {
	e := newEnvironment(t)
	e.OnWorkflow(Attend, mock.Anything).Return("", &temporal.ChildWorkflowExecutionAlreadyStartedError{})
	e.OnActivity(EndChildOfEarlierRun, mock.Anything, "desk").Return(false, nil)
	e.OnActivity(AwaitChild, mock.Anything, "desk").Return("finished", nil).After(time.Hour)
	e.RegisterDelayedCallback(e.CancelWorkflow, time.Second)
	e.ExecuteWorkflow(Claim, Visit{ID: "desk", Join: true})
	var canceled *temporal.CanceledError
	require.ErrorAs(t, e.GetWorkflowError(), &canceled)
	options := e.activityOptions["AwaitChild"]
	assert.True(t, options.WaitForCancellation)
	assert.Equal(t, 3*heartbeatInterval, options.HeartbeatTimeout, "an Activity hears of a cancellation when it heartbeats")
}
