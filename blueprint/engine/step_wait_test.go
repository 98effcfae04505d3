package engine_test

import (
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/blueprint/engine"
)

func TestWaits(t *testing.T) {
	t.Parallel()
	tell(t, waits())
}

func TestWaitsInVersion1(t *testing.T) {
	t.Parallel()
	tellAt(t, 1, waits())
}

// waits are what a wait does by the rules of every version.
func waits() []storyCase {
	return []storyCase{
		{name: "the value is the output", events: []event{signals(2, "go", map[string]any{"x": 1})}, steps: `
steps: [{id: w, wait: go}]
output: ${steps.w.output.x}
`, story: `2 1`},
		{name: "a message that came early", events: []event{signals(1, "go", 7)}, steps: `
steps: [{id: s, sleep: 5s}, {id: w, wait: go}]
`, story: `5 7`},
		{name: "messages in their order", events: []event{signals(1, "go", 1), signals(1, "go", 2), signals(1, "other", 0), signals(7, "go", 3)}, steps: `
steps: [{id: s, sleep: 5s}, {id: l, loop: [{id: w, wait: go}, {id: e, activity: echo, with: "${steps.w.output}"}], times: 3}]
`, story: `
			5-5 l[0]/e
			5-5 l[1]/e
			7-7 l[2]/e
			7 3`},
		{name: "the step that waited first gets the first", events: []event{signals(5, "go", "first"), signals(6, "go", "second")}, steps: `
steps:
  - id: p
    parallel:
      a: [{id: s, sleep: 2s}, {id: w, wait: go}]
      b: [{id: s, sleep: 1s}, {id: w, wait: go}]
`, story: `6 {"a":"second","b":"first"}`},
		{name: "what does not fit is passed over", events: []event{signals(1, "go", "text"), signals(2, "go", 5)}, steps: `
steps: [{id: w, wait: go, schema: {type: integer}}]
`, story: `2 5`},
		{name: "no message in time", steps: `
steps: [{id: w, wait: go, timeout: 3s}]
`, story: `3 failed WaitTimeout: step w: no message go came in time ["go"]`},
		{name: "what is done then", steps: `
steps: [{id: w, wait: go, timeout: "${input}", on_timeout: [{id: a, activity: work, with: {takes: 1, output: late}}]}]
`, input: 3, story: `
			3-4 w/on_timeout/a
			4 "late"`},
		{name: "nothing is done then", steps: `
steps: [{id: w, wait: go, timeout: 3s, on_timeout: []}]
`, story: `3 null`},
		{name: "a message before the timeout", events: []event{signals(2, "go", 5)}, steps: `
steps: [{id: w, wait: go, timeout: 3s}, {id: s, sleep: 9s}]
output: ${steps.w.output}
`, story: `11 5`},
		{name: "a message that is there and a timeout of nothing", events: []event{signals(1, "go", 5)}, steps: `
steps: [{id: s, sleep: 2s}, {id: w, wait: go, timeout: "${input}"}]
`, input: 0, story: `2 5`},
		{name: "a message after the timeout is for the next wait", events: []event{signals(2, "go", 5)}, steps: `
steps:
  - {id: w, wait: go, timeout: 1s, on_timeout: []}
  - {id: x, wait: go}
`, story: `2 5`},
		{name: "a wait that is canceled takes no message", events: []event{signals(2, "go", 5)}, steps: `
steps:
  - id: r
    race: {a: [{id: w, wait: go}], b: [{id: s, sleep: 1s}]}
  - {id: x, wait: go}
`, story: `2 5`},
		{name: "null is a value", events: []event{signals(2, "go", nil)}, steps: `
steps: [{id: w, wait: go}]
output: ["${steps.w.output}"]
`, story: `2 [null]`},
	}
}

// A message that is no JSON does no harm.
func TestASignalThatIsNoJSON(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{}, signals(1, "go", []byte{1, 2}), signals(2, "go", 5)).inline(document(`
steps: [{id: w, wait: go}]`), nil)
	assert.Equal(t, "2 5", s.story())
}

// A kept message that was a whole number of 64 bits stays exact in the next run.
func TestMessagesKeepTheirNumbers(t *testing.T) {
	t.Parallel()
	large := json.RawMessage("9007199254740993")
	for _, version := range []int{1, engine.Version} {
		for _, bring := range []event{signals(1, "go", large), updates(1, "u", "go", large)} {
			s := stageAt(t, version, engine.Options{EventsPerRun: 1}, bring).inline(document(`
steps: [{id: s, sleep: 2s}, {id: u, sleep: 1s}, {id: w, wait: go}]
output: ${string(steps.w.output)}
`), nil)
			assert.Equal(t, "9007199254740993", s.output())
			assert.Greater(t, s.runs, 1)
		}
	}
}

// Messages come in the order in which they were sent, however they were sent.
func TestSignalsAndUpdatesInTheirOrder(t *testing.T) {
	t.Parallel()
	for _, version := range []int{1, engine.Version} {
		for _, events := range []int{0, 1} {
			inTheirOrder(t, version, events)
		}
	}
}

func inTheirOrder(t *testing.T, version, events int) {
	s := stageAt(t, version, engine.Options{EventsPerRun: events},
		signals(1, "go", 1), updates(2, "u2", "go", 2), signals(3, "go", 3), updates(4, "u4", "go", 4)).inline(document(`
steps:
  - {id: s, sleep: 1500ms}
  - {id: t, sleep: 4s}
  - {id: m, loop: [{id: w, wait: go}, {id: e, activity: echo, with: "${steps.w.output}"}], times: 4}
`), nil)
	require.NoError(t, s.err)
	var got []any
	for _, each := range s.calls() {
		got = append(got, each.Arguments[0])
	}
	assert.Equal(t, []any{1.0, 2.0, 3.0, 4.0}, got, "version %d, %d events a run", version, events)
}

// The step that began to wait first gets the message, also where the document has it
// last and the message comes as the next run begins.
func TestWaitsKeepTheirTurnInTheNextRun(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{EventsPerRun: 1}, signals(4, "go", "first"), signals(9, "go", "second"))
	s.between = func(s *stage) {
		// The signal is there before the next run's first task.
		for i := range s.events {
			if each := &s.events[i]; !each.done && each.at == secondsOf(4) && s.runs == 2 {
				each.at = s.now.Sub(stageStart)
			}
		}
	}
	s.inline(document(`
steps:
  - id: p
    parallel:
      a: [{id: s, sleep: 2s}, {id: w, wait: go}]
      b: [{id: s, sleep: 1s}, {id: w, wait: go}]
      c: [{id: s, sleep: 3s}]
`), nil)
	assert.Equal(t, `{"a":"second","b":"first","c":null}`, compact(s.output()))
}

func TestUpdates(t *testing.T) {
	t.Parallel()
	steps := document(`
steps:
  - {id: s, sleep: 2s}
  - {id: w, wait: number, schema: {type: integer}}
  - {id: x, wait: text, schema: {type: string}}
output: ["${steps.w.output}", "${steps.x.output}"]
`)
	for _, at := range [][2]int{{1, 0}, {1, 1}, {engine.Version, 0}, {engine.Version, 1}} {
		s := stageAt(t, at[0], engine.Options{EventsPerRun: at[1]},
			updates(1, "early", "text", "a"),
			updates(1, "unknown", "nubmer", 1),
			updates(1, "wrong", "number", "one"),
			updates(3, "wrong then", "number", 1.5),
			updates(4, "waited for", "number", 3),
		).inline(steps, nil)
		assert.Equal(t, []any{3.0, "a"}, s.output())
		assert.Equal(t, engine.Receipt{}, s.receipt("early"))
		assert.Equal(t, engine.Receipt{Step: "w"}, s.receipt("waited for"))
		for id, wants := range map[string]struct{ kind, message string }{
			"unknown":    {engine.ErrUnknownMessage, `no step waits for a message "nubmer"; there are: number, text`},
			"wrong":      {engine.ErrInvalidMessage, `the message "number" does not fit what the step waits for: `},
			"wrong then": {engine.ErrInvalidMessage, `the message "number" does not fit what the step waits for: `},
		} {
			var refused *temporal.ApplicationError
			require.ErrorAs(t, s.replies[id].rejected, &refused, id)
			assert.Equal(t, wants.kind, refused.Type())
			assert.Contains(t, refused.Message(), wants.message)
			assert.Zero(t, s.replies[id].accepted)
		}
	}
}

// receipt is what the sender of an update got, who was told once.
func (s *stage) receipt(id string) engine.Receipt {
	s.t.Helper()
	reply := s.replies[id]
	require.NotNil(s.t, reply, id)
	require.NoError(s.t, reply.rejected, id)
	require.NoError(s.t, reply.err, id)
	require.Equal(s.t, 1, reply.completed, id)
	receipt, is := reply.result.(engine.Receipt)
	require.True(s.t, is, "%T", reply.result)
	return receipt
}

// numberThenText waits for a number and then for a text, under one name.
const numberThenText = `
steps:
  - {id: w, wait: go, schema: {type: integer}}
  - {id: x, wait: go, schema: {type: string}}
output: ["${steps.w.output}", "${steps.x.output}"]
`

// A message whose schema differs between waits is for the wait that it fits.
func TestAnUpdateFitsTheStepThatTakesIt(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{},
		updates(1, "text first", "go", "a"), updates(2, "number", "go", 1), updates(2, "number again", "go", 2)).inline(document(numberThenText), nil)
	assert.Equal(t, []any{1.0, "a"}, s.output())
	assert.Equal(t, engine.Receipt{}, s.receipt("text first"))
	assert.Equal(t, engine.Receipt{Step: "w"}, s.receipt("number"))
	assert.NotNil(t, s.replies["number again"], "there was nothing left to wait for")
	assert.Nil(t, s.replies["number again"].result)
}

// In version 1 it is for the wait whose turn it is.
func TestAnUpdateFitsTheStepThatTakesItInVersion1(t *testing.T) {
	t.Parallel()
	s := stageAt(t, 1, engine.Options{},
		updates(1, "text first", "go", "a"), updates(2, "number", "go", 1),
		updates(2, "number again", "go", 2), updates(3, "text", "go", "b")).inline(document(numberThenText), nil)
	assert.Equal(t, []any{1.0, "b"}, s.output())
	assert.Error(t, s.replies["text first"].rejected)
	assert.Equal(t, engine.Receipt{Step: "w"}, s.receipt("number"))
	assert.Equal(t, engine.Receipt{Step: "x"}, s.receipt("text"))
}

// Two messages for two waits are for one each, also when they come at once.
func TestUpdatesAreForOneWaitEach(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{}, updates(1, "1", "go", 1), updates(1, "2", "go", 2), updates(1, "3", "go", 3)).inline(document(`
steps:
  - id: p
    parallel:
      a: [{id: w, wait: go}]
      b: [{id: w, wait: go}]
  - {id: w, wait: go}
`), nil)
	assert.Equal(t, 3.0, s.output())
	assert.Equal(t, engine.Receipt{Step: "p/a/w"}, s.receipt("1"))
	assert.Equal(t, engine.Receipt{Step: "p/b/w"}, s.receipt("2"))
}

// A message that is sent again with the same id counts once, also when the run has gone
// on in a new one since.
func TestUpdatesCountOnce(t *testing.T) {
	t.Parallel()
	again := func(seconds float64) event {
		return at(seconds, func(s *stage) {
			// The server answers an id that it knows itself only within one run.
			s.environment.UpdateWorkflow(engine.MessageUpdate, "once", s.callbacks("again"), engine.NewMessage("go", "again"))
		})
	}
	for version, answer := range map[int]engine.Receipt{1: {}, engine.Version: {Step: "w"}} {
		s := stageAt(t, version, engine.Options{EventsPerRun: 1}, updates(1, "once", "go", "a"), again(5), updates(6, "other", "go", "b")).inline(document(`
steps:
  - {id: w, wait: go}
  - {id: s, sleep: 2s}
  - {id: x, wait: go}
output: ["${steps.w.output}", "${steps.x.output}"]
`), nil)
		assert.Greater(t, s.runs, 1)
		assert.Equal(t, []any{"a", "b"}, s.output())
		assert.Equal(t, answer, s.receipt("again"))
	}
}

// The number of messages that wait is bounded.
func TestTooManyMessages(t *testing.T) {
	t.Parallel()
	for _, version := range []int{1, engine.Version} {
		tooMany(t, version)
	}
}

func tooMany(t *testing.T, version int) {
	var send func(s *stage, number int)
	send = func(s *stage, number int) {
		id := strconv.Itoa(number)
		s.environment.UpdateWorkflow(engine.MessageUpdate, id, s.callbacks(id), engine.NewMessage("go", number))
		if number < 1001 {
			s.environment.RegisterDelayedCallback(func() { send(s, number+1) }, time.Millisecond)
		}
	}
	s := stageAt(t, version, engine.Options{EventsPerRun: 20_000}, at(1, func(s *stage) { send(s, 1) })).inline(document(`
steps: [{id: s, sleep: 5s}, {id: w, wait: go}]
`), nil)
	require.NoError(t, s.err)
	taken := 0
	var refused *temporal.ApplicationError
	for _, each := range s.replies {
		taken += each.completed
		if each.rejected != nil {
			require.ErrorAs(t, each.rejected, &refused)
		}
	}
	assert.Equal(t, 1000, taken)
	require.NotNil(t, refused)
	assert.Equal(t, engine.ErrTooManyMessages, refused.Type())
}
