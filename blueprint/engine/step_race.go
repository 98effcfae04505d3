package engine

import "go.temporal.io/sdk/workflow"

// raceStep runs its branches at once; the first that ends well wins. The others are
// canceled and awaited, and what they had completed is undone.
type raceStep struct {
	noResume
	namedBlocks
}

func (raceStep) enter(_ workflow.Context, r *run, f *frame) {
	for at := range f.step.Blocks {
		r.beginBlock(f, at, true, nil)
	}
}

func (raceStep) ended(_ workflow.Context, r *run, f, below *frame) {
	if below.Role == roleBlock {
		finish(r, f, below)
	}
	if len(f.subframes) > 0 {
		return
	}
	switch {
	case f.Decided.is(succeeded) && f.Phase == phaseBegin:
		undoLosers(r, f)
	case f.Decided == nil && !f.Canceling:
		// Every branch has failed.
		r.end(f, failure(f.Failure))
	default:
		r.settle(f, nil)
	}
}

// finish takes the outcome of a branch: the first that ends well, or stops the run,
// settles the race.
func finish(r *run, f, branch *frame) {
	switch branch.outcome.Kind {
	case succeeded:
		winner := f.step.Blocks[branch.At].Name
		f.Next = branch.At
		r.decide(f, success(map[string]any{"winner": winner, "output": branch.outcome.Output.any}))
	case stopped:
		r.decide(f, *branch.outcome)
	case failed:
		f.Failure = branch.outcome.Failure
	}
}

// undoLosers takes back what the branches that lost had completed. What the winner
// completed stays what can be undone later.
func undoLosers(r *run, f *frame) {
	f.Phase = phaseUndo
	winner := f.path + "/" + f.step.Blocks[f.Next].Name
	if !r.undo(f, 0, func(each undoEntry) bool {
		return within(each.Step, f.path) && !within(each.Step, winner)
	}) {
		r.end(f, *f.Decided)
	}
}
