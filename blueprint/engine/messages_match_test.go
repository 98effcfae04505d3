package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
)

const approvals = `
steps:
  - id: each
    map:
      - id: answer
        wait: approve
        schema: {type: object, required: [by, ok], properties: {by: {type: string}, ok: {type: boolean}}}
        match: ${message.by == approver}
    over: ${input}
    as: approver
output: ${steps.each.output.map(answer, answer.by)}
`

func approval(by string) any { return map[string]any{"by": by, "ok": true} }

// The waits of a map are told apart by what they match: three answers of one person are one
// answer.
func TestAMatchTellsWaitsApart(t *testing.T) {
	t.Parallel()
	people := []string{"alice", "bob", "carol"}
	for _, events := range []int{0, 1} {
		s := newStage(t, engine.Options{EventsPerRun: events},
			updates(1, "alice", "approve", approval("alice")), updates(2, "alice again", "approve", approval("alice")),
			updates(3, "carol", "approve", approval("carol")), signals(4, "approve", approval("alice")), updates(5, "dave", "approve", approval("dave")),
			signals(6, "approve", approval("bob")),
		).inline(document(approvals), people)
		assert.Equal(t, `["alice","bob","carol"]`, compact(s.output()))
		assert.Equal(t, engine.Receipt{Step: "each[0]/answer"}, s.receipt("alice"))
		assert.Equal(t, engine.Receipt{Step: "each[2]/answer"}, s.receipt("carol"))
		for _, id := range []string{"alice again", "dave"} {
			assert.Equal(t, engine.ErrInvalidMessage, s.refused(id).Type())
		}
		assert.Equal(t, `the message "approve" does not fit what the step waits for: each[1]/answer: its match does not hold`, s.refused("dave").Message())
		assert.Equal(t, 1, s.status().DroppedSignals)
		assert.Equal(t, "6", short(s.now.Sub(stageStart)))
	}
}

// A message that comes early is kept for a step that its schema fits, and is offered to each
// that begins to wait, the oldest first; a match that does not hold leaves it where it is.
func TestAMatchIsTriedWhenTheWaitBegins(t *testing.T) {
	t.Parallel()
	for _, events := range []int{0, 1} {
		s := newStage(t, engine.Options{EventsPerRun: events},
			updates(1, "1", "go", 1), updates(1.1, "2", "go", 2), signals(1.2, "go", "text"), updates(1.3, "4", "go", 4), updates(1.4, "3", "go", 3),
		).inline(document(`
vars: {most: 2}
steps:
  - {id: s, sleep: 2s}
  - {id: even, wait: go, match: "${message % vars.most == 0}"}
  - {id: l, loop: [{id: odd, wait: go, match: "${message % 2 == round}"}], times: 2}
  - {id: rest, wait: go, timeout: 1s, match: "${steps.even.output == 2 && type(message) == string}"}
output: ["${steps.even.output}", "${steps.l.output}", "${steps.rest.output}"]
`), nil)
		assert.Equal(t, `[2,1,"text"]`, compact(s.output()))
		assert.Equal(t, map[string]int{"go": 1}, s.status().Messages, "3 is left")
		assert.Equal(t, "2", short(s.now.Sub(stageStart)))
	}
}

// Where a match has no value, the message does not fit. Why it has none is not told to its
// sender: it may quote what only the run knows.
func TestAMatchWithoutAValueDoesNotFit(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{},
		updates(1, "none", "go", 1), updates(2, "text", "go", map[string]any{"n": "x"}), signals(3, "go", nil), updates(4, "fits", "go", map[string]any{"n": 7}),
	).inline(document(`
vars: {secret: topsecret}
steps: [{id: w, wait: go, match: "${message.n == 7 || int(vars.secret) == message.n}"}]
`), nil)
	assert.Equal(t, `{"n":7}`, compact(s.output()))
	for _, id := range []string{"none", "text"} {
		assert.Equal(t, `the message "go" does not fit what the step waits for: w: its match has no value for this message`, s.refused(id).Message())
	}
	assert.Equal(t, 1, s.status().DroppedSignals)
}

// All tries of one message cost at most what one value may: beyond, it is refused, and the run
// goes on.
func TestAMatchThatCostsTooMuch(t *testing.T) {
	t.Parallel()
	steps := `
steps:
  - id: m
    map: [{id: w, wait: go, match: "${message.all(each, each > item - 20)}"}]
    over: "${lists.range(10)}"
output: done`
	finish := []event{}
	for i := range 10 {
		finish = append(finish, updates(5+float64(i), fmt.Sprint("good", i), "go", []int{100}))
	}
	// One try of the longer message is cheap enough, ten are not.
	for length, wants := range map[int]string{10: engine.ErrInvalidMessage, 100: engine.FailureBudgetExceeded} {
		id, message := fmt.Sprint(length), make([]int, length)
		message[length-1] = -100
		s := newStage(t, engine.Options{Budget: language.Budget{Cost: 2000}}, append(finish, updates(1, id, "go", message), signals(2, "go", message))...).inline(document(steps), nil)
		require.Equal(t, `"done"`, s.ending(), id)
		assert.Equal(t, wants, s.refused(id).Type(), id)
		assert.Equal(t, 1, s.status().DroppedSignals, id)
	}
}

// Many messages are kept, and each costs much to try: the run tries them bit by bit,
// and does not fail for them.
func TestKeptMessagesAreTriedBitByBit(t *testing.T) {
	t.Parallel()
	var events []event
	for i := range 900 {
		events = append(events, signals(1+float64(i)/1000, "go", []int{i}))
	}
	s := newStage(t, engine.Options{}, events...).inline(document(`
steps:
  - {id: s, sleep: 3s}
  - {id: w, wait: go, match: "${lists.range(2000).all(each, each >= 0) && message[0] == 899}"}
`), nil)
	assert.Equal(t, "[899]", compact(s.output()))
	assert.Equal(t, map[string]int{"go": 899}, s.status().Messages)
	assert.Greater(t, s.pauses(), 2, "a Workflow Task must end in time")
}

// Validators try a match as well, and change nothing of what the run does.
func TestAMatchInAValidatorChangesNothing(t *testing.T) {
	t.Parallel()
	steps := document(`
steps:
  - {id: l, loop: [{id: s, set: {n: "${lists.range(2000).map(each, each * 2).size()}"}}], times: 200}
  - {id: w, wait: go, match: "${lists.range(5000).all(each, each >= 0) && message == 1}"}
`)
	pauses := map[int]bool{}
	for _, refused := range []int{0, 40} {
		events := []event{updates(9, "last", "go", 1)}
		for i := range refused {
			events = append(events, updates(5, strings.Repeat("r", i+1), "go", 2))
		}
		s := newStage(t, engine.Options{}, events...).inline(steps, nil)
		require.Equal(t, "1", s.ending())
		pauses[s.pauses()] = true
	}
	assert.Len(t, pauses, 1)
}

// The rules of version 1 know no match. A plan with one fails there, before anything of it
// runs.
func TestAMatchInARunOfVersion1(t *testing.T) {
	t.Parallel()
	plan := object{"p": plainYAML(t, "steps: [{id: g, steps: [{id: w, wait: go, match: '${message == 2}'}]}]")}
	for version, want := range map[int]string{1: "", 2: "2"} {
		s := stageAt(t, version, engine.Options{}, signals(1, "go", 1), signals(2, "go", 2))
		s.answers = plan
		s.inline(document("steps: [{id: p, plan: work}]"), nil)
		if version == 1 {
			assert.Contains(t, s.ending(), "failed InvalidPlan: step p: the plan has problems: step w: match needs version 2")
		} else {
			assert.Equal(t, want, compact(s.output()))
		}
	}
}
