package engine

import (
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/expression"
)

// parallelStep runs its branches at once and joins them: a failure cancels the others, and
// all have ended before the step does.
type parallelStep struct {
	noResume
	namedBlocks
}

func (parallelStep) enter(_ workflow.Context, r *run, f *frame) {
	f.Outputs = make(values, len(f.step.Blocks))
	for at := range f.step.Blocks {
		r.beginBlock(f, at, true, nil)
	}
}

func (parallelStep) ended(_ workflow.Context, r *run, f, branch *frame) {
	if branch.outcome.is(succeeded) {
		r.keepOutput(f, branch.At, branch.outcome.Output.any)
	} else if !branch.outcome.is(canceled) {
		r.decide(f, *branch.outcome)
	}
	r.settle(f, func() any {
		outputs := map[string]any{}
		for at, branch := range f.step.Blocks {
			outputs[branch.Name] = f.Outputs[at]
		}
		return outputs
	})
}

// keepOutput keeps the output of a part of the step until all parts have ended.
func (r *run) keepOutput(f *frame, at int, output any) {
	f.Outputs[at] = output
	r.grow(f, expression.Size(output))
}
