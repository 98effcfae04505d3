package reference_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/expression"
	"dynamicsamples/blueprint/language"
	. "dynamicsamples/blueprint/reference"
	"dynamicsamples/blueprint/reference/generate"
)

// rule is one sentence of LANGUAGE.md: a document's steps, the world, and what happens.
type rule struct {
	name  string
	steps string // YAML, in the flow style mostly
	head  string // further keys of the document
	// answers are those of the world by path; whatever else is called takes a second and
	// gives its own path.
	answers  map[string]Answer
	messages []Message
	cancel   time.Duration
	// want are the calls in order, each with its time in seconds, then the end.
	want string
}

func after(seconds int) Answer { return Answer{Takes: time.Duration(seconds) * time.Second} }

func gives(output any, seconds int) Answer {
	answer := after(seconds)
	answer.Output = output
	return answer
}

func fails(kind string, seconds int) Answer {
	answer := after(seconds)
	answer.Failure = &Failure{Type: kind, Message: "no"}
	return answer
}

func check(t *testing.T, rules []rule) {
	t.Helper()
	for _, each := range rules {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, strings.Fields(each.want), strings.Fields(happens(t, each)))
		})
	}
}

func happens(t *testing.T, r rule) string {
	t.Helper()
	document := "blueprint: rule\nversion: 1.0.0\n" + r.head + "\nsteps: " + strings.ReplaceAll(r.steps, "\t", " ")
	definition, _, problems := language.Load("rule.yaml", []byte(document), 0)
	require.NoError(t, problems.Err(), document)
	answer := func(path, _ string, _ any) Answer {
		if answer, ok := r.answers[path]; ok {
			return answer
		}
		return gives(path, 1)
	}
	outcome := Run(definition, map[string]any{"items": []any{int64(1), int64(2), int64(3)}}, World{
		Catalog: generate.Catalog{}, Activity: answer, Messages: r.messages, CancelAt: r.cancel,
		Child:  func(path, name string, input any, _ bool) Answer { return answer(path, name, input) },
		Limits: expression.Limits{Cost: 1e5, Bytes: 1e5},
		Key:    func(path string) string { return "key of " + path },
		Unique: func(path, place string) string { return "unique at " + path + place },
	})
	slices.SortStableFunc(outcome.Called, func(a, b Call) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Path, b.Path)) })
	var text strings.Builder
	for _, each := range outcome.Called {
		fmt.Fprintf(&text, "%g:%s", each.At.Seconds(), each.Path)
		if each.Argument != nil {
			fmt.Fprintf(&text, "(%s)", asJSON(t, each.Argument))
		}
		text.WriteString(" ")
	}
	fmt.Fprintf(&text, "%g:%s", outcome.Ended.Seconds(), outcome.Ending)
	switch {
	case outcome.Failure != nil:
		fmt.Fprintf(&text, "(%s,%s)", outcome.Failure.Type, outcome.Failure.Step)
	case outcome.Output != nil:
		fmt.Fprintf(&text, "(%s)", asJSON(t, outcome.Output))
	}
	return text.String()
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return string(text)
}

func TestSteps(t *testing.T) {
	check(t, []rule{
		{name: "one after the other, the last one's output is the run's",
			steps: `[{id: a, activity: work}, {id: b, activity: work}]`,
			want:  `0:a 1:b 2:completed("b")`},
		{name: "a failure ends them",
			steps:   `[{id: a, activity: work}, {id: b, activity: work}]`,
			answers: map[string]Answer{"a": fails("Broken", 3)},
			want:    `0:a 3:failed(Broken,a)`},
		{name: "the output of the document",
			head:  `output: {x: "${steps.a.output}", y: ["${input.items[0]}"]}`,
			steps: `[{id: a, activity: work}]`,
			want:  `0:a 1:completed({"x":"a","y":[1]})`},
		{name: "a group's output is its last step's",
			steps: `[{id: g, steps: [{id: a, activity: work}]}]`,
			want:  `0:g/a 1:completed("g/a")`},
		{name: "a child workflow, awaited or not, takes its time to answer",
			steps: `[{id: c, workflow: sub, with: {n: 1}}, {id: d, workflow: sub, detach: true}]`,
			want:  `0:c({"n":1}) 1:d 2:completed("d")`},
		{name: "variables that are set together see the old values",
			head:  `vars: {x: 1, y: 2}`,
			steps: `[{id: s, set: {x: "${vars.y}", y: "${vars.x}"}}]`,
			want:  `0:completed({"x":2,"y":1})`},
		{name: "an expression without a value fails its step",
			steps: `[{id: s, set: {x: "${input.items[7]}"}}]`, head: `vars: {x: 1}`,
			want: `0:failed(ExpressionError,s)`},
		{name: "sleep is a duration or a number of seconds",
			steps: `[{id: a, sleep: 2s}, {id: b, sleep: "${1.5}"}, {id: c, sleep: "${'1m'}"}]`,
			want:  `63.5:completed`},
		{name: "a time until which it sleeps, and one that has passed",
			steps: `[{id: a, sleep: {until: "0001-01-01T00:00:02Z"}}, {id: b, sleep: {until: "0001-01-01T00:00:01Z"}}, {id: c, sleep: "${-1}"}]`,
			want:  `2:completed`},
		{name: "fail",
			steps: `[{id: f, fail: {type: Lost, message: "no ${1 + 1}"}}]`,
			want:  `0:failed(Lost,f)`},
		{name: "stop ends the whole run, with its output",
			steps: `[{id: g, steps: [{id: x, stop: "${1 + 1}"}]}, {id: a, activity: work}]`, head: "output: ${steps.a.output}",
			want: `0:completed(2)`},
		{name: "switch takes the first case that holds",
			steps: `[{id: h, switch: [{when: "${false}", steps: [{id: a, activity: work}]}, {when: "${true}", steps: [{id: b, activity: work}]},
			  {when: "${true}", steps: [{id: c, activity: work}]}], else: [{id: d, activity: work}]}]`,
			want: `0:h/b 1:completed("h/b")`},
		{name: "or else",
			steps: `[{id: h, switch: [{when: "${false}", steps: [{id: a, activity: work}]}], else: [{id: d, activity: work}]}]`,
			want:  `0:h/d 1:completed("h/d")`},
		{name: "or null",
			steps: `[{id: h, switch: [{when: "${false}", steps: [{id: a, activity: work}]}]}]`,
			want:  `0:completed`},
		{name: "what decides is a boolean",
			steps: `[{id: h, switch: [{when: "${input.items[0]}", steps: [{id: a, activity: work}]}]}]`,
			want:  `0:failed(ExpressionError,h)`},
	})
}

func TestLoops(t *testing.T) {
	check(t, []rule{
		{name: "times, with the output of the last round",
			steps: `[{id: l, times: 2, loop: [{id: a, activity: work, with: "${round}"}]}]`,
			want:  `0:l[0]/a(0) 1:l[1]/a(1) 2:completed("l[1]/a")`},
		{name: "no round gives null",
			steps: `[{id: l, times: 0, loop: [{id: a, activity: work}]}]`,
			want:  `0:completed`},
		{name: "while is asked before a round",
			head:  `vars: {n: 0}`,
			steps: `[{id: l, while: "${vars.n < 1}", max: 5, loop: [{id: s, set: {n: "${vars.n + 1}"}}, {id: a, activity: work}]}]`,
			want:  `0:l[0]/a 1:completed("l[0]/a")`},
		{name: "until is asked after a round and sees it",
			steps:   `[{id: l, until: "${steps.a.output}", max: 5, as: attempt, loop: [{id: a, activity: work, with: "${attempt}"}]}]`,
			answers: map[string]Answer{"l[0]/a": gives(false, 1), "l[1]/a": gives(true, 1)},
			want:    `0:l[0]/a(0) 1:l[1]/a(1) 2:completed(true)`},
		{name: "a round more than the maximum is a failure",
			steps: `[{id: l, while: "${true}", max: 1, loop: [{id: a, activity: work}]}]`,
			want:  `0:l[0]/a 1:failed(BudgetExceeded,l)`},
		{name: "more times than the maximum is a failure at once",
			steps: `[{id: l, times: "${1 + 1}", max: 1, loop: [{id: a, activity: work}]}]`,
			want:  `0:failed(BudgetExceeded,l)`},
		{name: "rounds share the variables around them",
			head:  `vars: {n: 0}`,
			steps: `[{id: l, times: 3, loop: [{id: s, set: {n: "${vars.n + 1}"}}]}, {id: a, activity: work, with: "${vars.n}"}]`,
			want:  `0:a(3) 1:completed("a")`},
	})
}

func TestTogether(t *testing.T) {
	const both = `[{id: p, parallel: {left: [{id: a, activity: work}, {id: b, activity: work}], right: [{id: c, activity: work}, {id: d, activity: work}]}}]`
	check(t, []rule{
		{name: "parallel branches begin together and are joined",
			steps: both,
			want:  `0:p/left/a 0:p/right/c 1:p/left/b 1:p/right/d 2:completed({"left":"p/left/b","right":"p/right/d"})`},
		{name: "a failure cancels what runs beside and starts nothing more",
			steps: both, answers: map[string]Answer{"p/left/a": fails("Lost", 3), "p/right/c": after(7)},
			want: `0:p/left/a 0:p/right/c 3:failed(Lost,p/left/a)`},
		{name: "the first failure in time is the failure",
			steps:   both,
			answers: map[string]Answer{"p/left/a": fails("Lost", 3), "p/right/c": fails("Broken", 2)},
			want:    `0:p/left/a 0:p/right/c 2:failed(Broken,p/right/c)`},
		{name: "what is canceled is waited for",
			steps: `[{id: p, parallel: {left: [{id: a, activity: work}],
			  right: [{id: t, try: [{id: z, sleep: 1h}], finally: [{id: b, activity: work}]}]}}]`,
			answers: map[string]Answer{"p/left/a": fails("Lost", 3), "p/right/t/finally/b": after(5)},
			want:    `0:p/left/a 3:p/right/t/finally/b 8:failed(Lost,p/left/a)`},
		{name: "branches have their own variables",
			head: `vars: {x: 1}`,
			steps: `[{id: p, parallel: {left: [{id: s, set: {x: 2}}], right: [{id: a, activity: work}, {id: b, activity: work, with: "${vars.x}"}]}},
			  {id: c, activity: work, with: "${vars.x}"}]`,
			want: `0:p/right/a 1:p/right/b(1) 2:c(1) 3:completed("c")`},
		{name: "stop cancels what runs beside, runs finally, undoes nothing",
			steps: `[{id: p, parallel: {left: [{id: a, activity: work, undo: {activity: take_back}}, {id: x, stop: 5}],
			  right: [{id: t, try: [{id: z, sleep: 1h}], finally: [{id: b, activity: work}]}]}}, {id: c, activity: work}]`,
			want: `0:p/left/a 1:p/right/t/finally/b 2:completed(5)`},
		{name: "race: the first that ends well wins",
			steps:   `[{id: r, race: {left: [{id: a, activity: work}], right: [{id: b, activity: work}]}}]`,
			answers: map[string]Answer{"r/left/a": fails("Lost", 1), "r/right/b": gives("won", 2)},
			want:    `0:r/left/a 0:r/right/b 2:completed({"output":"won","winner":"right"})`},
		{name: "race: where all fail, the last failure",
			steps:   `[{id: r, race: {left: [{id: a, activity: work}], right: [{id: b, activity: work}]}}]`,
			answers: map[string]Answer{"r/left/a": fails("Lost", 3), "r/right/b": fails("Broken", 2)},
			want:    `0:r/left/a 0:r/right/b 3:failed(Lost,r/left/a)`},
		{name: "race: losers are undone when all have ended, the winner is not",
			steps: `[{id: r, race: {left: [{id: a, activity: work, undo: {activity: take_back}}, {id: t, try: [{id: z, sleep: 1h}], finally: [{id: f, activity: work}]}],
			  right: [{id: b, activity: work, undo: {activity: take_back}}]}}, {id: c, activity: work}]`,
			answers: map[string]Answer{"r/right/b": gives("won", 2)},
			want:    `0:r/left/a 0:r/right/b 2:r/left/t/finally/f 3:r/left/a/undo 4:c 5:completed("c")`},
	})
}

func TestMaps(t *testing.T) {
	check(t, []rule{
		{name: "items in order, as many at once as there may be",
			steps:   `[{id: m, over: "${input.items}", concurrency: 2, map: [{id: a, activity: work, with: ["${item}", "${index}"]}]}]`,
			answers: map[string]Answer{"m[0]/a": gives("x", 5), "m[1]/a": gives("y", 2)},
			want:    `0:m[0]/a([1,0]) 0:m[1]/a([2,1]) 2:m[2]/a([3,2]) 5:completed(["x","y","m[2]/a"])`},
		{name: "names of the item",
			steps: `[{id: m, over: "${[7]}", as: order, map: [{id: a, activity: work, with: ["${order}", "${order_index}"]}]}]`,
			want:  `0:m[0]/a([7,0]) 1:completed(["m[0]/a"])`},
		{name: "no items",
			steps: `[{id: m, over: "${[]}", map: [{id: a, activity: work}]}]`,
			want:  `0:completed([])`},
		{name: "no list",
			steps: `[{id: m, over: "${input}", map: [{id: a, activity: work}]}]`,
			want:  `0:failed(ExpressionError,m)`},
		{name: "tolerated failures are undone and told in their place",
			steps: `[{id: m, over: "${input.items}", concurrency: 1, tolerate: 1, map: [{id: a, activity: work, undo: {activity: take_back}},
			  {id: b, activity: work}]}]`,
			answers: map[string]Answer{"m[1]/b": fails("Lost", 1)},
			want: `0:m[0]/a 1:m[0]/b 2:m[1]/a 3:m[1]/b 4:m[1]/a/undo 5:m[2]/a 6:m[2]/b
			  7:completed(["m[0]/b",{"error":{"details":[],"message":"no","step":"m[1]/b","type":"Lost"}},"m[2]/b"])`,
		},
		{name: "one failure too many is the map's, and cancels the others",
			steps:   `[{id: m, over: "${input.items}", tolerate: 1, map: [{id: a, activity: work}]}]`,
			answers: map[string]Answer{"m[0]/a": fails("Broken", 3), "m[1]/a": fails("Lost", 2), "m[2]/a": after(9)},
			want:    `0:m[0]/a 0:m[1]/a 0:m[2]/a 3:failed(Broken,m[0]/a)`},
		{name: "nothing starts after it, and an undo under way goes on",
			steps:   `[{id: m, over: "${input.items}", concurrency: 2, tolerate: 1, map: [{id: a, activity: work, undo: {activity: take_back}}, {id: b, activity: work}]}]`,
			answers: map[string]Answer{"m[0]/b": fails("Lost", 1), "m[0]/a/undo": after(9), "m[1]/b": fails("Broken", 4)},
			want:    `0:m[0]/a 0:m[1]/a 1:m[0]/b 1:m[1]/b 2:m[0]/a/undo 11:m[1]/a/undo 12:failed(Broken,m[1]/b)`},
		{name: "a percentage is rounded down",
			steps:   `[{id: m, over: "${input.items}", tolerate: 50%, map: [{id: a, activity: work}]}]`,
			answers: map[string]Answer{"m[0]/a": fails("Broken", 3), "m[1]/a": fails("Lost", 2), "m[2]/a": after(9)},
			want:    `0:m[0]/a 0:m[1]/a 0:m[2]/a 3:failed(Broken,m[0]/a)`},
		{name: "items have their own variables", head: `vars: {n: 0}`,
			steps: `[{id: m, over: "${input.items}", map: [{id: s, set: {n: "${vars.n + 1}"}}]}, {id: a, activity: work, with: "${vars.n}"}]`,
			want:  `0:a(0) 1:completed("a")`},
	})
}

func TestDagsAndGraphs(t *testing.T) {
	check(t, []rule{
		{name: "a node starts when its needs have ended, and sees them",
			steps:   `[{id: d, dag: [{id: z, activity: work, needs: [x, y], with: "${steps.w.output}"}, {id: x, activity: work, needs: [w]}, {id: y, activity: work}, {id: w, activity: work}]}]`,
			answers: map[string]Answer{"d/y": gives("y", 5)},
			want:    `0:d/w 0:d/y 1:d/x 5:d/z("d/w") 6:completed({"w":"d/w","x":"d/x","y":"y","z":"d/z"})`},
		{name: "a node that fails ends the dag",
			steps:   `[{id: d, dag: [{id: x, activity: work}, {id: y, activity: work, needs: [x]}, {id: z, activity: work}]}]`,
			answers: map[string]Answer{"d/x": fails("Lost", 2), "d/z": after(4)},
			want:    `0:d/x 0:d/z 2:failed(Lost,d/x)`},
		{name: "graph: edges, and the number of the node in its path",
			steps: `[{id: o, graph: [{id: x, activity: work, next: z}, {id: y, activity: work}, {id: z, activity: work, on_success: y}]}]`,
			want:  `0:o[0]/x 1:o[1]/z 2:o[2]/y 3:completed("o[2]/y")`},
		{name: "graph: where it starts",
			steps: `[{id: o, start: y, graph: [{id: x, activity: work}, {id: y, activity: work, next: x}]}]`,
			want:  `0:o[0]/y 1:o[1]/x 2:completed("o[1]/x")`},
		{name: "graph: an edge takes a failure, what completed in the node is undone, error tells",
			steps: `[{id: o, graph: [{id: g, on_failure: y, steps: [{id: a, activity: work, undo: {activity: take_back}}, {id: b, activity: work}]},
			  {id: y, activity: work, with: "${error.type} at ${error.step}"}]}]`,
			answers: map[string]Answer{"o[0]/g/b": fails("Lost", 2)},
			want:    `0:o[0]/g/a 1:o[0]/g/b 3:o[0]/g/a/undo 4:o[1]/y("Lost at o[0]/g/b") 5:completed("o[1]/y")`},
		{name: "graph: without such an edge it fails",
			steps:   `[{id: o, graph: [{id: x, activity: work, next: y}, {id: y, activity: work}]}]`,
			answers: map[string]Answer{"o[0]/x": fails("Lost", 2)},
			want:    `0:o[0]/x 2:failed(Lost,o[0]/x)`},
		{name: "graph: cycles are bounded",
			head: `budget: {rounds: 2}`, steps: `[{id: o, graph: [{id: x, activity: work, next: x}]}]`,
			want: `0:o[0]/x 1:o[1]/x 2:failed(BudgetExceeded,o)`},
	})
}

func TestWaits(t *testing.T) {
	at := func(seconds int, name string, value any) Message {
		return Message{Name: name, Value: value, At: time.Duration(seconds) * time.Second}
	}
	check(t, []rule{
		{name: "until the message comes", steps: `[{id: w, wait: go}]`,
			messages: []Message{at(3, "other", 1), at(4, "go", 2)},
			want:     `4:completed(2)`},
		{name: "a message that came before is kept", steps: `[{id: a, activity: work}, {id: w, wait: go}, {id: v, wait: go}]`,
			answers:  map[string]Answer{"a": after(10)},
			messages: []Message{at(4, "go", 2), at(3, "go", 1)},
			want:     `0:a 10:completed(2)`},
		{name: "one that does not fit is not waited for", steps: `[{id: w, wait: go, schema: {type: integer}}]`,
			messages: []Message{at(3, "go", "x"), at(4, "go", int64(2))},
			want:     `4:completed(2)`},
		{name: "what does not fit one wait is for another one", steps: `[{id: w, wait: go, schema: {minimum: 5}}, {id: v, wait: go, schema: {maximum: 4}}]`,
			messages: []Message{at(1, "go", int64(1)), at(3, "go", int64(7)), at(4, "go", int64(2))},
			want:     `3:completed(1)`},
		{name: "a plan takes no message from before it", steps: `[{id: p, plan: planner}]`,
			answers:  map[string]Answer{"p": {Takes: 5 * time.Second, Output: map[string]any{"steps": []any{map[string]any{"id": "w", "wait": "go"}}}}},
			messages: []Message{at(3, "go", int64(1)), at(7, "go", int64(2))},
			want:     `0:p 7:completed(2)`},
		{name: "a timeout is a failure", steps: `[{id: w, wait: go, timeout: 2s}]`,
			messages: []Message{at(3, "go", 1)},
			want:     `2:failed(WaitTimeout,w)`},
		{name: "or the start of other steps", steps: `[{id: w, wait: go, timeout: 2s, on_timeout: [{id: a, activity: work}]}]`,
			want: `2:w/on_timeout/a 3:completed("w/on_timeout/a")`},
	})
}

func TestFailures(t *testing.T) {
	const undone = `undo: {activity: take_back, with: "${steps.a.output}"}`
	check(t, []rule{
		{name: "a catch takes the types that it names, the first that fits",
			steps: `[{id: t, try: [{id: a, activity: work}], catch: [{types: [Broken], steps: [{id: b, activity: work}]},
			  {types: [Lost], steps: [{id: c, activity: work, with: "${error.type}"}]}, {steps: [{id: d, activity: work}]}]}]`,
			answers: map[string]Answer{"t/a": fails("Lost", 1)},
			want:    `0:t/a 1:t/catch/c("Lost") 2:completed("t/catch/c")`},
		{name: "and no others",
			steps:   `[{id: t, try: [{id: a, activity: work}], catch: [{types: [Broken], steps: [{id: b, activity: work}]}]}]`,
			answers: map[string]Answer{"t/a": fails("Lost", 1)},
			want:    `0:t/a 1:failed(Lost,t/a)`},
		{name: "what had completed is undone before the catch, the last first, with the argument of its time",
			head: `vars: {n: 0}`,
			steps: `[{id: o, activity: work, undo: {activity: take_back}}, {id: t, try: [{id: a, activity: work, undo: {activity: take_back, with: "${vars.n}"}}, {id: s, set: {n: 1}},
			  {id: b, activity: work, undo: {activity: take_back, with: "${vars.n}"}}, {id: c, activity: work}], catch: [{steps: [{id: d, activity: work}]}]}]`,
			answers: map[string]Answer{"t/c": fails("Lost", 1), "t/b/undo": fails("Lost", 2)},
			want:    `0:o 1:t/a 2:t/b 3:t/c 4:t/b/undo(1) 6:t/a/undo(0) 7:t/catch/d 8:completed("t/catch/d")`},
		{name: "what is undone is not undone again",
			steps: `[{id: t, try: [{id: a, activity: work, ` + undone + `}, {id: c, activity: work}], catch: [{steps: [{id: d, activity: work, undo: {activity: take_back}}]}]},
			  {id: e, activity: work}]`,
			answers: map[string]Answer{"t/c": fails("Lost", 1), "e": fails("Broken", 1)},
			want:    `0:t/a 1:t/c 2:t/a/undo("t/a") 3:t/catch/d 4:e 5:t/catch/d/undo 6:failed(Broken,e)`},
		{name: "nothing is undone where a failure is not taken",
			steps: `[{id: p, parallel: {left: [{id: a, activity: work, ` + undone + `}, {id: z, sleep: 1h}],
			  right: [{id: t, try: [{id: c, activity: work}], finally: [{id: f, activity: work}]}]}}]`,
			answers: map[string]Answer{"p/right/t/c": fails("Lost", 3)},
			want:    `0:p/left/a 0:p/right/t/c 3:p/right/t/finally/f 4:p/left/a/undo("p/left/a") 5:failed(Lost,p/right/t/c)`},
		{name: "finally runs in any case, after the catch",
			steps:   `[{id: t, try: [{id: a, activity: work}], catch: [{steps: [{id: b, activity: work}]}], finally: [{id: c, activity: work}]}]`,
			answers: map[string]Answer{"t/a": fails("Lost", 1)},
			want:    `0:t/a 1:t/catch/b 2:t/finally/c 3:completed("t/catch/b")`},
		{name: "a failure of finally is one where there is none yet",
			steps:   `[{id: t, try: [{id: a, activity: work}], finally: [{id: c, activity: work}]}]`,
			answers: map[string]Answer{"t/finally/c": fails("Lost", 1)},
			want:    `0:t/a 1:t/finally/c 2:failed(Lost,t/finally/c)`},
		{name: "and hides neither another one",
			steps:   `[{id: t, try: [{id: a, activity: work}], finally: [{id: c, activity: work}]}]`,
			answers: map[string]Answer{"t/a": fails("Broken", 1), "t/finally/c": fails("Lost", 1)},
			want:    `0:t/a 1:t/finally/c 2:failed(Broken,t/a)`},
		{name: "nor a stop",
			steps:   `[{id: t, try: [{id: x, stop: 7}], finally: [{id: c, activity: work}]}]`,
			answers: map[string]Answer{"t/finally/c": fails("Lost", 1)},
			want:    `0:t/finally/c 1:completed(7)`},
	})
}

func TestTimeouts(t *testing.T) {
	slow := map[string]Answer{"g/b": after(9)}
	check(t, []rule{
		{name: "in time", steps: `[{id: g, timeout: 3s, steps: [{id: a, activity: work}, {id: b, activity: work}]}]`,
			want: `0:g/a 1:g/b 2:completed("g/b")`},
		{name: "what is inside is canceled, and the step fails", answers: slow,
			steps: `[{id: g, timeout: 3s, steps: [{id: a, activity: work}, {id: b, activity: work}]}]`,
			want:  `0:g/a 1:g/b 3:failed(StepTimeout,g)`},
		{name: "other steps follow, after what had completed is undone", answers: slow,
			steps: `[{id: g, timeout: 3s, on_timeout: [{id: c, activity: work}], steps: [{id: a, activity: work, undo: {activity: work}}, {id: b, activity: work}]}]`,
			want:  `0:g/a 1:g/b 3:g/a/undo 4:g/on_timeout/c 5:completed("g/on_timeout/c")`},
		{name: "a time that is over at once", steps: `[{id: g, timeout: 0s, on_timeout: [], activity: work}, {id: h, timeout: "${-1}", activity: work}]`,
			want: `0:failed(StepTimeout,h)`},
		{name: "a cancel before it", answers: slow, cancel: 2 * time.Second,
			steps: `[{id: g, timeout: 3s, on_timeout: [{id: c, activity: work}], steps: [{id: a, activity: work}, {id: b, activity: work}]}]`,
			want:  `0:g/a 1:g/b 2:canceled`},
		{name: "the whole run", head: `timeout: 3s`, answers: slow,
			steps: `[{id: g, steps: [{id: a, activity: work, undo: {activity: work}}, {id: b, activity: work}]}]`,
			want:  `0:g/a 1:g/b 3:g/a/undo 4:failed(StepTimeout,)`},
	})
}

func TestCancel(t *testing.T) {
	check(t, []rule{
		{name: "it ends what runs, undoes what had completed, and no catch takes it",
			steps:   `[{id: a, activity: work, undo: {activity: take_back}}, {id: t, try: [{id: b, activity: work}], catch: [{steps: [{id: c, activity: work}]}], finally: [{id: d, activity: work}]}]`,
			answers: map[string]Answer{"t/b": after(10)}, cancel: 4 * time.Second,
			want: `0:a 1:t/b 4:t/finally/d 5:a/undo 6:canceled`},
		{name: "it reaches every branch, and a wait and a sleep",
			steps:  `[{id: p, parallel: {left: [{id: w, wait: go}], right: [{id: z, sleep: 1h}], third: [{id: a, activity: work}, {id: b, activity: work}]}}]`,
			cancel: 1500 * time.Millisecond,
			want:   `0:p/third/a 1:p/third/b 1.5:canceled`},
		{name: "it does not touch a finally or an undo under way",
			steps:   `[{id: a, activity: work, undo: {activity: take_back}}, {id: t, try: [{id: f, fail: {type: Lost}}], finally: [{id: d, activity: work}, {id: e, activity: work}]}]`,
			answers: map[string]Answer{"a/undo": after(5)}, cancel: 1500 * time.Millisecond,
			want: `0:a 1:t/finally/d 2:t/finally/e 3:a/undo 8:failed(Lost,t/f)`},
		{name: "a run that is canceled in a finally ends canceled",
			steps:  `[{id: t, try: [{id: a, activity: work}], finally: [{id: d, activity: work}]}]`,
			cancel: 1500 * time.Millisecond,
			want:   `0:t/a 1:t/finally/d 2:canceled`},
		{name: "what fails already goes on to fail",
			steps:   `[{id: p, parallel: {left: [{id: t, try: [{id: a, activity: work}], finally: [{id: d, activity: work}]}], right: [{id: z, sleep: 1h}]}}]`,
			answers: map[string]Answer{"p/left/t/a": fails("Lost", 1)}, cancel: 1500 * time.Millisecond,
			want: `0:p/left/t/a 1:p/left/t/finally/d 2:failed(Lost,p/left/t/a)`},
		{name: "a race whose branches all fail is canceled",
			steps:   `[{id: r, race: {left: [{id: t, try: [{id: a, activity: work}], finally: [{id: d, activity: work}]}]}}]`,
			answers: map[string]Answer{"r/left/t/a": fails("Lost", 1)}, cancel: 1500 * time.Millisecond,
			want: `0:r/left/t/a 1:r/left/t/finally/d 2:canceled`},
		{name: "unless something takes the failure",
			steps: `[{id: o, activity: work, undo: {activity: take_back}}, {id: c, try: [{id: t, try: [{id: f, fail: {type: Lost}}], finally: [{id: d, activity: work}]}],
			  catch: [{steps: [{id: e, activity: work}]}]}]`,
			cancel: 1500 * time.Millisecond,
			want:   `0:o 1:c/t/finally/d 2:o/undo 3:canceled`},
		{name: "a run that had ended is not canceled",
			steps: `[{id: a, activity: work}]`, cancel: 1500 * time.Millisecond,
			want: `0:a 1:completed("a")`},
	})
}

func TestPlans(t *testing.T) {
	plan := func(steps ...any) Answer { return gives(map[string]any{"steps": steps}, 1) }
	call := func(id string) map[string]any { return map[string]any{"id": id, "activity": "work"} }
	check(t, []rule{
		{name: "the steps of a plan run below its hash",
			steps:   `[{id: q, plan: plan_a, with: 5}]`,
			answers: map[string]Answer{"q": plan(call("a"), call("b"))},
			want:    `0:q(5) 1:q/plan:` + hashOf(t, plan(call("a"), call("b"))) + `/a 2:q/plan:` + hashOf(t, plan(call("a"), call("b"))) + `/b 3:completed("q/plan:` + hashOf(t, plan(call("a"), call("b"))) + `/b")`},
		{name: "a plan with problems is a failure",
			steps:   `[{id: q, plan: plan_a}]`,
			answers: map[string]Answer{"q": plan(map[string]any{"id": "a", "activity": "wrok"})},
			want:    `0:q 1:failed(InvalidPlan,q)`},
		{name: "what is no plan is one, too",
			steps:   `[{id: q, plan: plan_a}]`,
			answers: map[string]Answer{"q": gives("text", 1)},
			want:    `0:q 1:failed(InvalidPlan,q)`},
	})
}

func hashOf(t *testing.T, answer Answer) string {
	t.Helper()
	plan, _, problems := language.LoadPlan([]byte(asJSON(t, answer.Output)), 0)
	require.NoError(t, problems.Err())
	canonical, err := language.CanonicalPlan(plan)
	require.NoError(t, err)
	return language.Hash(canonical)[:8]
}
