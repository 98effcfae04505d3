package blueprint

import (
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// groupStep runs the steps of a group.
type groupStep struct{ noResume }

func (groupStep) enter(_ workflow.Context, r *run, f *frame) { r.beginBlock(f, 0, false, nil) }

func (groupStep) ended(_ workflow.Context, r *run, f, block *frame) { r.end(f, *block.outcome) }

func (groupStep) block(f *frame, _ int, _ *saved) ([]*language.Step, string) {
	return f.step.Kind.(*language.Group).Steps, ""
}
