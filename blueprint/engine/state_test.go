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

// asked is what the query answers with now, as JSON.
func (s *stage) asked(name string) string {
	answer, err := s.environment.QueryWorkflow(name)
	require.NoError(s.t, err)
	var text json.RawMessage
	require.NoError(s.t, answer.Get(&text))
	return string(text)
}

const stateful = `
vars: {stage: new}
state:
  stage: ${vars.stage}
  both: {output: "${steps.a.output}", n: "${input.n + 1}", plain: [1, null]}
  never: "${steps.b.output + 1}"
  by: ${steps.w.output.by}
  inner: ${steps.g.output}
steps:
  - {id: a, activity: work, with: {takes: 10, output: done}}
  - {id: s, set: {stage: old, list: [1]}}
  - {id: w, wait: go}
  - {id: g, steps: [{id: h, set: {stage: last}}, {id: z, sleep: 10s}]}
  - {id: b, activity: echo, with: text}
`

// What a document tells of itself is what its steps see, from the first one to after the end,
// and null with the error where it has no value; also in a run that went on in a new one.
func TestState(t *testing.T) {
	t.Parallel()
	for _, events := range []int{0, 1} {
		var told []string
		ask := func(s *stage) {
			for _, name := range []string{"stage", "both", "never", "by", "inner"} {
				told = append(told, name+" "+s.asked(name))
			}
			told = append(told, "")
		}
		s := newStage(t, engine.Options{EventsPerRun: events},
			at(5, ask), at(15, ask), at(20, func(s *stage) { s.environment.SignalWorkflow("go", object{"by": "ann"}) }), at(25, ask))
		s.inline(document(stateful), object{"n": 1})
		require.NoError(t, s.err)
		ask(s)
		assert.Equal(t, `stage {"value":"new"}
both {"value":null,"error":"there is no field \"a\""}
never {"value":null,"error":"there is no field \"b\""}
by {"value":null,"error":"there is no field \"w\""}
inner {"value":null,"error":"there is no field \"g\""}

stage {"value":"old"}
both {"value":{"n":2,"output":"done","plain":[1,null]}}
never {"value":null,"error":"there is no field \"b\", only a"}
by {"value":null,"error":"there is no field \"w\", only a"}
inner {"value":null,"error":"there is no field \"g\", only a"}

stage {"value":"last"}
both {"value":{"n":2,"output":"done","plain":[1,null]}}
never {"value":null,"error":"there is no field \"b\", only a, w"}
by {"value":"ann"}
inner {"value":null,"error":"there is no field \"g\", only a, w"}

stage {"value":"last"}
both {"value":{"n":2,"output":"done","plain":[1,null]}}
never {"value":null,"error":"a string and a whole number cannot be added; string(x) makes a string of a value"}
by {"value":"ann"}
inner {"value":null}
`, strings.Join(told, "\n"), "%d events", events)
	}
}

// A run that has failed tells its variables, and not what it has taken back; so it does while
// it takes it back, also in a new run.
func TestStateOfARunThatFails(t *testing.T) {
	t.Parallel()
	for _, events := range []int{0, 1} {
		var told []string
		ask := func(s *stage) { told = append(told, s.asked("stage"), s.asked("output")) }
		s := newStage(t, engine.Options{EventsPerRun: events}, at(15, ask))
		s.inline(document(`
vars: {stage: new}
state: {stage: "${vars.stage}", output: "${steps.a.output}"}
steps:
  - {id: a, activity: work, with: {output: 1}, undo: {activity: work, with: {takes: 10}}}
  - {id: b, activity: work, with: {output: 1}, undo: {activity: work, with: {takes: 10}}}
  - {id: s, set: {stage: bad}}
  - {id: f, fail: {type: Bad}}`), nil)
		ask(s)
		none := `{"value":null,"error":"there is no field \"a\""}`
		assert.Equal(t, []string{`{"value":"bad"}`, none, `{"value":"bad"}`, none}, told, "%d events", events)
	}
}

// An answer has at most outputBytes, and costs at most what an expression may, at the bound and
// one beyond; whatever is asked changes nothing of what the run does.
func TestStateHasBounds(t *testing.T) {
	t.Parallel()
	const bytes, cost = 1000, 10_000
	steps := func(characters, items int) string {
		return document(fmt.Sprintf(`
vars: {text: %q}
state: {text: "${vars.text}", work: "${size(lists.range(%d).map(x, x))}", hostile: "${lists.range(1000000000)}"}
steps: [{id: l, times: 5, loop: [{id: a, activity: work, with: {takes: 1, output: "${round}"}}]}]`, strings.Repeat("x", characters), items))
	}
	options := engine.Options{Budget: language.Budget{OutputBytes: bytes, Cost: cost}}
	quiet := newStage(t, options).inline(steps(bytes-2, 100), nil)
	require.NoError(t, quiet.err)
	for _, items := range []int{100, 3000} {
		var events []event
		for second := range 5 {
			events = append(events, at(float64(second)+0.5, func(s *stage) {
				for range 20 {
					assert.Equal(t, fmt.Sprintf("{\"value\":%q}", strings.Repeat("x", bytes-2)), s.asked("text"))
					want := fmt.Sprintf(`{"value":%d}`, items)
					if items > 100 {
						want = `{"value":null,"error":"the expression costs more than 10000"}`
					}
					assert.Equal(t, want, s.asked("work"))
					assert.Contains(t, s.asked("hostile"), `"value":null,"error":`)
				}
			}))
		}
		asked := newStage(t, options, events...).inline(steps(bytes-2, items), nil)
		require.NoError(t, asked.err)
		assert.Equal(t, quiet.tale(), asked.tale())
	}
	over := newStage(t, engine.Options{Budget: language.Budget{OutputBytes: bytes}}).inline(document(`
vars: {text: `+strings.Repeat("x", bytes/2)+`}
state: {text: "${vars.text + vars.text}"}
steps: [{id: a, sleep: 1s}]`), nil)
	assert.Equal(t, `{"value":null,"error":"the result has more than 1000 bytes"}`, over.asked("text"))
}

// What is asked of a run costs it nothing, so that it gives way in the same places.
func TestAnswersCostTheRunNothing(t *testing.T) {
	t.Parallel()
	steps := document(`
state: {work: "${lists.range(5000).all(each, each >= 0)}"}
steps:
  - {id: w, wait: go}
  - {id: l, loop: [{id: s, set: {n: "${lists.range(2000).map(each, each * 2).size()}"}}], times: 200}
`)
	pauses := map[int]bool{}
	for _, asked := range []int{0, 40} {
		s := newStage(t, engine.Options{}, at(5, func(s *stage) {
			for range asked {
				assert.Equal(t, `{"value":true}`, s.asked("work"))
			}
		}), signals(9, "go", 1)).inline(steps, nil)
		require.NoError(t, s.err)
		pauses[s.pauses()] = true
	}
	assert.Len(t, pauses, 1)
}
