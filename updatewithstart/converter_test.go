package updatewithstart

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/internal/convertertest"
)

// What a cart passes to its next run is encoded as everything else is.
func TestCartAndOrderWorkWithAnyDataConverter(t *testing.T) {
	converters := convertertest.All()
	converters["gob"] = convertertest.Gob()
	for name, using := range converters {
		t.Run(name, func(t *testing.T) {
			first := newTestRun(t)
			first.SetDataConverter(using)
			added := first.addAt(time.Second, "1", 2, "apple")
			refused := first.addAt(time.Minute, "2", 1, "unicorn")
			first.ExecuteWorkflow(ShoppingCart, Cart{RequestsPerRun: 2, IdleTimeout: time.Hour})
			assertPrice(t, Price{"apple", 2, 45, 90, 90}, added)
			assertFailed(t, UnknownItem, `the shop does not sell "unicorn"`, refused)
			var continued *workflow.ContinueAsNewError
			require.ErrorAs(t, first.GetWorkflowError(), &continued)
			var next Cart
			require.NoError(t, using.FromPayloads(continued.Input, &next))

			second := newTestRun(t)
			second.SetDataConverter(using)
			retry := second.addAt(time.Second, "1", 2, "apple")
			again := second.addAt(2*time.Second, "2", 1, "unicorn")
			second.ExecuteWorkflow(ShoppingCart, next)
			assertPrice(t, Price{"apple", 2, 45, 90, 90}, retry)
			assertFailed(t, UnknownItem, `the shop does not sell "unicorn"`, again)
			assert.Empty(t, second.enquiries)

			order := newOrderRun(t)
			order.SetDataConverter(using)
			order.ExecuteWorkflow(FulfilOrder, goodOrder())
			assert.Equal(t, Confirmation{"1", 4_10}, order.early.value)
			var shipment Shipment
			require.NoError(t, order.GetWorkflowResult(&shipment))
			assert.Equal(t, Shipment{"1", "parcel-post"}, shipment)
		})
	}
}
