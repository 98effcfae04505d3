package engine

import (
	"slices"

	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// tryStep runs its steps; a failure that a catch names is taken: what had completed is
// undone, and the catch runs. The last steps run in any case, on a cancel as well.
type tryStep struct {
	noResume
	namedBlocks
}

func (tryStep) enter(_ workflow.Context, r *run, f *frame) { r.beginBlock(f, 0, false, nil) }

func (tryStep) ended(ctx workflow.Context, r *run, f, below *frame) {
	switch f.Phase {
	case phaseBegin:
		triedSteps(ctx, r, f, below.outcome)
	case phaseUndo:
		beginCatch(r, f)
	case phaseCatch:
		f.Decided = below.outcome
		beginFinally(r, f)
	case phaseFinally:
		if f.Decided.is(succeeded) && !below.outcome.is(succeeded) {
			f.Decided = below.outcome
		}
		r.end(f, *f.Decided)
	}
}

// triedSteps takes the outcome of the steps: to the catch that names it, or to finally.
func triedSteps(ctx workflow.Context, r *run, f *frame, steps *outcome) {
	at := -1
	if steps.is(failed) {
		at = r.catchOf(ctx, f, steps.Failure)
	}
	if at < 0 {
		f.Decided = steps
		beginFinally(r, f)
		return
	}
	f.Phase, f.Next, f.Failure = phaseUndo, at, steps.Failure
	if !r.undo(f, 0, func(each undoEntry) bool { return within(each.Step, f.path) }) {
		beginCatch(r, f)
	}
}

// catchOf is the place of the catch that takes the failure, or -1.
func (r *run) catchOf(ctx workflow.Context, f *frame, reason *Failure) int {
	return slices.IndexFunc(f.step.Kind.(*language.Try).Catch, func(each language.Catch) bool {
		return each.Names(reason.Type) && r.takes(ctx, f, f.ownScope, each.When, reason)
	})
}

func beginCatch(r *run, f *frame) {
	f.Phase = phaseCatch
	if f.Canceling {
		f.Decided = &outcome{Kind: canceled}
		beginFinally(r, f)
		return
	}
	r.beginBlock(f, 1+f.Next, false, object{language.ErrorName: f.Failure.value()})
}

// beginFinally runs the last steps where no cancel reaches them.
func beginFinally(r *run, f *frame) {
	try := f.step.Kind.(*language.Try)
	if len(try.Finally) == 0 {
		r.end(f, *f.Decided)
		return
	}
	f.Phase = phaseFinally
	r.begin(f, saved{Role: roleBlock, At: len(try.Catch) + 1, Shielded: true, Scope: &names{}})
}
