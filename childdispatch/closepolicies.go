package childdispatch

import (
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/workflow"
)

// LeaveChildren starts a child with each Parent Close Policy, and completes without
// waiting for any of them. When it is started again, or reset, the child that an earlier
// run has abandoned goes on, and the others are replaced.
func LeaveChildren(ctx workflow.Context) error {
	if err := checkOwnID(ctx, InvalidBatch); err != nil {
		return err
	}
	var children []workflow.ChildWorkflowFuture
	for _, child := range []struct {
		name    string
		options workflow.ChildWorkflowOptions
	}{
		{"terminate", workflow.ChildWorkflowOptions{ParentClosePolicy: enumspb.PARENT_CLOSE_POLICY_TERMINATE, WorkflowIDReusePolicy: replaceRunningChild}},
		{"request-cancel", workflow.ChildWorkflowOptions{ParentClosePolicy: enumspb.PARENT_CLOSE_POLICY_REQUEST_CANCEL, WorkflowIDReusePolicy: replaceRunningChild}},
		{"abandon", workflow.ChildWorkflowOptions{ParentClosePolicy: enumspb.PARENT_CLOSE_POLICY_ABANDON}},
	} {
		children = append(children, attend(ctx, child.name, child.options))
	}
	for _, child := range children {
		// A parent that closes before its child has started may leave none behind.
		if err := child.GetChildWorkflowExecution().Get(ctx, nil); err != nil && !isAlreadyRunning(err) {
			return endOf(err)
		}
	}
	return nil
}
