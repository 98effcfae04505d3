package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/internal/connect"
	"dynamicsamples/updatewithstart"
)

// closed is what addItem returns for a cart that has ended.
const closed = "closed"

// shop fills a cart and checks it out.
func shop(ctx context.Context, connection client.Client, cartID string) error {
	requests := []struct {
		updateID string
		added    updatewithstart.AddItem
		expected string // the type of the refusal, or "" for a price
	}{
		{"first", updatewithstart.AddItem{Item: "apple", Quantity: 2}, ""},                             // starts the cart
		{"second", updatewithstart.AddItem{Item: "bread", Quantity: 1}, ""},                            // finds it running
		{"second", updatewithstart.AddItem{Item: "bread", Quantity: 1}, ""},                            // a retry: counts once
		{"third", updatewithstart.AddItem{Item: "mango", Quantity: 1}, ""},                             // its price takes three attempts
		{"fourth", updatewithstart.AddItem{Item: "unicorn", Quantity: 1}, updatewithstart.UnknownItem}, // by the handler
		{"fifth", updatewithstart.AddItem{Item: "apple", Quantity: -1}, updatewithstart.InvalidItem},   // by the validator
	}
	for _, request := range requests {
		refusal, err := addItem(ctx, connection, cartID, request.updateID, request.added)
		if err != nil {
			return err
		}
		if refusal != request.expected {
			return fmt.Errorf("add %s: expected the refusal %q, got %q", request.added.Item, request.expected, refusal)
		}
	}
	if err := keepOpen(ctx, connection, cartID); err != nil {
		return err
	}
	if err := showContent(ctx, connection, cartID); err != nil {
		return err
	}
	if err := checkOut(ctx, connection, cartID); err != nil {
		return err
	}
	refusal, err := addItem(ctx, connection, cartID, "sixth", updatewithstart.AddItem{Item: "apple", Quantity: 1})
	if err == nil && refusal != closed {
		return fmt.Errorf("add an item to a closed cart: expected the refusal %q, got %q", closed, refusal)
	}
	return err
}

// addItem adds an item to the cart, which it starts if there is none. It prints the price,
// or returns the type of the refusal. updatewithstart.Shop does the same, and tries again
// where that makes sense.
func addItem(ctx context.Context, connection client.Client, cartID, updateID string, added updatewithstart.AddItem) (refusal string, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	defer connect.WatchWorker(ctx, connection, updatewithstart.TaskQueue, cartID, "go run ./updatewithstart/worker", os.Stderr)()

	operation := connection.NewWithStartWorkflowOperation( // for one use
		updatewithstart.CartOptions(cartID), updatewithstart.ShoppingCart, updatewithstart.Cart{})
	handle, err := connection.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: operation,
		UpdateOptions: client.UpdateWorkflowOptions{
			UpdateID:     updateID,
			UpdateName:   updatewithstart.AddItemUpdate,
			Args:         []any{added},
			WaitForStage: client.WorkflowUpdateStageCompleted,
		},
	})
	var price updatewithstart.Price
	if err == nil {
		err = handle.Get(ctx, &price)
	}

	var refused *temporal.ApplicationError
	var unknown *client.WorkflowUpdateServiceTimeoutOrCanceledError
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	switch {
	case err == nil:
		fmt.Printf("add %d %s: %s\n", added.Quantity, added.Item, price)
		return "", nil
	case errors.As(err, &refused): // an answer; of type CartBusy: send the same Update ID again
		fmt.Printf("add %d %s: refused (%s): %s\n", added.Quantity, added.Item, refused.Type(), refused.Message())
		return refused.Type(), nil
	case errors.As(err, &started): // the reuse policy refuses to start a closed cart anew
		fmt.Printf("add %d %s: the cart is closed\n", added.Quantity, added.Item)
		return closed, nil
	case errors.As(err, &unknown): // it may still take effect: send the same Update ID again
		return "", fmt.Errorf("add %s, unless it was added: %w", added.Item, err)
	default:
		return "", fmt.Errorf("add %s: %w", added.Item, err)
	}
}

// keepOpen restarts the idle timeout of the cart, or starts an empty cart. A Signal has no
// answer: the call returns as soon as the server has it, also when no Worker is running.
func keepOpen(ctx context.Context, connection client.Client, cartID string) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	_, err := connection.SignalWithStartWorkflow(ctx, cartID, updatewithstart.KeepOpenSignal, nil,
		updatewithstart.CartOptions(cartID), updatewithstart.ShoppingCart, updatewithstart.Cart{})
	if err != nil {
		return fmt.Errorf("keep the cart open: %w", err)
	}
	fmt.Println("keep open: sent")
	return nil
}
