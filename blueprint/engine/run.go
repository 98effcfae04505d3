package engine

import (
	"time"

	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/expression"
	"dynamicsamples/blueprint/language"
)

// run is one run of a blueprint. It has a single thread: the steps' frames start
// Activities, timers and children and go on when these are ready. So a wide fan-out
// costs futures, not coroutines, and what a run remembers is a tree of frames and not a
// stack that nobody can save.
type run struct {
	id     string
	runID  string
	record *record
	state  *state
	input  any
	root   *frame
	// outermost is the scope of the document's own steps, also when these have ended.
	outermost *scope
	logger    log.Logger
	// interpreter is what the run's worker has: it checks plans and shares programs. What a
	// run does never depends on it but through what the history records.
	interpreter *Interpreter

	// tasks are the frames that begin or have ended, in order; turning says that the run does
	// them.
	tasks   []task
	turning bool
	// calls are what the run waits for, mailbox what it does with messages, and pace how
	// much it does at a time.
	calls   calls
	mailbox mailbox
	pace    pace
	// gates are what is paused, and operations what is asked of the run by those who operate it.
	gates      gates
	operations operations
	// holds are the failures that wait for what people decide.
	holds holds
	// now is the workflow's time when the run last went on.
	now time.Time
	// bytes is about what the state takes.
	bytes int
	// canceled says that the run has seen that it is canceled.
	canceled bool
	// overflowed says that the run has failed because it has to remember too much.
	overflowed bool
	// key is what the keys of the steps are made of now, and keyed says that an expression can
	// have seen one.
	key   string
	keyed bool
	// searchedAt is the length of the history with which Search Attributes were set last.
	searchedAt int
	// lost is why the run cannot be continued by anyone.
	lost *Failure
	// replacement is the document by which the next run goes on, where that is another.
	replacement *replacement
}

// task is a frame that is to begin, or that has ended.
type task struct {
	frame *frame
	kind  taskKind
}

type taskKind int

const (
	taskEnter taskKind = iota
	taskEnded
)

// work runs the blueprint until it has ended, or until the run has to go on in a new
// one, which it reports. The run is canceled through ctx; what it does itself it does
// on detached.
func (r *run) work(ctx, detached workflow.Context) (continueAsNew bool) {
	for {
		r.turn(detached)
		r.operateAll(detached)
		r.setClocks(detached)
		if r.root.outcome != nil || r.lost != nil {
			r.answerAll(detached)
			if r.setSearch(detached) {
				return false
			}
			continue
		}
		r.leave(detached)
		if r.pace.leaving && r.quiet(ctx) && !r.overflows(detached) {
			if r.setSearch(detached) {
				return true
			}
			continue
		}
		r.admit(detached)
		r.watchHolds(detached)
		r.publish(detached)
		r.tellSearch(ctx, detached)
		// The context is the run's own: a canceled one would end the wait each time.
		_ = workflow.Await(detached, func() bool { return r.canGoOn(ctx, detached) })
		r.notice(ctx, detached)
	}
}

// answerAll lets the messages that have come have their answers before the run ends: no step
// takes them anymore.
func (r *run) answerAll(ctx workflow.Context) {
	r.operations.refuseAll()
	for r.lost == nil && !r.mailbox.rules.quiet(ctx, r) {
		r.mailbox.rules.deliver(ctx, r)
		_ = workflow.Await(ctx, func() bool { return r.mailbox.rules.quiet(ctx, r) || r.mailbox.rules.ready(ctx, r) })
	}
}

// idle reports whether the run waits for something to happen.
func (r *run) idle() bool { return len(r.tasks) == 0 && !r.turning }

// turn does all that can be done at once.
func (r *run) turn(ctx workflow.Context) {
	r.turning = true
	defer func() { r.turning = false }()
	r.now = workflow.Now(ctx)
	r.renewKeys(ctx)
	for r.pass(ctx); len(r.tasks) > 0 && r.lost == nil; r.pass(ctx) {
		next := r.tasks[0]
		r.tasks = r.tasks[1:]
		r.mailbox.ahead = nil
		r.do(ctx, next)
		r.pace.spent += costOfTask
		r.rest(ctx)
	}
	r.interpreter.moment.capture(ctx, r)
}

// do lets a frame begin, or notifies the one above that it has ended.
func (r *run) do(ctx workflow.Context, next task) {
	f := next.frame
	if next.kind == taskEnded {
		r.keepSuccess(f)
	}
	switch {
	case r.interpreter.moment.looksAt(r, next):
	case next.kind == taskEnter && f.outcome != nil:
	case next.kind == taskEnter && f.Canceling:
		r.end(f, cancellation())
	case next.kind == taskEnded && r.holdsBack(ctx, f):
	case r.waits(next):
	case next.kind == taskEnter:
		if r.enter(f) {
			f.executor.enter(ctx, r, f)
		}
	case f == r.root:
	default:
		if f.isStep() {
			r.visitEnded(f)
		}
		r.drop(f)
		if f.parent.Again {
			r.beginAnew(f.parent)
			return
		}
		f.parent.executor.ended(ctx, r, f.parent, f)
	}
}

// enter counts a step, or another attempt of one, that begins, and refuses one too many.
func (r *run) enter(f *frame) bool {
	f.waiting = false
	if f.Role == roleStep {
		r.visited(f)
	} else if f.Role != roleAttempt || f.At == 0 {
		return true
	}
	r.state.Used.Steps++
	if r.state.Used.Steps > r.stepsAllowed() {
		r.state.Used.Over = true
		r.fail(f, exceeded("steps", r.record.Budget.Steps))
		return false
	}
	return true
}

// stepsAllowed is the budget, and once that is crossed some more: a catch and a finally
// have to be able to do something about it.
func (r *run) stepsAllowed() int {
	const reserve = 100
	if r.state.Used.Over {
		return r.record.Budget.Steps + reserve
	}
	return r.record.Budget.Steps
}

// isStep reports whether the frame is that of a step that has begun.
func (f *frame) isStep() bool { return f.Role == roleStep && !f.waiting }

// keepSuccess notes what a step that has succeeded does to what can be undone, and to what the run
// remembers; that can be too much.
func (r *run) keepSuccess(f *frame) {
	if !f.isStep() || !f.outcome.is(succeeded) {
		return
	}
	output := f.outcome.Output.any
	if f.program.Uses(f.step.ID) {
		f.ownScope.output(f.step.ID, output)
	}
	if r.bytes > r.record.Budget.StateBytes {
		f.outcome = &outcome{Kind: failed, Failure: f.forRetry(exceeded("stateBytes", r.record.Budget.StateBytes))}
		f.outcome.Failure.Step = f.path
	} else if (!isGuarded(f.step) || f.byHand) && !f.noUndo {
		r.remember(f)
	}
}

// canGoOn reports whether something has ended, a message has come, or the run is
// canceled.
func (r *run) canGoOn(ctx, detached workflow.Context) bool {
	return len(r.tasks) > 0 || r.operations.ready() || r.cancelWaits(ctx) || r.calls.anyReady() || r.mailbox.rules.ready(detached, r)
}

// notice lets the frames go on that waited for it.
func (r *run) notice(ctx, detached workflow.Context) {
	r.now = workflow.Now(detached)
	r.operations.answered = false
	if r.cancelWaits(ctx) {
		r.canceled = true
		// What waits at its gates begins now, by the document that it is in.
		r.replacement = nil
		r.cancel(r.root)
	}
	// A message that comes with its timeout is in time.
	r.mailbox.rules.deliver(detached, r)
	r.collect(detached)
}

// cancelWaits reports whether the run is canceled and has not seen it.
func (r *run) cancelWaits(ctx workflow.Context) bool { return !r.canceled && ctx.Err() != nil }

// evaluate gives a value of the frame's document with its expressions evaluated.
func (r *run) evaluate(f *frame, value any, where *scope) (any, *Failure) {
	return r.evaluateAs(f, "", value, where)
}

// evaluateAs evaluates one of several values of the frame, with its name.
func (r *run) evaluateAs(f *frame, name string, value any, where *scope) (any, *Failure) {
	limits := r.limits()
	if f.program.UsesKeys() && r.since(2) {
		limits.Unique = func(place string) string { return uuidOf(r.keysOf(f), f.path, name, place) }
	}
	result, err := f.program.Evaluate(value, keyNames{where, f}, limits)
	if err != nil {
		return nil, r.expressionFailure(err)
	}
	return result, nil
}

func (r *run) limits() expression.Limits {
	return expression.Limits{
		Cost: uint64(r.record.Budget.Cost), Bytes: r.record.Budget.OutputBytes, Spent: &r.pace.spent,
		Patterns: r.interpreter.programs.patterns, Strict: r.since(2),
	}
}

// optional evaluates a value that may be left out.
func (r *run) optional(f *frame, v *language.Value) (*value, *Failure) {
	if v == nil {
		return nil, nil
	}
	result, reason := r.evaluate(f, v.Raw, f.ownScope)
	if reason != nil {
		return nil, reason
	}
	return &value{any: result}, nil
}

// condition evaluates what has to be a boolean.
func (r *run) condition(f *frame, v *language.Value, where *scope) (bool, *Failure) {
	result, reason := r.evaluate(f, v.Raw, where)
	if reason != nil {
		return false, reason
	}
	holds, boolean := result.(bool)
	if !boolean {
		return false, &Failure{Type: FailureExpression, Message: "a condition must be true or false, not " + textOf(result)}
	}
	return holds, nil
}
