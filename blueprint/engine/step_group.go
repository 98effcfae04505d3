package engine

import "go.temporal.io/sdk/workflow"

// groupStep runs the steps of a group.
type groupStep struct {
	noResume
	namedBlocks
}

func (groupStep) enter(_ workflow.Context, r *run, f *frame) { r.beginBlock(f, 0, false, nil) }

func (groupStep) ended(_ workflow.Context, r *run, f, block *frame) { r.end(f, *block.outcome) }
