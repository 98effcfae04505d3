package dynamichandlers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
)

// updateRetryInterval is the time before an Update is sent again.
const updateRetryInterval = 20 * time.Millisecond

// SendUpdate sends the Update and waits for its result. Where a message arrives at the
// very moment in which a run ends or continues as new, the server refuses that
// Workflow Task and retries it, but callers of the Updates in it get
// WorkflowNotReady. The Update may happen all the same, so it is sent again under the
// same Update ID, by which the run knows that it has handled it.
func SendUpdate(ctx context.Context, connection client.Client, workflowID, name string, args ...any) (converter.RawValue, error) {
	options := client.UpdateWorkflowOptions{
		UpdateID:     rand.Text(),
		WorkflowID:   workflowID,
		UpdateName:   name,
		Args:         args,
		WaitForStage: client.WorkflowUpdateStageCompleted,
	}
	for {
		handle, err := connection.UpdateWorkflow(ctx, options)
		if err == nil {
			var raw converter.RawValue
			return raw, handle.Get(ctx, &raw)
		}
		var notReady *serviceerror.WorkflowNotReady
		if !errors.As(err, &notReady) {
			return converter.RawValue{}, fmt.Errorf("update %s of %s: %w", name, workflowID, err)
		}
		select {
		case <-ctx.Done():
			return converter.RawValue{}, fmt.Errorf("update %s of %s: %w", name, workflowID, errors.Join(ctx.Err(), err))
		case <-time.After(updateRetryInterval):
		}
	}
}
