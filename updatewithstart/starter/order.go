package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/updatewithstart"
)

// order places an order, and prints its early and its late answer.
func order(ctx context.Context, connection client.Client, orderID string) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	operation := connection.NewWithStartWorkflowOperation(
		updatewithstart.OrderOptions(orderID), updatewithstart.FulfilOrder, updatewithstart.Order{
			Number: orderID, Total: 4_10, Card: "visa", Address: "home", Packing: 2 * time.Second,
		})
	handle, err := connection.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: operation,
		UpdateOptions: client.UpdateWorkflowOptions{
			// Always the same, so that an order that is placed again gets the same answer.
			UpdateID:     updatewithstart.ConfirmationUpdate,
			UpdateName:   updatewithstart.ConfirmationUpdate,
			WaitForStage: client.WorkflowUpdateStageCompleted,
		},
	})
	if err != nil {
		return fmt.Errorf("place the order: %w", err) // operation.Get would now wait until ctx ends
	}
	var confirmation updatewithstart.Confirmation
	if err := handle.Get(ctx, &confirmation); err != nil {
		return fmt.Errorf("place the order: %w", err)
	}
	fmt.Printf("order, early answer: %s reserved\n", confirmation.Reserved)

	run, err := operation.Get(ctx)
	if err != nil {
		return fmt.Errorf("find the order: %w", err)
	}
	var shipment updatewithstart.Shipment
	err = run.Get(ctx, &shipment)
	var failed *temporal.ApplicationError
	if errors.As(err, &failed) {
		return fmt.Errorf("the order failed (%s): %s", failed.Type(), failed.Message())
	}
	if err != nil {
		return fmt.Errorf("wait for the order: %w", err)
	}
	fmt.Printf("order, late answer: shipped by %s\n", shipment.Carrier)
	return nil
}
