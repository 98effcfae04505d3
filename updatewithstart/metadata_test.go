package updatewithstart

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/internal/optionstest"
)

// The Web UI and the CLI explain a run's messages by these descriptions.
func TestHandlersAreDescribed(t *testing.T) {
	cart := newTestRun(t)
	cart.ExecuteWorkflow(ShoppingCart, Cart{})
	assert.Equal(t, []string{
		"keep-open: Keep the cart open although nothing is added.",
		"content: What the cart holds, and which requests it has answered.",
		"add-item: Add pieces of an item and learn their price.",
		"check-out: Buy what the cart holds.",
	}, optionstest.Handlers(t, cart))

	order := newTestRun(t)
	order.ExecuteWorkflow(FulfilOrder, Order{Number: "1"})
	assert.Equal(t, []string{"confirmation: Learn whether the order is accepted, long before it is shipped."}, optionstest.Handlers(t, order))
}
