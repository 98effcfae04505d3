package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
)

func TestActivities(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "its result is the step's output", steps: `
steps:
  - {id: a, activity: work, with: {takes: 2, output: {x: [1, 2.5]}}}
  - {id: b, activity: echo, with: {got: "${steps.a.output.x[1] * 2}"}}
`, story: `
			0-2 a
			2-2 b
			2 {"got":5}`},
		{name: "an error keeps its type and details", steps: `
steps:
  - {id: a, activity: work, with: {takes: 1, fail: CardDeclined, details: [7, {why: poor}]}}
`, story: `
			0-1 a failed
			1 failed CardDeclined: step a: as told [7,{"why":"poor"}]`},
		{name: "no argument is no argument", steps: `
steps: [{id: a, activity: plain}]
`, story: `
			0-0 a
			0 null`},
		{name: "an argument that cannot be evaluated fails the step before the call", steps: `
steps: [{id: a, activity: work, with: "${input.x}"}]
`, input: map[string]any{}, story: `
			0 failed ExpressionError: step a: there is no field "x"`},
		{name: "that it ended as canceled by itself is a failure", steps: `
steps:
  - id: t
    try: [{id: a, workflow: sub, with: {failOnCancel: CanceledOutside}}]
    catch: [{types: [CanceledOutside], steps: [{id: c, activity: work}]}]
`, story: `
			0-0 t/a
			0 null`},
	})
}

func TestNoArgumentIsNotNull(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{}).inline(document(`
steps: [{id: a, activity: echo, with: null}, {id: b, activity: plain}]`), nil)
	require.NoError(t, s.err)
	assert.Equal(t, []any{nil}, s.call("a").Arguments)
	assert.Empty(t, s.call("b").Arguments)
}

func TestChildren(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "its result is the step's output", steps: `
steps: [{id: c, workflow: sub, with: {takes: 5, start: 1, output: 7}}]
output: ${steps.c.output + 1}
`, story: `
			0-6 c
			6 8`},
		{name: "its failure keeps the type", steps: `
steps:
  - id: t
    try: [{id: c, workflow: sub, with: {takes: 5, fail: OutOfStock, details: [3]}}]
    catch: [{types: [OutOfStock], steps: [{id: d, activity: echo, with: "${error}"}]}]
`, story: `
			0-5 t/c failed
			5-5 t/catch/d
			5 {"details":[3],"message":"as told","step":"t/c","type":"OutOfStock"}`},
		{name: "that the id is taken is a failure", steps: `
steps:
  - id: t
    try: [{id: c, workflow: sub, with: {taken: true}}]
    catch: [{types: [ChildAlreadyRunning], steps: [{id: d, set: {x: "${error.step}"}}]}]
`, story: `
			0-0 t/c not started
			0 {"x":"t/c"}`},
		{name: "one of the same step that an earlier run of the chain has started is joined", steps: `
steps: [{id: c, workflow: sub, with: {taken: true, own: true, takes: 5, output: 7}}]
output: ${steps.c.output + 1}
`, story: `
			0-5 c
			5 8`},
		{name: "one that is joined fails", steps: `
steps: [{id: c, workflow: sub, with: {taken: true, own: true, takes: 5, fail: OutOfStock}}]
`, story: `
			0-5 c failed
			5 failed OutOfStock: step c: as told`},
		{name: "one that is joined is canceled and awaited", steps: `
steps: [{id: c, workflow: sub, with: {taken: true, own: true, takes: 50, ack: 2}}]
`, events: []event{cancels(3)}, story: `
			0-5 c canceled
			5 canceled`},
		{name: "a cancel waits until it is known whose it is", steps: `
steps: [{id: c, workflow: sub, with: {start: 4, taken: true, own: true, takes: 50, ack: 2}}]
`, events: []event{cancels(6)}, story: `
			0-10 c canceled
			10 canceled`},
		{name: "a detached one that is there already is left running", steps: `
steps:
  - {id: c, workflow: sub, detach: true, with: {taken: true, own: true, takes: 50}}
  - {id: after, activity: work, with: {takes: 1}}
output: ${steps.c.output}
`, story: `
			0-0 c running
			0-1 after
			1 {"runId":"run of run/c","workflowId":"run/c"}`},
		{name: "a detached one is left running", steps: `
steps:
  - {id: c, workflow: sub, detach: true, with: {start: 2, takes: 50}}
  - {id: after, activity: work, with: {takes: 1}}
output: ${steps.c.output}
`, story: `
			0-0 c running
			2-3 after
			3 {"runId":"run of run/c","workflowId":"run/c"}`},
	})
}

// A child runs on while its parent goes on in a new run: it is started once, its
// siblings are not held up, and its result arrives.
func TestAChildOutlivesTheRunThatStartedIt(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, child, story string
		events             []event
	}{
		{name: "result", child: "{takes: 10, output: done}", story: `
			0-10 p/child/c
			0-1 p/work/l[0]/a
			1-2 p/work/l[1]/a
			2-3 p/work/l[2]/a
			10 {"child":"done","work":null}`},
		{name: "failure", child: "{takes: 2.5, fail: OutOfStock, details: [1]}", story: `
			0-2.500 p/child/c failed
			0-1 p/work/l[0]/a
			1-2 p/work/l[1]/a
			2-2.500 p/work/l[2]/a canceled
			2.500 failed OutOfStock: step p/child/c: as told [1]`},
		{name: "cancel", child: "{takes: 10, ack: 3}", events: []event{cancels(2.5)}, story: `
			0-5.500 p/child/c canceled
			0-1 p/work/l[0]/a
			1-2 p/work/l[1]/a
			2-2.500 p/work/l[2]/a canceled
			5.500 canceled`},
		{name: "cancel, when nothing else runs", child: "{takes: 10, ack: 3}", events: []event{cancels(5)}, story: `
			0-8 p/child/c canceled
			0-1 p/work/l[0]/a
			1-2 p/work/l[1]/a
			2-3 p/work/l[2]/a
			8 canceled`},
		{name: "what fails while it is canceled is canceled", child: "{takes: 10, ack: 3, failOnCancel: Oops}", events: []event{cancels(2.5)}, story: `
			0-5.500 p/child/c failed
			0-1 p/work/l[0]/a
			1-2 p/work/l[1]/a
			2-2.500 p/work/l[2]/a canceled
			5.500 canceled`},
		{name: "it need not obey", child: "{takes: 10, deaf: true}", events: []event{cancels(2.5)}, story: `
			0-10 p/child/c
			0-1 p/work/l[0]/a
			1-2 p/work/l[1]/a
			2-2.500 p/work/l[2]/a canceled
			10 canceled`},
	}
	for _, each := range cases {
		for _, events := range []int{0, 1} {
			t.Run(fmt.Sprintf("%s, %d", each.name, events), func(t *testing.T) {
				t.Parallel()
				s := newStage(t, engine.Options{EventsPerRun: events}, each.events...).inline(document(`
steps:
  - id: p
    parallel:
      child: [{id: c, workflow: sub, with: `+each.child+`}]
      work: [{id: l, loop: [{id: a, activity: work, with: {takes: 1}}], times: 3}]
`), nil)
				assert.Equal(t, trimmed(each.story), s.story())
				if events > 0 {
					assert.Greater(t, s.runs, 1)
				}
			})
		}
	}
}

func TestUndo(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "when the run fails, in reverse order of completion", steps: `
steps:
  - id: p
    parallel:
      a: [{id: x, activity: work, with: {takes: 3, output: ax}, undo: {activity: echo, with: "${steps.x.output}"}}]
      b: [{id: x, activity: work, with: {takes: 1, output: bx}, undo: {activity: work, with: {takes: 2}}}]
  - {id: y, activity: work, with: {takes: 1}}
  - {id: z, workflow: sub, with: {takes: 1, output: {id: 9}}, undo: {activity: echo, with: {undo: "${steps.z.output.id}"}}}
  - {id: f, fail: {type: Bad, message: no more}}
`, story: `
			0-3 p/a/x
			0-1 p/b/x
			3-4 y
			4-5 z
			5-5 z/undo
			5-5 p/a/x/undo
			5-7 p/b/x/undo
			7 failed Bad: step f: no more`},
		{name: "not what did not complete", steps: `
steps:
  - id: p
    parallel:
      a: [{id: x, activity: work, with: {takes: 3}, undo: {activity: plain}}]
      b: [{id: y, activity: work, with: {takes: 1, fail: Bad}, undo: {activity: plain}}]
      c: [{id: z, activity: work, with: {takes: 4, deaf: true}, undo: {activity: plain}}]
`, story: `
			0-1 p/a/x canceled
			0-1 p/b/y failed
			0-4 p/c/z
			4-4 p/c/z/undo
			4 failed Bad: step p/b/y: as told`},
		{name: "not when the run ends well, or is stopped", steps: `
steps:
  - {id: x, activity: work, undo: {activity: plain}}
  - {id: s, stop: 3}
`, story: `
			0-0 x
			0 3`},
		{name: "what fails does not stop the others and is told", steps: `
steps:
  - {id: x, activity: work, undo: {activity: work, with: {takes: 1}}}
  - {id: y, activity: work, undo: {activity: work, with: {takes: 1, fail: Stuck}}}
  - {id: z, activity: work, undo: {activity: work, with: {takes: 1, fail: Lost}}}
  - {id: f, fail: {type: Bad, message: m}}
`, story: `
			0-0 x
			0-0 y
			0-0 z
			0-1 z/undo failed
			1-2 y/undo failed
			2-3 x/undo
			3 failed Bad: step f: m; z/undo failed: Lost: as told; y/undo failed: Stuck: as told`},
		{name: "a catch undoes what its try had completed, and no more", steps: `
steps:
  - {id: t0, activity: work, undo: {activity: plain}}
  - id: t
    try:
      - {id: x, activity: work, undo: {activity: plain}}
      - {id: g, steps: [{id: y, activity: work, undo: {activity: work, with: {takes: 2}}}]}
      - {id: f, fail: {type: Bad}}
    catch: [{steps: [{id: c, activity: work}]}]
    finally: [{id: last, activity: work}]
`, story: `
			0-0 t0
			0-0 t/x
			0-0 t/g/y
			0-2 t/g/y/undo
			2-2 t/x/undo
			2-2 t/catch/c
			2-2 t/finally/last
			2 null`},
		{name: "what a catch and a finally completed is undone by what is around", steps: `
steps:
  - id: t
    try: [{id: f, fail: {type: Bad}}]
    catch: [{steps: [{id: c, activity: work, undo: {activity: plain}}]}]
    finally: [{id: last, activity: work, undo: {activity: plain}}]
  - {id: f, fail: {type: Worse, message: m}}
`, story: `
			0-0 t/catch/c
			0-0 t/finally/last
			0-0 t/finally/last/undo
			0-0 t/catch/c/undo
			0 failed Worse: step f: m`},
		{name: "an argument that cannot be evaluated fails the step that had completed", steps: `
steps:
  - id: t
    try: [{id: x, activity: work, with: {output: {}}, undo: {activity: echo, with: "${steps.x.output.id}"}}]
    catch: [{types: [ExpressionError], steps: [{id: c, set: {at: "${error.step}"}}]}]
`, story: `
			0-0 t/x
			0 {"at":"t/x"}`},
	})
}

// The argument is that of the time when the step completed.
func TestTheArgumentOfAnUndoIsThatOfItsStep(t *testing.T) {
	t.Parallel()
	for _, events := range []int{0, 1} {
		s := newStage(t, engine.Options{EventsPerRun: events}).inline(document(`
vars: {n: 1}
steps:
  - id: l
    loop:
      - {id: a, activity: echo, with: "${round}", undo: {activity: echo, with: ["${vars.n}", "${round}", "${steps.a.output}"]}}
      - {id: s, set: {n: "${vars.n * 10}"}}
    times: 2
  - {id: f, fail: {type: Bad}}
`), nil)
		assert.Equal(t, []any{[]any{10.0, 1.0, 1.0}}, s.call("l[1]/a/undo").Arguments)
		assert.Equal(t, []any{[]any{1.0, 0.0, 0.0}}, s.call("l[0]/a/undo").Arguments)
	}
}

// What is told of undos that fail is bounded: there may be thousands of them.
func TestManyUndosThatFail(t *testing.T) {
	t.Parallel()
	for _, events := range []int{0, 50} {
		s := newStage(t, engine.Options{EventsPerRun: events})
		s.inline(document(`
steps:
  - {id: l, loop: [{id: a, activity: echo, with: 1, undo: {activity: work, with: {fail: Stuck, details: ["${input}"]}}}], times: 100}
  - {id: f, fail: {type: Bad, message: m}}
`), strings.Repeat("x", 1000))
		message := s.failure().Message()
		assert.Contains(t, message, "step f: m; l[99]/a/undo failed: Stuck: as told; ")
		assert.Less(t, len(message), 2000)
		assert.Len(t, s.calls(), 200)
		assert.Less(t, s.status().Used.StateBytes, 500)
	}
}

// A run of version 1 does what it did: a taken id fails the step, and a child of an earlier
// run is canceled by its id.
func TestChildrenInVersion1(t *testing.T) {
	t.Parallel()
	callees := object{"activities": object{"work": object{}}, "workflows": object{"sub": object{}}}
	s := newStage(t, engine.Options{})
	s.handedOn = true
	s.run("any", nil, handed(t, `steps: [{id: c, workflow: sub, with: {taken: true, own: true}}]`, callees))
	assert.Equal(t, engine.FailureChildAlreadyRunning, s.failure().Type())

	for version := range 2 {
		s = newStage(t, engine.Options{}, cancels(5))
		s.handedOn = true
		carried := handed(t, `
steps:
  - id: p
    parallel: {child: [{id: c, workflow: sub, with: {takes: 50}}], beside: [{id: l, loop: [{id: s, sleep: 1s}], times: 4}]}
`, callees)
		carried["record"].(object)["interpreter"] = version + 1
		carried["record"].(object)["continueAfter"] = 1
		s.run("any", nil, carried)
		assert.Equal(t, "canceled", s.ending())
		assert.Equal(t, version == 1, slices.ContainsFunc(s.commands, func(c *command) bool { return c.Name == cancelsChild }))
		assert.Equal(t, "canceled", s.commands[slices.IndexFunc(s.commands, func(c *command) bool { return c.Name == "sub" })].How)
	}
}
