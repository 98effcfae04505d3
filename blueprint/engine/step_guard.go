package engine

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// guardStep runs a step, of any kind, that must be done in time: the frame below does what
// the step is for.
type guardStep struct{}

// isGuarded reports whether the step has what a guard sees to. A wait sees to its own timeout.
func isGuarded(step *language.Step) bool {
	_, waits := step.Kind.(*language.Wait)
	return step.Timeout != nil && !waits
}

func (guardStep) enter(ctx workflow.Context, r *run, f *frame) {
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
	guardTime(ctx, r, f)
	if f.outcome == nil {
		r.begin(f, saved{Role: roleAttempt})
	}
}

func (guardStep) resume(ctx workflow.Context, r *run, f *frame) {
	if f.Decided == nil {
		guardTime(ctx, r, f)
	}
}

// guardTime waits until the step must be done.
func guardTime(ctx workflow.Context, r *run, f *frame) {
	if !f.Stopped.IsZero() {
		return // It goes on when nothing inside is paused anymore.
	}
	timer := r.callTimer(ctx, f, f.Deadline, summaryOf(join(f.path, "on_timeout"), ""), func(workflow.Context) {
		if f.outcome == nil && !f.Canceling {
			r.decide(f, failure(late(f)))
		}
	})
	timer.guards = true
}

// late is the failure of a step, or a run, that was not done in time.
func late(f *frame) *Failure {
	return &Failure{Type: FailureStepTimeout, Message: "not done by " + f.Deadline.UTC().Format(time.RFC3339Nano), Step: f.path}
}

func (guardStep) ended(_ workflow.Context, r *run, f, below *frame) {
	switch below.Role {
	case roleBlock:
		r.end(f, *below.outcome)
	case roleUndo:
		beginLate(r, f)
	default:
		r.calls.forgetTimers(f)
		if below.outcome.is(succeeded) {
			// What completed can be undone, also where it was too late.
			r.remember(below)
		}
		if f.Decided == nil {
			r.end(f, *below.outcome)
			return
		}
		afterTimeout(r, f)
	}
}

// afterTimeout fails the step, or takes back what had completed in it and goes on with other
// steps.
func afterTimeout(r *run, f *frame) {
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
