package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// watchActivity is the activity that waits for a child which an earlier run of the
// workflow has started: only that run would have been told that it ended.
const watchActivity = "blueprint.watch_child"

// childResult is how a child ended.
type childResult struct {
	Output  value    `json:"output,omitzero"`
	Failure *Failure `json:"failure,omitempty"`
}

// How the child is watched: a look, then a pause, as retries of the activity, which take
// neither history events nor a slot of the worker.
const (
	watchLook     = time.Second
	watchPause    = 200 * time.Millisecond
	watchMaxPause = 10 * time.Second
	watchAttempt  = time.Minute
)

func watchOptions(path string) workflow.ActivityOptions {
	return workflow.ActivityOptions{
		StartToCloseTimeout: watchAttempt,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:    watchPause,
			BackoffCoefficient: 1.5,
			MaximumInterval:    watchMaxPause,
		},
		WaitForCancellation: true,
		Summary:             summaryOf(path, "watching the child"),
	}
}

// watch tells how the child ended, or fails so that it is tried again.
func watch(ctx context.Context, child childRef) (childResult, error) {
	look, stop := context.WithTimeout(ctx, watchLook)
	defer stop()
	run := activity.GetClient(ctx).GetWorkflow(look, child.WorkflowID, child.RunID)
	var output value
	err := run.GetWithOptions(look, &output, client.WorkflowRunGetOptions{})
	var ended *temporal.WorkflowExecutionError
	switch {
	case err == nil:
		return childResult{Output: output}, nil
	case !errors.As(err, &ended):
		return childResult{}, fmt.Errorf("the child %s has not ended, or cannot be reached: %w", child.WorkflowID, err)
	default:
		return childResult{Failure: failureOf(err)}, nil
	}
}
