//go:build e2e

package engine_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"dynamicsamples/blueprint/engine"
)

// withChild waits for messages beside a child that a test lets end: it is under way when b begins.
const withChild = `
steps:
  - id: p
    parallel:
      child: [{id: s, workflow: sub, with: {takes: 900, until: forked, output: from the child}}]
      other: [{id: r, wait: ready}, {id: b, activity: echo, with: b}, {id: w, wait: go}]
output: ${steps.p.output.child}
`

func (r *ran) standsBesideChild() {
	p, id := r.plant, r.GetID()
	p.t.Helper()
	eventually(p.t, func() bool { return p.isRunning(p.t, id+"/p/child/s") })
	// The run has seen that the child has begun when it takes the message.
	eventually(p.t, func() bool { return p.has(p.t, r, enumspb.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED) })
	require.NoError(p.t, p.connection.SignalWorkflow(p.t.Context(), id, "", "ready", nil))
	eventually(p.t, func() bool { return isRunning(p.status(p.t, id).Steps, "w") })
}

// A child that was under way at the moment, and has ended since, gives its result if it completed:
// any other is started anew.
func TestAForkOfEndedChildren(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.work("queue", p.interpreter(forks))
	child := func(id string) string { return id + "/p/child/s" }
	finish := func(id string) {
		require.NoError(t, p.connection.SignalWorkflow(t.Context(), child(id), "", "forked", nil))
	}
	for id, test := range map[string]struct {
		ends  func(id string)
		calls []string
	}{
		"completed":  {finish, []string{"p/other/b"}},
		"terminated": {func(id string) { require.NoError(t, p.connection.TerminateWorkflow(t.Context(), child(id), "", "")) }, []string{"p/child/s", "p/other/b"}},
		"canceled":   {func(id string) { require.NoError(t, p.connection.CancelWorkflow(t.Context(), child(id), "")) }, []string{"p/child/s", "p/other/b"}},
	} {
		origin := p.start("queue", id, engine.InlineWorkflow, document(withChild))
		origin.standsBesideChild()
		origin.terminate()
		test.ends(id)
		eventually(t, func() bool { return !p.isRunning(t, child(id)) })
		fork := origin.fork("p/other/b")
		fork.standsPaused()
		fork.resume()
		if id != "completed" {
			eventually(t, func() bool { return p.isRunning(t, child(id)) })
			finish(id)
		}
		require.NoError(t, p.connection.SignalWorkflow(t.Context(), id, "", "go", nil))
		assert.Equal(t, `"from the child"`, fork.ending(), id)
		assert.ElementsMatch(t, test.calls, p.steps(t, fork), id)
	}
}

// The children of an origin that has told them to end are started anew.
func TestAForkOfCanceledChildren(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.work("queue", p.interpreter(forks))
	origin := p.start("queue", "run", engine.InlineWorkflow, document(withChild))
	origin.standsBesideChild()
	require.NoError(t, p.connection.CancelWorkflow(t.Context(), "run", ""))
	assert.Equal(t, "canceled", origin.ending())
	fork := origin.fork("p/other/b")
	fork.standsPaused()
	fork.resume()
	eventually(t, func() bool { return p.isRunning(t, "run/p/child/s") })
	require.NoError(t, p.connection.SignalWorkflow(t.Context(), "run/p/child/s", "", "forked", nil))
	require.NoError(t, p.connection.SignalWorkflow(t.Context(), "run", "", "go", nil))
	assert.Equal(t, `"from the child"`, fork.ending())
	assert.ElementsMatch(t, []string{"p/child/s", "p/other/b"}, p.steps(t, fork))
}

// A child that began after the moment and still runs is found when its step begins, also by a fork
// of a fork that had not come to it.
func TestAForkOfAForkTakesChildrenOver(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.work("queue", p.interpreter(forks))
	origin := p.start("queue", "run", engine.InlineWorkflow, document(`
steps:
  - {id: a, activity: echo, with: a}
  - {id: s, workflow: sub, with: {takes: 900, until: forked, output: from the child}}
output: ${steps.s.output}
`))
	eventually(t, func() bool { return p.isRunning(t, "run/s") })
	origin.terminate()
	first := origin.fork("a")
	first.standsPaused()
	first.terminate()
	fork := first.fork("a")
	assert.Len(t, fork.standsPaused().Fork.Earlier, 1)
	fork.resume()
	eventually(t, func() bool { return slices.Contains(p.calledIn(t, fork), "blueprint.watch_child") })
	require.NoError(t, p.connection.SignalWorkflow(t.Context(), "run/s", "", "forked", nil))
	assert.Equal(t, `"from the child"`, fork.ending())
}

// calledIn are the names of the Activities that a run and those that followed have called, the
// interpreter's own among them.
func (p *plant) calledIn(t *testing.T, run *ran) (names []string) {
	t.Helper()
	for _, history := range historiesOf(t, p.connection, run.GetID(), run.first) {
		for _, event := range history.Events {
			names = append(names, event.GetActivityTaskScheduledEventAttributes().GetActivityType().GetName())
		}
	}
	return names
}

// What the origin was about to undo, and had not, stays registered: only what it had called is undone.
func TestAForkOfAnUndoThatCalledNothing(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.work("queue", p.interpreter(forks))
	origin := p.start("queue", "run", engine.InlineWorkflow, document(`
steps:
  - {id: a, activity: echo, with: a, undo: {activity: echo, with: a undone}}
  - {id: b, activity: echo, with: b, undo: {activity: work, with: {takes: 900, until: b undone}}}
  - {id: w, wait: go}
  - {id: f, activity: work, with: "${steps.w.output}"}
`))
	eventually(t, func() bool { return isRunning(p.status(t, "run").Steps, "w") })
	require.NoError(t, p.connection.SignalWorkflow(t.Context(), "run", "", "go", map[string]any{"fail": "Bad"}))
	eventually(t, func() bool { return slices.Contains(p.steps(t, origin), "b/undo") })
	_, err := p.operate(t, "run", engine.Operation{Op: "pause"})
	require.NoError(t, err)
	p.finish("b undone")
	eventually(t, func() bool { return len(p.status(t, "run").AtGates) > 0 })
	origin.terminate()
	assert.Equal(t, "failed ForkRefused: the origin has undone b, or begun to, which had completed before f: fork it before b", origin.fork("f").ending())
	fork := origin.fork("b")
	fork.standsPaused()
	fork.resume()
	require.NoError(t, p.connection.SignalWorkflow(t.Context(), "run", "", "go", map[string]any{"fail": "Bad"}))
	assert.Equal(t, "failed Bad: step f: as told", fork.ending())
	assert.Equal(t, []string{"b", "f", "b/undo", "a/undo"}, p.steps(t, fork))
}
