package updatewithstart

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Clients in other languages match these, so they never change.
func TestNamesOnTheWire(t *testing.T) {
	assert.Equal(t, []string{"add-item", "check-out", "content", "keep-open", "confirmation", "updatewithstart"},
		[]string{AddItemUpdate, CheckOutUpdate, ContentQuery, KeepOpenSignal, ConfirmationUpdate, TaskQueue})
	assert.Equal(t, []string{
		"InvalidItem", "UnknownItem", "OutOfStock", "PriceUnavailable", "CartFull", "CartEmpty", "CartBusy", "CartClosed", "InvalidCart",
		"InvalidOrder", "CardDeclined", "PaymentUnavailable", "OrderCancelled", "NoCarrier", "CompensationFailed", "OrderCutOff",
	}, []string{
		InvalidItem, UnknownItem, OutOfStock, PriceUnavailable, CartFull, CartEmpty, CartBusy, CartClosed, InvalidCart,
		InvalidOrder, CardDeclined, PaymentUnavailable, OrderCancelled, NoCarrier, CompensationFailed, OrderCutOff,
	})
}
