package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
)

func TestBlocksAreTriedAgain(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "what had completed is undone between, the last first", steps: `
steps:
  - {id: before, activity: work, undo: {activity: work}}
  - id: pay
    retry: {maximumAttempts: 3}
    steps:
      - {id: reserve, activity: work, with: {takes: 1}, undo: {activity: work, with: {takes: 1}}}
      - {id: hold, activity: work, undo: {activity: work}}
      - {id: charge, activity: work, with: {fail: "${run.now < '2026-03-04T05:06:10Z' ? 'Down' : ''}", output: 5}}
  - {id: after, activity: echo, with: "${steps.pay.output}"}
`, story: `
			0-0 before
			0-1 pay/reserve
			1-1 pay/hold
			1-1 pay/charge failed
			1-1 pay/hold/undo
			1-2 pay/reserve/undo
			3-4 pay#2/reserve
			4-4 pay#2/hold
			4-4 pay#2/charge
			4-4 after
			4 5`},
		{name: "the pauses grow up to the longest, and the last failure is that of the last attempt", steps: `
steps: [{id: g, retry: {maximumAttempts: 5, initialInterval: 2s, backoffCoefficient: 3, maximumInterval: 10s}, steps: [{id: a, activity: work, with: {takes: 1, fail: Down, details: ["${run.now}"]}}]}]
`, story: `
			0-1 g/a failed
			3-4 g#2/a failed
			10-11 g#3/a failed
			21-22 g#4/a failed
			32-33 g#5/a failed
			33 failed Down: step g#5/a: as told ["2026-03-04T05:06:39Z"]`},
		{name: "the pauses as Temporal has them", steps: `
steps: [{id: g, retry: {maximumAttempts: 4}, steps: [{id: a, activity: work, with: {fail: Down}}]}]
`, story: `
			0-0 g/a failed
			1-1 g#2/a failed
			3-3 g#3/a failed
			7-7 g#4/a failed
			7 failed Down: step g#4/a: as told`},
		{name: "one attempt is no other", steps: `
steps: [{id: g, retry: {maximumAttempts: 1}, steps: [{id: a, activity: work, with: {fail: Down}}]}]
`, story: `
			0-0 g/a failed
			0 failed Down: step g/a: as told`},
		{name: "an attempt begins with the variables that the first began with", steps: `
vars: {sum: 1, kept: [1]}
steps:
  - {id: s, set: {sum: 2}}
  - id: g
    retry: {maximumAttempts: 3}
    steps:
      - {id: s, set: {sum: "${vars.sum + 10}", kept: "${vars.kept + [2]}"}}
      - {id: h, switch: [{when: "${run.now < '2026-03-04T05:06:08Z'}", steps: [{id: s, set: {new: 1}}]}]}
      - {id: a, activity: work, with: {takes: 1, fail: "${run.now < '2026-03-04T05:06:09Z' ? 'Down' : ''}"}}
output: ${vars}
`, story: `
			0-1 g/a failed
			2-3 g#2/a
			3 {"kept":[1,2],"sum":12}`},
		{name: "what the last attempt has set stays set", steps: `
vars: {sum: 1}
steps:
  - id: t
    try: [{id: g, retry: {maximumAttempts: 2}, steps: [{id: s, set: {sum: "${vars.sum + 1}"}}, {id: f, fail: {type: Down, message: because}}]}]
    catch: [{steps: [{id: c, set: {sum: "${vars.sum * 10}"}}]}]
output: ${vars.sum}
`, story: `1 20`},
		{name: "only failures of some types", steps: `
steps:
  - id: t
    try: [{id: g, retry: {maximumAttempts: 3, types: [Down, StepTimeout]}, steps: [{id: a, timeout: 1s, sleep: 9s}]}]
    catch: [{steps: [{id: c, activity: echo, with: "${error.step}"}]}]
  - {id: h, retry: {maximumAttempts: 3, types: [Down]}, steps: [{id: a, activity: work, with: {fail: Broken}}]}
`, story: `
			6-6 t/catch/c
			6-6 h/a failed
			6 failed Broken: step h/a: as told`},
		{name: "no failures of other types", steps: `
steps: [{id: h, retry: {maximumAttempts: 3, nonRetryableErrorTypes: [Broken]}, steps: [{id: a, activity: work, with: {takes: 1, fail: "${run.now < '2026-03-04T05:06:08Z' ? 'Down' : 'Broken'}"}}]}]
`, story: `
			0-1 h/a failed
			2-3 h#2/a failed
			3 failed Broken: step h#2/a: as told`},
		{name: "none that says so itself", steps: `
steps:
  - {id: m, over: [1, 2], tolerate: 1, map: [{id: g, retry: {maximumAttempts: 3}, steps: [{id: a, activity: work, with: {fail: Down, final: "${item == 1}"}}]}]}
`, story: `
			0-0 m[0]/g/a failed
			0-0 m[1]/g/a failed
			1-1 m[1]/g#2/a failed
			3-3 m[1]/g#3/a failed
			3 failed Down: step m[1]/g#3/a: as told`},
		{name: "nor that of a child that says so", steps: `
steps: [{id: g, retry: {maximumAttempts: 3}, steps: [{id: c, workflow: sub, with: {takes: 1, fail: Down, final: true}}]}]
`, story: `
			0-1 g/c failed
			1 failed Down: step g/c: as told`},
		{name: "a child in each attempt has an id of its own", steps: `
steps: [{id: g, retry: {maximumAttempts: 2}, steps: [{id: c, workflow: sub, with: {takes: 1, fail: Down}}]}]
`, story: `
			0-1 g/c failed
			2-3 g#2/c failed
			3 failed Down: step g#2/c: as told`},
		{name: "a stop ends the run", steps: `
steps: [{id: g, retry: {maximumAttempts: 3}, steps: [{id: a, activity: work, with: {takes: 1}}, {id: x, stop: 7}]}]
`, story: `
			0-1 g/a
			1 7`},
		{name: "an undo that fails for good fails the block, with the failure of the attempt", steps: `
steps:
  - id: t
    try:
      - id: g
        retry: {maximumAttempts: 3}
        steps:
          - {id: a, activity: work, undo: {activity: work}}
          - {id: b, activity: work, undo: {activity: work, with: {takes: 1, fail: NoUndo}}}
          - {id: c, activity: work, with: {fail: Down}}
    catch: [{steps: [{id: c, activity: echo, with: "${error.type + ' ' + error.step}"}]}]
`, story: `
			0-0 t/g/a
			0-0 t/g/b
			0-0 t/g/c failed
			0-1 t/g/b/undo failed
			1-1 t/g/a/undo
			1-1 t/catch/c
			1 "Down t/g/c"`},
		{name: "a step whose undo cannot be told is a failure like any other", steps: `
steps: [{id: g, retry: {maximumAttempts: 2, types: [ExpressionError]}, steps: [{id: a, activity: work, undo: {activity: work, with: "${steps.a.output.missing}"}}]}]
`, story: `
			0-0 g/a
			1-1 g#2/a
			1 failed ExpressionError: step g#2/a: null has no field "missing"`},
		{name: "a cancel in an attempt", events: []event{cancels(1)}, steps: `
steps: [{id: g, retry: {maximumAttempts: 3}, steps: [{id: a, activity: work, with: {takes: 9, failOnCancel: Down}}]}]
`, story: `
			0-1 g/a failed
			1 canceled`},
		{name: "a cancel while it is undone", events: []event{cancels(1)}, steps: `
steps: [{id: g, retry: {maximumAttempts: 3}, steps: [{id: a, activity: work, undo: {activity: work, with: {takes: 2}}}, {id: b, activity: work, with: {fail: Down}}]}]
`, story: `
			0-0 g/a
			0-0 g/b failed
			0-2 g/a/undo
			2 canceled`},
		{name: "a cancel in a pause", events: []event{cancels(4)}, steps: `
steps: [{id: g, timeout: 1h, on_timeout: [{id: l, activity: work}], retry: {maximumAttempts: 3, initialInterval: 9s}, steps: [{id: a, activity: work, with: {fail: Down}}]}]
`, story: `
			0-0 g/a failed
			4 canceled`},
		{name: "no cancel reaches it in a finally", events: []event{cancels(1)}, steps: `
steps: [{id: t, try: [{id: a, sleep: 9s}], finally: [{id: g, retry: {maximumAttempts: 2}, steps: [{id: a, activity: work, with: {takes: 1, fail: Down}}]}]}]
`, story: `
			1-2 t/finally/g/a failed
			3-4 t/finally/g#2/a failed
			4 canceled`},
		{name: "a failure of finally while it is canceled", events: []event{cancels(2)}, steps: `
steps: [{id: t, retry: {maximumAttempts: 3}, try: [{id: a, activity: work, undo: {activity: work}}], finally: [{id: f, activity: work, with: {takes: 5, fail: Down}}]}]
`, story: `
			0-0 t/a
			0-5 t/finally/f failed
			5-5 t/a/undo
			5 failed Down: step t/finally/f: as told`},
		{name: "a timeout covers all attempts, and what they wait for", steps: `
steps:
  - {id: g, timeout: 2500ms, on_timeout: [{id: l, activity: work, with: {output: "${vars.x}"}}], retry: {maximumAttempts: 9}, steps: [{id: s, set: {x: "${vars.x + 1}"}}, {id: a, activity: work, with: {takes: 1, fail: Down}}]}
  - {id: h, timeout: 2s, on_timeout: [], retry: {maximumAttempts: 9, initialInterval: 30s}, steps: [{id: a, activity: work, undo: {activity: work}}, {id: b, activity: work, with: {fail: Down}}]}
  - {id: i, timeout: 1s, retry: {maximumAttempts: 9}, steps: [{id: a, activity: work, undo: {activity: work, with: {takes: 4}}}, {id: b, activity: work, with: {fail: Down}}]}
vars: {x: 0}
`, story: `
			0-1 g/a failed
			2-2.500 g#2/a canceled
			2.500-2.500 g/on_timeout/l
			2.500-2.500 h/a
			2.500-2.500 h/b failed
			2.500-2.500 h/a/undo
			4.500-4.500 i/a
			4.500-4.500 i/b failed
			4.500-8.500 i/a/undo
			8.500 failed StepTimeout: step i: not done by 2026-03-04T05:06:12.5Z`},
		{name: "a timeout inside is a failure of the attempt", steps: `
steps: [{id: g, retry: {maximumAttempts: 2}, steps: [{id: a, timeout: 2s, activity: work, with: {takes: 9}}]}]
`, story: `
			0-2 g/a canceled
			3-5 g#2/a canceled
			5 failed StepTimeout: step g#2/a: not done by 2026-03-04T05:06:12Z`},
		{name: "one in another", steps: `
steps:
  - id: g
    retry: {maximumAttempts: 2}
    steps:
      - {id: a, activity: work, undo: {activity: work}}
      - {id: h, retry: {maximumAttempts: 2}, steps: [{id: b, activity: work, undo: {activity: work}}, {id: c, activity: work, with: {fail: Down}}]}
`, story: `
			0-0 g/a
			0-0 g/h/b
			0-0 g/h/c failed
			0-0 g/h/b/undo
			1-1 g/h#2/b
			1-1 g/h#2/c failed
			1-1 g/h#2/b/undo
			1-1 g/a/undo
			2-2 g#2/a
			2-2 g#2/h/b
			2-2 g#2/h/c failed
			2-2 g#2/h/b/undo
			3-3 g#2/h#2/b
			3-3 g#2/h#2/c failed
			3-3 g#2/h#2/b/undo
			3-3 g#2/a/undo
			3 failed Down: step g#2/h#2/c: as told`},
		{name: "each kind of block", steps: `
x-retry: &retry {maximumAttempts: 2}
x-work: &work {id: a, activity: work, with: {takes: 1, fail: "${timestamp(run.now).getSeconds() % 3 == 1 ? 'Down' : ''}"}}
steps:
  - {id: p, retry: *retry, parallel: {a: [*work], b: [{id: z, sleep: 1s}]}}
  - {id: r, retry: *retry, race: {a: [*work], b: [*work]}}
  - {id: h, retry: *retry, switch: [{when: "${true}", steps: [*work]}]}
  - {id: l, retry: *retry, times: 1, loop: [*work]}
  - {id: m, retry: *retry, over: [1], map: [*work]}
  - {id: d, retry: *retry, dag: [*work]}
  - {id: o, retry: *retry, graph: [*work]}
  - {id: t, retry: *retry, try: [*work], finally: [{id: f, activity: work}]}
`, story: `
			0-1 p/a/a failed
			2-3 p#2/a/a
			3-4 r/a/a failed
			3-4 r/b/a failed
			5-6 r#2/a/a
			5-6 r#2/b/a
			6-7 h/a failed
			8-9 h#2/a
			9-10 l[0]/a failed
			11-12 l#2[0]/a
			12-13 m[0]/a failed
			14-15 m#2[0]/a
			15-16 d/a failed
			17-18 d#2/a
			18-19 o[0]/a failed
			20-21 o#2[0]/a
			21-22 t/a failed
			22-22 t/finally/f
			23-24 t#2/a
			24-24 t#2/finally/f
			24 null`},
		{name: "what each part of a block had completed is undone", steps: `
x-work: &work {id: a, activity: work, undo: {activity: work}}
steps:
  - id: g
    retry: {maximumAttempts: 2}
    steps:
      - {id: l, times: 2, loop: [*work]}
      - {id: m, over: [1, 2], map: [*work]}
      - {id: p, parallel: {x: [*work]}}
      - {id: o, graph: [*work]}
      - {id: f, fail: {type: Down, message: because}}
`, story: `
			0-0 g/l[0]/a
			0-0 g/l[1]/a
			0-0 g/m[0]/a
			0-0 g/m[1]/a
			0-0 g/p/x/a
			0-0 g/o[0]/a
			0-0 g/o[0]/a/undo
			0-0 g/p/x/a/undo
			0-0 g/m[1]/a/undo
			0-0 g/m[0]/a/undo
			0-0 g/l[1]/a/undo
			0-0 g/l[0]/a/undo
			1-1 g#2/l[0]/a
			1-1 g#2/l[1]/a
			1-1 g#2/m[0]/a
			1-1 g#2/m[1]/a
			1-1 g#2/p/x/a
			1-1 g#2/o[0]/a
			1-1 g#2/o[0]/a/undo
			1-1 g#2/p/x/a/undo
			1-1 g#2/m[1]/a/undo
			1-1 g#2/m[0]/a/undo
			1-1 g#2/l[1]/a/undo
			1-1 g#2/l[0]/a/undo
			1 failed Down: step g#2/f: because`},
		{name: "what works by the paths of steps knows later attempts: losers, items, catches, nodes, timeouts", steps: `
x-twice: &twice {id: g, retry: {maximumAttempts: 2}, steps: [{id: a, activity: work, undo: {activity: work}}, {id: s, switch: [{when: "${timestamp(run.now).getSeconds() % 2 == 1}", steps: [{id: f, fail: {type: Down, message: because}}]}]}]}
x-down: &down {id: f, fail: {type: Down, message: because}}
steps:
  - {id: m, over: [1], tolerate: 1, map: [*twice, *down]}
  - {id: z, sleep: 1s}
  - {id: t, try: [*twice, *down], catch: [{steps: [{id: c, activity: work}]}]}
  - {id: y, sleep: 1s}
  - {id: o, graph: [{id: b, steps: [*twice, *down], on_failure: n}, {id: n, activity: work}]}
  - {id: x, sleep: 1s}
  - {id: l, timeout: 2s, on_timeout: [], steps: [*twice, {id: z, sleep: 9s}]}
  - {id: r, race: {a: [*twice, {id: z, sleep: 9s}], b: [{id: z, sleep: 2s}]}}
`, story: `
			0-0 m[0]/g/a
			0-0 m[0]/g/a/undo
			1-1 m[0]/g#2/a
			1-1 m[0]/g#2/a/undo
			2-2 t/g/a
			2-2 t/g/a/undo
			3-3 t/g#2/a
			3-3 t/g#2/a/undo
			3-3 t/catch/c
			4-4 o[0]/b/g/a
			4-4 o[0]/b/g/a/undo
			5-5 o[0]/b/g#2/a
			5-5 o[0]/b/g#2/a/undo
			5-5 o[1]/n
			6-6 l/g/a
			6-6 l/g/a/undo
			7-7 l/g#2/a
			8-8 l/g#2/a/undo
			8-8 r/a/g/a
			8-8 r/a/g/a/undo
			9-9 r/a/g#2/a
			10-10 r/a/g#2/a/undo
			10 {"output":null,"winner":"b"}`},
		{name: "a plan is asked for anew, its steps are undone, and what it has set is not there", input: map[string]any{"steps": []any{
			map[string]any{"id": "s", "set": map[string]any{"x": "${vars.x + 1}"}},
			map[string]any{"id": "a", "activity": "work", "undo": map[string]any{"activity": "work"}}, map[string]any{"id": "f", "fail": map[string]any{"type": "Down"}},
		}}, steps: `
vars: {x: 1}
steps:
  - id: t
    try: [{id: g, retry: {maximumAttempts: 2}, steps: [{id: p, plan: work, with: {output: "${input}"}}]}]
    catch: [{steps: [{id: c, set: {step: "${error.step}"}}]}]
output: ${vars.x}
`, story: `
			0-0 t/g/p
			0-0 t/g/p/plan:#/a
			0-0 t/g/p/plan:#/a/undo
			1-1 t/g#2/p
			1-1 t/g#2/p/plan:#/a
			1-1 t/g#2/p/plan:#/a/undo
			1 2`},
		{name: "each attempt is undone, and the last one for what runs instead", steps: `
steps:
  - {id: g, retry: {maximumAttempts: 3}, timeout: 3500ms, on_timeout: [], steps: [{id: a, activity: work, undo: {activity: work}}, {id: s, switch: [{when: "${run.now < '2026-03-04T05:06:10Z'}", steps: [{id: f, fail: {type: Down}}]}]}, {id: z, sleep: 9s}]}
`, story: `
			0-0 g/a
			0-0 g/a/undo
			1-1 g#2/a
			1-1 g#2/a/undo
			3-3 g#3/a
			3.500-3.500 g#3/a/undo
			3.500 null`},
		{name: "in a plan", input: map[string]any{"steps": []any{map[string]any{
			"id": "g", "retry": map[string]any{"maximumAttempts": 2},
			"steps": []any{map[string]any{"id": "a", "activity": "work", "with": map[string]any{"fail": "Down"}}},
		}}}, steps: `
steps: [{id: p, plan: work, with: {output: "${input}"}}]
`, story: `
			0-0 p
			0-0 p/plan:#/g/a failed
			1-1 p/plan:#/g#2/a failed
			1 failed Down: step p/plan:#/g#2/a: as told`},
		{name: "messages that were taken are gone with their attempt, and the next one gets those that come then", events: []event{
			signals(1, "go", 1), signals(2, "go", 2), signals(3, "go", 3),
		}, steps: `
steps:
  - id: g
    retry: {maximumAttempts: 3, initialInterval: 5s}
    steps:
      - {id: w, wait: go}
      - {id: h, switch: [{when: "${steps.w.output < 3}", steps: [{id: f, fail: {type: Down, message: because}}]}]}
output: ${run.now}
`, story: `16 "2026-03-04T05:06:23Z"`},
		{name: "detached children are neither undone nor counted", steps: `
steps: [{id: g, retry: {maximumAttempts: 2}, steps: [{id: c, workflow: sub, detach: true, with: {takes: 9}}, {id: f, fail: {type: Down, message: because}}]}]
`, story: `
			0-0 g/c running
			1-0 g#2/c running
			1 failed Down: step g#2/f: because`},
	})
}

// An update that comes while a block waits for its next attempt is kept for it; in the last
// attempt there is nobody to come anymore.
func TestMessagesBetweenAttempts(t *testing.T) {
	t.Parallel()
	for _, events := range []int{0, 1} {
		s := newStage(t, engine.Options{EventsPerRun: events}, updates(2, "early", "go", 1), updates(7, "late", "go", 2)).inline(document(`
steps:
  - id: g
    retry: {maximumAttempts: 2, initialInterval: 5s}
    steps: [{id: h, switch: [{when: "${run.now < '2026-03-04T05:06:08Z'}", steps: [{id: f, fail: {type: Down, message: because}}]}]}, {id: w, wait: go}, {id: z, sleep: 9s}]
output: ${steps.g.output}
`), nil)
		assert.Equal(t, "14 null", s.story())
		assert.Equal(t, 1, s.replies["early"].completed)
		assert.ErrorContains(t, s.replies["late"].rejected, "go")
	}
}

// Each attempt of a block has keys of its own, and each Activity knows its path.
func TestKeysOfAttempts(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{}).inline(document(`
steps: [{id: g, retry: {maximumAttempts: 2}, steps: [{id: a, activity: echo, with: "${step.key}"}, {id: f, fail: {type: Down, message: because}}]}]
`), nil)
	assert.Equal(t, []any{engine.KeyIn(testRunID, "g/a")}, s.call("g/a").Arguments)
	assert.Equal(t, []any{engine.KeyIn(testRunID, "g#2/a")}, s.call("g#2/a").Arguments)
	assert.Equal(t, "g#2/a", s.call("g#2/a").Activity.ActivityID)
}

// The status tells the attempts of a block, that it is still under way in a pause, and why.
func TestTheStatusOfAttempts(t *testing.T) {
	t.Parallel()
	document := document(`
steps: [{id: g, retry: {maximumAttempts: 3, initialInterval: 5s}, steps: [{id: a, activity: work, with: {takes: 1, fail: Down}}]}]
`)
	var seen []engine.StepStatus
	look := func(s *stage) { seen = append(seen, s.status().Steps[0]) }
	s := newStage(t, engine.Options{}, at(0.5, look), at(3, look), at(6.5, look)).inline(document, nil)
	seen = append(seen, s.status().Steps[0])
	told := func(each engine.StepStatus) string {
		return fmt.Sprint(each.State, " ", each.Attempts, " ", each.Failures, " ", each.Running, " ", each.Error, " inside ", each.Steps[0].State, " ", each.Steps[0].Attempts)
	}
	require.Len(t, seen, 4)
	assert.Equal(t, "running 1 0 1  inside running 1", told(seen[0]))
	assert.Equal(t, "running 2 1 1 Down: as told inside failed 1", told(seen[1]))
	assert.Equal(t, "running 2 1 1 Down: as told inside running 2", told(seen[2]))
	assert.Equal(t, "failed 3 3 0 Down: as told inside failed 3", told(seen[3]))
}

// The timer of a pause says what it waits for.
func TestTheTimersOfPauses(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{}).inline(document(`
steps: [{id: g, retry: {maximumAttempts: 3, initialInterval: 1500ms}, steps: [{id: f, fail: {type: Down, message: because}}]}]
`), nil)
	var timers []string
	for _, each := range s.commands {
		timers = append(timers, fmt.Sprint(each.Kind, " ", each.Path, " ", each.Timer))
	}
	assert.Equal(t, []string{"timer g#2 1.5s", "timer g#3 3s"}, timers)
}

// What is left of a pause goes on in the next run; nobody begins it anew.
func TestPausesGoOnInTheNextRun(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{EventsPerRun: 1}).inline(document(`
steps:
  - parallel:
      a: [{id: g, retry: {maximumAttempts: 2, initialInterval: 10s}, steps: [{id: a, activity: work, with: {fail: Down}}]}]
      b: [{id: l, times: 9, loop: [{id: z, sleep: 1s}]}]
    id: p
`), nil)
	assert.Greater(t, s.runs, 5)
	assert.Equal(t, "0-0 p/a/g/a failed\n10-10 p/a/g#2/a failed\n10 failed Down: step p/a/g#2/a: as told", s.story())
}

// However many attempts a block may have, the run has no more steps than its budget allows, also
// where an attempt begins no step; and it lets others go on.
func TestRetriesWithoutEnd(t *testing.T) {
	t.Parallel()
	for name, each := range map[string]struct{ block, failed string }{
		"with steps":    {"steps: [{id: f, fail: {type: Down, message: because}}]", "g#126"},
		"without steps": {"times: '${input.missing}', max: 5, loop: [{id: a, activity: work}]", "g#251"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, engine.Options{EventsPerRun: 200}).inline(document(`
budget: {steps: 250}
steps: [{id: g, retry: {maximumAttempts: 2000000000, initialInterval: 1ns, backoffCoefficient: 1}, `+each.block+`}]
`), map[string]any{})
			assert.Equal(t, fmt.Sprintf(`failed BudgetExceeded: step %s: the budget allows steps: 250 ["steps",250]`, each.failed), s.ending())
			assert.Less(t, s.now.Sub(stageStart), time.Second)
			assert.Greater(t, s.runs, 1)
		})
	}
}

// A limit of the whole run is no reason for another attempt, one of a part is.
func TestLimitsOfTheRunAreNotTriedAgain(t *testing.T) {
	t.Parallel()
	for name, each := range map[string]struct {
		block    string
		attempts int
	}{
		"children":    {"steps: [{id: c, workflow: sub}, {id: d, workflow: sub}]", 1},
		"plans":       {"steps: [{id: p, plan: plan}, {id: q, plan: plan}]", 1},
		"stateBytes":  {"steps: [{id: a, activity: work, with: {output: '${input.join()}'}}, {id: b, activity: echo, with: '${steps.a.output}'}]", 1},
		"timers":      {"over: '${input}', concurrency: 1000, map: [{id: z, sleep: 9s}]", 1},
		"rounds":      {"times: '${size(input)}', max: 5, loop: [{id: z, sleep: 1ms}]", 2},
		"items":       {"over: '${input}', map: [{id: z, sleep: 1ms}]", 2},
		"outputBytes": {"steps: [{id: s, set: {x: '${input.join() + input.join() + input.join()}'}}]", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			limits := map[string]string{
				"children": "children: 1", "plans": "plans: 1", "stateBytes": "stateBytes: 2500", "rounds": "rounds: 5", "items": "items: 5", "outputBytes": "outputBytes: 6000",
			}
			budget := ""
			if limit := limits[name]; limit != "" {
				budget = "budget: {" + limit + "}\n"
			}
			input := make([]string, 600)
			for i := range input {
				input[i] = "12345"
			}
			s := newStage(t, engine.Options{})
			s.answers = map[string]any{"g/p": map[string]any{"steps": []any{map[string]any{"id": "a", "activity": "work"}}}}
			s.inline(document(budget+"steps: [{id: g, retry: {maximumAttempts: 2}, "+each.block+"}]\n"), input)
			assert.Contains(t, s.ending(), "BudgetExceeded")
			assert.Equal(t, each.attempts, s.status().Steps[0].Attempts, s.story())
		})
	}
}

// The variables that an attempt begins with, and the failure that a pause keeps, count in the
// state.
func TestWhatRetriesKeepCounts(t *testing.T) {
	t.Parallel()
	told := func(size int) (ending string, bytes int) {
		s := newStage(t, engine.Options{}, at(2, func(s *stage) { bytes = s.status().Used.StateBytes }))
		s.inline(document(fmt.Sprintf(`
vars: {v: "${input}"}
budget: {stateBytes: 100000}
steps: [{id: g, retry: {maximumAttempts: 2, initialInterval: %ds}, steps: [{id: s, set: {v: 1}}, {id: f, fail: {type: Down, details: ["${input}"]}}]}]
`, 9)), fmt.Sprintf("%0*d", size, 0))
		return s.ending(), bytes
	}
	_, little := told(10)
	ending, much := told(10_010)
	assert.Contains(t, ending, "failed Down")
	// Once as the first value, which a set has replaced by then, and once in the failure.
	assert.InDelta(t, 20_000, much-little, 200)
}
