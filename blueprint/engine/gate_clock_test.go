package engine_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/blueprint/engine"
)

// The time that a step, or a run, must be done in stands still while anything inside is paused.
// Sleeps, and the timeout of a wait, go on.
func TestTimeoutsStandStill(t *testing.T) {
	t.Parallel()
	pausedFor := func(step string, from, to float64) []event {
		return []event{pauses(from, step), resumes(to, step)}
	}
	tell(t, []storyCase{
		{name: "of a step in a run that is paused", events: pausedFor("", 1, 11), steps: `
steps: [{id: g, timeout: 4s, steps: [{id: a, activity: work, with: {takes: 2}}, {id: b, activity: work, with: {takes: 9}}]}]`,
			story: `
0-2 g/a
11-14 g/b canceled
14 failed StepTimeout: step g: not done by 2026-03-04T05:06:21Z`},
		{name: "of the run", events: pausedFor("", 1, 11), steps: `
timeout: 4s
steps: [{id: a, activity: work, with: {takes: 2}}, {id: b, activity: work, with: {takes: 9}}]`,
			story: `
0-2 a
11-14 b canceled
14 failed StepTimeout: not done by 2026-03-04T05:06:21Z`},
		{name: "in time", events: pausedFor("", 1, 11), steps: `
timeout: 5s
steps: [{id: g, timeout: 4s, steps: [{id: a, activity: work, with: {takes: 2}}, {id: b, activity: work, with: {takes: 2.9}}]}]`,
			story: `
0-2 g/a
11-13.900 g/b
13.900 null`},
		{name: "again and again", events: append(pausedFor("", 1, 11), pausedFor("", 12, 22)...), steps: `
steps: [{id: g, timeout: 4s, steps: [{id: a, activity: work, with: {takes: 2}}, {id: b, activity: work, with: {takes: 99}}]}]`,
			story: `
0-2 g/a
11-24 g/b canceled
24 failed StepTimeout: step g: not done by 2026-03-04T05:06:31Z`},
		{name: "from when the paused step is reached, and also of what is around it", events: pausedFor("o/g/b", 0.5, 11), steps: `
timeout: 9s
steps: [{id: o, timeout: 5s, steps: [{id: g, timeout: 4s, on_timeout: [], steps: [{id: a, activity: work, with: {takes: 2}}, {id: b, activity: work, with: {takes: 9}}]}, {id: c, activity: work, with: {takes: 9}}]}]`,
			story: `
0-2 o/g/a
11-13 o/g/b canceled
13-14 o/c canceled
14 failed StepTimeout: step o: not done by 2026-03-04T05:06:21Z`},
		{name: "until what was under way has ended", events: pausedFor("g/a", 1, 99), steps: `
steps: [{id: g, timeout: 6s, steps: [{id: a, activity: work, with: {takes: 5}}, {id: b, activity: work, with: {takes: 9}}]}]`,
			story: `
0-5 g/a
5-10 g/b canceled
10 failed StepTimeout: step g: not done by 2026-03-04T05:06:17Z`},
		{name: "not of what is beside", events: pausedFor("p/x/g", 1, 11), steps: `
steps: [{id: p, parallel: {x: [{id: g, timeout: 4s, on_timeout: [], activity: work, with: {takes: 99}}], y: [{id: h, timeout: 4s, on_timeout: [], activity: work, with: {takes: 99}}]}}]`,
			story: `
0-14 p/x/g canceled
0-4 p/y/h canceled
14 {"x":null,"y":null}`},
		{name: "while a failure waits", events: pausedFor("", 1, 11), steps: `
steps: [{id: g, timeout: 4s, steps: [{id: a, activity: work, with: {takes: 2, fail: Bad}}]}]`,
			story: `
0-2 g/a failed
11 failed Bad: step g/a: as told`},
		{name: "before the next attempt", events: pausedFor("", 1.5, 11.5), steps: `
steps: [{id: g, timeout: 4s, retry: {maximumAttempts: 3, initialInterval: 2s, backoffCoefficient: 1}, steps: [{id: a, activity: work, with: {takes: 1, fail: Bad}}, {id: b, activity: plain}]}]`,
			story: `
0-1 g/a failed
11.500-12.500 g#2/a failed
14 failed StepTimeout: step g: not done by 2026-03-04T05:06:21Z`},
		{name: "not in what is canceled", events: append(pausedFor("", 1, 99), cancels(2)), steps: `
steps: [{id: t, try: [{id: a, activity: work, with: {takes: 9}}], finally: [{id: g, timeout: 4s, activity: work, with: {takes: 9}}]}]`,
			story: `
0-2 t/a canceled
2-6 t/finally/g canceled
6 canceled`},
		{name: "not of a sleep, nor of a wait", events: pausedFor("", 1, 11), steps: `
steps: [{id: g, timeout: 9s, steps: [{id: w, wait: go, timeout: 4s, on_timeout: [{id: l, activity: plain}]}, {id: z, sleep: 3s}]}]`,
			story: `
11-11 g/w/on_timeout/l
14 null`},
	})
}

// A clock that stands still does so in the next run as well, and so it goes on.
func TestTimeoutsStandStillOverContinueAsNew(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{EventsPerRun: 1}, pauses(1.5, "p/x/g"), resumes(11.5, "p/x/g")).inline(document(`
timeout: 7s
steps:
  - id: p
    parallel:
      x: [{id: g, timeout: 5s, on_timeout: [], steps: [{id: z, sleep: 2s}, {id: b, activity: work, with: {takes: 9}}]}]
      y: [{id: l, times: 12, loop: [{id: z, sleep: 1s}]}]
  - {id: c, activity: work, with: {takes: 9}}
`), nil)
	assert.Greater(t, s.runs, 5)
	assert.Equal(t, "11.500-15 p/x/g/b canceled\n15-17 c canceled\n17 failed StepTimeout: not done by 2026-03-04T05:06:24Z", s.story())
}

// A clock that stands still counts as the timer that it was and is going to be.
func TestClocksThatStandStillAreTimers(t *testing.T) {
	t.Parallel()
	told := func(sleeps string) string {
		return newStage(t, engine.Options{}, pauses(1, "p/x/m"), resumes(11, "p/x/m")).inline(document(`
steps:
  - id: p
    parallel:
      x: [{id: m, over: "${input}", concurrency: 1000, map: [{id: g, timeout: 5s, activity: work, with: {takes: 3}}]}]
      y: [{id: z, sleep: 1.5s}, {id: s, over: `+sleeps+`, map: [{id: z, sleep: 1s}]}]
  - {id: e, activity: echo, with: done}
`), make([]int, 499)).ending()
	}
	assert.Equal(t, `"done"`, told("[1]"))
	assert.Equal(t, `failed BudgetExceeded: step p/y/s[1]/z: the budget allows timers: 500 ["timers",500]`, told("[1, 2]"))
}
