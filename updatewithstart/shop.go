package updatewithstart

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
)

// AttemptTimeout bounds one attempt of a call, unless a Shop has another.
const AttemptTimeout = 10 * time.Second

// retryInterval is the time between two attempts.
const retryInterval = 100 * time.Millisecond

// cutOff is the type of the ApplicationError that the server answers when a run was
// closed after it had accepted an Update: it was terminated, or timed out.
const cutOff = "AcceptedUpdateCompletedWorkflow"

// Shop is the client's side of carts and orders. Its calls end with an answer, which
// is an ApplicationError where it is a refusal, or with their context. Until then they
// are attempted again, with the same Update ID: a request that may or may not have
// arrived is repeated, and counts once. It may be used concurrently.
type Shop struct {
	client client.Client
	queues *queues
	// attemptTimeout bounds one attempt.
	attemptTimeout time.Duration
	// newCart is the input of the carts that this shop starts.
	newCart Cart
}

// NewShop returns the shop whose Workflow Executions the client reaches.
func NewShop(connection client.Client) *Shop {
	return &Shop{client: connection, queues: newQueues(), attemptTimeout: AttemptTimeout}
}

// CartOptions returns how a cart is started: the first item starts it, later ones find
// it, and once it has ended its Workflow ID is used up, so that a late item is refused
// instead of being the first of a new cart. There is no timeout, which would cut off the
// requests that are being handled: a cart ends by itself when nobody uses it.
func CartOptions(workflowID string) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID:                       workflowID,
		TaskQueue:                TaskQueue,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		StaticSummary:            "a shopping cart",
	}
}

// AddItem adds the item to the cart with the Workflow ID, which it starts if there is
// none. The Update ID names this one request: a retry with the same Update ID returns
// the first answer and adds nothing.
func (s *Shop) AddItem(ctx context.Context, workflowID, updateID string, added AddItem) (Price, error) {
	var price Price
	err := s.untilAnswered(ctx, workflowID, func(ctx context.Context) error {
		// An operation can be used once, so each attempt has one of its own.
		operation := s.client.NewWithStartWorkflowOperation(CartOptions(workflowID), ShoppingCart, s.newCart)
		handle, err := s.client.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
			StartWorkflowOperation: operation,
			UpdateOptions: client.UpdateWorkflowOptions{
				UpdateID: updateID, UpdateName: AddItemUpdate, Args: []any{added},
				WaitForStage: client.WorkflowUpdateStageCompleted,
			},
		})
		if err != nil {
			return err
		}
		return handle.Get(ctx, &price)
	})
	if isOver(err) {
		return s.lateAnswer(ctx, workflowID, updateID)
	}
	return price, err
}

// lateAnswer asks a closed cart what it has answered. The server still answers the
// Update IDs of the cart's last run by itself, and refuses those of the runs before.
func (s *Shop) lateAnswer(ctx context.Context, workflowID, updateID string) (Price, error) {
	content, err := s.Content(ctx, workflowID)
	if err != nil {
		return Price{}, err
	}
	if answer, answered := content.answerTo(updateID); answered {
		return answer.tell()
	}
	return Price{}, refuse(CartClosed, "the cart is closed")
}

// CheckOut buys what the cart with the Workflow ID holds.
func (s *Shop) CheckOut(ctx context.Context, workflowID, updateID string) (Receipt, error) {
	var receipt Receipt
	err := s.untilAnswered(ctx, workflowID, func(ctx context.Context) error {
		handle, err := s.client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
			WorkflowID: workflowID, UpdateID: updateID, UpdateName: CheckOutUpdate,
			WaitForStage: client.WorkflowUpdateStageCompleted,
		})
		if err != nil {
			return err
		}
		return handle.Get(ctx, &receipt)
	})
	var missing *serviceerror.NotFound
	if isOver(err) || errors.As(err, &missing) {
		return Receipt{}, refuse(CartClosed, "no cart is open")
	}
	return receipt, err
}

// Content returns what the cart with the Workflow ID holds, also once it is closed.
func (s *Shop) Content(ctx context.Context, workflowID string) (Cart, error) {
	var content Cart
	err := s.untilAnswered(ctx, workflowID, func(ctx context.Context) error {
		value, err := s.client.QueryWorkflow(ctx, workflowID, "", ContentQuery)
		if err != nil {
			return err
		}
		return value.Get(&content)
	})
	return content, err
}

// untilAnswered attempts the call until it is answered or ctx ends.
func (s *Shop) untilAnswered(ctx context.Context, workflowID string, call func(context.Context) error) error {
	turnIsOver, err := s.queues.wait(ctx, workflowID)
	if err != nil {
		return fmt.Errorf("wait for a turn at %s: %w", workflowID, err)
	}
	defer turnIsOver()
	for {
		err := s.attempt(ctx, call)
		if !isWorthAnotherAttempt(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("no answer from %s: %w: %w", workflowID, context.Cause(ctx), err)
		case <-time.After(retryInterval):
		}
	}
}

func (s *Shop) attempt(ctx context.Context, call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, s.attemptTimeout)
	defer cancel()
	return call(ctx)
}

// isWorthAnotherAttempt reports whether the same request may be answered later: the
// server or the Worker was unavailable, the cart was between two runs, or the Update
// was lost with a Workflow Task that failed, as it does when the cart is about to end
// and something else happens to it.
func isWorthAnotherAttempt(err error) bool {
	var refused *temporal.ApplicationError
	if errors.As(err, &refused) {
		return refused.Type() == CartBusy
	}
	var lostUpdate *client.WorkflowUpdateServiceTimeoutOrCanceledError
	var lostQuery *serviceerror.DeadlineExceeded
	var lostTask *serviceerror.WorkflowNotReady
	return errors.As(err, &lostUpdate) || errors.As(err, &lostQuery) || errors.As(err, &lostTask)
}

// isOver reports whether the run is closed, and has not answered the request.
func isOver(err error) bool {
	var closed *serviceerror.WorkflowExecutionAlreadyStarted
	var refused *temporal.ApplicationError
	return errors.As(err, &closed) || errors.As(err, &refused) && refused.Type() == cutOff
}
