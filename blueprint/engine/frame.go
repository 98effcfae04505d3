package engine

import (
	"maps"
	"strconv"

	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/expression"
	"dynamicsamples/blueprint/language"
)

// frame is a step, or a block of steps, under way. The frames of a run form a tree; the
// saved parts of all frames are what the next run needs to go on.
type frame struct {
	saved

	executor executor
	parent   *frame
	// subframes are those below that are under way.
	subframes []*frame
	program   *language.Program
	path      string
	// planned is the program that a plan step runs.
	planned *language.Program
	// approval is the hash that approves the plan.
	approval string
	// step is the step of a step's frame; steps are those of a block's.
	step  *language.Step
	steps []*language.Step
	// ownScope is what the frame's own expressions see, innerScope what those below see.
	ownScope, innerScope *scope
	// calls are what the frame waits for.
	calls []*call
	// outcome is how the frame has ended.
	outcome *outcome
	// waiting says that the frame has not begun.
	waiting bool
	// broken says that the failure arose in the frame itself; byHand that somebody has completed
	// the step, noUndo that it is not taken back, and asked why its Activity is stopped.
	broken, byHand, noUndo bool
	asked                  *Operation
	// needs counts for each node of a dag what it needs that has not ended; nil until a node
	// has ended in this run.
	needs []int
	// bytes is about what the frame takes in the state, without its scope.
	bytes int
}

// executor runs one kind of step, or of block. Each method has the workflow's context
// first, so that workflowcheck follows it.
type executor interface {
	// enter begins what the frame is for.
	enter(ctx workflow.Context, r *run, f *frame)
	// resume goes on in a new run with what the frame itself waits for; the frames
	// below are resumed on their own.
	resume(ctx workflow.Context, r *run, f *frame)
	// ended is notified that a frame below has ended.
	ended(ctx workflow.Context, r *run, f, below *frame)
	// block returns the steps of the frame's block at a place, and its part of their paths.
	block(f *frame, at int, s *saved) ([]*language.Step, string)
}

// outcome is how a frame ends.
type outcome struct {
	Kind outcomeKind `json:"kind"`
	// Output is that of a frame that succeeded, or the run's where a stop ends it.
	Output value `json:"output,omitzero"`
	// Failure is why it failed.
	Failure *Failure `json:"failure,omitempty"`
}

// outcomeKind is a way to end.
type outcomeKind string

const (
	succeeded outcomeKind = "succeeded"
	failed    outcomeKind = "failed"
	canceled  outcomeKind = "canceled"
	stopped   outcomeKind = "stopped"
	// skipped is the end of a node of a dag whose condition is false.
	skipped outcomeKind = "skipped"
)

func success(output any) outcome         { return outcome{Kind: succeeded, Output: value{any: output}} }
func failure(reason *Failure) outcome    { return outcome{Kind: failed, Failure: reason} }
func cancellation() outcome              { return outcome{Kind: canceled} }
func (o *outcome) is(k outcomeKind) bool { return o != nil && o.Kind == k }

// open makes the frame of what was saved, below its parent, and those below it.
func (r *run) open(parent *frame, s saved) (*frame, error) {
	f := &frame{saved: s, parent: parent, program: parent.program, ownScope: parent.innerScope}
	switch s.Role {
	case roleStep:
		f.step = parent.steps[s.At]
		f.path = attemptOf(join(parent.path, f.step.ID), s.Tries)
		f.executor = executorOf(f.step.Kind)
		if isGuarded(f.step) {
			f.executor = guardStep{}
		}
	case roleAttempt:
		f.step, f.path, f.executor = parent.step, attemptOf(parent.path, s.At), executorOf(parent.step.Kind)
	case roleBlock:
		if err := r.openPlan(parent); err != nil {
			return nil, err
		}
		if parent.planned != nil {
			f.program = parent.planned
		}
		steps, segment := parent.executor.block(parent, s.At, &f.saved)
		f.steps, f.path, f.executor = steps, parent.path+segment, sequence{}
	case roleUndo:
		f.path, f.executor = parent.path, undoing{}
	}
	f.innerScope = f.ownScope
	if f.Scope != nil {
		f.innerScope = &scope{outer: f.ownScope, run: r, names: f.Scope}
		f.innerScope.grow(f.Scope.Vars.size() + f.Scope.Outputs.size() + f.Scope.Locals.size())
	}
	if f.Role == roleBlock && parent == r.root {
		r.outermost = f.innerScope
	}
	const structure = 100
	r.grow(f, structure+f.Items.size()+f.Outputs.size()+f.Before.size()+expression.Size(f.Last.any)+len(f.Plan)+f.Input.bytes())
	for _, each := range f.Entries {
		r.grow(f, each.bytes())
	}
	if f.Failures != nil || s.Role == roleStep && isGuarded(f.step) {
		r.grow(f, f.Failures.size()+f.Failure.bytes())
	}
	parent.subframes = append(parent.subframes, f)
	for _, each := range s.Below {
		if _, err := r.open(f, each); err != nil {
			return nil, err
		}
	}
	f.Below = nil
	return f, nil
}

// begin opens a new frame below and lets it begin.
func (r *run) begin(parent *frame, s saved) {
	f, err := r.open(parent, s)
	if err != nil {
		// Only a plan can fail to open, and a new frame's plan has just been compiled.
		r.end(parent, failure(&Failure{Type: FailureInternal, Message: err.Error()}))
		return
	}
	if f.Role == roleBlock && r.record.Depth+f.depth() > r.record.Budget.Depth {
		r.fail(f, exceeded("depth", r.record.Budget.Depth))
		return
	}
	f.waiting = true
	r.tasks = append(r.tasks, task{f, taskEnter})
}

// beginBlock begins the block at a place, with names of its own; copyVars gives it
// a copy of the variables.
func (r *run) beginBlock(f *frame, at int, copyVars bool, locals object) {
	added := &names{Locals: locals}
	if copyVars {
		added.Vars = object(maps.Clone(f.innerScope.vars()))
	}
	r.begin(f, saved{Role: roleBlock, At: at, Scope: added})
}

// end ends a frame: the first outcome counts.
func (r *run) end(f *frame, o outcome) {
	if f.outcome != nil {
		return
	}
	if f.Held != nil {
		r.release(f)
	}
	o.Failure = f.forRetry(o.Failure)
	f.outcome = &o
	r.tasks = append(r.tasks, task{f, taskEnded})
}

// fail ends a step with a failure of its own.
func (r *run) fail(f *frame, reason *Failure) {
	if f.Canceling {
		// However it puts it, what fails while it is being canceled is canceled.
		r.end(f, cancellation())
		return
	}
	if r.since(2) {
		reason = reason.bounded()
	}
	if reason.Step == "" {
		reason.Step = f.path
	}
	f.broken = true
	r.end(f, failure(reason))
}

// decide settles how a frame is going to end once all below has ended; the first
// decision counts, and whatever still runs below is canceled.
func (r *run) decide(f *frame, o outcome) {
	if f.Decided == nil {
		f.Decided = &o
	}
	for _, each := range f.subframes {
		r.cancel(each)
	}
}

// settle ends a frame below which nothing runs anymore: as decided, as canceled, or
// well with what the output gives.
func (r *run) settle(f *frame, output func() any) {
	switch {
	case len(f.subframes) > 0:
	case f.Decided != nil:
		r.end(f, *f.Decided)
	case f.Canceling:
		r.end(f, cancellation())
	default:
		r.end(f, success(output()))
	}
}

// cancel reaches the frame and everything below that is not shielded. Frames end only
// when what they wait for has ended.
func (r *run) cancel(f *frame) {
	r.cancelAtGate(f)
	if f.Canceling || f.Shielded || f.outcome != nil {
		return
	}
	f.Canceling = true
	r.gates.changed = true
	r.mailbox.ahead = nil
	for _, call := range f.calls {
		call.cancel()
	}
	if len(f.subframes) == 0 && len(f.calls) == 0 {
		r.end(f, cancellation())
	}
	for _, each := range f.subframes {
		r.cancel(each)
	}
}

// drop takes a frame that has ended out of the tree.
func (r *run) drop(f *frame) {
	r.grow(f, -f.bytes)
	if f.Scope != nil {
		f.innerScope.grow(-f.innerScope.bytes)
	}
	for i, each := range f.parent.subframes {
		if each == f {
			f.parent.subframes = append(f.parent.subframes[:i], f.parent.subframes[i+1:]...)
			return
		}
	}
}

// grow notes that the frame takes so many bytes more.
func (r *run) grow(f *frame, bytes int) {
	f.bytes += bytes
	r.bytes += bytes
}

// shielded reports whether no cancel reaches the frame: it takes steps back, or is in a
// finally.
func (f *frame) shielded() bool {
	for each := f; each != nil; each = each.parent {
		if each.Shielded {
			return true
		}
	}
	return false
}

// eachFrame visits the frames that there are, those above first.
func (r *run) eachFrame(visit func(*frame)) {
	var walk func(f *frame)
	walk = func(f *frame) {
		visit(f)
		for _, each := range f.subframes {
			walk(each)
		}
	}
	walk(r.root)
}

// depth is how many blocks there are around the frame.
func (f *frame) depth() int {
	depth := 0
	for each := f.parent; each != nil; each = each.parent {
		if each.Role == roleBlock {
			depth++
		}
	}
	return depth
}

// save is the frame's part of the state, with those below.
func (f *frame) save() saved {
	s := f.saved
	if f.Gate > 0 {
		s.Ended = f.outcome
	}
	for _, each := range f.subframes {
		s.Below = append(s.Below, each.save())
	}
	return s
}

// noResume and noBlocks are for executors that have nothing of the kind.
type noResume struct{}

func (noResume) resume(workflow.Context, *run, *frame) {}

type noBlocks struct{}

func (noBlocks) ended(workflow.Context, *run, *frame, *frame) {}
func (noBlocks) block(*frame, int, *saved) ([]*language.Step, string) {
	return nil, ""
}

func join(path, id string) string {
	if path == "" {
		return id
	}
	return path + "/" + id
}

func numbered(number int) string { return "[" + strconv.Itoa(number) + "]" }
