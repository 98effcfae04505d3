package engine_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
)

func TestPlans(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "its last step's output", steps: `
steps:
  - {id: p, plan: work, with: {takes: 1, output: {steps: [{id: a, activity: work, with: {takes: 1}}, {id: b, activity: work, with: {takes: 1, output: 5}}]}}}
  - {id: e, activity: echo, with: "${steps.p.output}"}
`, story: `
			0-1 p
			1-2 p/plan:#/a
			2-3 p/plan:#/b
			3-3 e
			3 5`},
		{name: "the output that it says", steps: `
steps: [{id: p, plan: work, with: {output: {steps: [{id: a, set: {x: 1}}], output: [1, two]}}}]
`, story: `
			0-0 p
			0 [1,"two"]`},
		{name: "a plan sees what is around it", steps: `
vars: {v: 2}
steps:
  - {id: before, activity: echo, with: 3}
  - id: m
    map: [{id: p, plan: work, with: {output: {steps: [{id: a, activity: echo, with: ["$${input}", "$${vars.v}", "$${steps.before.output}", "$${item}", "$${index}"]}]}}}]
    over: [10]
`, input: 1, story: `
			0-0 before
			0-0 m[0]/p
			0-0 m[0]/p/plan:#/a
			0 [[1,2,3,10,0]]`},
		{name: "a plan can set what is around it", steps: `
vars: {v: 2}
steps:
  - {id: p, plan: work, with: {output: {steps: [{id: a, set: {v: 7}}]}}}
output: ${vars.v}
`, story: `
			0-0 p
			0 7`},
		{name: "a planner that fails", steps: `
steps:
  - id: t
    try: [{id: p, plan: work, with: {takes: 1, fail: Clueless}}]
    catch: [{types: [Clueless], steps: [{id: c, set: {at: "${error.step}"}}]}]
`, story: `
			0-1 t/p failed
			1 {"at":"t/p"}`},
		{name: "a plan that fails", steps: `
steps:
  - id: t
    try: [{id: p, plan: work, with: {output: {steps: [{id: a, activity: work, with: {fail: Bad}}]}}}]
    catch: [{types: [Bad], steps: [{id: c, activity: work}]}]
`, story: `
			0-0 t/p
			0-0 t/p/plan:#/a failed
			0-0 t/catch/c
			0 null`},
		{name: "try within a plan", steps: `
steps:
  - id: p
    plan: work
    with: {output: {steps: [{id: t, try: [{id: a, activity: work, with: {fail: Bad}}], catch: [{steps: [{id: c, activity: work}]}], finally: [{id: f, activity: work}]}]}}
`, story: `
			0-0 p
			0-0 p/plan:#/t/a failed
			0-0 p/plan:#/t/catch/c
			0-0 p/plan:#/t/finally/f
			0 null`},
		{name: "what a plan completed is undone", steps: `
steps:
  - {id: p, plan: work, with: {output: {steps: [{id: a, activity: work, undo: {activity: plain}}]}}}
  - {id: f, fail: {type: Bad, message: m}}
`, story: `
			0-0 p
			0-0 p/plan:#/a
			0-0 p/plan:#/a/undo
			0 failed Bad: step f: m`},
		{name: "a stop in a plan", steps: `
steps:
  - {id: p, plan: work, with: {output: {steps: [{id: a, stop: 4}]}}}
  - {id: never, activity: work}
`, story: `
			0-0 p
			0 4`},
		{name: "an empty plan", steps: `
steps: [{id: p, plan: work, with: {output: {steps: []}}}]
`, story: `
			0-0 p
			0 null`},
		{name: "one plan twice at once", steps: `
steps:
  - id: m
    map: [{id: p, plan: work, with: {output: {steps: [{id: a, activity: work, with: {takes: 1}}, {id: b, sleep: 1s}]}}}]
    over: [1, 2]
output: 0
`, story: `
			0-0 m[0]/p
			0-0 m[1]/p
			0-1 m[0]/p/plan:#/a
			0-1 m[1]/p/plan:#/a
			2 0`},
	})
}

// What is no plan, or has problems, fails the step before anything of it runs.
func TestPlansThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, plan := range map[string]any{
		"nothing": nil, "text": "steps", "no steps": object{},
		"unknown key":  object{"steps": []any{object{"id": "a", "activity": "work", "wiht": 1}}},
		"unknown name": object{"steps": []any{object{"id": "a", "activity": "work"}, object{"id": "b", "set": object{"x": "${vars.missing}"}}}},
		"unknown step": object{"steps": []any{object{"id": "a", "activity": "echo", "with": "${steps.missing.output}"}}},
		"wrong type":   object{"steps": []any{object{"id": "a", "activity": "plain", "with": 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, engine.Options{})
			s.answers = object{"t/p": plan}
			s.inline(document(`
steps:
  - id: t
    try: [{id: p, plan: work}]
    catch: [{types: [InvalidPlan], steps: [{id: c, set: {caught: "${error}"}}]}]
`), nil)
			assert.Equal(t, []string{"t/p"}, s.paths())
			assert.Contains(t, s.ending(), `"step":"t/p","type":"InvalidPlan"`)
			assert.NotContains(t, s.ending(), `"details":[]`)
		})
	}
}

// Guarantee 9: a plan is made and judged once, and goes on through any number of runs,
// whatever a later worker would say of it.
func TestAPlanIsRecordedOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{EventsPerRun: 1})
	strict, err := engine.New(engine.NewCatalog(), engine.Options{})
	require.NoError(t, err)
	s.between = func(s *stage) {
		// The plan step is under way.
		s.interpreter = strict
	}
	s.inline(document(`
steps:
  - id: p
    plan: work
    with:
      output:
        steps:
          - {id: a, sleep: 1s}
          - {id: b, activity: work, with: {takes: 1}}
          - {id: c, sleep: 1s}
          - {id: d, workflow: sub, with: {takes: 1}}
          - {id: e, plan: work, with: {output: {steps: [{id: f, activity: plain}]}}}
          - {id: g, activity: work}
`), nil)
	assert.Equal(t, engine.FailureInvalidPlan, s.failure().Type(), "the plan in the plan is new: the strict worker refuses it")
	assert.Equal(t, []string{"p", "b", "d", "e"}, lastIDs(s.paths()))
	assert.GreaterOrEqual(t, s.runs, 3)
}

// lastIDs are the last ids of the paths.
func lastIDs(paths []string) []string {
	var ids []string
	for _, each := range paths {
		for i := len(each) - 1; ; i-- {
			if i < 0 || each[i] == '/' {
				ids = append(ids, each[i+1:])
				break
			}
		}
	}
	return ids
}

// To a run of version 1, whose rules stay its own, steps after a stop are a problem of a plan.
// To version 2 they are none, and never run.
func TestAPlanWithStepsAfterItsEnd(t *testing.T) {
	t.Parallel()
	plan := object{"p": plainYAML(t, "steps: [{id: end, stop: {output: done}}, {id: late, activity: work}]")}
	for version, want := range map[int]string{
		1: `failed InvalidPlan: step p: the plan has problems: 1:49: /steps/1: this never runs: "end" ends what comes before it (unreachable)`,
		2: `{"output":"done"}`,
	} {
		s := stageAt(t, version, engine.Options{})
		s.answers = plan
		s.inline(document("steps: [{id: p, plan: work}]"), nil)
		assert.Contains(t, s.ending(), want)
	}
}
