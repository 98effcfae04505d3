package engine

import (
	"encoding/json"
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/expression"
)

// eventsPerRun is the number of Events after which a run continues as new,
// below the 4,096 at which the server suggests it.
const eventsPerRun = 3500

// mostEvents is the length of history up to which a run puts up with an Activity that
// does not end; the server ends a run at 51,200 events or 50 MiB.
const (
	mostEvents = 40_000
	mostBytes  = 30 << 20
)

// patience is how long the steps beside a long Activity wait for the next run before they
// go on in this one.
const patience = time.Minute

// mustContinue reports whether the run is to continue as new. Calls in flight are
// counted with the events that they are still going to take.
func (r *run) mustContinue(ctx workflow.Context) bool {
	info := workflow.GetInfo(ctx)
	if !r.pace.progressed {
		// A run does something before it leaves, or runs would follow each other forever.
		return false
	}
	events := r.eventsToCome(info.GetCurrentHistoryLength())
	if r.pace.postponed == 0 {
		return info.GetContinueAsNewSuggested() || events >= r.record.ContinueAfter
	}
	return events >= min(r.pace.postponed, mostEvents) || info.GetCurrentHistorySize() >= mostBytes
}

// eventsToCome is about how many Events there are going to be once all that is under way
// has ended. Version 1 counts each call as it is made, and more than it takes.
func (r *run) eventsToCome(length int) int {
	if !r.since(2) {
		return max(length+eventsStillToCome*r.calls.inFlight, r.pace.events)
	}
	events := length + r.pace.markers(length)
	for _, each := range r.calls.pending {
		events += each.toCome
	}
	return events
}

// leave decides whether calls wait for the next run, because this one is long enough. An
// Activity under way holds that up, and it may take days: when the steps beside it have
// waited for a while, they go on in this run, for as many events again.
func (r *run) leave(ctx workflow.Context) {
	if r.pace.leaving || r.overflowed || !r.mustContinue(ctx) {
		return
	}
	r.pace.leaving = true
	if r.callsQuiet(ctx) {
		return
	}
	r.wait(&call{
		frame:  r.root,
		future: workflow.NewTimerWithOptions(ctx, patience, workflow.TimerOptions{Summary: "waiting for activities before continuing as new"}),
		cancel: func() {},
		ready: func(ctx workflow.Context, _ workflow.Future) {
			r.stay(ctx)
		},
	}, eventsOfTimer)
}

// stay lets the run go on for as many events again before it tries to leave.
func (r *run) stay(ctx workflow.Context) {
	r.pace.leaving = false
	r.pace.postponed = workflow.GetInfo(ctx).GetCurrentHistoryLength() + r.record.ContinueAfter
	if !r.since(2) {
		r.pace.postponed = max(r.pace.postponed, r.pace.events+r.record.ContinueAfter)
	}
}

// eventsStillToCome is what a call in flight adds to the history at most, for version 1.
const eventsStillToCome = 5

// quiet reports whether nothing is under way that the next run could not go on with, and
// nothing there that this run has not seen. Timers and waits are set anew in the next
// run, children are watched, and calls that were held are made there.
func (r *run) quiet(ctx workflow.Context) bool {
	return r.callsQuiet(ctx) && r.mailbox.rules.quiet(ctx, r)
}

// callsQuiet reports the same of calls alone: messages are dealt with at once.
func (r *run) callsQuiet(ctx workflow.Context) bool {
	return !r.cancelWaits(ctx) && !r.calls.anyReady() && !r.calls.holdRun()
}

// overflows reports whether what the run remembers is more than the next run could be given.
// Then the run fails, but for messages that it keeps: with these it goes on in this run.
func (r *run) overflows(ctx workflow.Context) bool {
	r.mailbox.rules.leave(ctx, r)
	// What is counted is about what there is; the server goes by the bytes.
	encoded, _ := json.Marshal(r.carried(ctx))
	carried := len(encoded) + expression.Size(r.input)
	// No run fails for what outsiders have sent.
	own := carried - r.mailbox.bytes - r.operations.bytes(r.state)
	switch allowed := r.record.PayloadBytes.carried(); {
	case r.bytes > r.record.Budget.StateBytes || own > allowed:
		r.overflow(own)
		return true
	case carried > allowed:
		r.stay(ctx)
		return true
	default:
		return false
	}
}

// overflow fails the run because it has to remember too much.
func (r *run) overflow(carried int) {
	r.overflowed, r.pace.leaving = true, false
	reason := exceeded("stateBytes", r.record.Budget.StateBytes)
	if allowed := r.record.PayloadBytes.carried(); r.since(2) && r.bytes <= r.record.Budget.StateBytes {
		reason = &Failure{
			Type:    FailureBudgetExceeded,
			Message: fmt.Sprintf("the next run would be given %d bytes, with the input and the definition, and one payload may have %d", carried, allowed),
			Details: values{"payloadBytes", int64(allowed)},
		}
	}
	r.decide(r.root, failure(reason))
}

// carried is what the next run is given.
func (r *run) carried(ctx workflow.Context) *continuation {
	r.state.Root = r.root.save()
	saved := *r.state
	saved.Key = r.savedKey(ctx)
	next := &continuation{Record: r.record, State: &saved, By: workflow.GetInfo(ctx).FirstRunID}
	if r.since(2) {
		next.Run = r.runID
	}
	if r.replacement != nil {
		saved = r.replaced(saved)
		next.Record = r.replacement.record
	}
	return next
}

// resume lets every frame go on with what it waits for.
func (r *run) resume(ctx workflow.Context, f *frame) {
	if f.Gate > 0 || f.Held != nil {
		return // It goes on when the gate opens, or when it is said how.
	}
	if f.Again {
		for _, each := range f.subframes {
			r.resume(ctx, each)
		}
		return
	}
	if f.Canceling && len(f.subframes) == 0 && f.Child == nil {
		// What it waited for was canceled in the last run.
		r.end(f, cancellation())
		return
	}
	f.executor.resume(ctx, r, f)
	for _, each := range f.subframes {
		r.resume(ctx, each)
	}
}
