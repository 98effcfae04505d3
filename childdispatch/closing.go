package childdispatch

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// MaxVisits bounds the children of Supervise.
const MaxVisits = 50

// FinishSignal ends a visit well.
const FinishSignal = "finish"

// visitTimeout bounds a visit's life.
const visitTimeout = 30 * time.Second

// Attend is a child workflow that goes on until it is told to finish. When it is
// cancelled it tidies up first.
func Attend(ctx workflow.Context) (string, error) {
	err := workflow.Await(ctx, func() bool { return workflow.GetSignalChannel(ctx, FinishSignal).Len() > 0 })
	if err == nil {
		return "finished", nil
	}
	// The context of a cancelled workflow would not let the activity start.
	lasting, _ := workflow.NewDisconnectedContext(ctx)
	lasting = workflow.WithActivityOptions(lasting, workflow.ActivityOptions{
		StartToCloseTimeout:    5 * time.Second,
		ScheduleToCloseTimeout: 20 * time.Second,
		Summary:                "tidy up",
	})
	if tidyErr := workflow.ExecuteActivity(lasting, TidyUp).Get(lasting, nil); tidyErr != nil {
		return "", unwrapped(tidyErr)
	}
	return "", err
}

// TidyUp stands for what has to be put right after a visit that was cut short.
func TidyUp(context.Context) error { return nil }

// Supervise runs the number of children and waits for them. When it is cancelled, so are
// its children, and it ends after the last of them.
func Supervise(ctx workflow.Context, visits int) (int, error) {
	if visits < 1 || visits > MaxVisits {
		return 0, refusal(InvalidBatch, "there are 1 to %d visits, got %d", MaxVisits, visits)
	}
	if err := checkOwnID(ctx, InvalidBatch); err != nil {
		return 0, err
	}
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	var attended []workflow.ChildWorkflowFuture
	for visit := range visits {
		attended = append(attended, attend(ctx, fmt.Sprintf("visit-%d", visit), enumspb.PARENT_CLOSE_POLICY_TERMINATE))
	}
	finished := 0
	var failure error
	for _, visit := range attended {
		// Every child is waited for, whatever became of the others.
		if err := visit.Get(ctx, nil); err != nil {
			failure = endOf(err)
			continue
		}
		finished++
	}
	if ctx.Err() != nil {
		return finished, ctx.Err()
	}
	return finished, failure
}

// attend starts a child whose id is made of the parent's and the name.
func attend(ctx workflow.Context, name string, policy enumspb.ParentClosePolicy) workflow.ChildWorkflowFuture {
	ctx = workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID:               workflow.GetInfo(ctx).WorkflowExecution.ID + "." + name,
		WorkflowExecutionTimeout: visitTimeout,
		WaitForCancellation:      true,
		ParentClosePolicy:        policy,
		StaticSummary:            name,
	})
	return workflow.ExecuteChildWorkflow(ctx, Attend)
}

// LeaveChildren starts a child with each parent close policy, and ends without waiting
// for any of them.
func LeaveChildren(ctx workflow.Context) error {
	if err := checkOwnID(ctx, InvalidBatch); err != nil {
		return err
	}
	children := []workflow.ChildWorkflowFuture{
		attend(ctx, "terminate", enumspb.PARENT_CLOSE_POLICY_TERMINATE),
		attend(ctx, "request-cancel", enumspb.PARENT_CLOSE_POLICY_REQUEST_CANCEL),
		attend(ctx, "abandon", enumspb.PARENT_CLOSE_POLICY_ABANDON),
	}
	for _, child := range children {
		// A parent that ends before its child has started may leave none behind.
		if err := child.GetChildWorkflowExecution().Get(ctx, nil); err != nil {
			return endOf(err)
		}
	}
	return nil
}

// Visit is the input of Claim.
type Visit struct {
	// ID is the child's workflow id. Other parents may claim the same one.
	ID string `json:"id"`
	// Join waits for the child that has this id already, instead of failing.
	Join bool `json:"join,omitempty"`
}

// Claim runs the child that has this id and returns its result. Where another parent's
// child has the id and is running, Claim fails with an ApplicationError of type
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

// awaitChild waits in an activity, because a workflow has no future of a child that it
// has not started.
func awaitChild(ctx workflow.Context, id string) (string, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: visitTimeout,
		HeartbeatTimeout:    3 * heartbeatInterval,
		WaitForCancellation: true,
		Summary:             "join " + id,
	})
	var result string
	err := workflow.ExecuteActivity(ctx, AwaitChild, id).Get(ctx, &result)
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	return result, endOf(err)
}

const heartbeatInterval = time.Second

// AwaitChild returns the result of the workflow with this id. It heartbeats, so that it
// ends soon after the workflow that called it is cancelled.
func AwaitChild(ctx context.Context, id string) (string, error) {
	run := activity.GetClient(ctx).GetWorkflow(ctx, id, "")
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
		activity.RecordHeartbeat(ctx)
	}
}
