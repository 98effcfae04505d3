package engine_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
)

// forkOf forks a run where a step began or failed last, 100 seconds after it began, and resumes
// the fork 5 seconds later.
func forkOf(t *testing.T, steps, at string, events int, asked ...event) *stage {
	t.Helper()
	return forkAfter(t, steps, at, events, nil, append(asked, resumes(105, ""))...)
}

// forkAfter forks a run to which something has happened, and lets something happen to the fork.
func forkAfter(t *testing.T, steps, at string, events int, before []event, asked ...event) *stage {
	t.Helper()
	interpreter, err := engine.New(newCatalog(), engine.Options{EventsPerRun: events, Operations: switched()})
	require.NoError(t, err)
	arguments, _, err := interpreter.Seek(at, testRunID, func(seeking *engine.Interpreter) {
		stageOf(t, seeking, before...).inline(document(steps), nil)
	})
	require.NoError(t, err)
	require.NotNil(t, arguments, "the step did not begin")
	fork := stageOf(t, interpreter, asked...)
	fork.handedOn, fork.now = true, stageStart.Add(100*time.Second)
	return fork.run(engine.InlineWorkflow, arguments...)
}

// A fork has the state that its origin would have had with a gate before the step.
func TestForks(t *testing.T) {
	t.Parallel()
	for _, each := range []struct {
		name, at, steps, story string
	}{
		{name: "what completed is not called again, what was under way is", at: "p/x/b", steps: `
steps: [{id: p, parallel: {x: [{id: a, activity: work, with: {takes: 1}}, {id: b, activity: work, with: {takes: 1}}], y: [{id: c, activity: work, with: {takes: 9}}]}}]`,
			story: `
105-114 p/y/c
105-106 p/x/b
114 {"x":null,"y":null}`},
		{name: "a step that was under way itself", at: "a", steps: `
steps: [{id: a, activity: work, with: {takes: 1}}, {id: b, activity: work, with: {takes: 1}}]`,
			story: `
105-106 a
106-107 b
107 null`},
		{name: "sleeps go on", at: "p/x/b", steps: `
steps: [{id: p, parallel: {x: [{id: a, activity: work, with: {takes: 1}}, {id: b, set: {x: 1}}], y: [{id: s, sleep: 30}, {id: c, activity: work}], z: [{id: r, sleep: 103}, {id: d, activity: work}]}}]
output: 1`,
			story: `
105-105 p/y/c
105-105 p/z/d
105 1`},
		{name: "a timeout stands still", at: "g/b", steps: `
steps: [{id: g, timeout: 5s, steps: [{id: a, activity: work, with: {takes: 1}}, {id: b, activity: work, with: {takes: 3}}]}]`,
			story: `
105-108 g/b
108 null`},
		{name: "and goes on", at: "g/b", steps: `
steps: [{id: g, timeout: 5s, steps: [{id: a, activity: work, with: {takes: 1}}, {id: b, activity: work, with: {takes: 9}}], on_timeout: []}]
output: late`,
			story: `
105-109 g/b canceled
109 "late"`},
		{name: "a round", at: "l[1]/a", steps: `
steps: [{id: l, times: 3, loop: [{id: a, activity: work, with: {takes: 1, output: "${round}"}}]}]
output: ${steps.l.output}`,
			story: `
105-106 l[1]/a
106-107 l[2]/a
107 2`},
		{name: "a path without numbers", at: "l/a", steps: `
steps: [{id: l, times: 3, loop: [{id: a, activity: work, with: {takes: 1, output: "${round}"}}]}]
output: ${steps.l.output}`,
			story: `
105-106 l[2]/a
106 2`},
		{name: "an item", at: "m[1]/b", steps: `
steps: [{id: m, over: [1, 2], map: [{id: a, activity: work, with: {takes: "${item * 3}"}}, {id: b, activity: work, with: {takes: 1, output: "${item}"}}]}]`,
			story: `
105-106 m[1]/b
106 [1,2]`},
		{name: "a plan", at: "q/plan:#/b", steps: `
steps: [{id: q, plan: echo, with: {steps: [{id: a, activity: work, with: {takes: 1}}, {id: b, activity: work, with: {takes: 1, output: "$${1 < 2}"}}]}}]`,
			story: `
105-106 q/plan:#/b
106 true`},
		{name: "a finally", at: "t/finally/f", steps: `
steps: [{id: t, try: [{id: a, activity: work, with: {takes: 1, fail: Bad}}], finally: [{id: f, activity: work, with: {takes: 1}}]}]`,
			story: `
105-106 t/finally/f
106 failed Bad: step t/a: as told`},
	} {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			if strings.Contains(each.at, "#") {
				whole := newStage(t, engine.Options{}).inline(document(each.steps), nil)
				each.at = strings.Replace(each.at, "plan:#", regexp.MustCompile(`plan:[0-9a-f]{8}`).FindString(strings.Join(whole.paths(), " ")), 1)
			}
			fork := forkOf(t, each.steps, each.at, 0)
			assert.Equal(t, trimmed(each.story), fork.story())
			again := forkOf(t, each.steps, each.at, 1)
			assert.Equal(t, fork.tale(), again.tale(), "in %d runs", again.runs)
		})
	}
}
