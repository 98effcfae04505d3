package engine

import (
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// failStep ends with a failure.
type failStep struct {
	noBlocks
	noResume
}

func (failStep) enter(_ workflow.Context, r *run, f *frame) {
	step := f.step.Kind.(*language.Fail).Fail
	message, reason := r.evaluateAs(f, "message", step.Message, f.ownScope)
	if reason != nil {
		r.fail(f, reason)
		return
	}
	details, reason := r.evaluateAs(f, "details", step.Details, f.ownScope)
	if reason != nil {
		r.fail(f, reason)
		return
	}
	list, _ := details.([]any)
	r.fail(f, &Failure{Type: step.Type, Message: textOf(message), Details: list})
}
