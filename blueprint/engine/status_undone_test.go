package engine_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/blueprint/engine"
)

// undoneIn are the ids of the steps that have been taken back.
func undoneIn(steps []engine.StepStatus) []string {
	var found []string
	for _, each := range steps {
		if each.Undone {
			found = append(found, each.ID)
		}
		found = append(found, undoneIn(each.Steps)...)
	}
	return found
}

// The status tells what has been taken back: not what was to be, and could not, nor what has not
// been yet, or has been done again.
func TestUndoneIsTold(t *testing.T) {
	t.Parallel()
	const undo = "undo: {activity: work, with: {takes: 1}}"
	for _, events := range []int{0, 1} {
		seen := map[int][]string{}
		var looks []event
		for _, second := range []int{1, 3, 6, 8} {
			looks = append(looks, at(float64(second)+0.5, func(s *stage) { seen[second] = undoneIn(s.status().Steps) }))
		}
		s := newStage(t, engine.Options{EventsPerRun: events}, looks...)
		s.inline(document(fmt.Sprintf(`
steps:
  - {id: a, activity: work, with: {takes: 1}, %s}
  - {id: broken, activity: work, undo: {activity: work, with: {fail: Bad}}}
  - id: t
    retry: {maximumAttempts: 2, initialInterval: 1s, backoffCoefficient: 1}
    steps:
      - {id: l, times: 2, loop: [{id: b, activity: work, %s}]}
      - {id: p, parallel: {x: [{id: c, activity: work, %s}], y: [{id: d, activity: work, with: {takes: 1}}]}}
      - {id: f, fail: {type: Bad, message: no luck}}
`, undo, undo, undo)), nil)
		assert.Equal(t, map[int][]string{1: nil, 3: {"c"}, 6: nil, 8: {"c"}}, seen)
		assert.Equal(t, []string{"a", "b", "c"}, undoneIn(s.status().Steps))
	}
}

// What somebody has skipped has not been taken back.
func TestSkippedIsNotUndone(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{Operations: switched()}, operates(1, "skip", engine.Operation{Op: "skip", Step: "m[1]/a"}))
	s.inline(document(`
steps:
  - {id: b, activity: work, undo: {activity: work}}
  - {id: m, over: [0, 1], map: [{id: a, hold: true, activity: work, with: {fail: "${item == 1 ? 'Bad' : ''}"}, undo: {activity: work}}]}
  - {id: f, fail: {type: Bad, message: no luck}}`), nil)
	assert.NoError(t, s.replies["skip"].err)
	assert.Equal(t, []string{"b"}, undoneIn(s.status().Steps))
}
