package engine_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/blueprint/engine"
)

func TestLoops(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "times", steps: `
steps:
  - id: l
    loop: [{id: a, activity: echo, with: "${round}"}]
    times: 3
`, story: `
			0-0 l[0]/a
			0-0 l[1]/a
			0-0 l[2]/a
			0 2`},
		{name: "no times at all", steps: `
steps: [{id: l, loop: [{id: a, activity: echo, with: 1}], times: 0}]
`, story: `0 null`},
		{name: "while sees the round that is to come", steps: `
steps:
  - id: l
    loop: [{id: a, activity: echo, with: "${attempt}"}]
    while: ${attempt < 2}
    max: 5
    as: attempt
`, story: `
			0-0 l[0]/a
			0-0 l[1]/a
			0 1`},
		{name: "until sees the steps of the round", steps: `
steps:
  - id: l
    loop: [{id: a, activity: echo, with: "${round}"}]
    until: ${steps.a.output + round == 4}
    max: 5
`, story: `
			0-0 l[0]/a
			0-0 l[1]/a
			0-0 l[2]/a
			0 2`},
		{name: "rounds share the variables, but not their steps' outputs", steps: `
vars: {sum: 0}
steps:
  - id: l
    loop: [{id: a, activity: echo, with: "${round + 1}"}, {id: s, set: {sum: "${vars.sum + steps.a.output}"}}]
    times: 4
output: ${vars.sum}
`, story: `
			0-0 l[0]/a
			0-0 l[1]/a
			0-0 l[2]/a
			0-0 l[3]/a
			0 10`},
		{name: "more rounds than max", steps: `
steps:
  - id: l
    loop: [{id: a, activity: echo, with: 1}]
    until: ${false}
    max: 2
`, story: `
			0-0 l[0]/a
			0-0 l[1]/a
			0 failed BudgetExceeded: step l: the loop is not done after its max of 2 rounds ["max",2]`},
		{name: "as many rounds as max", steps: `
steps:
  - id: l
    loop: [{id: a, activity: echo, with: 1}]
    while: ${round < 2}
    max: 2
`, story: `
			0-0 l[0]/a
			0-0 l[1]/a
			0 1`},
		{name: "more times than max: nothing runs", steps: `
steps:
  - id: l
    loop: [{id: a, activity: echo, with: 1}]
    times: ${input}
    max: 2
`, input: 3, story: `0 failed BudgetExceeded: step l: times is 3, and the loop's max is 2 ["max",2]`},
		{name: "as many times as max", steps: `
steps:
  - id: l
    loop: [{id: a, set: {n: 1}}]
    times: ${input}
    max: 3
`, input: 3, story: `0 {"n":1}`},
		{name: "times that are no number", steps: `
steps:
  - id: l
    loop: [{id: a, activity: echo, with: 1}]
    times: ${input}
    max: 2
`, input: 1.5, story: `0 failed ExpressionError: step l: times must be a whole number from 0, not 1.5`},
		{name: "a negative number of times", steps: `
steps:
  - id: l
    loop: [{id: a, activity: echo, with: 1}]
    times: ${input}
    max: 2
`, input: -1, story: `0 failed ExpressionError: step l: times must be a whole number from 0, not -1`},
		{name: "a failure ends it", steps: `
steps:
  - id: l
    loop: [{id: a, activity: work, with: {fail: "${round == 1 ? 'Bad' : ''}"}}]
    times: 3
`, story: `
			0-0 l[0]/a
			0-0 l[1]/a failed
			0 failed Bad: step l[1]/a: as told`},
		{name: "a cancel ends it between rounds", events: []event{cancels(1.5)}, steps: `
steps:
  - id: l
    loop: [{id: a, activity: work, with: {takes: 1, deaf: true}}]
    times: 9
`, story: `
			0-1 l[0]/a
			1-2 l[1]/a
			2 canceled`},
	})
}

func TestMaps(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "results in the order of the items", steps: `
steps:
  - id: m
    map: [{id: a, activity: work, with: {takes: "${item}", output: "${[item, index]}"}}]
    over: [3, 1, 2]
`, story: `
			0-3 m[0]/a
			0-1 m[1]/a
			0-2 m[2]/a
			3 [[3,0],[1,1],[2,2]]`},
		{name: "so many at once", steps: `
steps:
  - id: m
    map: [{id: a, activity: work, with: {takes: "${n}", output: "${n_index}"}}]
    over: [1, 2, 3, 1]
    as: n
    concurrency: 2
`, story: `
			0-1 m[0]/a
			0-2 m[1]/a
			1-4 m[2]/a
			2-3 m[3]/a
			4 [0,1,2,3]`},
		{name: "ten at once unless said", steps: `
steps:
  - id: m
    map: [{id: a, activity: work, with: {takes: 1}}]
    over: ${[1,2,3,4,5,6,7,8,9,10,11]}
output: 0
`, story: `
			0-1 m[0]/a
			0-1 m[1]/a
			0-1 m[2]/a
			0-1 m[3]/a
			0-1 m[4]/a
			0-1 m[5]/a
			0-1 m[6]/a
			0-1 m[7]/a
			0-1 m[8]/a
			0-1 m[9]/a
			1-2 m[10]/a
			2 0`},
		{name: "items have copies of the variables", steps: `
vars: {n: 1}
steps:
  - id: m
    map: [{id: s, set: {n: "${vars.n + item}"}}, {id: e, activity: echo, with: "${vars.n}"}]
    over: [1, 2]
output: [ "${steps.m.output}", "${vars.n}"]
`, story: `
			0-0 m[0]/e
			0-0 m[1]/e
			0 [[2,3],1]`},
		{name: "nothing to do", steps: `
steps: [{id: m, map: [{id: a, activity: work}], over: []}]
`, story: `0 []`},
		{name: "no list", steps: `
steps: [{id: m, map: [{id: a, activity: work}], over: "${input}"}]
`, input: map[string]any{"a": 1}, story: `0 failed ExpressionError: step m: over must be a list, not {"a":1}`},
		{name: "a failure cancels the others", steps: `
steps:
  - id: m
    map: [{id: a, activity: work, with: {takes: "${item}", ack: 1, fail: "${item == 2 ? 'Bad' : ''}"}}]
    over: [1, 2, 3, 4]
    concurrency: 3
`, story: `
			0-1 m[0]/a
			0-2 m[1]/a failed
			0-3 m[2]/a canceled
			1-3 m[3]/a canceled
			3 failed Bad: step m[1]/a: as told`},
		{name: "tolerated failures leave their place to the error, and are undone", steps: `
steps:
  - id: m
    map:
      - {id: a, activity: work, undo: {activity: work, with: {takes: 3}}}
      - {id: b, activity: work, with: {takes: 1, output: "${item}", fail: "${item == 2 ? 'Bad' : ''}", details: [1]}}
    over: [1, 2, 3]
    concurrency: 1
    tolerate: 1
  - {id: last, activity: echo, with: "${steps.m.output}"}
  - {id: f, fail: {type: Worse, message: m}}
`, story: `
			0-0 m[0]/a
			0-1 m[0]/b
			1-1 m[1]/a
			1-2 m[1]/b failed
			2-5 m[1]/a/undo
			5-5 m[2]/a
			5-6 m[2]/b
			6-6 last
			6-9 m[2]/a/undo
			9-12 m[0]/a/undo
			12 failed Worse: step f: m`},
		{name: "one failure more than is tolerated", steps: `
steps:
  - id: m
    map: [{id: f, fail: {type: Bad, message: "${item}"}}]
    over: [a, b, c]
    tolerate: 1
`, story: `0 failed Bad: step m[1]/f: b`},
		{name: "a percentage is rounded down", steps: `
steps:
  - id: m
    map: [{id: f, fail: {type: Bad, message: "${item}"}}]
    over: [a, b, c, d, e]
    tolerate: 59%
`, story: `0 failed Bad: step m[2]/f: c`},
		{name: "all may fail", steps: `
steps:
  - id: m
    map: [{id: f, fail: {type: Bad, message: "${item}", details: ["${index}"]}}]
    over: [a, b]
    tolerate: 100%
`, story: `0 [{"error":{"details":[0],"message":"a","step":"m[0]/f","type":"Bad"}},{"error":{"details":[1],"message":"b","step":"m[1]/f","type":"Bad"}}]`},
		{name: "a stop", steps: `
steps:
  - id: m
    map: [{id: a, activity: work, with: {takes: "${item}"}}, {id: s, stop: "${index}"}]
    over: [3, 1]
`, story: `
			0-1 m[0]/a canceled
			0-1 m[1]/a
			1 1`},
		{name: "a cancel ends it", events: []event{cancels(1.5)}, steps: `
steps:
  - id: m
    map: [{id: a, activity: work, with: {takes: 1, deaf: true}}]
    over: [1, 2, 3]
    concurrency: 1
`, story: `
			0-1 m[0]/a
			1-2 m[1]/a
			2 canceled`},
		{name: "maps in a map", steps: `
steps:
  - id: outer
    map:
      - id: inner
        map: [{id: a, activity: echo, with: "${x * y + x_index * y_index}"}]
        over: "${x_index == 0 ? [1, 2] : [3]}"
        as: y
    over: [10, 20]
    as: x
`, story: `
			0-0 outer[0]/inner[0]/a
			0-0 outer[0]/inner[1]/a
			0-0 outer[1]/inner[0]/a
			0 [[10,20],[60]]`},
	})
}

func TestBoundsOfMapsThatAreExpressions(t *testing.T) {
	t.Parallel()
	const twoFail = `[{id: a, activity: work, with: {takes: 1, fail: "${item > 2 ? 'Bad' : ''}"}}]`
	tell(t, []storyCase{
		{name: "evaluated once, when the step begins", input: map[string]any{"n": 2, "bad": 1}, steps: `
vars: {n: 2}
steps:
  - id: p
    over: [1, 2, 3]
    concurrency: ${input.n}
    tolerate: ${vars.n - 1}
    map: [{id: a, activity: work, with: {takes: 1, fail: "${item > 2 ? 'Bad' : ''}"}}]
  - {id: s, set: {n: "${steps.p.output[2].error.type}"}}
`, story: `
			0-1 p[0]/a
			0-1 p[1]/a
			1-2 p[2]/a failed
			2 {"n":"Bad"}`},
		{name: "a percentage is a text", input: 50, steps: `
steps: [{id: m, over: [1, 2, 3, 4], tolerate: "${input}%", map: ` + twoFail + `}]
output: ${size(steps.m.output)}
`, story: `
			0-1 m[0]/a
			0-1 m[1]/a
			0-1 m[2]/a failed
			0-1 m[3]/a failed
			1 4`},
		{name: "one failure too many", input: "49.9%", steps: `
steps: [{id: m, over: [1, 2, 3, 4], tolerate: "${input}", concurrency: 1, map: ` + twoFail + `}]
`, story: `
			0-1 m[0]/a
			1-2 m[1]/a
			2-3 m[2]/a failed
			3-4 m[3]/a failed
			4 failed Bad: step m[3]/a: as told`},
		{name: "none may fail", input: 0, steps: `
steps: [{id: m, over: [1, 2, 3], tolerate: "${input}", concurrency: "${1000}", map: ` + twoFail + `}]
`, story: `
			0-1 m[0]/a
			0-1 m[1]/a
			0-1 m[2]/a failed
			1 failed Bad: step m[2]/a: as told`},
		{name: "no item at once", input: 0, steps: `
steps: [{id: m, over: [1], concurrency: "${input}", map: [{id: a, activity: plain}]}]
`, story: `0 failed ExpressionError: step m: concurrency must be a whole number from 1 to 1000, not 0`},
		{name: "too many at once", input: 1001, steps: `
steps: [{id: m, over: [1], concurrency: "${input}", map: [{id: a, activity: plain}]}]
`, story: `0 failed ExpressionError: step m: concurrency must be a whole number from 1 to 1000, not 1001`},
		{name: "fewer than none may fail", input: -1, steps: `
steps: [{id: m, over: [1], tolerate: "${input}", map: [{id: a, activity: plain}]}]
`, story: `0 failed ExpressionError: step m: tolerate must be a whole number from 0 or a percentage such as "10%", not -1`},
		{name: "more than all may fail", input: "101%", steps: `
steps: [{id: m, over: [1], tolerate: "${input}", map: [{id: a, activity: plain}]}]
`, story: `0 failed ExpressionError: step m: tolerate must be a whole number from 0 or a percentage such as "10%", not 101%`},
		{name: "they are kept from run to run", input: 1, steps: `
vars: {n: 1}
steps:
  - id: m
    over: [1, 2, 3]
    concurrency: ${input}
    tolerate: ${vars.n}
    map: [{id: z, sleep: 1s}, {id: a, activity: work, with: {fail: "${item == 2 ? 'Bad' : ''}"}}]
output: ${steps.m.output[1].error.type}
`, story: `
			1-1 m[0]/a
			2-2 m[1]/a failed
			3-3 m[2]/a
			3 "Bad"`},
	})
}

func TestLoopsOverAList(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "one item after the other, with the variables as the round before has left them", steps: `
vars: {all: []}
steps:
  - id: l
    over: ${input}
    loop: [{id: a, activity: work, with: {takes: "${item}", output: "${[index, item, size(vars.all)]}"}}, {id: s, set: {all: "${vars.all + [steps.a.output]}"}}]
output: "${[vars.all, steps.l.output]}"
`, input: []int{2, 1, 3}, story: `
			0-2 l[0]/a
			2-3 l[1]/a
			3-6 l[2]/a
			6 [[[0,2,0],[1,1,1],[2,3,2]],{"all":[[0,2,0],[1,1,1],[2,3,2]]}]`},
		{name: "its output is that of the last round, and the item has the name that as gives", steps: `
steps: [{id: l, over: ["a", "b"], as: letter, max: 2, loop: [{id: x, activity: echo, with: "${letter + string(letter_index)}"}]}]
`, story: `
			0-0 l[0]/x
			0-0 l[1]/x
			0 "b1"`},
		{name: "an empty list has no round", steps: `
steps: [{id: l, over: "${input}", loop: [{id: x, activity: work}]}]
output: ${steps.l.output}
`, input: []int{}, story: `0 null`},
		{name: "the list is evaluated once, when the loop begins", steps: `
vars: {list: [1, 2]}
steps:
  - {id: l, over: "${vars.list}", loop: [{id: s, set: {list: "${vars.list + [item]}"}}, {id: x, activity: work, with: {takes: 1}}]}
output: ${vars.list}
`, story: `
			0-1 l[0]/x
			1-2 l[1]/x
			2 [1,2,1,2]`},
		{name: "a failure ends it", steps: `
steps: [{id: l, over: [1, 2, 3], loop: [{id: x, activity: work, with: {fail: "${item == 2 ? 'Bad' : ''}"}, undo: {activity: plain}}]}]
`, story: `
			0-0 l[0]/x
			0-0 l[1]/x failed
			0-0 l[0]/x/undo
			0 failed Bad: step l[1]/x: as told`},
		{name: "as many items as max", steps: `
steps: [{id: l, over: "${input}", max: 2, loop: [{id: x, activity: plain}]}]
`, input: []int{1, 2}, story: `
			0-0 l[0]/x
			0-0 l[1]/x
			0 null`},
		{name: "one more item than max, and nothing begins", steps: `
steps: [{id: l, over: "${input}", max: 2, loop: [{id: x, activity: plain}]}]
`, input: []int{1, 2, 3}, story: `0 failed BudgetExceeded: step l: over has 3 items, and the loop's max is 2 ["max",2]`},
		{name: "one more item than the budget has rounds", steps: `
budget: {rounds: 2}
steps: [{id: l, over: "${input}", loop: [{id: x, activity: plain}]}]
`, input: []int{1, 2, 3}, story: `0 failed BudgetExceeded: step l: the budget allows rounds: 2 ["rounds",2]`},
		{name: "no list", steps: `
steps: [{id: l, over: "${input}", loop: [{id: x, activity: plain}]}]
`, input: "text", story: `0 failed ExpressionError: step l: over must be a list, not text`},
		{name: "a cancel ends it", events: []event{cancels(1)}, steps: `
steps: [{id: l, over: [1, 2, 3], loop: [{id: x, activity: work, with: {takes: 5, ack: 1}}]}]
`, story: `
			0-2 l[0]/x canceled
			2 canceled`},
	})
}

// A list that a loop is over is part of what the run remembers.
func TestTheListOfALoopIsState(t *testing.T) {
	t.Parallel()
	const steps = "budget: {stateBytes: 20000}\nsteps: [{id: l, over: \"${input.map(i, input)}\", loop: [{id: x, activity: work, with: {takes: 1}}]}]"
	list := make([]string, 30)
	for i := range list {
		list[i] = "0123456789"
	}
	assert.Equal(t, `failed BudgetExceeded`, newStage(t, engine.Options{}).inline(document(steps+"\noutput: never"), append(list, list...)).ending()[:21])
	assert.Equal(t, `null`, newStage(t, engine.Options{}).inline(document(steps), list).ending())
}

func TestGraphs(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "along its edges, the nodes numbered", steps: `
steps:
  - id: g
    graph:
      - {id: a, activity: echo, with: 1, next: b}
      - {id: b, activity: echo, with: "${steps.a.output + 1}"}
`, story: `
			0-0 g[0]/a
			0-0 g[1]/b
			0 2`},
		{name: "from its start", steps: `
steps:
  - id: g
    graph:
      - {id: a, activity: echo, with: 1}
      - {id: b, activity: echo, with: 2, next: a}
    start: b
`, story: `
			0-0 g[0]/b
			0-0 g[1]/a
			0 1`},
		{name: "on success and on failure, in a circle", steps: `
vars: {tries: 0}
steps:
  - id: g
    graph:
      - id: try
        steps:
          - {id: count, set: {tries: "${vars.tries + 1}"}}
          - {id: a, activity: work, with: {takes: 1, output: done, fail: "${vars.tries < 3 ? 'Bad' : ''}"}, undo: {activity: plain}}
        on_success: end
        on_failure: repair
      - {id: repair, activity: echo, with: "${[error.type, error.step]}", next: try}
      - {id: end, activity: echo, with: ["${steps.repair.output}", "${steps.try.output}"]}
`, story: `
			0-1 g[0]/try/a failed
			1-1 g[1]/repair
			1-2 g[2]/try/a failed
			2-2 g[3]/repair
			2-3 g[4]/try/a
			3-3 g[5]/end
			3 [["Bad","g[2]/try/a"],"done"]`},
		{name: "what a failed node had completed is undone before the edge is taken", steps: `
steps:
  - id: g
    graph:
      - id: a
        steps: [{id: x, activity: work, undo: {activity: work, with: {takes: 2}}}, {id: f, fail: {type: Bad}}]
        on_failure: b
      - {id: b, activity: work}
`, story: `
			0-0 g[0]/a/x
			0-2 g[0]/a/x/undo
			2-2 g[1]/b
			2 null`},
		{name: "a failure without an edge", steps: `
steps:
  - id: g
    graph:
      - {id: a, activity: work, with: {fail: Bad}, next: b}
      - {id: b, activity: work}
`, story: `
			0-0 g[0]/a failed
			0 failed Bad: step g[0]/a: as told`},
		{name: "nodes share the variables", steps: `
vars: {n: 0}
steps:
  - id: g
    graph:
      - {id: a, set: {n: "${vars.n + 1}"}, next: b}
      - {id: b, switch: [{when: "${vars.n < 5}", steps: [{id: f, fail: {type: More}}]}], on_failure: a}
output: ${vars.n}
`, story: `0 5`},
		{name: "a cancel ends it between nodes", events: []event{cancels(1.5)}, steps: `
steps:
  - id: g
    graph:
      - {id: a, activity: work, with: {takes: 1, deaf: true}, next: a}
`, story: `
			0-1 g[0]/a
			1-2 g[1]/a
			2 canceled`},
	})
}
