package engine

import (
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// switchStep runs the first case whose condition holds, or else.
type switchStep struct{ noResume }

func (switchStep) enter(ctx workflow.Context, r *run, f *frame) {
	cases := f.step.Kind.(*language.Switch).Switch
	for at, each := range cases {
		if r.since(2) {
			r.rest(ctx) // Each condition may take as much as one value may.
		}
		holds, reason := r.condition(f, each.When, f.ownScope)
		if reason != nil {
			r.fail(f, reason)
			return
		}
		if holds {
			r.beginBlock(f, at, false, nil)
			return
		}
	}
	r.beginBlock(f, len(cases), false, nil)
}

func (switchStep) ended(_ workflow.Context, r *run, f, block *frame) { r.end(f, *block.outcome) }

func (switchStep) block(f *frame, at int, _ *saved) ([]*language.Step, string) {
	return f.step.Blocks[at].Steps, ""
}
