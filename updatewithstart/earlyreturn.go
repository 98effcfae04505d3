package updatewithstart

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// ConfirmationUpdate is the Update of FulfilOrder that takes nothing and returns a
// Confirmation.
const ConfirmationUpdate = "confirmation"

// Types of the ApplicationErrors of an order. All are non-retryable.
const (
	// InvalidOrder: the order itself is wrong.
	InvalidOrder = "InvalidOrder"
	// CardDeclined: the card does not cover the order.
	CardDeclined = "CardDeclined"
	// PaymentUnavailable: the bank did not answer in time.
	PaymentUnavailable = "PaymentUnavailable"
	// OrderCancelled: the order was canceled before it was confirmed.
	OrderCancelled = "OrderCancelled"
	// NoCarrier: nobody delivers to the address.
	NoCarrier = "NoCarrier"
	// CompensationFailed: the order failed, and what it had done could not be undone.
	CompensationFailed = "CompensationFailed"
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

// Confirmation is the early answer: the order is accepted.
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
	texts := []struct{ name, value string }{{"number", o.Number}, {"card", o.Card}, {"address", o.Address}}
	for _, text := range texts {
		if text.value == "" {
			return refuseOrder(InvalidOrder, "%s must not be empty (at most %d bytes)", text.name, MaxTextLength)
		}
		if len(text.value) > MaxTextLength {
			return refuseOrder(InvalidOrder, "%s must have at most %d bytes, got %d", text.name, MaxTextLength, len(text.value))
		}
	}
	if o.Total < 1 || o.Total > MaxTotal {
		return refuseOrder(InvalidOrder, "the total must be 0.01 to %s, got %s", MaxTotal, o.Total)
	}
	if o.Packing < 0 || o.Packing > MaxPacking {
		return refuseOrder(InvalidOrder, "packing must be 0s to %s, got %s", MaxPacking, o.Packing)
	}
	return nil
}

// FulfilOrder reserves the order's amount, which decides the early answer, and then
// packs and ships the order. When it fails with an ApplicationError of one of the types
// above, or is canceled, it has undone what it had done, unless the type is
// CompensationFailed. A cancellation that comes while the parcel is shipped is too late:
// the order then completes.
func FulfilOrder(ctx workflow.Context, order Order) (Shipment, error) {
	fulfilment := &fulfilment{}
	err := workflow.SetUpdateHandlerWithOptions(ctx, ConfirmationUpdate, fulfilment.confirmation,
		workflow.UpdateHandlerOptions{Description: "Learn whether the order is accepted, long before it is shipped."})
	if err != nil {
		return Shipment{}, fmt.Errorf("register update %s: %w", ConfirmationUpdate, err)
	}
	shipment, err := fulfilment.run(ctx, order)
	finishHandlers(ctx) // a failed or canceled order owes its answers, too
	return shipment, err
}

// fulfilment is the run of one order.
type fulfilment struct {
	// decided is set when there is an early answer: confirmed, or else refused.
	decided   bool
	confirmed Confirmation
	refused   error
	// shipping is set when there may be a parcel.
	shipping bool
}

func (f *fulfilment) confirmation(ctx workflow.Context) (Confirmation, error) {
	if workflow.Await(ctx, func() bool { return f.decided }) != nil {
		return Confirmation{}, orderCanceled()
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
	// Even a step that seems to have failed may have been done: its answer was lost, or
	// came after its timeout.
	if undoErr := undo(ctx, order, f.shipping); undoErr != nil {
		return Shipment{}, temporal.NewNonRetryableApplicationError(
			fmt.Sprintf("order %s failed (%s), and could not be undone", order.Number, wordOf(err)), CompensationFailed, undoErr)
	}
	return Shipment{}, err
}

func (f *fulfilment) fulfil(ctx workflow.Context, order Order) (Shipment, error) {
	err := reserve(ctx, order)
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	f.decided, f.confirmed, f.refused = true, Confirmation{order.Number, order.Total}, refusalOf(err)
	if err != nil {
		return Shipment{}, err
	}
	if err := workflow.Sleep(ctx, order.Packing); err != nil {
		return Shipment{}, err
	}
	f.shipping = true
	return ship(ctx, order)
}

// refusalOf returns what the caller gets when the amount is not reserved.
func refusalOf(err error) error {
	if temporal.IsCanceledError(err) {
		return orderCanceled()
	}
	return err
}

func orderCanceled() error {
	return refuseOrder(OrderCancelled, "the order was canceled before it was confirmed")
}

// reserve is a Local Activity: it runs within the Workflow Task that brought the
// Update, so that the early answer takes one trip to the Worker and not two. Canceled, a
// Local Activity returns at once while its function goes on, and the release would
// overtake the reservation. So it is not canceled: it takes a few seconds at most.
func reserve(ctx workflow.Context, order Order) error {
	detachedCtx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	detachedCtx = workflow.WithLocalActivityOptions(detachedCtx, workflow.LocalActivityOptions{
		StartToCloseTimeout:    time.Second,
		ScheduleToCloseTimeout: 5 * time.Second,
		RetryPolicy:            &temporal.RetryPolicy{InitialInterval: 100 * time.Millisecond, MaximumAttempts: 3},
		Summary:                "reserve " + order.Total.String(),
	})
	err := workflow.ExecuteLocalActivity(detachedCtx, ReserveAmount, order).Get(detachedCtx, nil)
	return orderFailure(err, PaymentUnavailable, "the bank does not answer")
}

// ship waits for an attempt that is under way, also on cancellation, and returns the
// parcel's shipment if there is one: undoing must not overtake what it undoes.
func ship(ctx workflow.Context, order Order) (Shipment, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout:    5 * time.Second,
		ScheduleToCloseTimeout: time.Hour,
		WaitForCancellation:    true,
		RetryPolicy:            patience(),
		Summary:                "ship to " + order.Address,
	})
	var shipment Shipment
	err := workflow.ExecuteActivity(ctx, ShipParcel, order).Get(ctx, &shipment)
	err = orderFailure(err, NoCarrier, "no carrier answers")
	if err != nil && ctx.Err() != nil {
		return Shipment{}, ctx.Err()
	}
	return shipment, err
}

// undo recalls the parcel, if its shipping had begun, and then releases the amount, also
// when the order has been canceled. The amount of a parcel that cannot be recalled stays
// reserved.
func undo(ctx workflow.Context, order Order, shipping bool) error {
	detachedCtx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	if shipping {
		recall := undoing(detachedCtx, "recall the parcel")
		if err := workflow.ExecuteActivity(recall, RecallParcel, order).Get(recall, nil); err != nil {
			return err
		}
	}
	release := undoing(detachedCtx, "release "+order.Total.String())
	return workflow.ExecuteActivity(release, ReleaseAmount, order).Get(release, nil)
}

func undoing(ctx workflow.Context, summary string) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout:    5 * time.Second,
		ScheduleToCloseTimeout: 24 * time.Hour,
		RetryPolicy:            patience(),
		Summary:                summary,
	})
}

// patience paces the attempts at a service that may be unavailable for hours.
func patience() *temporal.RetryPolicy {
	return &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute}
}

// orderFailure returns the typed failure of an Activity as it is, a cancellation as it
// is, and the given failure for anything else.
func orderFailure(err error, failureType, message string) error {
	var refused *temporal.ApplicationError
	switch {
	case err == nil, temporal.IsCanceledError(err):
		return err
	case errors.As(err, &refused) && refused.NonRetryable():
		return refused
	default:
		return refuseOrder(failureType, "%s", message)
	}
}

func refuseOrder(failureType, format string, values ...any) error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(format, values...), failureType, nil)
}

// wordOf returns an order's failure in a word.
func wordOf(err error) string {
	var refused *temporal.ApplicationError
	if errors.As(err, &refused) {
		return refused.Type()
	}
	return "canceled"
}

// Cards and addresses with which an order takes another course.
const (
	// EmptyCard is declined.
	EmptyCard = "empty-card"
	// RemoteAddress has no carrier.
	RemoteAddress = "the-moon"
	// SlowAddress is one to which shipping takes ShippingTime.
	SlowAddress = "the-lighthouse"
	// ShippingTime is how long the carrier takes to accept a parcel for SlowAddress.
	ShippingTime = 3 * time.Second
)

// ReserveAmount stands for a bank that reserves an order's total on its card, once for
// each order number: like all Activities here it must be idempotent. CardDeclined is a
// non-retryable ApplicationError.
func ReserveAmount(_ context.Context, order Order) error {
	if order.Card == EmptyCard {
		return refuseOrder(CardDeclined, "the card does not cover %s", order.Total)
	}
	return nil
}

// ReleaseAmount gives back what is reserved for the order's number, if anything is.
func ReleaseAmount(context.Context, Order) error { return nil }

// ShipParcel stands for handing a parcel to a carrier, once for each order number.
// NoCarrier is a non-retryable ApplicationError.
func ShipParcel(ctx context.Context, order Order) (Shipment, error) {
	switch order.Address {
	case RemoteAddress:
		return Shipment{}, refuseOrder(NoCarrier, "no carrier delivers to %s", order.Address)
	case SlowAddress:
		select {
		case <-ctx.Done():
			return Shipment{}, ctx.Err()
		case <-time.After(ShippingTime):
		}
	}
	return Shipment{Number: order.Number, Carrier: "parcel-post"}, nil
}

// RecallParcel stops the parcel for the order's number, if one is on its way.
func RecallParcel(context.Context, Order) error { return nil }
