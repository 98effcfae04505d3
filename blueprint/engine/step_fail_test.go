package engine_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
)

func TestRethrows(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "in a catch, as it was", steps: `
steps:
  - id: outer
    try:
      - id: t
        try: [{id: a, activity: work, with: {takes: 1, fail: B, details: [1, {two: 3}]}}]
        catch: [{steps: [{id: n, activity: work, with: {takes: 1}}, {id: again, fail: "${error}"}]}]
    catch: [{types: [B], steps: [{id: c, activity: echo, with: "${error}"}]}]
`, story: `
			0-1 outer/t/a failed
			1-2 outer/t/catch/n
			2-2 outer/catch/c
			2 {"details":[1,{"two":3}],"message":"as told","step":"outer/t/a","type":"B"}`},
		{name: "what the catch has done is undone, and finally runs", steps: `
steps:
  - id: t
    try: [{id: a, activity: work, with: {fail: B}}]
    catch: [{steps: [{id: n, activity: work, undo: {activity: plain}}, {id: again, fail: "${error}"}]}]
    finally: [{id: f, activity: work}]
`, story: `
			0-0 t/a failed
			0-0 t/catch/n
			0-0 t/finally/f
			0-0 t/catch/n/undo
			0 failed B: step t/a: as told`},
		{name: "the innermost", steps: `
steps:
  - id: t
    try: [{id: a, activity: work, with: {fail: A}}]
    catch:
      - steps:
          - id: u
            try: [{id: b, activity: work, with: {fail: B}}]
            catch: [{steps: [{id: m, over: [1], map: [{id: again, fail: "${error}"}]}]}]
`, story: `
			0-0 t/a failed
			0-0 t/catch/u/b failed
			0 failed B: step t/catch/u/b: as told`},
		{name: "of the catch around, once another has ended", steps: `
steps:
  - id: t
    try: [{id: a, activity: work, with: {fail: A}}]
    catch:
      - steps:
          - id: u
            try: [{id: b, activity: work, with: {fail: B}}]
            catch: [{steps: []}]
            finally: [{id: p, plan: echo, with: {steps: [{id: s, sleep: 1s}, {id: again, fail: "$${error}"}]}}]
`, story: `
			0-0 t/a failed
			0-0 t/catch/u/b failed
			0-0 t/catch/u/finally/p
			1 failed A: step t/a: as told`},
		{name: "in an on_timeout in a catch", steps: `
steps:
  - id: t
    try: [{id: a, activity: work, with: {fail: A}}]
    catch: [{steps: [{id: w, wait: never, timeout: 1s, on_timeout: [{id: again, fail: "${error}"}]}]}]
`, story: `
			0-0 t/a failed
			1 failed A: step t/a: as told`},
		{name: "after an edge of a graph", steps: `
steps:
  - id: t
    try:
      - id: g
        graph:
          - {id: a, activity: work, with: {fail: A, details: [7]}, on_failure: b}
          - {id: b, activity: work, with: {takes: 1}, next: c}
          - {id: c, fail: "${error}"}
    catch: [{types: [A], steps: [{id: c, activity: echo, with: "${error}"}]}]
`, story: `
			0-0 t/g[0]/a failed
			0-1 t/g[1]/b
			1-1 t/catch/c
			1 {"details":[7],"message":"as told","step":"t/g[0]/a","type":"A"}`},
		{name: "where nothing has failed on the way there", steps: `
steps:
  - id: t
    try:
      - id: g
        graph: [{id: a, activity: work, on_success: b, on_failure: b}, {id: b, fail: "${error}"}]
    catch: [{types: [ExpressionError], steps: [{id: c, activity: echo, with: "${error.step}"}]}]
`, story: `
			0-0 t/g[0]/a
			0-0 t/catch/c
			0 "t/g[1]/b"`},
		{name: "of a child, and of a timeout", steps: `
steps:
  - id: t
    try: [{id: c, workflow: sub, with: {takes: 1, fail: B, details: [3]}}]
    catch: [{steps: [{id: u, try: [{id: again, fail: "${error}"}], catch: [{types: [B], steps: [{id: e, activity: echo, with: "${error}"}]}]}]}]
  - id: v
    try: [{id: late, sleep: 9s, timeout: 1s}]
    catch: [{types: [StepTimeout], steps: [{id: again, fail: "${error}"}]}]
`, story: `
			0-1 t/c failed
			1-1 t/catch/u/catch/e
			2 failed StepTimeout: step v/late: not done by 2026-03-04T05:06:09Z`},
	})
}

// Whether another attempt of a block may end otherwise is what the failure said that was caught.
func TestRethrowsInBlocksThatAreTriedAgain(t *testing.T) {
	t.Parallel()
	tell(t, []storyCase{
		{name: "in a catch", steps: `
steps:
  - id: m
    over: [true, false]
    tolerate: 2
    map: [{id: g, retry: {maximumAttempts: 2}, try: [{id: a, activity: work, with: {fail: A, final: "${item}"}}], catch: [{steps: [{id: again, fail: "${error}"}]}]}]
output: "${steps.m.output.map(each, each.error.step)}"
`, story: `
			0-0 m[0]/g/a failed
			0-0 m[1]/g/a failed
			1-1 m[1]/g#2/a failed
			1 ["m[0]/g/a","m[1]/g#2/a"]`},
		{name: "after an edge", steps: `
steps:
  - id: m
    over: [true, false]
    tolerate: 2
    map: [{id: g, retry: {maximumAttempts: 2}, graph: [{id: a, activity: work, with: {fail: A, final: "${item}"}, on_failure: s}, {id: s, sleep: 1s, next: again}, {id: again, fail: "${error}"}]}]
output: "${steps.m.output.map(each, each.error.step)}"
`, story: `
			0-0 m[0]/g[0]/a failed
			0-0 m[1]/g[0]/a failed
			2-2 m[1]/g#2[0]/a failed
			3 ["m[0]/g[0]/a","m[1]/g#2[0]/a"]`},
	})
}

// What may be tried again may be so after it was caught and has failed again.
func TestRethrowsMayBeRetried(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		steps string
		final bool
	}{
		"catch":         {`steps: [{id: t, try: [{id: a, activity: work, with: {fail: A}}], catch: [{steps: [{id: s, sleep: 1s}, {id: again, fail: "${error}"}]}]}]`, false},
		"graph":         {`steps: [{id: g, graph: [{id: a, activity: work, with: {fail: A}, on_failure: s}, {id: s, sleep: 1s, next: again}, {id: again, fail: "${error}"}]}]`, false},
		"made anew":     {`steps: [{id: t, try: [{id: a, activity: work, with: {fail: A}}], catch: [{steps: [{id: again, fail: {type: "${error.type}"}}]}]}]`, true},
		"never retried": {`steps: [{id: g, graph: [{id: a, fail: {type: A}, on_failure: again}, {id: again, fail: "${error}"}]}]`, true},
	} {
		for _, events := range []int{0, 1} {
			told := newStage(t, engine.Options{EventsPerRun: events}).inline(document(test.steps), nil)
			assert.Equal(t, "A", told.failure().Type(), name)
			assert.Equal(t, test.final, told.failure().NonRetryable(), name)
		}
	}
}

func TestTypesOfFailures(t *testing.T) {
	t.Parallel()
	longest := "x:" + strings.Repeat("a", language.LongestType-2)
	for _, test := range []struct{ kind, want string }{
		{"urn:example:stock", "urn:example:stock"},
		{longest, longest},
		{longest + "a", "ExpressionError"},
		{"", "ExpressionError"},
		{"out of stock", "ExpressionError"},
		{"1st", "ExpressionError"},
		{"Canceled", "ExpressionError"},
	} {
		told := newStage(t, engine.Options{}).inline(document(`steps: [{id: f, fail: {type: "${input.kind}", message: "of ${input.kind.size()}"}}]`), object{"kind": test.kind})
		assert.Equal(t, test.want, told.failure().Type(), test.kind)
	}
	for _, kind := range []any{7, nil, object{}} {
		told := newStage(t, engine.Options{}).inline(document(`steps: [{id: f, fail: {type: "${input.kind}"}}]`), object{"kind": kind})
		assert.ErrorContains(t, told.err, "step f: the type of a failure must be a text")
	}
	told := newStage(t, engine.Options{}).inline(document(`steps: [{id: f, fail: {type: "https://example.com/errors/${input}?a=b#c", details: ["${input}"]}}]`), 404)
	assert.Equal(t, "https://example.com/errors/404?a=b#c", told.failure().Type())
}
