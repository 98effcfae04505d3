package engine_test

import "testing"

// What the reference interpreter has found about holds: a failure is held in the step in which it
// arose however that is guarded, and what begins anew has other keys and the variables that somebody
// has set.
func TestHoldsOfGuardedSteps(t *testing.T) {
	t.Parallel()
	const graph = `graph: [{id: a, activity: plain, undo: {activity: work, with: {fail: Bad}}, next: [{when: "${1/0 == 1}", to: b}, {to: b}]}, {id: b, activity: plain}]}]
output: 1`
	tell(t, []storyCase{
		{name: "an edge that has no value, in a step with a timeout", events: []event{asks(5, "skip", "g", "")}, steps: `
steps: [{id: g, hold: true, timeout: 1h, ` + graph, story: `
0-0 g[0]/a
5 1`},
		{name: "an edge that has no value, where the attempt could not be taken back", events: []event{asks(5, "skip", "g", "")}, steps: `
steps: [{id: g, hold: {types: [ExpressionError]}, retry: {maximumAttempts: 2}, ` + graph, story: `
0-0 g[0]/a
0-0 g[0]/a/undo failed
5 1`},
		{name: "what is done after a timeout is not tried again", events: []event{asks(5, "skip", "g/on_timeout/c", "")}, steps: `
steps: [{id: g, hold: true, timeout: 1s, retry: {maximumAttempts: 3}, steps: [{id: s, sleep: 1h}], on_timeout: [{id: c, activity: work, with: {fail: Bad}}]}]
output: 1`, story: `
1-1 g/on_timeout/c failed
5 1`},
		{name: "a variable that is set by hand stays for another attempt of what is around", events: []event{asks(5, "set", "g/h/a", `{"v": ""}`), asks(6, "retry", "g/h/a", "")}, steps: `
vars: {v: Bad, w: 0}
steps: [{id: g, retry: {maximumAttempts: 2, initialInterval: 1s}, steps: [{id: s, set: {w: "${vars.w + 1}"}}, {id: h, steps: [{id: a, hold: true, activity: work, with: {fail: "${vars.v}"}}]}, {id: f, fail: {type: Bad, message: "${vars.w}"}}]}]`, story: `
0-0 g/h/a failed
6-6 g/h/a
7-7 g#2/h/a
7 failed Bad: step g#2/f: 1`},
		{name: "a plan that begins anew in a step with a timeout", events: []event{asks(5, "retry", "p", "")}, steps: `
steps: [{id: p, hold: {timeout: 10s}, timeout: 1s, plan: work, with: {output: {steps: [{id: x, activity: plain}, {id: s, sleep: 1h}]}}}]`, story: `
0-0 p
0-0 p/plan:#/x
5-5 p#2
5-5 p#2/plan:#/x
16 failed StepTimeout: step p#2: not done by 2026-03-04T05:06:13Z`},
		{name: "a plan that begins anew", events: []event{asks(5, "retry", "p", "")}, steps: `
steps: [{id: p, hold: {timeout: 10s}, plan: work, with: {output: {steps: [{id: x, activity: plain}], output: "$${1/0}"}}}]`, story: `
0-0 p
0-0 p/plan:#/x
5-5 p#2
5-5 p#2/plan:#/x
15 failed ExpressionError: step p#2: division by zero`},
	})
}
