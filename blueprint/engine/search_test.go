package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
)

// enabled are Search Attributes of each type.
func enabled() map[string]string {
	return map[string]string{"Paid": "Bool", "Due": "Datetime", "Rate": "Double", "Count": "Int", "Stage": "Keyword", "People": "KeywordList", "Note": "Text"}
}

// Search Attributes are set when they change, before the run waits, and no other that a document
// has; a run that continues as new does not set them again.
func TestSearchAttributes(t *testing.T) {
	t.Parallel()
	for _, events := range []int{0, 1} {
		s := newStage(t, engine.Options{EventsPerRun: events, SearchAttributes: enabled()}).inline(document(`
vars: {stage: new, count: 0}
search: {Stage: "${vars.stage}", Count: "${vars.count}", Rate: "${steps.a.output}", Other: "${vars.stage}"}
steps:
  - {id: s, sleep: 1s}
  - {id: a, activity: work, with: {takes: 1, output: 1.5}}
  - {id: b, set: {stage: between}}
  - {id: c, set: {stage: old, count: 1}}
  - {id: d, activity: work, with: {takes: 1}}
  - {id: l, times: 20, loop: [{id: e, local: true, activity: echo, with: "${round}"}, {id: n, set: {count: "${round}"}}]}
  - {id: z, sleep: 1s}
  - {id: y, sleep: 1s}
  - {id: x, set: {stage: "${1}", count: "${2.5}"}}
`), nil)
		require.NoError(t, s.err)
		want := []string{"Count:Int=0 Stage:Keyword=new", "Count:Int=1 Rate:Double=1.5 Stage:Keyword=old", "Count:Int=19", "unset 2"}
		// Where the loop continues as new, it tells on the way.
		assert.Equal(t, want[:2], s.searched[:2])
		assert.Equal(t, want[2:], s.searched[len(s.searched)-2:])
		assert.Equal(t, s.searched, slices.Compact(slices.Clone(s.searched)))
		assert.True(t, events > 0 || len(s.searched) == len(want))
	}
}

// What ends a run, or lets it continue as new, may come in the Workflow Task in which Search
// Attributes were set: then they are set in another one.
func TestTheLastSearchAttributesHaveATaskOfTheirOwn(t *testing.T) {
	t.Parallel()
	for _, each := range []struct {
		last     string
		searched []string
		waits    bool
	}{
		{`{id: z, set: {stage: done}}`, []string{"Stage:Keyword=new", "Stage:Keyword=waits", "Stage:Keyword=done"}, true},
		{`{id: y, set: {stage: more}}, {id: b, sleep: 1s}, {id: z, set: {stage: done}}`, []string{"Stage:Keyword=new", "Stage:Keyword=waits", "Stage:Keyword=more", "Stage:Keyword=done"}, true},
		{`{id: z, set: {other: done}}`, []string{"Stage:Keyword=new", "Stage:Keyword=waits"}, false},
		{`{id: z, fail: {type: Bad}}`, []string{"Stage:Keyword=new", "Stage:Keyword=waits"}, false},
	} {
		for events := range 12 {
			s := newStage(t, engine.Options{EventsPerRun: events, SearchAttributes: enabled()}, signals(1, "go", 1), signals(1, "go", 2)).inline(document(`
vars: {stage: new}
search: {Stage: "${vars.stage}"}
steps: [{id: s, wait: go}, {id: w, set: {stage: waits}}, {id: go, wait: go}, `+each.last+`]`), nil)
			assert.Equal(t, each.searched, s.searched, each.last)
			waits := slices.Contains(s.options.Lines(), `Timer {Summary: "setting Search Attributes in another Workflow Task"}`)
			assert.True(t, waits == each.waits || events > 0, each.last)
		}
	}
}

// A value of the wrong type, one that is too long, and one that cannot be evaluated, unset; at
// each bound and one beyond.
func TestSearchAttributesOfEachType(t *testing.T) {
	t.Parallel()
	long := func(length int) string { return `"${'` + strings.Repeat("x", length) + `'}"` }
	list := func(count, length int) string {
		return fmt.Sprintf(`"${lists.range(%d).map(i, '%s')}"`, count, strings.Repeat("x", length))
	}
	for _, each := range []struct{ name, good, bad string }{
		{"Paid:Bool", `true`, `"true"`},
		{"Due:Datetime", `"2026-01-02T03:04:05+01:00"`, `"2026-01-02"`},
		{"Rate:Double", `10`, `"10"`},
		{"Rate:Double", `1.5`, `[1.5]`},
		{"Count:Int", `9223372036854775807`, `1.5`},
		{"Stage:Keyword", long(255), long(256)},
		{"People:KeywordList", list(2, 255), list(2, 256)},
		{"People:KeywordList", list(20, 99), list(20, 100)},
		{"People:KeywordList", list(511, 1), list(512, 1)},
		{"Stage:Keyword", "\"" + strings.Repeat("<", 255) + "\"", "\"" + strings.Repeat("<", 256) + "\""},
		{"Note:Text", "\"" + strings.Repeat("<", 341) + "\"", "\"" + strings.Repeat("<", 342) + "\""},
		{"People:KeywordList", `[a, b]`, `[]`},
		{"Note:Text", long(2046), long(2047)},
		{"Note:Text", `text`, `{a: 1}`},
		{"Note:Text", `text`, `"${vars.list[5]}"`},
	} {
		name, _, _ := strings.Cut(each.name, ":")
		for value, sets := range map[string]bool{each.good: true, each.bad: false} {
			s := newStage(t, engine.Options{SearchAttributes: enabled()}).inline(document(fmt.Sprintf(`
vars: {now: false, list: []}
search: {%s: "${vars.now ? vars.value : vars.first}"}
steps: [{id: v, set: {value: null, first: %s}}, {id: s, sleep: 1s}, {id: n, set: {now: true}}, {id: r, sleep: 1s}, {id: w, set: {value: %s}}]`, name, each.good, wrapped(value))), nil)
			require.NoError(t, s.err, value)
			require.NotEmpty(t, s.searched)
			assert.Contains(t, s.searched[0], each.name+"=")
			assert.Equal(t, "unset 1", s.searched[1])
			if sets {
				assert.Equal(t, s.searched[0], s.searched[2])
			} else {
				assert.Len(t, s.searched, 2, value)
			}
		}
	}
}

// wrapped is a value that a step can always set: one with no value is null.
func wrapped(value string) string {
	if strings.Contains(value, "[5]") {
		return "null"
	}
	return value
}

// All Search Attributes together cost what one value may, whenever they are set.
func TestSearchAttributesCost(t *testing.T) {
	t.Parallel()
	for cost, want := range map[int]string{7000: "Count:Int=100 Rate:Double=100", 600: "Count:Int=100"} {
		s := newStage(t, engine.Options{SearchAttributes: enabled(), Budget: language.Budget{Cost: cost}}).inline(document(`
search: {Count: "${size(lists.range(100).map(x, x))}", Rate: "${size(lists.range(100).map(x, x))}"}
steps: [{id: s, sleep: 1s}]`), nil)
		require.NoError(t, s.err)
		assert.Equal(t, []string{want}, s.searched)
	}
}

// A type that there is not is told when the interpreter is made.
func TestSearchAttributesOfNoType(t *testing.T) {
	t.Parallel()
	_, err := engine.New(newCatalog(), engine.Options{SearchAttributes: map[string]string{"A": "Keyword", "B": "keyword"}})
	require.EqualError(t, err, `the Search Attribute B has the type "keyword": Bool, Datetime, Double, Int, Keyword, KeywordList or Text is expected`)
}
