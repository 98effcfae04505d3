package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
)

func TestGroupsAndSwitches(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "a group's output is its last step's", steps: `
steps:
  - id: g
    steps: [{id: a, activity: work, with: {takes: 1}}, {id: b, activity: work, with: {takes: 1, output: 4}}]
  - {id: s, activity: echo, with: "${steps.g.output}"}
`, story: `
			0-1 g/a
			1-2 g/b
			2-2 s
			2 4`},
		{name: "a group's variables are those around it", steps: `
vars: {n: 1}
steps:
  - id: g
    steps: [{id: a, set: {n: "${vars.n + 1}"}}]
output: ${vars.n}
`, story: `0 2`},
		{name: "values set together are computed first", steps: `
vars: {a: 1, b: 2}
steps: [{id: s, set: {a: "${vars.b}", b: "${vars.a}"}}]
output: ${vars}
`, story: `0 {"a":2,"b":1}`},
		{name: "what was given out does not change", steps: `
vars: {n: 1}
steps:
  - {id: s, set: {before: "${vars}"}}
  - {id: u, set: {n: 2}}
output: ${vars.before}
`, story: `0 {"n":1}`},
		{name: "the first case that holds", steps: `
steps:
  - id: s
    switch:
      - {when: "${input < 5}", steps: [{id: a, set: {x: small}}]}
      - {when: "${input < 50}", steps: [{id: b, set: {x: medium}}]}
      - {when: "${input < 500}", steps: [{id: d, set: {x: large}}]}
    else: [{id: c, set: {x: huge}}]
`, input: 10, story: `0 {"x":"medium"}`},
		{name: "else", steps: `
steps:
  - id: s
    switch: [{when: "${input < 5}", steps: [{id: a, set: {x: small}}]}]
    else: [{id: c, set: {x: large}}]
`, input: 10, story: `0 {"x":"large"}`},
		{name: "no case at all", steps: `
steps:
  - id: s
    switch: [{when: "${input < 5}", steps: [{id: a, set: {x: small}}]}]
`, input: 10, story: `0 null`},
		{name: "a condition that is no boolean", steps: `
steps:
  - id: s
    switch: [{when: "${input}", steps: [{id: a, set: {x: small}}]}]
`, input: 10, story: `0 failed ExpressionError: step s: a condition must be true or false, not 10`},
		{name: "steps of one id in scopes inside each other", steps: `
steps:
  - {id: a, activity: echo, with: outer}
  - id: g
    steps:
      - {id: before, set: {x: "${steps.a.output}"}}
      - {id: a, activity: echo, with: inner}
      - {id: b, set: {y: "${steps.a.output}"}}
output: [ "${vars}", "${steps.a.output}"]
`, story: `
			0-0 a
			0-0 g/a
			0 [{"x":"outer","y":"inner"},"outer"]`},
	})
}

// So many branches come in that order by chance once in six billion times.
func TestBranchesBeginInTheOrderOfTheirNames(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"parallel", "race"} {
		branches := ""
		for _, name := range strings.Split("mlkjihgfedcba", "") {
			branches += name + ": [{id: s, activity: work, with: {takes: 1}}], "
		}
		s := newStage(t, engine.Options{}).inline(document("steps: [{id: p, "+kind+": {"+branches+"}}]"), nil)
		assert.Equal(t, strings.Split("p/a/s p/b/s p/c/s p/d/s p/e/s p/f/s p/g/s p/h/s p/i/s p/j/s p/k/s p/l/s p/m/s", " "), s.paths())
	}
}

func TestParallel(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "all at once, joined by name", steps: `
steps:
  - id: p
    parallel:
      right: [{id: a, activity: work, with: {takes: 2, output: 1}}, {id: b, activity: work, with: {takes: 1, output: 2}}]
      left: [{id: a, activity: work, with: {takes: 1, output: text}}]
  - {id: after, activity: work}
output: ${steps.p.output}
`, story: `
			0-1 p/left/a
			0-2 p/right/a
			2-3 p/right/b
			3-3 after
			3 {"left":"text","right":2}`},
		{name: "branches have copies of the variables", steps: `
vars: {n: 1}
steps:
  - id: p
    parallel:
      a: [{id: x, activity: work, with: {takes: 1}}, {id: s, set: {n: "${vars.n + 1}"}}]
      b: [{id: s, set: {n: "${vars.n + 10}"}}, {id: x, activity: work, with: {takes: 2}}, {id: y, set: {seen: "${vars.n}"}}]
output: [ "${steps.p.output}", "${vars.n}"]
`, story: `
			0-1 p/a/x
			0-2 p/b/x
			2 [{"a":{"n":2},"b":{"seen":11}},1]`},
		{name: "a failure cancels the others and waits for them", steps: `
steps:
  - id: t
    try:
      - id: p
        parallel:
          a: [{id: x, activity: work, with: {takes: 1, fail: Bad}}]
          b: [{id: x, activity: work, with: {takes: 9, ack: 4}}, {id: never, activity: work}]
          c: [{id: x, workflow: sub, with: {takes: 9, ack: 6}}]
          d: [{id: s, sleep: 9s}, {id: never, activity: work}]
          e: [{id: w, wait: go}, {id: never, activity: work}]
          f: [{id: w, wait: go, timeout: 5s}, {id: never, activity: work}]
    catch: [{types: [Bad], steps: [{id: c, activity: work}]}]
`, story: `
			0-1 t/p/a/x failed
			0-5 t/p/b/x canceled
			0-7 t/p/c/x canceled
			7-7 t/catch/c
			7 null`},
		{name: "the first failure counts", steps: `
steps:
  - id: p
    parallel:
      a: [{id: x, activity: work, with: {takes: 9, ack: 1, failOnCancel: Late}}]
      b: [{id: x, activity: work, with: {takes: 2, fail: First}}]
`, story: `
			0-3 p/a/x failed
			0-2 p/b/x failed
			3 failed First: step p/b/x: as told`},
		{name: "a stop cancels the others and ends the run well", steps: `
steps:
  - id: t
    try:
      - id: p
        parallel:
          a: [{id: x, activity: work, with: {takes: 1}, undo: {activity: plain}}, {id: s, stop: enough}]
          b: [{id: x, activity: work, with: {takes: 9, ack: 2}}]
    finally: [{id: l, activity: work}]
`, story: `
			0-1 t/p/a/x
			0-3 t/p/b/x canceled
			3-3 t/finally/l
			3 "enough"`},
	})
}

func TestRaces(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "the loser is canceled and waited for", steps: `
steps:
  - id: r
    race:
      slow: [{id: a, activity: work, with: {takes: 10, ack: 3}}]
      fast: [{id: b, activity: work, with: {takes: 1, output: 5}}]
  - {id: after, activity: work}
output: ${steps.r.output}
`, story: `
			0-1 r/fast/b
			0-4 r/slow/a canceled
			4-4 after
			4 {"output":5,"winner":"fast"}`},
		{name: "of several that end at once the first in the order of names wins", steps: `
steps:
  - id: r
    race:
      b: [{id: x, set: {n: 1}}]
      a: [{id: x, set: {n: 2}}]
`, story: `0 {"output":{"n":2},"winner":"a"}`},
		{name: "a failure does not win", steps: `
steps:
  - id: r
    race:
      a: [{id: x, activity: work, with: {takes: 1, fail: Bad}}]
      b: [{id: x, activity: work, with: {takes: 2, output: 1}}]
`, story: `
			0-1 r/a/x failed
			0-2 r/b/x
			2 {"output":1,"winner":"b"}`},
		{name: "it fails when all have, with the last failure", steps: `
steps:
  - id: r
    race:
      a: [{id: x, activity: work, with: {takes: 2, fail: Last}}]
      b: [{id: x, activity: work, with: {takes: 1, fail: First}}]
`, story: `
			0-2 r/a/x failed
			0-1 r/b/x failed
			2 failed Last: step r/a/x: as told`},
		{name: "what the losers had completed is undone, in reverse order, and the winner's is kept", steps: `
steps:
  - id: r
    race:
      a: [{id: x, activity: work, with: {takes: 1}, undo: {activity: plain}}, {id: y, activity: work, with: {takes: 9, ack: 1}}]
      b: [{id: x, activity: work, with: {takes: 2}, undo: {activity: plain}}, {id: y, activity: work, with: {takes: 1}}]
      c: [{id: x, activity: work, with: {takes: 2}, undo: {activity: work, with: {takes: 2}}}, {id: f, fail: {type: Bad}}]
  - {id: f, fail: {type: Worse, message: m}}
`, story: `
			0-1 r/a/x
			0-2 r/b/x
			0-2 r/c/x
			1-4 r/a/y canceled
			2-3 r/b/y
			4-6 r/c/x/undo
			6-6 r/a/x/undo
			6-6 r/b/x/undo
			6 failed Worse: step f: m`, once: true},
		{name: "a stop wins", steps: `
steps:
  - id: r
    race:
      a: [{id: x, activity: work, with: {takes: 9}}]
      b: [{id: x, activity: work, with: {takes: 1}}, {id: s, stop: 2}]
`, story: `
			0-1 r/a/x canceled
			0-1 r/b/x
			1 2`},
		{name: "an empty race does not need time", steps: `
steps:
  - id: r
    race:
      a: [{id: w, wait: never, timeout: 1h}]
      b: [{id: s, set: {n: 1}}]
`, story: `0 {"output":{"n":1},"winner":"b"}`},
	})
}

func TestRacesOfSeveral(t *testing.T) {
	t.Parallel()
	const branches = `
      a: [{id: x, activity: work, with: {takes: 3, output: A}, undo: {activity: plain}}]
      b: [{id: x, activity: work, with: {takes: 1, output: B}, undo: {activity: plain}}, {id: y, activity: work, with: {takes: 8, ack: 1}}]
      c: [{id: x, activity: work, with: {takes: 2, output: C}, undo: {activity: plain}}]
`
	tell(t, []storyCase{
		{name: "the first two that end well win, in that order; the others are canceled, awaited and undone", steps: `
steps:
  - id: r
    race:` + branches + `
    first: 2
  - {id: f, fail: {type: Worse, message: "${json.format(steps.r.output)}"}}
`, story: `
			0-3 r/a/x
			0-1 r/b/x
			0-2 r/c/x
			1-4 r/b/y canceled
			4-4 r/b/x/undo
			4-4 r/a/x/undo
			4-4 r/c/x/undo
			4 failed Worse: step f: {"outputs":{"a":"A","c":"C"},"winners":["c","a"]}`},
		{name: "one of several has the same form", steps: `
steps: [{id: r, first: 1, race: {a: [{id: x, sleep: 1m}], b: [{id: y, activity: echo, with: 5}]}}]
`, story: `
			0-0 r/b/y
			0 {"outputs":{"b":5},"winners":["b"]}`},
		{name: "all win", input: 3, steps: `
steps:
  - id: r
    first: ${input}
    race: {c: [{id: x, activity: work, with: {takes: 1}}], b: [{id: x, set: {n: 1}}], a: [{id: x, activity: work, with: {takes: 2, output: 7}}]}
`, story: `
			0-2 r/a/x
			0-1 r/c/x
			2 {"outputs":{"a":7,"b":{"n":1},"c":null},"winners":["b","c","a"]}`},
		{name: "it fails as soon as too few can win, and what the winners had completed is undone by who takes the failure", steps: `
steps:
  - id: t
    try:
      - id: r
        first: 3
        race:
          a: [{id: x, activity: work, with: {takes: 1, fail: First}}]
          b: [{id: x, activity: work, with: {takes: 2, output: B}, undo: {activity: plain}}]
          c: [{id: x, activity: work, with: {takes: 3, fail: Second, details: [7]}}]
          d: [{id: x, activity: work, with: {takes: 9, ack: 2}}]
          e: [{id: x, activity: work, with: {takes: 4, fail: Third}}]
    catch: [{steps: [{id: c, activity: echo, with: "${[error.type, error.step]}"}]}]
`, story: `
			0-1 t/r/a/x failed
			0-2 t/r/b/x
			0-3 t/r/c/x failed
			0-6 t/r/d/x canceled
			0-4 t/r/e/x failed
			6-6 t/r/b/x/undo
			6-6 t/catch/c
			6 ["Third","t/r/e/x"]`},
		{name: "as many failures as there may be", steps: `
steps:
  - id: r
    first: 2
    race: {a: [{id: x, activity: work, with: {takes: 1, fail: First}}], b: [{id: x, activity: work, with: {takes: 2}}], c: [{id: x, activity: work, with: {takes: 3}}]}
`, story: `
			0-1 r/a/x failed
			0-2 r/b/x
			0-3 r/c/x
			3 {"outputs":{"b":null,"c":null},"winners":["b","c"]}`},
		{name: "what has won is kept from run to run", steps: `
steps:
  - id: r
    first: 2
    race:
      a: [{id: z, sleep: 3s}, {id: x, activity: echo, with: A, undo: {activity: plain}}]
      b: [{id: z, sleep: 1s}, {id: x, activity: echo, with: B, undo: {activity: plain}}]
      c: [{id: x, activity: echo, with: C, undo: {activity: plain}}, {id: z, sleep: 9s}]
`, story: `
			0-0 r/c/x
			1-1 r/b/x
			3-3 r/a/x
			3-3 r/c/x/undo
			3 {"outputs":{"a":"A","b":"B"},"winners":["b","a"]}`},
		{name: "a stop ends it", steps: `
steps: [{id: r, first: 2, race: {a: [{id: x, activity: work, with: {takes: 5}}], b: [{id: x, activity: work, with: {takes: 1}}, {id: s, stop: 2}], c: [{id: x, activity: plain}]}}]
`, story: `
			0-1 r/a/x canceled
			0-1 r/b/x
			0-0 r/c/x
			1 2`},
		{name: "a cancel ends it, with a winner already there", events: []event{cancels(2)}, steps: `
steps: [{id: r, first: 2, race: {a: [{id: x, activity: work, with: {takes: 5}}], b: [{id: x, activity: work, with: {takes: 1}, undo: {activity: plain}}]}}]
`, story: `
			0-2 r/a/x canceled
			0-1 r/b/x
			2-2 r/b/x/undo
			2 canceled`},
		{name: "none", input: 0, steps: `
steps: [{id: r, first: "${input}", race: {a: [{id: x, activity: plain}], b: [{id: x, activity: plain}]}}]
`, story: `0 failed ExpressionError: step r: first must be a whole number from 1 to 2, not 0`},
		{name: "more than there are", input: 3, steps: `
steps: [{id: r, first: "${input}", race: {a: [{id: x, activity: plain}], b: [{id: x, activity: plain}]}}]
`, story: `0 failed ExpressionError: step r: first must be a whole number from 1 to 2, not 3`},
		{name: "no number", input: 1.5, steps: `
steps: [{id: r, first: "${input}", race: {a: [{id: x, activity: plain}], b: [{id: x, activity: plain}]}}]
`, story: `0 failed ExpressionError: step r: first must be a whole number from 1 to 2, not 1.5`},
	})
}

// What ends well together with the last winner, but after it, has lost: also in one turn, when what a
// branch computes has held up what came for the others.
func TestWhoWinsInOneTurn(t *testing.T) {
	t.Parallel()
	cases := strings.TrimSuffix(strings.Repeat(`{when: "`+costly+`", steps: []}, `, 60), ", ")
	for _, first := range []int{0, 1, 2} {
		form := "race"
		if first > 0 {
			form = fmt.Sprintf("first: %d, race", first)
		}
		s := newStage(t, engine.Options{}).inline(document(`
steps:
  - id: r
    `+strings.ReplaceAll(form, ", ", "\n    ")+`:
      a: [{id: x, activity: work, with: {takes: 1.0005}, undo: {activity: plain}}]
      b: [{id: x, activity: work, with: {takes: 1.0005}, undo: {activity: plain}}]
      c: [{id: x, activity: work, with: {takes: 1}}, {id: h, switch: [`+cases+`]}, {id: z, sleep: 9s}]
      d: [{id: x, activity: work, with: {takes: 1.0005}, undo: {activity: plain}}]
`), nil)
		require.NoError(t, s.err)
		require.Positive(t, s.pauses())
		var undone []string
		for _, each := range s.paths() {
			if strings.HasSuffix(each, "/undo") {
				undone = append(undone, each)
			}
		}
		want := []string{"r/d/x/undo", "r/b/x/undo"}
		assert.Equal(t, want[:3-max(1, first)], undone, s.ending())
	}
}

func TestDags(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "every node starts as soon as its needs are met", steps: `
steps:
  - id: d
    dag:
      - {id: last, activity: echo, needs: [b, c], with: ["${steps.b.output}", "${steps.c.output}", "${steps.a.output}"]}
      - {id: a, activity: work, with: {takes: 1, output: a}}
      - {id: b, activity: work, needs: [a], with: {takes: 2, output: b}}
      - {id: c, activity: work, needs: [a], with: {takes: 3, output: c}}
      - {id: alone, activity: work, with: {takes: 6}}
`, story: `
			0-1 d/a
			0-6 d/alone
			1-3 d/b
			1-4 d/c
			4-4 d/last
			6 {"a":"a","alone":null,"b":"b","c":"c","last":["b","c","a"]}`, once: true},
		{name: "a failure cancels the others, and nothing more starts", steps: `
steps:
  - id: d
    dag:
      - {id: a, activity: work, with: {takes: 1, fail: Bad}}
      - {id: b, activity: work, with: {takes: 3, ack: 2}}
      - {id: c, activity: work, with: {takes: 9, deaf: true}}
      - {id: e, activity: work, needs: [c]}
`, story: `
			0-1 d/a failed
			0-3 d/b canceled
			0-9 d/c
			9 failed Bad: step d/a: as told`},
		{name: "a failure with the end of another node: nothing more starts", steps: `
steps:
  - id: d
    dag:
      - {id: a, fail: {type: Bad, message: m}}
      - {id: c, set: {x: 1}}
      - {id: e, activity: work, needs: [c]}
`, story: `0 failed Bad: step d/a: m`},
		{name: "nodes have copies of the variables", steps: `
vars: {n: 1}
steps:
  - id: d
    dag:
      - {id: a, set: {n: 2}}
      - {id: b, needs: [a], set: {seen: "${vars.n}"}}
output: [ "${steps.d.output.b}", "${vars.n}"]
`, story: `0 [{"seen":1},1]`},
	})
}

// A wide fan-out of blocks that do nothing ends at once.
func TestAWideParallel(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{}).inline(document(`
steps:
  - id: m
    map: [{id: p, parallel: {a: [{id: s, set: {n: 1}}], b: [{id: s, set: {n: 2}}]}}]
    over: ${input}
    concurrency: 1000
`), make([]int, 1000))
	require.Len(t, s.output(), 1000)
	assert.Equal(t, 1, s.runs)
}
