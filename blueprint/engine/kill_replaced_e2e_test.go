//go:build e2e

package engine_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
)

// wrongOrder cannot be shipped: what follows its address must be mended before it is known.
const wrongOrder = `
blueprint: replaced-order
version: 1.0.0
defaults: {startToClose: 5s}
steps:
  - {id: charge, activity: charge_card, with: {order: o, card: visa, amount: 5}, undo: {activity: refund_card, with: {charge: "${steps.charge.output.charge}"}}}
  - id: p
    parallel:
      pages: [{id: l, times: 4, loop: [{id: page, activity: read_page, with: {page: "${round}"}}]}]
      cover: [{id: cover, workflow: cover@1.0.0, with: {title: "Numbers"}}]
      parcel:
        - id: d
          dag:
            - {id: stock, activity: reserve_stock, with: {order: o, sku: lamp}}
            - {id: address, wait: address}
            - {id: ship, needs: [stock, address], activity: ship_order, with: {order: "${steps.address.output}", address: moon}}
  - {id: tell, activity: notify_customer, with: {order: o, text: on the moon}}
output: wrong
`

// rightOrder takes its place: the nodes have other places, one is another, and one is new.
const rightOrder = `
blueprint: replaced-order
version: 1.0.1
defaults: {startToClose: 5s}
steps:
  - {id: charge, activity: charge_card, with: {order: o, card: visa, amount: 5}, undo: {activity: refund_card, with: {charge: "${steps.charge.output.charge}"}}}
  - id: p
    parallel:
      pages: [{id: l, times: 4, loop: [{id: page, activity: read_page, with: {page: "${round}"}}]}]
      cover: [{id: cover, workflow: cover@1.0.0, with: {title: "Numbers"}}]
      parcel:
        - id: d
          dag:
            - {id: archive, needs: [ship], activity: archive_order, with: {order: o, status: shipped}}
            - {id: ship, needs: [address, stock], activity: ship_order, with: {order: o, address: "${steps.address.output}"}}
            - {id: address, wait: address}
            - {id: stock, activity: reserve_stock, with: {order: o, sku: lamp}}
  - {id: told, activity: notify_customer, with: {order: o, text: shipped}}
output: ["${steps.p.output.cover}", "${steps.p.output.parcel.ship}"]
`

// Whatever is killed while another document takes the place of a run's own: it is replaced once, what
// had completed is not called again, and the run does what the new one says and nothing of the old.
func TestKilledWhileReplaced(t *testing.T) {
	t.Parallel()
	count, kills := 24, 6
	if isSoak() {
		count, kills = 200, 60
	}
	h := newHall(t, 4)
	document, err := json.Marshal(rightOrder)
	require.NoError(t, err)
	replaced := h.each(count, time.Duration(kills)*800*time.Millisecond/time.Duration(count), func(i int, id string) {
		address := delivery{message: engine.NewMessage("address", "home")}
		h.run(id, job{workflow: engine.InlineWorkflow, input: wrongOrder})
		// Some have gone far when they are paused, and others have not begun.
		wait(t.Context(), time.Duration(i%4)*200*time.Millisecond)
		h.mustOperate(id, engine.Operation{Op: "pause", ID: "pause"})
		// Some messages wait for the new document, and others come when it is there.
		if i%2 == 0 {
			h.deliver(id, address)
		}
		h.mustOperate(id, engine.Operation{Op: "replace", ID: "replace", Document: document})
		h.mustOperate(id, engine.Operation{Op: "resume", ID: "resume"})
		if i%2 == 1 {
			h.deliver(id, address)
		}
		h.deliver(id, delivery{to: "/p/cover/cover", message: engine.NewMessage("approve", "Mei")})
	})
	h.kill(kills)
	replaced.Wait()

	want := account{result: `["Numbers, approved by Mei","parcel-o"]`, completed: map[string]int{}, children: map[string]int{"/p/cover/cover": 1}}
	steps := []string{"charge", "p/cover/cover", "p/parcel/d/stock", "p/parcel/d/ship", "p/parcel/d/archive", "told"}
	for round := range 4 {
		steps = append(steps, fmt.Sprintf("p/pages/l[%d]/page", round))
	}
	for _, each := range steps {
		want.completed[each] = 1
	}
	for i := range count {
		assert.Equal(t, want, h.account(idOf(i)), idOf(i))
		assert.ElementsMatch(t, steps, h.called(idOf(i)), idOf(i))
		assert.Equal(t, []string{"pause", "replace", "resume"}, h.operated(idOf(i)), idOf(i))
	}
	h.reports()
	assert.Positive(t, h.givenUp, "nothing that was under way was hit")
}
