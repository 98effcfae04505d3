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
