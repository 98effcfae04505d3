//go:build e2e

package engine_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
)

// What a run does again after a reset has other keys; what it did before has kept its own, also
// where the run continued as new, and is done in the same way in the replay.
func TestKeysAfterResetsOnAServer(t *testing.T) {
	for _, events := range []int{0, 8} {
		p := newPort(t)
		interpreter := p.interpreter(engine.Options{EventsPerRun: events})
		p.work("queue", interpreter)
		run := p.start("queue", "keys", engine.InlineWorkflow, document(`
steps:
  - {id: l, times: 4, loop: [{id: a, activity: echo, with: "${step.key}"}]}
  - {id: a, activity: echo, with: "${step.key}"}
  - {id: k, set: {key: "${step.key}"}}
  - {id: w, wait: go}
  - {id: b, switch: [{when: "${step.key < 'f'}", steps: [{id: x, activity: echo, with: "${step.key}"}]}], else: [{id: x, activity: echo, with: "${step.key}"}]}
  - {id: c, activity: echo, with: "${[step.key, uuid()]}"}
output: ["${steps.a.output}", "${vars.key}", "${steps.b.output}", "${steps.c.output[0]}", "${steps.c.output[1]}"]`), nil)
		eventually(t, func() bool { return isRunning(p.status(t, "keys").Steps, "w") })
		require.NoError(t, p.connection.SignalWorkflow(t.Context(), "keys", "", "go", 1))
		keys := func() []string {
			var found []string
			require.NoError(t, p.connection.GetWorkflow(t.Context(), "keys", "").Get(t.Context(), &found))
			return found
		}
		before := keys()
		assert.Equal(t, []string{engine.KeyIn(run.GetRunID(), "a"), engine.KeyIn(run.GetRunID(), "k"), engine.KeyIn(run.GetRunID(), "b/x"), engine.KeyIn(run.GetRunID(), "c")}, before[:4])
		for range 2 {
			last := p.runID(t, "keys")
			p.reset(t, "keys", last, max(1, len(p.tasks(t, "keys", last))-2))
			after := keys()
			assert.Equal(t, before[:2], after[:2], "what was done before")
			assert.NotEqual(t, before[3], after[3])
			assert.NotEqual(t, before[4], after[4])
			assert.Empty(t, p.trouble(t, run))
			before = after
		}
		run.first = p.firstRunID(t, "keys")
		run.replays(interpreter)
	}
}
