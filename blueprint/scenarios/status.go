package scenarios

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/scenario"
)

func queryStatus(ctx context.Context, s *scenario.Session, run client.WorkflowRun) (engine.Status, error) {
	var status engine.Status
	answer, err := s.Client.QueryWorkflow(ctx, run.GetID(), "", engine.StatusQuery)
	if err != nil {
		return status, fmt.Errorf("query the status: %w", err)
	}
	return status, answer.Get(&status)
}

// waitForStep waits until the step of this ID is running.
func waitForStep(ctx context.Context, s *scenario.Session, run client.WorkflowRun, id string) error {
	return s.Poll(ctx, "the step "+id, func() (bool, error) {
		status, err := queryStatus(ctx, s, run)
		return isRunning(status.Steps, id), err
	})
}

func isRunning(steps []engine.StepStatus, id string) bool {
	return slices.ContainsFunc(steps, func(step engine.StepStatus) bool {
		return step.ID == id && step.State == engine.StateRunning || isRunning(step.Steps, id)
	})
}

// printSteps prints a line for each step, those of a block below its step.
func printSteps(s *scenario.Session, steps []engine.StepStatus, indent string) {
	for _, step := range steps {
		line := fmt.Sprintf("%s %s: %s", step.Kind, step.ID, step.State)
		if step.Block != "" {
			line = fmt.Sprintf("(%s) %s", step.Block, line)
		}
		s.Printf("%s%s", indent, line)
		printSteps(s, step.Steps, indent+"  ")
	}
}

// sendMessage sends a message by the Update, and prints whether it was taken.
func sendMessage(ctx context.Context, s *scenario.Session, workflowID string, message engine.Message) error {
	receipt, err := updateWithMessage(ctx, s, workflowID, message)
	var refusal *temporal.ApplicationError
	switch {
	case errors.As(err, &refusal):
		s.Printf("message %s: %s, %s", message.Name, refusal.Type(), refusal.Message())
	case err != nil:
		return err
	default:
		s.Printf("message %s: %s", message.Name, describeReceipt(receipt))
	}
	return nil
}

func updateWithMessage(ctx context.Context, s *scenario.Session, workflowID string, message engine.Message) (engine.Receipt, error) {
	var receipt engine.Receipt
	handle, err := s.Client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: workflowID, UpdateName: engine.MessageUpdate, Args: []any{message}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return receipt, fmt.Errorf("send the message %s: %w", message.Name, err)
	}
	err = handle.Get(ctx, &receipt)
	return receipt, err
}

func describeReceipt(receipt engine.Receipt) string {
	if receipt.Step == "" {
		return "kept for a step that has not begun"
	}
	return "taken by " + receipt.Step
}
