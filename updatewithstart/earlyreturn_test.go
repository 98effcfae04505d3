package updatewithstart

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
)

func goodOrder() Order {
	return Order{Number: "1", Total: 4_10, Card: "visa", Address: "home", Packing: time.Hour}
}

// orderRun is a run of FulfilOrder whose first update comes with the start, and the
// orders that each activity was called with.
type orderRun struct {
	*testRun
	early *answer
	// undone are the activities that undid something, in order, and released counts
	// ReleaseAmount's calls.
	undone   []string
	released int
	// failures is how many attempts at each of them fail.
	failures int
}

func newOrderRun(t *testing.T) *orderRun {
	r := &orderRun{testRun: newTestRun(t)}
	r.early = r.updateAt(0, ConfirmationUpdate, ConfirmationUpdate)
	undo := func(name string) func(context.Context, Order) error {
		return func(ctx context.Context, order Order) error {
			assert.Equal(t, "1", order.Number)
			if int(activity.GetInfo(ctx).Attempt) <= r.failures {
				return errors.New("no answer")
			}
			r.undone = append(r.undone, name)
			return nil
		}
	}
	r.OnActivity(ReleaseAmount, mock.Anything, mock.Anything).Maybe().Return(func(ctx context.Context, order Order) error {
		err := undo("release")(ctx, order)
		if err == nil {
			r.released++
		}
		return err
	})
	r.OnActivity(RecallParcel, mock.Anything, mock.Anything).Maybe().Return(undo("recall"))
	return r
}

func TestOrderIsConfirmedLongBeforeItIsShipped(t *testing.T) {
	r := newOrderRun(t)
	again := r.updateAt(time.Minute, ConfirmationUpdate, "again")
	r.ExecuteWorkflow(FulfilOrder, goodOrder())

	require.NoError(t, r.early.err())
	assert.Equal(t, Confirmation{"1", 4_10}, r.early.value)
	assert.Equal(t, Confirmation{"1", 4_10}, again.value)
	assert.Equal(t, []string{ConfirmationUpdate, ConfirmationUpdate, "ShipParcel"}, withoutLocal(r.events))
	require.NoError(t, r.GetWorkflowError())
	var shipment Shipment
	require.NoError(t, r.GetWorkflowResult(&shipment))
	assert.Equal(t, Shipment{"1", "parcel-post"}, shipment)
	assert.Zero(t, r.released)
	assert.Equal(t, time.Hour, r.elapsed(), "it takes an hour to pack")
}

func withoutLocal(events []string) []string {
	var others []string
	for _, event := range events {
		if event != "ReserveAmount" {
			others = append(others, event)
		}
	}
	return others
}

func TestRefusedOrderTellsItsCallerBeforeItFails(t *testing.T) {
	r := newOrderRun(t)
	order := goodOrder()
	order.Card = EmptyCard
	r.ExecuteWorkflow(FulfilOrder, order)

	assertFailed(t, CardDeclined, "the card does not cover 4.10", r.early)
	assertRefusal(t, CardDeclined, "the card does not cover 4.10", r.GetWorkflowError())
	assert.NotContains(t, r.events, "ShipParcel")
}

func TestInvalidOrderTellsItsCallerBeforeItFails(t *testing.T) {
	long := strings.Repeat("x", MaxTextLength+1)
	cases := map[string]func(*Order){
		"number must not be empty (at most 100 bytes)":         func(o *Order) { o.Number = "" },
		"card must not be empty (at most 100 bytes)":           func(o *Order) { o.Card = "" },
		"address must not be empty (at most 100 bytes)":        func(o *Order) { o.Address = "" },
		"number must have at most 100 bytes, got 101":          func(o *Order) { o.Number = long },
		"card must have at most 100 bytes, got 101":            func(o *Order) { o.Card = long },
		"address must have at most 100 bytes, got 101":         func(o *Order) { o.Address = long },
		"the total must be 0.01 to 100000.00, got 0.00":        func(o *Order) { o.Total = 0 },
		"the total must be 0.01 to 100000.00, got -0.01":       func(o *Order) { o.Total = -1 },
		"the total must be 0.01 to 100000.00, got 100000.01":   func(o *Order) { o.Total = MaxTotal + 1 },
		"packing must be 0s to 24h0m0s, got -1ns":              func(o *Order) { o.Packing = -1 },
		"packing must be 0s to 24h0m0s, got 24h0m0.000000001s": func(o *Order) { o.Packing = MaxPacking + 1 },
	}
	for message, spoil := range cases {
		t.Run(message, func(t *testing.T) {
			r := newOrderRun(t)
			order := goodOrder()
			spoil(&order)
			r.ExecuteWorkflow(FulfilOrder, order)

			assertFailed(t, InvalidOrder, message, r.early)
			assertRefusal(t, InvalidOrder, message, r.GetWorkflowError())
			assert.Equal(t, []string{ConfirmationUpdate}, r.events, "nothing is reserved, and nothing released")
		})
	}
}

func TestFailedOrderWaitsForItsHandlers(t *testing.T) {
	r := newOrderRun(t)
	r.answerTime = time.Minute
	r.ExecuteWorkflow(FulfilOrder, Order{})

	assertFailed(t, InvalidOrder, "number must not be empty (at most 100 bytes)", r.early)
	assertRefusal(t, InvalidOrder, "number must not be empty (at most 100 bytes)", r.GetWorkflowError())
	assert.Equal(t, time.Minute, r.elapsed())
}

func TestOrderAtItsBoundsIsShipped(t *testing.T) {
	text := strings.Repeat("x", MaxTextLength)
	for _, order := range []Order{
		{Number: text, Card: text, Address: text, Total: MaxTotal, Packing: MaxPacking},
		{Number: "1", Card: "c", Address: "a", Total: 1},
	} {
		r := newOrderRun(t)
		r.ExecuteWorkflow(FulfilOrder, order)

		assert.Equal(t, Confirmation{order.Number, order.Total}, r.early.value)
		assert.NoError(t, r.GetWorkflowError())
	}
}

func TestFailedShippingReleasesTheAmount(t *testing.T) {
	r := newOrderRun(t)
	order := goodOrder()
	order.Address = RemoteAddress
	r.ExecuteWorkflow(FulfilOrder, order)

	require.NoError(t, r.early.err())
	assertRefusal(t, NoCarrier, "no carrier delivers to the-moon", r.GetWorkflowError())
	assert.Equal(t, 1, r.released)
	assert.Equal(t, []string{"recall", "release"}, r.undone, "in this order")
}

// An attempt that timed out may have shipped the parcel.
func TestCarrierOutOfReachHasTheParcelRecalled(t *testing.T) {
	r := newOrderRun(t)
	r.OnActivity(ShipParcel, mock.Anything, mock.Anything).Return(Shipment{}, errors.New("no answer"))
	r.ExecuteWorkflow(FulfilOrder, goodOrder())

	assertRefusal(t, NoCarrier, "no carrier answers", r.GetWorkflowError())
	assert.Equal(t, []string{"recall", "release"}, r.undone)
}

func TestUndoingIsTriedAgain(t *testing.T) {
	r := newOrderRun(t)
	r.failures = 2
	order := goodOrder()
	order.Address, order.Packing = RemoteAddress, 0
	r.ExecuteWorkflow(FulfilOrder, order)

	assertRefusal(t, NoCarrier, "no carrier delivers to the-moon", r.GetWorkflowError())
	assert.Equal(t, []string{"recall", "release"}, r.undone)
	assert.Equal(t, 6*time.Second, r.elapsed(), "after one second and two, twice")
}

func TestWhatCannotBeUndoneIsSaid(t *testing.T) {
	cases := map[string]struct {
		address  string
		canceled bool
		message  string
		tried    []string
	}{
		"release": {"home", true, "order 1 failed (canceled), and could not be undone", []string{"ReleaseAmount"}},
		// The amount of a parcel that may be on its way stays reserved.
		"recall": {RemoteAddress, false, "order 1 failed (NoCarrier), and could not be undone", []string{"ShipParcel", "RecallParcel"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := newOrderRun(t)
			r.failures = math.MaxInt32
			order := goodOrder()
			order.Address = c.address
			if c.canceled {
				r.RegisterDelayedCallback(r.CancelWorkflow, time.Minute)
			}
			r.ExecuteWorkflow(FulfilOrder, order)

			require.NoError(t, r.early.err())
			assertRefusal(t, CompensationFailed, c.message, r.GetWorkflowError())
			var cause *temporal.ActivityError
			assert.ErrorAs(t, r.GetWorkflowError(), &cause, "the reason is the cause")
			assert.Empty(t, r.undone)
			var tried []string
			for _, event := range withoutLocal(r.events) {
				if event != ConfirmationUpdate && !slices.Contains(tried, event) {
					tried = append(tried, event)
				}
			}
			assert.Equal(t, c.tried, tried)
			assert.Greater(t, len(r.events), 10, "it is tried again")
		})
	}
}

// A parcel that is handed over is shipped, whatever comes meanwhile: releasing its amount
// would overtake what it undoes.
func TestCancellationWaitsForTheParcelThatIsBeingShipped(t *testing.T) {
	r := newOrderRun(t)
	r.OnActivity(ShipParcel, mock.Anything, mock.Anything).After(4*time.Second).Return(Shipment{"1", "parcel-post"}, nil)
	r.RegisterDelayedCallback(r.CancelWorkflow, time.Hour+time.Second)
	r.ExecuteWorkflow(FulfilOrder, goodOrder())

	require.NoError(t, r.GetWorkflowError(), "the cancellation came too late")
	var shipment Shipment
	require.NoError(t, r.GetWorkflowResult(&shipment))
	assert.Equal(t, Shipment{"1", "parcel-post"}, shipment)
	assert.Empty(t, r.undone)
}

func TestCancellationWhileShippingFails(t *testing.T) {
	r := newOrderRun(t)
	r.OnActivity(ShipParcel, mock.Anything, mock.Anything).After(4*time.Second).
		Return(Shipment{}, temporal.NewNonRetryableApplicationError("no carrier", NoCarrier, nil))
	r.RegisterDelayedCallback(r.CancelWorkflow, time.Hour+time.Second)
	r.ExecuteWorkflow(FulfilOrder, goodOrder())

	assertCanceled(t, r.GetWorkflowError())
	assert.Equal(t, []string{"recall", "release"}, r.undone)
	assert.GreaterOrEqual(t, r.elapsed(), time.Hour+4*time.Second, "not before the attempt has ended")
}

// An attempt that ends because of the cancellation may have handed the parcel over.
func TestCancellationWhileShippingIsCanceled(t *testing.T) {
	r := newOrderRun(t)
	r.OnActivity(ShipParcel, mock.Anything, mock.Anything).After(4*time.Second).Return(Shipment{}, temporal.NewCanceledError())
	r.RegisterDelayedCallback(r.CancelWorkflow, time.Hour+time.Second)
	r.ExecuteWorkflow(FulfilOrder, goodOrder())

	assertCanceled(t, r.GetWorkflowError())
	assert.Equal(t, []string{"recall", "release"}, r.undone)
}

func TestShippingTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		shipment, err := ShipParcel(t.Context(), Order{Number: "1", Address: SlowAddress})
		require.NoError(t, err)
		assert.Equal(t, Shipment{"1", "parcel-post"}, shipment)
		assert.Equal(t, 3*time.Second, time.Since(began))

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		shipment, err = ShipParcel(ctx, Order{Number: "1", Address: SlowAddress})
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Empty(t, shipment)
	})
}

// The same for the amount: it is not released while it is being reserved.
func TestCancellationWaitsForTheReservation(t *testing.T) {
	r := newOrderRun(t)
	var canceled error
	r.OnActivity(ReserveAmount, mock.Anything, mock.Anything).Return(func(ctx context.Context, _ Order) error {
		r.CancelWorkflow()
		seen := make(chan struct{})
		r.RegisterDelayedCallback(func() { close(seen) }, 0) // after the cancellation
		<-seen
		// A Local Activity that is canceled has returned by now, as far as the workflow knows.
		canceled = ctx.Err()
		return canceled
	})
	r.ExecuteWorkflow(FulfilOrder, goodOrder())

	assert.NoError(t, canceled)
	assertFailed(t, OrderCancelled, "the order was canceled before it was confirmed", r.early)
	assertCanceled(t, r.GetWorkflowError())
	assert.Equal(t, []string{"release"}, r.undone, "no parcel to recall")
}

func TestBankOutOfReachReleasesWhatItMayHaveReserved(t *testing.T) {
	r := newOrderRun(t)
	attempts := 0
	r.OnActivity(ReserveAmount, mock.Anything, mock.Anything).Return(func(context.Context, Order) error {
		attempts++
		return errors.New("no answer")
	})
	r.ExecuteWorkflow(FulfilOrder, goodOrder())

	assertFailed(t, PaymentUnavailable, "the bank does not answer", r.early)
	assert.Equal(t, 3, attempts)
	assert.Equal(t, 1, r.released)
}

func TestCanceledOrderReleasesTheAmount(t *testing.T) {
	r := newOrderRun(t)
	r.RegisterDelayedCallback(r.CancelWorkflow, time.Minute)
	r.ExecuteWorkflow(FulfilOrder, goodOrder())

	require.NoError(t, r.early.err())
	assertCanceled(t, r.GetWorkflowError())
	assert.Equal(t, 1, r.released)
	assert.NotContains(t, r.events, "ShipParcel")
}

func TestOrderCanceledBeforeItIsConfirmed(t *testing.T) {
	r := newOrderRun(t)
	r.OnActivity(ReserveAmount, mock.Anything, mock.Anything).Return(errors.New("no answer"))
	// Between two attempts.
	r.RegisterDelayedCallback(r.CancelWorkflow, 50*time.Millisecond)
	r.ExecuteWorkflow(FulfilOrder, goodOrder())

	assertFailed(t, OrderCancelled, "the order was canceled before it was confirmed", r.early)
	assertCanceled(t, r.GetWorkflowError())
	assert.Equal(t, 1, r.released)
}

// Who asks while a canceled order is being undone gets no confirmation.
func TestCanceledOrderIsNotConfirmedLater(t *testing.T) {
	r := newOrderRun(t)
	r.failures = 3
	r.OnActivity(ReserveAmount, mock.Anything, mock.Anything).Return(errors.New("no answer"))
	r.RegisterDelayedCallback(r.CancelWorkflow, 50*time.Millisecond)
	later := r.updateAt(2*time.Second, ConfirmationUpdate, "later")
	r.ExecuteWorkflow(FulfilOrder, goodOrder())

	assertFailed(t, OrderCancelled, "the order was canceled before it was confirmed", later)
	assertCanceled(t, r.GetWorkflowError())
	assert.Equal(t, 1, r.released)
}
