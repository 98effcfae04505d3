package updatewithstart

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestOptionsOfEveryCommand(t *testing.T) {
	cart := newTestRun(t)
	cart.addAt(time.Second, "1", 1, "apple")
	cart.ExecuteWorkflow(ShoppingCart, Cart{})
	order := newOrderRun(t)
	undeliverable := goodOrder()
	undeliverable.Address = RemoteAddress
	order.ExecuteWorkflow(FulfilOrder, undeliverable)

	assert.Equal(t, []string{
		`Activity LookUpPrice {ScheduleToCloseTimeout: 20s, StartToCloseTimeout: 2s, RetryPolicy: {InitialInterval: 100ms, BackoffCoefficient: 2, MaximumAttempts: 4}, Summary: "price of \"apple\", stock of #"}`,
		`Timer {Summary: "idle"}`,
	}, cart.options.Lines())
	assert.Equal(t, []string{
		`Activity RecallParcel {ScheduleToCloseTimeout: 24h0m0s, StartToCloseTimeout: 5s, RetryPolicy: {InitialInterval: 1s, BackoffCoefficient: 2, MaximumInterval: 1m0s}, Summary: "recall the parcel"}`,
		`Activity ReleaseAmount {ScheduleToCloseTimeout: 24h0m0s, StartToCloseTimeout: 5s, RetryPolicy: {InitialInterval: 1s, BackoffCoefficient: 2, MaximumInterval: 1m0s}, Summary: "release #.#"}`,
		`Activity ShipParcel {ScheduleToCloseTimeout: 1h0m0s, StartToCloseTimeout: 5s, WaitForCancellation: true, RetryPolicy: {InitialInterval: 1s, BackoffCoefficient: 2, MaximumInterval: 1m0s}, Summary: "ship to the-moon"}`,
		`Local Activity ReserveAmount {ScheduleToCloseTimeout: 5s, StartToCloseTimeout: 1s, RetryPolicy: {InitialInterval: 100ms, BackoffCoefficient: 2, MaximumInterval: 10s, MaximumAttempts: 3}, Summary: "reserve #.#"}`,
	}, order.options.Lines())
}
