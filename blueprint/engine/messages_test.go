package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
)

// refused is why an update was refused.
func (s *stage) refused(id string) *temporal.ApplicationError {
	s.t.Helper()
	reply := s.replies[id]
	require.NotNil(s.t, reply, id)
	require.Zero(s.t, reply.accepted, id)
	var refused *temporal.ApplicationError
	require.ErrorAs(s.t, reply.rejected, &refused, id)
	return refused
}

// Both approvals come before anybody waits, the later one first: each is for the step that
// it fits.
func TestMessagesThatComeEarlyAreForTheStepsTheyFit(t *testing.T) {
	t.Parallel()
	for _, bring := range []func(seconds float64, id string, value any) event{
		func(seconds float64, id string, value any) event { return updates(seconds, id, "approve", value) },
		func(seconds float64, _ string, value any) event { return signals(seconds, "approve", value) },
	} {
		for _, events := range []int{0, 1} {
			s := newStage(t, engine.Options{EventsPerRun: events},
				bring(1, "director", map[string]any{"role": "director"}),
				bring(1.5, "manager", map[string]any{"role": "manager"}),
			).inline(document(`
steps:
  - {id: prepare, activity: work, with: {takes: 2}}
  - {id: manager, wait: approve, schema: {type: object, required: [role], properties: {role: {const: manager}}}}
  - {id: director, wait: approve, schema: {type: object, required: [role], properties: {role: {const: director}}}}
output: ["${steps.manager.output.role}", "${steps.director.output.role}"]
`), nil)
			assert.Equal(t, []any{"manager", "director"}, s.output())
			assert.Equal(t, "2", short(s.now.Sub(stageStart)))
			assert.Zero(t, s.status().DroppedSignals)
			assert.Empty(t, s.status().Messages)
		}
	}
}

// A message is for the first step that waits and that it fits, though another one waited
// before; what fits no step that waits is kept for one that is going to.
func TestMessagesAreForTheFirstStepThatTheyFit(t *testing.T) {
	t.Parallel()
	steps := document(`
steps:
  - id: each
    parallel:
      finance: [{id: s, sleep: 1s}, {id: answer, wait: approve, schema: {type: object, required: [by], properties: {by: {const: fin}}}}]
      legal: [{id: s, sleep: 3s}, {id: answer, wait: approve, schema: {type: object, required: [by], properties: {by: {const: leg}}}}]
output: ${steps.each.output}
`)
	value := func(by string) any { return map[string]any{"by": by} }
	for _, events := range []int{0, 1} {
		early := newStage(t, engine.Options{EventsPerRun: events},
			updates(0.1, "leg", "approve", value("leg")), updates(4, "fin", "approve", value("fin"))).inline(steps, nil)
		assert.Equal(t, `{"finance":{"by":"fin"},"legal":{"by":"leg"}}`, compact(early.output()))
		assert.Equal(t, engine.Receipt{}, early.receipt("leg"))
		assert.Equal(t, engine.Receipt{Step: "each/finance/answer"}, early.receipt("fin"))
		both := newStage(t, engine.Options{EventsPerRun: events},
			updates(4, "leg", "approve", value("leg")), updates(5, "fin", "approve", value("fin")), updates(6, "late", "approve", value("leg"))).inline(steps, nil)
		assert.Equal(t, engine.Receipt{Step: "each/legal/answer"}, both.receipt("leg"))
		assert.Equal(t, engine.Receipt{Step: "each/finance/answer"}, both.receipt("fin"))
	}
}

// Of three updates at once, two are given to the steps that wait, and the third finds none
// that waits, or is going to.
func TestTheHandlerGivesTheMessageAtOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{}, at(1, func(s *stage) {
		for _, id := range []string{"1", "2", "3"} {
			s.environment.UpdateWorkflow(engine.MessageUpdate, id, s.callbacks(id), engine.NewMessage("go", id))
		}
	})).inline(document(`
steps:
  - id: p
    parallel:
      a: [{id: w, wait: go}]
      b: [{id: w, wait: go}]
  - {id: s, sleep: 1s}
output: ${steps.p.output}
`), nil)
	assert.Equal(t, `{"a":"1","b":"2"}`, compact(s.output()))
	assert.Equal(t, engine.Receipt{Step: "p/a/w"}, s.receipt("1"))
	assert.Equal(t, engine.Receipt{Step: "p/b/w"}, s.receipt("2"))
	assert.Equal(t, engine.ErrUnknownMessage, s.refused("3").Type())
	assert.Equal(t, `no step waits for a message "go" anymore: p/a/w: it has passed; p/b/w: it has passed`, s.refused("3").Message())
}

// A message is kept as long as a step may begin to wait for it, in whatever block, and is
// refused once all blocks with such a step have been passed for good. The document of each
// case is at its step "now" from second 1 to second 3.
func TestAMessageIsKeptWhileAStepMayWaitForIt(t *testing.T) {
	t.Parallel()
	const now, wait = `{id: now, sleep: 2s}`, `{id: w, wait: go, timeout: 1s, on_timeout: []}`
	for name, each := range map[string]struct {
		steps string
		kept  bool
	}{
		"the next step":          {`[` + now + `, ` + wait + `]`, true},
		"the step before":        {`[` + wait + `, ` + now + `]`, false},
		"a group":                {`[` + now + `, {id: g, steps: [` + wait + `]}]`, true},
		"in a group, before":     {`[{id: g, steps: [` + wait + `, ` + now + `]}]`, false},
		"after the group":        {`[{id: g, steps: [` + now + `]}, ` + wait + `]`, true},
		"another branch":         {`[{id: p, parallel: {a: [` + now + `], b: [{id: s, sleep: 9s}, ` + wait + `]}}]`, true},
		"a branch that is over":  {`[{id: p, parallel: {a: [` + now + `], b: [` + wait + `]}}]`, false},
		"the branch of a race":   {`[{id: p, race: {a: [` + now + `], b: [{id: s, sleep: 9s}, ` + wait + `]}}]`, true},
		"a case to come":         {`[` + now + `, {id: c, switch: [{when: false, steps: [` + wait + `]}]}]`, true},
		"a case not taken":       {`[{id: c, switch: [{when: false, steps: [` + wait + `]}], else: [` + now + `]}]`, false},
		"another round":          {`[{id: l, times: 2, loop: [` + wait + `, ` + now + `]}]`, true},
		"the last round":         {`[{id: l, times: 1, loop: [` + wait + `, ` + now + `]}]`, false},
		"a round that may come":  {`[{id: l, while: "${round < 1}", max: 3, loop: [` + wait + `, ` + now + `]}]`, true},
		"another item":           {`[{id: m, over: [1, 2], concurrency: 1, map: [` + wait + `, ` + now + `]}]`, true},
		"the last item":          {`[{id: m, over: [1], map: [` + wait + `, ` + now + `]}]`, false},
		"a node to come":         {`[{id: d, dag: [{id: a, steps: [` + now + `]}, {id: b, needs: [a], steps: [` + wait + `]}]}]`, true},
		"a node that is over":    {`[{id: d, dag: [{id: b, steps: [` + wait + `]}, {id: a, needs: [b], steps: [` + now + `]}]}]`, false},
		"a node ahead":           {`[{id: g, graph: [{id: a, next: b, steps: [` + now + `]}, {id: b, steps: [` + wait + `]}]}]`, true},
		"a node behind":          {`[{id: g, graph: [{id: b, next: a, steps: [` + wait + `]}, {id: a, steps: [` + now + `]}]}]`, false},
		"a node around":          {`[{id: v, set: {n: 0}}, {id: g, graph: [{id: b, next: a, steps: [` + wait + `]}, {id: a, on_failure: b, on_success: c, steps: [` + now + `]}, {id: c, set: {x: 1}}]}]`, true},
		"a catch":                {`[{id: t, try: [` + now + `], catch: [{steps: [` + wait + `]}]}]`, true},
		"finally":                {`[{id: t, try: [` + now + `], finally: [` + wait + `]}]`, true},
		"a catch not taken":      {`[{id: t, try: [{id: f, fail: {type: B}}], catch: [{types: [A], steps: [` + wait + `]}, {types: [B], steps: [` + now + `]}]}]`, false},
		"finally after a catch":  {`[{id: t, try: [{id: f, fail: {type: B}}], catch: [{types: [B], steps: [` + now + `]}], finally: [` + wait + `]}]`, true},
		"tried, now in finally":  {`[{id: t, try: [` + wait + `], finally: [` + now + `]}]`, false},
		"on_timeout":             {`[{id: v, wait: other, timeout: 2s, on_timeout: [` + wait + `]}]`, true},
		"on_timeout, not needed": {`[{id: v, wait: first, timeout: 9s, on_timeout: [` + wait + `]}, ` + now + `]`, false},
		"a plan":                 {`[{id: p, plan: echo, with: {steps: [` + now + `, ` + wait + `]}}]`, true},
		"a plan that is over":    {`[{id: p, plan: echo, with: {steps: [` + wait + `]}}, ` + now + `]`, false},
		"cancel reaches no more": {`[{id: t, try: [{id: p, parallel: {a: [{id: z, sleep: 100ms}, {id: f, fail: {type: B}}], b: [{id: u, try: [{id: s, sleep: 9s}], finally: [` + now + `]}, ` + wait + `]}}], catch: [{steps: [{id: c, set: {x: 1}}]}]}]`, false},
	} {
		for _, events := range []int{0, 1} {
			t.Run(fmt.Sprint(name, events), func(t *testing.T) {
				t.Parallel()
				s := newStage(t, engine.Options{EventsPerRun: events}, signals(0.1, "first", 1), updates(2.5, "u", "go", "x"), signals(2.6, "go", "y"))
				s.inline(document("steps:\n  - {id: zero, sleep: 1s}\n  - {id: all, steps: "+each.steps+"}\n  - {id: late, sleep: 9s}"), nil)
				dropped := s.status().DroppedSignals
				// "first" is for one case only.
				if !strings.Contains(each.steps, "first") {
					dropped--
				}
				if each.kept {
					assert.Equal(t, engine.Receipt{}, s.receipt("u"))
					assert.Zero(t, dropped)
					return
				}
				assert.Equal(t, engine.ErrUnknownMessage, s.refused("u").Type())
				assert.Equal(t, 1, dropped)
			})
		}
	}
}

// A message that was accepted is never dropped: what no step has taken is told at the end.
func TestMessagesThatAreLeft(t *testing.T) {
	t.Parallel()
	for _, events := range []int{0, 1} {
		s := newStage(t, engine.Options{EventsPerRun: events}, updates(1, "u", "go", 1), signals(1, "go", 2), signals(1, "nobody", 3)).inline(document(`
steps: [{id: s, sleep: 2s}, {id: c, switch: [{when: false, steps: [{id: w, wait: go}]}]}, {id: z, sleep: 1s}]
`), nil)
		assert.Equal(t, engine.Receipt{}, s.receipt("u"))
		assert.Equal(t, map[string]int{"go": 2}, s.status().Messages)
		assert.Equal(t, 1, s.status().DroppedSignals)
		assert.Equal(t, `{"messages":{"kept":{"go":2},"dropped":1}}`, compact(s.memos[len(s.memos)-1]))
		assert.Equal(t, []string{"A signal that no step takes is dropped.messagenobodyreasonUnknownMessage"}, s.logs.lines)
	}
}

// A refusal tells why, for each step of the name.
func TestARefusalTellsWhyForEachStep(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{}, updates(1, "u", "go", true)).inline(document(`
steps:
  - id: p
    parallel:
      a: [{id: w, wait: go, timeout: 3s, on_timeout: [], schema: {type: integer}}]
      b: [{id: s, sleep: 3s}, {id: w, wait: go, timeout: 3s, on_timeout: [], schema: {type: string}}]
`), nil)
	refused := s.refused("u")
	assert.Equal(t, engine.ErrInvalidMessage, refused.Type())
	assert.Regexp(t, `^the message "go" does not fit what the step waits for: p/a/w: .*; p/b/w: .*$`, refused.Message())
}

// Messages are bounded each by outputBytes, and together by a quarter of stateBytes and a
// thousand: at the bound and one beyond.
func TestMessagesAreBounded(t *testing.T) {
	t.Parallel()
	steps := document(`
budget: {outputBytes: 100, stateBytes: 800}
steps: [{id: s, sleep: 5s}, {id: w, wait: go}]
output: ${size(steps.w.output)}
`)
	text := func(bytes int) string { return strings.Repeat("x", bytes-2) }
	s := newStage(t, engine.Options{},
		updates(1, "too long", "go", text(101)), signals(1, "go", text(101)),
		updates(2, "long", "go", text(100)), updates(2, "more", "go", text(97)), updates(2, "as much", "go", text(96)),
		signals(3, "go", "")).inline(steps, nil)
	assert.Equal(t, 98.0, s.output())
	assert.Equal(t, engine.ErrInvalidMessage, s.refused("too long").Type())
	assert.Equal(t, "the message has 101 bytes, and the budget allows outputBytes: 100", s.refused("too long").Message())
	assert.Equal(t, engine.Receipt{}, s.receipt("long"))
	assert.Equal(t, engine.ErrTooManyMessages, s.refused("more").Type())
	assert.Equal(t, engine.Receipt{}, s.receipt("as much"))
	assert.Equal(t, 2, s.status().DroppedSignals)
	assert.Equal(t, map[string]int{"go": 1}, s.status().Messages)
}

// All tries of one message stay within the cost of one value.
func TestTryingAMessageIsMetered(t *testing.T) {
	t.Parallel()
	var waits []string
	for i := range 100 {
		waits = append(waits, fmt.Sprintf(`b%d: [{id: w, wait: go, timeout: 3s, on_timeout: [], schema: {pattern: "^[a-z]{%d}$"}}]`, i, 100+i))
	}
	steps := "\nsteps: [{id: p, parallel: {" + strings.Join(waits, ", ") + "}}]\n"
	s := newStage(t, engine.Options{Budget: language.Budget{Cost: 4000}}, updates(1, "short", "go", "A"), updates(1, "long", "go", strings.Repeat("A", 1000)), signals(1, "go", strings.Repeat("A", 1000))).inline(document(steps), nil)
	assert.Equal(t, engine.ErrInvalidMessage, s.refused("short").Type())
	assert.Equal(t, engine.FailureBudgetExceeded, s.refused("long").Type())
	assert.Equal(t, 1, s.status().DroppedSignals)
}

// A run that waits while signals come that no step takes continues as new all the same.
func TestARunThatOnlyGetsSignalsContinuesAsNew(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int{"nobody": 200, "go": 0} {
		var events []event
		for i := range 200 {
			events = append(events, signals(1+float64(i)/10, name, i))
		}
		events = append(events, signals(30, "end", 1))
		s := newStage(t, engine.Options{EventsPerRun: 50}, events...).inline(document(`
steps: [{id: e, wait: end}, {id: l, times: 200, loop: [{id: w, wait: go, timeout: "${size(string(round)) * 0 + 0.001}", on_timeout: []}]}]
`), nil)
		assert.Equal(t, want, s.status().DroppedSignals, name)
		assert.Greater(t, s.runs, 2, name)
	}
}

// An update within the last 500 that is sent again gets its first answer.
func TestTheLastFiveHundredUpdatesAreRemembered(t *testing.T) {
	t.Parallel()
	send := func(id string) event {
		return at(1, func(s *stage) {
			s.environment.UpdateWorkflow(engine.MessageUpdate, id, s.callbacks(id), engine.NewMessage("go", id))
		})
	}
	var events []event
	for i := range 501 {
		events = append(events, send(fmt.Sprintf("u%d", i)))
	}
	again := func(id string) event {
		return at(2, func(s *stage) {
			s.environment.UpdateWorkflow(engine.MessageUpdate, id, s.callbacks("again "+id), engine.NewMessage("go", id))
		})
	}
	s := newStage(t, engine.Options{EventsPerRun: 20}, append(events, again("u0"), again("u1"), again("u500"))...).inline(document(`
steps: [{id: w, wait: go}, {id: s, sleep: 500ms}, {id: r, sleep: 5s}, {id: l, times: 600, loop: [{id: v, wait: go, timeout: 1ms, on_timeout: []}]}]
`), nil)
	require.NoError(t, s.err)
	assert.Equal(t, engine.Receipt{Step: "w"}, s.receipt("u0"))
	assert.Equal(t, engine.Receipt{}, s.receipt("again u0"), "forgotten, and so kept once more")
	assert.Equal(t, engine.Receipt{}, s.receipt("again u1"))
	assert.Less(t, s.now.Sub(stageStart), time.Minute)
}

// Two updates come at once: what the first has ended takes no second one.
func TestAnUpdateLooksForItsStepOnceTheLastIsDone(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{}, at(1, func(s *stage) {
		for _, id := range []string{"1", "2"} {
			s.environment.UpdateWorkflow(engine.MessageUpdate, id, s.callbacks(id), engine.NewMessage("go", id))
		}
	})).inline(document(raceAndWait), nil)
	assert.Equal(t, []any{"1", "2"}, s.output())
	assert.Equal(t, engine.Receipt{Step: "r/a/w"}, s.receipt("1"))
	assert.Equal(t, engine.Receipt{Step: "x"}, s.receipt("2"))
}

// raceAndWait waits twice for one message, and then for another one.
const raceAndWait = `
steps:
  - {id: r, race: {a: [{id: w, wait: go}], b: [{id: w, wait: go}]}}
  - {id: x, wait: go}
output: ["${steps.r.output.output}", "${steps.x.output}"]
`

// A wait that begins tries what is kept, within the cost of one value.
func TestKeptMessagesThatAWaitMustTry(t *testing.T) {
	t.Parallel()
	var events []event
	for i := range 30 {
		events = append(events, signals(1+float64(i)/100, "go", strings.Repeat("A", 1000)))
	}
	s := newStage(t, engine.Options{Budget: language.Budget{Cost: 3000}}, events...).inline(document(`
steps:
  - {id: s, sleep: 2s}
  - {id: w, wait: go, timeout: 1s, on_timeout: [], schema: {pattern: "^[a-z]{20}[a-z]{20}[a-z]{20}[a-z]{20}$"}}
  - {id: x, wait: go, timeout: 1s, on_timeout: [], match: "${lists.range(5000).all(each, each >= 0)}"}
  - {id: v, wait: go}
output: ["${steps.w.output}", "${steps.x.output}", "${size(steps.v.output)}"]
`), nil)
	assert.Equal(t, `[null,null,1000]`, compact(s.output()), "each may be tried, and one that may not is not for the step")
	assert.Equal(t, map[string]int{"go": 29}, s.status().Messages)
}

// What the SDK cannot read is a signal all the same: it is counted, and lets a run continue
// as new.
func TestSignalsThatAreNoJSON(t *testing.T) {
	t.Parallel()
	var events []event
	for i := range 40 {
		events = append(events, signals(1+float64(i)/10, "go", []byte{1, 2}))
	}
	s := newStage(t, engine.Options{EventsPerRun: 50}, append(events, signals(9, "go", 5))...).inline(document(`
steps: [{id: w, wait: go}]`), nil)
	assert.Equal(t, 5.0, s.output())
	assert.Equal(t, 40, s.status().DroppedSignals)
	assert.Greater(t, s.runs, 2)
}

// A run that keeps more messages than fit beside its state stays as it is until they are
// taken: it does not fail for them.
func TestKeptMessagesThatDoNotFitTheNextRun(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("x", 261_000)
	s := newStage(t, engine.Options{EventsPerRun: 20}, signals(1, "go", text)).inline(document(`
vars: {a: "", b: "", text: `+strings.Repeat("z", 255_000)+`}
steps:
  - {id: first, set: {a: "${input}"}}
  - {id: second, set: {b: "${vars.text}"}}
  - {id: l, times: 30, loop: [{id: e, activity: work, with: {takes: 1}}]}
  - {id: w, wait: go}
output: done
`), strings.Repeat("y", 500_000))
	assert.Equal(t, "done", s.output())
	assert.Empty(t, s.status().Messages)
	assert.Zero(t, s.status().DroppedSignals)
}

// Signals that come during the pauses of a long computation are not left behind.
func TestSignalsDuringALongComputation(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{EventsPerRun: 1}, signals(0.0005, "go", 7), signals(0.0015, "go", 8)).inline(document(`
steps:
  - {id: a, activity: work, with: {takes: 0}}
  - {id: l, times: 40, loop: [{id: s, set: {x: "${lists.range(15000).map(i, i + 1).size()}"}}]}
  - {id: w, wait: go}
  - {id: v, wait: go}
output: ["${steps.w.output}", "${steps.v.output}"]
`), nil)
	assert.Equal(t, []any{7.0, 8.0}, s.output())
}

// Messages that come while the last step computes are answered before the run ends, and do
// not keep it from ending.
func TestMessagesDuringTheLastStep(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{}, signals(0.0005, "go", 1), updates(0.0006, "u", "go", 2), signals(0.0015, "go", 3)).inline(document(`
steps:
  - {id: c, switch: [{when: false, steps: [{id: w, wait: go}]}]}
  - {id: l, times: 60, loop: [{id: s, set: {x: "${lists.range(15000).map(i, i + 1).size()}"}}]}
output: done
`), nil)
	assert.Equal(t, "done", s.output())
	assert.Equal(t, 2, s.status().DroppedSignals)
	assert.Nil(t, s.replies["u"].result)
}

// A run is as long as its history: in version 1 each call counted as six Events, and more
// runs were needed for the same.
func TestARunIsAsLongAsItsHistory(t *testing.T) {
	t.Parallel()
	runs := func(version int) int {
		s := stageAt(t, version, engine.Options{EventsPerRun: 350}, nil...).inline(document(`
steps: [{id: m, over: "${lists.range(1000)}", concurrency: 10, map: [{id: a, activity: work, with: {takes: 1}}]}]
output: done
`), nil)
		require.NoError(t, s.err)
		assert.Len(t, s.calls(), 1000)
		return s.runs
	}
	assert.Equal(t, 10, runs(engine.Version))
	assert.Equal(t, 17, runs(1))
}

// Local Activities count before the Events that the end of their Workflow Task adds.
func TestLocalCallsOfOneTaskCount(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{EventsPerRun: 100}).inline(document(`
steps: [{id: l, times: 1000, loop: [{id: a, activity: echo, local: true, with: 1}]}]
output: done
`), nil)
	require.NoError(t, s.err)
	assert.InDelta(t, 10, s.runs, 1)
}
