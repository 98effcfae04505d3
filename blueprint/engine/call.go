package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/expression"
	"dynamicsamples/blueprint/language"
)

// maxInFlight bounds the Activities and children of a run that are under way: the
// server takes 2,000 of each and then lets the run get stuck.
const maxInFlight = 500

// maxTaskBytes bounds the inputs that are scheduled in one Workflow Task: the answer
// to a task must stay below the 4 MiB of one message, or the run gets stuck.
const maxTaskBytes = 1 << 20

// The outputs of Local Activities are part of the answer to the Workflow Task in which
// they end: few run at once, and after some bytes that task is ended.
const (
	maxLocals     = 4
	maxLocalBytes = 1 << 20
)

// calls are the Activities, timers and children of a run: those under way, and those that
// wait for a slot.
type calls struct {
	// pending are what the run waits for, in the order in which it was asked for.
	pending []*call
	// held wait for others to end, or for the next run.
	held []heldCall
	// inFlight counts the Activities and children among the pending, locals the local
	// Activities.
	inFlight, locals int
	// cut bounds the inputs that go into one Workflow Task.
	cut taskCut
	// ids counts the Activities of this run by the Activity ID that their path gives.
	ids map[string]int
}

// call is something that a frame waits for: an Activity, a timer, a child.
type call struct {
	frame  *frame
	future workflow.Future
	cancel workflow.CancelFunc
	// ready takes the result.
	ready func(ctx workflow.Context, future workflow.Future)
	// holdsRun says that the next run could not take the result: a run does not continue
	// as new before it has it.
	holdsRun bool
	// slot says that the call takes one of the slots.
	slot bool
	// timer says that the call is the timer of a step, and guards that the step must be done then.
	timer, guards bool
	// activity is the Activity ID of a step's Activity; stops says that people may stop it.
	activity string
	stops    bool
	// toCome is about how many Events it adds until it has ended.
	toCome int
}

// heldCall is a call that is made when there is a slot for it.
type heldCall struct {
	frame *frame
	bytes int
	local bool
	start func(ctx workflow.Context)
}

// taskCut is what has been scheduled in the current Workflow Task.
type taskCut struct {
	historyLength int
	bytes         int
}

// hold makes the call when there is a slot for it, at once if there is one now.
func (r *run) hold(ctx workflow.Context, f *frame, bytes int, start func(ctx workflow.Context)) {
	r.queue(heldCall{frame: f, bytes: bytes, start: start})
	r.admit(ctx)
}

// holdLocal does the same for a Local Activity.
func (r *run) holdLocal(ctx workflow.Context, f *frame, start func(ctx workflow.Context)) {
	r.queue(heldCall{frame: f, local: true, start: start})
	r.admit(ctx)
}

// admit makes the calls that there are slots for, the oldest first.
func (r *run) admit(ctx workflow.Context) {
	for len(r.calls.held) > 0 {
		next := r.calls.held[0]
		if next.frame.outcome == nil {
			if r.pace.leaving || !r.calls.hasSlot(ctx, next) {
				return
			}
			next.start(ctx)
		}
		r.calls.held = r.calls.held[1:]
	}
}

// hasSlot reports whether the call can be made now.
func (c *calls) hasSlot(ctx workflow.Context, next heldCall) bool {
	return c.inFlight < maxInFlight && c.fits(ctx, next.bytes) && (!next.local || c.locals < maxLocals)
}

// fits reports whether so many bytes more can be scheduled in this Workflow Task, and
// counts them. One call alone always fits.
func (c *calls) fits(ctx workflow.Context, bytes int) bool {
	length := workflow.GetInfo(ctx).GetCurrentHistoryLength()
	// With nothing in flight, what was scheduled before belongs to earlier tasks.
	if c.cut.historyLength != length || c.inFlight == 0 {
		c.cut = taskCut{historyLength: length}
	}
	if c.cut.bytes > 0 && c.cut.bytes+bytes > maxTaskBytes {
		return false
	}
	c.cut.bytes += bytes
	return true
}

// wait adds a call to what the frame, and the run, wait for.
func (r *run) wait(c *call, events int) {
	c.frame.calls = append(c.frame.calls, c)
	r.calls.pending = append(r.calls.pending, c)
	r.pace.events += events
	// The Workflow Task that takes the result takes others, too.
	c.toCome = max(0, events-eventsOfTask)
	if c.slot {
		r.calls.inFlight++
	}
}

// anyReady reports whether a call has its result.
func (c *calls) anyReady() bool {
	return slices.ContainsFunc(c.pending, func(c *call) bool { return c.future.IsReady() })
}

// holdRun reports whether there is a result that the next run could not take.
func (c *calls) holdRun() bool {
	return slices.ContainsFunc(c.pending, func(c *call) bool { return c.holdsRun })
}

// timers counts the timers of steps.
func (c *calls) timers() int {
	count := 0
	for _, each := range c.pending {
		if each.timer {
			count++
		}
	}
	return count
}

// takeReady takes the calls that have their results, in the order in which they were made.
func (c *calls) takeReady() []*call {
	var ready []*call
	c.pending = slices.DeleteFunc(c.pending, func(each *call) bool {
		if each.future.IsReady() {
			ready = append(ready, each)
			return true
		}
		return false
	})
	return ready
}

// collect hands the results that are there to the frames, in the order of the calls.
func (r *run) collect(ctx workflow.Context) {
	for _, each := range r.calls.takeReady() {
		if each.slot {
			r.calls.inFlight--
		}
		each.frame.calls = slices.DeleteFunc(each.frame.calls, func(c *call) bool { return c == each })
		r.pace.progressed = true
		each.ready(ctx, each.future)
	}
}

// activityCall says how an Activity is called.
type activityCall struct {
	// path is the summary, with text behind it if there is one.
	path, summary string
	name          string
	argument      *value
	options       language.Options
	local         bool
	// shielded says that no cancel reaches the call: it takes a step back, or stands in a
	// finally.
	shielded bool
	// id is the Activity ID; a Local Activity has none.
	id string
	// stops says that people may stop it.
	stops bool
}

// callActivity calls an Activity for the frame, when there is a slot for it, and gives
// done what came of it.
func (r *run) callActivity(ctx workflow.Context, f *frame, a activityCall, done func(ctx workflow.Context, output any, err error)) {
	a.shielded = f.shielded()
	if _, listed := r.record.Calls.Activities[a.name]; !listed {
		done(ctx, nil, notInCatalog("activity", a.name))
		return
	}
	if a.local {
		r.holdLocal(ctx, f, func(ctx workflow.Context) {
			r.calls.locals++
			r.callNow(ctx, f, a, func(ctx workflow.Context, output any, err error) {
				r.calls.locals--
				r.pace.localBytes += localBytes(output, err)
				r.pace.localEnded(workflow.GetInfo(ctx).GetCurrentHistoryLength())
				done(ctx, output, err)
			})
		})
		return
	}
	if problem := r.optionsOf(a).Retry.Problem(); problem != "" {
		done(ctx, nil, refusedOptions(problem))
		return
	}
	bytes := 0
	if a.argument != nil {
		bytes = expression.Size(a.argument.any)
	}
	r.hold(ctx, f, bytes, func(ctx workflow.Context) { r.callNow(ctx, f, a, done) })
}

// localBytes are about those that the result of a Local Activity adds to the answer to its
// Workflow Task.
func localBytes(output any, err error) int {
	if err != nil {
		return expression.Size(failureOf(err).value())
	}
	return expression.Size(output)
}

func (r *run) callNow(ctx workflow.Context, f *frame, a activityCall, done func(ctx workflow.Context, output any, err error)) {
	cancellable, cancel := workflow.WithCancel(ctx)
	if !a.local {
		a.id = r.activityID(a.path)
	}
	r.wait(&call{
		frame:    f,
		activity: a.id,
		stops:    a.stops,
		future:   r.execute(cancellable, f, a),
		cancel:   cancel,
		holdsRun: true,
		slot:     true,
		ready: func(ctx workflow.Context, future workflow.Future) {
			output, err := r.resultOf(ctx, a.path, future)
			done(ctx, output, err)
		},
	}, eventsOfActivity)
}

// resultOf is what an Activity or a child has given. An output that is no JSON is reported
// from an error of theirs.
func (r *run) resultOf(ctx workflow.Context, path string, future workflow.Future) (any, error) {
	if err := future.Get(ctx, nil); err != nil {
		return nil, err
	}
	var output value
	err := future.Get(ctx, &output)
	if lost := r.lossOf(ctx, outputAt(path), err); lost != nil {
		return nil, lost
	}
	if err != nil {
		return nil, temporal.NewNonRetryableApplicationError("the output is no JSON", FailureInvalidOutput, err)
	}
	if output.problem != nil && r.since(2) {
		return nil, temporal.NewNonRetryableApplicationError(fmt.Sprintf("the output: %v", output.problem), FailureInvalidOutput, nil)
	}
	return output.any, nil
}

// The history events of a call, from its being scheduled to the Workflow Task that
// takes its result.
const (
	eventsOfTask     = 3
	eventsOfActivity = 6
	eventsOfTimer    = 5
	eventsOfChild    = 9
)

// optionsOf are the options of a call: the step's own, the document's, the catalog's.
func (r *run) optionsOf(a activityCall) language.Options {
	options := language.OptionsOf(a.options, r.defaults().Options, r.record.Calls.Activities[a.name].Options)
	if a.shielded && r.since(2) && options.Retry == nil && options.ScheduleToClose == "" {
		// A call that is retried forever where no cancel reaches it would make cancel useless.
		options.StartToClose = cmp.Or(options.StartToClose, language.DurationOf(defaultStartToClose))
		options.Retry = &language.Retry{MaximumAttempts: shieldedAttempts}
		// The time of an attempt that somebody has set is not cut short.
		options.ScheduleToClose = language.DurationOf(max(shieldedTime, length(options.StartToClose)))
	}
	return options
}

// What an undo, and an Activity in a finally, has where nobody says anything of retries.
const (
	shieldedAttempts = 10
	shieldedTime     = time.Hour
)

// mustHave lets the Workflow Task fail on a Worker that does not have a Local Activity, as
// during a deployment: it is handed to another Worker, and the run goes on there.
func (i *Interpreter) mustHave(ctx workflow.Context, name string) {
	if _, known := i.library().catalog.activities[name]; !known && !workflow.IsReplaying(ctx) {
		panic(fmt.Sprintf("this Worker does not have the Local Activity %q that the run was started with: deploy it everywhere", name))
	}
}

func (r *run) execute(ctx workflow.Context, f *frame, a activityCall) workflow.Future {
	var arguments []any
	if a.argument != nil {
		arguments = append(arguments, *a.argument)
	}
	callee := r.record.Calls.Activities[a.name]
	options := r.optionsOf(a)
	ctx = r.withStep(ctx, f, a.path)
	if a.local {
		r.interpreter.mustHave(ctx, a.name)
		ctx = workflow.WithLocalActivityOptions(ctx, localActivityOptions(options, a))
		// The SDK calls a Local Activity's function with the argument as it is.
		arguments = r.interpreter.library().catalog.typed(a.name, arguments)
		return workflow.ExecuteLocalActivity(ctx, a.name, arguments...)
	}
	settings := activityOptions(options, callee, a)
	settings.ActivityID = a.id
	ctx = workflow.WithActivityOptions(ctx, settings)
	return workflow.ExecuteActivity(ctx, a.name, arguments...)
}

// activityID is the Activity ID of the call that is made next for the path. No run uses one
// twice: the SDK and the server refuse two open Activities with one ID, and the run is stuck.
func (r *run) activityID(path string) string {
	if !r.since(2) {
		return "" // The SDK numbers them.
	}
	id := shortID(path)
	if r.calls.ids == nil {
		r.calls.ids = map[string]int{}
	}
	r.calls.ids[id]++
	if count := r.calls.ids[id]; count > 1 {
		// No path has the character.
		id += "~" + strconv.Itoa(count)
	}
	return id
}

// maxTimers bounds the sleeps and the waits with a timeout that are under way at once:
// each is a timer in the history, and again in the next run.
const maxTimers = 500

// callTimer waits until the time has come.
func (r *run) callTimer(ctx workflow.Context, f *frame, due time.Time, summary string, done func(ctx workflow.Context)) *call {
	made := &call{frame: f, timer: true}
	// A clock that stands still is going to be a timer again.
	if r.calls.timers()+r.gates.stopped >= maxTimers {
		r.fail(f, exceeded("timers", maxTimers))
		return made
	}
	cancellable, cancel := workflow.WithCancel(ctx)
	timer := workflow.NewTimerWithOptions(cancellable, max(0, due.Sub(r.now)), workflow.TimerOptions{Summary: summary})
	made.future, made.cancel = timer, cancel
	made.ready = func(ctx workflow.Context, future workflow.Future) {
		if future.Get(ctx, nil) == nil {
			done(ctx)
		} else if len(f.calls) == 0 && len(f.subframes) == 0 {
			r.end(f, cancellation())
		}
	}
	r.wait(made, eventsOfTimer)
	return made
}

// forget leaves the calls of a frame that has what it waited for.
func (c *calls) forget(f *frame) {
	c.forgetThose(f, func(*call) bool { return true })
}

// forgetTimers leaves the timers of a frame that need not wait for them any more.
func (c *calls) forgetTimers(f *frame) {
	c.forgetThose(f, func(each *call) bool { return each.timer })
}

func (c *calls) forgetThose(f *frame, those func(*call) bool) {
	for _, each := range f.calls {
		if those(each) {
			each.cancel()
		}
	}
	c.pending = slices.DeleteFunc(c.pending, func(each *call) bool { return each.frame == f && those(each) })
	f.calls = slices.DeleteFunc(f.calls, those)
}
