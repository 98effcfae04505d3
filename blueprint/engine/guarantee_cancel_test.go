package engine_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/blueprint/engine"
)

// Guarantee 5: cancellation reaches every leaf; undo and finally run all the same.
func TestACancelReachesEveryLeaf(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "an activity, which is waited for", events: []event{cancels(2)}, steps: `
steps: [{id: a, activity: work, with: {takes: 9, ack: 3}}, {id: never, activity: work}]
`, story: `
			0-5 a canceled
			5 canceled`},
		{name: "an activity that fails while it is canceled", events: []event{cancels(2)}, steps: `
steps:
  - id: t
    try: [{id: a, activity: work, with: {takes: 9, failOnCancel: Bad}}]
    catch: [{steps: [{id: never, activity: work}]}]
`, story: `
			0-2 t/a failed
			2 canceled`},
		{name: "an activity that ends all the same", events: []event{cancels(2)}, steps: `
steps: [{id: a, activity: work, with: {takes: 9, deaf: true}, undo: {activity: plain}}, {id: never, activity: work}]
`, story: `
			0-9 a
			9-9 a/undo
			9 canceled`},
		{name: "a local activity", events: []event{cancels(2)}, steps: `
steps: [{id: a, activity: work, local: true, with: {takes: 9, ack: 1}}]
`, story: `
			0-3 a canceled
			3 canceled`},
		{name: "a child, which is waited for", events: []event{cancels(2)}, steps: `
steps: [{id: a, workflow: sub, with: {takes: 9, ack: 3}}]
`, story: `
			0-5 a canceled
			5 canceled`},
		{name: "a child that is starting", events: []event{cancels(2)}, steps: `
steps: [{id: a, workflow: sub, with: {start: 5, takes: 9}}]
`, story: `
			0-2 a not started
			2 canceled`},
		{name: "no detached child", events: []event{cancels(2)}, steps: `
steps: [{id: a, workflow: sub, detach: true, with: {takes: 9}}, {id: s, sleep: 1h}]
`, story: `
			0-0 a running
			2 canceled`},
		{name: "a sleep", events: []event{cancels(2)}, steps: `
steps: [{id: a, sleep: 1h}]
`, story: `2 canceled`},
		{name: "a wait", events: []event{cancels(2)}, steps: `
steps: [{id: a, wait: go}]
`, story: `2 canceled`},
		{name: "a wait with a timeout", events: []event{cancels(2)}, steps: `
steps: [{id: a, wait: go, timeout: 1h, on_timeout: [{id: never, activity: work}]}]
`, story: `2 canceled`},
		{name: "what runs after a timeout", events: []event{cancels(2)}, steps: `
steps: [{id: a, wait: go, timeout: 1s, on_timeout: [{id: b, activity: work, with: {takes: 9, ack: 1}}, {id: never, activity: work}]}]
`, story: `
			1-3 a/on_timeout/b canceled
			3 canceled`},
		{name: "a planner", events: []event{cancels(2)}, steps: `
steps: [{id: a, plan: work, with: {takes: 9, ack: 1}}]
`, story: `
			0-3 a canceled
			3 canceled`},
		{name: "a planner that ends all the same", events: []event{cancels(2)}, steps: `
steps: [{id: a, plan: work, with: {takes: 9, deaf: true, output: {steps: [{id: never, activity: plain}]}}}]
`, story: `
			0-9 a
			9 canceled`},
		{name: "a plan", events: []event{cancels(2)}, steps: `
steps: [{id: a, plan: work, with: {output: {steps: [{id: b, activity: work, with: {takes: 9, ack: 1}}, {id: never, activity: work}]}}}]
`, story: `
			0-0 a
			0-3 a/plan:#/b canceled
			3 canceled`},
		{name: "a catch", events: []event{cancels(2)}, steps: `
steps:
  - id: t
    try: [{id: f, fail: {type: Bad}}]
    catch: [{steps: [{id: a, activity: work, with: {takes: 9, ack: 1}}, {id: never, activity: work}]}]
    finally: [{id: l, activity: work, with: {takes: 1}}]
`, story: `
			0-3 t/catch/a canceled
			3-4 t/finally/l
			4 canceled`},
		{name: "many, deep", events: []event{cancels(2)}, steps: `
steps:
  - id: m
    map:
      - id: p
        parallel:
          a: [{id: l, loop: [{id: a, activity: work, with: {takes: 5, ack: "${item}"}}], times: 9}]
          b: [{id: d, dag: [{id: s, sleep: 1h}, {id: w, wait: go}]}]
    over: [1, 2]
`, story: `
			0-3 m[0]/p/a/l[0]/a canceled
			0-4 m[1]/p/a/l[0]/a canceled
			4 canceled`},
		{name: "what has not begun does not begin", events: []event{cancels(1)}, steps: `
steps:
  - id: m
    map: [{id: a, activity: work, with: {takes: 9}}]
    over: [1, 2, 3]
    concurrency: 1
`, story: `
			0-1 m[0]/a canceled
			1 canceled`},
	})
}

func TestACancelRunsFinallyAndUndo(t *testing.T) {
	t.Parallel()
	// Each case is the same document, canceled at another time.
	steps := `
steps:
  - {id: first, activity: work, undo: {activity: work, with: {takes: 3}}}
  - id: t
    try:
      - {id: a, activity: work, with: {takes: 1}, undo: {activity: work, with: {takes: 3}}}
      - {id: f, activity: work, with: {takes: 2, fail: Bad}}
    catch: [{types: [Bad], steps: [{id: c, activity: work, with: {takes: 2}, undo: {activity: work, with: {takes: 1}}}]}]
    finally: [{id: l, activity: work, with: {takes: 2}}, {id: m, sleep: 1s}, {id: n, activity: work, with: {takes: 1}}]
  - {id: last, activity: work, with: {takes: 9}}
`
	tell(t, []storyCase{
		{name: "during the try", events: []event{cancels(2)}, steps: steps, story: `
			0-0 first
			0-1 t/a
			1-2 t/f canceled
			2-4 t/finally/l
			5-6 t/finally/n
			6-9 t/a/undo
			9-12 first/undo
			12 canceled`},
		{name: "during the undo of the try", events: []event{cancels(4)}, steps: steps, story: `
			0-0 first
			0-1 t/a
			1-3 t/f failed
			3-6 t/a/undo
			6-8 t/finally/l
			9-10 t/finally/n
			10-13 first/undo
			13 canceled`},
		{name: "during the catch", events: []event{cancels(7)}, steps: steps, story: `
			0-0 first
			0-1 t/a
			1-3 t/f failed
			3-6 t/a/undo
			6-7 t/catch/c canceled
			7-9 t/finally/l
			10-11 t/finally/n
			11-14 first/undo
			14 canceled`},
		{name: "during finally", events: []event{cancels(9)}, steps: steps, story: `
			0-0 first
			0-1 t/a
			1-3 t/f failed
			3-6 t/a/undo
			6-8 t/catch/c
			8-10 t/finally/l
			11-12 t/finally/n
			12-13 t/catch/c/undo
			13-16 first/undo
			16 canceled`},
		{name: "during the last undo, again", events: []event{cancels(13), cancels(14), cancels(15)}, steps: steps, story: `
			0-0 first
			0-1 t/a
			1-3 t/f failed
			3-6 t/a/undo
			6-8 t/catch/c
			8-10 t/finally/l
			11-12 t/finally/n
			12-13 last canceled
			13-14 t/catch/c/undo
			14-17 first/undo
			17 canceled`},
	})
}

// A cancel that comes with the end of what it would cancel is a cancel.
func TestACancelWithTheEndOfWhatItCancels(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "a timeout", steps: `
steps:
  - id: r
    race:
      a: [{id: w, wait: never, timeout: "${input}", on_timeout: [{id: never, activity: work}]}]
      b: [{id: s, set: {n: 1}}]
`, input: 0, story: `0 {"output":{"n":1},"winner":"b"}`},
		{name: "a timeout without steps", steps: `
steps:
  - id: r
    race:
      a: [{id: t, try: [{id: w, wait: never, timeout: "${input}"}], catch: [{steps: [{id: never, activity: work}]}]}]
      b: [{id: s, set: {n: 1}}]
`, input: 0, story: `0 {"output":{"n":1},"winner":"b"}`},
	})
}

// What cannot be undone is told where the run ends failed, and does not turn a cancel
// into a failure.
func TestAFailedUndoDuringACancel(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{}, cancels(1)).inline(document(`
steps:
  - {id: a, activity: work, undo: {activity: plain}}
  - {id: b, activity: work, undo: {activity: work, with: {fail: Stuck}}}
  - {id: s, sleep: 1h}
`), nil)
	assert.Equal(t, trimmed(`
		0-0 a
		0-0 b
		1-1 b/undo failed
		1-1 a/undo
		1 canceled`), s.story())
}
