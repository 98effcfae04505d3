package engine

import (
	"time"

	"go.temporal.io/sdk/workflow"
)

// pace is how much a run does: before it yields, before it ends the Workflow Task, and
// before it continues as new.
type pace struct {
	// spent is what the run has done, yielded and rested what it had when it last yielded
	// and began another Workflow Task.
	spent, yielded, rested uint64
	// localBytes are those of the outputs of Local Activities in this Workflow Task.
	localBytes int
	// events is about how many Events the calls of this run take, for version 1.
	events int
	// localsEnded are the Local Activities that have ended in the Workflow Task that began at
	// localsLength: the Event of each comes with the task's end.
	localsEnded, localsLength int
	// progressed says that something has ended in this run.
	progressed bool
	// postponed is the number of Events at which the run tries again to leave; 0 before it
	// has tried.
	postponed int
	// leaving says that no call is made anymore, because the next run is to make it.
	leaving bool
}

// What the run does is counted in the units that expressions cost; a million take about
// a tenth of a second, and many times that on a busy machine or with the race detector.
const (
	// costOfTask is about what beginning or ending a step is.
	costOfTask = 100
	// costPerTurn is what the run does without giving way, so that it is never taken for a
	// deadlock.
	costPerTurn = 50_000
	// costPerTask is what the run does in one Workflow Task, which must end in time.
	costPerTask = 2_000_000
)

// mustYield reports whether the run has done so much that the SDK could take it for stuck.
func (p *pace) mustYield() bool { return p.spent-p.yielded >= costPerTurn }

// mustEndTask reports whether the run has done as much as belongs into one Workflow Task.
func (p *pace) mustEndTask() bool {
	return p.spent-p.rested >= costPerTask || p.localBytes >= maxLocalBytes
}

// localEnded counts a Local Activity that has ended.
func (p *pace) localEnded(length int) {
	p.localsEnded = p.markers(length) + 1
	p.localsLength = length
}

// markers counts the Events that the Local Activities of this Workflow Task add.
func (p *pace) markers(length int) int {
	if p.localsLength != length {
		return 0
	}
	return p.localsEnded
}

// rest interrupts a run that does much at once.
func (r *run) rest(ctx workflow.Context) {
	if r.pace.mustYield() {
		r.pace.yielded = r.pace.spent
		yield(ctx)
	}
	if r.pace.mustEndTask() && !r.interpreter.moment.isNear() {
		r.endTask(ctx)
	}
}

// endTask goes on in another Workflow Task.
func (r *run) endTask(ctx workflow.Context) {
	r.pace.rested, r.pace.yielded, r.pace.localBytes = r.pace.spent, r.pace.spent, 0
	r.pace.events += eventsOfTimer
	_ = workflow.NewTimerWithOptions(ctx, time.Millisecond, workflow.TimerOptions{Summary: "a pause in a long computation"}).Get(ctx, nil)
	r.now = workflow.Now(ctx)
}

// yield lets the SDK see that the workflow is not stuck. It adds nothing to the
// history.
func yield(ctx workflow.Context) { yieldAs(ctx, "") }

// yieldAs names the coroutine that it takes, for stack traces.
func yieldAs(ctx workflow.Context, name string) {
	waited := false
	workflow.GoNamed(ctx, name, func(workflow.Context) { waited = true })
	_ = workflow.Await(ctx, func() bool { return waited })
}
