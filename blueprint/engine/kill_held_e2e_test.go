//go:build e2e

package engine_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/blueprint/engine"
)

// heldOrder fails where it ships to the moon, which is held. It takes the charge back if it fails.
const heldOrder = `
blueprint: held-order
version: 1.0.0
defaults: {startToClose: 10s}
steps:
  - {id: charge, activity: charge_card, with: {order: o, card: visa, amount: 5}, undo: {activity: refund_card, with: {charge: "${steps.charge.output.charge}"}}}
  - {id: ship, hold: true, activity: ship_order, with: {order: o, address: moon}}
`

// Whatever is killed while failures are held, and while somebody decides about them: each stays held,
// and what is decided is done once.
func TestKilledWhileHeld(t *testing.T) {
	t.Parallel()
	h := newHall(t, 3)
	const count = 12
	h.each(count, 0, func(_ int, id string) { h.run(id, job{workflow: engine.InlineWorkflow, input: heldOrder}) }).Wait()
	h.kill(4)
	for i := range count {
		var status engine.Status
		eventually(t, func() bool {
			status = h.status(t, idOf(i))
			return status.HeldCount == 1
		})
		assert.Equal(t, "ship", status.Held[0].Step)
	}
	decided := h.each(count, 0, func(i int, id string) {
		operation := engine.Operation{Op: "fail", Step: "ship", ID: "decided"}
		if i%2 == 0 {
			operation = engine.Operation{Op: "retry", Step: "ship", ID: "decided", Input: json.RawMessage(`{"order": "o", "address": "home"}`)}
		}
		h.operate(id, operation)
	})
	h.kill(4)
	decided.Wait()

	for i := range count {
		want := account{result: "failed NoCarrier: step ship: no carrier goes to the moon", completed: map[string]int{"charge": 1, "charge/undo": 1}, children: map[string]int{}}
		if i%2 == 0 {
			want = account{result: `"parcel-o"`, completed: map[string]int{"charge": 1, "ship": 1}, children: map[string]int{}}
		}
		assert.Equal(t, want, h.account(idOf(i)), idOf(i))
	}
	h.reports()
}
