package engine_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
)

// A fork of a step that failed has the failure held, there where it arose, with all gates closed:
// it admits what a held step does, and nothing is called before the fork is resumed.
func TestForksOfWhatFailed(t *testing.T) {
	t.Parallel()
	planned := regexp.MustCompile(`plan:[0-9a-f]{8}`)
	const bad = "activity: work, with: {takes: 1, fail: Bad}"
	retry := engine.Operation{Op: "retry", Input: []byte(`{"takes": 1, "output": "good"}`)}
	for _, each := range []struct {
		name, at, steps string
		// held is what is held, and story what is done then.
		held, story string
		asked       engine.Operation
		// late is when it is asked, where that is after the fork was resumed.
		late float64
	}{
		{name: "tried again with another input", at: "b", steps: `
steps: [{id: a, activity: work, with: {takes: 1}}, {id: b, ` + bad + `}, {id: c, activity: work, with: {takes: 1, output: "${steps.b.output}"}}]
output: ${steps.c.output}`,
			held: "b", asked: retry, story: `
105-106 b
106-107 c
107 "good"`},
		{name: "completed", at: "b", steps: `
steps: [{id: a, activity: work, with: {takes: 1}}, {id: b, ` + bad + `}, {id: c, activity: work, with: {takes: 1, output: "${steps.b.output}"}}]
output: ${steps.c.output}`,
			held: "b", asked: engine.Operation{Op: "complete", Output: []byte(`"by hand"`)}, story: `
105-106 c
106 "by hand"`},
		{name: "skipped", at: "b", steps: `
steps: [{id: b, ` + bad + `}, {id: c, activity: work, with: {takes: 1, output: "${steps.b.output}"}}]`,
			held: "b", asked: engine.Operation{Op: "skip"}, story: `
105-106 c
106 null`},
		{name: "let fail, and what had completed is undone", at: "b", steps: `
steps: [{id: a, activity: work, with: {takes: 1}, undo: {activity: work, with: {takes: 1}}}, {id: b, ` + bad + `}]`,
			held: "b", asked: engine.Operation{Op: "fail"}, story: `
105-106 a/undo
106 failed Bad: step b: as told`},
		{name: "let fail otherwise", at: "b", steps: `
steps: [{id: b, ` + bad + `}]`,
			held: "b", asked: engine.Operation{Op: "fail", Type: "Other", Message: "given up"}, story: `
105 failed Other: step b: given up`},
		{name: "still held once the fork is resumed", at: "p/x/b", steps: `
steps: [{id: p, timeout: 2s, parallel: {x: [{id: b, ` + bad + `}], y: [{id: s, sleep: 101s}, {id: c, activity: work, with: {takes: 1}}]}, on_timeout: []}]
output: ${steps.p.output.x}`,
			held: "p/x/b", asked: retry, late: 110, story: `
105-106 p/y/c
110-111 p/x/b
111 "good"`},
		{name: "the failure of a block arose in it", at: "p", steps: `
steps:
  - {id: a, activity: work, with: {takes: 1}}
  - {id: p, parallel: {x: [{id: b, activity: work, with: {takes: 1}}, {id: c, ` + bad + `}], y: [{id: d, activity: work, with: {takes: 1}}]}}
output: ${steps.p.output.x}`,
			held: "p/x/c", asked: retry, story: `
105-106 p/x/c
106 "good"`},
		{name: "that of a block in a block, and in a plan", at: "p", steps: `
steps: [{id: p, parallel: {x: [{id: q, plan: echo, with: {steps: [{id: a, activity: work, with: {takes: 1}}, {id: l, times: 2, loop: [{id: b, activity: work, with: {takes: 1, fail: Bad}}]}]}}]}}]
output: ${steps.p.output.x}`,
			held: "p/x/q/plan:#/l[0]/b", asked: engine.Operation{Op: "skip"}, story: `
105-106 p/x/q/plan:#/l[1]/b failed
106 failed Bad: step p/x/q/plan:#/l[1]/b: as told`},
		{name: "that of a block itself", at: "g", steps: `
steps: [{id: g, timeout: 2s, steps: [{id: a, activity: work, with: {takes: 1}}, {id: b, activity: work, with: {takes: "${9}"}}]}]
output: late`,
			held: "g", asked: engine.Operation{Op: "retry"}, story: `
105-106 g#2/a
106-107 g#2/b canceled
107 failed StepTimeout: step g#2: not done by 2026-03-04T05:07:54Z`},
		{name: "a round that failed after others that did not", at: "l/a", steps: `
steps: [{id: l, times: 3, loop: [{id: a, activity: work, with: "${ {'takes': 1, 'output': round, 'fail': round == 1 ? 'Bad' : ''} }"}]}]`,
			held: "l[1]/a", asked: engine.Operation{Op: "skip"}, story: `
105-106 l[2]/a
106 2`},
		{name: "an item that failed after others had begun", at: "m/a", steps: `
steps: [{id: m, over: [1, 2, 3], map: [{id: a, activity: work, with: "${ {'takes': item, 'output': item, 'fail': item == 2 ? 'Bad' : ''} }"}]}]`,
			held: "m[1]/a", asked: engine.Operation{Op: "complete", Output: []byte(`7`)}, story: `
105-108 m[2]/a
108 [1,7,3]`},
		{name: "the last attempt of a block", at: "g", steps: `
steps: [{id: g, retry: {maximumAttempts: 2, initialInterval: 1s}, steps: [{id: a, ` + bad + `}, {id: b, activity: work, with: {takes: 1}}]}]`,
			held: "g#2/a", asked: engine.Operation{Op: "skip"}, story: `
105-106 g#2/b
106 null`},
		{name: "what a catch had taken", at: "t/a", steps: `
steps: [{id: t, try: [{id: a, ` + bad + `}], catch: [{steps: [{id: c, activity: work, with: {takes: 1}}]}]}]`,
			held: "t/a", asked: engine.Operation{Op: "fail"}, story: `
105-106 t/catch/c
106 null`},
		{name: "in a catch", at: "t", steps: `
steps: [{id: t, try: [{id: a, ` + bad + `}], catch: [{steps: [{id: c, fail: "${error}"}]}], finally: [{id: f, activity: plain}, {id: g, activity: plain}]}]
output: 1`,
			held: "t/catch/c", asked: engine.Operation{Op: "skip"}, story: `
105-105 t/finally/f
105-105 t/finally/g
105 1`},
		{name: "in a finally", at: "t", steps: `
steps: [{id: t, try: [{id: a, activity: work, with: {takes: 1}}], finally: [{id: b, activity: work, with: {takes: 1}}, {id: f, ` + bad + `}]}]
output: 1`,
			held: "t/finally/f", asked: engine.Operation{Op: "skip"}, story: `
101 1`},
		{name: "a condition that no step has", at: "d", steps: `
steps: [{id: d, dag: [{id: a, activity: work, with: {takes: 1}}, {id: b, needs: [a], when: "${steps.a.output.x > 1}", activity: plain}]}]
output: 1`,
			held: "d", asked: engine.Operation{Op: "skip"}, story: `
101 1`},
		{name: "what was held, and then let go", at: "a", steps: `
steps: [{id: a, hold: {timeout: 2s}, ` + bad + `}]`,
			held: "a", asked: engine.Operation{Op: "skip"}, story: `
101 null`},
	} {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			decides := func(held *[]string) event {
				return at(max(101, each.late), func(s *stage) {
					asked := each.asked
					for _, step := range s.status().Held {
						asked.Step = step.Step
						*held = append(*held, planned.ReplaceAllString(step.Step, "plan:#"))
					}
					s.environment.UpdateWorkflow(engine.OperateUpdate, "asked", s.callbacks("asked"), asked)
				})
			}
			var held, again []string
			fork := forkOf(t, each.steps, each.at, 0, decides(&held))
			assert.Equal(t, []string{each.held}, held)
			assert.Equal(t, trimmed(each.story), fork.story())
			inMany := forkOf(t, each.steps, each.at, 1, decides(&again))
			assert.Equal(t, held, again, "in %d runs", inMany.runs)
			assert.Equal(t, fork.tale(), inMany.tale(), "in %d runs", inMany.runs)
		})
	}
}

// A fork that begins with a failure held waits for somebody, also where the origin did for a while
// only.
func TestAForkHoldsForGood(t *testing.T) {
	t.Parallel()
	const steps = "steps: [{id: a, hold: {timeout: 103s}, activity: work, with: {takes: 1, fail: Bad}}]"
	for _, events := range []int{0, 1} {
		var seen engine.Status
		fork := forkAfter(t, steps, "a", events, []event{cancels(50)}, resumes(101, ""), at(110, func(s *stage) { seen = s.status() }), cancels(111))
		assert.Equal(t, 1, seen.HeldCount)
		assert.Equal(t, "111 canceled", fork.story())
	}
}

// A document, a step and what stands around it can keep forks from beginning there.
func TestForksThatADocumentForbids(t *testing.T) {
	t.Parallel()
	const bad = "activity: work, with: {takes: 1, fail: Bad}"
	_, err := engine.New(newCatalog(), engine.Options{Operations: []string{"fork"}})
	require.EqualError(t, err, "Options.Forks allows forks, not Options.Operations")
	interpreter, err := engine.New(newCatalog(), engine.Options{})
	require.NoError(t, err)
	for _, each := range []struct{ steps, at, want string }{
		{"operate: [pause, resume]\nsteps: [{id: a, activity: plain}]", "a", "no fork can begin at a: the operate of the blueprint would have to list fork"},
		{"operate: []\nsteps: [{id: a, " + bad + "}]", "a", "no fork can begin at a: the operate of the blueprint would have to list fork"},
		{"operate: [fork]\nsteps: [{id: a, activity: plain}]", "a", ""},
		{"steps: [{id: a, activity: plain}, {id: b, operate: [retry], activity: plain}]", "a", ""},
		{"steps: [{id: a, activity: plain}, {id: b, operate: [retry], activity: plain}]", "b", "no fork can begin at b: the operate of the step b would have to list fork"},
		{"steps: [{id: l, operate: [], times: 2, loop: [{id: a, operate: [fork], activity: plain}]}]", "l/a", "no fork can begin at l[1]/a: the operate of the step l would have to list fork"},
		{"steps: [{id: l, operate: [], times: 2, loop: [{id: a, operate: [fork], activity: plain}]}, {id: b, activity: plain}]", "b", ""},
		{"operate: [fork]\nsteps: [{id: p, parallel: {x: [{id: a, operate: [retry], " + bad + "}]}}]", "p", "no fork can begin at p/x/a: the operate of the step p/x/a would have to list fork"},
	} {
		arguments, _, err := interpreter.Seek(each.at, testRunID, func(seeking *engine.Interpreter) {
			stageOf(t, seeking).inline(document(each.steps), nil)
		})
		if each.want == "" {
			assert.NotNil(t, arguments, "%v", err)
			continue
		}
		assert.Nil(t, arguments)
		assert.EqualError(t, err, each.want+" (type: ForkRefused, retryable: false)")
	}
}
