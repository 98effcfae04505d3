package engine_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"dynamicsamples/blueprint/engine"
)

// asks lets somebody ask for an operation on a step, with a value in JSON where it has one.
func asks(seconds float64, op, step, value string) event {
	operation := engine.Operation{Op: op, Step: step}
	given := json.RawMessage(value)
	switch {
	case value == "":
	case op == "retry":
		operation.Input = given
	case op == "complete":
		operation.Output = given
	case op == "set":
		operation.Vars = given
	case op == "fail":
		operation.Type, operation.Message = value, "by hand"
	}
	return operates(seconds, fmt.Sprintf("%s at %v", op, seconds), operation)
}

// A failure that is held waits in its step, and what is beside goes on, until it is said what is
// to be done.
func TestHeldFailures(t *testing.T) {
	t.Parallel()
	const failing = `
steps:
  - {id: a, hold: true, activity: work, with: {takes: 1, fail: Bad}, undo: {activity: plain}}
  - {id: b, activity: echo, with: "${steps.a.output}"}`
	tell(t, []storyCase{
		{name: "tried again with another input", events: []event{asks(5, "retry", "a", `{"takes": 2, "output": "done"}`)}, steps: failing, story: `
0-1 a failed
5-7 a
7-7 b
7 "done"`},
		{name: "tried again as it was, with the input that it was given last", events: []event{asks(5, "retry", "a", ""), asks(7, "retry", "a", `{"takes": 1, "fail": "Other"}`), asks(9, "retry", "a", ""), asks(11, "skip", "a", "")}, steps: failing, story: `
0-1 a failed
5-6 a failed
7-8 a failed
9-10 a failed
11-11 b
11 null`},
		{name: "completed by hand, and taken back later", events: []event{asks(5, "complete", "a", `{"x": 1}`), cancels(6)}, steps: failing + "\n  - {id: s, sleep: 1h}", story: `
0-1 a failed
5-5 b
6-6 a/undo
6 canceled`},
		{name: "skipped, and not taken back", events: []event{asks(5, "skip", "a", ""), cancels(6)}, steps: failing + "\n  - {id: s, sleep: 1h}", story: `
0-1 a failed
5-5 b
6 canceled`},
		{name: "failed as it is", events: []event{asks(5, "fail", "a", "")}, steps: failing, story: `
0-1 a failed
5 failed Bad: step a: as told`},
		{name: "failed as somebody says", events: []event{asks(5, "fail", "a", "GaveUp")}, steps: failing, story: `
0-1 a failed
5 failed GaveUp: step a: by hand`},
		{name: "a variable set before it is tried again", events: []event{asks(5, "set", "a", `{"type": ""}`), asks(6, "retry", "a", "")}, steps: `
vars: {type: Bad}
steps: [{id: a, hold: true, activity: work, with: {takes: 1, fail: "${vars.type}"}}]
output: ${vars.type}`, story: `
0-1 a failed
6-7 a
7 ""`},
		{name: "canceled", events: []event{cancels(5)}, steps: failing, story: `
0-1 a failed
5 canceled`},
		{name: "until its time is over", steps: `
steps: [{id: t, try: [{id: a, hold: {timeout: 3s}, activity: work, with: {takes: 1, fail: Bad}}], catch: [{steps: [{id: b, activity: plain}]}]}]
output: 1`, story: `
0-1 t/a failed
4-4 t/catch/b
4 1`},
		{name: "several times until the first is over", steps: `
steps: [{id: m, over: [3, 1, 2], tolerate: 3, map: [{id: a, hold: {timeout: 3s}, activity: work, with: {takes: "${item}", fail: Bad}}, {id: b, activity: plain}]}]
output: 1`, story: `
0-3 m[0]/a failed
0-1 m[1]/a failed
0-2 m[2]/a failed
6 1`},
		{name: "of some types", events: []event{asks(5, "skip", "b", "")}, steps: `
steps: [{id: t, try: [{id: a, hold: {types: [Other]}, activity: work, with: {fail: Bad}}], catch: [{steps: [{id: c, activity: plain}]}]}, {id: b, hold: {types: [Other, Bad]}, activity: work, with: {fail: Bad}}]
output: 1`, story: `
0-0 t/a failed
0-0 t/catch/c
0-0 b failed
5 1`},
		{name: "before its own catch", events: []event{asks(5, "fail", "t/a", "")}, steps: `
steps: [{id: t, try: [{id: a, hold: true, activity: work, with: {fail: Bad}}], catch: [{steps: [{id: c, activity: plain}]}]}]
output: 1`, story: `
0-0 t/a failed
5-5 t/catch/c
5 1`},
		{name: "beside what goes on", events: []event{asks(5, "retry", "p/x/a", `{}`)}, steps: `
steps: [{id: p, parallel: {x: [{id: a, hold: true, activity: work, with: {takes: 1, fail: Bad}}], y: [{id: b, activity: work, with: {takes: 2}}, {id: c, activity: work, with: {takes: 2}}]}}]
output: 1`, story: `
0-1 p/x/a failed
0-2 p/y/b
2-4 p/y/c
5-5 p/x/a
5 1`},
		{name: "canceled by what is beside", steps: `
steps: [{id: t, try: [{id: p, parallel: {x: [{id: a, hold: true, activity: work, with: {takes: 1, fail: Bad}}], y: [{id: b, activity: work, with: {takes: 2, fail: Worse}}]}}], catch: [{steps: [{id: c, activity: plain}]}]}]
output: 1`, story: `
0-1 t/p/x/a failed
0-2 t/p/y/b failed
2-2 t/catch/c
2 1`},
		{name: "of each kind", events: []event{
			asks(1, "skip", "a", ""), asks(2, "retry", "c", `{"takes": 1}`), asks(4.5, "retry", "w", ""), signals(5, "go", 7), asks(6, "retry", "p", `{"output": {"steps": [{"id": "x", "activity": "plain"}]}}`),
			asks(7, "complete", "m", `[]`), asks(8, "complete", "l", `1`), asks(9, "skip", "f", ""), asks(10, "complete", "s", "null"), asks(11, "complete", "z", `{"v": 1}`),
		}, steps: `
defaults: {hold: true}
steps:
  - {id: a, activity: echo, local: true, with: "${1/0}"}
  - {id: c, workflow: sub, with: {fail: Bad}}
  - {id: w, wait: go, timeout: 1s}
  - {id: p, plan: work, with: {output: {steps: [{id: x, activity: none}]}}}
  - {id: m, over: "${input}", map: [{id: x, activity: plain}]}
  - {id: l, max: 1, while: "${true}", loop: [{id: x, activity: plain}]}
  - {id: f, hold: true, fail: {type: Bad}}
  - {id: s, sleep: "${'nonsense'}"}
  - {id: z, set: {v: "${1/0}"}}
output: ${steps.w.output}`, story: `
1-1 c failed
2-3 c
5-5 p
6-6 p
6-6 p/plan:#/x
7-7 l[0]/x
11 7`},
	})
}

// A hold around a step, or of the whole run, is for failures that nothing between takes. Held is the
// step in which the failure arose.
func TestHoldsAround(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "a catch takes some", events: []event{asks(5, "fail", "g/t/b", "")}, steps: `
steps:
  - {id: g, hold: true, steps: [
      {id: s, try: [{id: a, activity: work, with: {fail: Bad}}], catch: [{types: [Bad], steps: [{id: c, activity: plain}]}]},
      {id: t, try: [{id: b, activity: work, with: {fail: Other}}], catch: [{types: [Bad], steps: [{id: c, activity: plain}]}]}]}`,
			story: `
0-0 g/s/a failed
0-0 g/s/catch/c
0-0 g/t/b failed
5 failed Other: step g/t/b: as told`},
		{name: "a catch takes some by its condition, and none of its own", events: []event{asks(5, "skip", "g/t/a", ""), asks(6, "skip", "g/u/catch/c", "")}, steps: `
steps:
  - {id: g, hold: true, steps: [
      {id: t, try: [{id: a, activity: work, with: {fail: Bad}}], catch: [{when: "${error.message == 'x'}", steps: [{id: c, activity: plain}]}]},
      {id: u, try: [{id: a, activity: work, with: {fail: Bad}}], catch: [{when: "${error.type == 'Bad'}", steps: [{id: c, activity: work, with: {fail: Bad}}]}]}]}
output: 1`,
			story: `
0-0 g/t/a failed
5-5 g/u/a failed
5-5 g/u/catch/c failed
6 1`},
		{name: "a map tolerates some", events: []event{asks(5, "skip", "m[1]/a", "")}, steps: `
defaults: {hold: true}
steps: [{id: m, over: [1, 2], tolerate: 1, map: [{id: a, activity: work, with: {takes: "${item}", fail: Bad}}]}]
output: ${steps.m.output[1]}`,
			story: `
0-1 m[0]/a failed
0-2 m[1]/a failed
5 null`},
		{name: "an edge takes some", events: []event{asks(5, "skip", "g[1]/b", "")}, steps: `
defaults: {hold: true}
steps: [{id: g, graph: [{id: a, activity: work, with: {fail: Bad}, on_failure: [{types: [Bad], to: b}]}, {id: b, activity: work, with: {fail: Bad}, on_failure: [{types: [Other], to: a}]}]}]
output: 1`,
			story: `
0-0 g[0]/a failed
0-0 g[1]/b failed
5 1`},
		{name: "other branches of a race take it", events: []event{asks(5, "retry", "r/y/b", "{}")}, steps: `
defaults: {hold: true}
steps: [{id: r, race: {x: [{id: a, activity: work, with: {takes: 1, fail: Bad}}], y: [{id: b, activity: work, with: {takes: 2, fail: Bad}}]}}]
output: ${steps.r.output.winner}`,
			story: `
0-1 r/x/a failed
0-2 r/y/b failed
5-5 r/y/b
5 "y"`},
		{name: "the last branch of a race", events: []event{asks(5, "fail", "r/y/b", "")}, steps: `
defaults: {hold: true}
steps: [{id: r, race: {x: [{id: a, activity: work, with: {takes: 1, fail: Bad}}], y: [{id: b, activity: work, with: {takes: 2, fail: Bad}}]}}]`,
			story: `
0-1 r/x/a failed
0-2 r/y/b failed
5 failed Bad: step r/y/b: as told`},
		{name: "branches of a race that several win", events: []event{asks(5, "skip", "r/y/b", "")}, steps: `
defaults: {hold: true}
steps: [{id: r, first: 2, race: {x: [{id: a, activity: work, with: {takes: 1, fail: Bad}}], y: [{id: b, activity: work, with: {takes: 2, fail: Bad}}], z: [{id: c, activity: work, with: {takes: 3}}]}}]
output: ${steps.r.output.winners}`,
			story: `
0-1 r/x/a failed
0-2 r/y/b failed
0-3 r/z/c
5 ["z","y"]`},
		{name: "a race that one branch wins while another is held", steps: `
steps: [{id: r, race: {x: [{id: a, hold: true, activity: work, with: {takes: 1, fail: Bad}}], y: [{id: b, activity: work, with: {takes: 2}}]}}]
output: ${steps.r.output.winner}`,
			story: `
0-1 r/x/a failed
0-2 r/y/b
2 "y"`},
		{name: "a dag that goes on", events: []event{asks(5, "fail", "d/a", "")}, steps: `
defaults: {hold: true}
steps: [{id: d, failFast: false, dag: [{id: a, activity: work, with: {takes: 1, fail: Bad}}, {id: b, activity: work, with: {takes: 2}}, {id: c, needs: [a], activity: plain}]}]`,
			story: `
0-1 d/a failed
0-2 d/b
5 failed Bad: step d/a: as told [{"details":[],"message":"as told","step":"d/a","type":"Bad"}]`},
		{name: "no fail step", steps: `
steps: [{id: g, hold: true, steps: [{id: f, fail: {type: Bad, message: so}}]}]`,
			story: `
0 failed Bad: step g/f: so`},
		{name: "a fail step that has one", events: []event{asks(5, "skip", "g/f", "")}, steps: `
steps: [{id: g, steps: [{id: f, hold: true, fail: {type: Bad, message: so}}]}]
output: 1`,
			story: `
5 1`},
		{name: "a finally that fails", events: []event{asks(5, "skip", "t/finally/f", "")}, steps: `
defaults: {hold: true}
steps: [{id: t, try: [{id: a, activity: plain}], finally: [{id: f, activity: work, with: {fail: Bad}}]}]
output: 1`,
			story: `
0-0 t/a
0-0 t/finally/f failed
5 1`},
		{name: "a finally of what is canceled is not held", events: []event{cancels(1)}, steps: `
defaults: {hold: true}
steps: [{id: t, try: [{id: s, sleep: 5s}], finally: [{id: f, activity: work, with: {takes: 2, fail: Bad}}]}]`,
			story: `
1-3 t/finally/f failed
3 canceled`},
		{name: "a finally that is held when it is canceled", events: []event{cancels(3)}, steps: `
defaults: {hold: true}
steps: [{id: t, try: [{id: a, activity: plain}], finally: [{id: f, activity: work, with: {fail: Bad}}, {id: g, activity: plain}]}]`,
			story: `
0-0 t/a
0-0 t/finally/f failed
3 failed Bad: step t/finally/f: as told`},
		{name: "of a plan", events: []event{asks(5, "complete", "p/plan:4eeccae3/x", "1")}, steps: `
defaults: {hold: true}
steps: [{id: p, plan: work, with: {output: {steps: [{id: x, activity: work, with: {fail: Bad}}]}}}]`,
			story: `
0-0 p
0-0 p/plan:#/x failed
5 1`},
		{name: "a block that fails itself begins anew, with what it had completed taken back", events: []event{asks(5, "set", "l", `{"more": false}`), asks(6, "retry", "l", "")}, steps: `
vars: {more: true}
steps: [{id: l, hold: true, while: "${vars.more}", max: 2, loop: [{id: a, activity: plain, undo: {activity: plain}}]}, {id: b, activity: plain}]`,
			story: `
0-0 l[0]/a
0-0 l[1]/a
6-6 l[1]/a/undo
6-6 l[0]/a/undo
6-6 b
6 null`},
		{name: "what is in a block that begins anew has another path", events: []event{asks(5, "set", "l", `{"x": {"done": true}}`), asks(6, "retry", "l", "")}, steps: `
vars: {x: "${input}"}
steps: [{id: l, hold: true, until: "${vars.x.done}", max: 2, loop: [{id: a, activity: echo, with: "${step.key}", undo: {activity: plain}}]}, {id: b, activity: work, with: {fail: Bad}}]`,
			story: `
0-0 l[0]/a
6-6 l[0]/a/undo
6-6 l#2[0]/a
6-6 b failed
6-6 l#2[0]/a/undo
6 failed Bad: step b: as told`},
		{name: "a block that is tried again, once it is not anymore", events: []event{asks(5, "skip", "g#2/b", "")}, steps: `
defaults: {hold: true}
steps: [{id: g, retry: {maximumAttempts: 2, initialInterval: 1s}, steps: [{id: a, activity: plain, undo: {activity: plain}}, {id: b, activity: work, with: {fail: Bad}}]}]
output: 1`,
			story: `
0-0 g/a
0-0 g/b failed
0-0 g/a/undo
1-1 g#2/a
1-1 g#2/b failed
5 1`},
		{name: "a block that fails itself, and has one attempt more", events: []event{asks(5, "retry", "l", ""), asks(6, "set", "l", `{"ok": true}`), asks(7, "retry", "l", "")}, steps: `
vars: {ok: "${input}", n: 0}
steps: [{id: l, hold: true, retry: {maximumAttempts: 2, initialInterval: 1s}, max: 1, until: "${vars.ok}", loop: [{id: a, activity: plain, undo: {activity: plain}}, {id: n, set: {n: 1}}]}]
output: 1`,
			story: `
0-0 l[0]/a
0-0 l[0]/a/undo
1-1 l#2[0]/a
5-5 l#2[0]/a/undo
5-5 l#3[0]/a
7-7 l#3[0]/a/undo
7-7 l#4[0]/a
7 1`},
		{name: "the edge of a graph", events: []event{asks(5, "complete", "g", "3")}, steps: `
defaults: {hold: true}
steps: [{id: g, graph: [{id: a, activity: plain, next: [{when: "${steps.a.output.x}", to: b}, {to: b}]}, {id: b, activity: plain}]}]`,
			story: `
0-0 g[0]/a
5 3`},
		{name: "a step that was not done in time", events: []event{asks(5, "retry", "a", `{"takes": 1}`)}, steps: `
steps: [{id: a, hold: true, timeout: 2s, activity: work, with: {takes: 9}, undo: {activity: plain}}, {id: b, activity: work, with: {fail: Bad}}]`,
			story: `
0-2 a canceled
5-6 a
6-6 b failed
6-6 a/undo
6 failed Bad: step b: as told`},
		{name: "a step with a timeout, completed", events: []event{asks(5, "complete", "a", "1")}, steps: `
steps: [{id: a, hold: true, timeout: 9s, activity: work, with: {fail: Bad}, undo: {activity: plain}}, {id: b, activity: work, with: {fail: Bad}}]`,
			story: `
0-0 a failed
5-5 b failed
5-5 a/undo
5 failed Bad: step b: as told`},
		{name: "asked for while it runs", events: []event{asks(0.5, "hold", "", ""), asks(5, "skip", "a", ""), asks(6, "skip", "g/b", "")}, steps: `
steps: [{id: a, activity: work, with: {takes: 1, fail: Bad}}, {id: g, steps: [{id: b, activity: work, with: {fail: Bad}}]}]
output: 1`,
			story: `
0-1 a failed
5-5 g/b failed
6 1`},
		{name: "asked for a step of each item", events: []event{asks(0.5, "hold", "m/g", ""), asks(5, "skip", "m[0]/g/a", "")}, steps: `
steps: [{id: m, over: [1], map: [{id: g, steps: [{id: a, activity: work, with: {takes: 1, fail: Bad}}]}, {id: b, activity: work, with: {fail: Worse}}]}]`,
			story: `
0-1 m[0]/g/a failed
5-5 m[0]/b failed
5 failed Worse: step m[0]/b: as told`},
		{name: "asked for a fail step, by its name", events: []event{asks(0.5, "hold", "g/f", ""), asks(0.6, "hold", "", ""), asks(5, "skip", "g/f", "")}, steps: `
steps: [{id: s, activity: work, with: {takes: 1}}, {id: g, steps: [{id: f, fail: {type: Bad}}, {id: e, fail: {type: Worse, message: so}}]}]`,
			story: `
0-1 s
5 failed Worse: step g/e: so`},
		{name: "asked for when the failure waits at a gate", events: []event{pauses(0.5, ""), asks(2, "hold", "a", ""), resumes(3, ""), asks(5, "skip", "a", "")}, steps: `
steps: [{id: a, activity: work, with: {takes: 1, fail: Bad}}]
output: 1`,
			story: `
0-1 a failed
5 1`},
	})
}

// An undo that fails for good is held as well, by the hold of its step or of what that stood in;
// those after it wait.
func TestHeldUndo(t *testing.T) {
	t.Parallel()
	const steps = `
steps:
  - {id: g, hold: true, steps: [{id: a, activity: work, undo: {activity: plain}}, {id: b, activity: work, undo: {activity: work, with: {takes: 1, fail: Bad}}}]}
  - {id: c, activity: work, with: {fail: End}}`
	tell(t, []storyCase{
		{name: "tried again with another input", events: []event{asks(5, "retry", "g/b/undo", `{"takes": 2}`)}, steps: steps, story: `
0-0 g/a
0-0 g/b
0-0 c failed
0-1 g/b/undo failed
5-7 g/b/undo
7-7 g/a/undo
7 failed End: step c: as told`},
		{name: "failed", events: []event{asks(5, "fail", "g/b/undo", "")}, steps: steps, story: `
0-0 g/a
0-0 g/b
0-0 c failed
0-1 g/b/undo failed
5-5 g/a/undo
5 failed End: step c: as told; g/b/undo failed: Bad: as told`},
		{name: "skipped", events: []event{asks(5, "skip", "g/b/undo", "")}, steps: steps, story: `
0-0 g/a
0-0 g/b
0-0 c failed
0-1 g/b/undo failed
5-5 g/a/undo
5 failed End: step c: as told`},
		{name: "completed", events: []event{asks(5, "complete", "g/b/undo", "1")}, steps: steps, story: `
0-0 g/a
0-0 g/b
0-0 c failed
0-1 g/b/undo failed
5-5 g/a/undo
5 failed End: step c: as told`},
		{name: "canceled", events: []event{cancels(5)}, steps: steps, story: `
0-0 g/a
0-0 g/b
0-0 c failed
0-1 g/b/undo failed
5-5 g/a/undo
5 failed End: step c: as told; g/b/undo failed: Bad: as told`},
		{name: "of an attempt, let go", events: []event{asks(5, "fail", "g/a/undo", "")}, steps: `
steps: [{id: g, retry: {maximumAttempts: 2, initialInterval: 1s}, steps: [{id: a, hold: true, activity: plain, undo: {activity: work, with: {fail: NoUndo}}}, {id: b, activity: work, with: {fail: Bad}}]}]`, story: `
0-0 g/a
0-0 g/b failed
0-0 g/a/undo failed
5 failed Bad: step g/b: as told; g/a/undo failed: NoUndo: as told`},
		{name: "of an attempt, skipped", events: []event{asks(5, "skip", "g/a/undo", ""), asks(9, "fail", "g#2/a/undo", "")}, steps: `
steps: [{id: g, retry: {maximumAttempts: 2, initialInterval: 1s}, steps: [{id: a, hold: true, activity: plain, undo: {activity: work, with: {fail: NoUndo, takes: 1}}}, {id: b, activity: work, with: {fail: Bad}}]}]`, story: `
0-0 g/a
0-0 g/b failed
0-1 g/a/undo failed
6-6 g#2/a
6-6 g#2/b failed
6-7 g#2/a/undo failed
9 failed Bad: step g#2/b: as told; g#2/a/undo failed: NoUndo: as told`},
		{name: "in a run that is canceled", events: []event{cancels(1)}, steps: `
steps: [{id: a, hold: true, activity: plain, undo: {activity: work, with: {takes: 1, fail: Bad}}}, {id: s, sleep: 1h}]`, story: `
0-0 a
1-2 a/undo failed
2 canceled`},
		{name: "by somebody who asks", events: []event{asks(0.5, "hold", "", ""), asks(3, "skip", "m[0]/a/undo", "")}, steps: `
steps: [{id: m, over: [1], tolerate: 1, map: [{id: a, activity: plain, undo: {activity: work, with: {takes: 1, fail: Bad}}}, {id: b, activity: work, with: {takes: 1, fail: Bad}}]}]
output: 1`, story: `
0-0 m[0]/a
0-1 m[0]/b failed
1-2 m[0]/a/undo failed
3 1`},
		{name: "of a type, and for a time", steps: `
steps: [{id: a, hold: {types: [Bad], timeout: 3s}, activity: plain, undo: {activity: work, with: {takes: 1, fail: Bad}}}, {id: b, hold: {types: [Other]}, activity: plain, undo: {activity: work, with: {fail: Bad}}}, {id: c, activity: work, with: {fail: End}}]`, story: `
0-0 a
0-0 b
0-0 c failed
0-0 b/undo failed
0-1 a/undo failed
4 failed End: step c: as told; b/undo failed: Bad: as told; a/undo failed: Bad: as told`},
	})
}

// The time that a step, or a run, must be done in stands still while anything inside is held. A step
// that is tried again has all its own time again.
func TestTimeoutsStandStillForWhatIsHeld(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "of a block and of the run", events: []event{asks(11, "retry", "g/a", `{"takes": 9}`)}, steps: `
timeout: 9s
steps: [{id: g, timeout: 4s, on_timeout: [], steps: [{id: a, hold: true, activity: work, with: {takes: 1, fail: Bad}}]}, {id: b, activity: work, with: {takes: 9}}]`,
			story: `
0-1 g/a failed
11-14 g/a canceled
14-19 b canceled
19 failed StepTimeout: not done by 2026-03-04T05:06:26Z`},
		{name: "of what is held itself", events: []event{asks(11, "retry", "a", `{"takes": 9}`)}, steps: `
timeout: 9s
steps: [{id: a, hold: {types: [Bad]}, timeout: 4s, activity: work, with: {takes: 1, fail: Bad}}]`,
			story: `
0-1 a failed
11-15 a canceled
15 failed StepTimeout: step a: not done by 2026-03-04T05:06:22Z`},
		{name: "not of what is beside", events: []event{asks(11, "skip", "p/x/g/a", "")}, steps: `
steps: [{id: p, parallel: {x: [{id: g, timeout: 4s, steps: [{id: a, hold: true, activity: work, with: {fail: Bad}}]}], y: [{id: h, timeout: 4s, on_timeout: [], activity: work, with: {takes: 99}}]}}]`,
			story: `
0-4 p/y/h canceled
0-0 p/x/g/a failed
11 {"x":null,"y":null}`},
		{name: "paused and held", events: []event{pauses(2, ""), asks(5, "skip", "g/a", ""), resumes(11, "")}, steps: `
steps: [{id: g, timeout: 4s, steps: [{id: a, hold: true, activity: work, with: {takes: 1, fail: Bad}}, {id: b, activity: work, with: {takes: 9}}]}]`,
			story: `
0-1 g/a failed
11-14 g/b canceled
14 failed StepTimeout: step g: not done by 2026-03-04T05:06:21Z`},
	})
}
