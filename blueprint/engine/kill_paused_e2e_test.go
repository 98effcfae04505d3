//go:build e2e

package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/blueprint/engine"
)

// Whatever is killed while runs are paused: they stay so, and when they are resumed, each comes to
// its right end, and each of its steps completes once.
func TestKilledWhilePaused(t *testing.T) {
	t.Parallel()
	h := newHall(t, 2)
	wants := h.undisturbed()
	count := 3 * len(jobs())
	// Some have gone far when they are paused, and others have not begun.
	started := h.each(count, 20*time.Millisecond, func(i int, id string) { h.run(id, jobOf(i)) })
	wait(t.Context(), time.Duration(count)*20*time.Millisecond)
	paused := map[string]bool{}
	for i := range count {
		if h.operate(idOf(i), engine.Operation{Op: "pause", ID: "pause"}) {
			paused[idOf(i)] = true
		}
	}
	h.kill(4)
	open := 0
	for id := range paused {
		var status engine.Status
		eventually(t, func() bool {
			status = h.status(t, id)
			return status.Blueprint != ""
		})
		if h.isRunning(t, id) {
			open++
			assert.Len(t, status.Paused, 1, id)
			assert.Len(t, status.Operations, 1, "it was paused once")
		}
	}
	resumed := h.each(count, 0, func(_ int, id string) { h.operate(id, engine.Operation{Op: "resume", ID: "resume"}) })
	h.kill(2)
	resumed.Wait()
	started.Wait()
	h.agree(count, wants)
	h.reports()
	t.Log("paused meanwhile:", open)
	assert.Greater(t, open, count/4, "few were paused")
}
