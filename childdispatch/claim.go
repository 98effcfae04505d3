package childdispatch

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Visit is the input of Claim.
type Visit struct {
	// ID is the child's Workflow ID. Other parents may claim the same one.
	ID string `json:"id"`
	// Join waits for the child that has this ID already, instead of failing.
	Join bool `json:"join,omitempty"`
}

// Claim runs the child that has this ID and returns its result. Where another parent's
// child has the ID and is running, Claim fails with an ApplicationError of type
// ChildAlreadyRunning, not retryable, or joins the other parent in waiting for it. A
// child that an earlier run of the same Claim has left behind is replaced.
func Claim(ctx workflow.Context, visit Visit) (string, error) {
	if visit.ID == "" || len(visit.ID) > MaxTextLength {
		return "", refusal(InvalidBatch, "a visit's id has 1 to %d bytes, got %d", MaxTextLength, len(visit.ID))
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	result, err := claimChild(ctx, visit.ID)
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case !isAlreadyRunning(err):
		return result, endOf(err)
	case !visit.Join:
		return "", refusal(ChildAlreadyRunning, "another parent's visit is under way")
	default:
		return awaitChild(ctx, visit.ID)
	}
}

// claimChild runs the child. When its parent is reset, or terminated and started again, the
// child of the run before may still hold the ID: it is ended, and started again. To replace
// whichever child holds the ID, as replaceRunningChild does, would end other parents'
// children, too.
func claimChild(ctx workflow.Context, id string) (string, error) {
	result, err := runChild(ctx, id)
	if !isAlreadyRunning(err) || ctx.Err() != nil {
		return result, err
	}
	activityCtx := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout:    5 * time.Second,
		ScheduleToCloseTimeout: time.Minute,
		Summary:                "is " + id + " of an earlier run?",
	})
	var ended bool
	if err := workflow.ExecuteActivity(activityCtx, EndChildOfEarlierRun, id).Get(ctx, &ended); err != nil {
		return "", err
	}
	if !ended {
		return "", err
	}
	return runChild(ctx, id)
}

func runChild(ctx workflow.Context, id string) (string, error) {
	ctx = workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID:               id,
		WorkflowExecutionTimeout: visitTimeout,
		WaitForCancellation:      true,
		ParentClosePolicy:        enumspb.PARENT_CLOSE_POLICY_TERMINATE,
	})
	var result string
	err := workflow.ExecuteChildWorkflow(ctx, Attend).Get(ctx, &result)
	return result, err
}

// EndChildOfEarlierRun ends the child with this ID if an earlier run of the calling
// workflow has started it, and reports whether that is so. It is idempotent.
func EndChildOfEarlierRun(ctx context.Context, id string) (bool, error) {
	return endChildOf(ctx, activity.GetClient(ctx), activity.GetInfo(ctx).WorkflowExecution, id)
}

func endChildOf(ctx context.Context, connection client.Client, current workflow.Execution, id string) (bool, error) {
	child, err := connection.DescribeWorkflow(ctx, id, "")
	if err != nil {
		return false, fmt.Errorf("describe %s: %w", id, err)
	}
	parent := child.ParentWorkflowExecution
	if parent == nil || parent.ID != current.ID || parent.RunID == current.RunID {
		return false, nil
	}
	err = connection.TerminateWorkflow(ctx, id, child.WorkflowExecution.RunID, "its parent was started again")
	var closed *serviceerror.NotFound // it has ended by itself, or by its Parent Close Policy
	if err != nil && !errors.As(err, &closed) {
		return false, fmt.Errorf("terminate %s: %w", id, err)
	}
	return true, nil
}

// awaitChild waits in an Activity, because a workflow has no future of a child that it
// has not started.
func awaitChild(ctx workflow.Context, id string) (string, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout:    visitTimeout,
		ScheduleToCloseTimeout: 2 * visitTimeout,
		HeartbeatTimeout:       3 * heartbeatInterval,
		WaitForCancellation:    true,
		Summary:                "join " + id,
	})
	var result string
	err := workflow.ExecuteActivity(ctx, AwaitChild, id).Get(ctx, &result)
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	return result, endOf(err)
}

const heartbeatInterval = time.Second

// AwaitChild returns the result of the workflow with this ID. It heartbeats, so that it
// ends soon after the workflow that called it is canceled.
func AwaitChild(ctx context.Context, id string) (string, error) {
	return awaitResult(ctx, activity.GetClient(ctx), id, func() { activity.RecordHeartbeat(ctx) })
}

func awaitResult(ctx context.Context, connection client.Client, id string, heartbeat func()) (string, error) {
	run := connection.GetWorkflow(ctx, id, "")
	for {
		var result string
		waitCtx, stop := context.WithTimeout(ctx, heartbeatInterval)
		err := run.Get(waitCtx, &result)
		stillWaiting := ctx.Err() == nil && waitCtx.Err() != nil
		stop()
		var ended *temporal.WorkflowExecutionError
		switch {
		case err == nil:
			return result, nil
		case errors.As(err, &ended):
			return "", endOf(err)
		case !stillWaiting:
			return "", err
		}
		heartbeat()
	}
}
