package engine_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
)

func TestTimeouts(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "in time", steps: `
steps: [{id: g, timeout: 5s, steps: [{id: a, activity: work, with: {takes: 4, output: 1}}]}, {id: b, activity: work, with: {takes: 3}}]
output: ${steps.g.output}
`, story: `
			0-4 g/a
			4-7 b
			7 1`},
		{name: "what is under way is canceled and awaited", steps: `
steps: [{id: g, timeout: 2s, steps: [{id: a, activity: work, with: {takes: 9, ack: 3}}, {id: b, activity: work}]}]
`, story: `
			0-5 g/a canceled
			5 failed StepTimeout: step g: not done by 2026-03-04T05:06:09Z`},
		{name: "a catch can name it", steps: `
steps:
  - id: t
    try: [{id: a, timeout: 2s, activity: work, with: {takes: 9}}]
    catch: [{types: [WaitTimeout], steps: [{id: no, fail: {type: No}}]}, {types: [StepTimeout], steps: [{id: c, activity: echo, with: "${error}"}]}]
`, story: `
			0-2 t/a canceled
			2-2 t/catch/c
			2 {"details":[],"message":"not done by 2026-03-04T05:06:09Z","step":"t/a","type":"StepTimeout"}`},
		{name: "finally has its own time, and undo", steps: `
steps:
  - id: g
    timeout: 2s
    steps:
      - {id: a, activity: work, with: {takes: 1}, undo: {activity: work, with: {takes: 4}}}
      - {id: t, try: [{id: b, activity: work, with: {takes: 9}}], finally: [{id: f, activity: work, with: {takes: 5}}]}
`, story: `
			0-1 g/a
			1-2 g/t/b canceled
			2-7 g/t/finally/f
			7-11 g/a/undo
			11 failed StepTimeout: step g: not done by 2026-03-04T05:06:09Z`},
		{name: "on_timeout goes on after what had completed is undone", steps: `
vars: {x: 1}
steps:
  - {id: before, activity: work, undo: {activity: work}}
  - id: g
    timeout: 2s
    on_timeout: [{id: l, activity: work, with: {takes: 9, output: "${vars.x}"}}]
    steps: [{id: a, activity: work, with: {takes: 1}, undo: {activity: work, with: {takes: 1}}}, {id: s, set: {x: 2}}, {id: b, activity: work, with: {takes: 9}}]
`, story: `
			0-0 before
			0-1 g/a
			1-2 g/b canceled
			2-3 g/a/undo
			3-12 g/on_timeout/l
			12 2`},
		{name: "what completed all the same is undone, too", steps: `
steps: [{id: a, timeout: 2s, on_timeout: [], activity: work, with: {takes: 5, deaf: true, output: 7}, undo: {activity: echo, with: "${steps.a.output}"}}, {id: b, activity: work}]
`, story: `
			0-5 a
			5-5 a/undo
			5-5 b
			5 null`},
		{name: "what is done then is not undone as the step would be", steps: `
steps:
  - {id: a, timeout: 2s, on_timeout: [{id: l, activity: work, with: {output: 5}}], activity: work, with: {takes: 5}, undo: {activity: work}}
  - {id: b, timeout: 2s, activity: work, with: {takes: 1, output: 6}, undo: {activity: echo, with: "${steps.b.output}"}}
  - {id: f, fail: {type: Bad, message: bad}}
`, story: `
			0-2 a canceled
			2-2 a/on_timeout/l
			2-3 b
			3-3 b/undo
			3 failed Bad: step f: bad`},
		{name: "a failure comes before the timeout", steps: `
steps: [{id: g, timeout: 2s, on_timeout: [{id: l, activity: work}], steps: [{id: a, activity: work, with: {takes: 1, fail: Bad}}]}]
`, story: `
			0-1 g/a failed
			1 failed Bad: step g/a: as told`},
		{name: "however it fails when it is canceled", steps: `
steps: [{id: g, timeout: 2s, steps: [{id: a, activity: work, with: {takes: 9, failOnCancel: Late}}]}]
`, story: `
			0-2 g/a failed
			2 failed StepTimeout: step g: not done by 2026-03-04T05:06:09Z`},
		{name: "at once", steps: `
steps:
  - {id: a, timeout: 0s, on_timeout: [{id: l, activity: work, with: {output: 5}}], activity: work}
  - {id: b, timeout: "${0 - 3}", on_timeout: [], activity: work}
  - {id: c, timeout: {until: "2025-12-31T23:59:59Z"}, on_timeout: [], activity: work}
  - {id: d, timeout: 0s, activity: work}
`, story: `
			0-0 a/on_timeout/l
			0 failed StepTimeout: step d: not done by 2026-03-04T05:06:07Z`},
		{name: "until a time", input: "2026-03-04T06:06:10.5+01:00", steps: `
steps:
  - {id: a, timeout: {until: "2026-03-04T05:06:09Z"}, on_timeout: [], activity: work, with: {takes: 9}}
  - {id: b, timeout: {until: "${input}"}, on_timeout: [], activity: work, with: {takes: 9}}
  - {id: c, wait: go, timeout: {until: "2026-03-04T05:06:12Z"}, on_timeout: []}
  - {id: d, wait: go, timeout: {until: "2025-01-01T00:00:05Z"}, on_timeout: []}
  - {id: e, sleep: {until: "2026-03-04T05:06:13Z"}}
  - {id: f, sleep: {until: "2025-01-01T00:00:06Z"}}
`, story: `
			0-2 a canceled
			2-3.500 b canceled
			6 null`},
		{name: "the smaller of two", steps: `
steps:
  - id: outer
    timeout: 3s
    on_timeout: []
    steps: [{id: inner, timeout: 5s, activity: work, with: {takes: 9}}]
  - id: t
    try: [{id: outer, timeout: 5s, steps: [{id: inner, timeout: 3s, activity: work, with: {takes: 9}}]}]
    catch: [{steps: [{id: c, activity: echo, with: "${error.step}"}]}]
`, story: `
			0-3 outer/inner canceled
			3-6 t/outer/inner canceled
			6-6 t/catch/c
			6 "t/outer/inner"`},
		{name: "a cancel comes first", events: []event{cancels(1)}, steps: `
steps:
  - id: g
    timeout: 2s
    on_timeout: [{id: l, activity: work}]
    steps: [{id: t, try: [{id: a, activity: work, with: {takes: 9}}], finally: [{id: f, activity: work, with: {takes: 5}}]}]
`, story: `
			0-1 g/t/a canceled
			1-6 g/t/finally/f
			6 canceled`},
		{name: "a cancel comes first, and what is in finally lasts longer than the timeout", events: []event{cancels(1)}, steps: `
steps: [{id: g, timeout: 2s, steps: [{id: t, try: [{id: a, sleep: 9s}], finally: [{id: f, sleep: 5s}, {id: e, activity: work}]}]}]
`, story: `
			6-6 g/t/finally/e
			6 canceled`},
		{name: "a cancel comes while it is late", events: []event{cancels(3)}, steps: `
steps:
  - id: g
    timeout: 2s
    on_timeout: [{id: l, activity: work}]
    steps: [{id: b, activity: work, undo: {activity: work}}, {id: a, activity: work, with: {takes: 9, ack: 2}}]
`, story: `
			0-0 g/b
			0-4 g/a canceled
			4-4 g/b/undo
			4 canceled`},
		{name: "a cancel reaches on_timeout", events: []event{cancels(3)}, steps: `
steps: [{id: g, timeout: 2s, on_timeout: [{id: l, activity: work, with: {takes: 9}}], sleep: 9s}]
`, story: `
			2-3 g/on_timeout/l canceled
			3 canceled`},
		{name: "in a finally", steps: `
steps: [{id: t, try: [{id: a, activity: work}], finally: [{id: g, timeout: 2s, steps: [{id: f, activity: work, with: {takes: 9}}]}]}]
`, story: `
			0-0 t/a
			0-2 t/finally/g/f canceled
			2 failed StepTimeout: step t/finally/g: not done by 2026-03-04T05:06:09Z`},
		{name: "a stop in time", steps: `
steps: [{id: g, timeout: 2s, steps: [{id: a, activity: work, with: {takes: 1}}, {id: x, stop: 5}]}]
`, story: `
			0-1 g/a
			1 5`},
		{name: "a child", steps: `
steps: [{id: c, timeout: 2s, workflow: sub, with: {takes: 9, ack: 1}}]
`, story: `
			0-3 c canceled
			3 failed StepTimeout: step c: not done by 2026-03-04T05:06:09Z`},
		{name: "a plan, with its planning", input: map[string]any{"steps": []any{map[string]any{"id": "a", "activity": "work", "with": map[string]any{"takes": 9}}}}, steps: `
steps:
  - {id: p, timeout: 2s, on_timeout: [], plan: work, with: {takes: 3, output: "${input}"}}
  - {id: q, timeout: 2s, plan: work, with: {takes: 1, output: "${input}"}}
`, story: `
			0-2 p canceled
			2-3 q
			3-4 q/plan:#/a canceled
			4 failed StepTimeout: step q: not done by 2026-03-04T05:06:11Z`},
		{name: "each kind of block", steps: `
steps:
  - {id: p, timeout: 1s, on_timeout: [], parallel: {a: [{id: a, activity: work, with: {takes: 9}}], b: [{id: a, sleep: 9s}]}}
  - {id: r, timeout: 1s, on_timeout: [], race: {a: [{id: a, activity: work, with: {takes: 9}}], b: [{id: a, wait: go}]}}
  - {id: h, timeout: 1s, on_timeout: [], switch: [{when: "${true}", steps: [{id: a, activity: work, with: {takes: 9}}]}]}
  - {id: l, timeout: 1s, on_timeout: [], times: 9, loop: [{id: a, activity: work, with: {takes: 9}}]}
  - {id: m, timeout: 1s, on_timeout: [], over: [1, 2], tolerate: 2, map: [{id: a, activity: work, with: {takes: 9}}]}
  - {id: d, timeout: 1s, on_timeout: [], dag: [{id: a, activity: work, with: {takes: 9}}, {id: b, needs: [a], activity: work}]}
  - {id: o, timeout: 1s, on_timeout: [], graph: [{id: a, on_failure: b, activity: work, with: {takes: 9}}, {id: b, activity: work}]}
  - {id: t, timeout: 1s, on_timeout: [], try: [{id: a, activity: work, with: {takes: 9}}], catch: [{steps: [{id: b, activity: work}]}]}
  - {id: s, timeout: 1s, on_timeout: [], sleep: 9s}
`, story: `
			0-1 p/a/a canceled
			1-2 r/a/a canceled
			2-3 h/a canceled
			3-4 l[0]/a canceled
			4-5 m[0]/a canceled
			4-5 m[1]/a canceled
			5-6 d/a canceled
			6-7 o[0]/a canceled
			7-8 t/a canceled
			9 null`},
		{name: "a node, an item, a branch", steps: `
steps:
  - {id: d, dag: [{id: a, timeout: 1s, on_timeout: [], sleep: 9s}, {id: b, needs: [a], activity: work, with: {output: "${steps.a.output}"}}]}
  - {id: o, graph: [{id: a, timeout: 1s, on_failure: b, sleep: 9s}, {id: b, activity: echo, with: "${error.type}"}]}
  - {id: m, over: [1, 2], tolerate: 2, map: [{id: a, timeout: "${item}", sleep: 9s}]}
  - {id: r, race: {a: [{id: a, timeout: 1s, sleep: 9s}], b: [{id: a, timeout: 9s, sleep: 2s}]}}
output: ["${steps.o.output}", "${steps.m.output}", "${steps.r.output.winner}"]
`, story: `
			1-1 d/b
			2-2 o[1]/b
			6 ["StepTimeout",[{"error":{"details":[],"message":"not done by 2026-03-04T05:06:10Z","step":"m[0]/a","type":"StepTimeout"}},{"error":{"details":[],"message":"not done by 2026-03-04T05:06:11Z","step":"m[1]/a","type":"StepTimeout"}}],"b"]`},
		{name: "a time that is none", input: "soon", steps: `
steps: [{id: g, timeout: "${input}", on_timeout: [], activity: work}]
`, story: `0 failed ExpressionError: step g: "soon" is no duration such as "30s", "1h30m" or "2d": it is a number with a unit, of ms, s, m, h and d`},
		{name: "an until that is none", input: "tomorrow", steps: `
steps: [{id: g, timeout: {until: "${input}"}, on_timeout: [], activity: work}]
`, story: `0 failed ExpressionError: step g: "tomorrow" is no time with an offset such as "2026-12-24T18:00:00+01:00" or "2026-12-24T17:00:00Z"`},
		{name: "an until too far away", input: "2326-01-01T00:00:00Z", steps: `
steps: [{id: g, sleep: {until: "${input}"}}]
`, story: `0 failed ExpressionError: step g: 2326-01-01T00:00:00Z is more than 100 years away`},
	})
}

// The timeout of a document is that of the whole run.
func TestTimeoutsOfDocuments(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "in time", steps: `
timeout: 5s
steps: [{id: a, activity: work, with: {takes: 4, output: 1}}]
`, story: `
			0-4 a
			4 1`},
		{name: "late", steps: `
timeout: 5s
steps:
  - {id: a, activity: work, with: {takes: 4}, undo: {activity: work, with: {takes: 4}}}
  - {id: t, try: [{id: b, activity: work, with: {takes: 9}}], catch: [{steps: [{id: c, activity: work}]}], finally: [{id: f, activity: work, with: {takes: 4}}]}
`, story: `
			0-4 a
			4-5 t/b canceled
			5-9 t/finally/f
			9-13 a/undo
			13 failed StepTimeout: not done by 2026-03-04T05:06:12Z`},
		{name: "at once", steps: `
timeout: 0s
steps: [{id: a, activity: work}]
`, story: `0 failed StepTimeout: not done by 2026-03-04T05:06:07Z`},
		{name: "by the input and the variables", input: 2, steps: `
timeout: ${input + vars.more}
vars: {more: 1}
steps: [{id: a, sleep: 9s}]
`, story: `3 failed StepTimeout: not done by 2026-03-04T05:06:10Z`},
		{name: "a cancel comes first", events: []event{cancels(1)}, steps: `
timeout: 2s
steps: [{id: t, try: [{id: a, sleep: 9s}], finally: [{id: f, activity: work, with: {takes: 4}}]}]
`, story: `
			1-5 t/finally/f
			5 canceled`},
		{name: "none that can be evaluated", input: true, steps: `
timeout: ${input}
steps: [{id: a, activity: work}]
`, story: `0 failed ExpressionError: a duration must be a text such as 5m or a number of seconds, not true`},
	})
}

// What is left of a time goes on in the next run; nobody gets all of it anew.
func TestTimeoutsGoOnInTheNextRun(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{EventsPerRun: 1}).inline(document(`
timeout: 10s
steps:
  - id: g
    timeout: 7s
    on_timeout: []
    times: 99
    loop: [{id: z, sleep: 1s}]
  - {id: seven, activity: work}
  - {id: l, times: 99, loop: [{id: z, sleep: 1s}]}
`), nil)
	assert.Greater(t, s.runs, 5)
	assert.Equal(t, "7-7 seven\n10 failed StepTimeout: not done by 2026-03-04T05:06:17Z", s.story())
}

// A loop whose steps are late at once is bounded as any other, and the run never hangs.
func TestATimeoutOfNothingInALoop(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{}).inline(document(`
budget: {steps: 500}
steps: [{id: l, while: "${true}", max: 10000, loop: [{id: g, timeout: 0s, on_timeout: [], activity: work}]}]
`), nil)
	assert.Equal(t, `0 failed BudgetExceeded: step l[499]/g: the budget allows steps: 500 ["steps",500]`, s.story())
	assert.Empty(t, s.calls())
}

// The timers of timeouts count as those of sleeps do.
func TestTimeoutsAreTimers(t *testing.T) {
	t.Parallel()
	told := func(items int) string {
		return newStage(t, engine.Options{}).inline(document(`
steps: [{id: m, over: "${input}", concurrency: 1000, map: [{id: g, timeout: 5s, activity: work, with: {takes: 1}}]}, {id: e, activity: echo, with: done}]
`), make([]int, items)).ending()
	}
	assert.Equal(t, `"done"`, told(500))
	assert.Equal(t, `failed BudgetExceeded: step m[500]/g: the budget allows timers: 500 ["timers",500]`, told(501))
}

// The status tells a step that was late as failed, also where nothing in it began.
func TestTheStatusOfALateStep(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{}).inline(document(`
steps:
  - {id: g, timeout: 2s, on_timeout: [{id: l, activity: work}], steps: [{id: a, activity: work, with: {takes: 9}}]}
  - {id: h, timeout: 0s, steps: [{id: b, activity: work}]}
`), nil)
	steps := s.status().Steps
	require.Len(t, steps, 2)
	assert.Equal(t, engine.StateSucceeded, steps[0].State)
	assert.Equal(t, []engine.State{engine.StateCanceled, engine.StateSucceeded}, []engine.State{steps[0].Steps[0].State, steps[0].Steps[1].State})
	assert.Equal(t, "on_timeout", steps[0].Steps[1].Block)
	assert.Equal(t, engine.StateFailed, steps[1].State)
	assert.Equal(t, "StepTimeout: not done by 2026-03-04T05:06:09Z", steps[1].Error)
	assert.Equal(t, engine.StateSkipped, steps[1].Steps[0].State)
}
