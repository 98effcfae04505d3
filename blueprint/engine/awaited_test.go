package engine_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/blueprint/engine"
)

// The status tells which messages are waited for and where, in the order in which the steps began
// to; a plan that waits for its approval is told as that.
func TestAwaitedMessages(t *testing.T) {
	t.Parallel()
	for _, events := range []int{0, 1} {
		var seen []engine.Status
		look := func(s *stage) { seen = append(seen, s.status()) }
		s := newStage(t, engine.Options{EventsPerRun: events}, at(1, look), at(3, look), cancels(4))
		s.answers = object{"p/b/q": plainYAML(t, plannedCall)}
		s.inline(document(`
steps:
  - id: p
    parallel:
      a: [{id: s, sleep: 2s}, {id: w, wait: late}]
      b: [{id: q, plan: work, approve: yes.please}]
      c: [{id: m, map: [{id: w, wait: go, timeout: 2s, on_timeout: []}], over: [1, 2]}]
`), nil)
		assert.Equal(t, "canceled", s.ending())
		assert.Equal(t, []engine.Awaited{{Step: "p/c/m[0]/w", Message: "go"}, {Step: "p/c/m[1]/w", Message: "go"}}, seen[0].Awaited)
		assert.Equal(t, []engine.Awaited{{Step: "p/a/w", Message: "late"}}, seen[1].Awaited)
		assert.Len(t, seen[1].Approvals, 1)
		assert.Empty(t, s.status().Awaited)
	}
}

// A run that waits in very many places tells of the first.
func TestAwaitedMessagesAreBounded(t *testing.T) {
	t.Parallel()
	for count, want := range map[int]int{100: 100, 101: 100} {
		var seen engine.Status
		s := newStage(t, engine.Options{}, at(1, func(s *stage) { seen = s.status() }), cancels(2))
		s.inline(document(fmt.Sprintf(`steps: [{id: m, map: [{id: w, wait: go}], over: "${lists.range(%d)}", concurrency: 200}]`, count)), nil)
		assert.Len(t, seen.Awaited, want)
		assert.Equal(t, "m[0]/w", seen.Awaited[0].Step)
	}
}

// The status tells which children are waited for, the first of very many, also in a run that has
// continued as new.
func TestChildRunsAreTold(t *testing.T) {
	t.Parallel()
	for _, events := range []int{0, 1} {
		for count, want := range map[int]int{1: 1, 100: 100, 101: 100} {
			var seen engine.Status
			s := newStage(t, engine.Options{EventsPerRun: events}, at(1, func(s *stage) { seen = s.status() }))
			s.inline(document(`
steps:
  - {id: m, over: "${input}", concurrency: 200, map: [{id: c, workflow: sub, with: {takes: 2}}]}
  - {id: d, workflow: sub, with: {takes: 1}, detach: true}`), make([]int, count))
			assert.Len(t, seen.ChildRuns, want)
			assert.Equal(t, "run/m[0]/c", seen.ChildRuns["m[0]/c"])
			assert.Empty(t, s.status().ChildRuns)
		}
	}
}
