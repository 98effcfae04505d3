package engine

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// guardStep runs a step, of any kind, that must be done in time, or that is tried again when it
// fails: the frame below does what the step is for.
type guardStep struct{}

// isGuarded reports whether the step has what a guard sees to. A wait sees to its own timeout.
func isGuarded(step *language.Step) bool {
	_, waits := step.Kind.(*language.Wait)
	return step.Timeout != nil && !waits || language.RetryOf(step) != nil
}

func (guardStep) enter(ctx workflow.Context, r *run, f *frame) {
	if f.step.Timeout != nil {
		due, reason := r.due(f, f.step.Timeout, f.ownScope)
		if reason != nil {
			r.fail(f, reason)
			return
		}
		f.Deadline = due
		if !due.After(r.now) {
			r.decide(f, failure(late(f)))
			afterTimeout(r, f)
			return
		}
	}
	guardTime(ctx, r, f)
	if f.outcome == nil {
		beginAttempt(r, f)
	}
}

func (guardStep) resume(ctx workflow.Context, r *run, f *frame) {
	guardTime(ctx, r, f)
	if f.Decided == nil && !f.NextAttempt.IsZero() {
		pause(ctx, r, f)
	}
}

// guardTime waits until the step must be done, if it must.
func guardTime(ctx workflow.Context, r *run, f *frame) {
	// Where something inside is paused or held, the time goes on when nothing is anymore.
	if f.Decided != nil || f.Canceling || f.Deadline.IsZero() || !f.Stopped.IsZero() {
		return
	}
	timer := r.callTimer(ctx, f, f.Deadline, summaryOf(join(f.path, "on_timeout"), ""), func(workflow.Context) {
		if f.outcome != nil || f.Canceling {
			return
		}
		r.decide(f, failure(late(f)))
		if len(f.subframes) == 0 { // It waits for its next attempt.
			afterTimeout(r, f)
		}
	})
	timer.guards = true
}

// late is the failure of a step, or a run, that was not done in time.
func late(f *frame) *Failure {
	return &Failure{Type: FailureStepTimeout, Message: "not done by " + f.Deadline.UTC().Format(time.RFC3339Nano), Step: f.path}
}

func (guardStep) ended(ctx workflow.Context, r *run, f, below *frame) {
	switch {
	case below.Role == roleBlock:
		r.end(f, *below.outcome)
		return
	case below.Role == roleAttempt && below.outcome.is(succeeded):
		// What completed can be undone, also where it was too late.
		r.remember(below)
	}
	f.Planned = f.Planned || below.Plan != nil
	switch {
	case f.Decided != nil:
		afterTimeout(r, f)
	case below.Role == roleUndo:
		takenBack(ctx, r, f, below)
	case triesAgain(f, below.outcome):
		takeBack(ctx, r, f, below)
	default:
		r.calls.forgetTimers(f)
		f.broken = below.broken
		r.end(f, *below.outcome)
	}
}

// afterTimeout fails the step, or takes back what had completed in it and goes on with other
// steps.
func afterTimeout(r *run, f *frame) {
	r.calls.forgetTimers(f)
	if f.step.OnTimeout == nil {
		r.end(f, *f.Decided)
		return
	}
	f.Phase = phaseUndo
	if !r.undo(f, 0, func(each undoEntry) bool { return within(each.Step, f.path) }) {
		beginLate(r, f)
	}
}

// beginLate runs the steps for a step that was not done in time.
func beginLate(r *run, f *frame) {
	f.Phase = phaseCatch
	if f.Canceling {
		r.end(f, cancellation())
		return
	}
	r.beginBlock(f, 0, false, nil)
}

func (guardStep) block(f *frame, _ int, _ *saved) ([]*language.Step, string) { return lateBlock(f) }

// lateBlock is what a step does that was not done in time.
func lateBlock(f *frame) ([]*language.Step, string) { return f.step.OnTimeout, "/on_timeout" }
