package engine_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
	"dynamicsamples/blueprint/reference"
	"dynamicsamples/blueprint/reference/generate"
)

// TestAForkIsInvisible forks random blueprints before some of their steps, and resumes the forks
// with nothing changed: they end as the origin would have, and call nothing again that had
// completed. Half of them, origins and forks, go on in a new run again and again.
func TestAForkIsInvisible(t *testing.T) {
	t.Parallel()
	forked, held := 0, 0
	for seed := range cases(150) {
		c := generate.New(seed, generate.Calm)
		want := reference.Run(c.Definition, c.Input, worldOf(c, testRunID))
		events := 0
		if seed%2 == 1 {
			events = 1 + int(seed%40)
		}
		for _, path := range forksOf(want, seed) {
			f := &forking{t: t, c: c, path: path, events: events, world: newFakeWorld(c.World())}
			if !f.run() {
				continue
			}
			forked++
			if f.held {
				held++
			}
			message := fmt.Sprintf("forked before %s, with a new run after %d events, of %v", path, events, c)
			require.Equal(t, want.Fingerprint(false), f.outcome.Fingerprint(false), message)
			require.Equal(t, documented(want.Attempts(), f.attempts), f.attempts, message)
		}
	}
	require.Greater(t, forked, 100, "forks")
	require.Greater(t, held, 10, "forks with a failure held")
}

// forksOf are the paths of some steps of the run.
func forksOf(outcome reference.Outcome, seed uint64) []string {
	var paths []string
	for i, each := range outcome.Executed {
		if uint64(i)%5 == seed%5 && len(paths) < 3 {
			paths = append(paths, each.Path)
		}
	}
	return paths
}

// forking is a run that is forked, and its fork.
type forking struct {
	t        *testing.T
	c        generate.Case
	path     string
	events   int
	world    *fakeWorld
	outcome  reference.Outcome
	attempts map[string]reference.Attempts
	// held says that the fork begins with a failure held.
	held bool
}

// run reports whether there was something to fork.
func (f *forking) run() bool {
	interpreter, err := engine.New(catalogOf("", slices.Collect(maps.Keys(f.c.Plans))...), engine.Options{EventsPerRun: f.events, SearchAttributes: f.world.world.Search})
	require.NoError(f.t, err)
	canonical, err := language.Canonical(f.c.Definition)
	require.NoError(f.t, err)
	var now time.Time
	next, held, refused := interpreter.Seek(f.path, testRunID, func(seeking *engine.Interpreter) {
		f.world = newFakeWorld(f.c.World())
		now = f.follow(seeking, f.world.world.Started, false, []any{json.RawMessage(canonical), f.c.Input})
	})
	if next == nil {
		assert.ErrorContains(f.t, refused, "the origin was ending, or being canceled, before "+f.path)
		return false
	}
	f.held = held
	if cancel := f.world.world.CancelAt - now.Sub(f.world.world.Started); cancel > 0 && cancel < time.Minute {
		return false // It would come while the fork is paused.
	}
	underWay := f.world.underWay(now)
	called := len(f.world.called)
	f.world.searched = temporal.SearchAttributes{} // A new Workflow Execution has none.
	f.world.asksOnce, f.world.decides = true, "fail"
	f.world.pauses = []pause{{at: now.Sub(f.world.world.Started), lasts: time.Second}}
	f.follow(interpreter, now, true, next)
	f.forget(called, underWay)
	f.outcome.Called = f.world.called
	return true
}

// follow runs it until it ends, and returns when.
func (f *forking) follow(interpreter *engine.Interpreter, now time.Time, isFork bool, arguments []any) time.Time {
	for run := 1; ; run++ {
		environment := environmentAt(now, f.world, interpreter)
		if isFork || run > 1 {
			environment.SetContinuedExecutionRunID(testRunID)
		}
		f.world.history = 0
		environment.SetOnTimerFiredListener(func(string) { f.world.newTask(environment) })
		f.world.begun = func() { deliver(environment, f.world, now) }
		f.world.waits = func() { f.world.look(environment) }
		environment.ExecuteWorkflow(engine.InlineWorkflow, arguments...)
		now = environment.Now()
		var next *workflow.ContinueAsNewError
		if errors.As(environment.GetWorkflowError(), &next) {
			arguments = raw(next.Input)
			continue
		}
		if isFork {
			f.outcome = outcomeOf(f.t, environment, f.world)
			status, err := environment.QueryWorkflow(engine.StatusQuery)
			require.NoError(f.t, err)
			f.attempts = attemptsIn(f.t, status, f.c)
		}
		return now
	}
}

// forget leaves out the calls of the origin that were under way, where the fork has made them
// again.
func (f *forking) forget(called int, underWay map[int]bool) {
	var kept []reference.Call
	for i, each := range f.world.called {
		again := func(later reference.Call) bool { return later.Path == each.Path }
		if i < called && underWay[i] && slices.ContainsFunc(f.world.called[called:], again) {
			continue
		}
		kept = append(kept, each)
	}
	f.world.called = kept
}
