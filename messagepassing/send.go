package messagepassing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
)

// updateRetryInterval is how long UpdateCluster waits for the next run to begin.
const updateRetryInterval = 50 * time.Millisecond

// UpdateCluster sends an update to a cluster manager and returns the nodes of its
// answer. While the run that would handle it is not ready to, it sends it again with
// the same id, until ctx ends. The id belongs to what the caller wants done: a caller
// that is not sure whether an attempt came through repeats it with the same id, and it
// is done once.
func UpdateCluster(ctx context.Context, connection client.Client, workflowID, updateID, name string, argument any) ([]string, error) {
	for {
		nodes, err := updateClusterOnce(ctx, connection, workflowID, updateID, name, argument)
		if !isWorthRepeating(err) {
			return nodes, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(updateRetryInterval):
		}
	}
}

// isWorthRepeating tells whether the run is about to continue as new, or has just
// tried to. A run that ends while a signal arrives does not end: the server fails its
// task, so that the signal is handled, and with it an update that came with the task.
func isWorthRepeating(err error) bool {
	var refusal *temporal.ApplicationError
	var notReady *serviceerror.WorkflowNotReady
	return errors.As(err, &refusal) && refusal.Type() == ClusterContinuing || errors.As(err, &notReady)
}

func updateClusterOnce(ctx context.Context, connection client.Client, workflowID, updateID, name string, argument any) ([]string, error) {
	handle, err := connection.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID:   workflowID, // without a run id: whichever run is current
		UpdateID:     updateID,
		UpdateName:   name,
		Args:         []any{argument},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return nil, fmt.Errorf("send update %s to %s: %w", name, workflowID, err)
	}
	var nodes []string
	if err := handle.Get(ctx, &nodes); err != nil {
		return nil, fmt.Errorf("update %s of %s: %w", name, workflowID, err)
	}
	return nodes, nil
}
