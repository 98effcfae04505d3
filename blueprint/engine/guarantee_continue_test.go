package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/engine"
)

// everyKind is a document with every kind of step, nested, whose result does not depend
// on what ends first.
const everyKind = `
blueprint: every
version: 1.0.0
defaults: {startToClose: 5s}
vars: {n: 0, log: []}
steps:
  - {id: begin, activity: echo, with: "${input}", undo: {activity: echo, with: ["undo", "${steps.begin.output}"]}}
  - id: l
    loop:
      - {id: a, activity: work, with: {takes: 1, output: "${round}"}, undo: {activity: echo, with: "${round}"}}
      - {id: s, set: {n: "${vars.n + steps.a.output}"}}
      - {id: z, sleep: 1s}
    until: ${vars.n >= 3}
    max: 9
  - id: p
    parallel:
      one:
        - id: m
          map:
            - {id: s, sleep: "${item}"}
            - id: t
              try: [{id: w, activity: work, with: {takes: "${item}", output: "${item * 2}", fail: "${item == 2 ? 'Odd' : ''}"}}]
              catch: [{types: [Odd], steps: [{id: z, sleep: 1s}, {id: c, set: {caught: "${error.type}"}}]}]
              finally: [{id: f, activity: echo, with: "${index}"}]
          over: [1, 2, 3]
          concurrency: 2
      two:
        - id: d
          dag:
            - {id: a, activity: work, with: {takes: 2, output: a}}
            - {id: b, needs: [a], sleep: 2s}
            - {id: c, needs: [a, b], activity: echo, with: ["${steps.a.output}"]}
            - {id: e, workflow: sub, with: {takes: 7, output: child}}
      three:
        - id: g
          graph:
            - {id: a, set: {n: "${vars.n + 1}"}, next: b}
            - {id: b, steps: [{id: s, sleep: 1s}, {id: f, switch: [{when: "${vars.n < 6}", steps: [{id: x, fail: {type: Again, message: "${string(vars.n)}"}}]}]}], on_failure: a, on_success: c}
            - {id: c, activity: echo, with: ["${vars.n}", "${error.message}"]}
      four:
        - {id: w, wait: go}
        - {id: late, wait: never, timeout: 3s, on_timeout: [{id: s, sleep: 1s}, {id: e, activity: echo, with: late}]}
        - {id: w2, wait: go}
        - {id: out, set: {both: ["${steps.w.output}", "${steps.w2.output}", "${steps.late.output}"]}}
      five:
        - id: plan
          plan: work
          with:
            output:
              steps:
                - {id: s, sleep: 2s}
                - {id: w, workflow: sub, with: {takes: 4, output: "$${vars.n}"}}
                - id: q
                  plan: work
                  with: {output: {steps: [{id: s, sleep: 1s}, {id: e, activity: echo, with: deep}]}}
              output: ["$${steps.w.output}", "$${steps.q.output}"]
      six:
        - id: r
          race:
            slow: [{id: a, activity: echo, with: 1, undo: {activity: echo, with: lost}}, {id: s, sleep: 1h}]
            quick: [{id: s, sleep: 5s}, {id: e, set: {x: won}}]
  - {id: detached, workflow: sub, detach: true, with: {takes: 1}}
  - id: t
    try:
      - {id: a, activity: echo, with: 1, undo: {activity: work, with: {takes: 1}}}
      - {id: s, sleep: 1s}
      - {id: f, fail: {type: Bad}}
    catch: [{steps: [{id: s, sleep: 1s}, {id: c, set: {type: "${error.type}"}}]}]
    finally: [{id: s, sleep: 1s}, {id: e, activity: echo, with: last}]
output: {vars: "${vars}", p: "${steps.p.output}", t: "${steps.t.output}"}
`

// Guarantee 6: continue-as-new is invisible, from any point of any kind of step. Nothing
// is done twice, no message is lost or doubled, and the result is the same.
func TestContinueAsNewAfterAnyNumberOfEvents(t *testing.T) {
	t.Parallel()
	events := []event{signals(1.25, "go", "first"), signals(20.25, "go", "second"), updates(21.25, "u", "go", "third")}
	for _, version := range []int{1, engine.Version} {
		t.Run(fmt.Sprint("version ", version), func(t *testing.T) { afterAnyNumberOfEvents(t, version, events) })
	}
}

func afterAnyNumberOfEvents(t *testing.T, version int, events []event) {
	once := stageAt(t, version, engine.Options{}, events...).inline(everyKind, 7)
	require.NoError(t, once.err)
	require.Equal(t, 1, once.runs)
	assert.Equal(t, `{"p":{"five":[3,"deep"],"four":{"both":["first","second","late"]},"one":[2,{"caught":"Odd"},6],`+
		`"six":{"output":{"x":"won"},"winner":"quick"},"three":[6,"5"],"two":{"a":"a","b":null,"c":["a"],"e":"child"}},`+
		`"t":{"type":"Bad"},"vars":{"log":[],"n":3,"type":"Bad"}}`, once.ending())
	for after := 1; after <= 60; after += 1 + after/10 {
		t.Run(fmt.Sprint(after), func(t *testing.T) {
			t.Parallel()
			again := stageAt(t, version, engine.Options{EventsPerRun: after}, events...).inline(everyKind, 7)
			assert.Equal(t, once.tale(), again.tale(), "in %d runs", again.runs)
			assert.Greater(t, again.runs, 2)
			assert.Empty(t, again.logs.lines)
		})
	}
}

// The same, where the run is canceled at some point: what is undone is the same.
func TestContinueAsNewWithACancel(t *testing.T) {
	t.Parallel()
	for seconds := range 18 {
		t.Run(fmt.Sprint(seconds), func(t *testing.T) {
			t.Parallel()
			for _, after := range []int{0, 1, 7, 30} {
				s := newStage(t, engine.Options{EventsPerRun: after}, signals(1.25, "go", 1), signals(2.25, "go", 2), cancels(float64(seconds)+0.5)).inline(everyKind, 7)
				assert.Equal(t, "canceled", s.ending())
				// All that completed and can be undone is undone, once, the last first.
				var done, undone []string
				for _, each := range s.calls() {
					switch id := lastIDs([]string{each.Path})[0]; {
					case id == "undo":
						undone = append(undone, each.Path)
					case each.How == "" && undoable(each.Path):
						done = append(done, each.Path+"/undo")
					}
					if each.Kind != "child" {
						assert.NotEqual(t, "running", each.How, each.Path)
					}
				}
				assert.ElementsMatch(t, done, undone, "a new run after %d events", after)
			}
		})
	}
}

func undoable(path string) bool {
	switch path {
	case "begin", "t/a", "p/six/r/slow/a":
		return true
	}
	return len(path) > 2 && path[:2] == "l[" && lastIDs([]string{path})[0] == "a"
}

// An activity that takes long holds the steps beside it up for a while, and no longer.
func TestALongActivityDoesNotHoldItsSiblingsUp(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{EventsPerRun: 20}).inline(document(`
steps:
  - id: p
    parallel:
      long: [{id: a, activity: work, with: {takes: 7200, output: 1}}]
      loop: [{id: l, loop: [{id: b, activity: work, with: {takes: 1}}], times: 30}]
  - {id: s, sleep: 1s}
`), nil)
	require.NoError(t, s.err)
	assert.Len(t, s.calls(), 31)
	last := s.call("p/loop/l[29]/b")
	assert.Less(t, last.Ended, time.Hour)
	assert.Equal(t, 1, last.Run)
	assert.Equal(t, secondsOf(7200), s.call("p/long/a").Ended)
}

// A run that does nothing but wait does not go on in new runs.
func TestARunDoesSomethingBeforeItContinues(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{EventsPerRun: 1}, signals(3000, "go", 1)).inline(document(`
steps:
  - id: p
    parallel: {a: [{id: w, wait: go}], b: [{id: s, sleep: 1h}], c: [{id: c, workflow: sub, with: {takes: 3600}}]}
`), nil)
	require.NoError(t, s.err)
	assert.LessOrEqual(t, s.runs, 4)
}

// The server's own word counts, too.
func TestTheServerSuggestsContinueAsNew(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{})
	s.events = []event{at(1.5, func(s *stage) { s.environment.SetContinueAsNewSuggested(true) })}
	s.inline(document(`
steps: [{id: l, loop: [{id: s, sleep: 1s}], times: 5}]
`), nil)
	require.NoError(t, s.err)
	assert.Equal(t, 2, s.runs)
	assert.Equal(t, 5*time.Second, s.now.Sub(stageStart))
}

// What was canceled as a run leaves has ended in the next one, and is not begun anew.
func TestACanceledTimerEndsWithItsRun(t *testing.T) {
	t.Parallel()
	for name, lost := range map[string]string{
		"a sleep":               `{id: s, sleep: 1h}`,
		"a wait":                `{id: w, wait: never, timeout: 1h, on_timeout: [{id: never, activity: work}]}`,
		"a sleep after timeout": `{id: w, wait: never, timeout: 1s, on_timeout: [{id: s, sleep: 1h}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for events := range 20 {
				s := newStage(t, engine.Options{EventsPerRun: events}).inline(document(`
steps:
  - {id: r, race: {lost: [`+lost+`], won: [{id: s, sleep: 3s}]}}
  - {id: l, sleep: 1s}
`), nil)
				assert.Equal(t, "4 null", s.story(), "a new run after %d events", events)
			}
		})
	}
}

// Deadlines do not move: a timer of the next run is for what is left.
func TestTimersGoOnInTheNextRun(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{EventsPerRun: 1}).inline(document(`
steps:
  - id: p
    parallel:
      a: [{id: s, sleep: 1m}]
      b: [{id: w, wait: go, timeout: 2m, on_timeout: []}]
      c: [{id: l, loop: [{id: s, sleep: 7s}], times: 20}]
`), nil)
	require.NoError(t, s.err)
	assert.Equal(t, 140*time.Second, s.now.Sub(stageStart))
	for _, each := range s.commands {
		if each.Path == "p/a/s" {
			assert.Equal(t, time.Minute, each.Began+each.Timer)
		}
		if each.Path == "p/b/w" {
			assert.Equal(t, 2*time.Minute, each.Began+each.Timer)
		}
	}
	assert.Greater(t, s.runs, 15)
}

// booking is a run that fails after it has continued as new, and takes back what it did.
const booking = `
blueprint: tested
version: 1.0.0
steps:
  - {id: reserve, activity: echo, with: 1, undo: {activity: echo, with: 0}}
  - {id: l, loop: [{id: s, sleep: 1s}], times: 3}
  - {id: ship, activity: work, with: {fail: Bad}}
`

// A run that the server retries, or that a cron schedule starts, is given the arguments of
// the run before it: the record is good, and the state is not its own.
func TestARunThatOnlyFollowsBeginsAnew(t *testing.T) {
	t.Parallel()
	// The last run was given the state in which nothing but the undo was left.
	attempt, last := []string{"reserve", "ship", "reserve/undo"}, []string{"reserve/undo"}
	cases := []struct {
		name    string
		follows string
		attempt int32
		// before says that the arguments are those of version 1, and marked how it was begun.
		before bool
		marked workflow.Version
		begins []string
	}{
		{name: "as Continue-As-New does", follows: testRunID, attempt: 1, begins: last},
		{name: "as a retry", follows: "the attempt before", attempt: 2, begins: attempt},
		{name: "as a run of a cron schedule", follows: "the run before", attempt: 1, begins: attempt},
		{name: "of version 1, as Continue-As-New does", follows: testRunID, attempt: 1, before: true, begins: last},
		{name: "of version 1, as a retry", follows: testRunID, attempt: 2, before: true, marked: 1, begins: attempt},
		{name: "of version 1, as a retry that went on from the state", follows: testRunID, attempt: 2, before: true, begins: last},
	}
	for _, each := range cases {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, engine.Options{EventsPerRun: 1}).inline(booking, nil)
			require.Equal(t, "failed Bad: step ship: as told", s.ending())
			require.Greater(t, s.runs, 1)
			require.Equal(t, attempt, s.paths())
			if each.before {
				var carried object
				s.decodeInput(2, &carried)
				require.Equal(t, testRunID, carried["run"])
				delete(carried, "run")
				s.input[2] = carried
			}
			s.commands = nil
			s.markers = map[string]workflow.Version{"a retry begins anew": each.marked}
			if each.marked == 0 {
				s.markers["a retry begins anew"] = workflow.DefaultVersion
			}
			s.info = func(info *workflow.Info) { info.ContinuedExecutionRunID, info.Attempt = each.follows, each.attempt }
			// The worker that retries it has nothing of it.
			s.interpreter = interpreterOf(t, newCatalog())
			if goesOn := s.oneRun(engine.InlineWorkflow); goesOn {
				s.info = nil
				s.follow(engine.InlineWorkflow)
			}
			assert.Equal(t, "failed Bad: step ship: as told", s.ending())
			assert.Equal(t, each.begins, s.paths())
		})
	}
}

// A cancel of the run does not end what an earlier run has begun in a finally.
func TestAFinallyOfAnEarlierRunGoesOnAfterACancel(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{EventsPerRun: 1}, cancels(5)).inline(document(`
steps:
  - id: t
    try: [{id: a, activity: work, with: {takes: 1}}]
    finally:
      - id: p
        parallel: {long: [{id: s, sleep: 10s}], short: [{id: b, activity: work, with: {takes: 1}}, {id: z, sleep: 1s}, {id: d, activity: work, with: {takes: 1}}]}
      - {id: c, activity: work, with: {takes: 1}}
`), nil)
	assert.Equal(t, "canceled", s.ending())
	assert.Greater(t, s.runs, 1)
	assert.Equal(t, secondsOf(11), s.call("t/finally/c").Began)
	assert.Empty(t, s.call("t/finally/c").How)
}
