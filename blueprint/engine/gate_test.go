package engine_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/blueprint/engine"
)

// operates asks something of the run; the answer is in replies, by the operation's number.
func operates(seconds float64, id string, operation any) event {
	return at(seconds, func(s *stage) {
		s.environment.UpdateWorkflow(engine.OperateUpdate, id, s.callbacks(id), operation)
	})
}

func pauses(seconds float64, step string) event {
	return operates(seconds, fmt.Sprint("pause at ", seconds), engine.Operation{Op: "pause", Step: step, By: "mei", Note: "why"})
}

func resumes(seconds float64, step string) event {
	return operates(seconds, fmt.Sprint("resume at ", seconds), engine.Operation{Op: "resume", Step: step})
}

// A gate stands where things begin; what is under way goes on, and what is due is done when the
// gate opens.
func TestGates(t *testing.T) {
	t.Parallel()
	run := func(from, to float64) []event { return []event{pauses(from, ""), resumes(to, "")} }
	tell(t, []storyCase{
		{name: "a step", events: run(0.5, 5), steps: `
steps: [{id: a, activity: work, with: {takes: 1}}, {id: b, activity: work, with: {takes: 1}}]`,
			story: `
0-1 a
5-6 b
6 null`},
		{name: "what is under way beside", events: run(0.5, 5), steps: `
steps: [{id: p, parallel: {x: [{id: a, activity: work, with: {takes: 1}}, {id: b, activity: work, with: {takes: 1}}], y: [{id: c, activity: work, with: {takes: 9}}, {id: d, set: {x: 1}}]}}]`,
			story: `
0-1 p/x/a
0-9 p/y/c
5-6 p/x/b
9 {"x":null,"y":{"x":1}}`},
		{name: "rounds and items", events: run(0.5, 5), steps: `
steps:
  - id: p
    parallel:
      x: [{id: l, times: 2, loop: [{id: a, activity: work, with: {takes: 1}}]}]
      y: [{id: m, over: [1, 2, 3], concurrency: 2, map: [{id: b, activity: work, with: {takes: "${item}"}}]}]
output: 1`,
			story: `
0-1 p/x/l[0]/a
0-1 p/y/m[0]/b
0-2 p/y/m[1]/b
5-6 p/x/l[1]/a
5-8 p/y/m[2]/b
8 1`},
		{name: "nodes", events: run(0.5, 5), steps: `
steps:
  - {id: d, dag: [{id: a, activity: work, with: {takes: 1}}, {id: b, needs: [a], activity: work, with: {takes: 1}}]}
  - {id: g, graph: [{id: a, activity: work, with: {takes: 1}, next: b}, {id: b, activity: plain}]}
output: 1`,
			story: `
0-1 d/a
5-6 d/b
6-7 g[0]/a
7-7 g[1]/b
7 1`},
		{name: "a failure, its undo, its catch, its finally", events: []event{pauses(0.5, ""), resumes(5, ""), pauses(5.5, ""), resumes(7, ""), pauses(7.5, ""), resumes(9, "")}, steps: `
steps:
  - id: t
    try: [{id: p, parallel: {x: [{id: a, activity: work, undo: {activity: work, with: {takes: 1}}}, {id: b, activity: work, with: {takes: 1, fail: Bad}}], y: [{id: c, activity: work, with: {takes: 3}}]}}]
    catch: [{steps: [{id: d, activity: work, with: {takes: 1}}]}]
    finally: [{id: e, activity: work, with: {takes: 1}}]
output: 1`,
			story: `
0-0 t/p/x/a
0-3 t/p/y/c
0-1 t/p/x/b failed
5-6 t/p/x/a/undo
7-8 t/catch/d
9-10 t/finally/e
10 1`},
		{name: "a race", events: run(0.5, 5), steps: `
steps: [{id: r, race: {x: [{id: a, activity: work, with: {takes: 1}}], y: [{id: b, activity: work, with: {takes: 9}}]}}]
output: ${steps.r.output.winner}`,
			story: `
0-1 r/x/a
0-5 r/y/b canceled
5 "x"`},
		{name: "an item that may fail", events: run(0.5, 5), steps: `
steps: [{id: m, over: [1], tolerate: 1, map: [{id: a, activity: work, undo: {activity: plain}}, {id: b, activity: work, with: {takes: 1, fail: Bad}}]}]
output: 1`,
			story: `
0-0 m[0]/a
0-1 m[0]/b failed
5-5 m[0]/a/undo
5 1`},
		{name: "sleeps go on", events: run(0.5, 5), steps: `
steps: [{id: s, sleep: 2s}, {id: u, sleep: 4s}, {id: a, activity: plain}]
output: 1`,
			story: `
9-9 a
9 1`},
		{name: "a message that came before a timeout wins", events: []event{pauses(0.5, ""), signals(1, "go", "in time"), resumes(5, "")}, steps: `
steps: [{id: w, wait: go, timeout: 2s}, {id: a, activity: plain}]
output: ${steps.w.output}`,
			story: `
5-5 a
5 "in time"`},
		{name: "a timeout that came before a message wins", events: []event{pauses(0.5, ""), signals(3, "go", "late"), resumes(5, "")}, steps: `
steps: [{id: w, wait: go, timeout: 2s, on_timeout: [{id: a, activity: plain}, {id: n, set: {x: none}}]}]
output: ${steps.w.output.x}`,
			story: `
5-5 w/on_timeout/a
5 "none"`},
		{name: "the undo of a run", events: run(0.5, 5), steps: `
steps: [{id: a, activity: plain, undo: {activity: plain}}, {id: b, activity: work, with: {takes: 1, fail: Bad}}]`,
			story: `
0-0 a
0-1 b failed
5-5 a/undo
5 failed Bad: step b: as told`},
		{name: "a child, a plan and a local activity", events: run(0.5, 5), steps: `
steps:
  - {id: a, activity: work, with: {takes: 1}}
  - {id: c, workflow: sub, with: {takes: 1}}
  - {id: p, plan: work, with: {output: {steps: [{id: x, activity: plain}]}}}
  - {id: l, activity: echo, local: true, with: 1}`,
			story: `
0-1 a
5-6 c
6-6 p
6-6 p/plan:#/x
6-6 l
6 1`},
		{name: "one step", events: []event{pauses(0.5, "p/x/b"), resumes(5, "p/x/b")}, steps: `
steps: [{id: p, parallel: {x: [{id: a, activity: work, with: {takes: 1}}, {id: b, activity: work, with: {takes: 1}}], y: [{id: c, activity: work, with: {takes: 1}}, {id: d, activity: work, with: {takes: 1}}]}}]
output: 1`,
			story: `
0-1 p/x/a
0-1 p/y/c
1-2 p/y/d
5-6 p/x/b
6 1`},
		{name: "a step of each item", events: []event{pauses(0.5, "m/b"), resumes(5, "m/b")}, steps: `
steps: [{id: m, over: [1, 2], map: [{id: a, activity: work, with: {takes: "${item}"}}, {id: b, activity: plain}, {id: c, activity: plain}]}]
output: 1`,
			story: `
0-1 m[0]/a
0-2 m[1]/a
5-5 m[0]/b
5-5 m[1]/b
5-5 m[0]/c
5-5 m[1]/c
5 1`},
		{name: "a step of one item, and all of a step", events: []event{pauses(0.5, "m[1]/b"), pauses(0.6, "g"), resumes(5, "m[1]/b"), resumes(7, "g")}, steps: `
steps: [{id: m, over: [1, 2], map: [{id: a, activity: work, with: {takes: "${item}"}}, {id: b, activity: plain}]}, {id: g, steps: [{id: c, activity: plain}]}, {id: d, activity: plain}]
output: 1`,
			story: `
0-1 m[0]/a
0-2 m[1]/a
1-1 m[0]/b
5-5 m[1]/b
7-7 g/c
7-7 d
7 1`},
		{name: "a run and a step in it", events: []event{pauses(0.5, ""), pauses(0.6, "b"), resumes(5, ""), resumes(7, "b")}, steps: `
steps: [{id: a, activity: work, with: {takes: 1}}, {id: b, activity: plain}]
output: 1`,
			story: `
0-1 a
7-7 b
7 1`},
		{name: "the end of a run", events: []event{pauses(0.5, "")}, steps: `
steps: [{id: a, activity: work, with: {takes: 1}}]
output: 1`,
			story: `
0-1 a
1 1`},
		{name: "what wins while it is paused", events: run(0.5, 5), steps: `
steps: [{id: r, race: {x: [{id: a, activity: work, with: {takes: 1}, undo: {activity: plain}}], y: [{id: b, activity: work, with: {takes: 2}, undo: {activity: plain}}]}}]
output: ${steps.r.output.winner}`,
			story: `
0-1 r/x/a
0-2 r/y/b
5-5 r/y/b/undo
5 "x"`},
	})
}

// A cancel opens every gate in what it cancels: what waits to begin does not, a failure that
// waits is canceled, and finally and undo run.
func TestACancelOpensGates(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "of a run", events: []event{pauses(0.5, ""), cancels(5)}, steps: `
steps:
  - {id: a, activity: plain, undo: {activity: plain}}
  - id: t
    try: [{id: p, parallel: {x: [{id: b, activity: work, with: {takes: 1}}, {id: c, activity: plain}], y: [{id: d, activity: work, with: {takes: 2, fail: Bad}}]}}]
    finally: [{id: f, activity: plain}, {id: g, activity: plain}]`,
			story: `
0-0 a
0-1 t/p/x/b
0-2 t/p/y/d failed
5-5 t/finally/f
5-5 t/finally/g
5-5 a/undo
5 canceled`},
		{name: "of a run in which only a failure waits", events: []event{pauses(0.5, ""), cancels(5)}, steps: `
steps: [{id: a, activity: work, with: {takes: 1, fail: Bad}}]`,
			story: `
0-1 a failed
5 canceled`},
		{name: "of a run in which a finally waits", events: []event{pauses(0.5, ""), cancels(5)}, steps: `
steps: [{id: m, over: [1], tolerate: 1, map: [{id: t, try: [{id: a, activity: work, with: {takes: 1}}], finally: [{id: f, activity: plain}, {id: g, activity: plain}]}]}]`,
			story: `
0-1 m[0]/t/a
5-5 m[0]/t/finally/f
5-5 m[0]/t/finally/g
5 canceled`},
		{name: "of what a race leaves", events: []event{pauses(0.5, "r/y/y")}, steps: `
steps: [{id: r, race: {x: [{id: s, sleep: 3s}], y: [{id: y, try: [{id: a, activity: work, with: {takes: 1}}, {id: b, activity: plain}], finally: [{id: f, activity: plain}]}]}}]
output: ${steps.r.output.winner}`,
			story: `
0-1 r/y/y/a
3-3 r/y/y/finally/f
3 "x"`},
	})
}

// What a paused run tells: what is paused, since when, by whom and why; what waits, and what is
// under way; and what was done.
func TestStatusOfAPausedRun(t *testing.T) {
	t.Parallel()
	for _, events := range []int{0, 1} {
		var seen engine.Status
		var details string
		s := newStage(t, engine.Options{EventsPerRun: events}, pauses(1.5, ""), at(5, func(s *stage) { seen, details = s.status(), s.details() }), resumes(6, "")).inline(document(`
steps:
  - id: p
    parallel:
      a: [{id: s, sleep: 2s}, {id: b, activity: plain}]
      c: [{id: d, activity: work, with: {takes: 3, fail: Bad}}]
      e: [{id: f, activity: work, with: {takes: 9}}]
      g: [{id: r, race: {x: [{id: s, sleep: 4s}], y: [{id: w, wait: never}]}}]
      k: [{id: c, workflow: sub, with: {takes: 9}}]`), nil)
		require.ErrorContains(t, s.err, "as told")
		require.Len(t, seen.Paused, 1)
		assert.Equal(t, engine.Paused{Since: stageStart.Add(secondsOf(1.5)), By: "mei", Note: "why"}, seen.Paused[0])
		assert.Equal(t, []engine.AtGate{
			{Step: "p/a/b", Waits: "begin"}, {Step: "p/c/d", Waits: "fail", Error: "Bad: as told"}, {Step: "p/g/r/x", Waits: "win"},
		}, seen.AtGates)
		steps := outline(seen.Steps, "")
		assert.Contains(t, steps, "pending (a) activity b\n", "it has not begun")
		assert.Contains(t, steps, "running (c) activity d 1/1/0", "its failure has not gone up")
		assert.Equal(t, 1, seen.Steps[0].Steps[1].Waiting)
		assert.Contains(t, details, "⏸ **the run is paused** since 2026-03-04T05:06:08Z by mei: why\n")
		assert.Contains(t, details, "`b` activity ⏸\n")
		require.Len(t, seen.Operations, 1)
		assert.Equal(t, engine.Operated{
			Operation: engine.Operation{Op: "pause", ID: "pause at 1.5", By: "mei", Note: "why"}, Time: stageStart.Add(secondsOf(1.5)),
		}, seen.Operations[0])
		answer := s.replies["pause at 1.5"].result.(engine.OperationAnswer)
		assert.Contains(t, answer.Activities, "p/e/f")
		assert.Contains(t, answer.Activities, "p/c/d")
		assert.Equal(t, []string{"run/p/k/c"}, answer.Children)
		assert.Nil(t, s.status().Paused)
	}
}

// Bad use is refused, with what can be done instead; nothing of it changes the run.
func TestOperationsThatAreRefused(t *testing.T) {
	t.Parallel()
	const steps = `
steps:
  - {id: first, sleep: 10s}
  - {id: each, over: [1], map: [{id: l, times: 1, loop: [{id: price, activity: plain}]}]}
  - {id: t, try: [{id: a, activity: plain}], catch: [{steps: [{id: b, activity: plain}]}]}
  - {id: p, plan: work, with: {output: {steps: [{id: x, activity: plain}, {id: y, sleep: 10s}]}}}`
	operation := func(op, step string) any { return engine.Operation{Op: op, Step: step} }
	long := strings.Repeat("l", 3000)
	cases := []struct {
		name      string
		operation any
		want      string
	}{
		{"an operation that does not exist", operation("puase", ""), `InvalidOperation: there is no operation "puase"; did you mean "pause"?; there are: pause, resume, hold, retry, complete, skip, fail, set, replace`},
		{"no operation", map[string]any{}, `InvalidOperation: there is no operation ""; there are: pause, resume, hold, retry, complete, skip, fail, set, replace`},
		{"a field that does not exist", map[string]any{"op": "pause", "stpe": "a"}, `InvalidOperation: an operation is an object {op, id, step, by, note, input, output, type, message, vars, types, timeout, off, document, dryRun}: unknown field "stpe"`},
		{"a step that is no text", map[string]any{"op": "pause", "step": 1}, `InvalidOperation: an operation is an object {op, id, step, by, note, input, output, type, message, vars, types, timeout, off, document, dryRun}: step must be a text, not a JSON number`},
		{"a text", "pause", `InvalidOperation: an operation is an object {op, id, step, by, note, input, output, type, message, vars, types, timeout, off, document, dryRun}: it is a JSON string`},
		{"a long note", engine.Operation{Op: "pause", Note: long}, "InvalidOperation: note must have at most 500 bytes, got 3000"},
		{"a long path", operation("pause", long), "InvalidOperation: step must have at most 2000 bytes, got 3000"},
		{"a step that does not exist", operation("pause", "frist"), `UnknownStep: there is no step "frist": nothing there is "frist"; did you mean "first"?; there are: first, each, t, p`},
		{"a step below one that has none", operation("pause", "first/a"), `UnknownStep: there is no step "first/a": nothing there is "a"; did you mean "t/a"?; there are no steps`},
		{"a step in a block", operation("pause", "t/catch/a"), `UnknownStep: there is no step "t/catch/a": nothing there is "a"; did you mean "t/a"?; there are: b`},
		{"a block", operation("pause", "t/catch"), `UnknownStep: there is no step "t/catch": nothing there is "catch"; there are: a`},
		{"some numbers", operation("pause", "each[0]/l/price"), `UnknownStep: a path has the number of each round, item and visit, or none: "each[0]/l/price"`},
		{"a plan that is not there", operation("pause", "p/plan:12345678/x"), `UnknownStep: there is no step "p/plan:12345678/x": nothing there is "plan:12345678"; there are no steps`},
		{"a resume of what is not paused", operation("resume", "first"), "OperationRefused: the step first is not paused, and nothing else is: it admits pause"},
	}
	for _, each := range cases {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, engine.Options{}, operates(1, "o", each.operation)).inline(document(steps), nil)
			require.NoError(t, s.err)
			assert.Equal(t, each.want, refusalOf(t, s.replies["o"]))
			assert.Empty(t, s.status().Operations)
		})
	}
	s := newStage(t, engine.Options{},
		pauses(1, ""), pauses(2, ""), pauses(3, "each/l/price"), resumes(4, "t/a"), resumes(5, ""), resumes(6, ""), resumes(7, "each/l/price"),
		pauses(11, "p/plan:50f3b475/y"), resumes(12, "p/plan:50f3b475/y")).inline(document(steps), nil)
	require.NoError(t, s.err)
	assert.Equal(t, "OperationRefused: the run is already paused, since 2026-03-04T05:06:08Z by mei: why: it admits resume", refusalOf(t, s.replies["pause at 2"]))
	assert.Equal(t, "OperationRefused: the step t/a itself is not paused: it admits pause; resume what is: the run, the step each/l/price", refusalOf(t, s.replies["resume at 4"]))
	assert.Equal(t, "OperationRefused: the run itself is not paused: it admits pause; resume what is: the step each/l/price", refusalOf(t, s.replies["resume at 6"]))
	for _, each := range []string{"pause at 3", "resume at 7", "pause at 11", "resume at 12"} {
		assert.NoError(t, s.replies[each].rejected, each)
	}
	s = newStage(t, engine.Options{}, pauses(1, "m[1]/p/plan:50f3b475/y"), pauses(2, "m[1]/p/plan:50f3b476/y")).inline(document(`
steps: [{id: m, over: [1, 2], map: [{id: p, plan: work, with: {output: {steps: [{id: x, activity: plain}, {id: y, sleep: 10s}]}}}]}]`), nil)
	require.NoError(t, s.err)
	assert.NoError(t, s.replies["pause at 1"].rejected)
	assert.Contains(t, refusalOf(t, s.replies["pause at 2"]), `UnknownStep: there is no step "m[1]/p/plan:50f3b476/y": nothing there is "plan:50f3b476"; did you mean "plan:50f3b475"?; there are: plan:50f3b475`)
}

// A path has the numbers of rounds, items and attempts, or none of them, and nothing else.
func TestPathsOfSteps(t *testing.T) {
	t.Parallel()
	const steps = `
steps:
  - {id: first, activity: work, with: {takes: 9}, undo: {activity: plain}}
  - {id: each, over: [1], map: [{id: l, times: 1, loop: [{id: price, activity: plain}]}]}
  - {id: g, timeout: 1h, steps: [{id: a, activity: plain}], on_timeout: [{id: late, activity: plain}]}
  - {id: w, wait: go, timeout: 0s, on_timeout: [{id: over, activity: plain}]}`
	noSegment := func(path, segment string) string {
		return fmt.Sprintf("UnknownStep: there is no step %q: %q is no id of a step with its numbers, as in l, l[0] or l#2[0]: leave the numbers out to mean all of them", path, segment)
	}
	for path, want := range map[string]string{
		"first": "", "first/undo": "", "first#2": "", "each": "", "each[0]": "", "each[10]/l#2[0]/price": "", "each/l/price": "", "g#2/a": "", "g/on_timeout/late": "", "w/on_timeout/over": "",
		"each[x]/l/price":   noSegment("each[x]/l/price", "each[x]"),
		"each[0/l/price":    noSegment("each[0/l/price", "each[0"),
		"each[]":            noSegment("each[]", "each[]"),
		"each[-1]":          noSegment("each[-1]", "each[-1]"),
		"each[01]":          noSegment("each[01]", "each[01]"),
		"each[0]x":          noSegment("each[0]x", "each[0]x"),
		"first#":            noSegment("first#", "first#"),
		"each[0]#2":         noSegment("each[0]#2", "each[0]#2"),
		"first[0]":          `UnknownStep: there is no step "first[0]": first is no loop, map or graph, so it has no [0]`,
		"each/undo":         `UnknownStep: there is no step "each/undo": nothing there is "undo"; there are: l`,
		"price":             `UnknownStep: there is no step "price": nothing there is "price"; did you mean "each/l/price"?; there are: first, each, g, w`,
		"g/on_timeout/over": `UnknownStep: there is no step "g/on_timeout/over": nothing there is "over"; did you mean "w/on_timeout/over"?; there are: late`,
	} {
		s := newStage(t, engine.Options{}, pauses(1, path), resumes(2, path)).inline(document(steps), nil)
		require.NoError(t, s.err)
		if want == "" {
			assert.NoError(t, s.replies["pause at 1"].rejected, path)
			continue
		}
		assert.Equal(t, want, refusalOf(t, s.replies["pause at 1"]))
	}
	s := newStage(t, engine.Options{}, pauses(1, "each[*]/l[*]/price"), at(10, func(s *stage) {
		assert.Equal(t, []engine.AtGate{{Step: "each[0]/l[0]/price", Waits: "begin"}}, s.status().AtGates)
	}), resumes(11, "each/l/price")).inline(document(steps), nil)
	require.NoError(t, s.err)
	assert.NoError(t, s.replies["resume at 11"].rejected, "a path with [*] is one without numbers")
}

// refusalOf is why an operation was refused.
func refusalOf(t *testing.T, reply *answer) string {
	t.Helper()
	require.NotNil(t, reply)
	err := reply.rejected
	if err == nil {
		err = reply.err
	}
	var refused *temporal.ApplicationError
	require.ErrorAs(t, err, &refused)
	return refused.Type() + ": " + refused.Message()
}

// What was done under an ID is not done again, also in the next run; of two operators at once
// one wins, and the other is told.
func TestOperationsOnce(t *testing.T) {
	t.Parallel()
	pause := engine.Operation{Op: "pause", ID: "o-1"}
	for _, events := range []int{0, 1} {
		s := newStage(t, engine.Options{EventsPerRun: events},
			operates(1, "u1", pause), operates(4, "u2", engine.Operation{Op: "resume"}), operates(5, "u3", pause),
			operates(6, "u4", engine.Operation{Op: "pause", By: "mei"}), operates(6, "u5", engine.Operation{Op: "pause", By: "ada"}), operates(8, "u6", engine.Operation{Op: "resume"}),
		).inline(document("steps: [{id: l, times: 20, loop: [{id: s, sleep: 1s}]}]"), nil)
		require.NoError(t, s.err)
		assert.Equal(t, "o-1", s.replies["u3"].result.(engine.OperationAnswer).ID)
		assert.Empty(t, s.replies["u3"].result.(engine.OperationAnswer).Paused, "it is resumed since")
		assert.NoError(t, s.replies["u4"].err)
		assert.Equal(t, "OperationRefused: the run is already paused, since 2026-03-04T05:06:13Z by mei: it admits resume", refusalOf(t, s.replies["u5"]))
		var done []string
		for _, each := range s.status().Operations {
			done = append(done, strings.TrimSpace(each.ID+" "+each.Op+" "+each.Refused))
		}
		assert.Equal(t, []string{"o-1 pause", "u2 resume", "u4 pause", "u6 resume"}, slicesWithout(done, "u5"))
	}
}

// Who asks again and again for what has been done lets no further run begin.
func TestARepeatedOperationIsNoProgress(t *testing.T) {
	t.Parallel()
	runs := map[int]int{}
	for _, again := range []int{0, 20} {
		events := []event{operates(1, "first", engine.Operation{Op: "pause", ID: "o-1"}), resumes(30, "")}
		for i := range again {
			events = append(events, operates(float64(2+i), fmt.Sprint("again ", i), engine.Operation{Op: "pause", ID: "o-1"}))
		}
		s := newStage(t, engine.Options{EventsPerRun: 1}, events...).inline(document("steps: [{id: w, wait: go, timeout: 40s, on_timeout: []}, {id: a, activity: plain}]"), nil)
		require.NoError(t, s.err)
		if again > 0 {
			assert.NoError(t, s.replies["again 19"].err)
		}
		runs[again] = s.runs
	}
	assert.Equal(t, runs[0], runs[20])
}

func slicesWithout(texts []string, prefix string) []string {
	var kept []string
	for _, each := range texts {
		if !strings.HasPrefix(each, prefix) {
			kept = append(kept, each)
		}
	}
	return kept
}

// Only the last hundred operations are kept, and only so much may be paused step by step.
func TestOperationsAreBounded(t *testing.T) {
	t.Parallel()
	var events []event
	for i := range 60 {
		events = append(events, pauses(1+float64(2*i), ""), resumes(2+float64(2*i), ""))
	}
	s := newStage(t, engine.Options{}, events...).inline(document("steps: [{id: a, sleep: 1h}]"), nil)
	require.NoError(t, s.err)
	require.Len(t, s.status().Operations, 100)
	assert.Equal(t, "resume at 120", s.status().Operations[99].ID)

	events = nil
	for i := range 51 {
		events = append(events, pauses(1+float64(i), fmt.Sprintf("l[%d]/a", 100+i)))
	}
	s = newStage(t, engine.Options{}, events...).inline(document("steps: [{id: l, times: 2, loop: [{id: a, sleep: 1h}]}]"), nil)
	require.NoError(t, s.err)
	assert.Equal(t, "OperationRefused: 50 steps are already paused, which is the most: resume some, or pause the whole run", refusalOf(t, s.replies["pause at 51"]))
}

// A paused run begins no call that waits for a slot, holds up no run, and remembers what waits.
func TestWhatWaitsForASlotWaitsAtTheGate(t *testing.T) {
	t.Parallel()
	items := make([]any, 600)
	for i := range items {
		items[i] = i
	}
	var seen engine.Status
	s := newStage(t, engine.Options{}, pauses(0.5, ""), at(5, func(s *stage) { seen = s.status() }), resumes(6, "")).
		inline(document("steps: [{id: m, over: \"${input}\", concurrency: 1000, map: [{id: a, activity: work, with: {takes: 1}}]}]\noutput: 1"), items)
	require.NoError(t, s.err)
	early := 0
	for _, each := range s.calls() {
		assert.NotEqual(t, 1.0, each.Began.Seconds(), "no slot is taken while the run is paused")
		if each.Began == 0 {
			early++
		}
	}
	assert.Equal(t, 500, early)
	assert.Len(t, seen.AtGates, 100)
	assert.Equal(t, 100, seen.Steps[0].Steps[0].Waiting)
}

// The answer has each child under way: all of them can be paused as well.
func TestEachChildIsTold(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{}, pauses(1, "p/x/m"), resumes(5, "p/x/m")).inline(document(`
steps: [{id: p, parallel: {x: [{id: m, over: "${input}", concurrency: 200, map: [{id: c, workflow: sub, with: {takes: 2}}]}], y: [{id: c, workflow: sub, with: {takes: 2}}]}}]`), make([]int, 150))
	require.NoError(t, s.err)
	assert.Len(t, s.replies["pause at 1"].result.(engine.OperationAnswer).Children, 150)
}

// Of very many Activities under way the answer tells the first, and how many more there are.
func TestManyActivitiesUnderWayAreTold(t *testing.T) {
	t.Parallel()
	for count, more := range map[int]int{100: 0, 101: 1, 150: 50} {
		s := newStage(t, engine.Options{}, pauses(1, "m"), resumes(2, "m")).inline(document(`
steps:
  - {id: m, over: "${input}", concurrency: 200, map: [{id: a, activity: work, with: {takes: 3}}]}`), make([]int, count))
		require.NoError(t, s.err)
		answer := s.replies["pause at 1"].result.(engine.OperationAnswer)
		assert.Len(t, answer.Activities, 100, count)
		assert.Equal(t, more, answer.MoreActivities, count)
	}
}

// Runs of version 1 cannot be operated.
func TestRunsOfVersionOneAreNotOperated(t *testing.T) {
	t.Parallel()
	s := stageAt(t, 1, engine.Options{}, pauses(1, "")).inline(document("steps: [{id: a, sleep: 2s}, {id: b, activity: plain}]"), nil)
	require.NoError(t, s.err)
	assert.Equal(t, 2.0, s.call("b").Began.Seconds())
	require.ErrorContains(t, s.replies["pause at 1"].rejected, "unknown update operate")
}

// The documented contract of the Update operate is what a client sends and gets.
func TestTheContractOfOperate(t *testing.T) {
	t.Parallel()
	details, err := os.ReadFile("DETAILS.md")
	require.NoError(t, err)
	section := regexp.MustCompile(`(?s)\n## Operating a run\n(.*?)\n## `).FindSubmatch(details)
	require.NotNil(t, section)
	block := func(marker string) string {
		found := regexp.MustCompile("(?s)" + marker + "\n(.*?)```").FindSubmatch(section[1])
		require.NotNil(t, found, marker)
		return string(found[1])
	}
	var seen engine.Status
	s := newStage(t, engine.Options{},
		operates(1, "u", json.RawMessage(block("request -->\n```json"))), at(3, func(s *stage) { seen = s.status() }), resumes(4, "")).
		inline(block("```yaml"), nil)
	require.NoError(t, s.err)
	encode := func(value any) string {
		text, err := json.Marshal(value)
		require.NoError(t, err)
		return string(text)
	}
	assert.JSONEq(t, block("answer -->\n```json"), encode(s.replies["u"].result))
	assert.JSONEq(t, block("status -->\n```json"), encode(map[string]any{"paused": seen.Paused, "atGates": seen.AtGates, "operations": seen.Operations}))
}
