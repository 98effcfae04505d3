package engine

import (
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// stopStep ends the whole run well.
type stopStep struct {
	noBlocks
	noResume
}

func (stopStep) enter(_ workflow.Context, r *run, f *frame) {
	output, reason := r.evaluate(f, f.step.Kind.(*language.Stop).Stop.Raw, f.ownScope)
	if reason != nil {
		r.fail(f, reason)
		return
	}
	r.end(f, outcome{Kind: stopped, Output: value{any: output}})
}
