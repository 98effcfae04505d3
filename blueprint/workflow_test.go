package blueprint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

func TestStepsRunOneAfterTheOther(t *testing.T) {
	run := perform(t, steps(
		`{"id": "a", "activity": "play", "with": {"takes": 2, "returns": 1}}`,
		`{"id": "b", "workflow": "child", "with": {"takes": 3, "returns": {"x": [2]}}}`,
		`{"id": "c", "activity": "play", "with": {"takes": 1}}`,
	))
	assert.Equal(t, []string{"0-2 a play", "2-5 b child", "5-6 c play"}, run.story())
	assert.JSONEq(t, `{"a": 1, "b": {"x": [2]}, "c": null}`, run.results(t), "a call without a result has null")
}

func TestReferences(t *testing.T) {
	run := perform(t, `{
		"data": {"start": {"deep": {"number": 9007199254740993, "text": "a < \"b\""}}},
		"steps": [
			{"id": "whole", "activity": "echo", "with": {"$ref": "start"}},
			{"id": "field", "activity": "echo", "with": {"$ref" : "whole.deep.number"}},
			{"id": "among", "activity": "echo", "with": {"list": [1, {"$ref": "field"}, [{"x": {"$ref":"whole.deep.text"}}]], "text": "{\"$ref\": \"field\"}"}},
			{"id": "none", "activity": "echo", "with": {"$refs": "field"}}
		]}`)
	assert.Equal(t, []string{
		`whole {"deep":{"number":9007199254740993,"text":"a \u003c \"b\""}}`,
		`field 9007199254740993`,
		`among {"list":[1,9007199254740993,[{"x":"a \u003c \"b\""}]],"text":"{\"$ref\": \"field\"}"}`,
		`none {"$refs":"field"}`,
	}, run.arguments(), "numbers keep all their digits, and texts are left alone")
}

// Played calls keep every value as it is; these Activities go through the Data Converter.
func TestResultsStayTheJSONThatTheyWere(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	environment := suite.NewTestWorkflowEnvironment()
	environment.RegisterWorkflowWithOptions(playable().RunSteps, workflow.RegisterOptions{Name: RunStepsType})
	var got []string
	environment.RegisterActivityWithOptions(func(_ context.Context, argument json.RawMessage) (json.RawMessage, error) {
		got = append(got, string(argument))
		return argument, nil
	}, activity.RegisterOptions{Name: "echo"})
	environment.RegisterActivityWithOptions(func(context.Context, any) ([]byte, error) { return []byte("no JSON"), nil }, activity.RegisterOptions{Name: "play"})
	environment.ExecuteWorkflow(RunStepsType, json.RawMessage(steps(
		`{"id": "a", "activity": "echo", "with": {"number": 9007199254740993, "price": 1.50}}`,
		`{"id": "b", "activity": "echo", "with": [{"$ref": "a.number"}, {"$ref": "a.price"}]}`,
		`{"id": "c", "activity": "play", "with": 1}`,
	)))
	assert.Equal(t, []string{`{"number":9007199254740993,"price":1.50}`, `[9007199254740993,1.50]`}, got)
	var failure *temporal.ApplicationError
	require.ErrorAs(t, environment.GetWorkflowError(), &failure)
	assert.Equal(t, InvalidValue, failure.Type())
	assert.Equal(t, "step c: the result is not JSON of at most 8192 bytes", failure.Message())
}

func TestMissingField(t *testing.T) {
	for _, ref := range []string{"a.y", "a.x.y", "a.x.y.z", "data.z"} {
		t.Run(ref, func(t *testing.T) {
			run := perform(t, `{"data": {"data": {"x": 1}}, "steps": [
				{"id": "a", "activity": "echo", "with": {"x": "text"}},
				{"parallel": [
					[{"id": "b", "activity": "echo", "with": [{"$ref": "`+ref+`"}]}],
					[{"if": {"$ref": "`+ref+`"}, "equals": 1, "else": [{"id": "c", "activity": "echo", "with": 1}]}],
					[{"id": "d", "activity": "echo", "with": 1}]
				]}]}`)
			assert.Equal(t, MissingField, run.failure(t).Type())
			assert.Contains(t, run.failure(t).Message(), ref+`: there is no field "`)
			assert.Equal(t, []string{"0-0 a echo"}, run.story(), "the other branches begin nothing")
		})
	}
}

func TestIf(t *testing.T) {
	for _, each := range []struct {
		value, equals string
		then          bool
	}{
		{`"image"`, `"image"`, true},
		{`"image"`, `"Image"`, false},
		{`"<\u00e9>"`, `"<é>"`, true},
		{`true`, `true`, true},
		{`true`, `"true"`, false},
		{`false`, `false`, true},
		{`1`, `1.0`, true},
		{`1`, `"1"`, false},
		{`[1]`, `1`, false},
		{`{"a": 1, "b": [2]}`, `{"b": [2], "a": 1}`, true},
		{`[1, 2]`, `[2, 1]`, false},
	} {
		t.Run(each.value+" "+each.equals, func(t *testing.T) {
			run := perform(t, steps(
				`{"id": "a", "activity": "echo", "with": {"x": `+each.value+`}}`,
				`{"if": {"$ref": "a.x"}, "equals": `+each.equals+`,
					"then": [{"id": "then", "activity": "echo", "with": 1}, {"id": "then2", "activity": "echo", "with": {"$ref": "then"}}],
					"else": [{"id": "else", "activity": "echo", "with": 1}]}`,
				`{"if": {"$ref": "a.x"}, "equals": `+each.equals+`}`,
				`{"id": "z", "activity": "echo", "with": 1}`,
			))
			want := []string{"0-0 a echo", "0-0 else echo", "0-0 z echo"}
			if each.then {
				want = []string{"0-0 a echo", "0-0 then echo", "0-0 then2 echo", "0-0 z echo"}
			}
			assert.Equal(t, want, run.story())
		})
	}
}

func TestLoop(t *testing.T) {
	run := perform(t, steps(
		`{"id": "n", "activity": "echo", "with": 7}`,
		`{"id": "outer", "times": 2, "loop": [
			{"id": "first", "activity": "echo", "with": [{"$ref": "outer.round"}, {"$ref": "n"}]},
			{"id": "inner", "times": 2, "loop": [{"id": "x", "activity": "play", "with": {"takes": 1, "returns": [{"$ref": "outer.round"}, {"$ref": "inner.round"}, {"$ref": "first"}]}}]}
		]}`,
		`{"id": "all", "activity": "echo", "with": {"$ref": "outer"}}`,
	))
	assert.Equal(t, []string{
		"0-0 n echo", "0-0 outer[1]/first echo", "0-1 outer[1]/inner[1]/x play", "1-2 outer[1]/inner[2]/x play",
		"2-2 outer[2]/first echo", "2-3 outer[2]/inner[1]/x play", "3-4 outer[2]/inner[2]/x play", "4-4 all echo",
	}, run.story())
	rounds := `[{"first": [1,7], "inner": [{"x": [1,1,[1,7]]}, {"x": [1,2,[1,7]]}]}, {"first": [2,7], "inner": [{"x": [2,1,[2,7]]}, {"x": [2,2,[2,7]]}]}]`
	assert.JSONEq(t, `{"n": 7, "outer": `+rounds+`, "all": `+rounds+`}`, run.results(t))
}

func TestParallel(t *testing.T) {
	run := perform(t, steps(
		`{"id": "a", "activity": "echo", "with": 1}`,
		`{"parallel": [
			[{"id": "b", "activity": "play", "with": {"takes": 2, "returns": 2}}, {"id": "c", "activity": "play", "with": {"takes": 2, "returns": {"$ref": "b"}}}],
			[{"id": "d", "workflow": "child", "with": {"takes": 3, "returns": {"$ref": "a"}}}],
			[{"parallel": [[{"id": "e", "activity": "play", "with": {"takes": 1, "returns": 5}}], [{"id": "f", "activity": "echo", "with": 6}]]}]
		]}`,
		`{"id": "g", "activity": "echo", "with": [{"$ref": "c"}, {"$ref": "d"}, {"$ref": "e"}, {"$ref": "f"}]}`,
	))
	assert.ElementsMatch(t, []string{"0-0 a echo", "0-2 b play", "0-3 d child", "0-1 e play", "0-0 f echo", "2-4 c play", "4-4 g echo"}, run.story())
	assert.Equal(t, "g [2,1,5,6]", run.arguments()[6])
	assert.Equal(t, 4, run.most)
}

func TestFailureCancelsTheOtherBranches(t *testing.T) {
	run := perform(t, steps(
		`{"parallel": [
			[{"id": "fails", "activity": "play", "with": {"takes": 1, "fail": "OutOfStock"}}],
			[{"id": "slow", "activity": "play", "with": {"takes": 60, "ack": 4}}, {"id": "next", "activity": "echo", "with": 1}],
			[{"id": "child", "workflow": "child", "with": {"takes": 60, "ack": 7}}],
			[{"id": "optional", "activity": "play", "with": {"takes": 60}, "optional": true}, {"id": "next2", "activity": "echo", "with": 1}],
			[{"id": "late", "activity": "play", "with": {"takes": 1}}, {"id": "later", "activity": "echo", "with": 1}]
		]}`,
		`{"id": "after", "activity": "echo", "with": 1}`,
	))
	assert.ElementsMatch(t, []string{
		"0-1 fails play failed", "0-5 slow play canceled", "0-8 child child canceled", "0-1 optional play canceled", "0-1 late play",
	}, run.story(), "the run has ended after the last of its calls, and has begun no other")
	failure := run.failure(t)
	assert.Equal(t, StepFailed, failure.Type())
	assert.Equal(t, "step fails: as told (type: OutOfStock, retryable: false)", failure.Message())
	var cause *temporal.ApplicationError
	require.ErrorAs(t, errors.Unwrap(failure), &cause)
	assert.Equal(t, "OutOfStock", cause.Type())
}

func TestFailureEndsTheRun(t *testing.T) {
	run := perform(t, steps(
		`{"id": "l", "times": 3, "loop": [{"id": "a", "workflow": "child", "with": {"fail": "Bad"}}, {"id": "b", "activity": "echo", "with": 1}]}`,
		`{"id": "c", "activity": "echo", "with": 1}`,
	))
	assert.Equal(t, []string{"0-0 l[1]/a child failed"}, run.story())
	assert.Equal(t, "step l[1]/a: as told (type: Bad, retryable: false)", run.failure(t).Message())
}

func TestOptional(t *testing.T) {
	run := perform(t, steps(
		`{"id": "good", "activity": "play", "with": {"returns": {"x": 1}}, "optional": true}`,
		`{"id": "bad", "workflow": "child", "with": {"fail": "Bad"}, "optional": true}`,
		`{"id": "both", "activity": "echo", "with": [{"$ref": "good.ok"}, {"$ref": "good.result.x"}, {"$ref": "bad.ok"}, {"$ref": "bad.error"}]}`,
	))
	assert.Equal(t, `both [true,1,false,"as told (type: Bad, retryable: false)"]`, run.arguments()[2])
}

func TestCancellationReachesEveryCall(t *testing.T) {
	run := (&played{cancelAfter: seconds(1.5)}).run(t, steps(
		`{"parallel": [
			[{"id": "a", "activity": "play", "with": {"takes": 60, "ack": 3}}, {"id": "next", "activity": "echo", "with": 1}],
			[{"id": "b", "workflow": "child", "with": {"takes": 60, "ack": 5}, "optional": true}, {"id": "next2", "activity": "echo", "with": 1}],
			[{"id": "l", "times": 9, "loop": [{"id": "c", "activity": "play", "with": {"takes": 1}}]}]
		]}`,
		`{"id": "after", "activity": "echo", "with": 1}`,
	))
	assert.ElementsMatch(t, []string{
		"0-4.5 a play canceled", "0-6.5 b child canceled", "0-1 l[1]/c play", "1-1.5 l[2]/c play canceled",
	}, run.story())
	assert.True(t, temporal.IsCanceledError(run.environment.GetWorkflowError()))
	run = (&played{cancelAfter: seconds(1)}).run(t, steps(`{"id": "a", "activity": "play", "with": {"takes": 60}, "optional": true}`))
	assert.True(t, temporal.IsCanceledError(run.environment.GetWorkflowError()), "an optional step does not outlive the run")
}

func TestOptionsOfCalls(t *testing.T) {
	run := perform(t, steps(`{"id": "l", "times": 1, "loop": [{"id": "a", "activity": "echo", "with": 1}, {"id": "b", "workflow": "child", "with": {}}]}`))
	assert.Equal(t, workflow.ActivityOptions{
		TaskQueue: run.calls[0].activity.TaskQueue, StartToCloseTimeout: 10 * time.Second, ScheduleToCloseTimeout: 5 * time.Minute,
		WaitForCancellation: true, Summary: "l[1]/a",
	}, run.calls[0].activity)
	child := run.calls[1].child
	assert.Equal(t, "default-test-workflow-id/l[1]/b", child.WorkflowID)
	assert.Equal(t, 30*time.Minute, child.WorkflowExecutionTimeout)
	assert.True(t, child.WaitForCancellation)
	assert.Equal(t, "l[1]/b", child.StaticSummary)
}

func TestRefusedPrograms(t *testing.T) {
	a := `{"id": "a", "activity": "echo", "with": 1}`
	refersTo := func(id string) string { return `{"id": "z", "activity": "echo", "with": {"$ref": "` + id + `"}}` }
	for _, each := range []struct{ name, program, problem string }{
		{"nothing", `{}`, `program: want 1 to 100 steps`},
		{"null", `null`, `program: want 1 to 100 steps`},
		{"null in a step", steps(`{"id": "a", "activity": "echo", "with": 1, "loop": null}`), `program: null says nothing: leave its key out`},
		{"no object", `[]`, `program: want at most 32768 bytes of JSON: json: cannot unmarshal array`},
		{"unknown key", steps(`{"id": "a", "activty": "echo", "with": 1}`), `program: want at most 32768 bytes of JSON: json: unknown field "activty"`},
		{"wrong type", steps(`{"id": 1, "activity": "echo", "with": 1}`), `program: want at most 32768 bytes of JSON: json: cannot unmarshal number`},
		{"no kind", steps(`{"id": "a"}`), `step 1 a: want one of activity, workflow, parallel, if and loop`},
		{"two kinds", steps(`{"id": "a", "activity": "echo", "workflow": "child", "with": 1}`), `step 1 a: want one of activity, workflow, parallel, if and loop`},
		{"unknown activity", steps(a, `{"id": "b", "activity": "ech", "with": 1}`), `step 2 b: unknown Activity "ech", want one of ["play" "echo"]`},
		{"workflow as activity", steps(`{"id": "b", "activity": "child", "with": 1}`), `step 1 b: unknown Activity "child", want one of ["play" "echo"]`},
		{"unknown workflow", steps(`{"id": "b", "workflow": "run_steps", "with": 1}`), `step 1 b: unknown Workflow "run_steps", want one of ["child"]`},
		{"no argument", steps(`{"id": "a", "activity": "echo"}`), `step 1 a: with and optional go with a call`},
		{"argument of no call", steps(`{"if": {"$ref": "a"}, "equals": 1, "with": 1}`), `step 1 : with and optional go with a call`},
		{"optional without a call", steps(`{"parallel": [[` + a + `]], "optional": true}`), `step 1 : with and optional go with a call`},
		{"if without equals", steps(a, `{"if": {"$ref": "a"}, "then": [`+strings.Replace(a, `"a"`, `"b"`, 1)+`]}`), `step 2 : equals, then and else go with if`},
		{"then of a call", steps(`{"id": "a", "activity": "echo", "with": 1, "then": []}`), `step 1 a: equals, then and else go with if`},
		{"else of a call", steps(`{"id": "a", "activity": "echo", "with": 1, "else": []}`), `step 1 a: equals, then and else go with if`},
		{"loop without times", steps(`{"id": "l", "loop": [` + a + `]}`), `step 1 l: times go with loop, and are not negative`},
		{"negative times", steps(`{"id": "l", "times": -1, "loop": [` + a + `]}`), `step 1 l: times go with loop, and are not negative`},
		{"times of a call", steps(`{"id": "a", "activity": "echo", "with": 1, "times": 2}`), `step 1 a: times go with loop, and are not negative`},
		{"no id", steps(`{"activity": "echo", "with": 1}`), `step 1 : an id goes with a call or a loop`},
		{"id of an if", steps(`{"id": "i", "if": {"$ref": "a"}, "equals": 1}`), `step 1 i: an id goes with a call or a loop`},
		{"id with a dot", steps(`{"id": "a.b", "activity": "echo", "with": 1}`), `step 1 a.b: the id "a.b" is not new and made of at most 30 of a-z, 0-9 and _`},
		{"id of 31", steps(strings.Replace(a, `"a"`, `"`+strings.Repeat("x", 31)+`"`, 1)), `the id "` + strings.Repeat("x", 31) + `" is not new`},
		{"id twice", steps(a, a), `step 2 a: the id "a" is not new and made of at most 30 of a-z, 0-9 and _`},
		{"id twice in branches", steps(`{"parallel": [[` + a + `], [` + a + `]]}`), `step 3 a: the id "a" is not new and made of at most 30 of a-z, 0-9 and _`},
		{"id of data", `{"data": {"a": 1}, "steps": [` + a + `]}`, `step 1 a: the id "a" is not new and made of at most 30 of a-z, 0-9 and _`},
		{"reference to nothing", steps(refersTo("q")), `step 1 z: {"$ref":"q"}: no step "q" has certainly run before`},
		{"reference to itself", steps(refersTo("z")), `step 1 z: {"$ref":"z"}: no step "z" has certainly run before`},
		{"reference to what comes later", steps(refersTo("a.b"), a), `step 1 z: {"$ref":"a.b"}: no step "a" has certainly run before`},
		{"reference to another branch", steps(`{"parallel": [[` + a + `], [` + refersTo("a") + `]]}`), `step 3 z: {"$ref":"a"}: no step "a" has certainly run before`},
		{"reference to the other arm", steps(`{"id": "b", "activity": "echo", "with": 1}`, `{"if": {"$ref": "b"}, "equals": 1, "then": [`+a+`], "else": [`+refersTo("a")+`]}`), `step 4 z: {"$ref":"a"}: no step "a" has certainly run before`},
		{"reference to an arm", steps(`{"id": "b", "activity": "echo", "with": 1}`, `{"if": {"$ref": "b"}, "equals": 1, "then": [`+a+`]}`, refersTo("a")), `step 4 z: {"$ref":"a"}: no step "a" has certainly run before`},
		{"reference to a round", steps(`{"id": "l", "times": 1, "loop": [`+a+`]}`, refersTo("a")), `step 3 z: {"$ref":"a"}: no step "a" has certainly run before`},
		{"reference to an arm in a branch", steps(`{"id": "b", "activity": "echo", "with": 1}`, `{"parallel": [[{"if": {"$ref": "b"}, "equals": 1, "then": [`+a+`]}]]}`, refersTo("a")), `step 5 z: {"$ref":"a"}: no step "a" has certainly run before`},
		{"condition on nothing", steps(`{"if": {"$ref": "q"}, "equals": 1}`), `step 1 : {"$ref":"q"}: no step "q" has certainly run before`},
		{"reference with more", steps(a, `{"id": "z", "activity": "echo", "with": {"$ref": "a", "or": 1}}`), `step 2 z: want {"$ref": "id.field"} and nothing else for a reference`},
		{"reference to a number", steps(a, `{"id": "z", "activity": "echo", "with": {"$ref": 1}}`), `step 2 z: want {"$ref": "id.field"} and nothing else for a reference`},
		{"empty reference", steps(refersTo("")), `step 1 z: want {"$ref": "id.field"} and nothing else for a reference`},
		{"reference to an empty field", steps(a, refersTo("a.")), `step 2 z: want {"$ref": "id.field"} and nothing else for a reference`},
		{"reference without a step", steps(a, refersTo(".a")), `step 2 z: want {"$ref": "id.field"} and nothing else for a reference`},
	} {
		t.Run(each.name, func(t *testing.T) {
			run := perform(t, each.program)
			assert.Equal(t, InvalidProgram, run.failure(t).Type())
			assert.Contains(t, run.failure(t).Message(), each.problem)
			assert.Empty(t, run.calls)
		})
	}
}

func TestAllProblemsAtOnce(t *testing.T) {
	run := perform(t, steps(
		`{"id": "a", "activity": "missing", "with": {"$ref": "z.x"}}`,
		`{"parallel": [[{"id": "a", "workflow": "missing", "with": 1}], [{"id": "c", "activity": "echo", "with": 1, "times": 2}]]}`,
	))
	assert.Equal(t, `step 1 a: unknown Activity "missing", want one of ["play" "echo"]
step 1 a: {"$ref":"z.x"}: no step "z" has certainly run before
step 3 a: the id "a" is not new and made of at most 30 of a-z, 0-9 and _
step 3 a: unknown Workflow "missing", want one of ["child"]
step 4 c: times go with loop, and are not negative`, run.failure(t).Message())
	many := perform(t, steps(times(MaxSteps, `{"id": "a#", "activity": "missing#", "with": 1}`)...))
	assert.Len(t, strings.Split(many.failure(t).Message(), "\n"), 20)
}

func TestBounds(t *testing.T) {
	echo := `{"id": "a#", "activity": "echo", "with": 1}`
	loop := func(times int, steps string) string {
		return fmt.Sprintf(`{"id": "l", "times": %d, "loop": [%s]}`, times, steps)
	}
	within := func(depth int) string {
		text := `{"id": "a", "activity": "echo", "with": 1}`
		for i := range depth - 1 {
			text = fmt.Sprintf(`{"id": "%s%d", "times": 1, "loop": [%s]}`, strings.Repeat("x", 29), i, text)
		}
		return steps(text)
	}
	program := func(size int) string {
		const text = `{"data":{"d":"#"},"steps":[{"id":"a","activity":"echo","with":1}]}`
		return strings.Replace(text, "#", strings.Repeat("x", size-len(text)+1), 1)
	}
	for _, each := range []struct {
		name        string
		make        func(count int) string
		most, calls int
		problem     string
	}{
		{"steps", func(count int) string { return steps(times(count, echo)...) }, MaxSteps, MaxSteps, "program: want 1 to 100 steps"},
		{"steps at the same time", func(count int) string {
			return steps(`{"parallel": [[` + strings.Join(times(count-1, echo), "], [") + `]]}`)
		}, MaxSteps, MaxSteps - 1, "program: want 1 to 100 steps"},
		{"rounds", func(count int) string { return steps(loop(count, `{"id": "a", "activity": "echo", "with": 1}`)) }, MaxCalls, MaxCalls, "program: want at most 200 calls"},
		{"depth", within, MaxDepth, 1, "step 6 a: want at most 5 steps in each other"},
		{"calls", func(count int) string {
			arm := func(id string, count int) string {
				return strings.Join(times(count, `{"id": "`+id+`#", "workflow": "child", "with": {}}`), ", ")
			}
			return steps(loop(80, `{"id": "x", "activity": "echo", "with": 1}, {"id": "y", "activity": "echo", "with": 1}`),
				`{"if": {"$ref": "l"}, "equals": 1, "then": [`+arm("t", 20)+`], "else": [`+arm("e", count-180)+`]}`)
		}, MaxCalls, MaxCalls - 20, "program: want at most 200 calls"},
		{"bytes of the program", program, MaxProgramBytes, 1, "program: want at most 32768 bytes of JSON: got 32769"},
	} {
		t.Run(each.name, func(t *testing.T) {
			at := perform(t, each.make(each.most))
			at.results(t)
			assert.Len(t, at.calls, each.calls)
			beyond := perform(t, each.make(each.most+1))
			assert.Equal(t, InvalidProgram, beyond.failure(t).Type())
			assert.Contains(t, beyond.failure(t).Message(), each.problem)
			assert.Empty(t, beyond.calls)
		})
	}
}

func TestHugeNumbersOfCallsAreRefused(t *testing.T) {
	text := `{"id": "a", "activity": "echo", "with": 1}`
	for i := range 4 {
		text = fmt.Sprintf(`{"id": "l%d", "times": 100, "loop": [%s]}`, i, text)
	}
	run := perform(t, steps(text))
	assert.Contains(t, run.failure(t).Message(), "program: want at most 200 calls")
	run = perform(t, steps(`{"id": "l", "times": 9223372036854775807, "loop": [{"id": "a", "activity": "echo", "with": 1}]}`))
	assert.Contains(t, run.failure(t).Message(), "program: want at most 200 calls")
	// 4 x 2^62 is 0 in 64 bits.
	run = perform(t, steps(`{"id": "l", "times": 4, "loop": [{"id": "m", "times": 4611686018427387904, "loop": [{"id": "a", "activity": "echo", "with": 1}]}]}`))
	assert.Contains(t, run.failure(t).Message(), "program: want at most 200 calls")
}

func TestBytes(t *testing.T) {
	text := func(size int) string { return `"` + strings.Repeat("x", size-2) + `"` }
	for _, each := range []struct {
		name    string
		program func(size int) string
		problem string
		calls   int
	}{
		{"argument", func(size int) string { return steps(`{"id": "a", "activity": "echo", "with": ` + text(size) + `}`) }, `"xxx`, 0},
		{"argument with a reference", func(size int) string {
			return `{"data": {"d": ` + text(size-2) + `}, "steps": [{"id": "a", "activity": "echo", "with": [{"$ref": "d"}]}]}`
		}, `[{"$ref":"d"}]...: exceeds 8192 bytes with what it refers to`, 0},
		{"result", func(size int) string {
			return steps(`{"id": "a", "activity": "play", "with": {"takes": 1, "blow": ` + fmt.Sprint(size) + `}}`)
		}, `step a: the result is not JSON of at most 8192 bytes`, 1},
		{"result of a loop", func(size int) string {
			return steps(`{"id": "l", "times": 2, "loop": [{"id": "a", "activity": "echo", "with": ` + text((size-len(`[{"a":},{"a":}]`))/2) + `}]}`)
		}, `step l: the result is not JSON of at most 8192 bytes`, 2},
	} {
		t.Run(each.name, func(t *testing.T) {
			at := perform(t, each.program(MaxBytes))
			at.results(t)
			beyond := perform(t, each.program(MaxBytes+1))
			assert.Equal(t, InvalidValue, beyond.failure(t).Type())
			assert.Contains(t, beyond.failure(t).Message(), each.problem)
			assert.Len(t, beyond.calls, each.calls)
		})
	}
}

func TestManyReferencesToMuch(t *testing.T) {
	run := perform(t, `{"data": {"d": "`+strings.Repeat("x", MaxBytes-2)+`"}, "steps": [
		{"id": "a", "activity": "echo", "with": [`+strings.Join(times(100, `{"$ref": "d"}`), ", ")+`]}]}`)
	assert.Equal(t, InvalidValue, run.failure(t).Type())
	assert.Empty(t, run.calls)
}

// The pattern is what one reads in one sitting, and copies without the engine.
func TestOneSitting(t *testing.T) {
	source, err := os.ReadFile("workflow.go")
	require.NoError(t, err)
	lines := 0
	for line := range strings.Lines(string(source)) {
		if strings.TrimSpace(line) != "" {
			lines++
		}
	}
	assert.LessOrEqual(t, lines, 250, "lines of Go, comments included")
	file, err := parser.ParseFile(token.NewFileSet(), "workflow.go", source, parser.ImportsOnly)
	require.NoError(t, err)
	for _, each := range file.Imports {
		assert.NotContains(t, each.Path.Value, "dynamicsamples", "it needs nothing of this repository")
	}
}

// A program may be written in Go, too.
func TestProgramInGo(t *testing.T) {
	run := (&played{}).run(t, Program{
		Data: map[string]json.RawMessage{"d": json.RawMessage(`[1]`)},
		Steps: []Step{
			{ID: "a", Activity: "echo", With: json.RawMessage(`{"$ref": "d"}`)},
			{If: json.RawMessage(`{"$ref": "a"}`), Equals: []int{1}, Then: []Step{{ID: "b", Activity: "echo", With: json.RawMessage(`2`)}}},
		},
	})
	assert.JSONEq(t, `{"a": [1], "b": 2}`, run.results(t))
}

// What programs may call, the Worker has.
func TestStepNamesAreRegistered(t *testing.T) {
	catalog := exampleActivities()
	for _, name := range StepNames().Activities {
		assert.Contains(t, catalog, name)
	}
	assert.NotContains(t, StepNames().Workflows, RunStepsType, "a program that starts programs would have no bounds")
	for name, with := range map[string]string{"process_document": `{"id": "x"}`, "cover": `{"title": "x"}`} {
		assert.Contains(t, StepNames().Workflows, name)
		example := newExample(t)
		// A cover waits for somebody; a Workflow Type that nobody has would fail at once.
		example.RegisterDelayedCallback(example.CancelWorkflow, time.Minute)
		example.ExecuteWorkflow(RunStepsType, json.RawMessage(steps(`{"id": "a", "workflow": "`+name+`", "with": `+with+`}`)))
		assert.Equal(t, name == "cover", temporal.IsCanceledError(example.GetWorkflowError()))
	}
}
