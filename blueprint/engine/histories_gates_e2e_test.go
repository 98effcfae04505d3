//go:build e2e

package engine_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"dynamicsamples/blueprint/engine"
)

// recordedGates are runs that are operated.
func recordedGates() []recordedRun {
	return []recordedRun{
		{name: "pause-and-resume", act: pauseAndResume, want: `["b","done","Late","x"]`, document: `
timeout: 1d
vars: {caught: ""}
steps:
  - id: p
    parallel:
      x: [{id: g, timeout: 1h, steps: [{id: w, wait: begin}, {id: b, activity: echo, with: b}]}]
      y: [{id: w, wait: count}, {id: l, times: 12, loop: [{id: e, activity: echo, with: "${round + 1}", undo: {activity: plain}}]}, {id: done, wait: done}]
  - id: t
    try: [{id: u, activity: echo, with: 1, undo: {activity: echo, with: undone}}, {id: late, activity: work, with: {takes: 1000, until: late, fail: Late}}]
    catch: [{steps: [{id: c, set: {caught: "${error.type}"}}]}]
  - {id: r, race: {x: [{id: a, activity: work, with: {takes: 1000, until: a}}], y: [{id: b, activity: work, with: {takes: 1000, ack: 0.1}, heartbeat: 5s}]}}
output: ["${steps.p.output.x}", "${steps.p.output.y}", "${vars.caught}", "${steps.r.output.winner}"]
`},
		{name: "replaced", act: replaced, want: `["x",{"a":"x","b":"new","c":"later"}]`, document: `
steps:
  - {id: first, activity: echo, with: 1, undo: {activity: plain}}
  - {id: d, dag: [{id: a, wait: begin}, {id: b, needs: [a], activity: plain}]}
output: ${steps.d.output}
`},
	}
}

// pauseAndResume pauses a step, what is around it, and the run, where something waits to begin,
// where a failure waits, and where a branch of a race waits to win.
func pauseAndResume(t *testing.T, p *plant, id string) {
	send := func(name string) {
		require.NoError(t, p.connection.SignalWorkflow(t.Context(), id, "", name, name))
	}
	asked := 0
	operate := func(op, step string) {
		asked++
		operation := engine.Operation{Op: op, ID: fmt.Sprint(op, asked), Step: step, By: "mei", Note: "the bank is down"}
		for range 2 { // Once is enough.
			_, err := p.operate(t, id, operation)
			require.NoError(t, err)
		}
	}
	waits := func(step, what string) {
		eventually(t, func() bool {
			return slices.ContainsFunc(p.status(t, id).AtGates, func(each engine.AtGate) bool { return each.Step == step && each.Waits == what })
		})
	}
	isWaiting := func(step string) {
		eventually(t, func() bool { return isRunning(p.status(t, id).Steps, step) })
	}
	isWaiting("w")
	operate("pause", "p/x/g/b")
	send("begin")
	waits("p/x/g/b", "begin")
	send("count")
	isWaiting("done")
	operate("pause", "")
	operate("resume", "p/x/g/b")
	send("done")
	operate("resume", "")
	isWaiting("late")
	operate("pause", "t")
	p.finish("late")
	waits("t/late", "fail")
	operate("resume", "t")
	isWaiting("a")
	operate("pause", "")
	p.finish("a")
	waits("r/x", "win")
	operate("resume", "")
}

// operate asks something of the run, and waits for the answer.
func (p *plant) operate(t *testing.T, id string, operation engine.Operation) (answer engine.OperationAnswer, err error) {
	t.Helper()
	handle, err := p.connection.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{
		WorkflowID: id, UpdateName: engine.OperateUpdate, Args: []any{operation}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = handle.Get(t.Context(), &answer)
	}
	return answer, err
}

// replaced puts another document in place of that of a paused run.
func replaced(t *testing.T, p *plant, id string) {
	eventually(t, func() bool { return isRunning(p.status(t, id).Steps, "a") })
	_, err := p.operate(t, id, engine.Operation{Op: "pause"})
	require.NoError(t, err)
	require.NoError(t, p.connection.SignalWorkflow(t.Context(), id, "", "begin", "x"))
	eventually(t, func() bool { return len(p.status(t, id).AtGates) > 0 })
	encoded, err := json.Marshal(document(`
steps:
  - {id: first, activity: echo, with: 1, undo: {activity: plain}}
  - {id: d, dag: [{id: c, needs: [b], activity: echo, with: later}, {id: b, needs: [a], activity: echo, with: new}, {id: a, wait: begin}]}
output: ["${steps.d.output.a}", "${steps.d.output}"]
`))
	require.NoError(t, err)
	_, err = p.operate(t, id, engine.Operation{Op: "replace", Document: encoded, By: "mei", Note: "b was wrong"})
	require.NoError(t, err)
	_, err = p.operate(t, id, engine.Operation{Op: "resume"})
	require.NoError(t, err)
}
