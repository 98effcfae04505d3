package childdispatch

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
)

func TestEachChildIsLeftWithItsPolicy(t *testing.T) {
	e := newEnvironment(t)
	e.SetDetachedChildWait(false)
	e.onEnd = func() { assert.Equal(t, 3, e.confirmed, "all children run when the parent ends") }
	e.ExecuteWorkflow(LeaveChildren)
	require.NoError(t, e.GetWorkflowError())

	assert.Equal(t, []enumspb.WorkflowIdReusePolicy{replaceRunningChild, replaceRunningChild, enumspb.WORKFLOW_ID_REUSE_POLICY_UNSPECIFIED},
		[]enumspb.WorkflowIdReusePolicy{e.children[0].Reuse, e.children[1].Reuse, e.children[2].Reuse}, "the abandoned one of an earlier run goes on")
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

func TestAChildThatCannotBeStartedIsNotLeft(t *testing.T) {
	e := newEnvironment(t)
	e.startErrors = map[string]error{parentID + ".abandon": errors.New("no such namespace")}
	e.ExecuteWorkflow(LeaveChildren)
	assertRefused(t, e.GetWorkflowError(), ChildFailed, "no such namespace")
}

func TestTheAbandonedChildOfAnEarlierRunGoesOn(t *testing.T) {
	e := newEnvironment(t)
	e.SetDetachedChildWait(false)
	e.startErrors = map[string]error{parentID + ".abandon": &temporal.ChildWorkflowExecutionAlreadyStartedError{}}
	e.ExecuteWorkflow(LeaveChildren)
	require.NoError(t, e.GetWorkflowError())
	assert.Len(t, e.children, 3)
	assert.Equal(t, 2, e.confirmed)
}
