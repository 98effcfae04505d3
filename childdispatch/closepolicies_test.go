package childdispatch

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
)

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
