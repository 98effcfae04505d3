package engine

import (
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// sleepStep waits for a durable timer.
type sleepStep struct{ noBlocks }

func (s sleepStep) enter(ctx workflow.Context, r *run, f *frame) {
	due, reason := r.due(f, f.step.Kind.(*language.Sleep).Sleep, f.ownScope)
	if reason != nil {
		r.fail(f, reason)
		return
	}
	f.Deadline = due
	s.resume(ctx, r, f)
}

func (sleepStep) resume(ctx workflow.Context, r *run, f *frame) {
	r.callTimer(ctx, f, f.Deadline, summaryOf(f.path, r.summary(f)), func(workflow.Context) { r.end(f, success(nil)) })
}
