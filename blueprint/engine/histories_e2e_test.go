//go:build e2e

package engine_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	historypb "go.temporal.io/api/history/v1"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/replaytest"
)

// recordVariable is set by make record: histories that are missing are written.
const recordVariable = "RECORD_HISTORIES"

// recordedRun is a run whose histories are kept. It continues as new every few steps.
type recordedRun struct {
	name, document string
	input          any
	// act is done while the run is under way.
	act  func(t *testing.T, p *plant, id string)
	want string
}

// runEvents is after how many Events these runs continue as new.
const runEvents = 20

func recordedRuns() []recordedRun {
	signal := func(name string, value any) func(*testing.T, *plant, string) {
		return func(t *testing.T, p *plant, id string) {
			require.NoError(t, p.connection.SignalWorkflow(t.Context(), id, "", name, value))
		}
	}
	isWaiting := func(t *testing.T, p *plant, id, step string) {
		eventually(t, func() bool { return isRunning(p.status(t, id).Steps, step) })
	}
	return []recordedRun{
		{name: "long-chain", act: signal("last", "kept from the first run to the last"), want: `[29,"kept from the first run to the last"]`, document: `
steps:
  - {id: l, times: 30, loop: [{id: a, activity: echo, with: "${round}"}]}
  - {id: w, wait: last}
output: ["${steps.l.output}", "${steps.w.output}"]
`},
		{name: "children", act: signal("x", 0), want: `{"caught":"Bad","inner":[0,1,2,3,4,5,6,7,8,9,10,11],"slow":"slow"}`, document: `
vars: {caught: ""}
steps:
  - {id: away, workflow: sub, detach: true, with: {takes: 1}}
  - id: p
    parallel:
      slow: [{id: c, workflow: sub, with: {takes: 8, output: slow}}]
      bad: [{id: t, try: [{id: c, workflow: sub, with: {takes: 4, fail: Bad}}], catch: [{types: [Bad], steps: [{id: n, set: {caught: "${error.type}"}}]}]}]
      inner: [{id: c, workflow: inner@1.0.0, with: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]}]
      beside: [{id: l, times: 15, loop: [{id: a, activity: echo, with: 1}]}]
output: {slow: "${steps.p.output.slow}", caught: "${steps.p.output.bad.caught}", inner: "${steps.p.output.inner}"}
`},
		{name: "plans-in-plans", want: `[[5,3],"after"]`, document: `
steps:
  - {id: outer, plan: echo, with: {steps: [
      {id: a, activity: echo, with: 1},
      {id: inner, plan: echo, with: {steps: [{id: l, times: 6, loop: [{id: b, activity: echo, with: "$$${round}"}]}, {id: x, activity: echo, with: 3}], output: ["$$${steps.l.output}", "$$${steps.x.output}"]}},
      {id: c, times: 6, loop: [{id: d, activity: echo, with: 1}]}], output: "$${steps.inner.output}"}}
  - {id: last, activity: echo, with: after}
output: ["${steps.outer.output}", "${steps.last.output}"]
`},
		{name: "undo", want: `failed Last: step last: as told; t/a/undo failed: NoUndo: as told`, document: `
steps:
  - {id: first, activity: echo, with: first, undo: {activity: echo, with: "${steps.first.output + ' undone'}"}}
  - {id: r, race: {quick: [{id: q, activity: work, with: {takes: 1}, undo: {activity: plain}}], slow: [{id: s, activity: echo, with: s, undo: {activity: echo, with: "${steps.s.output}"}}, {id: z, sleep: 1h}]}}
  - {id: m, over: [1, 2, 3], tolerate: 1, map: [{id: a, activity: echo, with: "${item}", undo: {activity: echo, with: "${item * 10}"}}, {id: b, switch: [{when: "${item == 2}", steps: [{id: f, fail: {type: Two, message: two}}]}]}]}
  - id: t
    try: [{id: a, activity: echo, with: a, undo: {activity: work, with: {fail: NoUndo}}}, {id: f, fail: {type: Caught, message: caught}}]
    catch: [{types: [Caught], steps: [{id: c, activity: echo, with: "${error.type}"}]}]
    finally: [{id: g, activity: echo, with: finally}]
  - {id: l, times: 4, loop: [{id: e, activity: echo, with: "${round}", undo: {activity: echo, with: "${round}"}}]}
  - {id: last, activity: work, with: {fail: Last}}
`},
		{name: "canceled", want: `canceled`, act: func(t *testing.T, p *plant, id string) {
			isWaiting(t, p, id, "never")
			require.NoError(t, p.connection.CancelWorkflow(t.Context(), id, ""))
		}, document: `
steps:
  - {id: first, activity: echo, with: first, undo: {activity: plain}}
  - {id: l, times: 5, loop: [{id: e, activity: echo, with: "${round}", undo: {activity: echo, with: "${round}"}}]}
  - id: t
    try:
      - id: p
        parallel:
          child: [{id: c, workflow: sub, with: {takes: 1000, ack: 1}}]
          call: [{id: c, activity: work, with: {takes: 1000, ack: 1}, heartbeat: 5s}]
          timer: [{id: s, sleep: 1h}]
          wait: [{id: never, wait: never}]
    finally: [{id: f, times: 6, loop: [{id: g, activity: echo, with: finally}]}]
`},
		{name: "waits", want: `{"early":"early","late":"late","order":{"a":"second","b":"first"},"schema":7,"timeout":"too late","update":"by update"}`,
			act: func(t *testing.T, p *plant, id string) {
				require.NoError(t, p.connection.SignalWorkflow(t.Context(), id, "", "early", "early"))
				require.NoError(t, p.connection.SignalWorkflow(t.Context(), id, "", "schema", "no number"))
				require.NoError(t, p.connection.SignalWorkflow(t.Context(), id, "", "schema", 7))
				isWaiting(t, p, id, "late")
				require.NoError(t, p.connection.SignalWorkflow(t.Context(), id, "", "late", "late"))
				isWaiting(t, p, id, "second")
				require.NoError(t, p.connection.SignalWorkflow(t.Context(), id, "", "order", "first"))
				require.NoError(t, p.connection.SignalWorkflow(t.Context(), id, "", "order", "second"))
				isWaiting(t, p, id, "update")
				_, err := p.update(t, id, "u", engine.NewMessage("update", "by update"))
				require.NoError(t, err)
			}, document: `
vars: {timeout: ""}
steps:
  - {id: before, times: 5, loop: [{id: e, activity: echo, with: 1}]}
  - {id: early, wait: early}
  - {id: schema, wait: schema, schema: {type: integer}}
  - {id: timeout, wait: none, timeout: 50ms, on_timeout: [{id: n, set: {timeout: too late}}]}
  - {id: t, try: [{id: fails, wait: none, timeout: 50ms}], catch: [{types: [WaitTimeout], steps: [{id: c, activity: echo, with: 1}]}]}
  - id: p
    parallel:
      late: [{id: late, wait: late, timeout: 1h}]
      beside: [{id: l, times: 8, loop: [{id: e, activity: echo, with: "${round}"}]}]
  - id: order
    parallel:
      a: [{id: s, sleep: 200ms}, {id: second, wait: order}]
      b: [{id: first, wait: order}]
  - {id: update, wait: update, timeout: 1h}
output: {early: "${steps.early.output}", schema: "${steps.schema.output}", timeout: "${vars.timeout}", late: "${steps.p.output.late}", order: "${steps.order.output}", update: "${steps.update.output}"}
`},
		{name: "timeouts", want: `[1,"t/late"]`, document: `
timeout: 1d
vars: {n: 0}
steps:
  - id: g
    timeout: 900ms
    steps: [{id: e, activity: echo, with: 1, undo: {activity: echo, with: undone}}, {id: l, times: 99, loop: [{id: e, activity: echo, with: "${round}"}, {id: z, sleep: 20ms}]}]
    on_timeout: [{id: n, set: {n: 1}}, {id: e, activity: echo, with: late}]
  - {id: w, timeout: 1h, steps: [{id: in_time, activity: echo, with: 1}]}
  - {id: never, timeout: {until: "2020-01-01T00:00:00Z"}, on_timeout: [], activity: plain}
  - id: t
    try: [{id: late, timeout: 300ms, activity: work, with: {takes: 1000, ack: 0.2}, heartbeat: 5s}]
    catch: [{types: [StepTimeout], steps: [{id: c, activity: echo, with: "${error.step}"}]}]
    finally: [{id: child, timeout: 500ms, on_timeout: [], workflow: sub, with: {takes: 1000}}]
output: ["${vars.n}", "${steps.t.output}"]
`},
		{name: "approvals", want: `["one","two"]`,
			act: func(t *testing.T, p *plant, id string) {
				for range 2 {
					var approvals []engine.Approval
					eventually(t, func() bool {
						approvals = p.status(t, id).Approvals
						return len(approvals) > 0
					})
					last := approvals[len(approvals)-1]
					_, err := p.update(t, id, last.Step, engine.NewMessage(last.Message, map[string]any{"plan": last.Plan, "by": "alice"}))
					require.NoError(t, err)
				}
			}, document: `
steps:
  - {id: m, over: [one, two], map: [{id: p, plan: echo, approve: approve, with: {steps: [{id: l, times: 6, loop: [{id: e, activity: echo, with: "$${item}"}]}], output: "$${item}"}}]}
`},
		{name: "matches", input: []string{"alice", "bob"}, want: `[[2,1],"late"]`,
			act: func(t *testing.T, p *plant, id string) {
				send := func(by string, n any) {
					require.NoError(t, p.connection.SignalWorkflow(t.Context(), id, "", "go", map[string]any{"by": by, "n": n}))
				}
				send("bob", 1)
				send("carol", "early")
				isWaiting(t, p, id, "w")
				send("bob", 3)
				send("alice", 2)
				isWaiting(t, p, id, "last")
				send("bob", "late")
			}, document: `
steps:
  - {id: before, times: 5, loop: [{id: e, activity: echo, with: 1}]}
  - {id: m, over: "${input}", map: [{id: w, wait: go, match: "${message.by == item}"}]}
  - {id: after, times: 5, loop: [{id: e, activity: echo, with: 1}]}
  - {id: last, wait: go, match: "${message.n == 'late' && steps.m.output[1].n == 1}"}
output: ["${steps.m.output.map(each, each.n)}", "${steps.last.output.n}"]
`},
		{name: "dag-and-graph", input: map[string]any{"n": 3}, want: `[{"a":"a","b":"b","c":["a","b"]},"done"]`, document: `
vars: {n: 0}
steps:
  - {id: d, dag: [{id: a, activity: echo, with: a}, {id: b, steps: [{id: l, times: 6, loop: [{id: e, activity: echo, with: b}]}]}, {id: c, needs: [a, b], activity: echo, with: ["${steps.a.output}", "${steps.b.output}"]}]}
  - id: g
    graph:
      - {id: count, next: look, steps: [{id: a, activity: echo, with: "${vars.n + 1}"}, {id: s, set: {n: "${steps.a.output}"}}]}
      - {id: look, on_success: done, on_failure: count, switch: [{when: "${vars.n < input.n}", steps: [{id: f, fail: {type: More, message: more}}]}]}
      - {id: done, activity: echo, with: done}
output: ["${steps.d.output}", "${steps.g.output}"]
`},
	}
}

// isRunning reports whether a step of the id is.
func isRunning(steps []engine.StepStatus, id string) bool {
	return slices.ContainsFunc(steps, func(step engine.StepStatus) bool {
		return step.ID == id && step.State == engine.StateRunning || isRunning(step.Steps, id)
	})
}

// These runs are long chains of small histories: children that outlive their runs, plans in
// plans, undo, cancellation, and each kind of wait, all over Continue-As-New. What they
// record is kept for as long as there are runs of this version.
func TestRecordedRuns(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.work("queue", p.interpreter(engine.Options{EventsPerRun: runEvents, Operations: switched(), Definitions: files(`
blueprint: inner
version: 1.0.0
steps: [{id: w, sleep: 300ms}, {id: m, over: "${input}", concurrency: 2, map: [{id: a, activity: echo, with: "${item}"}]}]
output: ${steps.m.output}
`)}))
	for _, each := range slices.Concat(recordedRuns(), recordedBlocks(), recordedGates(), recordedHolds()) {
		t.Run(each.name, func(t *testing.T) {
			run := p.start("queue", each.name, engine.InlineWorkflow, document(each.document), each.input)
			if each.act != nil {
				each.act(t, p, each.name)
			}
			require.Equal(t, each.want, run.ending())
			keepHistories(t, p, run, "")
		})
	}
}

// keepHistories writes the histories of the run, and of the blueprints that it started, if
// they are to be recorded and are not there.
func keepHistories(t *testing.T, p *plant, run *ran, suffix string) {
	t.Helper()
	folder := filepath.Join("testdata", "histories", fmt.Sprintf("v%d%s", engine.Version, suffix))
	if _, err := os.Stat(filepath.Join(folder, run.GetID()+".json")); err == nil || os.Getenv(recordVariable) == "" {
		require.NoError(t, err, "record the history with make record")
		return
	}
	require.NoError(t, os.MkdirAll(folder, 0o755))
	histories := historiesOf(t, p.connection, run.GetID(), run.first)
	for _, history := range histories {
		histories = append(histories, childBlueprints(t, p, history)...)
	}
	for i, history := range histories {
		text, err := replaytest.Encode(history)
		require.NoError(t, err)
		name := run.GetID()
		if i > 0 {
			name = fmt.Sprintf("%s-%d", name, i+1)
		}
		require.NoError(t, os.WriteFile(filepath.Join(folder, name+".json"), text, 0o600))
	}
	require.NoError(t, replaytest.Seal(folder))
}

// childBlueprints are the histories of the blueprints that the run started.
func childBlueprints(t *testing.T, p *plant, history *historypb.History) []*historypb.History {
	var found []*historypb.History
	for _, event := range history.Events {
		child := event.GetChildWorkflowExecutionStartedEventAttributes()
		if strings.Contains(child.GetWorkflowType().GetName(), "@") {
			eventually(t, func() bool { return !p.isRunning(t, child.GetWorkflowExecution().GetWorkflowId()) })
			found = append(found, historiesOf(t, p.connection, child.GetWorkflowExecution().GetWorkflowId(), child.GetWorkflowExecution().GetRunId())...)
		}
	}
	return found
}

// A damaged value is part of what a run remembers: one is the output of a step, one comes
// with a signal.
func TestRecordedRunsWithADamagedValue(t *testing.T) {
	runsAlone(t)
	p := newPlant(t)
	p.storeLarge()
	p.work("queue", p.lossy())
	caught := p.start("queue", "damaged-output", engine.InlineWorkflow, document(`
steps:
  - id: t
    try: [{id: lost, activity: lengthen, with: damage this}]
    catch: [{types: [LargeValueDamaged], steps: [{id: note, activity: echo, with: "${error.type}"}]}]
`), nil)
	assert.Equal(t, `"LargeValueDamaged"`, caught.ending())
	signaled := p.start("queue", "damaged-signal", engine.InlineWorkflow, document("steps: [{id: t, try: [{id: w, wait: go}], finally: [{id: f, activity: echo, with: 1}]}]"))
	require.NoError(t, p.connection.SignalWorkflow(t.Context(), "damaged-signal", "", "go", damages+strings.Repeat("x", 20<<10)))
	assert.Contains(t, signaled.ending(), "failed LargeValueDamaged: ")
	keepHistories(t, p, caught, "-large")
	keepHistories(t, p, signaled, "-large")
}
