package childdispatch

import (
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/workflow"
)

// LeaveChildren starts a child with each Parent Close Policy, and completes without
// waiting for any of them.
func LeaveChildren(ctx workflow.Context) error {
	if err := checkOwnID(ctx, InvalidBatch); err != nil {
		return err
	}
	var children []workflow.ChildWorkflowFuture
	for _, child := range []struct {
		name   string
		policy enumspb.ParentClosePolicy
	}{
		{"terminate", enumspb.PARENT_CLOSE_POLICY_TERMINATE},
		{"request-cancel", enumspb.PARENT_CLOSE_POLICY_REQUEST_CANCEL},
		{"abandon", enumspb.PARENT_CLOSE_POLICY_ABANDON},
	} {
		children = append(children, attend(ctx, child.name, workflow.ChildWorkflowOptions{ParentClosePolicy: child.policy}))
	}
	for _, child := range children {
		// A parent that closes before its child has started may leave none behind.
		if err := child.GetChildWorkflowExecution().Get(ctx, nil); err != nil {
			return endOf(err)
		}
	}
	return nil
}
