package childdispatch

import (
	"context"
	"errors"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
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
// ChildAlreadyRunning, not retryable, or joins the other parent in waiting for it.
func Claim(ctx workflow.Context, visit Visit) (string, error) {
	if visit.ID == "" || len(visit.ID) > MaxTextLength {
		return "", refusal(InvalidBatch, "a visit's id has 1 to %d bytes, got %d", MaxTextLength, len(visit.ID))
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	childCtx := workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID:               visit.ID,
		WorkflowExecutionTimeout: visitTimeout,
		WaitForCancellation:      true,
		ParentClosePolicy:        enumspb.PARENT_CLOSE_POLICY_TERMINATE,
	})
	var result string
	err := workflow.ExecuteChildWorkflow(childCtx, Attend).Get(ctx, &result)
	var running *temporal.ChildWorkflowExecutionAlreadyStartedError
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case !errors.As(err, &running):
		return result, endOf(err)
	case !visit.Join:
		return "", refusal(ChildAlreadyRunning, "another parent's visit is under way")
	default:
		return awaitChild(ctx, visit.ID)
	}
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
	return awaitResult(ctx, activity.GetClient(ctx).GetWorkflow(ctx, id, ""), func() { activity.RecordHeartbeat(ctx) })
}

func awaitResult(ctx context.Context, run client.WorkflowRun, heartbeat func()) (string, error) {
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
