package engine_test

import "testing"

func TestTries(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "the output is that of the steps", steps: `
steps:
  - id: t
    try: [{id: a, activity: work, with: {output: 1}}]
    catch: [{steps: [{id: b, activity: work}]}]
    finally: [{id: c, activity: work, with: {output: 2}}]
`, story: `
			0-0 t/a
			0-0 t/finally/c
			0 1`},
		{name: "the catch that names the type", steps: `
steps:
  - id: t
    try: [{id: a, activity: work, with: {fail: B}}]
    catch:
      - {types: [A], steps: [{id: a, activity: work}]}
      - {types: [C, B], steps: [{id: b, activity: work, with: {output: 5}}]}
      - {steps: [{id: c, activity: work}]}
`, story: `
			0-0 t/a failed
			0-0 t/catch/b
			0 5`},
		{name: "every failure where no type is named", steps: `
steps:
  - id: t
    try: [{id: a, activity: work, with: {fail: B, details: [1, two]}}]
    catch: [{types: [A], steps: [{id: a, activity: work}]}, {steps: [{id: c, activity: echo, with: "${error}"}]}]
`, story: `
			0-0 t/a failed
			0-0 t/catch/c
			0 {"details":[1,"two"],"message":"as told","step":"t/a","type":"B"}`},
		{name: "an error without details has none", steps: `
steps:
  - id: t
    try: [{id: f, fail: {type: B}}]
    catch: [{steps: [{id: c, set: {x: "${error}"}}]}]
`, story: `0 {"x":{"details":[],"message":"","step":"t/f","type":"B"}}`},
		{name: "no catch that names it", steps: `
steps:
  - id: t
    try: [{id: a, activity: work, with: {fail: B}}]
    catch: [{types: [A], steps: [{id: a, activity: work}]}]
    finally: [{id: c, activity: work}]
`, story: `
			0-0 t/a failed
			0-0 t/finally/c
			0 failed B: step t/a: as told`},
		{name: "from inside to outside", steps: `
steps:
  - id: outer
    try:
      - id: inner
        try: [{id: a, activity: work, with: {fail: B}}]
        catch: [{types: [A], steps: [{id: a, activity: work}]}]
        finally: [{id: c, activity: work, with: {takes: 1}}]
    catch: [{types: [B], steps: [{id: b, activity: echo, with: "${error.step}"}]}]
`, story: `
			0-0 outer/inner/a failed
			0-1 outer/inner/finally/c
			1-1 outer/catch/b
			1 "outer/inner/a"`},
		{name: "a failure in a catch", steps: `
steps:
  - id: t
    try: [{id: a, fail: {type: A}}]
    catch: [{steps: [{id: a, fail: {type: B, message: "after ${error.type}"}}]}]
    finally: [{id: c, activity: work}]
`, story: `
			0-0 t/finally/c
			0 failed B: step t/catch/a: after A`},
		{name: "a failure in a finally", steps: `
steps:
  - id: t
    try: [{id: a, activity: work}]
    finally: [{id: c, fail: {type: B, message: m}}]
`, story: `
			0-0 t/a
			0 failed B: step t/finally/c: m`},
		{name: "a failure in a finally does not hide the first", steps: `
steps:
  - id: t
    try: [{id: a, fail: {type: A, message: m}}]
    finally: [{id: c, fail: {type: B}}]
`, story: `0 failed A: step t/a: m`},
		{name: "a stop runs finally", steps: `
steps:
  - id: t
    try: [{id: a, stop: 1}]
    finally: [{id: c, activity: work}]
`, story: `
			0-0 t/finally/c
			0 1`},
		{name: "variables go through", steps: `
vars: {log: []}
steps:
  - id: t
    try: [{id: a, set: {log: "${vars.log + ['try']}"}}, {id: f, fail: {type: A}}]
    catch: [{steps: [{id: a, set: {log: "${vars.log + ['catch']}"}}]}]
    finally: [{id: a, set: {log: "${vars.log + ['finally']}"}}]
output: ${vars.log}
`, story: `0 ["try","catch","finally"]`},
		{name: "details of a failure are values", steps: `
steps: [{id: f, fail: {type: A, message: "${input} is ${input * 2}", details: ["${input}", [1, "x${input}"]]}}]
`, input: 4, story: `0 failed A: step f: 4 is 8 [4,[1,"x4"]]`},
		{name: "an error within an error's message", steps: `
steps: [{id: f, fail: {type: A, message: "${input.x}"}}]
`, input: map[string]any{}, story: `0 failed ExpressionError: step f: there is no field "x"`},
		{name: "a failure of the output", steps: `
steps: [{id: a, activity: work, undo: {activity: plain}}]
output: ${input.x}
`, input: map[string]any{}, story: `
			0-0 a
			0-0 a/undo
			0 failed ExpressionError: there is no field "x"`},
		{name: "stop null", steps: `
steps: [{id: a, stop: null}]
output: 7
`, story: `0 null`},
	})
}

func TestSleeps(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "a duration", steps: `
steps: [{id: a, sleep: 1m30s}]
`, story: `90 null`},
		{name: "a number of seconds", steps: `
steps: [{id: a, sleep: "${input / 2}"}]
`, input: 3, story: `1.500 null`},
		{name: "an expression that gives a duration", steps: `
steps: [{id: a, sleep: "${input + 'm'}"}]
`, input: "2", story: `120 null`},
		{name: "days", steps: `
steps: [{id: a, sleep: 2d}]
`, story: `172800 null`},
		{name: "no duration", steps: `
steps: [{id: a, sleep: "${input}"}]
`, input: true, story: `0 failed ExpressionError: step a: a duration must be a text such as 5m or a number of seconds, not true`},
		{name: "a text that is no duration", steps: `
steps: [{id: a, sleep: "${input}"}]
`, input: "soon", story: `0 failed ExpressionError: step a: "soon" is no duration such as "30s", "1h30m" or "2d": it is a number with a unit, of ms, s, m, h and d`},
		{name: "a negative duration", steps: `
steps: [{id: a, sleep: "${input}"}]
`, input: -1, story: `0 null`},
		{name: "a text below zero", steps: `
steps: [{id: a, sleep: "${string(timestamp('2026-01-01T00:00:00Z') - timestamp(input))}"}, {id: b, sleep: "${'-1d'}"}]
`, input: "2026-01-01T00:00:30Z", story: `0 null`},
		{name: "a text below zero that is no duration", steps: `
steps: [{id: a, sleep: "${input}"}]
`, input: "-soon", story: `0 failed ExpressionError: step a: "soon" is no duration such as "30s", "1h30m" or "2d": it is a number with a unit, of ms, s, m, h and d`},
		{name: "too long a duration", steps: `
steps: [{id: a, sleep: "${input}"}]
`, input: 3153600001, story: `0 failed ExpressionError: step a: a duration must not be negative or longer than 100 years: 3153600001`},
		{name: "none", steps: `
steps: [{id: a, sleep: 0s}, {id: b, sleep: "${input}"}]
`, input: "0s", story: `0 null`},
		{name: "a time, with another offset than the clock's", steps: `
steps: [{id: a, sleep: {until: "2026-03-04T07:07:07+02:00"}}, {id: b, sleep: {until: "${input}"}}]
`, input: "2026-03-04T06:07:08+01:00", story: `61 null`},
		{name: "a time that has passed, and one that is now", steps: `
steps: [{id: a, sleep: {until: "2026-03-04T05:06:06Z"}}, {id: b, sleep: {until: "${run.now}"}}, {id: c, sleep: {until: "1900-01-01T00:00:00Z"}}]
`, story: `0 null`},
		{name: "a time in more than a hundred years", steps: `
steps: [{id: a, sleep: {until: "${input}"}}]
`, input: "2126-03-05T00:00:00Z", story: `0 failed ExpressionError: step a: 2126-03-05T00:00:00Z is more than 100 years away`},
		{name: "a time without an offset", steps: `
steps: [{id: a, sleep: {until: "${input}"}}]
`, input: "2026-03-04T07:07:07", story: `0 failed ExpressionError: step a: "2026-03-04T07:07:07" is no time with an offset such as "2026-12-24T18:00:00+01:00" or "2026-12-24T17:00:00Z"`},
		{name: "a time that is no text", steps: `
steps: [{id: a, sleep: {until: "${input}"}}]
`, input: 5, story: `0 failed ExpressionError: step a: until must be a time as a text, not 5`},
		{name: "a time until which a message may come", events: []event{signals(70, "go", 7)}, steps: `
steps: [{id: a, wait: go, timeout: {until: "2026-03-04T05:07:07Z"}, on_timeout: []}, {id: b, wait: go, timeout: {until: "2026-03-04T05:08:07Z"}}, {id: c, wait: go, timeout: 0s}]
`, story: `70 failed WaitTimeout: step c: no message go came in time ["go"]`},
		{name: "a time that is kept from run to run", steps: `
vars: {t: "2026-03-04T05:06:17Z"}
steps: [{id: p, parallel: {a: [{id: s, sleep: {until: "${vars.t}"}}, {id: x, activity: work}], b: [{id: l, times: 4, loop: [{id: z, sleep: 1s}]}]}}]
output: done
`, story: `
			10-10 p/a/x
			10 "done"`},
		{name: "a clock", steps: `
steps:
  - {id: s, sleep: 90s}
  - {id: a, set: {started: "${run.started}", now: "${run.now}", id: "${run.id}"}}
`, story: `90 {"id":"run","now":"2026-03-04T05:07:37Z","started":"2026-03-04T05:06:07Z"}`},
	})
}

// Until version 2, a computed length of time below zero was a failure.
func TestANegativeSleepOfVersionOne(t *testing.T) {
	t.Parallel()
	tellAt(t, 1, []storyCase{{name: "a negative duration", steps: `
steps: [{id: a, sleep: "${input}"}]
`, input: -1, story: `0 failed ExpressionError: step a: a duration must not be negative or longer than 100 years: -1`}})
}
