//go:build e2e

package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
)

// recordedBlocks are runs of what version 2 of the language has in its blocks.
func recordedBlocks() []recordedRun {
	return []recordedRun{
		{name: "block-retry", want: `["t/pay#2/l#2[0]/w",1,null,"NoUndo"]`, document: `
defaults: {retry: {maximumAttempts: 1}}
vars: {n: 0, kind: ""}
steps:
  - id: t
    try:
      - id: pay
        retry: {maximumAttempts: 2, initialInterval: 50ms, types: [Down]}
        steps:
          - {id: s, set: {n: "${vars.n + 1}"}}
          - {id: e, activity: echo, with: 1, undo: {activity: echo, with: undone}}
          - {id: l, retry: {maximumAttempts: 2, initialInterval: 10ms}, times: 2, loop: [{id: e, activity: echo, with: 1}, {id: w, fail: {type: Down}}]}
    catch: [{steps: [{id: c, activity: echo, with: "${error.step}"}]}]
  - {id: late, timeout: 300ms, on_timeout: [], retry: {maximumAttempts: 9, initialInterval: 1h}, steps: [{id: f, fail: {type: Down}}]}
  - id: u
    try:
      - id: g
        retry: {maximumAttempts: 3}
        steps: [{id: e, activity: echo, with: 1, undo: {activity: work, with: {fail: Stuck}}}, {id: f, fail: {type: NoUndo}}]
    catch: [{steps: [{id: s, set: {kind: "${error.type}"}}]}]
output: ["${steps.t.output}", "${vars.n}", "${steps.late.output}", "${vars.kind}"]
`},
		{name: "state", want: `"done"`, act: func(t *testing.T, p *plant, id string) {
			eventually(t, func() bool { return isRunning(p.status(t, id).Steps, "w") })
			answer, err := p.connection.QueryWorkflow(t.Context(), id, "", "stage")
			require.NoError(t, err)
			var got engine.StateAnswer
			require.NoError(t, answer.Get(&got))
			require.Equal(t, engine.StateAnswer{Value: "waits"}, got)
			require.NoError(t, p.connection.SignalWorkflow(t.Context(), id, "", "go", 1))
		}, document: `
vars: {stage: new}
state: {stage: "${vars.stage}", output: "${steps.l.output}"}
steps:
  - {id: l, times: 6, loop: [{id: a, activity: echo, with: 1}]}
  - {id: s, set: {stage: waits}}
  - {id: w, wait: go}
  - {id: d, set: {stage: done}}
output: ${vars.stage}
`},
		{name: "step-keys", want: `[true,true,8,36]`, document: `
vars: {keys: [], id: "${uuid()}"}
steps:
  - {id: l, times: 6, loop: [{id: a, activity: echo, with: "${step.key}"}, {id: s, set: {keys: "${vars.keys + [steps.a.output]}"}}]}
  - {id: a, activity: echo, with: ["${step.key}", "${uuid()}"], undo: {activity: echo, with: "${[step.key, uuid()]}"}}
  - {id: b, activity: echo, with: "${step.key}"}
  - {id: k, set: {keys: "${vars.keys + [steps.a.output[0], steps.b.output]}"}}
output: ["${steps.a.output[0] != steps.b.output}", "${sets.equivalent(vars.keys, vars.keys.distinct())}", "${vars.keys.distinct().size()}", "${size(vars.id)}"]
`},
		{name: "dag-with-conditions", want: `[[1,null,null,"loop"],"First",2]`, document: `
vars: {failures: 0}
steps:
  - {id: d, dag: [{id: a, activity: echo, with: 1}, {id: b, needs: [a], when: "${steps.a.output > 1}", activity: echo, with: 2}, {id: c, needs: [b, e], activity: echo, with: 3}, {id: e, when: "${steps.size() == 0}", steps: [{id: l, times: 6, loop: [{id: x, activity: echo, with: loop}]}]}]}
  - id: t
    try:
      - id: f
        failFast: false
        dag: [{id: a, activity: work, with: {fail: First}}, {id: b, needs: [a], activity: echo, with: never}, {id: c, steps: [{id: l, times: 6, loop: [{id: x, activity: echo, with: 1}]}, {id: y, fail: {type: Second, message: second}}]}]
    catch: [{types: [First], steps: [{id: n, set: {failures: "${size(error.details)}"}}, {id: x, activity: echo, with: "${error.type}"}]}]
output: [["${steps.d.output.a}", "${steps.d.output.b}", "${steps.d.output.c}", "${steps.d.output.e}"], "${steps.t.output}", "${vars.failures}"]
`},
		{name: "loop-over", want: `[[0,"a",[1,"b"],"ca"],7]`, input: []any{"a", []any{1, "b"}, "c"}, document: `
vars: {all: [0], last: ""}
steps:
  - id: l
    over: ${input}
    as: each
    loop:
      - {id: i, over: [1, 2, 3], max: 3, loop: [{id: a, activity: echo, with: "${item + index}"}]}
      - {id: s, activity: echo, with: "${each_index == 2 ? each + vars.last : each}"}
      - {id: k, set: {all: "${vars.all + [steps.s.output]}", last: "${each_index == 0 ? each : vars.last}", n: "${each_index + steps.i.output}"}}
output: ["${vars.all}", "${vars.n}"]
`},
		{name: "race-of-several", input: 2, want: `[["b","a"],{"a":[0,1,2,3],"b":"b"},"Low"]`, document: `
vars: {caught: ""}
steps:
  - id: r
    first: ${input}
    race:
      a: [{id: l, over: [0, 1, 2, 3], loop: [{id: x, activity: echo, with: "${item}", undo: {activity: echo, with: undone}}]}, {id: y, activity: echo, with: [0, 1, 2, 3]}]
      b: [{id: x, activity: echo, with: b, undo: {activity: echo, with: never}}]
      c: [{id: x, activity: echo, with: c, undo: {activity: echo, with: c undone}}, {id: z, sleep: 1h}]
  - id: t
    try:
      - id: s
        first: 2
        race:
          a: [{id: l, times: 6, loop: [{id: x, activity: echo, with: "${round}"}]}, {id: f, fail: {type: Low, message: low}}]
          b: [{id: x, activity: echo, with: b, undo: {activity: echo, with: b undone}}]
          c: [{id: f, fail: {type: Early, message: early}}]
    catch: [{types: [Low], steps: [{id: k, set: {caught: "${error.type}"}}]}]
output: ["${steps.r.output.winners}", "${steps.r.output.outputs}", "${vars.caught}"]
`},
		{name: "map-bounds", input: map[string]any{"n": 2, "bad": 1}, want: `[[3,2],"Odd"]`, document: `
steps:
  - id: m
    over: [1, 2, 3, 4]
    concurrency: ${input.n}
    tolerate: ${input.bad + 1}
    map: [{id: l, times: 4, loop: [{id: x, activity: echo, with: "${item}"}]}, {id: y, activity: work, with: {fail: "${item % 2 == 0 ? '' : 'Odd'}"}}]
output: ["${[size(steps.m.output) - 1, size(steps.m.output.filter(each, each != null && has(each.error)))]}", "${steps.m.output[0].error.type}"]
`},
		{name: "timeouts-that-are-expressions", input: 30, want: `failed Bad: step f: bad`, document: `
steps:
  - {id: a, activity: echo, with: 7, startToClose: "${input + 0.5}", heartbeat: "${input}s", undo: {activity: echo, with: undone, startToClose: "${steps.a.output}"}}
  - {id: l, times: 5, loop: [{id: x, activity: echo, with: "${round}", scheduleToClose: "${round + input}m"}]}
  - {id: c, workflow: sub, with: {takes: 1}, executionTimeout: "${input}m", runTimeout: "${input * 2}"}
  - {id: f, fail: {type: Bad, message: bad}}
`},
		{name: "until", input: "1999-12-31T23:59:59+01:00", want: `[null,0,"done"]`, document: `
vars: {t: ""}
steps:
  - {id: a, sleep: {until: "${input}"}}
  - {id: b, sleep: "${-1}"}
  - {id: s, set: {t: "${string(timestamp(run.now) + duration('2s'))}"}}
  - id: p
    parallel:
      long: [{id: z, sleep: {until: "${vars.t}"}}, {id: d, activity: echo, with: done}]
      loop: [{id: l, times: 6, loop: [{id: x, activity: echo, with: 0}]}]
  - {id: w, wait: never, timeout: {until: "${input}"}, on_timeout: []}
output: ["${steps.w.output}", "${steps.p.output.loop}", "${steps.p.output.long}"]
`},
		{name: "edges-with-conditions", want: `[["Retry","g[5]/work/y"],"Other: other",3]`, document: `
vars: {n: 0}
steps:
  - id: g
    graph:
      - {id: count, steps: [{id: a, activity: echo, with: "${vars.n + 1}"}, {id: s, set: {n: "${steps.a.output}"}}], next: [{when: "${steps.count.output.n < 3}", to: again}, {to: work}]}
      - {id: again, activity: echo, with: "${vars.n}", on_success: [{when: "${steps.again.output > 5}", to: work}, {to: count}]}
      - id: work
        steps: [{id: x, activity: echo, with: "${vars.n}", undo: {activity: echo, with: undone}}, {id: y, activity: work, with: {fail: "${vars.n < 3 ? 'Other' : 'Retry'}", details: ["${vars.n}"]}}]
        on_failure: [{types: [Other], to: again}, {when: "${error.details[3] == 0}", to: again}, {types: [Retry], when: "${error.details[0] == 3}", to: last}]
      - {id: last, activity: echo, with: ["${error.type}", "${error.step}"]}
  - id: t
    try: [{id: l, times: 6, loop: [{id: x, activity: echo, with: 1, undo: {activity: echo, with: undone}}]}, {id: f, fail: {type: Other, message: other}}]
    catch: [{types: [Other], when: "${error.details[0] == 1}", steps: [{id: a, activity: echo, with: never}]}, {when: "${error.message == 'other'}", steps: [{id: b, activity: echo, with: "${error.type}: ${error.message}"}]}]
output: ["${steps.g.output}", "${steps.t.output}", "${vars.n}"]
`},
		{name: "rethrows", input: "stock", want: `failed Lost: step o/g[0]/a: as told [{"n":1}]`, document: `
steps:
  - id: t
    try: [{id: f, fail: {type: "urn:errors:${input}", message: none}}]
    catch: [{types: ["urn:errors:stock"], steps: [{id: c, activity: echo, with: "${error}"}]}]
  - id: o
    try:
      - id: g
        graph:
          - {id: a, activity: work, with: {fail: Lost, details: [{n: 1}]}, on_failure: l}
          - {id: l, times: 6, loop: [{id: x, activity: echo, with: "${round}"}], next: f}
          - {id: f, fail: "${error}"}
    catch:
      - when: ${error.details[0].n == 1}
        steps:
          - {id: m, over: [1], map: [{id: l, times: 6, loop: [{id: x, activity: echo, with: "${round}"}]}]}
          - {id: p, plan: echo, with: {steps: [{id: l, times: 6, loop: [{id: x, activity: echo, with: "$${error.type}"}]}, {id: again, fail: "$${error}"}]}}
`},
	}
}
