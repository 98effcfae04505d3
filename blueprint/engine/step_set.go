package engine

import (
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// setStep gives variables new values: all are computed first, then set together.
type setStep struct {
	noBlocks
	noResume
}

func (setStep) enter(_ workflow.Context, r *run, f *frame) {
	result, reason := r.evaluate(f, f.step.Kind.(*language.Set).Set, f.ownScope)
	if reason != nil {
		r.fail(f, reason)
		return
	}
	f.ownScope.set(result.(map[string]any))
	r.end(f, success(result))
}
