//go:build e2e

package engine_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
)

// Conditions that explode, and more messages than a run keeps, cost their sender only: the
// run goes on, gets the message that it waits for, and nobody beside it waits for long.
func TestHostileMessages(t *testing.T) {
	p := newPlant(t)
	p.work("messages", p.interpreter(engine.Options{}))
	times := 1
	if isSoak() {
		// The server takes at most 10,000 signals of one run.
		times = 9
	}
	stop := p.bystanders("messages")
	for name, each := range map[string]struct {
		match      string
		sent, kept int
	}{
		// It would cost more than one value may: the message is for nobody.
		"exploding": {"${lists.range(9000).all(a, lists.range(9000).all(b, a + b >= 0)) && message < 0}", 100, 0},
		// Kept messages are tried again when the wait begins.
		"costly":     {"${lists.range(1000).all(a, a >= 0) && message < 0}", 1050, 1000},
		"impossible": {"${message.name.that.it.has.not == 1}", 1050, 1000},
	} {
		t.Run(name, func(t *testing.T) {
			sent := each.sent * times
			run := p.start("messages", name, engine.InlineWorkflow, document(`
steps:
  - id: r
    race:
      now: [{id: w, wait: go, match: "`+each.match+`"}]
      later: [{id: begin, wait: begin}, {id: x, wait: go, match: "`+each.match+`", timeout: 1s, on_timeout: []}, {id: any, wait: go, match: "${message == -1}", timeout: 1ms, on_timeout: []}]
output: done
`))
			for i := range sent {
				require.NoError(t, p.connection.SignalWorkflow(t.Context(), name, "", "go", i))
			}
			_, err := p.update(t, name, "refused", engine.NewMessage("go", sent))
			assert.Error(t, err, "it costs too much, or the run keeps as many as it can")
			require.NoError(t, p.connection.SignalWorkflow(t.Context(), name, "", "begin", nil))
			assert.Equal(t, `"done"`, run.ending())
			assert.Empty(t, p.trouble(t, run))
			var status engine.Status
			answer, err := p.connection.QueryWorkflow(t.Context(), name, "", engine.StatusQuery)
			require.NoError(t, err)
			require.NoError(t, answer.Get(&status))
			assert.Equal(t, each.kept, status.Messages["go"])
			assert.Equal(t, sent-each.kept, status.DroppedSignals)
			t.Log(fmt.Sprint(run.took()))
		})
	}
	stop(t)
}
