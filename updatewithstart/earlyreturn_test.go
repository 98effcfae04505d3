package updatewithstart

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
)

func goodOrder() Order {
	return Order{Number: "1", Total: 4_10, Card: "visa", Address: "home", Packing: time.Hour}
}

// orderRun is a run of FulfilOrder whose first update comes with the start, and the
// orders that each activity was called with.
type orderRun struct {
	*testRun
	early *answer
	// released counts ReleaseAmount's calls.
	released int
}

func newOrderRun(t *testing.T) *orderRun {
	r := &orderRun{testRun: newTestRun(t)}
	r.early = r.updateAt(0, ConfirmationUpdate, ConfirmationUpdate)
	r.OnActivity(ReleaseAmount, mock.Anything, mock.Anything).Maybe().Return(func(_ context.Context, order Order) error {
		assert.Equal(t, "1", order.Number)
		r.released++
		return nil
	})
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
	cases := map[string]func(*Order){
		"number, card and address have 1 to 100 bytes each":       func(o *Order) { o.Address = "" },
		"an order costs from 0.01 to 100000.00, got 0.00":         func(o *Order) { o.Total = 0 },
		"an order costs from 0.01 to 100000.00, got 100000.01":    func(o *Order) { o.Total = MaxTotal + 1 },
		"packing takes from 0s to 24h0m0s, got -1ns":              func(o *Order) { o.Packing = -1 },
		"packing takes from 0s to 24h0m0s, got 24h0m0.000000001s": func(o *Order) { o.Packing = MaxPacking + 1 },
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
	long := goodOrder()
	long.Card = strings.Repeat("x", MaxTextLength+1)
	assert.Error(t, long.check())
}

func TestFailedShippingReleasesTheAmount(t *testing.T) {
	r := newOrderRun(t)
	order := goodOrder()
	order.Address = RemoteAddress
	r.ExecuteWorkflow(FulfilOrder, order)

	require.NoError(t, r.early.err())
	assertRefusal(t, NoCarrier, "no carrier delivers to the-moon", r.GetWorkflowError())
	assert.Equal(t, 1, r.released)
}

func TestBankOutOfReachReleasesWhatItMayHaveReserved(t *testing.T) {
	r := newOrderRun(t)
	attempts := 0
	r.OnActivity(ReserveAmount, mock.Anything, mock.Anything).Return(func(context.Context, Order) error {
		attempts++
		return errors.New("no answer")
	})
	r.ExecuteWorkflow(FulfilOrder, goodOrder())

	assertFailed(t, PaymentUnavailable, "the card cannot be asked", r.early)
	assert.Equal(t, 3, attempts)
	assert.Equal(t, 1, r.released)
}

func TestCancelledOrderReleasesTheAmount(t *testing.T) {
	r := newOrderRun(t)
	r.RegisterDelayedCallback(r.CancelWorkflow, time.Minute)
	r.ExecuteWorkflow(FulfilOrder, goodOrder())

	require.NoError(t, r.early.err())
	assertCancelled(t, r.GetWorkflowError())
	assert.Equal(t, 1, r.released)
	assert.NotContains(t, r.events, "ShipParcel")
}

func TestOrderCancelledBeforeItIsConfirmed(t *testing.T) {
	r := newOrderRun(t)
	r.OnActivity(ReserveAmount, mock.Anything, mock.Anything).Return(errors.New("no answer"))
	// Between two attempts.
	r.RegisterDelayedCallback(r.CancelWorkflow, 50*time.Millisecond)
	r.ExecuteWorkflow(FulfilOrder, goodOrder())

	assertFailed(t, OrderCancelled, "the order was cancelled before it was confirmed", r.early)
	assertCancelled(t, r.GetWorkflowError())
	assert.Equal(t, 1, r.released)
}
