package engine

import (
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/expression"
	"dynamicsamples/blueprint/language"
)

// activityStep calls an Activity of the catalog.
type activityStep struct{ noBlocks }

func (activityStep) enter(ctx workflow.Context, r *run, f *frame) {
	step := f.step.Kind.(*language.Activity)
	argument, reason := r.argument(f, step.With)
	if reason != nil {
		r.fail(f, reason)
		return
	}
	options, reason := r.timeoutsOf(f, step.Options, f.ownScope)
	if reason != nil {
		r.fail(f, reason)
		return
	}
	r.callActivity(ctx, f, activityCall{
		path:     f.path,
		summary:  r.summary(f),
		name:     step.Activity,
		argument: argument,
		options:  options,
		local:    step.Local,
		stops:    !step.Local,
	}, func(_ workflow.Context, output any, err error) {
		if !r.stopped(f, err) {
			r.completed(f, output, err)
		}
	})
}

func (a activityStep) resume(ctx workflow.Context, r *run, f *frame) { a.enter(ctx, r, f) }

// completed ends a step with what an Activity or a child has given.
func (r *run) completed(f *frame, output any, err error) {
	if err != nil {
		r.fail(f, failureOf(err))
		return
	}
	r.produce(f, output)
}

// produce ends a step with an output from outside, if it is not too large.
func (r *run) produce(f *frame, output any) {
	if size := expression.Size(output); size > r.record.Budget.OutputBytes {
		r.fail(f, exceeded("outputBytes", r.record.Budget.OutputBytes))
		return
	}
	r.end(f, success(output))
}
