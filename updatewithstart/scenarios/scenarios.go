// Package scenarios lists what the updatewithstart sample shows.
package scenarios

import (
	"context"
	"errors"
	"fmt"
	"slices"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"dynamicsamples/internal/scenario"
	"dynamicsamples/updatewithstart"
)

// Sample returns the sample's scenarios, and the Worker that they need.
func Sample() scenario.Sample {
	return scenario.Sample{
		Name:      "updatewithstart",
		Idea:      "The first caller starts the workflow, in the same request with which it asks it for something.",
		TaskQueue: updatewithstart.TaskQueue,
		Options:   updatewithstart.Options,
		Register:  updatewithstart.Register,
		Scenarios: slices.Concat(cartScenarios(), endScenarios(), policyScenarios(), orderScenarios()),
	}
}

// add adds the item as a client does that wants an answer, and prints it.
func add(ctx context.Context, s *scenario.Session, cart, updateID string, quantity int, item string) error {
	price, err := updatewithstart.NewShop(s.Client).AddItem(ctx, cart, updateID, updatewithstart.AddItem{Item: item, Quantity: quantity})
	return printAnswer(s, fmt.Sprintf("add %d %s", quantity, item), price, err)
}

// accept sends the item with the start, and returns when it is accepted.
func accept(ctx context.Context, s *scenario.Session, start client.StartWorkflowOptions, updateID string, quantity int, item string) (client.WorkflowUpdateHandle, error) {
	operation := s.Client.NewWithStartWorkflowOperation(start, updatewithstart.ShoppingCart, updatewithstart.Cart{})
	return s.Client.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: operation,
		UpdateOptions: client.UpdateWorkflowOptions{
			UpdateID: updateID, UpdateName: updatewithstart.AddItemUpdate, Args: []any{updatewithstart.AddItem{Item: item, Quantity: quantity}},
			WaitForStage: client.WorkflowUpdateStageAccepted,
		},
	})
}

// printPrice waits for the answer to an accepted item, and prints it.
func printPrice(ctx context.Context, s *scenario.Session, label string, handle client.WorkflowUpdateHandle) error {
	var price updatewithstart.Price
	err := handle.Get(ctx, &price)
	return printAnswer(s, label, price, err)
}

func checkOut(ctx context.Context, s *scenario.Session, cart string) error {
	receipt, err := updatewithstart.NewShop(s.Client).CheckOut(ctx, cart, "check-out")
	return printAnswer(s, "check out", receipt, err)
}

func show(ctx context.Context, s *scenario.Session, cart string) error {
	content, err := updatewithstart.NewShop(s.Client).Content(ctx, cart)
	return printAnswer(s, "content", content, err)
}

func printReceipt(ctx context.Context, s *scenario.Session, cart string) error {
	run := s.Client.GetWorkflow(ctx, cart, "")
	var receipt updatewithstart.Receipt
	err := run.Get(ctx, &receipt)
	return printAnswer(s, "workflow", receipt, err)
}

// printAnswer prints an answer or a typed failure, which is an answer, too. Any other error is
// returned.
func printAnswer(s *scenario.Session, label string, answer fmt.Stringer, err error) error {
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	switch {
	case err == nil:
		s.Printf("%s: %s", label, answer)
	case errors.As(err, &started):
		s.Printf("%s: already started", label)
	default:
		return s.PrintError(label, err)
	}
	return nil
}

// remember shows the latest run under the Workflow ID and those that it continues, the
// first one first.
func remember(ctx context.Context, s *scenario.Session, workflowID string) error {
	latest, err := s.Client.DescribeWorkflow(ctx, workflowID, "")
	if err != nil {
		return err
	}
	var runs []client.WorkflowRun
	for runID := latest.WorkflowExecution.RunID; runID != ""; {
		runs = append(runs, s.Client.GetWorkflow(ctx, workflowID, runID))
		history := s.Client.GetWorkflowHistory(ctx, workflowID, runID, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		started, err := history.Next()
		if err != nil {
			return err
		}
		runID = started.GetWorkflowExecutionStartedEventAttributes().GetContinuedExecutionRunId()
	}
	for _, run := range slices.Backward(runs) {
		s.Remember(run)
	}
	return nil
}
