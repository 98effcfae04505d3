//go:build e2e

package engine_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
)

// decide does the operation on the fork.
func (r *ran) decide(operation engine.Operation) {
	r.plant.t.Helper()
	_, err := r.plant.operate(r.plant.t, r.GetID(), operation)
	require.NoError(r.plant.t, err)
}

// A fork of a step that failed stands with its failure held, also where it is forked again before
// anybody has decided. What is tried again has the key that it had.
func TestAForkOfWhatFailed(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	options := forks
	options.Operations, options.EventsPerRun = switched(), 10
	interpreter := p.interpreter(options)
	p.work("queue", interpreter)
	origin := p.start("queue", "run", engine.InlineWorkflow, document(`
steps:
  - {id: l, times: 8, loop: [{id: a, activity: echo, with: "${round}"}]}
  - {id: p, parallel: {x: [{id: b, activity: work, with: {fail: Bad, output: "${step.key}"}}]}}
output: ${steps.p.output.x}
`))
	assert.Equal(t, "failed Bad: step p/x/b: as told", origin.ending())
	key := argumentsOf(t, p, origin)["p/x/b"]

	fork := origin.fork("p")
	status := fork.standsPaused()
	assert.Equal(t, &engine.Forked{Origin: status.Fork.Origin, At: "p/x/b", Held: true, By: "mei", Note: "try again"}, status.Fork)
	require.Len(t, status.Held, 1)
	assert.Equal(t, "Bad: as told", status.Held[0].Error)
	assert.Equal(t, []string{"retry", "complete", "skip", "fail", "set"}, status.Held[0].Admits)
	fork.terminate()

	again := fork.fork("p/x/b")
	assert.True(t, again.standsPaused().Fork.Held)
	again.decide(engine.Operation{Op: "retry", Step: "p/x/b"})
	again.resume()
	assert.Equal(t, "failed Bad: step p/x/b: as told", again.ending())
	assert.Equal(t, key, argumentsOf(t, p, again)["p/x/b"])
	assert.Equal(t, []string{"p/x/b"}, p.steps(t, again))

	third := again.fork("b")
	assert.Equal(t, `failed ForkRefused: there is no step "b": nothing there is "b"; there are: l, p`, third.ending())
	third = again.fork("p")
	third.standsPaused()
	third.decide(engine.Operation{Op: "retry", Step: "p/x/b", Input: []byte(`{"output": "good"}`)})
	third.resume()
	assert.Equal(t, `"good"`, third.ending())
	third.replays(interpreter)
}

// The history of a fork that begins with a failure held is kept.
func TestRecordedForkOfWhatFailed(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.work("queue", p.interpreter(forks))
	origin := p.start("queue", "fork-held", engine.InlineWorkflow, document(`
steps:
  - {id: a, activity: echo, with: a}
  - {id: p, retry: {maximumAttempts: 1}, steps: [{id: b, activity: work, with: {fail: Bad}}]}
`))
	assert.Contains(t, origin.ending(), "failed Bad")
	fork := origin.fork("p")
	fork.standsPaused()
	fork.decide(engine.Operation{Op: "retry", Step: "p/b", Input: []byte(`{"output": 1}`)})
	fork.resume()
	assert.Equal(t, "1", fork.ending())
	keepHistories(t, p, fork, "")
}
