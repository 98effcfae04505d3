package engine_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
	"dynamicsamples/blueprint/reference"
	"dynamicsamples/blueprint/reference/generate"
)

// replaces is an operation that puts another document in place of the run's.
func replaces(seconds float64, steps string) event {
	text, _ := json.Marshal(document(steps))
	return operates(seconds, fmt.Sprint("replace at ", seconds), engine.Operation{Op: "replace", Document: text, By: "mei"})
}

// A paused run goes on by another document, in which what has begun is as it was.
func TestReplacedDocuments(t *testing.T) {
	t.Parallel()
	change := func(steps string) []event { return []event{pauses(0.5, ""), replaces(3, steps), resumes(5, "")} }
	tell(t, []storyCase{
		{name: "what has not begun is changed, removed and added", events: change(`
steps: [{id: a, activity: work, with: {takes: 1, output: 3}}, {id: c, activity: work, with: {takes: 2}}, {id: d, activity: echo, with: "${steps.c.output}"}]
output: ["new", "${run.now}"]`), steps: `
steps: [{id: a, activity: work, with: {takes: 1, output: 3}}, {id: b, activity: work, with: {fail: Bad}}]`, story: `
			0-1 a
			5-7 c
			7-7 d
			7 ["new","2026-03-04T05:06:14Z"]`},
		{name: "inside what is under way", events: change(`
steps:
  - id: t
    try: [{id: l, times: 2, loop: [{id: a, activity: work, with: {takes: 1}}, {id: b, activity: work, with: {fail: Bad}}]}]
    catch: [{steps: [{id: c, activity: work, with: {output: 2}}]}]
    finally: [{id: d, activity: work}]`), steps: `
steps:
  - id: t
    try: [{id: l, times: 2, loop: [{id: a, activity: work, with: {takes: 1}}, {id: b, activity: work}]}]
    catch: [{steps: [{id: c, activity: work, with: {output: 1}}]}]`, story: `
			0-1 t/l[0]/a
			5-5 t/l[0]/b failed
			5-5 t/catch/c
			5-5 t/finally/d
			5 2`},
		{name: "nodes of a dag are found by their ids", events: change(`
steps:
  - id: d
    dag: [{id: z, needs: [b], activity: work, with: {output: 3}}, {id: b, needs: [a], activity: work, with: {takes: 1, output: 9}}, {id: w, sleep: 8s}, {id: a, activity: work, with: {takes: 1, output: 1}}]`), steps: `
steps:
  - id: d
    dag: [{id: a, activity: work, with: {takes: 1, output: 1}}, {id: w, sleep: 8s}, {id: b, needs: [a], activity: work, with: {takes: 1, output: 2}}]`, story: `
			0-1 d/a
			5-6 d/b
			6-6 d/z
			8 {"a":1,"b":9,"w":null,"z":3}`},
		{name: "nodes of a graph, too", events: change(`
steps:
  - id: g
    graph: [{id: c, activity: work, with: {output: 3}}, {id: b, activity: work, with: {takes: 1}, next: c}, {id: a, activity: work, with: {takes: 1}, next: b, undo: {activity: work}}]
    start: a`), steps: `
steps:
  - id: g
    graph: [{id: a, activity: work, with: {takes: 1}, next: b, undo: {activity: work}}, {id: b, activity: work, with: {takes: 9}}]
    start: a`, story: `
			0-1 g[0]/a
			5-6 g[1]/b
			6-6 g[2]/c
			6 3`},
		{name: "waits, timers, registered undos and plans stay", input: map[string]any{"steps": []any{map[string]any{"id": "w", "wait": "go"}}}, events: append(change(`
steps:
  - {id: a, activity: work, undo: {activity: work}}
  - id: p
    parallel:
      x: [{id: q, plan: work, with: {output: "${input}"}}, {id: f, fail: {type: Bad, message: "${steps.q.output}"}}]
      y: [{id: z, sleep: 20s}]
      z: [{id: w, wait: ready, timeout: 4s, on_timeout: [{id: n, activity: work, with: {takes: 1}}]}]`), signals(7, "go", "went")), steps: `
steps:
  - {id: a, activity: work, undo: {activity: work}}
  - id: p
    parallel:
      x: [{id: q, plan: work, with: {output: "${input}"}}, {id: f, activity: echo, with: "${steps.q.output}"}]
      y: [{id: z, sleep: 20s}]
      z: [{id: w, wait: ready, timeout: 4s, on_timeout: []}]`, story: `
			0-0 a
			0-0 p/x/q
			5-6 p/z/w/on_timeout/n
			7-7 a/undo
			7 failed Bad: step p/x/f: went`},
	})
}

// Everything that is against a document is told, and nothing is changed.
func TestReplacementsThatAreRefused(t *testing.T) {
	t.Parallel()
	const steps = `
vars: {x: 1}
steps:
  - {id: a, activity: work, with: {takes: 1}}
  - id: s
    parallel: {l: [{id: b, activity: work, with: {takes: 1}}, {id: c, activity: work}], r: [{id: z, sleep: 9s}]}
  - id: e
    set: {x: 2}
`
	for name, each := range map[string]struct {
		document string
		refused  []string
	}{
		"as it is, of another version": {document: strings.Replace(document(steps), "1.0.0", "1.0.1", 1)},
		"as it is":                     {steps, []string{"the run goes on by this document already: nothing is replaced"}},
		"of another name":              {strings.Replace(document(steps), "tested", "other", 1), []string{`its blueprint must stay "tested", got "other"`}},
		"all at once": {`
vars: {x: 2}
timeout: 1d
steps:
  - {id: s, parallel: {l: [{id: c, activity: work}], q: [{id: a, sleep: 1s}], r: [{id: z, sleep: 8s}]}}
`, []string{`its timeout must stay none, got "1d"; its vars must stay {"x":1}, got {"x":2}; a has begun, and is not in it; s has begun, and stands elsewhere`}},
		"keys": {strings.Replace(strings.Replace(steps, "takes: 1}}, {id: c", "takes: 2}, summary: more}, {id: c", 1), "r: [", "q: [{id: a, sleep: 1s}], r: [", 1), []string{
			`: s has begun: its parallel must stay {"l":"…","r":"…"}, got {"l":"…","q":"…","r":"…"}; s/l/b has begun: its summary must stay none, got "more", and its with must stay {"takes":1}, got {"takes":2}`,
		}},
		"kinds":               {strings.Replace(steps, "sleep: 9s", "wait: go", 1), []string{": s/r/z has begun: its kind must stay sleep, got wait"}},
		"nothing follows":     {strings.Replace(steps, ", {id: c, activity: work}]", "]", 1), []string{"s/l/c waits to begin, and nothing stands in its place"}},
		"an output of before": {strings.Replace(steps, "{x: 2}", `{x: "${steps.a.output}"}`, 1), []string{"the output of a is not there anymore, as nothing used it"}},
		"no document":         {"steps: [", []string{"the blueprint has problems"}},
		"unknown activities":  {strings.Replace(steps, "c, activity: work", "c, activity: wrok", 1), []string{`there is no activity "wrok" in the catalog; did you mean "work"?`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := each.document
			if !strings.HasPrefix(text, "blueprint:") && text != "steps: [" {
				text = document(text)
			}
			encoded, err := json.Marshal(text)
			require.NoError(t, err)
			dry := operates(3, "dry", engine.Operation{Op: "replace", Document: encoded, DryRun: true})
			s := newStage(t, engine.Options{Operations: switched()}, pauses(1.5, ""), dry, resumes(4, "")).inline(document(steps), nil)
			assert.Equal(t, "0-1 a\n1-2 s/l/b\n4-4 s/l/c\n10 {\"x\":2}", s.story())
			assert.Equal(t, 1, s.runs)
			assert.Len(t, s.status().Operations, 2, "what is only tried is not noted")
			if each.refused == nil {
				require.NoError(t, s.replies["dry"].err)
				return
			}
			require.Error(t, s.replies["dry"].err)
			for _, reason := range each.refused {
				assert.ErrorContains(t, s.replies["dry"].err, reason)
			}
		})
	}
}

// A node that nothing would begin is refused, and so is the loss of one that waits.
func TestNewNodesOfADag(t *testing.T) {
	t.Parallel()
	const steps = `
steps: [{id: d, dag: [{id: a, activity: work, with: {takes: 1}}, {id: b, needs: [a], activity: work}, {id: z, sleep: 9s}]}]`
	refused := func(replaced string) error {
		s := newStage(t, engine.Options{Operations: switched()}, pauses(0.5, ""), replaces(3, replaced), resumes(4, "")).inline(document(steps), nil)
		return s.replies["replace at 3"].err
	}
	assert.ErrorContains(t, refused(strings.Replace(steps, "{id: z", "{id: c, needs: [a], activity: work}, {id: z", 1)), "d/c would have begun already: what it needs has ended")
	assert.ErrorContains(t, refused(strings.Replace(steps, "{id: z", "{id: c, activity: work}, {id: z", 1)), "d/c would have begun already")
	assert.ErrorContains(t, refused(strings.Replace(steps, "{id: b, needs: [a], activity: work}, ", "", 1)), "d/b waits to begin, and is not in it")
	assert.ErrorContains(t, refused("\nsteps: [{id: d, sleep: 9s}]"), "cannot take the place of tested@1.0.0: d has begun: its kind must stay dag, got sleep (type", "nothing else is against it")
	assert.NoError(t, refused(strings.Replace(steps, "{id: z", "{id: c, needs: [a, z], activity: work}, {id: z", 1)))
}

// The budget of the run stays, and its memo has the new document.
func TestReplacedDocumentsKeepTheBudget(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{Operations: switched()}, pauses(0.5, ""), replaces(3, `
budget: {steps: 3}
steps: [{id: a, activity: work, with: {takes: 1}}, {id: l, times: 9, loop: [{id: e, activity: work}]}]`), resumes(5, "")).inline(document(`
budget: {steps: 3}
steps: [{id: a, activity: work, with: {takes: 1}}, {id: b, activity: work}]`), nil)
	assert.Equal(t, `failed BudgetExceeded: step l[1]/e: the budget allows steps: 3 ["steps",3]`, s.ending())
	require.Len(t, s.memos, 2)
	assert.Equal(t, "tested@1.0.0", s.memos[1]["blueprint"])
	assert.NotEqual(t, s.memos[0]["hash"], s.memos[1]["hash"])
}

// A document is replaced in a run at rest, one at a time, where the interpreter allows it.
func TestWhenDocumentsAreReplaced(t *testing.T) {
	t.Parallel()
	const steps = "steps: [{id: a, activity: work, with: {takes: 2}}, {id: b, activity: work, with: {takes: 1}}]"
	told := func(options engine.Options, events ...event) *stage {
		return newStage(t, options, events...).inline(document(steps), nil)
	}
	all := engine.Options{Operations: switched()}
	s := told(all, replaces(1, steps))
	assert.ErrorContains(t, s.replies["replace at 1"].rejected, "while the whole run is paused: it admits pause")
	s = told(all, pauses(0.5, ""), replaces(1, steps), resumes(3, ""))
	assert.ErrorContains(t, s.replies["replace at 1"].rejected, "what is under way must end first: a")
	s = told(engine.Options{}, pauses(0.5, ""), replaces(2.5, steps), resumes(3, ""))
	assert.ErrorContains(t, s.replies["replace at 2.5"].rejected, "does not allow replace")
	s = told(all, pauses(0.5, ""), replaces(2.5, steps+"\nsummary: another"), resumes(3, ""))
	assert.NoError(t, s.replies["replace at 2.5"].err)
	assert.Equal(t, 2, s.runs)
	assert.Equal(t, "0-2 a\n3-4 b\n4 null", s.story())
	s = told(all, operates(1, "x", engine.Operation{Op: "replace"}), operates(1.5, "y", engine.Operation{Op: "replace", Step: "a", Document: []byte("1")}), operates(1.6, "z", engine.Operation{Op: "pause", DryRun: true}))
	assert.ErrorContains(t, s.replies["x"].rejected, "document is missing")
	assert.ErrorContains(t, s.replies["y"].rejected, "not about a step")
	assert.ErrorContains(t, s.replies["z"].rejected, "dryRun is for replace")
}

// TestAReplacementIsInvisible puts the same document in place of a random one, with the nodes of its
// dags in another order, while it is paused: the run does what it would have done.
func TestAReplacementIsInvisible(t *testing.T) {
	t.Parallel()
	replaced := 0
	for seed := range cases(200) {
		c := generate.New(seed, generate.Calm)
		want := reference.Run(c.Definition, c.Input, worldOf(c, testRunID))
		world := newFakeWorld(c.World())
		world.pauses = pausesOf(want, seed, world.world.CancelAt)
		for i := range world.pauses {
			world.pauses[i].step = ""
			world.pauses[i].replace = moved(t, c.Definition)
		}
		got, attempts, runs := interpretIn(t, c, int(seed%3)*20, world)
		message := fmt.Sprintf("%d runs, replaced at %v, of %v", runs, world.pauses, c)
		require.Equal(t, want.Fingerprint(false), got.Fingerprint(false), message)
		require.Equal(t, documented(want.Attempts(), attempts), attempts, message)
		replaced += world.replaced
	}
	require.Greater(t, replaced, 50)
}

// moved is the definition with the nodes of its dags the other way round, and another version.
func moved(t *testing.T, definition *language.Definition) json.RawMessage {
	t.Helper()
	canonical, err := language.Canonical(definition)
	require.NoError(t, err)
	other, _, problems := language.Load("", canonical, len(canonical))
	require.NoError(t, problems.Err())
	other.Version = "1.0.1"
	var walk func(steps []*language.Step)
	walk = func(steps []*language.Step) {
		for _, each := range steps {
			if dag, is := each.Kind.(*language.Dag); is {
				slices.Reverse(dag.Dag)
			}
			for _, block := range language.BlocksOf(each) {
				walk(block.Steps)
			}
		}
	}
	walk(other.Steps)
	canonical, err = language.Canonical(other)
	require.NoError(t, err)
	return canonical
}
