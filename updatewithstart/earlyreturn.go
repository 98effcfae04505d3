package updatewithstart

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// ConfirmationUpdate is the update of FulfilOrder that takes nothing and returns a
// Confirmation.
const ConfirmationUpdate = "confirmation"

// Types of the ApplicationErrors of an order. None is retryable.
const (
	// InvalidOrder: the order itself is wrong.
	InvalidOrder = "InvalidOrder"
	// CardDeclined: the card does not cover the order.
	CardDeclined = "CardDeclined"
	// PaymentUnavailable: the card could not be asked in time.
	PaymentUnavailable = "PaymentUnavailable"
	// OrderCancelled: the order was cancelled before it was confirmed.
	OrderCancelled = "OrderCancelled"
	// NoCarrier: nobody delivers to the address.
	NoCarrier = "NoCarrier"
)

// Bounds of an order.
const (
	// MaxTextLength bounds each of its texts, in bytes.
	MaxTextLength = 100
	// MaxPacking bounds how long it may take to pack it.
	MaxPacking = 24 * time.Hour
)

// Order is the input of FulfilOrder.
type Order struct {
	Number string `json:"number"`
	// Total is what the card is charged, more than 0.
	Total   Cents  `json:"totalCents"`
	Card    string `json:"card"`
	Address string `json:"address"`
	// Packing is how long it takes to pack the parcel, in nanoseconds.
	Packing time.Duration `json:"packing,omitempty"`
}

// Confirmation is the early answer: the order will be seen to.
type Confirmation struct {
	Number string `json:"number"`
	// Reserved is the amount that is reserved on the card.
	Reserved Cents `json:"reservedCents"`
}

// Shipment is the late answer.
type Shipment struct {
	Number  string `json:"number"`
	Carrier string `json:"carrier"`
}

func (o Order) check() error {
	for _, text := range []string{o.Number, o.Card, o.Address} {
		if text == "" || len(text) > MaxTextLength {
			return refuse(InvalidOrder, "number, card and address have 1 to %d bytes each", MaxTextLength)
		}
	}
	if o.Total < 1 || o.Total > MaxTotal {
		return refuse(InvalidOrder, "an order costs from 0.01 to %s, got %s", MaxTotal, o.Total)
	}
	if o.Packing < 0 || o.Packing > MaxPacking {
		return refuse(InvalidOrder, "packing takes from 0s to %s, got %s", MaxPacking, o.Packing)
	}
	return nil
}

// FulfilOrder reserves the order's amount, which decides over the early answer, and
// then packs and ships the order. It fails with an ApplicationError of one of the
// types above; what it had reserved has then been released.
func FulfilOrder(ctx workflow.Context, order Order) (Shipment, error) {
	fulfilment := &fulfilment{}
	err := workflow.SetUpdateHandlerWithOptions(ctx, ConfirmationUpdate, fulfilment.confirmation,
		workflow.UpdateHandlerOptions{Description: "Learn whether the order is accepted, long before it is shipped."})
	if err != nil {
		return Shipment{}, fmt.Errorf("register update %s: %w", ConfirmationUpdate, err)
	}
	shipment, err := fulfilment.run(ctx, order)
	// A failed or cancelled order owes its answers, too. Who waits only for the decision
	// has just got it; a handler that does more would be cut off without this.
	if err := finishHandlers(ctx); err != nil {
		return Shipment{}, err
	}
	return shipment, err
}

// fulfilment is the run of one order.
type fulfilment struct {
	// decided is set when there is an early answer: confirmed, or else refused.
	decided   bool
	confirmed Confirmation
	refused   error
}

func (f *fulfilment) confirmation(ctx workflow.Context) (Confirmation, error) {
	if workflow.Await(ctx, func() bool { return f.decided }) != nil {
		return Confirmation{}, orderCancelled()
	}
	return f.confirmed, f.refused
}

func (f *fulfilment) run(ctx workflow.Context, order Order) (Shipment, error) {
	if err := order.check(); err != nil {
		f.decided, f.refused = true, err
		return Shipment{}, err
	}
	shipment, err := f.fulfil(ctx, order)
	if err == nil {
		return shipment, nil
	}
	// Even a reservation that seems to have failed may have been made.
	if err := release(ctx, order); err != nil {
		return Shipment{}, err
	}
	return Shipment{}, err
}

func (f *fulfilment) fulfil(ctx workflow.Context, order Order) (Shipment, error) {
	err := reserve(ctx, order)
	f.decided, f.confirmed, f.refused = true, Confirmation{order.Number, order.Total}, refusalOf(err)
	if err != nil {
		return Shipment{}, err
	}
	if err := workflow.Sleep(ctx, order.Packing); err != nil {
		return Shipment{}, err
	}
	return ship(ctx, order)
}

// refusalOf returns what the caller is told when the amount is not reserved.
func refusalOf(err error) error {
	if temporal.IsCanceledError(err) {
		return orderCancelled()
	}
	return err
}

func orderCancelled() error {
	return refuse(OrderCancelled, "the order was cancelled before it was confirmed")
}

// reserve is a local activity: it runs within the workflow task that brought the
// update, so that the early answer takes one trip to the worker and not two.
func reserve(ctx workflow.Context, order Order) error {
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		StartToCloseTimeout:    time.Second,
		ScheduleToCloseTimeout: 5 * time.Second,
		RetryPolicy:            &temporal.RetryPolicy{InitialInterval: 100 * time.Millisecond, MaximumAttempts: 3},
		Summary:                "reserve " + order.Total.String(),
	})
	err := workflow.ExecuteLocalActivity(ctx, ReserveAmount, order).Get(ctx, nil)
	return orderFailure(err, PaymentUnavailable, "the card cannot be asked")
}

func ship(ctx workflow.Context, order Order) (Shipment, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout:    5 * time.Second,
		ScheduleToCloseTimeout: time.Hour,
		Summary:                "ship to " + order.Address,
	})
	var shipment Shipment
	err := workflow.ExecuteActivity(ctx, ShipParcel, order).Get(ctx, &shipment)
	return shipment, orderFailure(err, NoCarrier, "no carrier answers")
}

// release undoes reserve, also when the order has been cancelled.
func release(ctx workflow.Context, order Order) error {
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout:    5 * time.Second,
		ScheduleToCloseTimeout: 24 * time.Hour,
		Summary:                "release " + order.Total.String(),
	})
	return workflow.ExecuteActivity(ctx, ReleaseAmount, order).Get(ctx, nil)
}

// orderFailure returns the typed failure of an activity as it is, a cancellation as
// it is, and the given one for any other trouble.
func orderFailure(err error, failureType, message string) error {
	var refused *temporal.ApplicationError
	switch {
	case err == nil, temporal.IsCanceledError(err):
		return err
	case errors.As(err, &refused) && refused.NonRetryable():
		return refused
	default:
		return refuse(failureType, "%s", message)
	}
}
