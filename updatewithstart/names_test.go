package updatewithstart

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/internal/optionstest"
)

// Clients in other languages match these, so they never change.
func TestNamesOnTheWire(t *testing.T) {
	assert.Equal(t, []string{"add-item", "check-out", "content", "keep-open", "confirmation", "updatewithstart"},
		[]string{AddItemUpdate, CheckOutUpdate, ContentQuery, KeepOpenSignal, ConfirmationUpdate, TaskQueue})
	assert.Equal(t, []string{"empty-card", "the-moon", "the-lighthouse"}, []string{EmptyCard, RemoteAddress, SlowAddress})
	assert.Equal(t, []string{
		"InvalidItem", "UnknownItem", "OutOfStock", "PriceUnavailable", "CartFull", "CartEmpty", "CartBusy", "CartClosed", "InvalidCart",
		"InvalidOrder", "CardDeclined", "PaymentUnavailable", "OrderCancelled", "NoCarrier", "CompensationFailed", "OrderCutOff",
	}, []string{
		InvalidItem, UnknownItem, OutOfStock, PriceUnavailable, CartFull, CartEmpty, CartBusy, CartClosed, InvalidCart,
		InvalidOrder, CardDeclined, PaymentUnavailable, OrderCancelled, NoCarrier, CompensationFailed, OrderCutOff,
	})
}

// Callers in other languages start these by name, and open runs schedule these Activities.
func TestWhatTheWorkerServes(t *testing.T) {
	assert.True(t, Options().DisableRegistrationAliasing, "what is registered under another name does not answer to its function's")
	assert.Equal(t, []string{
		"Activity LookUpPrice", "Activity RecallParcel", "Activity ReleaseAmount", "Activity ReserveAmount", "Activity ShipParcel",
		"Workflow FulfilOrder", "Workflow ShoppingCart",
	}, optionstest.Registered(Register))
}

// The other tests use the constants, and would not notice a change.
func TestBoundsAreAsDocumented(t *testing.T) {
	assert.Equal(t, []int{50, 100, 1000, 100, 500, 500, 500, 1000, 100, 2},
		[]int{MaxNameLength, MaxUpdateIDLength, MaxQuantity, MaxLines, MaxAnswers, MaxFailureLength, DefaultRequestsPerRun, MaxRequestsPerRun,
			MaxTextLength, MaxConcurrentRequests})
	assert.Equal(t, []time.Duration{30 * 24 * time.Hour, 365 * 24 * time.Hour, 24 * time.Hour}, []time.Duration{DefaultIdleTimeout, MaxIdleTimeout, MaxPacking})
}
