package updatewithstart

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/internal/scenario"
)

// visitor does what a scenario asks, under one workflow id, and writes down what it
// was told.
type visitor struct {
	*Shop
	workflowID string
	said       []string
}

// step is one thing that a visitor does. Its error means that it could not be done; a
// refusal is an answer.
type step func(context.Context, *visitor) error

// visit returns a scenario that takes the steps, one after the other.
func visit(steps ...step) func(context.Context, *scenario.Session) (string, error) {
	return visitWith(Cart{}, steps...)
}

// visitWith returns the same with carts that begin with the content.
func visitWith(newCart Cart, steps ...step) func(context.Context, *scenario.Session) (string, error) {
	return func(ctx context.Context, session *scenario.Session) (string, error) {
		v := &visitor{Shop: NewShop(session.Client), workflowID: session.StartOptions(TaskQueue).ID}
		v.newCart = newCart
		for _, take := range steps {
			if err := take(ctx, v); err != nil {
				return "", err
			}
		}
		runs, err := v.runs(ctx)
		for _, run := range runs {
			session.Remember(run)
		}
		return strings.Join(v.said, "\n"), err
	}
}

// runs returns the latest run under the workflow id and those that it continues, the
// first one first.
func (v *visitor) runs(ctx context.Context) ([]client.WorkflowRun, error) {
	latest, err := v.client.DescribeWorkflowExecution(ctx, v.workflowID, "")
	if err != nil {
		return nil, err
	}
	var runs []client.WorkflowRun
	for runID := latest.GetWorkflowExecutionInfo().GetExecution().GetRunId(); runID != ""; {
		runs = append(runs, v.client.GetWorkflow(ctx, v.workflowID, runID))
		history := v.client.GetWorkflowHistory(ctx, v.workflowID, runID, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		started, err := history.Next()
		if err != nil {
			return nil, err
		}
		runID = started.GetWorkflowExecutionStartedEventAttributes().GetContinuedExecutionRunId()
	}
	slices.Reverse(runs)
	return runs, nil
}

func (v *visitor) say(format string, values ...any) {
	v.said = append(v.said, fmt.Sprintf(format, values...))
}

// sayAnswer says what the answer is, or the refusal where err is one.
func (v *visitor) sayAnswer(to string, answer fmt.Stringer, err error) error {
	var refused *temporal.ApplicationError
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	switch {
	case err == nil:
		v.say("%s: %s", to, answer)
	case errors.As(err, &refused):
		v.say("%s: %s, %s", to, refused.Type(), refused.Message())
	case errors.As(err, &started):
		v.say("%s: already started", to)
	default:
		return fmt.Errorf("%s: %w", to, err)
	}
	return nil
}

func add(updateID string, quantity int, item string) step {
	return func(ctx context.Context, v *visitor) error {
		price, err := v.AddItem(ctx, v.workflowID, updateID, AddItem{item, quantity})
		return v.sayAnswer(fmt.Sprintf("add %d %s", quantity, item), price, err)
	}
}

func show(ctx context.Context, v *visitor) error {
	content, err := v.Content(ctx, v.workflowID)
	return v.sayAnswer("the cart holds", content, err)
}

func checkOut(ctx context.Context, v *visitor) error {
	receipt, err := v.CheckOut(ctx, v.workflowID, "check-out")
	return v.sayAnswer("check out", receipt, err)
}

// send sends the update with the start, and returns when it has been accepted.
func (v *visitor) send(ctx context.Context, updateID string, added AddItem) (client.WorkflowUpdateHandle, error) {
	return v.sendWith(ctx, CartOptions(v.workflowID), updateID, added)
}

func (v *visitor) sendWith(ctx context.Context, start client.StartWorkflowOptions, updateID string, added AddItem) (client.WorkflowUpdateHandle, error) {
	operation := v.client.NewWithStartWorkflowOperation(start, ShoppingCart, v.newCart)
	return v.client.UpdateWithStartWorkflow(ctx, acceptedAddition(operation, updateID, added))
}

func acceptedAddition(operation client.WithStartWorkflowOperation, updateID string, added AddItem) client.UpdateWithStartWorkflowOptions {
	return client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: operation,
		UpdateOptions: client.UpdateWorkflowOptions{
			UpdateID: updateID, UpdateName: AddItemUpdate, Args: []any{added},
			WaitForStage: client.WorkflowUpdateStageAccepted,
		},
	}
}

// sayHandle says what the update's answer is.
func (v *visitor) sayHandle(ctx context.Context, to string, handle client.WorkflowUpdateHandle) error {
	var price Price
	err := handle.Get(ctx, &price)
	return v.sayAnswer(to, price, err)
}

// addTogether adds the items without waiting for one answer before the next request,
// and then says the answers, the accepted ones first.
func addTogether(additions ...AddItem) step {
	return func(ctx context.Context, v *visitor) error {
		handles := make([]client.WorkflowUpdateHandle, len(additions))
		for i, added := range additions {
			handle, err := v.send(ctx, fmt.Sprintf("together-%d", i), added)
			if err != nil {
				return err
			}
			handles[i] = handle
		}
		first := len(v.said)
		for _, handle := range handles {
			if err := v.sayHandle(ctx, "added together", handle); err != nil {
				return err
			}
		}
		// Who of them is first at the lock is not decided by who came first.
		slices.Sort(v.said[first:])
		return nil
	}
}

// sendSlow sends an item whose price takes a while, and does not wait for it.
func sendSlow(ctx context.Context, v *visitor) error {
	_, err := v.send(ctx, "slow", AddItem{"mango", 1})
	return err
}

func sayResult(ctx context.Context, v *visitor) error {
	var receipt Receipt
	err := v.client.GetWorkflow(ctx, v.workflowID, "").Get(ctx, &receipt)
	if isCancelled(err) {
		v.say("the workflow: canceled")
		return nil
	}
	return v.sayAnswer("the workflow", receipt, err)
}

func isCancelled(err error) bool {
	var cancelled *temporal.CanceledError
	return errors.As(err, &cancelled)
}

func cancelWhileWaiting(ctx context.Context, v *visitor) error {
	handle, err := v.send(ctx, "slow", AddItem{"saffron", 1})
	if err != nil {
		return err
	}
	if err := v.client.CancelWorkflow(ctx, v.workflowID, ""); err != nil {
		return err
	}
	return v.sayHandle(ctx, "the waiting caller", handle)
}

// addWith adds an apple to a cart that it starts, or not, under the given policies.
func addWith(to string, conflict enumspb.WorkflowIdConflictPolicy, reuse enumspb.WorkflowIdReusePolicy) step {
	return func(ctx context.Context, v *visitor) error {
		start := CartOptions(v.workflowID)
		start.WorkflowIDConflictPolicy, start.WorkflowIDReusePolicy = conflict, reuse
		handle, err := v.sendWith(ctx, start, to, AddItem{"apple", 1})
		if err != nil {
			return v.sayAnswer(to, Price{}, err)
		}
		return v.sayHandle(ctx, to, handle)
	}
}

// useTwice uses one operation for two requests.
func useTwice(ctx context.Context, v *visitor) error {
	operation := v.client.NewWithStartWorkflowOperation(CartOptions(v.workflowID), ShoppingCart, Cart{})
	handle, err := v.client.UpdateWithStartWorkflow(ctx, acceptedAddition(operation, "first", AddItem{"apple", 1}))
	if err != nil {
		return err
	}
	if err := v.sayHandle(ctx, "the first use", handle); err != nil {
		return err
	}
	_, err = v.client.UpdateWithStartWorkflow(ctx, acceptedAddition(operation, "second", AddItem{"apple", 1}))
	v.say("the second use: %v", err)
	return nil
}

// awaitFailed waits for the result of an operation that has failed.
func awaitFailed(ctx context.Context, v *visitor) error {
	start := CartOptions(v.workflowID)
	start.WorkflowIDConflictPolicy = enumspb.WORKFLOW_ID_CONFLICT_POLICY_FAIL
	operation := v.client.NewWithStartWorkflowOperation(start, ShoppingCart, Cart{})
	_, err := v.client.UpdateWithStartWorkflow(ctx, acceptedAddition(operation, "third", AddItem{"apple", 1}))
	if err := v.sayAnswer("an operation that fails", Price{}, err); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	_, err = operation.Get(ctx)
	v.say("its result: %v", err)
	return nil
}

func placeOrder(order Order) step {
	return func(ctx context.Context, v *visitor) error {
		confirmation, _, err := v.PlaceOrder(ctx, v.workflowID, order)
		return v.sayAnswer("the early answer", confirmation, err)
	}
}

func sayStatus(ctx context.Context, v *visitor) error {
	described, err := v.client.DescribeWorkflowExecution(ctx, v.workflowID, "")
	v.say("the workflow then: %s", described.GetWorkflowExecutionInfo().GetStatus())
	return err
}

func sayShipment(ctx context.Context, v *visitor) error {
	var shipment Shipment
	err := v.client.GetWorkflow(ctx, v.workflowID, "").Get(ctx, &shipment)
	return v.sayAnswer("the late answer", shipment, err)
}
