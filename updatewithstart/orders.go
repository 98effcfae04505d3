package updatewithstart

import (
	"context"

	"go.temporal.io/sdk/client"
)

// OrderCutOff is the type of the ApplicationError with which PlaceOrder says that an
// order was terminated before it had answered: whether its amount is reserved is not
// known.
const OrderCutOff = "OrderCutOff"

// OrderOptions returns how an order is started: once. Like a cart it has no timeout,
// which would cut off what undoes it.
func OrderOptions(workflowID string) client.StartWorkflowOptions {
	options := CartOptions(workflowID)
	options.StaticSummary = "an order"
	return options
}

// PlaceOrder returns the early answer, and the order's Workflow Execution, which goes
// on. It starts it if there is none; placed again, the same order gets the same answer,
// also when it is closed.
func (s *Shop) PlaceOrder(ctx context.Context, workflowID string, order Order) (Confirmation, client.WorkflowRun, error) {
	var confirmation Confirmation
	var run client.WorkflowRun
	err := s.untilAnswered(ctx, workflowID, func(ctx context.Context) error {
		operation := s.client.NewWithStartWorkflowOperation(OrderOptions(workflowID), FulfilOrder, order)
		handle, err := s.client.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
			StartWorkflowOperation: operation,
			UpdateOptions: client.UpdateWorkflowOptions{
				// Always the same, so that an order is answered once.
				UpdateID: ConfirmationUpdate, UpdateName: ConfirmationUpdate,
				WaitForStage: client.WorkflowUpdateStageCompleted,
			},
		})
		if err != nil {
			return err // and operation.Get would wait until its context ends
		}
		if run, err = operation.Get(ctx); err != nil {
			return err
		}
		return handle.Get(ctx, &confirmation)
	})
	if isOver(err) {
		return Confirmation{}, run, refuseOrder(OrderCutOff, "order %s was cut off before it had answered", order.Number)
	}
	return confirmation, run, err
}
