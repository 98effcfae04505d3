package engine_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
)

// Guarantee 3: every limit of the budget can be crossed, which fails the step that does
// so with an error that a catch can name.
func TestEveryLimitCanBeCrossedAndCaught(t *testing.T) {
	t.Parallel()
	cases := []struct {
		limit string
		// budget is that of the document; small lets the limit be, large crosses it.
		budget       string
		steps        string
		small, large any
		// path is the step that crosses it, and allows what the limit says.
		path   string
		allows int
	}{
		{
			limit: "rounds", budget: "{rounds: 5}", path: "t/l", allows: 5,
			steps: `
      - {id: l, loop: [{id: a, set: {x: 1}}], while: "${round < input}", max: 5}`,
			small: 4,
		},
		{
			limit: "items", budget: "{items: 3}", path: "t/m", allows: 3,
			steps: `
      - {id: m, map: [{id: a, set: {x: 1}}], over: "${input}"}`,
			small: []int{1, 2, 3}, large: []int{1, 2, 3, 4},
		},
		{
			limit: "rounds", budget: "{rounds: 3}", path: "t/g", allows: 3,
			steps: `
      - id: g
        graph:
          - {id: a, set: {n: "${vars.n + 1}"}, next: b}
          - {id: b, switch: [{when: "${vars.n < input}", steps: [{id: f, fail: {type: Again}}]}], on_failure: a}`,
			small: 1, large: 2,
		},
		{
			limit: "cost", budget: "{cost: 500}", path: "t/s", allows: 500,
			steps: `
      - {id: s, set: {x: "${input.map(x, x + 1)}"}}`,
			small: []int{1, 2, 3}, large: make([]int, 500),
		},
		{
			limit: "outputBytes", budget: "{outputBytes: 100}", path: "t/s", allows: 100,
			steps: `
      - {id: s, set: {x: "${input + input}"}}`,
			small: strings.Repeat("x", 40), large: strings.Repeat("x", 60),
		},
		{
			limit: "outputBytes", budget: "{outputBytes: 100}", path: "t/s", allows: 100,
			steps: `
      - {id: s, activity: work, with: ["${input}", "${input}"]}`,
			small: strings.Repeat("x", 40), large: strings.Repeat("x", 60),
		},
		{
			limit: "plans", budget: "{plans: 2}", path: "t/l[2]/p", allows: 2,
			steps: `
      - {id: l, loop: [{id: p, plan: work, with: {output: {steps: [{id: a, set: {x: 1}}]}}}], times: "${input}", max: 9}`,
			small: 2, large: 3,
		},
		{
			limit: "children", budget: "{children: 2}", path: "t/l[2]/c", allows: 2,
			steps: `
      - {id: l, loop: [{id: c, workflow: sub}], times: "${input}", max: 9}`,
			small: 2, large: 3,
		},
		{
			limit: "children", budget: "{children: 2}", path: "t/m[2]/c", allows: 2,
			steps: `
      - {id: m, map: [{id: c, workflow: sub, detach: true}], over: "${input}"}`,
			small: []int{1, 2}, large: []int{1, 2, 3},
		},
	}
	for _, each := range cases {
		t.Run(each.limit, func(t *testing.T) {
			t.Parallel()
			text := document(`
budget: ` + each.budget + `
vars: {n: 0}
steps:
  - id: t
    try:` + each.steps + `
    catch: [{types: [BudgetExceeded], steps: [{id: c, set: {caught: "${[error.step, error.details]}"}}]}]
output: ${vars}
`)
			for _, events := range []int{0, 1} {
				if each.large != nil {
					s := newStage(t, engine.Options{EventsPerRun: events}).inline(text, each.large)
					caught := s.output().(map[string]any)["caught"]
					assert.Equal(t, []any{each.path, []any{each.limit, float64(each.allows)}}, caught)
				}
				s := newStage(t, engine.Options{EventsPerRun: events}).inline(text, each.small)
				assert.NotContains(t, s.output(), "caught")
			}
		})
	}
}

// An output is bounded, wherever it comes from.
func TestOutputsFromOutsideAreBounded(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", 200)
	for name, steps := range map[string]string{
		"activity": `{id: s, activity: work, with: {output: "${'xxxxxxxxxx' + 'yyyyyyyyyy'}"}}`,
		"child":    `{id: s, workflow: sub, with: {output: "${'xxxxxxxxxx' + 'yyyyyyyyyy'}"}}`,
		"message":  `{id: s, wait: go}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := document(`
budget: {outputBytes: 60}
steps:
  - id: t
    try: [` + steps + `]
    catch: [{types: [BudgetExceeded], steps: [{id: c, activity: echo, with: "${[error.step, error.details]}"}]}]
`)
			version := engine.Version
			if name == "message" {
				version = 1 // Since version 2 it is not taken.
			}
			s := stageAt(t, version, engine.Options{}, signals(1, "go", large))
			s.answers = map[string]any{"t/s": large}
			s.inline(text, nil)
			assert.Equal(t, `["t/s",["outputBytes",60]]`, compact(s.output()))
		})
	}
}

// What an activity plans is an output, too, and no larger than one may be.
func TestAPlanIsNoLargerThanAnOutput(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{})
	s.answers = map[string]any{"t/p": map[string]any{"steps": []any{map[string]any{"id": "s", "set": map[string]any{"x": strings.Repeat("x", 200)}}}}}
	s.inline(document(`
budget: {outputBytes: 100}
steps:
  - id: t
    try: [{id: p, plan: work}]
    catch: [{types: [BudgetExceeded], steps: [{id: c, set: {caught: "${[error.step, error.details]}"}}]}]
`), nil)
	assert.Equal(t, `{"caught":["t/p",["outputBytes",100]]}`, compact(s.output()))
}

// The steps of a run are bounded together: those of a catch, of a plan, and of the runs
// that follow as well.
func TestStepsAreBounded(t *testing.T) {
	t.Parallel()
	for _, events := range []int{0, 1} {
		for _, last := range []int{6, 7} {
			s := newStage(t, engine.Options{EventsPerRun: events}).inline(document(`
budget: {steps: 10}
steps:
  - {id: p, plan: work, with: {output: {steps: [{id: a, activity: plain}, {id: b, activity: plain}]}}}
  - {id: l, loop: [{id: a, activity: plain}], times: "${input}", max: 9}
`), last)
			if last == 6 {
				require.NoError(t, s.err)
				continue
			}
			failure := s.failure()
			assert.Equal(t, engine.FailureBudgetExceeded, failure.Type())
			assert.Equal(t, "step l[6]/a: the budget allows steps: 10", failure.Message())
			assert.Len(t, s.calls(), 9)
		}
	}
}

// What a run remembers is bounded as a whole, and what it has left behind does not count.
func TestTheStateIsBounded(t *testing.T) {
	t.Parallel()
	kilobyte := strings.Repeat("x", 1000)
	remembers := map[string]string{
		"variables":         `{id: l, loop: [{id: s, set: {list: "${vars.list + [input]}"}}], times: 20}`,
		"outputs":           `{id: m, map: [{id: e, activity: echo, with: "${input}"}], over: "${vars.twenty}"}`,
		"used outputs":      `{id: m, map: [{id: e, activity: echo, with: "${input}"}, {id: w, activity: echo, with: "${steps.e.output == ''}"}, {id: f, switch: [{when: "${steps.e.output == ''}", steps: [{id: g, set: {x: 1}}]}]}, {id: s, sleep: 1s}], over: "${vars.twenty}", concurrency: 20}`,
		"arguments":         `{id: l, loop: [{id: e, activity: work, undo: {activity: echo, with: "${input}"}}], times: 20}`,
		"plans":             `{id: m, map: [{id: p, plan: work, with: {output: {steps: [{id: s, set: {x: "${input}"}}, {id: z, sleep: 1s}]}}}], over: "${vars.twenty}", concurrency: 20}`,
		"undos":             `{id: l, loop: [{id: e, activity: work, undo: {activity: plain}}], times: 400}`,
		"items":             `{id: m, map: [{id: n, map: [{id: s, sleep: 1s}, {id: x, set: {x: 1}}], over: "${[input]}"}], over: "${vars.twenty}", concurrency: 20}`,
		"tolerated":         `{id: m, map: [{id: f, fail: {type: Bad, message: "${input}"}}], over: "${vars.twenty}", tolerate: 20}`,
		"caught failures":   `{id: m, map: [{id: t, try: [{id: f, fail: {type: Bad, message: "${input}"}}], catch: [{steps: [{id: s, sleep: 1s}, {id: x, set: {x: 1}}]}]}], over: "${vars.twenty}", concurrency: 20}`,
		"what a node gave":  `{id: m, map: [{id: g, graph: [{id: a, activity: echo, with: "${input}", next: b}, {id: b, steps: [{id: s, sleep: 1s}, {id: x, set: {x: 1}}]}]}], over: "${vars.twenty}", concurrency: 20}`,
		"what a round gave": `{id: m, map: [{id: l, loop: [{id: s, sleep: 1s}, {id: a, activity: echo, with: "${input}"}], times: 3}], over: "${vars.twenty}", concurrency: 20}`,
	}
	for name, steps := range remembers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := func(bytes int) string {
				return document(fmt.Sprintf(`
budget: {stateBytes: %d}
vars: {list: [], twenty: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]}
steps:
  - id: t
    try: [%s]
    catch: [{types: [BudgetExceeded], steps: [{id: c, set: {caught: "${error.details}", list: []}}]}]
output: ${vars}
`, bytes, steps))
			}
			s := newStage(t, engine.Options{}).inline(text(15_000), kilobyte)
			caught, _ := s.output().(map[string]any)
			assert.Equal(t, []any{"stateBytes", 15_000.0}, caught["caught"])

			s = newStage(t, engine.Options{}).inline(text(200_000), kilobyte)
			assert.NotContains(t, s.output(), "caught")
		})
	}
}

// The count of what a run remembers is about right: it is no less than a part of what
// the next run is given, and it comes back to nothing.
func TestTheStateIsMeasured(t *testing.T) {
	t.Parallel()
	steps := document(`
vars: {list: []}
steps:
  - id: l
    loop:
      - id: m
        map:
          - {id: a, activity: work, with: {output: "${input}"}, undo: {activity: echo, with: "${steps.a.output}"}}
          - {id: s, sleep: 1s}
          - id: t
            try: [{id: f, fail: {type: Bad, message: "${input}"}}]
            catch: [{steps: [{id: s, sleep: 1s}, {id: x, set: {a: "${error.message}"}}]}]
          - {id: w, wait: go, timeout: 1s, on_timeout: []}
          - {id: p, plan: work, with: {output: {steps: [{id: s, sleep: 1s}, {id: y, set: {b: "${input}"}}]}}}
          - {id: d, dag: [{id: a, activity: echo, with: "${input}"}, {id: s, needs: [a], sleep: 1s}]}
        over: [1, 2, 3]
        tolerate: 3
    times: 2
  - {id: end, fail: {type: Bad}}
`)
	s := newStage(t, engine.Options{EventsPerRun: 1})
	s.between = func(s *stage) {
		status := s.status()
		given := len(s.lastState())
		assert.Greater(t, float64(status.Used.StateBytes), 0.5*float64(given), "in run %d", s.runs)
		assert.Less(t, float64(status.Used.StateBytes), 2*float64(given)+500, "in run %d", s.runs)
	}
	s.inline(steps, strings.Repeat("y", 2000))
	assert.Equal(t, engine.FailureBudgetExceeded[:0]+"Bad", s.failure().Type())
	assert.Greater(t, s.runs, 5)
	assert.Less(t, s.status().Used.StateBytes, 500, "what is left when all has ended")
}

// lastState is what the last run has given the next, without the record.
func (s *stage) lastState() json.RawMessage {
	s.t.Helper()
	var carried struct {
		State json.RawMessage `json:"state"`
	}
	s.decodeInput(len(s.input)-1, &carried)
	return carried.State
}

// A run's budget is the least of the interpreter's and the document's.
func TestADocumentOnlyLowersTheBudget(t *testing.T) {
	t.Parallel()
	own := engine.Options{Budget: language.Budget{Rounds: 10, Items: 10}}
	s := newStage(t, own).inline(document(`
budget: {rounds: 5, steps: 77}
steps: [{id: w, set: {x: 1}}]
`), nil)
	require.NoError(t, s.err)
	status := s.status()
	assert.Equal(t, 5, status.Budget.Rounds)
	assert.Equal(t, 10, status.Budget.Items)
	assert.Equal(t, 77, status.Budget.Steps)
	assert.Equal(t, language.DefaultBudget().Cost, status.Budget.Cost)

	s = newStage(t, own).inline(document(`
budget: {rounds: 500}
steps: [{id: w, set: {x: 1}}]
`), nil)
	assert.Equal(t, engine.FailureInvalidDocument, s.failure().Type())
}

// A budget goes on through continue-as-new, whatever the next worker's is.
func TestTheNextRunHasTheSameBudget(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{EventsPerRun: 1, Budget: language.Budget{Rounds: 7, Steps: 30}})
	larger, err := engine.New(newCatalog(), engine.Options{EventsPerRun: 1, Budget: language.Budget{Rounds: 1000}})
	require.NoError(t, err)
	s.between = func(s *stage) { s.interpreter = larger }
	s.inline(document(`
steps:
  - {id: l, loop: [{id: w, activity: work, with: {takes: 1}}], while: "${true}", max: 7}
`), nil)
	assert.Equal(t, 7, s.status().Budget.Rounds)
	assert.Len(t, s.calls(), 7)
	assert.Greater(t, s.runs, 3)
}

// A child blueprint has what its parent has, and half of what would let blueprints that
// start each other go on forever.
func TestChildrenInheritTheBudget(t *testing.T) {
	t.Parallel()
	child := "blueprint: child\nversion: 1.0.0\nbudget: {items: 4}\nsteps: [{id: a, set: {x: 1}}]"
	interpreter, err := engine.New(newCatalog(), engine.Options{
		Definitions: files(child), Budget: language.Budget{Rounds: 20, Items: 20, Children: 9, Plans: 5, Depth: 10},
	})
	require.NoError(t, err)
	s := stageOf(t, interpreter).inline(document(`
budget: {rounds: 8, steps: 50}
steps:
  - {id: g, steps: [{id: h, steps: [{id: c, workflow: child@1.0.0, with: 3}]}]}
`), nil)
	require.NoError(t, s.err)
	given := s.call("g/h/c").Arguments
	assert.Equal(t, 3.0, given[0])
	handed := given[1].(map[string]any)["record"].(map[string]any)
	budget := handed["budget"].(map[string]any)
	assert.Equal(t, 8.0, budget["rounds"])
	assert.Equal(t, 20.0, budget["items"], "the child lowers it itself")
	assert.Equal(t, 50.0, budget["steps"])
	assert.Equal(t, 4.0, budget["children"])
	assert.Equal(t, 2.0, budget["plans"])
	assert.Equal(t, 3.0, handed["depth"], "of the blocks around the step")
}

// A child blueprint can lower the budget that it has from its parent.
func TestAChildLowersTheBudget(t *testing.T) {
	t.Parallel()
	interpreter, err := engine.New(newCatalog(), engine.Options{Definitions: files(`
blueprint: parent
version: 1.0.0
budget: {items: 5}
steps: [{id: m, map: [{id: c, workflow: child@1.0.0, with: [1, 2, 3]}], over: [1, 2, 3]}]
`, `
blueprint: child
version: 1.0.0
budget: {items: 2}
steps: [{id: m, map: [{id: a, activity: echo, with: 1}], over: "${input}"}]
`)})
	require.NoError(t, err)
	s := stageOf(t, interpreter)
	s.real = true
	s.run("parent", nil)
	assert.Equal(t, engine.FailureBudgetExceeded, s.failure().Type())
	assert.Contains(t, s.failure().Message(), "step m: the budget allows items: 2")
	assert.NotContains(t, s.paths(), "m[0]/a")
}

// A child keeps to its parent's budget, though by itself it may do more.
func TestAChildKeepsToItsParentsBudget(t *testing.T) {
	t.Parallel()
	for step, rounds := range map[string]int{
		`{id: l, loop: [{id: a, activity: echo, with: 1}], times: 3}`:                      0,
		`{id: l, loop: [{id: a, activity: echo, with: 1}], while: "${round < 3}", max: 5}`: 2,
	} {
		interpreter, err := engine.New(newCatalog(), engine.Options{Definitions: files(`
blueprint: parent
version: 1.0.0
budget: {rounds: 2}
steps: [{id: c, workflow: child@1.0.0}]
`, "blueprint: child\nversion: 1.0.0\nsteps: ["+step+"]")})
		require.NoError(t, err)
		s := stageOf(t, interpreter)
		s.real = true
		s.run("parent", nil)
		assert.Equal(t, `failed BudgetExceeded: step c: step l: the budget allows rounds: 2 ["rounds",2]`, s.ending(), step)
		assert.Len(t, s.calls(), 1+rounds, step)
		assert.NoError(t, stageOf(t, interpreter).run("child", nil).err, "alone")
	}
}

// A plan is checked against the budget of its run, of which its depth is a part.
func TestAPlanHasTheBudgetOfItsRun(t *testing.T) {
	t.Parallel()
	plan := func(steps string) string {
		return document(`
budget: {depth: 3, planSteps: 3, rounds: 5}
steps:
  - id: g
    steps: [{id: p, plan: work, with: {output: {steps: ` + steps + `}}}]
`)
	}
	for steps, wants := range map[string]string{
		"[{id: a, set: {x: 1}}, {id: b, set: {x: 1}}, {id: c, set: {x: 1}}]":                       "",
		"[{id: a, set: {x: 1}}, {id: b, set: {x: 1}}, {id: c, set: {x: 1}}, {id: d, set: {x: 1}}]": "3",
		"[{id: a, steps: [{id: b, set: {x: 1}}]}]":                                                 "",
		"[{id: a, steps: [{id: b, steps: [{id: c, set: {x: 1}}]}]}]":                               "deep",
		"[{id: a, loop: [{id: b, set: {x: 1}}], times: 6}]":                                        "5 rounds",
	} {
		s := newStage(t, engine.Options{}).inline(plan(steps), nil)
		if wants == "" {
			require.NoError(t, s.err, steps)
			continue
		}
		assert.Equal(t, engine.FailureInvalidPlan, s.failure().Type(), steps)
		assert.Contains(t, s.failure().Message(), wants, steps)
	}
}
