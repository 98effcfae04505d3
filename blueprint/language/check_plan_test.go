package language

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func planProblems(t *testing.T, plan string, limits Budget, outer Outer) []string {
	t.Helper()
	loaded, source, problems := LoadPlan([]byte(plan), 0)
	require.NoError(t, problems.Err())
	return short(CheckPlan(loaded, source, newTestCatalog(t), limits, outer))
}

func TestAPlanSeesWhatIsAroundIt(t *testing.T) {
	around := Outer{Vars: []string{"total"}, Steps: []string{"charge"}, Names: []string{"item", "index"}}
	plan := `{"steps": [
		{"id": "a", "set": {"mine": "${vars.total + item.count + index + steps.charge.output.amount}"}},
		{"id": "b", "activity": "say", "with": "${input.name + run.id}"}
	], "output": "${[vars.mine, steps.a.output.mine, item]}"}`

	assert.Empty(t, planProblems(t, plan, Budget{}, around))

	assert.ElementsMatch(t, []string{
		"/steps/0/set/mine unknown-variable", "/steps/0/set/mine unknown-name", "/steps/0/set/mine unknown-name",
		"/steps/0/set/mine unknown-step", "/output unknown-name",
	}, planProblems(t, plan, Budget{}, Outer{}))
}

func TestAPlanIsCheckedLikeADocument(t *testing.T) {
	for plan, expected := range map[string][]string{
		`{"steps": [{"id": "a", "activity": "format_disk"}]}`:                                                              {"/steps/0/activity unknown-activity"},
		`{"steps": [{"id": "a", "activity": "say", "with": "x"}, {"id": "a", "activity": "ping"}]}`:                        {"/steps/1/id duplicate-id"},
		`{"steps": [{"id": "a", "activity": "say", "with": 1}]}`:                                                           {"/steps/0/with wrong-type"},
		`{"steps": [{"id": "a", "activity": "say", "with": "${steps.b.output}"}]}`:                                         {"/steps/0/with unknown-step"},
		`{"steps": [{"id": "a", "loop": [{"id": "a", "activity": "ping"}], "while": true}]}`:                               {"/steps/0 missing-max"},
		`[{"id": "a", "workflow": "nothing@1.0.0"}]`:                                                                       {"/steps/0/workflow unknown-blueprint"},
		`{"steps": [], "output": 1}`:                                                                                       nil,
		`{"steps": [{"id": "a", "plan": "plan_work"}]}`:                                                                    nil,
		`{"steps": [{"id": "a", "try": [{"id": "a", "activity": "ping"}], "finally": [{"id": "b", "activity": "ping"}]}]}`: nil,
	} {
		assert.Equal(t, expected, planProblems(t, plan, Budget{}, Outer{}), plan)
	}
}

func TestAPlanKeepsToTheBudget(t *testing.T) {
	plan := `{"steps": [{"id": "a", "steps": [{"id": "b", "activity": "ping"}]}, {"id": "c", "activity": "ping"}]}`

	assert.Empty(t, planProblems(t, plan, Budget{PlanSteps: 3, Depth: 3}, Outer{Depth: 2}))
	assert.Equal(t, []string{" over-budget"}, planProblems(t, plan, Budget{PlanSteps: 2}, Outer{}))
	assert.Equal(t, []string{" over-budget"}, planProblems(t, plan, Budget{Steps: 2}, Outer{}))
	assert.Equal(t, []string{"/steps/0/steps over-budget"}, planProblems(t, plan, Budget{Depth: 2}, Outer{Depth: 2}))
	assert.Equal(t, []string{"/steps over-budget"}, planProblems(t, plan, Budget{Depth: 2}, Outer{Depth: 3}))
}

func TestCalls(t *testing.T) {
	definition, _, problems := Load("calls.yaml", []byte(document(`
  - {id: a, activity: one, undo: {activity: undo_one}}
  - id: b
    parallel:
      left: [{id: a, workflow: child, undo: {activity: undo_child}}]
      right: [{id: a, map: [{id: a, workflow: label@1.0.0}], over: []}]
  - id: c
    switch: [{when: true, steps: [{id: a, plan: planner}]}]
    else: [{id: a, try: [{id: a, activity: one}], catch: [{steps: [{id: a, activity: caught}]}], finally: [{id: a, activity: last}]}]
  - {id: d, wait: x, timeout: 1s, on_timeout: [{id: a, activity: late}]}
  - {id: e, graph: [{id: a, dag: [{id: a, loop: [{id: a, race: {x: [{id: a, activity: deep}]}}], times: 1}]}]}
`)), 0)

	require.NoError(t, problems.Err())

	assert.Equal(t, Called{
		Activities: []string{"caught", "deep", "last", "late", "one", "planner", "undo_child", "undo_one"},
		Workflows:  []string{"child"},
		Blueprints: []string{"label@1.0.0"},
	}, Calls(definition.Steps))
	assert.Equal(t, Called{}, Calls(nil))
}

// A definition that Go code made has no source, and may be anything.
func TestDefinitionsWithoutASource(t *testing.T) {
	step := func(id string, kind Kind) *Step { return &Step{ID: id, Kind: kind} }
	for name, example := range map[string]struct {
		steps    []*Step
		expected []string
	}{
		"no step":          {[]*Step{nil}, []string{"/steps/0 missing-kind"}},
		"no kind":          {[]*Step{{ID: "a"}}, []string{"/steps/0 missing-kind"}},
		"no id":            {[]*Step{step("", &Activity{Activity: "ping"})}, []string{"/steps/0/id bad-id"}},
		"no condition":     {[]*Step{step("a", &Switch{Switch: []Case{{}}})}, []string{"/steps/0/switch/0/when missing-key"}},
		"no list":          {[]*Step{step("a", &Map{Map: []*Step{step("a", &Activity{Activity: "ping"})}})}, []string{"/steps/0/over missing-key"}},
		"no time":          {[]*Step{step("a", &Sleep{})}, []string{"/steps/0/sleep missing-key"}},
		"no value":         {[]*Step{step("a", &Stop{})}, []string{"/steps/0/stop missing-key"}},
		"no type":          {[]*Step{step("a", &Fail{})}, []string{"/steps/0/fail/type bad-type"}},
		"no branches":      {[]*Step{step("a", &Parallel{})}, []string{"/steps/0/parallel empty-block"}},
		"a strange branch": {[]*Step{step("a", &Race{Race: Branches{"a/b": {step("a", &Stop{})}}})}, []string{"/steps/0/race/a~1b bad-id", "/steps/0/race/a~1b/0/stop missing-key"}},
		"negative numbers": {
			[]*Step{
				step("a", &Loop{Loop: []*Step{step("a", &Activity{Activity: "ping", Options: Options{Retry: &Retry{MaximumAttempts: -1, BackoffCoefficient: 0.5}}})}, While: &Value{true}, Max: -1}),
				step("b", &Map{Map: []*Step{step("a", &Activity{Activity: "ping", Options: Options{StartToClose: "-1s"}})}, Over: &Value{[]any{}}, Concurrency: &Value{int64(-1)}}),
			},
			[]string{
				"/steps/0/loop/0/retry/backoffCoefficient bad-retry", "/steps/0/loop/0/retry/maximumAttempts bad-retry", "/steps/0/max bad-loop",
				"/steps/1/concurrency bad-concurrency", "/steps/1/map/0/startToClose bad-duration",
			},
		},
		"no steps": {nil, []string{"/steps empty-block"}},
	} {
		definition := &Definition{Blueprint: "order", Version: "1.0.0", Steps: example.steps}
		assert.Equal(t, example.expected, short(Check(definition, nil, newTestCatalog(t), Budget{})), name)
	}
	assert.Equal(t, []string{"/blueprint bad-name", "/budget/depth bad-budget", "/steps empty-block", "/version bad-version"},
		short(Check(&Definition{Budget: &Budget{Depth: -1}}, nil, newTestCatalog(t), Budget{})))
}

// What Go code makes may hold the same steps many times, or even itself.
func TestDefinitionsThatHoldThemselves(t *testing.T) {
	group := &Group{}
	group.Steps = []*Step{{ID: "a", Kind: group}, {ID: "b", Kind: group}}
	definition := &Definition{Blueprint: "order", Version: "1.0.0", Steps: group.Steps}

	assert.Equal(t, []string{" over-budget"}, short(Check(definition, nil, newTestCatalog(t), Budget{})))

	group.Steps = group.Steps[:1]
	definition.Steps = group.Steps
	assert.Equal(t, []string{"/steps/0" + strings.Repeat("/steps/0", 32) + "/steps over-budget"}, short(Check(definition, nil, newTestCatalog(t), Budget{})))
}

// What is reported goes into histories: it is the same every time.
func TestTheSameProblemsEveryTime(t *testing.T) {
	catalog := newTestCatalog(t)
	for _, file := range documents(t, "../testdata/bad") {
		text := readFile(t, file)
		if len(text) > 2000 {
			continue
		}
		_, first := Read(file, text, catalog, Budget{}, 0)
		for range 5 {
			_, again := Read(file, text, catalog, Budget{}, 0)
			require.Equal(t, first, again)
		}
	}
}
