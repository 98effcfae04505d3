package command

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/client"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/engine"
)

// wantedStep is a step, by its path or its ID, with the state that it is to be in; the zero value is none.
type wantedStep struct {
	path  string
	state engine.State
}

// What a step can be besides, while it is running or pending: held, or waiting at a gate.
const (
	isHeld    engine.State = "held"
	isWaiting engine.State = "waiting"
)

// states are those that a step can be in.
func states() []engine.State {
	return []engine.State{
		engine.StatePending, engine.StateRunning, engine.StateSucceeded, engine.StateFailed,
		engine.StateCanceled, engine.StateStopped, engine.StateSkipped, isHeld, isWaiting,
	}
}

func stateNames() []string {
	var names []string
	for _, each := range states() {
		names = append(names, string(each))
	}
	return names
}

func parseUntil(text string) (wantedStep, error) {
	if text == "" {
		return wantedStep{}, nil
	}
	path, state, found := strings.Cut(text, "=")
	wanted := wantedStep{path, engine.State(state)}
	switch {
	case !found || path == "":
		return wantedStep{}, &usageError{fmt.Errorf("status: --until must be STEP=STATE, got %q", text)}
	case !slices.Contains(states(), wanted.state):
		return wantedStep{}, &usageError{fmt.Errorf("status: there is no state %q%s", state, didYouMean(state, stateNames()))}
	case !wanted.isListed() && follow.Unnumbered(path) != path:
		return wantedStep{}, &usageError{fmt.Errorf("status: whether one round or item is %s is not known: leave the numbers out of %q, for all of them together", state, path)}
	}
	return wanted, nil
}

// isListed reports whether a status lists what is in that state, each by its path.
func (w wantedStep) isListed() bool { return w.state == isHeld || w.state == isWaiting }

// awaitStatus asks for the status until the step is as wanted, at least once. What holds the run up is
// told meanwhile.
func awaitStatus(ctx context.Context, connection client.Client, workflowID, runID string, wanted wantedStep, patience time.Duration, problems io.Writer) (engine.Status, error) {
	ticker := time.NewTicker(startPause)
	defer ticker.Stop()
	late, holds := time.NewTimer(patience), newHolds(problems)
	defer late.Stop()
	for {
		over := wanted.path != "" && ended(ctx, connection, workflowID, runID)
		status, err := follow.Status(ctx, connection, workflowID, runID)
		switch {
		case err == nil && wanted.met(status):
			return status, nil
		case err != nil && (wanted.path == "" || !follow.IsLate(err)):
			return status, err
		case err == nil && !wanted.exists(status):
			return status, unknownStep(workflowID, wanted.path, status)
		case err == nil && over:
			return status, fmt.Errorf("%s has ended, and no step %s is %s%s", workflowID, wanted.path, wanted.state, wanted.standing(status, nil))
		case err == nil:
			holds.tell(status)
		}
		select {
		case <-ctx.Done():
			return status, ctx.Err()
		case <-late.C:
			return status, fmt.Errorf("%s is not %s in %s, after waiting for %s%s", wanted.path, wanted.state, workflowID, patience, wanted.standing(status, err))
		case <-ticker.C:
		}
	}
}

// met reports whether the step is as wanted.
func (w wantedStep) met(status engine.Status) bool {
	own := func(path string) bool { return path == w.path || follow.Unnumbered(path) == w.path }
	switch {
	case w.path == "":
		return true
	case w.state == isHeld && slices.ContainsFunc(status.Held, func(each engine.HeldStep) bool { return own(each.Step) }):
		return true
	case w.state == isWaiting && slices.ContainsFunc(status.AtGates, func(each engine.AtGate) bool { return own(each.Step) }):
		return true
	}
	return !w.isOneOfMany() && slices.ContainsFunc(follow.Found(status, w.path), w.is)
}

// isOneOfMany reports whether the path is that of one round or item, or of an undo: a status has only
// lists of those.
func (w wantedStep) isOneOfMany() bool {
	return follow.Unnumbered(w.path) != w.path || strings.HasSuffix(w.path, "/undo")
}

// exists reports whether the run has the step, or may have it yet.
func (w wantedStep) exists(status engine.Status) bool {
	return len(follow.Found(status, w.path)) > 0 || follow.MayComeYet(status.Steps)
}

// standing is how the step stands instead, if anybody has answered that.
func (w wantedStep) standing(status engine.Status, err error) string {
	lines := follow.Standing(status, w.path)
	switch {
	case err != nil:
		return ": " + follow.WhyUnanswered(err)
	case len(lines) == 0:
		return ""
	}
	return ":\n  " + strings.Join(lines, "\n  ")
}

func (w wantedStep) is(step engine.StepStatus) bool {
	switch w.state {
	case isHeld:
		return step.Held > 0
	case isWaiting:
		return step.Waiting > 0
	}
	return step.State == w.state
}

// holds tells what is held or paused in a run that somebody waits for.
type holds struct {
	out    io.Writer
	from   time.Time
	before engine.Status
}

// holdsPatience is how long a wait may be before it is told what holds the run up.
const holdsPatience = time.Second

func newHolds(out io.Writer) *holds { return &holds{out: out, from: time.Now().Add(holdsPatience)} }

func (h *holds) tell(status engine.Status) {
	if time.Now().Before(h.from) {
		return
	}
	for _, each := range follow.Notes(h.before, status) {
		fmt.Fprintln(h.out, each)
	}
	h.before = status
}
