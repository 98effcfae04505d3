package engine_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/blueprint/engine"
)

// The status tells what can be done about what is held: what it admits, as far as the interpreter, the
// document and the step allow it.
func TestWhatHeldStepsAdmit(t *testing.T) {
	t.Parallel()
	const held = "hold: true, activity: work, with: {takes: 1, fail: Bad}"
	for _, each := range []struct {
		steps    string
		switched []string
		want     []string
	}{
		{"steps: [{id: a, " + held + "}]", nil, []string{"retry", "fail"}},
		{"steps: [{id: a, " + held + "}]", switched(), []string{"retry", "complete", "skip", "fail", "set"}},
		{"operate: [skip, fail]\nsteps: [{id: a, " + held + "}]", switched(), []string{"skip", "fail"}},
		{"steps: [{id: a, operate: [retry], " + held + "}]", switched(), []string{"retry"}},
	} {
		var seen engine.Status
		s := newStage(t, engine.Options{Operations: each.switched}, at(2, func(s *stage) { seen = s.status() }), cancels(3))
		s.inline(document(each.steps), nil)
		if assert.Len(t, seen.Held, 1, each.steps) {
			assert.Equal(t, each.want, seen.Held[0].Admits, each.steps)
		}
	}
}

// Of very many that are held, the status says so of the first.
func TestWhatHeldStepsAdmitIsBounded(t *testing.T) {
	t.Parallel()
	for count, want := range map[int]int{20: 20, 21: 20} {
		var seen engine.Status
		s := newStage(t, engine.Options{}, at(2, func(s *stage) { seen = s.status() }), cancels(3))
		s.inline(document(fmt.Sprintf(`steps: [{id: m, concurrency: 50, map: [{id: a, hold: true, activity: work, with: {takes: 1, fail: Bad}}], over: "${lists.range(%d)}"}]`, count)), nil)
		told := 0
		for _, each := range seen.Held {
			told += min(1, len(each.Admits))
		}
		assert.Len(t, seen.Held, count)
		assert.Equal(t, want, told)
	}
}
