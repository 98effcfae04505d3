package engine

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// raceStep runs its branches at once; the first that ends well wins, or the first so many. The
// others are canceled and awaited, and what they had completed is undone.
type raceStep struct {
	noResume
	namedBlocks
}

func (raceStep) enter(_ workflow.Context, r *run, f *frame) {
	if first := f.step.Kind.(*language.Race).First; first != nil {
		limit, reason := r.wholeNumber(f, first, "first", 1, len(f.step.Blocks))
		if reason != nil {
			r.fail(f, reason)
			return
		}
		f.Limit, f.Outputs = limit, make(values, len(f.step.Blocks))
	}
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
	switch {
	case f.Decided != nil && r.since(2):
		// It has ended with the last winner, or been canceled.
	case f.Limit > 0:
		finishOfSeveral(r, f, branch)
	default:
		finishOfOne(r, f, branch)
	}
}

func finishOfOne(r *run, f, branch *frame) {
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

// finishOfSeveral settles a race that several win, also as soon as too few are left.
func finishOfSeveral(r *run, f, branch *frame) {
	switch branch.outcome.Kind {
	case succeeded:
		f.Winners = append(f.Winners, branch.At)
		r.keepOutput(f, branch.At, branch.outcome.Output.any)
		if len(f.Winners) == f.Limit {
			r.decide(f, success(winnersOf(f)))
		}
	case stopped:
		r.decide(f, *branch.outcome)
	case failed:
		f.Failed++
		if len(f.step.Blocks)-f.Failed < f.Limit {
			r.decide(f, *branch.outcome)
		}
	}
}

// winnersOf are the names of those that have won, in the order of their ends, and their outputs.
func winnersOf(f *frame) map[string]any {
	winners, outputs := make([]any, len(f.Winners)), make(map[string]any, len(f.Winners))
	for i, at := range f.Winners {
		name := f.step.Blocks[at].Name
		winners[i], outputs[name] = name, f.Outputs[at]
	}
	return map[string]any{"winners": winners, "outputs": outputs}
}

// undoLosers takes back what the branches that lost had completed. What the winner
// completed stays what can be undone later.
func undoLosers(r *run, f *frame) {
	f.Phase = phaseUndo
	won := map[string]bool{}
	if f.Limit == 0 {
		won[f.step.Blocks[f.Next].Name] = true
	}
	for _, at := range f.Winners {
		won[f.step.Blocks[at].Name] = true
	}
	if !r.undo(f, 0, func(each undoEntry) bool {
		inside, is := strings.CutPrefix(each.Step, f.path+"/")
		branch, _, _ := strings.Cut(inside, "/")
		return is && !won[branch]
	}) {
		r.end(f, *f.Decided)
	}
}

// wholeNumber evaluates a number that must not be smaller or greater than others.
func (r *run) wholeNumber(f *frame, v *language.Value, name string, least, most int) (int, *Failure) {
	result, reason := r.evaluateAs(f, name, v.Raw, f.ownScope)
	if reason != nil {
		return 0, reason
	}
	number, whole := result.(int64)
	if !whole || number < int64(least) || number > int64(most) {
		return 0, &Failure{Type: FailureExpression, Message: fmt.Sprintf("%s must be a whole number from %d to %d, not %s", name, least, most, textOf(result))}
	}
	return int(number), nil
}
