package engine

import (
	"strconv"
	"time"

	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// attemptOf is the path of an attempt of a step: a later one has its number in it.
func attemptOf(path string, before int) string {
	if before == 0 {
		return path
	}
	return path + "#" + strconv.Itoa(before+1)
}

// beginAttempt begins what the step is for, with the variables that its first attempt began with.
func beginAttempt(r *run, f *frame) {
	if language.RetryOf(f.step) == nil {
		r.begin(f, saved{Role: roleAttempt})
		return
	}
	f.NextAttempt = time.Time{}
	switch {
	case !f.step.Sets:
	case f.Next == 0:
		f.Before = object(f.ownScope.vars())
		r.grow(f, f.Before.size())
	default:
		f.ownScope.setAll(f.Before)
	}
	f.Next++
	r.begin(f, saved{Role: roleAttempt, At: f.Next - 1})
}

// isTriedAgain reports whether the frame is in a step that is tried again.
func (f *frame) isTriedAgain() bool {
	for each := f; each != nil; each = each.parent {
		if each.Role == roleStep && language.RetryOf(each.step) != nil {
			return true
		}
	}
	return false
}

// forRetry is the failure of the frame: where nothing is tried again, whether it could be does
// not matter, and a state is what it was before there were such steps.
func (f *frame) forRetry(reason *Failure) *Failure {
	if reason == nil || !reason.NonRetryable || f.isTriedAgain() {
		return reason
	}
	short := *reason
	short.NonRetryable = false
	return &short
}

// triesAgain reports whether there is another attempt after one that has ended.
func triesAgain(f *frame, ended *outcome) bool {
	retry := language.RetryOf(f.step)
	return retry != nil && ended.is(failed) && !f.Canceling && f.Next < int(retry.MaximumAttempts) &&
		retry.Names(ended.Failure.Type) && !ended.Failure.NonRetryable
}

// takeBack undoes what had completed in an attempt, then waits for the next one.
func takeBack(ctx workflow.Context, r *run, f, attempt *frame) {
	r.visitEnded(attempt)
	r.visited(attempt)
	r.grow(f, attempt.outcome.Failure.bytes()-f.Failure.bytes())
	f.Failure = attempt.outcome.Failure
	f.Broken = r.since(2) && attempt.broken && !f.isAttempt(f.Failure.Step)
	if !r.undo(f, 0, func(each undoEntry) bool { return within(each.Step, f.path) }) {
		pause(ctx, r, f)
	}
}

// takenBack goes on once an attempt is undone. Where an undo has failed, another attempt would
// begin with what was not to be there.
func takenBack(ctx workflow.Context, r *run, f, undo *frame) {
	switch {
	case f.Canceling:
		r.end(f, cancellation())
	case undo.Failed > 0:
		r.calls.forgetTimers(f)
		f.broken = f.Broken
		r.end(f, failure(f.Failure))
	default:
		pause(ctx, r, f)
	}
}

// pause waits until the next attempt begins.
func pause(ctx workflow.Context, r *run, f *frame) {
	if f.NextAttempt.IsZero() {
		f.NextAttempt = r.now.Add(language.RetryOf(f.step).Interval(f.Next))
	}
	r.callTimer(ctx, f, f.NextAttempt, summaryOf(attemptOf(f.path, f.Next), ""), func(workflow.Context) { beginAttempt(r, f) })
}
