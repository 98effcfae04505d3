package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
)

// A step that waits at a gate before its beginning is operated as one that is held.
func TestOperationsAtGates(t *testing.T) {
	t.Parallel()
	const steps = `
steps: [{id: s, activity: work, with: {takes: 1}}, {id: a, activity: work, with: {takes: 1}, undo: {activity: plain}}, {id: b, activity: echo, with: "${steps.a.output}"}]`
	tell(t, []storyCase{
		{name: "another input", events: []event{pauses(0.5, ""), asks(2, "retry", "a", `{"takes": 2, "output": 7}`), resumes(5, "")}, steps: steps, story: `
0-1 s
5-7 a
7-7 b
7 7`},
		{name: "completed", events: []event{pauses(0.5, "a"), asks(2, "complete", "a", `7`), cancels(4)}, steps: steps + "\noutput: 1", story: `
0-1 s
2-2 b
2 1`},
		{name: "completed, and taken back", events: []event{pauses(0.5, "a"), asks(2, "complete", "a", `{"fail": "Bad"}`), cancels(4)}, steps: strings.Replace(steps, "activity: echo", "activity: work", 1), story: `
0-1 s
2-2 b failed
2-2 a/undo
2 failed Bad: step b: as told`},
		{name: "skipped", events: []event{pauses(0.5, ""), asks(2, "skip", "a", ``), resumes(5, "")}, steps: steps, story: `
0-1 s
5-5 b
5 null`},
		{name: "failed, which waits as well", events: []event{pauses(0.5, ""), asks(2, "fail", "a", `Bad`), resumes(5, "")}, steps: steps, story: `
0-1 s
5 failed Bad: step a: by hand`},
		{name: "a variable", events: []event{pauses(0.5, ""), asks(2, "set", "a", `{"x": 3}`), resumes(5, "")}, steps: `
vars: {x: 1}
steps: [{id: s, activity: work, with: {takes: 1}}, {id: a, activity: work, with: {takes: "${vars.x}"}}]`, story: `
0-1 s
5-8 a
8 null`},
		{name: "an item of several", events: []event{pauses(0.5, "m/a"), asks(2, "skip", "m[1]/a", ``), resumes(5, "m/a")}, steps: `
steps: [{id: s, activity: work, with: {takes: 1}}, {id: m, over: [1, 2], map: [{id: a, activity: work, with: {takes: "${item}", output: 1}}]}]`, story: `
0-1 s
5-6 m[0]/a
6 [1,null]`},
	})
}

// What waits at a gate before its call, and has begun, is operated in the same way.
func TestOperationsOnWhatWaitsForASlot(t *testing.T) {
	t.Parallel()
	for slots, options := range map[int]string{500: "", 4: "timeout: 1h, local: true, "} {
		items := make([]any, slots+3)
		for i := range items {
			items[i] = 1
		}
		item := func(after int) string { return fmt.Sprintf("m[%d]/a", slots+after) }
		s := newStage(t, engine.Options{Operations: switched()}, pauses(0.5, ""), asks(2, "complete", item(0), `"by hand"`), asks(2.1, "retry", item(1), `{"takes": 2, "output": "again"}`),
			asks(2.2, "fail", item(2), "Bad"), resumes(5, "")).
			inline(document("steps: [{id: m, over: \"${input}\", tolerate: 1, concurrency: 1000, map: [{id: a, "+options+"activity: work, with: {takes: 1}}]}]\noutput: ${steps.m.output}"), items)
		outputs := s.output().([]any)
		assert.Equal(t, []any{"by hand", "again"}, outputs[slots:slots+2])
		assert.Equal(t, "Bad", outputs[slots+2].(map[string]any)["error"].(map[string]any)["type"])
		assert.Len(t, s.calls(), slots+1)
		for _, id := range []string{"complete at 2", "retry at 2.1", "fail at 2.2"} {
			assert.NoError(t, s.replies[id].rejected, id)
		}
	}
}

// retry and fail stop an Activity that is under way, and wait for its end: where it completes all
// the same, that counts.
func TestOperationsOnAnActivityUnderWay(t *testing.T) {
	t.Parallel()
	const failing = `
steps: [{id: a, activity: work, with: {takes: 100, ack: 2}}, {id: b, activity: plain}]`
	tell(t, []storyCase{
		{name: "tried again", events: []event{asks(5, "retry", "a", `{"takes": 1}`)}, steps: failing, story: `
0-7 a canceled
7-8 a
8-8 b
8 null`},
		{name: "tried again as it was, and failed", events: []event{asks(5, "retry", "a", ""), asks(8, "fail", "a", "GaveUp")}, steps: failing, story: `
0-7 a canceled
7-10 a canceled
10 failed GaveUp: step a: by hand`},
		{name: "completes all the same", events: []event{asks(5, "retry", "a", "")}, steps: `
steps: [{id: a, activity: work, with: {takes: 6, deaf: true, output: 1}}]`, story: `
0-6 a
6 1`},
		{name: "fails otherwise", events: []event{asks(5, "retry", "a", `{"output": 2}`)}, steps: `
steps: [{id: a, activity: work, with: {takes: 100, failOnCancel: Bad}}]`, story: `
0-5 a failed
5-5 a
5 2`},
		{name: "in a step with a timeout", events: []event{asks(5, "retry", "a", `{"takes": 6}`)}, steps: `
steps: [{id: a, timeout: 8s, activity: work, with: {takes: 100}}]`, story: `
0-5 a canceled
5-11 a
11 null`},
		{name: "failed, and caught", events: []event{asks(5, "fail", "t/a", "GaveUp")}, steps: `
steps: [{id: t, hold: true, try: [{id: a, activity: work, with: {takes: 100}}], catch: [{types: [GaveUp], steps: [{id: c, activity: plain}]}]}]
output: 1`, story: `
0-5 t/a canceled
5-5 t/catch/c
5 1`},
		{name: "canceled meanwhile", events: []event{asks(5, "retry", "a", ""), cancels(6)}, steps: failing, story: `
0-7 a canceled
7 canceled`},
	})
}

// Bad use is refused, with what the step admits; nothing of it changes the run.
func TestOperationsOnStepsThatAreRefused(t *testing.T) {
	t.Parallel()
	const steps = `
vars: {address: moon}
steps:
  - {id: first, activity: plain}
  - id: p
    parallel:
      a: [{id: price, hold: true, activity: number, with: {n: 1, fail: Bad}}]
      c: [{id: ship, activity: work, with: {takes: 100}, undo: {activity: plain}}]
      v: [{id: v, wait: go}]
      u: [{id: u, workflow: sub, with: {takes: 100}}]
      e: [{id: m, over: [1, 2], map: [{id: x, hold: true, activity: work, with: {fail: Bad}}]}]
      g: [{id: s, hold: true, sleep: "${'no time'}"}]
      w: [{id: w, hold: true, wait: go, timeout: 0s, schema: {type: integer}}]
      z: [{id: l, hold: true, set: {v: "${1/0}"}}]
  - {id: last, activity: plain}`
	ask := func(op, step string) engine.Operation { return engine.Operation{Op: op, Step: step} }
	value := func(text string) json.RawMessage { return json.RawMessage(text) }
	with := func(operation engine.Operation, change func(*engine.Operation)) engine.Operation {
		change(&operation)
		return operation
	}
	output := func(text string) func(*engine.Operation) {
		return func(o *engine.Operation) { o.Output = value(text) }
	}
	input := func(text string) func(*engine.Operation) { return func(o *engine.Operation) { o.Input = value(text) } }
	vars := func(text string) func(*engine.Operation) { return func(o *engine.Operation) { o.Vars = value(text) } }
	cases := []struct {
		name      string
		operation any
		want      string
	}{
		{"no step", ask("retry", ""), "InvalidOperation: retry is about one step: step is missing, its path"},
		{"a step that is not there", ask("retry", "p/a/prise"), `UnknownStep: there is no step "p/a/prise": nothing there is "prise"; did you mean "price"?; there are: price`},
		{"a step that has ended", ask("retry", "first"), "OperationRefused: the step first has ended (succeeded), and retry needs a step that is held, or that waits at a gate before its beginning: to have it done again, fork the run before it"},
		{"an item that is not there", ask("skip", "p/e/m[7]/x"), "OperationRefused: the step p/e/m[7]/x is not held, and does not wait at a gate before its beginning, as skip needs: it admits pause and hold"},
		{"an attempt that is not there", ask("skip", "first#2"), "OperationRefused: the step first#2 is not held, and does not wait at a gate before its beginning, as skip needs: it admits pause and hold"},
		{"an undo that has not begun", ask("skip", "p/c/ship/undo"), "OperationRefused: the step p/c/ship/undo is not held, and does not wait at a gate before its beginning, as skip needs: it admits pause and hold"},
		{"a wait", ask("skip", "p/v/v"), `OperationRefused: the step p/v/v is under way, and skip needs a step that is held, or that waits at a gate before its beginning: it admits pause and hold; or send it the message "go"`},
		{"a child", ask("skip", "p/u/u"), "OperationRefused: the step p/u/u is under way, and skip needs a step that is held, or that waits at a gate before its beginning: it admits pause and hold; or operate the child"},
		{"a step that has not begun", ask("complete", "last"), "InvalidOperation: complete needs the output of the step: output is missing"},
		{"an output for one that has not begun", with(ask("complete", "last"), output("1")), "OperationRefused: the step last has not begun, and complete needs a step that is held, or that waits at a gate before its beginning: it admits pause and hold"},
		{"a block that is partly done", ask("skip", "p"), "OperationRefused: the step p is under way, and skip needs a step that is held, or that waits at a gate before its beginning; held in it: p/g/s, p/z/l, p/a/price, p/w/w, p/e/m[0]/x, p/e/m[1]/x"},
		{"an Activity under way", ask("skip", "p/c/ship"), "OperationRefused: the step p/c/ship has an Activity under way: it admits pause, hold, retry, fail"},
		{"a failure without a type", ask("fail", "p/c/ship"), "OperationRefused: the step p/c/ship has not failed: say the type of the failure"},
		{"several items", ask("skip", "p/e/m/x"), "OperationRefused: the step p/e/m/x is 2 steps: name one of them: p/e/m[0]/x, p/e/m[1]/x"},
		{"an input for a step that takes none", with(ask("retry", "p/g/s"), input("1")), "OperationRefused: the step p/g/s takes no input: only activity, workflow and plan steps do; set a variable instead"},
		{"an input of another type", with(ask("retry", "p/a/price"), input(`{"n": "x"}`)), `InvalidOperation: the input does not fit the step p/a/price: at /n: want "integer", got string`},
		{"an output of another type", with(ask("complete", "p/a/price"), output(`"x"`)), `InvalidOperation: the output does not fit the step p/a/price: want "integer", got string`},
		{"an output of a wait", with(ask("complete", "p/w/w"), output(`"x"`)), `InvalidOperation: the output does not fit the step p/w/w: want "integer", got string`},
		{"an output of a sleep", with(ask("complete", "p/g/s"), output(`1`)), `InvalidOperation: the output does not fit the step p/g/s: want "null", got integer`},
		{"an output of a set", with(ask("complete", "p/z/l"), output(`1`)), `InvalidOperation: the output does not fit the step p/z/l: want "object", got integer`},
		{"an output that is too large", with(ask("complete", "p/a/price"), output(`"`+strings.Repeat("l", 2000)+`"`)), "InvalidOperation: output must have at most 1000 bytes (outputBytes of the budget), got 2002"},
		{"an output that is no value here", with(ask("complete", "p/a/price"), output("1e999")), "InvalidOperation: output: the number 1e999 is too large"},
		{"an output for a retry", with(ask("retry", "p/a/price"), output("1")), "InvalidOperation: output is for complete, not for retry"},
		{"a type for a skip", with(ask("skip", "p/a/price"), func(o *engine.Operation) { o.Type = "Bad" }), "InvalidOperation: type is for fail, not for skip"},
		{"a message without a type", with(ask("fail", "p/a/price"), func(o *engine.Operation) { o.Message = "so" }), "InvalidOperation: a failure with a message needs a type"},
		{"a cancel", with(ask("fail", "p/a/price"), func(o *engine.Operation) { o.Type = "Canceled" }), "InvalidOperation: a cancel is no failure that can be made: cancel the run"},
		{"no variables", ask("set", "p/a/price"), "InvalidOperation: set needs vars, an object of variables and their values"},
		{"variables that are none", with(ask("set", "p/a/price"), vars("[1]")), "InvalidOperation: set needs vars, an object of variables and their values"},
		{"a variable that is none", with(ask("set", "p/a/price"), vars(`{"adress": 1}`)), `InvalidOperation: there is no variable "adress"; did you mean "address"?; there are: address, v`},
		{"a variable without a name", with(ask("set", "p/a/price"), vars(`{"address": 1, "": 1}`)), `InvalidOperation: there is no variable ""; there are: address, v`},
		{"a resume of what is held", ask("resume", "p/a/price"), "OperationRefused: the step p/a/price is not paused, and nothing else is: it admits pause"},
	}
	for _, each := range cases {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			catalog := newCatalog()
			catalog.Activity("number", number, engine.ActivityOptions{})
			budget := engine.Options{Operations: switched()}
			budget.Budget.OutputBytes = 1000
			interpreter, err := engine.New(catalog, budget)
			require.NoError(t, err)
			var seen engine.Status
			s := stageOf(t, interpreter, operates(1, "o", each.operation), at(2, func(s *stage) { seen = s.status() }), cancels(3)).inline(document(steps), nil)
			assert.Equal(t, each.want, refusalOf(t, s.replies["o"]))
			assert.Empty(t, seen.Operations)
			assert.Equal(t, 6, seen.HeldCount)
		})
	}
}

// What a step admits however it stands is told without what has been done.
func TestWhatAStepAdmitsThatIsPausedOrHeld(t *testing.T) {
	t.Parallel()
	refused := "OperationRefused: the step a is under way, and set needs a step that is held, or that waits at a gate before its beginning: "
	s := newStage(t, engine.Options{Operations: switched()}, pauses(1, "a"), asks(2, "set", "a", `{"x": 1}`), asks(3, "hold", "a", ""), asks(4, "set", "a", `{"x": 1}`), resumes(5, "a"), asks(6, "set", "a", `{"x": 1}`)).
		inline(document("vars: {x: 0}\nsteps: [{id: a, sleep: 9s}]"), nil)
	require.NoError(t, s.err)
	assert.Equal(t, refused+"it admits hold", refusalOf(t, s.replies["set at 2"]))
	assert.Equal(t, refused+"it is paused already, and its failures will be held", refusalOf(t, s.replies["set at 4"]))
	assert.Equal(t, refused+"it admits pause", refusalOf(t, s.replies["set at 6"]))
}

// counted is the argument of an activity that has types.
type counted struct {
	N    int    `json:"n"`
	Fail string `json:"fail,omitempty"`
}

func number(context.Context, counted) (int, error) { return 0, errors.New("is played") }

// Only what the interpreter, the document and the step allow may be asked.
func TestWhatIsAllowed(t *testing.T) {
	t.Parallel()
	const held = "activity: work, hold: true, with: {takes: 1, fail: Bad}"
	for _, each := range []struct {
		name, document, op, step, want string
		switched                       []string
	}{
		{"not switched on", "steps: [{id: a, " + held + "}]", "complete", "a", "OperationNotAllowed: the interpreter that started the run does not allow complete: it allows pause, resume, hold, retry, fail", nil},
		{"skip not switched on", "steps: [{id: a, " + held + "}]", "skip", "a", "OperationNotAllowed: the interpreter that started the run does not allow skip: it allows pause, resume, hold, retry, fail, complete, set", []string{"complete", "set"}},
		{"by the document", "operate: [retry]\nsteps: [{id: a, " + held + "}]", "complete", "a", "OperationNotAllowed: the blueprint does not allow complete: its operate allows retry", switched()},
		{"nothing by the document", "operate: []\nsteps: [{id: a, " + held + "}]", "pause", "", "OperationNotAllowed: the blueprint allows no operation", switched()},
		{"by the step", "steps: [{id: a, operate: [retry, skip], " + held + "}]", "complete", "a", "OperationNotAllowed: the step a does not allow complete: its operate allows retry, skip", switched()},
		{"by a step around it", "steps: [{id: g, operate: [retry], steps: [{id: a, " + held + "}]}]", "skip", "g/a", "OperationNotAllowed: the step g does not allow skip: its operate allows retry", switched()},
		{"an undo of it", "steps: [{id: a, hold: true, operate: [], activity: work, undo: {activity: work, with: {fail: Bad}}}, {id: b, activity: work, with: {fail: Bad}}]", "skip", "a/undo", "OperationNotAllowed: the step a allows no operation", switched()},
		{"a step in a plan", "steps: [{id: p, operate: [skip], plan: work, with: {output: {steps: [{id: x, operate: [fail], " + held + "}]}}}]", "skip", "p/plan:7a44986f/x", "OperationNotAllowed: the step x does not allow skip: its operate allows fail", switched()},
	} {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			output := ""
			if each.op == "complete" {
				output = "1"
			}
			s := newStage(t, engine.Options{Operations: each.switched}, asks(2, each.op, each.step, output), cancels(3)).inline(document(each.document), nil)
			id := each.op + " at 2"
			assert.Equal(t, each.want, refusalOf(t, s.replies[id]))
		})
	}
	_, err := engine.New(newCatalog(), engine.Options{Operations: []string{"compleet"}})
	assert.EqualError(t, err, `there is no operation "compleet" to be allowed; did you mean "complete"?; there are: pause, resume, hold, retry, complete, skip, fail, set, replace`)
}

// A path through a catch means the steps of each of its clauses, also where two have one id.
func TestOperationsInTheClausesOfACatch(t *testing.T) {
	t.Parallel()
	const steps = `
steps:
  - id: t
    try: [{id: f, fail: {type: Bad}}]
    catch:
      - {types: [Good], steps: [{id: c, operate: [skip, fail], activity: work}, {id: other, activity: work}]}
      - {steps: [{id: c, hold: true, operate: [skip, hold], steps: [{id: x, hold: true, activity: work, with: {fail: Worse}}]}]}`
	s := newStage(t, engine.Options{Operations: switched()}, asks(1, "skip", "t/catch/d", ""), asks(2, "skip", "t/catch/c", ""), asks(3, "fail", "t/catch/c", ""), asks(4, "hold", "t/catch/c/x", ""), asks(5, "skip", "t/catch/c/x", "")).
		inline(document(steps), nil)
	require.NoError(t, s.err)
	assert.NoError(t, s.replies["hold at 4"].rejected)
	assert.Equal(t, `UnknownStep: there is no step "t/catch/d": nothing there is "d"; there are: c, other, c`, refusalOf(t, s.replies["skip at 1"]))
	assert.Equal(t, "OperationRefused: the step t/catch/c is under way, and skip needs a step that is held, or that waits at a gate before its beginning; held in it: t/catch/c/x", refusalOf(t, s.replies["skip at 2"]))
	assert.Equal(t, "OperationNotAllowed: the step c does not allow fail: its operate allows skip, hold", refusalOf(t, s.replies["fail at 3"]), "one of them does not")
}

// What was done under an ID is not done again; of two operators at once one wins, and the other is
// told; a completion that came first wins.
func TestOperationsOnAStepOnce(t *testing.T) {
	t.Parallel()
	retry := engine.Operation{Op: "retry", Step: "a", ID: "o-1", Input: json.RawMessage(`{"takes": 1, "fail": "Worse"}`)}
	for _, events := range []int{0, 1} {
		s := newStage(t, engine.Options{EventsPerRun: events, Operations: switched()},
			operates(2, "u1", retry), operates(4, "u2", retry),
			operates(5, "u3", engine.Operation{Op: "skip", Step: "a", By: "mei"}), operates(5, "u4", engine.Operation{Op: "fail", Step: "a", By: "ada"}),
			operates(6, "u5", engine.Operation{Op: "hold", By: "mei"}), operates(7, "u6", engine.Operation{Op: "hold"}),
		).inline(document("steps: [{id: a, hold: true, activity: work, with: {takes: 1, fail: Bad}}, {id: b, activity: work, with: {takes: 9}}]"), nil)
		require.NoError(t, s.err)
		assert.Equal(t, `"failed" "failed" ""`, howOf(s))
		assert.NoError(t, s.replies["u2"].err)
		assert.NoError(t, s.replies["u3"].err)
		assert.Equal(t, "OperationRefused: the step a has ended (succeeded), and fail needs a step that is held, or that waits at a gate before its beginning: to have it done again, fork the run before it", refusalOf(t, s.replies["u4"]))
		assert.Equal(t, "OperationRefused: the failures of the run are already held, since 2026-03-04T05:06:13Z by mei", refusalOf(t, s.replies["u6"]))
		assert.Empty(t, s.status().Operations[0].Input, "values are not kept")
		assert.Equal(t, engine.Paused{Since: stageStart.Add(6 * time.Second), By: "mei"}, s.status().Holds[0])
	}
}

func howOf(s *stage) string {
	var how []string
	for _, each := range s.calls() {
		how = append(how, fmt.Sprintf("%q", each.How))
	}
	return strings.Join(how, " ")
}

// What is held is told: which step, why, since when, and until when; in the answer as well.
func TestStatusOfWhatIsHeld(t *testing.T) {
	t.Parallel()
	for _, events := range []int{0, 1} {
		var seen engine.Status
		var details string
		s := newStage(t, engine.Options{EventsPerRun: events, Operations: switched()}, at(5, func(s *stage) { seen, details = s.status(), s.details() }), asks(6, "skip", "m[0]/a", ""), asks(7, "skip", "m[1]/a", "")).inline(document(`
steps: [{id: m, over: [1, 2], map: [{id: a, hold: {timeout: 1h}, activity: work, with: {takes: "${item}", fail: Bad}}]}]`), nil)
		require.NoError(t, s.err)
		first, second := stageStart.Add(time.Second), stageStart.Add(2*time.Second)
		want := []engine.HeldStep{
			{Step: "m[0]/a", Error: "Bad: as told", Since: first, Until: first.Add(time.Hour)}, {Step: "m[1]/a", Error: "Bad: as told", Since: second, Until: second.Add(time.Hour)},
		}
		admitting := slices.Clone(want)
		for i := range admitting {
			admitting[i].Admits = []string{"retry", "complete", "skip", "fail", "set"}
		}
		assert.Equal(t, admitting, seen.Held)
		assert.Equal(t, 2, seen.HeldCount)
		assert.Equal(t, 2, seen.Steps[0].Steps[0].Held)
		assert.Equal(t, engine.StateRunning, seen.Steps[0].Steps[0].State, "its failure has not gone up")
		assert.Contains(t, details, "✋ **the step m[0]/a is held** since 2026-03-04T05:06:08Z: Bad: as told\n")
		assert.Contains(t, details, "`a` activity ✋ ×2\n")
		assert.Equal(t, want[1:], s.replies["skip at 6"].result.(engine.OperationAnswer).Held)
		assert.Zero(t, s.status().HeldCount)
	}
}

// Only so many failures are held at once, and only as long as there is room for them in the state:
// others go up, which is told.
func TestHoldsAreBounded(t *testing.T) {
	t.Parallel()
	document := document("steps: [{id: m, over: \"${input}\", tolerate: 10000, concurrency: 1000, map: [{id: n, over: \"${item}\", tolerate: 10, map: [{id: a, hold: true, activity: work, with: {fail: Bad}}]}]}]\noutput: 1")
	items := make([]any, 600)
	for i := range items {
		items[i] = []any{1, 2}
	}
	var seen engine.Status
	s := newStage(t, engine.Options{}, at(5, func(s *stage) { seen = s.status() }), asks(6, "fail", "m[0]/n[0]/a", ""), cancels(9)).inline(document, items)
	assert.ErrorContains(t, s.err, "canceled")
	assert.Equal(t, 1000, seen.HeldCount)
	assert.Equal(t, 200, seen.NotHeld)
	assert.Len(t, seen.Held, 100)
	assert.NoError(t, s.replies["fail at 6"].rejected)

	small := engine.Options{}
	small.Budget.StateBytes = 35_000
	s = newStage(t, small, at(5, func(s *stage) { seen = s.status() }), cancels(9)).inline(document, items[:50])
	assert.ErrorContains(t, s.err, "canceled")
	assert.Positive(t, seen.NotHeld)
	assert.Positive(t, seen.HeldCount)
}

// A hold of ten thousand items holds up no run.
func TestTenThousandItemsThatFail(t *testing.T) {
	t.Parallel()
	items := make([]any, 10_000)
	for i := range items {
		items[i] = i
	}
	var seen engine.Status
	s := newStage(t, engine.Options{}, at(1000, func(s *stage) { seen = s.status() }), cancels(1001)).
		inline(document("defaults: {hold: true}\nsteps: [{id: m, over: \"${input}\", concurrency: 1000, map: [{id: a, activity: work, with: {takes: 1, fail: Bad}}]}]\noutput: 1"), items)
	assert.ErrorContains(t, s.err, "canceled")
	assert.Equal(t, 1000, seen.HeldCount, "those that run at once wait, and the others have not begun")
	assert.Equal(t, 1000, seen.Steps[0].Steps[0].Held)
	assert.Len(t, s.calls(), 1000)
	assert.Less(t, s.runs, 10)
}
