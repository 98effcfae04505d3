package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/dynamichandlers"
)

// setLimit sends an Update that takes a number: first a number, then a text.
func setLimit(ctx context.Context, connection client.Client, workflowID string) error {
	update := client.UpdateWorkflowOptions{
		WorkflowID:   workflowID,
		UpdateID:     fmt.Sprintf("limit-%08x", rand.Uint32()),
		UpdateName:   "set_limit",
		Args:         []any{7},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	}
	handle, err := connection.UpdateWorkflow(ctx, update)
	var noAnswer *client.WorkflowUpdateServiceTimeoutOrCanceledError
	if errors.As(err, &noAnswer) {
		return fmt.Errorf("send Update set_limit: no answer in time; it may happen yet, so send it again under the same ID: %w", err)
	}
	if err != nil {
		return fmt.Errorf("send Update set_limit: %w", err)
	}
	var stored dynamichandlers.Stored
	if err := handle.Get(ctx, &stored); err != nil {
		return fmt.Errorf("wait for Update set_limit: %w", err)
	}
	fmt.Println("set_limit 7: stored for", stored.Owner)

	update.UpdateID, update.Args = fmt.Sprintf("limit-%08x", rand.Uint32()), []any{"cheap"}
	handle, err = connection.UpdateWorkflow(ctx, update)
	if err != nil {
		return fmt.Errorf("send Update set_limit: %w", err)
	}
	err = handle.Get(ctx, nil)
	var refusal *temporal.ApplicationError
	if !errors.As(err, &refusal) || refusal.Type() != dynamichandlers.InvalidValue {
		return fmt.Errorf("wait for Update set_limit: expected InvalidValue, got %v", err)
	}
	fmt.Println("set_limit cheap: refused:", refusal.Message())
	return nil
}

// askWithoutEnvelope sends a Query that the SDK itself rejects.
func askWithoutEnvelope(ctx context.Context, connection client.Client, workflowID string) error {
	_, err := connection.QueryWorkflow(ctx, workflowID, "", "weather")
	var unknown *serviceerror.QueryFailed
	if !errors.As(err, &unknown) {
		return fmt.Errorf("send Query weather: expected QueryFailed, got %v", err)
	}
	fmt.Println("weather: no such Query")
	return nil
}
