package engine

import (
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// namedBlocks are the blocks of a step whose names, if they have one, are in the paths of
// what runs in them.
type namedBlocks struct{}

func (namedBlocks) block(f *frame, at int, _ *saved) ([]*language.Step, string) {
	block := f.step.Blocks[at]
	if block.Name == "" {
		return block.Steps, ""
	}
	return block.Steps, "/" + block.Name
}

// sequence runs the steps of a block one after the other; its output is the last
// step's.
type sequence struct{ noResume }

func (sequence) enter(_ workflow.Context, r *run, f *frame) {
	if len(f.steps) > 0 && f.steps[0].When != nil {
		enterNode(r, f)
		return
	}
	nextStep(r, f)
}

func (sequence) ended(_ workflow.Context, r *run, f, step *frame) {
	switch {
	case !step.outcome.is(succeeded):
		// A step that is not asked to end as canceled does not do so.
		r.end(f, *step.outcome)
	case f.Canceling:
		r.end(f, cancellation())
	default:
		f.Next++
		if f.Next == len(f.steps) {
			r.end(f, *step.outcome)
			return
		}
		nextStep(r, f)
	}
}

func (sequence) block(*frame, int, *saved) ([]*language.Step, string) { return nil, "" }

func nextStep(r *run, f *frame) {
	if f.Next >= len(f.steps) {
		r.end(f, success(nil))
		return
	}
	r.begin(f, saved{At: f.Next})
}

// whole runs the blueprint itself: its steps, and when these do not end well, what
// takes back those that had completed.
type whole struct{}

func (whole) enter(ctx workflow.Context, r *run, f *frame) {
	if timeout := f.program.Definition.Timeout; timeout != nil {
		due, reason := r.due(f, timeout, f.innerScope)
		if reason != nil {
			r.end(f, failure(reason))
			return
		}
		if f.Deadline = due; !due.After(r.now) {
			r.end(f, failure(late(f)))
			return
		}
	}
	r.beginBlock(f, 0, false, nil)
	guardTime(ctx, r, f)
}

func (whole) resume(ctx workflow.Context, r *run, f *frame) { guardTime(ctx, r, f) }

func (whole) ended(_ workflow.Context, r *run, f, below *frame) {
	if below.Role == roleUndo {
		r.end(f, *f.Decided)
		return
	}
	r.calls.forgetTimers(f)
	ending := r.outputOf(f.program, below)
	if f.Decided != nil {
		ending = *f.Decided
	}
	f.Decided = &ending
	well := ending.is(succeeded) || ending.is(stopped)
	if well || !r.undo(f, 0, func(undoEntry) bool { return true }) {
		r.end(f, ending)
	}
}

func (whole) block(f *frame, _ int, _ *saved) ([]*language.Step, string) {
	return f.program.Definition.Steps, ""
}
