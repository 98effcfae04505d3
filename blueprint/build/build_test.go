package build_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/build"
	"dynamicsamples/blueprint/language"
)

// written is a step as a document and as a program have it.
type written struct {
	kind, yaml string
	step       build.Step
}

func steps() []written {
	pause := build.Sleep("one", time.Second)
	return []written{
		{"activity", `{id: a, activity: charge}`, build.Activity("a", "charge")},
		{"activity", `{id: a, summary: "Charge ${input.id}", activity: charge, with: {order: "${input.id}", count: 2, ratio: 2.5}, local: true,
			startToClose: 30s, scheduleToClose: 1h30m, scheduleToStart: 5s, heartbeat: 1500ms,
			retry: {initialInterval: 1s, backoffCoefficient: 2, maximumInterval: 1m, maximumAttempts: 5, nonRetryableErrorTypes: [CardDeclined]},
			undo: {activity: refund, with: {charge: "${steps.a.output.id}"}, startToClose: 10s, scheduleToClose: 1d, scheduleToStart: 1s, heartbeat: 2s, retry: {maximumAttempts: 1}}}`,
			build.Activity("a", "charge").
				Summary("Charge ${input.id}").
				With(build.Args{"order": "${input.id}", "count": 2.0, "ratio": 2.5}).
				Local().
				StartToClose(30 * time.Second).ScheduleToClose(90 * time.Minute).ScheduleToStart(5 * time.Second).Heartbeat(1500 * time.Millisecond).
				Retry(build.Retry{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute, MaximumAttempts: 5, NonRetryableErrorTypes: []string{"CardDeclined"}}).
				Undo(build.Undo("refund").With(build.Args{"charge": "${steps.a.output.id}"}).
					StartToClose(10 * time.Second).ScheduleToClose(24 * time.Hour).ScheduleToStart(time.Second).Heartbeat(2 * time.Second).
					Retry(build.Retry{MaximumAttempts: 1}))},
		{"activity", `{id: a, activity: charge, startToClose: "${input.seconds}", heartbeat: "${input.beat}", undo: {activity: refund, scheduleToClose: "${steps.a.output.within}"}}`,
			build.Activity("a", "charge").StartToClose("${input.seconds}").Heartbeat("${input.beat}").Undo(build.Undo("refund").ScheduleToClose("${steps.a.output.within}"))},
		{"workflow", `{id: a, workflow: ship, executionTimeout: "${input.days}d", runTimeout: 1d}`, build.Workflow("a", "ship").ExecutionTimeout("${input.days}d").RunTimeout("24h")},
		{"sleep", `{id: a, sleep: {until: "${input.at}"}}`, build.Sleep("a", build.Until("${input.at}"))},
		{"wait", `{id: a, wait: go, timeout: {until: "2026-12-24T18:00:00+01:00"}}`, build.Wait("a", "go").Timeout(build.Until("2026-12-24T18:00:00+01:00"))},
		{"activity", `{id: a, activity: charge, with: null}`, build.Activity("a", "charge").With(nil)},
		{"activity", `{id: a, activity: charge, with: {name: x, tags: [y]}}`, build.Activity("a", "charge").With(struct {
			Name string   `json:"name"`
			Tags []string `json:"tags"`
		}{"x", []string{"y"}})},
		{"workflow", `{id: a, workflow: ship@1.0.0, with: "${input}", detach: true, executionTimeout: 24h, runTimeout: 12h, retry: {maximumAttempts: 2}, undo: {activity: call_back}}`,
			build.Workflow("a", "ship@1.0.0").With("${input}").Detach().ExecutionTimeout(24 * time.Hour).RunTimeout(12 * time.Hour).
				Retry(build.Retry{MaximumAttempts: 2}).Undo(build.Undo("call_back"))},
		{"steps", `{id: a, steps: [{id: one, sleep: 1s}, {id: two, stop: 1}]}`, build.Group("a", pause, build.Stop("two", 1))},
		{"steps", `{id: a, steps: [{id: one, sleep: 1s}], retry: {initialInterval: 1s, backoffCoefficient: 2, maximumInterval: 1m, maximumAttempts: 5, nonRetryableErrorTypes: [CardDeclined], types: [A, B]}}`,
			build.Group("a", pause).Retry(build.Retry{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute, MaximumAttempts: 5, NonRetryableErrorTypes: []string{"CardDeclined"}}, "A", "B")},
		{"parallel", `{id: a, parallel: {left: []}, retry: {maximumAttempts: 2}}`, build.Parallel("a", build.Branch("left")).Retry(build.Retry{MaximumAttempts: 2})},
		{"race", `{id: a, race: {left: []}, retry: {maximumAttempts: 2}}`, build.Race("a", build.Branch("left")).Retry(build.Retry{MaximumAttempts: 2})},
		{"switch", `{id: a, switch: [{when: "${true}", steps: []}], retry: {maximumAttempts: 2}}`, build.Switch("a", build.When("${true}")).Retry(build.Retry{MaximumAttempts: 2})},
		{"loop", `{id: a, loop: [], times: 3, retry: {maximumAttempts: 2}}`, build.Loop("a").Times(3).Retry(build.Retry{MaximumAttempts: 2})},
		{"map", `{id: a, map: [], over: "${input.items}", retry: {maximumAttempts: 2}}`, build.Map("a", "${input.items}").Retry(build.Retry{MaximumAttempts: 2})},
		{"dag", `{id: a, dag: [{id: one, sleep: 1s}], retry: {maximumAttempts: 2}}`, build.Dag("a", pause).Retry(build.Retry{MaximumAttempts: 2})},
		{"graph", `{id: a, graph: [{id: one, sleep: 1s}], retry: {maximumAttempts: 2}}`, build.Graph("a", pause).Retry(build.Retry{MaximumAttempts: 2})},
		{"try", `{id: a, try: [{id: one, sleep: 1s}], finally: [{id: one, sleep: 1s}], retry: {maximumAttempts: 2}}`, build.Try("a", pause).Finally(pause).Retry(build.Retry{MaximumAttempts: 2})},
		{"parallel", `{id: a, parallel: {right: [{id: one, sleep: 1s}], left: []}}`, build.Parallel("a", build.Branch("left"), build.Branch("right", pause))},
		{"race", `{id: a, race: {right: [{id: one, sleep: 1s}], left: [{id: one, sleep: 1s}]}}`, build.Race("a", build.Branch("left", pause), build.Branch("right", pause))},
		{"race", `{id: a, race: {left: [{id: one, sleep: 1s}]}, first: 1}`, build.Race("a", build.Branch("left", pause)).First(1)},
		{"race", `{id: a, race: {left: [{id: one, sleep: 1s}]}, first: "${input.n}"}`, build.Race("a", build.Branch("left", pause)).First("${input.n}")},
		{"switch", `{id: a, switch: [{when: "${input.x}", steps: [{id: one, sleep: 1s}]}, {when: "${true}", steps: []}], else: [{id: one, sleep: 1s}]}`,
			build.Switch("a", build.When("${input.x}", pause), build.When("${true}")).Else(pause)},
		{"loop", `{id: a, loop: [{id: one, sleep: 1s}], times: 3, as: attempt}`, build.Loop("a", pause).Times(3).As("attempt")},
		{"loop", `{id: a, loop: [{id: one, sleep: 1s}], times: "${input.n}", max: 7}`, build.Loop("a", pause).Times("${input.n}").Max(7)},
		{"loop", `{id: a, loop: [], while: "${vars.more}", max: 10}`, build.Loop("a").While("${vars.more}").Max(10)},
		{"loop", `{id: a, loop: [], over: "${input.items}", max: 10, as: order}`, build.Loop("a").Over("${input.items}").Max(10).As("order")},
		{"loop", `{id: a, loop: [], until: "${vars.done}", max: 10}`, build.Loop("a").Until("${vars.done}").Max(10)},
		{"map", `{id: a, map: [{id: one, sleep: 1s}], over: "${input.items}", as: order, concurrency: 5, tolerate: 2}`,
			build.Map("a", "${input.items}", pause).As("order").Concurrency(5).Tolerate(2)},
		{"map", `{id: a, map: [], over: "${input.items}", concurrency: "${input.n}", tolerate: "${input.n + 1}"}`, build.Map("a", "${input.items}").Concurrency("${input.n}").Tolerate("${input.n + 1}")},
		{"map", `{id: a, map: [], over: "${input.items}", tolerate: 12.5%}`, build.Map("a", "${input.items}").ToleratePercent(12.5)},
		{"dag", `{id: a, dag: [{id: one, sleep: 1s}, {id: test, activity: test, startToClose: 1m, needs: [one]}]}`,
			build.Dag("a", pause, build.Activity("test", "test").StartToClose(time.Minute).Needs("one"))},
		{"dag", `{id: a, dag: [{id: one, sleep: 1s, when: "${input.x}"}, {id: two, stop: 1, needs: [one], when: "${input.y}"}], failFast: false}`,
			build.Dag("a", pause.When("${input.x}"), build.Stop("two", 1).Needs("one").When("${input.y}")).FailFast(false)},
		{"graph", `{id: a, graph: [{id: fetch, activity: fetch, next: check}, {id: check, activity: check, on_success: one, on_failure: fetch}, {id: one, sleep: 1s}, {id: two, stop: 1, on_failure: one}], start: fetch}`,
			build.Graph("a", build.Activity("fetch", "fetch").Next("check"), build.Activity("check", "check").OnSuccess("one").OnFailure("fetch"), pause,
				build.Stop("two", 1).OnFailure("one")).Start("fetch")},
		{"graph", `{id: a, graph: [{id: one, sleep: 1s, next: [{when: "${input.x}", to: two}, {to: one}], on_failure: two},
			{id: two, stop: 1, on_success: [{when: "${true}", to: one}, {to: two}], on_failure: [{types: [A, B], when: "${error.details == []}", to: one}]}, {id: c, stop: 1, on_success: one, on_failure: [{types: [A], to: two}]}]}`,
			build.Graph("a", pause.NextEdges(build.To("two").When("${input.x}"), build.To("one")).OnFailure("two"),
				build.Stop("two", 1).OnSuccessEdges(build.To("one").When("${true}"), build.To("two")).OnFailureEdges(build.To("one").Types("A", "B").When("${error.details == []}")),
				build.Stop("c", 1).OnFailureEdges(build.To("two").Types("A")).OnSuccessEdges(build.To("one")))},
		{"plan", `{id: a, plan: plan_work, with: {goal: x}, startToClose: 1m, scheduleToClose: 2m, scheduleToStart: 3s, heartbeat: 4s, retry: {maximumAttempts: 2}}`,
			build.Plan("a", "plan_work").With(build.Args{"goal": "x"}).StartToClose(time.Minute).ScheduleToClose(2 * time.Minute).ScheduleToStart(3 * time.Second).
				Heartbeat(4 * time.Second).Retry(build.Retry{MaximumAttempts: 2})},
		{"wait", `{id: a, wait: approve, schema: {type: object, properties: {ok: {type: boolean}}, required: [ok]}, timeout: 24h, on_timeout: [{id: one, sleep: 1s}]}`,
			build.Wait("a", "approve").Schema(build.Object(build.Required("ok", build.Boolean()))).Timeout(24 * time.Hour).OnTimeout(pause)},
		{"wait", `{id: a, wait: approve, timeout: "${input.patience}", on_timeout: []}`, build.Wait("a", "approve").Timeout("${input.patience}").OnTimeout()},
		{"steps", `{id: a, steps: [{id: one, sleep: {until: "2026-12-24T18:00:00+01:00"}}], timeout: {until: "${input.due}"}, on_timeout: []}`,
			build.Group("a", build.Sleep("one", build.Until("2026-12-24T18:00:00+01:00"))).Timeout(build.Until("${input.due}")).OnTimeout()},
		{"group", `{id: a, steps: [{id: one, sleep: 1s}], hold: true, operate: []}`, build.Group("a", pause).Hold(build.Hold{}).Operate()},
		{"wait", `{id: a, wait: go, hold: {types: [A, B], timeout: 2h}, operate: [pause, resume, fork]}`,
			build.Wait("a", "go").Hold(build.Hold{Types: []string{"A", "B"}, Timeout: 2 * time.Hour}).Operate("pause", "resume", "fork")},
		{"activity", `{id: a, activity: x, timeout: 2d, on_timeout: [{id: one, sleep: 1s}]}`, build.Activity("a", "x").Timeout("2d").OnTimeout(pause)},
		{"plan", `{id: a, plan: plan_work, approve: go.ahead}`, build.Plan("a", "plan_work").Approve("go.ahead")},
		{"wait", `{id: a, wait: approve, match: "${message.by == input.approver}"}`, build.Wait("a", "approve").Match("${message.by == input.approver}")},
		{"wait", `{id: a, wait: approve}`, build.Wait("a", "approve")},
		{"sleep", `{id: a, sleep: 1m30s}`, build.Sleep("a", 90*time.Second)},
		{"sleep", `{id: a, sleep: 2d}`, build.Sleep("a", "2d")},
		{"sleep", `{id: a, sleep: "${input.pause}"}`, build.Sleep("a", "${input.pause}")},
		{"set", `{id: a, set: {total: "${vars.total + 1}", list: [1, null]}}`, build.Set("a", build.Args{"total": "${vars.total + 1}", "list": []any{1, nil}})},
		{"try", `{id: a, try: [{id: one, sleep: 1s}], catch: [{types: [A, B], steps: []}, {steps: [{id: one, sleep: 1s}]}], finally: [{id: one, sleep: 1s}]}`,
			build.Try("a", pause).Catch([]string{"A", "B"}).CatchAll(pause).Finally(pause)},
		{"try", `{id: a, try: [], catch: [{types: [A], when: "${error.message == 'x'}", steps: []}, {when: "${true}", steps: [{id: one, sleep: 1s}]}]}`,
			build.Try("a").CatchWhen([]string{"A"}, "${error.message == 'x'}").CatchWhen(nil, "${true}", pause)},
		{"fail", `{id: a, fail: {type: OutOfStock, message: "no ${input.sku}", details: [1, {a: b}]}}`,
			build.Fail("a", "OutOfStock", "no ${input.sku}").Details(1, build.Args{"a": "b"})},
		{"fail", `{id: a, fail: {type: "urn:${input.kind}"}}`, build.Fail("a", "urn:${input.kind}", "")},
		{"fail", `{id: a, fail: "${error}"}`, build.Rethrow("a")},
		{"stop", `{id: a, stop: null}`, build.Stop("a", nil)},
	}
}

func TestAProgramGivesTheBytesOfTheDocument(t *testing.T) {
	covered := map[string]bool{}
	for i, each := range steps() {
		covered[each.kind] = true
		t.Run(fmt.Sprint(i, "-", each.kind), func(t *testing.T) {
			document := "blueprint: test\nversion: 1.0.0\nsteps:\n- " + strings.ReplaceAll(each.yaml, "\t", "  ") + "\n"
			built, err := build.New("test", "1.0.0").Steps(each.step).Definition()
			require.NoError(t, err)
			assert.Equal(t, canonicalOf(t, document), canonical(t, built))
		})
	}
	for _, kind := range kinds(t) {
		assert.True(t, covered[kind], "no program has a step of kind %s", kind)
	}
}

func TestAWholeBlueprintGivesTheBytesOfTheDocument(t *testing.T) {
	built, err := build.New("order", "1.2.3").
		Summary("An order").
		Input(build.Object(build.Required("amount", build.Number()), build.Optional("lines", build.List(build.Integer())), build.Required("sku", build.Text()))).
		Defaults(build.Defaults().StartToClose(10 * time.Second).Retry(build.Retry{MaximumAttempts: 3}).ExecutionTimeout(time.Hour).RunTimeout(time.Minute).Hold(build.Hold{Timeout: time.Hour})).
		Operate("pause").
		Budget(build.Budget{Steps: 1000, Children: 5}).
		Vars(build.Args{"total": 0}).
		State(build.Args{"total": "${vars.total}", "both": []any{"${vars.total}", 1}}).
		Search(build.Args{"Total": "${vars.total}"}).
		Steps(build.Sleep("a", time.Second)).
		Steps(build.Sleep("b", time.Second)).
		Output("${vars.total}").
		Definition()
	require.NoError(t, err)
	assert.Equal(t, canonicalOf(t, `
blueprint: order
version: 1.2.3
summary: An order
input: {type: object, required: [amount, sku], properties: {amount: {type: number}, lines: {type: array, items: {type: integer}}, sku: {type: string}}}
defaults: {startToClose: 10s, retry: {maximumAttempts: 3}, executionTimeout: 1h, runTimeout: 1m, hold: {timeout: 1h}}
operate: [pause]
budget: {steps: 1000, children: 5}
vars: {total: 0}
state: {total: "${vars.total}", both: ["${vars.total}", 1]}
search: {Total: "${vars.total}"}
steps: [{id: a, sleep: 1s}, {id: b, sleep: 1s}]
output: ${vars.total}
`), canonical(t, built))
}

func TestAPlanIsBuiltLikeABlueprint(t *testing.T) {
	plan, err := build.NewPlan(build.Activity("a", "x"), build.Stop("b", 1)).Output("${steps.a.output}").Plan()
	require.NoError(t, err)
	got, err := language.CanonicalPlan(plan)
	require.NoError(t, err)
	assert.Equal(t, `{"steps":[{"id":"a","activity":"x"},{"id":"b","stop":1}],"output":"${steps.a.output}"}`, string(got))
}

func TestABuilderCanBeUsedAgain(t *testing.T) {
	shared := build.Activity("a", "x").StartToClose(time.Second)
	blueprint := build.New("order", "1.0.0").Steps(build.Dag("d", shared, build.Group("g", shared).Needs("a")))
	first, err := blueprint.Definition()
	require.NoError(t, err)
	second, err := blueprint.Definition()
	require.NoError(t, err)
	assert.Equal(t, canonical(t, first), canonical(t, second))
	assert.NotSame(t, first.Steps[0], second.Steps[0])
}

func TestWhatADocumentCannotSayIsAnError(t *testing.T) {
	for want, steps := range map[string][]build.Step{
		"building blueprint order: a step is nil":                                       {nil},
		"building blueprint order: there are two branches \"x\"":                        {build.Parallel("a", build.Branch("x"), build.Branch("x"))},
		"building blueprint order: encoding a definition: json: unsupported value: NaN": {build.Stop("a", math.NaN())},
		"building blueprint order: /steps/0/loop/0/startToClose: \"-1s\" is no duration such as \"30s\", \"1h30m\" or \"2d\": it is negative (bad-duration)": {
			build.Loop("a", build.Activity("b", "x").StartToClose(-time.Second))},
		"building blueprint order: /steps/0/max: the number must be at least 1; leave the key out for none (out-of-range)": {
			build.Loop("a").Max(-1)},
	} {
		_, err := build.New("order", "1.0.0").Steps(steps...).Definition()
		assert.EqualError(t, err, want)
	}
	_, err := build.NewPlan(nil).Plan()
	assert.EqualError(t, err, "building a plan: a step is nil")
	_, err = build.NewPlan(build.Wait("a", "x").Schema(&build.Schema{Type: "strin"})).Plan()
	var problems language.Diagnostics
	require.ErrorAs(t, err, &problems)
	assert.Equal(t, "/steps/0/schema/type", problems[0].Pointer)
	assert.Equal(t, "string", problems[0].Suggestion)
}

// kinds are the kinds of the language.
func kinds(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../blueprint.schema.json")
	require.NoError(t, err)
	var schema struct {
		Definitions struct {
			Step struct {
				AllOf []struct {
					Then map[string]string `json:"then"`
				} `json:"allOf"`
			} `json:"step"`
		} `json:"$defs"`
	}
	require.NoError(t, json.Unmarshal(text, &schema))
	var kinds []string
	for _, each := range schema.Definitions.Step.AllOf {
		if name, is := strings.CutSuffix(strings.TrimPrefix(each.Then["$ref"], "#/$defs/"), "-step"); is {
			kinds = append(kinds, name)
		}
	}
	require.NotEmpty(t, kinds)
	return kinds
}

func canonicalOf(t *testing.T, document string) string {
	t.Helper()
	definition, _, problems := language.Load("", []byte(document), 0)
	require.Empty(t, problems)
	return canonical(t, definition)
}

func canonical(t *testing.T, definition *language.Definition) string {
	t.Helper()
	text, err := language.Canonical(definition)
	require.NoError(t, err)
	return string(text)
}

// A builder has the options of its kind and no others, so that the compiler refuses
// them; and a node with edges is no step outside its dag or graph.
func TestBuildersHaveTheOptionsOfTheirKind(t *testing.T) {
	activity := []string{"Heartbeat", "Retry", "ScheduleToClose", "ScheduleToStart", "StartToClose", "With"}
	for name, test := range map[string]struct {
		step    build.Step
		options []string
	}{
		"activity": {build.Activity("a", "x"), append([]string{"Local", "Undo"}, activity...)},
		"workflow": {build.Workflow("a", "x"), []string{"Detach", "ExecutionTimeout", "Retry", "RunTimeout", "Undo", "With"}},
		"steps":    {build.Group("a"), []string{"Retry"}},
		"parallel": {build.Parallel("a"), []string{"Retry"}},
		"race":     {build.Race("a"), []string{"First", "Retry"}},
		"switch":   {build.Switch("a"), []string{"Else", "Retry"}},
		"loop":     {build.Loop("a"), []string{"As", "Max", "Over", "Retry", "Times", "Until", "While"}},
		"map":      {build.Map("a", "x"), []string{"As", "Concurrency", "Retry", "Tolerate", "ToleratePercent"}},
		"dag":      {build.Dag("a"), []string{"FailFast", "Retry"}},
		"graph":    {build.Graph("a"), []string{"Retry", "Start"}},
		"plan":     {build.Plan("a", "x"), append([]string{"Approve"}, activity...)},
		"wait":     {build.Wait("a", "x"), []string{"Match", "Schema"}},
		"sleep":    {build.Sleep("a", "1s"), nil},
		"set":      {build.Set("a", nil), nil},
		"try":      {build.Try("a"), []string{"Catch", "CatchAll", "CatchWhen", "Finally", "Retry"}},
		"fail":     {build.Fail("a", "x", "y"), []string{"Details"}},
		"rethrow":  {build.Rethrow("a"), nil},
		"stop":     {build.Stop("a", nil), nil},
	} {
		options := []string{"Needs", "Next", "NextEdges", "OnFailure", "OnFailureEdges", "OnSuccess", "OnSuccessEdges", "Hold", "OnTimeout", "Operate", "Summary", "Timeout", "When"}
		options = append(options, test.options...)
		var got []string
		for method := range reflect.TypeOf(test.step).Methods() {
			got = append(got, method.Name)
		}
		assert.ElementsMatch(t, options, got, name)
	}
	for _, node := range []any{build.Sleep("a", "1s").Needs("b"), build.Sleep("a", "1s").When("b"), build.Sleep("a", "1s").Next("b"), build.Sleep("a", "1s").OnSuccess("b")} {
		_, isStep := node.(build.Step)
		assert.False(t, isStep, "%T", node)
	}
	var needs any = build.Sleep("a", "1s").Needs("b")
	_, isGraphNode := needs.(build.GraphNode)
	assert.False(t, isGraphNode)
	var next any = build.Sleep("a", "1s").Next("b")
	_, isDagNode := next.(build.DagNode)
	assert.False(t, isDagNode)
}
