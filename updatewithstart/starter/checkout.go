package main

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"dynamicsamples/updatewithstart"
)

// showContent asks a cart that must be there already.
func showContent(ctx context.Context, connection client.Client, cartID string) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	value, err := connection.QueryWorkflow(ctx, cartID, "", updatewithstart.ContentQuery)
	if err != nil {
		return fmt.Errorf("ask for the content: %w", err)
	}
	var content updatewithstart.Cart
	if err := value.Get(&content); err != nil {
		return fmt.Errorf("read the content: %w", err)
	}
	fmt.Printf("content: %s\n", content)
	return nil
}

// checkOut sends an Update to a cart that must be there already.
func checkOut(ctx context.Context, connection client.Client, cartID string) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	handle, err := connection.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID:   cartID,
		UpdateID:     "check-out",
		UpdateName:   updatewithstart.CheckOutUpdate,
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return fmt.Errorf("check out: no cart %s is open: %w", cartID, err)
	}
	if err != nil {
		return fmt.Errorf("check out: %w", err)
	}
	var receipt updatewithstart.Receipt
	if err := handle.Get(ctx, &receipt); err != nil {
		return fmt.Errorf("check out: %w", err)
	}
	fmt.Printf("check out: %s\n", receipt)
	return nil
}
