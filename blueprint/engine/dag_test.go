package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
)

// layers is a dag in layers of so many nodes, each of which needs some of the layer before.
func layers(nodes, wide, needs int) string {
	var text strings.Builder
	text.WriteString("steps:\n  - id: d\n    dag:\n")
	for i := range nodes {
		var before []string
		for j := range min(needs, i/wide*wide) {
			before = append(before, fmt.Sprintf("n%d", i/wide*wide-wide+(i+j)%wide))
		}
		fmt.Fprintf(&text, "      - {id: n%d, needs: [%s], set: {x: 1}}\n", i, strings.Join(before, ", "))
	}
	text.WriteString("output: done\n")
	return document(text.String())
}

// A dag takes time by its nodes and edges. With limits that a worker has raised it may have
// thousands.
func TestLargeDags(t *testing.T) {
	t.Parallel()
	raised := language.Budget{Branches: 5000, DocumentBytes: 700 << 10}
	for name, each := range map[string]struct {
		document string
		budget   language.Budget
	}{
		"800 nodes that need 50 each":        {layers(800, 50, 50), language.Budget{}},
		"one that needs 999":                 {layers(1000, 999, 999), language.Budget{}},
		"5000 nodes and nearly 20,000 edges": {layers(5000, 50, 4), raised},
	} {
		for _, events := range []int{0, 200} {
			began := time.Now()
			s := newStage(t, engine.Options{Budget: each.budget, EventsPerRun: events}).inline(each.document, nil)
			assert.Equal(t, `"done"`, s.ending(), name)
			assert.Less(t, time.Since(began), 20*time.Second, name)
		}
	}
}

// A node begins when the last of what it needs has ended, also where the run goes on in a
// new one in between, and none begins twice.
func TestNodesBeginOnce(t *testing.T) {
	t.Parallel()
	for _, version := range []int{1, engine.Version} {
		for _, events := range []int{0, 1} {
			s := stageAt(t, version, engine.Options{EventsPerRun: events}).inline(document(`
steps:
  - id: d
    dag:
      - {id: a, activity: work, with: {takes: 1}}
      - {id: b, activity: work, with: {takes: 2}}
      - {id: c, needs: [a], activity: work, with: {takes: 5}}
      - {id: e, needs: [b, a], activity: work, with: {takes: 1}}
      - {id: f, needs: [a, b, c, e], activity: work, with: {takes: 1}}
`), nil)
			require.NoError(t, s.err)
			assert.Equal(t, []string{"d/a", "d/b", "d/c", "d/e", "d/f"}, s.paths(), "version %d, %d events", version, events)
			if events == 0 {
				assert.Equal(t, "7", short(s.now.Sub(stageStart)))
			}
		}
	}
}

// What is too wide or too long for the limits says which limit that is.
func TestLimitsOfDocuments(t *testing.T) {
	t.Parallel()
	expressions := "steps:\n"
	for i := range 6 {
		expressions += fmt.Sprintf("  - {id: s%d, set: {x: \"${input}\"}}\n", i)
	}
	for wants, each := range map[string]struct {
		document string
		budget   language.Budget
	}{
		"the budget allows 9 in one step (branches)":                                                 {layers(10, 5, 1), language.Budget{Branches: 9}},
		"the budget allows 5 expressions (expressions) with 150000 bytes together (expressionBytes)": {document(expressions), language.Budget{Expressions: 5}},
		"the budget allows 5000 expressions (expressions) with 47 bytes together (expressionBytes)":  {document(expressions), language.Budget{ExpressionBytes: 47}},
		"and at most 100 are allowed (documentBytes)":                                                {document(expressions), language.Budget{DocumentBytes: 100}},
	} {
		refused := newStage(t, engine.Options{Budget: each.budget}).inline(each.document, 1)
		assert.Contains(t, refused.ending(), wants)
		assert.Equal(t, engine.FailureInvalidDocument, refused.failure().Type())
	}
	fits := newStage(t, engine.Options{Budget: language.Budget{Branches: 10, Expressions: 6, ExpressionBytes: 48}})
	assert.NoError(t, fits.inline(layers(10, 5, 1), nil).err)
	assert.NoError(t, newStage(t, engine.Options{Budget: language.Budget{Expressions: 6, ExpressionBytes: 48}}).inline(document(expressions), 1).err)
}

// The end of a node that many need is as much work as what it begins.
func TestEdgesAreWork(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{}).inline(layers(490, 80, 80), nil)
	require.NoError(t, s.err)
	few := newStage(t, engine.Options{}).inline(layers(490, 80, 1), nil)
	// 32,800 edges, beside 196,000 for what begins and ends: a yield after each 50,000.
	assert.Equal(t, few.coroutines+1, s.coroutines)
}

// A text that a pattern would take seconds for is refused at once: it crosses the budget of
// cost. In version 1 it is what the limit of the pattern's own length says.
func TestAnInputThatTakesTooMuchWork(t *testing.T) {
	t.Parallel()
	steps := document("input: {type: string, pattern: '(\\pL{10}){100}b'}\nsteps: [{id: s, set: {a: 1}}]")
	began := time.Now()
	s := newStage(t, engine.Options{}).inline(steps, strings.Repeat("a", 500_000))
	assert.Less(t, time.Since(began), time.Second)
	assert.Equal(t, `failed BudgetExceeded: the budget allows cost: 100000 ["cost",100000]`, s.ending())
	assert.Equal(t, "failed InvalidInput", newStage(t, engine.Options{}).inline(steps, strings.Repeat("a", 1000)).ending()[:19])
	former := stageAt(t, 1, engine.Options{}).inline(document("input: {type: string, pattern: '"+strings.Repeat("a", 90)+"'}\nsteps: [{id: s, set: {a: 1}}]"), strings.Repeat("a", 500_000))
	assert.Contains(t, former.ending(), "failed InvalidInput: the input does not fit the blueprint's schema: the value is too large")
}

func TestConditionsOfNodes(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "a node whose condition is false is skipped, and so is all that needs it", steps: `
steps:
  - id: d
    dag:
      - {id: last, activity: work, needs: [both]}
      - {id: a, activity: work, with: {takes: 1, output: 5}}
      - {id: large, activity: work, needs: [a], when: "${steps.a.output > 5}"}
      - {id: small, activity: work, needs: [a], when: "${steps.a.output <= 5}", with: {takes: 1, output: s}}
      - {id: both, activity: work, needs: [small, large]}
      - {id: alone, activity: work, when: "${input == 8}"}
output: ${steps.d.output}
`, input: 7, story: `
			0-1 d/a
			1-2 d/small
			2 {"a":5,"alone":null,"both":null,"large":null,"last":null,"small":"s"}`},
		{name: "all of it is skipped", steps: `
steps: [{id: d, dag: [{id: a, activity: work, when: "${false}"}, {id: b, activity: work, needs: [a]}]}]
`, story: `0 {"a":null,"b":null}`},
		{name: "what is skipped has ended though what it needs has not", steps: `
steps:
  - id: d
    dag:
      - {id: a, activity: work, when: "${false}"}
      - {id: slow, activity: work, with: {takes: 3}}
      - {id: quick, activity: work, with: {takes: 1}}
      - {id: b, activity: work, needs: [slow, a]}
      - {id: c, activity: work, needs: [quick, slow, a]}
`, story: `
			0-3 d/slow
			0-1 d/quick
			3 {"a":null,"b":null,"c":null,"quick":null,"slow":null}`},
		{name: "a condition that cannot be evaluated is the failure of its node", steps: `
steps:
  - id: d
    dag:
      - {id: a, activity: work, with: {takes: 1, output: {}}}
      - {id: b, activity: work, needs: [a], when: "${steps.a.output.x}"}
      - {id: c, activity: work, with: {takes: 9}}
`, story: `
			0-1 d/a
			0-1 d/c canceled
			1 failed ExpressionError: step d/b: there is no field "x"`},
		{name: "a condition that is no boolean", steps: `
steps: [{id: d, dag: [{id: b, activity: work, when: "${input}"}]}]
`, input: 1, story: `0 failed ExpressionError: step d/b: a condition must be true or false, not 1`},
		{name: "a condition sees the variables as they were when the step began", steps: `
vars: {n: 1}
steps:
  - id: d
    dag:
      - {id: a, set: {n: 2}}
      - {id: b, activity: work, needs: [a], when: "${vars.n == 1 && steps.a.output.n == 2}"}
output: ok
`, story: `
			0-0 d/b
			0 "ok"`},
		{name: "a node is skipped in one round and runs in another", steps: `
steps:
  - id: l
    loop:
      - id: d
        dag:
          - {id: a, activity: work, with: {takes: 1}}
          - {id: b, activity: work, needs: [a], when: "${round == 1}"}
    times: 3
`, story: `
			0-1 l[0]/d/a
			1-2 l[1]/d/a
			2-2 l[1]/d/b
			2-3 l[2]/d/a
			3 {"a":null,"b":null}`},
	})
}

func TestADagThatGoesOnAfterAFailure(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "the others go on, but for what needs the failed one; the first failure is the step's, and lists all", steps: `
steps:
  - id: d
    failFast: false
    dag:
      - {id: a, activity: work, with: {takes: 2, fail: Late}}
      - {id: b, activity: work, with: {takes: 1, fail: First}}
      - {id: c, activity: work, needs: [b]}
      - {id: e, activity: work, with: {takes: 3}}
      - {id: f, activity: work, needs: [e], with: {takes: 1}}
      - {id: g, activity: work, needs: [f, c, a]}
      - {id: h, activity: work, needs: [e], when: "${steps.e.output.x}"}
`, story: `
			0-2 d/a failed
			0-1 d/b failed
			0-3 d/e
			3-4 d/f
			4 failed First: step d/b: as told [{"details":[],"message":"as told","step":"d/b","type":"First"},{"details":[],"message":"as told","step":"d/a","type":"Late"},{"details":[],"message":"null has no field \"x\"","step":"d/h","type":"ExpressionError"}]`},
		{name: "a catch sees them", steps: `
steps:
  - id: t
    try:
      - id: d
        failFast: false
        dag:
          - {id: a, activity: work, with: {takes: 1}, undo: {activity: plain}}
          - {id: b, steps: [{id: f, fail: {type: Bad, message: m, details: [1, 2]}}]}
    catch: [{types: [Bad], steps: [{id: c, set: {x: "${error}"}}]}]
`, story: `
			0-1 t/d/a
			1-1 t/d/a/undo
			1 {"x":{"details":[{"details":[1,2],"message":"m","step":"t/d/b/f","type":"Bad"}],"message":"m","step":"t/d/b/f","type":"Bad"}}`},
		{name: "without a failure it is as any other", steps: `
steps: [{id: d, failFast: false, dag: [{id: a, set: {x: 1}}, {id: b, activity: work, when: "${false}"}]}]
`, story: `0 {"a":{"x":1},"b":null}`},
		{name: "a cancel is no failure", events: []event{cancels(1.5)}, steps: `
steps:
  - id: d
    failFast: false
    dag: [{id: a, activity: work, with: {takes: 1, fail: Bad}}, {id: b, activity: work, with: {takes: 9}}, {id: c, activity: work, needs: [b]}]
`, story: `
			0-1 d/a failed
			0-1.500 d/b canceled
			1.500 canceled`},
		{name: "a stop ends the others", steps: `
steps:
  - id: d
    failFast: false
    dag:
      - {id: a, activity: work, with: {takes: 1, fail: Bad}}
      - {id: b, steps: [{id: z, activity: work, with: {takes: 2}}, {id: s, stop: enough}]}
      - {id: c, activity: work, with: {takes: 9}}
`, story: `
			0-1 d/a failed
			0-2 d/c canceled
			0-2 d/b/z
			2 "enough"`},
		{name: "true is as if it were not there", steps: `
steps:
  - id: d
    failFast: true
    dag: [{id: a, activity: work, with: {takes: 1, fail: Bad}}, {id: b, activity: work, with: {takes: 9}}]
`, story: `
			0-1 d/a failed
			0-1 d/b canceled
			1 failed Bad: step d/a: as told`},
	})
}

// What many failures say is bounded: long ones are listed by their beginning, and no more than
// can be handed on.
func TestManyFailuresOfADag(t *testing.T) {
	t.Parallel()
	nodes := func(count int, message string) string {
		var text strings.Builder
		for i := range count {
			fmt.Fprintf(&text, "{id: n%d, fail: {type: Bad, message: %q}}, ", i, message)
		}
		return document("steps: [{id: t, try: [{id: d, failFast: false, dag: [" + text.String() + "]}], catch: [{steps: [{id: c, stop: \"${error.details.map(d, size(d.message))}\"}]}]}]")
	}
	for _, each := range []struct{ nodes, message, listed, characters int }{
		{3, 900, 3, 900},
		{3, 2000, 3, 201},
		{900, 10, 900, 10},
		{1000, 10, 951, 10},
		{1000, 190, 263, 190},
	} {
		s := newStage(t, engine.Options{}).inline(nodes(each.nodes, strings.Repeat("x", each.message)), nil)
		require.NoError(t, s.err)
		sizes := s.output().([]any)
		assert.Len(t, sizes, each.listed, "%v", each)
		for _, size := range sizes {
			assert.EqualValues(t, each.characters, size, "%v", each)
		}
	}
}

// The conditions of nodes are evaluated one after the other, with pauses between them.
func TestManyCostlyConditionsPause(t *testing.T) {
	t.Parallel()
	var nodes strings.Builder
	for i := range 300 {
		fmt.Fprintf(&nodes, "{id: n%d, activity: work, when: \"${input.map(a, input.map(b, a * b).size()).size() < 0}\"}, ", i)
	}
	s := newStage(t, engine.Options{}).inline(document("steps: [{id: d, dag: ["+nodes.String()+"]}]\noutput: 1"), make([]int, 100))
	require.NoError(t, s.err)
	assert.Empty(t, s.calls())
	assert.Greater(t, s.pauses(), 1)
	assert.Greater(t, s.coroutines, 50)
}

// A skipped node, with what is in it, is shown as such while the others are under way.
func TestSkippedNodesInTheStatus(t *testing.T) {
	t.Parallel()
	var seen string
	s := newStage(t, engine.Options{})
	s.events = []event{at(1.5, func(s *stage) { seen = outline(s.status().Steps, "") })}
	s.inline(document(`
steps:
  - id: d
    failFast: false
    dag:
      - {id: a, steps: [{id: in, activity: work}], when: "${false}"}
      - {id: b, activity: work, needs: [a]}
      - {id: c, activity: work, with: {takes: 1, fail: Bad}}
      - {id: e, activity: work, needs: [c]}
      - {id: f, activity: work, with: {takes: 5}}
`), nil)
	assert.Equal(t, trimmed(`
		running dag d 1/1/0 0-
		skipped steps a
		skipped activity in
		skipped activity b
		failed activity c 1/0/1 0-1 Bad: as told
		skipped activity e
		running activity f 1/1/0 0-`), trimmed(seen))
}
