package engine

import (
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/expression"
	"dynamicsamples/blueprint/language"
)

// held is a failure that waits for what people decide. Its frame has not ended: those above and
// beside know nothing of it.
type held struct {
	Failure *Failure `json:"failure"`
	// Number is its place among all that have been held.
	Number int `json:"number"`
	// Since is when it was held, and Until when it goes on by itself.
	Since time.Time `json:"since"`
	Until time.Time `json:"until,omitzero"`
}

// holds are the frames whose failures are held, in order.
type holds struct {
	frames []*frame
	last   int
	// timer waits until the first of them goes on by itself, which is due.
	timer *call
	due   time.Time
}

// maxHeld is how many failures are held at once: others go up.
const maxHeld = 1000

// holdsBack lets the failure of a step wait, if something says that it is to.
func (r *run) holdsBack(ctx workflow.Context, f *frame) bool {
	if !f.outcome.is(failed) || f.Settled || !f.failedItself() {
		return false
	}
	hold := r.holdOf(ctx, f, f.outcome.Failure)
	if hold == nil || !r.hasRoomFor(f.outcome.Failure) {
		return false
	}
	r.holdFailure(f, hold)
	return true
}

// holdFailure lets the failure of a step wait.
func (r *run) holdFailure(f *frame, hold *language.Hold) {
	reason := f.outcome.Failure
	f.outcome, f.Gate = nil, 0
	r.mailbox.remove(f)
	r.keepHeld(f, reason, hold)
}

// failedItself reports whether the frame is that of the step in which its failure arose.
func (f *frame) failedItself() bool {
	return f.isStep() && (f.broken || f.isAttempt(f.outcome.Failure.Step))
}

// isAttempt reports whether the path is that of the step, or of an attempt of it.
func (f *frame) isAttempt(path string) bool {
	number, is := strings.CutPrefix(path, f.path)
	return is && (number == "" || number[0] == '#' && !strings.ContainsAny(number, "/["))
}

// hasRoomFor reports whether one failure more can be held, and counts it where not.
func (r *run) hasRoomFor(reason *Failure) bool {
	if len(r.holds.frames) < maxHeld && r.bytes+expression.Size(reason.value()) <= r.record.Budget.StateBytes {
		return true
	}
	r.state.NotHeld++
	return false
}

// keepHeld keeps the failure in the frame until it is said what is to be done.
func (r *run) keepHeld(f *frame, reason *Failure, hold *language.Hold) {
	r.holds.last++
	f.Held = &held{Failure: reason, Number: r.holds.last, Since: r.now}
	if wait := length(hold.Timeout); wait > 0 {
		f.Held.Until = r.now.Add(wait)
	}
	r.grow(f, expression.Size(reason.value()))
	r.holds.frames = append(r.holds.frames, f)
}

// release takes the frame from those that are held.
func (r *run) release(f *frame) *Failure {
	reason := f.Held.Failure
	f.Held = nil
	r.grow(f, -expression.Size(reason.value()))
	r.holds.frames = slices.DeleteFunc(r.holds.frames, func(each *frame) bool { return each == f })
	return reason
}

// letGo lets a failure that is held go up, or another one in its place; no other hold takes it.
func (r *run) letGo(ctx workflow.Context, f *frame, other *Failure) {
	reason := r.release(f)
	if other != nil {
		reason = other
	}
	if f.Role == roleUndo {
		r.undoFailed(f, reason)
		r.undoneNext(ctx, f)
		return
	}
	f.Settled = true
	r.end(f, failure(reason))
}

// holdOf is what holds the failure of the step: a hold of its own; else one around it, if nothing
// between them takes the failure.
func (r *run) holdOf(ctx workflow.Context, f *frame, reason *Failure) *language.Hold {
	around := r.holdsOver(f)
	if len(around) == 0 || f.isCanceled() {
		return nil
	}
	_, explicit := f.step.Kind.(*language.Fail)
	for below, each := f, f; each != nil; below, each = each, each.parent {
		if each != f && (explicit || r.takesFailure(ctx, each, below, reason)) {
			return nil
		}
		for _, hold := range around {
			if hold.frame == each && hold.Holds(reason.Type) {
				return hold.Hold
			}
		}
	}
	return nil
}

// holdWritten is the hold that the document has for what the frame is.
func (r *run) holdWritten(f *frame) *language.Hold {
	switch f.Role {
	case roleStep:
		return f.step.Hold
	case roleRun:
		return r.defaults().Hold
	}
	return nil
}

// holdOver is a hold, and the frame that has it.
type holdOver struct {
	*language.Hold
	frame *frame
}

// holdsOver are the holds of the step and of all around it.
func (r *run) holdsOver(f *frame) []holdOver {
	var found []holdOver
	for each := f; each != nil; each = each.parent {
		if hold := r.holdWritten(each); hold != nil {
			found = append(found, holdOver{hold, each})
		}
		for _, asked := range r.holdsByHand(each) {
			found = append(found, holdOver{asked, each})
		}
	}
	return found
}

// isCanceled reports whether the frame is in what is canceled: nothing is held there, also not in
// a finally or an undo, which a cancel does not reach.
func (f *frame) isCanceled() bool {
	for each := f; each != nil; each = each.parent {
		if each.Canceling {
			return true
		}
	}
	return false
}

// takesFailure reports whether the frame does something about a failure that comes from below.
func (r *run) takesFailure(ctx workflow.Context, f, below *frame, reason *Failure) bool {
	switch f.executor.(type) {
	case tryStep:
		return f.Phase == phaseBegin && r.catchOf(ctx, f, reason) >= 0
	case graphStep:
		return below.Role == roleBlock && r.edgeOf(ctx, f, below, reason) >= 0
	case mapStep:
		return f.Failed < toleratedOf(f, f.step.Kind.(*language.Map))
	case raceStep:
		if f.Limit > 0 {
			return len(f.step.Blocks)-f.Failed-1 >= f.Limit
		}
		return len(f.subframes) > 1
	case guardStep:
		return below.Role == roleAttempt && triesAgain(f, &outcome{Kind: failed, Failure: reason})
	}
	return false
}

// reopenHolds lets wait again what was held when the last run ended.
func (r *run) reopenHolds() {
	r.eachFrame(func(f *frame) {
		if f.Held != nil {
			r.grow(f, expression.Size(f.Held.Failure.value()))
			r.holds.frames = append(r.holds.frames, f)
		}
	})
	slices.SortFunc(r.holds.frames, func(a, b *frame) int { return a.Held.Number - b.Held.Number })
	if count := len(r.holds.frames); count > 0 {
		r.holds.last = r.holds.frames[count-1].Held.Number
	}
}

// letCanceledGo lets what is held go up where it is canceled.
func (r *run) letCanceledGo(ctx workflow.Context) {
	r.letGoWhere(ctx, (*frame).isCanceled)
}

// letDueGo lets what has been held long enough go up.
func (r *run) letDueGo(ctx workflow.Context) {
	r.letGoWhere(ctx, func(f *frame) bool { return !f.Held.Until.IsZero() && !f.Held.Until.After(r.now) })
}

func (r *run) letGoWhere(ctx workflow.Context, is func(*frame) bool) {
	if len(r.holds.frames) == 0 {
		return
	}
	r.pace.spent += uint64(len(r.holds.frames))
	for _, each := range slices.Clone(r.holds.frames) {
		if is(each) {
			r.letGo(ctx, each, nil)
		}
	}
}

// watchHolds waits until the first failure goes on by itself.
func (r *run) watchHolds(ctx workflow.Context) {
	due := r.holds.next()
	timer := r.holds.timer
	waits := timer != nil && slices.Contains(r.calls.pending, timer)
	if waits == !due.IsZero() && (!waits || due.Equal(r.holds.due)) {
		return
	}
	if waits {
		r.calls.forgetThose(r.root, func(each *call) bool { return each == timer })
	}
	if due.IsZero() {
		return
	}
	cancellable, cancel := workflow.WithCancel(ctx)
	r.holds.due = due
	r.holds.timer = &call{
		frame: r.root, timer: true, cancel: cancel,
		future: workflow.NewTimerWithOptions(cancellable, max(0, due.Sub(r.now)), workflow.TimerOptions{Summary: "held until"}),
		ready: func(ctx workflow.Context, future workflow.Future) {
			if future.Get(ctx, nil) == nil {
				r.letDueGo(ctx)
			}
		},
	}
	r.wait(r.holds.timer, eventsOfTimer)
}

// next is when the first failure goes on by itself.
func (h *holds) next() time.Time {
	var due time.Time
	for _, each := range h.frames {
		if until := each.Held.Until; !until.IsZero() && (due.IsZero() || until.Before(due)) {
			due = until
		}
	}
	return due
}

// holdsUndo lets the failure of an undo wait, if something says that it is to: a hold of the step,
// or of what it stood in. Those that come after it wait as well.
func (r *run) holdsUndo(f *frame, entry undoEntry, reason *Failure) bool {
	if f.parent.isCanceled() {
		return false
	}
	hold := entry.holds(reason.Type)
	if hold == nil {
		hold = r.holdsByHandAround(entry.Step, reason.Type)
	}
	if hold == nil || !r.hasRoomFor(reason) {
		return false
	}
	r.keepHeld(f, reason, hold)
	return true
}

func (e undoEntry) holds(failure string) *language.Hold {
	for i := range e.Holds {
		if e.Holds[i].Holds(failure) {
			return &e.Holds[i]
		}
	}
	return nil
}
