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
	if step.Caught {
		r.fail(f, f.caught())
		return
	}
	made, reason := r.made(f, step)
	if reason != nil {
		made = reason
	}
	r.fail(f, made)
}

// made is the failure that a step makes.
func (r *run) made(f *frame, step language.Failure) (*Failure, *Failure) {
	kind, reason := r.failureType(f, step)
	if reason != nil {
		return nil, reason
	}
	message, reason := r.evaluateAs(f, "message", step.Message, f.ownScope)
	if reason != nil {
		return nil, reason
	}
	details, reason := r.evaluateAs(f, "details", step.Details, f.ownScope)
	if reason != nil {
		return nil, reason
	}
	list, _ := details.([]any)
	return &Failure{Type: kind, Message: textOf(message), Details: list}, nil
}

// failureType is the type of the failure that a step makes.
func (r *run) failureType(f *frame, step language.Failure) (string, *Failure) {
	if !step.HasExpression() {
		return step.Type, nil
	}
	result, reason := r.evaluateAs(f, "type", step.Type, f.ownScope)
	if reason != nil {
		return "", reason
	}
	kind, isText := result.(string)
	if !isText {
		return "", &Failure{Type: FailureExpression, Message: "the type of a failure must be a text, not " + textOf(result)}
	}
	if err := language.CheckType(kind); err != nil {
		return "", &Failure{Type: FailureExpression, Message: err.Error()}
	}
	return kind, nil
}

// caught is the failure that is called error where the frame is: that of the innermost catch, or
// that of the graph around whose edge has taken it, as it was.
func (f *frame) caught() *Failure {
	for each := f; each != nil; each = each.parent {
		if each.Scope == nil || each.Scope.Locals[language.ErrorName] == nil {
			continue
		}
		if each.Role == roleBlock {
			return each.parent.Failure
		}
		reason := failureFrom(each.Scope.Locals[language.ErrorName])
		reason.Retryable, reason.NonRetryable = each.Retryable, each.NonRetryable
		return reason
	}
	return &Failure{Type: FailureExpression, Message: "nothing has failed here, so that there is no error"}
}

// failureFrom is the failure that expressions see as a value.
func failureFrom(seen any) *Failure {
	members := seen.(map[string]any)
	details, _ := members["details"].([]any)
	return &Failure{Type: textOf(members["type"]), Message: textOf(members["message"]), Step: textOf(members["step"]), Details: details}
}
