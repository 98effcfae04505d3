package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
)

// Guarantee 3: what a run has under way is bounded, whatever the document asks for: the
// server lets a run with more than 2,000 activities or children get stuck.
func TestNoMoreThan500AtOnce(t *testing.T) {
	t.Parallel()
	// The outputs of local activities go into one answer to the server, so they are few.
	for kind, most := range map[string]int{"activity: work": 500, "workflow: sub": 500, "activity: work, local: true": 4} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, engine.Options{EventsPerRun: 100_000, Budget: budget(func(b *language.Budget) { b.Children = 10_000 })})
			s.inline(document(`
steps:
  - id: outer
    map:
      - {id: inner, map: [{id: a, `+kind+`, with: {takes: 1, start: 1}}], over: "${input}", concurrency: 1000}
    over: [1, 2]
output: done
`), make([]int, 300))
			require.NoError(t, s.err)
			assert.Len(t, s.calls(), 600)
			assert.Equal(t, most, s.mostAtOnce)
		})
	}
}

// The inputs that go out in one workflow task are bounded together: an answer to a task of
// more than 4 MiB would be refused forever.
func TestNoMoreThanAMebibyteInOneTask(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", 300_000)
	for _, kind := range []string{"activity: work", "workflow: sub", "workflow: sub, detach: true"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, engine.Options{Budget: language.Budget{StateBytes: 20_000_000}}).inline(document(`
budget: {children: 5}
steps:
  - id: m
    map: [{id: a, `+kind+`, with: {start: 1, takes: 1, large: "${input}"}}]
    over: [1, 2, 3, 4, 5, 6, 7]
    tolerate: 2
output: done
`), large)
			require.NoError(t, s.err)
			var begun []string
			for _, each := range s.calls() {
				begun = append(begun, short(each.Began))
			}
			switch kind {
			case "activity: work":
				assert.Equal(t, []string{"0", "0", "0", "1", "1", "1", "2"}, begun)
			default:
				assert.Equal(t, []string{"0", "0", "0"}, begun[:3])
				assert.NotContains(t, begun[3:], "0")
				assert.Len(t, begun, 5, "the budget counts those that wait, too")
			}
		})
	}
}

// What a child blueprint is started with is a part of its input: its definition, and those
// of the blueprints that it starts itself.
func TestDefinitionsArePartOfTheTask(t *testing.T) {
	t.Parallel()
	large := "blueprint: large\nversion: 1.0.0\nsteps: [{id: s, set: {x: \"" + strings.Repeat("x", 200_000) + "\"}}]"
	s := newStage(t, engine.Options{Definitions: files(large)}).inline(document(`
steps:
  - {id: m, map: [{id: c, workflow: large@1.0.0, with: {start: 1, takes: 1}}], over: [1, 2, 3]}
output: done
`), nil)
	require.NoError(t, s.err)
	var begun []string
	for _, each := range s.calls() {
		begun = append(begun, short(each.Began))
	}
	// Each has its definition twice: as its own, and among those that may be started.
	assert.Equal(t, []string{"0", "0", "1"}, begun)
}

// What was held goes on when there is a slot, in the order in which it was asked for, and
// what is canceled while it is held is never called.
func TestWhatIsHeldIsCalledInOrder(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", 400_000)
	s := newStage(t, engine.Options{}).inline(document(`
steps:
  - id: r
    race:
      a: [{id: m, map: [{id: a, activity: work, with: {takes: 1, n: "${item}", large: "${input}"}}], over: [1, 2, 3, 4, 5, 6, 7]}]
      b: [{id: s, sleep: 2500ms}]
  - {id: after, sleep: 5s}
output: done
`), large)
	require.NoError(t, s.err)
	var paths []string
	for _, each := range s.calls() {
		paths = append(paths, short(each.Began)+" "+each.Path+each.how())
	}
	assert.Equal(t, []string{
		"0 r/a/m[0]/a", "0 r/a/m[1]/a", "1 r/a/m[2]/a", "1 r/a/m[3]/a", "2 r/a/m[4]/a canceled", "2 r/a/m[5]/a canceled",
	}, paths)
}

// Sleeps and waits with a timeout are timers, of which there are no more than 500 at once.
func TestNoMoreThan500Timers(t *testing.T) {
	t.Parallel()
	steps := document(`
steps:
  - id: t
    try:
      - id: p
        parallel:
          a: [{id: m, map: [{id: s, sleep: 1h}], over: "${input}", concurrency: 1000}]
          b: [{id: w, wait: go, timeout: 1h, on_timeout: []}]
    catch: [{types: [BudgetExceeded], steps: [{id: c, set: {caught: "${[error.step, error.details]}"}}]}]
output: ${vars}
`)
	s := newStage(t, engine.Options{}).inline(steps, make([]int, 499))
	assert.Equal(t, `{}`, s.ending())
	assert.Equal(t, 1, s.runs)
	assert.Equal(t, time.Hour, s.now.Sub(stageStart))
	s = newStage(t, engine.Options{}).inline(steps, make([]int, 500))
	assert.Equal(t, `{"caught":["t/p/a/m[499]/s",["timers",500]]}`, s.ending())
	assert.Zero(t, s.now.Sub(stageStart))
}
