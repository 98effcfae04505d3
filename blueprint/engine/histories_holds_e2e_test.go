//go:build e2e

package engine_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
)

// recordedHolds are runs in which a failure is held, over Continue-As-New, until somebody decides: one
// for each operation.
func recordedHolds() []recordedRun {
	const held = `
vars: {type: Bad}
steps:
  - id: t
    try:
      - id: p
        parallel:
          x: [{id: a, hold: true, activity: work, with: {fail: "${vars.type}"}, undo: {activity: echo, with: "${steps.a.output}"}}]
          y: [{id: l, times: 12, loop: [{id: e, activity: echo, with: "${round}"}]}, {id: go, wait: go}]
      - {id: f, fail: {type: Last, message: "${string(steps.p.output.x)}"}}
    catch: [{steps: [{id: c, activity: echo, with: "${error.type + ' ' + error.message}"}]}]
`
	operation := func(op string) engine.Operation { return engine.Operation{Op: op, Step: "t/p/x/a"} }
	complete, retry, fail, set := operation("complete"), operation("retry"), operation("fail"), operation("set")
	complete.Output = json.RawMessage(`"by hand"`)
	retry.Input = json.RawMessage(`{"takes": 0.1, "output": "again"}`)
	fail.Type, fail.Message = "GaveUp", "by hand"
	set.Vars = json.RawMessage(`{"type": ""}`)
	return []recordedRun{
		{name: "held-retry", document: held, want: `"Last again"`, act: decides("t/p/x/a", retry)},
		{name: "held-complete", document: held, want: `"Last by hand"`, act: decides("t/p/x/a", complete)},
		{name: "held-skip", document: strings.Replace(held, "string(steps.p.output.x)", "string(steps.p.output.x == null)", 1), want: `"Last true"`, act: decides("t/p/x/a", operation("skip"))},
		{name: "held-fail", document: held, want: `"GaveUp by hand"`, act: decides("t/p/x/a", fail)},
		{name: "held-set", document: strings.Replace(held, "string(steps.p.output.x)", "string(steps.p.output.x == null)", 1), want: `"Last true"`, act: decides("t/p/x/a", set, operation("retry"))},
		{name: "held-asked", document: strings.Replace(strings.Replace(held, "hold: true, ", "", 1), "{id: l, ", "{id: w, wait: begin}, {id: l, ", 1), want: `"GaveUp by hand"`,
			act: func(t *testing.T, p *plant, id string) {
				_, err := p.operate(t, id, engine.Operation{Op: "hold", Step: "t/p/x/a"})
				require.NoError(t, err)
				require.NoError(t, p.connection.SignalWorkflow(t.Context(), id, "", "begin", 1))
				decides("t/p/x/a", fail)(t, p, id)
			}},
		{name: "held-undo", want: `failed Last: step f: as told`, document: `
steps:
  - {id: a, hold: true, activity: echo, with: a, undo: {activity: echo, with: undone}}
  - {id: b, hold: true, activity: echo, with: b, undo: {activity: work, with: {fail: NoUndo}}}
  - {id: f, activity: work, with: {fail: Last}}
`, act: decides("b/undo", engine.Operation{Op: "skip", Step: "b/undo"})},
		{name: "stopped-retry", want: `"again"`, document: `
steps: [{id: a, activity: work, startToClose: 2s, with: {takes: 1000}, retry: {initialInterval: 50s}}]
`, act: func(t *testing.T, p *plant, id string) {
			eventually(t, func() bool { // The server waits for the time of the next attempt.
				described, err := p.connection.DescribeWorkflow(t.Context(), id, "")
				pending := described.RawResponse.GetPendingActivities()
				return err == nil && len(pending) > 0 && pending[0].GetAttempt() > 1
			})
			_, err := p.operate(t, id, engine.Operation{Op: "retry", Step: "a", Input: json.RawMessage(`{"output": "again"}`)})
			require.NoError(t, err)
		}},
	}
}

// decides waits until the step is held, and until all that runs beside waits for a message; then it
// asks for the operations, and lets the rest go on.
func decides(step string, operations ...engine.Operation) func(t *testing.T, p *plant, id string) {
	return func(t *testing.T, p *plant, id string) {
		eventually(t, func() bool {
			status := p.status(t, id)
			return len(status.Held) == 1 && status.Held[0].Step == step && (len(status.Awaited) > 0 || step == "b/undo")
		})
		for _, each := range operations {
			each.ID, each.By, each.Note = each.Op, "mei", "the carrier is down"
			_, err := p.operate(t, id, each)
			require.NoError(t, err)
			if each.Op != "fail" && step != "b/undo" { // After which the run ends.
				_, err = p.operate(t, id, each) // Once is enough.
				require.NoError(t, err)
			}
		}
		if step != "b/undo" && operations[0].Op != "fail" {
			require.NoError(t, p.connection.SignalWorkflow(t.Context(), id, "", "go", 1))
		}
	}
}
