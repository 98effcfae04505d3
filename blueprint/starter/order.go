package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/blueprint"
	"dynamicsamples/blueprint/engine"
)

// approveOrder starts a blueprint by its name, waits until it asks for an approval, and
// approves.
func approveOrder(ctx context.Context, connection client.Client) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	start := client.StartWorkflowOptions{
		ID:                       fmt.Sprintf("order-7-%08x", rand.Uint32()),
		TaskQueue:                blueprint.TaskQueue,
		WorkflowExecutionTimeout: timeout,
	}
	input := map[string]any{"id": "7", "sku": "lamp", "amount": 25_000, "card": "visa", "address": "home"}
	run, err := connection.ExecuteWorkflow(ctx, start, "order", input)
	if err != nil {
		return fmt.Errorf("start the order: %w", err)
	}
	if err := waitForApproval(ctx, connection, run.GetID()); err != nil {
		return err
	}

	// The schema of the step wants true or false, and who decided.
	_, err = sendMessage(ctx, connection, run.GetID(), engine.NewMessage("approve", map[string]any{"approved": "yes"}))
	var refusal *temporal.ApplicationError
	if !errors.As(err, &refusal) || refusal.Type() != engine.ErrInvalidMessage {
		return fmt.Errorf("send a message that does not fit: expected %s, got %v", engine.ErrInvalidMessage, err)
	}
	fmt.Println("message refused:", refusal.Type())

	receipt, err := sendMessage(ctx, connection, run.GetID(), engine.NewMessage("approve", map[string]any{"approved": true, "by": "Mei"}))
	if err != nil {
		return fmt.Errorf("approve the order: %w", err)
	}
	fmt.Println("message taken by", receipt.Step)

	var output struct{ Order, Status string }
	if err := run.Get(ctx, &output); err != nil {
		return fmt.Errorf("wait for the order: %w", err)
	}
	fmt.Printf("order %s: %s\n", output.Order, output.Status)
	if output.Status != "shipped" {
		return fmt.Errorf("expected a shipped order, got %q", output.Status)
	}
	return nil
}

// waitForApproval asks for the status until the step "approval" is running.
func waitForApproval(ctx context.Context, connection client.Client, workflowID string) error {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for {
		answer, err := connection.QueryWorkflow(ctx, workflowID, "", engine.StatusQuery)
		if err != nil {
			return fmt.Errorf("query the status of the order: %w", err)
		}
		var status engine.Status
		if err := answer.Get(&status); err != nil {
			return fmt.Errorf("decode the status of the order: %w", err)
		}
		if isRunning(status.Steps, "approval") {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the step approval: %w", ctx.Err())
		case <-ticker.C:
		}
	}
}

func isRunning(steps []engine.StepStatus, id string) bool {
	return slices.ContainsFunc(steps, func(step engine.StepStatus) bool {
		return step.ID == id && step.State == engine.StateRunning || isRunning(step.Steps, id)
	})
}

// sendMessage sends a message by the Update, which a Signal of its name would do without
// an answer.
func sendMessage(ctx context.Context, connection client.Client, workflowID string, message engine.Message) (engine.Receipt, error) {
	var receipt engine.Receipt
	handle, err := connection.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID:   workflowID,
		UpdateName:   engine.MessageUpdate,
		Args:         []any{message},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return receipt, err
	}
	err = handle.Get(ctx, &receipt)
	return receipt, err
}
