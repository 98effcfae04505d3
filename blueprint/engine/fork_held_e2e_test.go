//go:build e2e

package engine_test

import (
	"encoding/json"
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
	assert.Equal(t, `failed ForkRefused: there is no step "b": nothing there is "b"; did you mean "p/x/b"?; there are: l, p`, third.ending())
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

// Whatever a fork is to do otherwise is said by operations before it is resumed: variables, another
// document, and what becomes of the step that failed.
func TestAForkThatIsOperated(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	options := forks
	options.Operations = switched()
	interpreter := p.interpreter(options)
	p.work("queue", interpreter)
	steps := func(last string) string {
		return document(`
vars: {kind: Bad}
steps:
  - {id: a, activity: echo, with: a, undo: {activity: plain}}
  - {id: b, activity: work, with: {fail: "${vars.kind}", output: b}}
  - {id: c, activity: work, with: {output: "${steps.a.output + steps.b.output}"}}
` + last)
	}
	origin := p.start("queue", "run", engine.InlineWorkflow, steps(""))
	assert.Equal(t, "failed Bad: step b: as told", origin.ending())
	assert.Equal(t, "failed ForkRefused: the origin has undone a, or begun to, which had completed before b: fork it before a", origin.fork("b").ending())

	fork := origin.fork("a")
	fork.standsPaused()
	fork.decide(engine.Operation{Op: "set", Step: "a", Vars: []byte(`{"kind": ""}`)})
	replaced, err := json.Marshal(steps("  - {id: d, activity: echo, with: \"${steps.c.output + 'd'}\"}\n"))
	require.NoError(t, err)
	fork.decide(engine.Operation{Op: "replace", Document: replaced})
	fork.decide(engine.Operation{Op: "complete", Step: "a", Output: []byte(`"by hand "`)})
	fork.decide(engine.Operation{Op: "pause", Step: "c"})
	fork.resume()
	eventually(t, func() bool { return len(p.status(t, "run").AtGates) > 0 })
	fork.decide(engine.Operation{Op: "resume", Step: "c"})
	assert.Equal(t, `"by hand bd"`, fork.ending())
	assert.Equal(t, []string{"b", "c", "d"}, p.steps(t, fork))
	assert.Empty(t, p.trouble(t, fork))
	fork.replays(interpreter)
}
