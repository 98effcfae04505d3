package engine_test

import (
	"encoding/json"
	"fmt"
	"slices"
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

// TestTheReferenceHoldsAsWell compares random blueprints with holds of all forms, where people decide
// about what is held: what is called and when, and how the run ends.
func TestTheReferenceHoldsAsWell(t *testing.T) {
	t.Parallel()
	held := 0
	for seed := range cases(100) {
		held += agree(t, generate.NewHeld(seed, generate.Timed), 0)
	}
	require.Greater(t, held, 40)
}

// TestContinueAsNewWhileHeldIsInvisible compares such that go on in a new run again and again.
func TestContinueAsNewWhileHeldIsInvisible(t *testing.T) {
	t.Parallel()
	held := 0
	for seed := range cases(70) {
		held += agree(t, generate.NewHeld(seed, generate.Calm), 1+int(seed%40))
	}
	require.Greater(t, held, 30)
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
	if w.world.Decide != nil {
		environment.RegisterDelayedCallback(func() { w.decide(environment) }, time.Millisecond)
		return
	}
	if w.decides == "" {
		return
	}
	environment.RegisterDelayedCallback(func() {
		for _, each := range heldIn(environment) {
			w.held++
			id := fmt.Sprint(each.Step, each.Since, environment.Now())
			environment.UpdateWorkflow(engine.OperateUpdate, id, ignoreAnswer(), engine.Operation{Op: w.decides, Step: each.Step})
		}
	}, time.Millisecond)
}

// heldIn is what is held in the run.
func heldIn(environment *testsuite.TestWorkflowEnvironment) []engine.HeldStep {
	var status engine.Status
	if answer, err := environment.QueryWorkflow(engine.StatusQuery); err != nil || answer.Get(&status) != nil {
		return nil
	}
	return status.Held
}

// decide lets somebody do what is decided about each failure that is held, when it is time to.
func (w *fakeWorld) decide(environment *testsuite.TestWorkflowEnvironment) {
	for _, each := range heldIn(environment) {
		times := slices.IndexFunc(w.heldAt[each.Step], each.Since.Equal) + 1
		if times == 0 {
			w.heldAt[each.Step] = append(w.heldAt[each.Step], each.Since)
			times = len(w.heldAt[each.Step])
			w.held++
		}
		decision, name := w.world.Decide(each.Step, times), fmt.Sprint(each.Step, " ", times)
		if decision.Op == "" || w.answered[name] {
			continue
		}
		w.answered[name] = true
		environment.RegisterDelayedCallback(func() { w.ask(environment, name, each, decision) }, each.Since.Add(decision.After).Sub(environment.Now()))
	}
}

// ask does so if the failure is still held.
func (w *fakeWorld) ask(environment *testsuite.TestWorkflowEnvironment, name string, held engine.HeldStep, decision reference.Decision) {
	still := slices.ContainsFunc(heldIn(environment), func(each engine.HeldStep) bool { return each.Step == held.Step && each.Since.Equal(held.Since) })
	if !still {
		return
	}
	operation := engine.Operation{Op: decision.Op, Step: held.Step, Type: decision.Type, Message: decision.Message}
	switch decision.Op {
	case "complete":
		operation.Output = encoded(decision.Output)
	case "retry":
		if decision.Input != nil {
			operation.Input = encoded(decision.Input)
		}
	}
	decide := func() {
		w.newTask(environment)
		environment.UpdateWorkflow(engine.OperateUpdate, name, mustBeDone(name, func() {}), operation)
	}
	if decision.Vars == nil {
		decide()
		return
	}
	w.newTask(environment)
	set := engine.Operation{Op: "set", Step: held.Step, Vars: encoded(decision.Vars)}
	environment.UpdateWorkflow(engine.OperateUpdate, name+" set", mustBeDone(name, func() { environment.RegisterDelayedCallback(decide, 0) }), set)
}

// mustBeDone is for an operation that nothing is against, and after which something follows.
func mustBeDone(name string, next func()) *testsuite.TestUpdateCallback {
	done := func(err error) {
		if err != nil {
			panic(fmt.Sprintf("%s: %v", name, err))
		}
	}
	return &testsuite.TestUpdateCallback{OnAccept: func() {}, OnReject: done, OnComplete: func(_ any, err error) {
		done(err)
		next()
	}}
}

func encoded(value any) json.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("%v is no JSON: %v", value, err))
	}
	return text
}

// asked is the path by which the world is asked for what begins anew, see reference.World.
func (w *fakeWorld) asked(path string) string {
	times := 1
	for i := range w.heldAt[path] {
		if w.world.Decide(path, i+1).Op == "retry" {
			times++
		}
	}
	if times == 1 {
		return path
	}
	return fmt.Sprintf("%s~%d", path, times)
}

// askForHolds lets somebody ask for holds.
func (w *fakeWorld) askForHolds(environment *testsuite.TestWorkflowEnvironment, passed time.Duration) {
	for i, each := range w.world.Holds {
		if each.At > passed {
			environment.RegisterDelayedCallback(func() {
				w.newTask(environment)
				environment.UpdateWorkflow(engine.OperateUpdate, fmt.Sprint("hold ", i), ignoreAnswer(), engine.Operation{Op: "hold", Step: each.Step, Types: each.Types, Timeout: each.Timeout, Off: each.Off})
			}, each.At-passed)
		}
	}
}
