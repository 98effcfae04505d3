package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
)

func TestEdgesWithConditions(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "the first edge that fits is taken, and it sees what the node has done", steps: `
vars: {n: 0}
steps:
  - id: g
    graph:
      - {id: count, steps: [{id: s, set: {n: "${vars.n + 1}"}}, {id: a, activity: work, with: {takes: 1, output: "${vars.n}"}}],
         next: [{when: "${steps.count.output < 3}", to: count}, {when: "${vars.n == 3}", to: odd}, {to: never}]}
      - {id: odd, activity: echo, with: odd, on_success: [{when: "${steps.odd.output == 'even'}", to: never}, {to: last}]}
      - {id: never, activity: work}
      - {id: last, activity: echo, with: last}
`, story: `
			0-1 g[0]/count/a
			1-2 g[1]/count/a
			2-3 g[2]/count/a
			3-3 g[3]/odd
			3-3 g[4]/last
			3 "last"`},
		{name: "an edge whose condition cannot be evaluated fails its node, and no on_failure takes that", steps: `
steps:
  - id: g
    graph:
      - {id: a, activity: work, with: {takes: 1, output: {}}, undo: {activity: plain}, on_success: [{when: "${steps.a.output.x}", to: b}, {to: b}], on_failure: b}
      - {id: b, activity: work}
`, story: `
			0-1 g[0]/a
			1-1 g[0]/a/undo
			1 failed ExpressionError: step g[0]/a: there is no field "x"`},
		{name: "an edge whose condition is no boolean", input: 1, steps: `
steps: [{id: g, graph: [{id: a, activity: plain, next: [{when: "${input}", to: b}, {to: b}]}, {id: b, activity: work}]}]
`, story: `
			0-0 g[0]/a
			0 failed ExpressionError: step g[0]/a: a condition must be true or false, not 1`},
		{name: "of the edges for failures the first that names the type and whose condition holds is taken", steps: `
vars: {n: 0}
steps:
  - id: g
    graph:
      - id: a
        steps: [{id: s, set: {n: "${vars.n + 1}"}}, {id: x, activity: plain, undo: {activity: work, with: {takes: 1}}}, {id: y, activity: work, with: {fail: "${['', 'Bad', 'Bad', 'Worse', 'Worst'][vars.n]}", details: ["${vars.n}"]}}]
        on_failure:
          - {types: [Worse], to: worse}
          - {types: [Bad, Unknown], when: "${error.details[0] > 1}", to: bad}
          - {when: "${error.details[5] == 1}", to: never}
          - {types: [Bad], to: first}
      - {id: first, activity: echo, with: "${error.type}", next: a}
      - {id: bad, activity: echo, with: "${error.step}", next: a}
      - {id: worse, activity: echo, with: "${error.details}", next: a}
      - {id: never, activity: work}
`, story: `
			0-0 g[0]/a/x
			0-0 g[0]/a/y failed
			0-1 g[0]/a/x/undo
			1-1 g[1]/first
			1-1 g[2]/a/x
			1-1 g[2]/a/y failed
			1-2 g[2]/a/x/undo
			2-2 g[3]/bad
			2-2 g[4]/a/x
			2-2 g[4]/a/y failed
			2-3 g[4]/a/x/undo
			3-3 g[5]/worse
			3-3 g[6]/a/x
			3-3 g[6]/a/y failed
			3-4 g[6]/a/x/undo
			4 failed Worst: step g[6]/a/y: as told [4]`},
		{name: "a crossed limit can be named", steps: `
steps: [{id: g, graph: [{id: a, loop: [{id: p, activity: plain}], while: "${true}", max: 1, on_failure: [{types: [BudgetExceeded], to: b}]}, {id: b, activity: plain}]}]
`, story: `
			0-0 g[0]/a[0]/p
			0-0 g[1]/b
			0 null`},
		{name: "a cancel takes no edge", events: []event{cancels(1)}, steps: `
steps: [{id: g, graph: [{id: a, activity: work, with: {takes: 5}, next: [{when: "${true}", to: b}, {to: b}], on_failure: [{when: "${true}", to: b}]}, {id: b, activity: plain}]}]
`, story: `
			0-1 g[0]/a canceled
			1 canceled`},
		{name: "a stop takes no edge", steps: `
steps: [{id: g, graph: [{id: a, steps: [{id: s, stop: 1}], next: [{when: "${true}", to: b}, {to: b}], on_failure: [{when: "${true}", to: b}]}, {id: b, activity: plain}]}]
`, story: `0 1`},
	})
}

func TestCatchesWithConditions(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "the first that names the type and whose condition holds", steps: `
steps:
  - id: m
    over: [1, 2, 3, 4]
    concurrency: 1
    tolerate: 1
    map:
      - id: t
        try: [{id: x, activity: work, with: {takes: 1, fail: "${item == 4 ? 'Other' : 'Bad'}", details: ["${item}"]}, undo: {activity: plain}}]
        catch:
          - {types: [Bad], when: "${error.details[0] == 2}", steps: [{id: two, set: {got: two}}]}
          - {types: [Bad], when: "${error.details[0] == item && index == 0}", steps: [{id: one, set: {got: one}}]}
          - {types: [Bad], steps: [{id: other, set: {got: other}}]}
          - {when: "${error.message == 'not as told'}", steps: [{id: never, set: {got: never}}]}
        finally: [{id: f, activity: plain}]
output: "${steps.m.output.map(each, has(each.got) ? each.got : each.error.type)}"
`, story: `
			0-1 m[0]/t/x failed
			1-1 m[0]/t/finally/f
			1-2 m[1]/t/x failed
			2-2 m[1]/t/finally/f
			2-3 m[2]/t/x failed
			3-3 m[2]/t/finally/f
			3-4 m[3]/t/x failed
			4-4 m[3]/t/finally/f
			4 ["one","two","other","Other"]`},
		{name: "a condition that cannot be evaluated, or is no boolean, is false", steps: `
steps:
  - id: t
    try: [{id: f, fail: {type: Bad, message: m}}]
    catch:
      - {when: "${error.details[0] == 1}", steps: [{id: a, set: {got: a}}]}
      - {when: "${input}", steps: [{id: b, set: {got: b}}]}
      - {when: "${error.type == 'Bad'}", steps: [{id: c, set: {got: "${error.message}"}}]}
`, input: "text", story: `0 {"got":"m"}`},
		{name: "where none holds the failure goes on", steps: `
steps:
  - id: t
    try: [{id: a, activity: plain, undo: {activity: plain}}, {id: f, fail: {type: Bad, message: m}}]
    catch: [{when: "${error.message == 'x'}", steps: [{id: never, activity: plain}]}]
    finally: [{id: l, activity: plain}]
`, story: `
			0-0 t/a
			0-0 t/finally/l
			0-0 t/a/undo
			0 failed Bad: step t/f: m`},
		{name: "a condition sees the variables as the steps have set them", steps: `
vars: {n: 0}
steps:
  - id: t
    try: [{id: s, set: {n: 3}}, {id: f, fail: {type: Bad}}]
    catch: [{when: "${vars.n == 0}", steps: []}, {when: "${vars.n == 3}", steps: [{id: c, set: {got: "${vars.n}"}}]}]
`, story: `0 {"got":3}`},
	})
}

// costly is a condition that takes tens of thousands of units, and is false.
const costly = "${[1,2,3,4,5,6,7,8,9].exists(a, [1,2,3,4,5,6,7,8,9].exists(b, [1,2,3,4,5,6,7,8,9].exists(c, [1,2,3,4,5,6,7].exists(d, a * b * c * d < 0))))}"

// What conditions take is work, of which there is only so much in one turn and in one Workflow Task:
// a document may have thousands of them.
func TestConditionsAreWork(t *testing.T) {
	t.Parallel()
	const count = 60
	list := func(form string, each any) string {
		return strings.TrimSuffix(strings.Repeat(fmt.Sprintf(form, each)+", ", count), ", ")
	}
	for name, form := range map[string]func(string) string{
		"edges": func(when string) string {
			return `{id: g, graph: [{id: a, set: {x: 1}, next: [` + list(`{when: "%s", to: b}`, when) + `, {to: b}]}, {id: b, set: {x: 2}}]}`
		},
		"edges of failure": func(when string) string {
			return `{id: g, graph: [{id: a, fail: {type: Bad}, on_failure: [` + list(`{when: "%s", to: b}`, when) + `, {to: b}]}, {id: b, set: {x: 2}}]}`
		},
		"catches": func(when string) string {
			return `{id: g, try: [{id: a, fail: {type: Bad}}], catch: [` + list(`{when: "%s", steps: []}`, when) + `, {steps: [{id: b, set: {x: 2}}]}]}`
		},
		"cases": func(when string) string {
			return `{id: g, switch: [` + list(`{when: "%s", steps: []}`, when) + `], else: [{id: b, set: {x: 2}}]}`
		},
	} {
		began := time.Now()
		s := newStage(t, engine.Options{}).inline(document("steps:\n  - "+form(costly)), nil)
		require.Equal(t, `{"x":2}`, s.ending(), name)
		few := newStage(t, engine.Options{}).inline(document("steps:\n  - "+form("${false}")), nil)
		assert.Greater(t, s.coroutines-few.coroutines, count/2, "%s give way", name)
		assert.Positive(t, s.pauses(), "%s go on in another Workflow Task", name)
		assert.Less(t, time.Since(began), 30*time.Second)
	}
}
