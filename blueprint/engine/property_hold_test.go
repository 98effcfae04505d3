package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
	"dynamicsamples/blueprint/reference"
	"dynamicsamples/blueprint/reference/generate"
)

// TestAHoldIsInvisible holds every failure of random blueprints that nothing takes, and asks to let
// each go: the run does what it would have done. Half of them go on in a new run again and again.
func TestAHoldIsInvisible(t *testing.T) {
	t.Parallel()
	held := 0
	for seed := range cases(150) {
		c := generate.New(seed, generate.Calm)
		want := reference.Run(c.Definition, c.Input, worldOf(c, testRunID))
		if c.Definition.Defaults == nil {
			c.Definition.Defaults = &language.Defaults{}
		}
		c.Definition.Defaults.Hold = &language.Hold{}
		world := newFakeWorld(c.World())
		world.decides = "fail"
		got, attempts, runs := interpretIn(t, c, eventsOf(seed), world)
		message := fmt.Sprintf("%d runs, held %d, of %v", runs, world.held, c)
		require.Equal(t, want.Fingerprint(false), got.Fingerprint(false), message)
		require.Equal(t, documented(want.Attempts(), attempts), attempts, message)
		held += world.held
	}
	require.Greater(t, held, 60)
}

// TestARetryOfWhatIsHeldIsInvisible lets calls of random blueprints fail before they do what they
// do: held and tried again, they give the run that had no such failure.
func TestARetryOfWhatIsHeldIsInvisible(t *testing.T) {
	t.Parallel()
	held := 0
	for seed := range cases(150) {
		c := generate.New(seed, generate.Calm)
		if c.World().CancelAt > 0 {
			continue // It may come between a failure and the next attempt.
		}
		want := reference.Run(c.Definition, c.Input, worldOf(c, testRunID))
		holdFlaky(c.Definition.Steps)
		world := newFakeWorld(c.World())
		world.decides, world.flaky = "retry", map[string]int{}
		got, _, runs := interpretIn(t, c, eventsOf(seed), world)
		require.Equal(t, want.Fingerprint(false), got.Fingerprint(false), "%d runs, held %d, of %v", runs, world.held, c)
		held += world.held
	}
	require.Greater(t, held, 400)
}

// eventsOf lets every other case go on in a new run again and again.
func eventsOf(seed uint64) int {
	if seed%2 == 0 {
		return 0
	}
	return 1 + int(seed%40)
}

// flakyType is the type of the failures that are tried again.
const flakyType = "Flaky"

// holdFlaky lets the steps, and those in them, hold such failures.
func holdFlaky(steps []*language.Step) {
	for _, step := range steps {
		step.Hold = &language.Hold{Types: []string{flakyType}}
		for _, block := range language.BlocksOf(step) {
			holdFlaky(block.Steps)
		}
	}
}

// fails reports whether the call is to fail before it does what it does: up to twice. Plans have no
// holds, and what still runs in a part that was canceled is not held.
func (w *fakeWorld) fails(path string) bool {
	if w.flaky == nil || strings.Contains(path, "plan:") || strings.Contains(path, "/finally/") || strings.HasSuffix(path, "/undo") {
		return false
	}
	w.flaky[path]++
	return w.flaky[path] <= len(path)%3
}

// look lets somebody decide about what is held, in a moment.
func (w *fakeWorld) look(environment *testsuite.TestWorkflowEnvironment) {
	if w.decides == "" {
		return
	}
	environment.RegisterDelayedCallback(func() {
		answer, err := environment.QueryWorkflow(engine.StatusQuery)
		var status engine.Status
		if err != nil || answer.Get(&status) != nil {
			return
		}
		for _, each := range status.Held {
			w.held++
			id := fmt.Sprint(each.Step, each.Since, environment.Now())
			environment.UpdateWorkflow(engine.OperateUpdate, id, ignoreAnswer(), engine.Operation{Op: w.decides, Step: each.Step})
		}
	}, time.Millisecond)
}
