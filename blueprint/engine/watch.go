package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// The Activities with which a run does what only the run that started a child could do
// otherwise: waiting for it, finding out whether it is the step's own, and canceling it.
const (
	watchActivity  = "blueprint.watch_child"
	findActivity   = "blueprint.find_child"
	cancelActivity = "blueprint.cancel_child"
)

// childResult is how a child ended.
type childResult struct {
	Output  value    `json:"output,omitzero"`
	Failure *Failure `json:"failure,omitempty"`
}

// How the child is watched: a look, then a pause, as retries of the Activity, which take
// neither history events nor a slot of the Worker.
const (
	watchLook     = time.Second
	watchPause    = 200 * time.Millisecond
	watchMaxPause = 10 * time.Second
	watchAttempt  = time.Minute
)

// watchingSummary is what the Web UI says of the Activity that watches a child.
const watchingSummary = "watching the child"

// watchOptions are those of an Activity that does something with the child of the path.
func (r *run) watchOptions(path, what, summary string) workflow.ActivityOptions {
	return workflow.ActivityOptions{
		ActivityID:          r.activityID(join(path, what)),
		StartToCloseTimeout: watchAttempt,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:    watchPause,
			BackoffCoefficient: 1.5,
			MaximumInterval:    watchMaxPause,
		},
		WaitForCancellation: true,
		Summary:             summaryOf(path, summary),
	}
}

// watch returns how the child ended, or fails so that it is retried.
func watch(ctx context.Context, child childRef) (childResult, error) {
	look, stop := context.WithTimeout(ctx, watchLook)
	defer stop()
	output, err := resultOf(look, child.WorkflowID, child.RunID)
	var terminated *temporal.TerminatedError
	if errors.As(err, &terminated) {
		output, err = resultAfterReset(look, child, output, err)
	}
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

// resultOf waits for the run and those that follow it by Continue-As-New or as retries.
func resultOf(ctx context.Context, id, run string) (output value, err error) {
	err = activity.GetClient(ctx).GetWorkflow(ctx, id, run).GetWithOptions(ctx, &output, client.WorkflowRunGetOptions{})
	return output, err
}

// resultAfterReset is the result of the child where a reset has replaced the run that was
// terminated; else what is known already.
func resultAfterReset(ctx context.Context, child childRef, output value, known error) (value, error) {
	described, err := activity.GetClient(ctx).DescribeWorkflow(ctx, child.WorkflowID, "")
	if err != nil {
		return value{}, fmt.Errorf("looking for a reset of the child: %w", err)
	}
	info := described.RawResponse.GetWorkflowExecutionInfo()
	if info.GetFirstRunId() != child.RunID || info.GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED {
		return output, known
	}
	return resultOf(ctx, child.WorkflowID, info.GetExecution().GetRunId())
}

// soughtChild says which Child Workflow Execution is that of a step.
type soughtChild struct {
	WorkflowID string `json:"workflowId"`
	Type       string `json:"type"`
	// FirstRunID is the first run of the chain to which the parent belongs.
	FirstRunID string `json:"firstRunId"`
	// OriginalRunID is the parent's run, as it was before any reset, where other runs of the
	// chain are other runs of a cron schedule.
	OriginalRunID string `json:"originalRunId,omitempty"`
	// Origins are the first runs of the chains that this one is a fork of.
	Origins []string `json:"origins,omitempty"`
}

// findChild finds the child that has the Workflow ID, if a run of the parent's own chain
// has started it; else nil. All that proves it comes from the server: a client can take a
// Workflow ID, but cannot make its workflow a child.
func findChild(ctx context.Context, sought soughtChild) (*childRef, error) {
	described, err := activity.GetClient(ctx).DescribeWorkflow(ctx, sought.WorkflowID, "")
	if isNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("describing the child %s: %w", sought.WorkflowID, err)
	}
	info := described.RawResponse.GetWorkflowExecutionInfo()
	parent := info.GetParentExecution()
	if parent.GetWorkflowId() != activity.GetInfo(ctx).WorkflowExecution.ID || info.GetType().GetName() != sought.Type {
		return nil, nil
	}
	began, err := beginningOf(ctx, parent)
	if err != nil {
		return nil, fmt.Errorf("reading which run started the child %s: %w", sought.WorkflowID, err)
	}
	first := began.GetFirstExecutionRunId()
	if !slices.Contains(sought.Origins, first) && (first != sought.FirstRunID || sought.OriginalRunID != "" && began.GetOriginalExecutionRunId() != sought.OriginalRunID) {
		return nil, nil
	}
	return &childRef{WorkflowID: sought.WorkflowID, RunID: info.GetFirstRunId()}, nil
}

// beginningOf is how the run began; nil where the server has deleted it.
func beginningOf(ctx context.Context, run *commonpb.WorkflowExecution) (*historypb.WorkflowExecutionStartedEventAttributes, error) {
	answer, err := activity.GetClient(ctx).WorkflowService().GetWorkflowExecutionHistory(ctx, &workflowservice.GetWorkflowExecutionHistoryRequest{
		Namespace: activity.GetInfo(ctx).Namespace, Execution: run, MaximumPageSize: 1,
	})
	if isNotFound(err) {
		return nil, nil
	}
	for _, event := range answer.GetHistory().GetEvents() {
		if began := event.GetWorkflowExecutionStartedEventAttributes(); began != nil {
			return began, nil
		}
	}
	return nil, err
}

// cancelFound asks the child to end as canceled, whichever run of its chain is under way.
// What else has the Workflow ID is not touched.
func cancelFound(ctx context.Context, child childRef) error {
	info := activity.GetInfo(ctx)
	_, err := activity.GetClient(ctx).WorkflowService().RequestCancelWorkflowExecution(ctx, &workflowservice.RequestCancelWorkflowExecutionRequest{
		Namespace:           info.Namespace,
		WorkflowExecution:   &commonpb.WorkflowExecution{WorkflowId: child.WorkflowID},
		FirstExecutionRunId: child.RunID,
		RequestId:           info.WorkflowExecution.RunID + "/" + info.ActivityID,
		Reason:              "the parent's step is canceled",
	})
	var requested *serviceerror.CancellationAlreadyRequested
	if err == nil || isNotFound(err) || errors.As(err, &requested) {
		return nil
	}
	return fmt.Errorf("canceling the child %s: %w", child.WorkflowID, err)
}

func isNotFound(err error) bool {
	var notFound *serviceerror.NotFound
	return errors.As(err, &notFound)
}
