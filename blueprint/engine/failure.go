package engine

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"go.temporal.io/sdk/temporal"

	"dynamicsamples/blueprint/expression"
	"dynamicsamples/blueprint/storage"
)

// The types of the failures that the interpreter itself makes. A catch can name each
// but InvalidDocument, InvalidInput and UnknownBlueprint, which come before the first
// step.
const (
	// FailureBudgetExceeded is a limit of the budget that is crossed; its details are the
	// limit's name and what it allows.
	FailureBudgetExceeded = "BudgetExceeded"
	// FailureExpression is an expression that cannot be evaluated.
	FailureExpression = "ExpressionError"
	// FailureInvalidDocument is a blueprint with problems; its details are diagnostics.
	FailureInvalidDocument = "InvalidDocument"
	// FailureInvalidInput is an input that does not fit the blueprint's schema.
	FailureInvalidInput = "InvalidInput"
	// FailureInvalidPlan is a plan with problems; its details are diagnostics.
	FailureInvalidPlan = "InvalidPlan"
	// FailureInvalidOutput is an output that is no JSON.
	FailureInvalidOutput = "InvalidOutput"
	// FailureWaitTimeout is a message that did not come in time.
	FailureWaitTimeout = "WaitTimeout"
	// FailureStepTimeout is a step, or a run, that was not done in time.
	FailureStepTimeout = "StepTimeout"
	// FailureUnknownBlueprint is a name or version that there is no blueprint of.
	FailureUnknownBlueprint = "UnknownBlueprint"
	// FailureTimeout is an Activity or child that ran out of time; its first detail
	// is the timeout's type.
	FailureTimeout = "Timeout"
	// FailureChildAlreadyRunning is a child whose Workflow ID is taken.
	FailureChildAlreadyRunning = "ChildAlreadyRunning"
	// FailureChildTerminated is a child that somebody terminated.
	FailureChildTerminated = "ChildTerminated"
	// FailureNotInCatalog is a call of what the catalog did not list when the run was
	// started. The checker refuses such documents before.
	FailureNotInCatalog = "NotInCatalog"
	// FailureInvalidOptions is a call that the server would refuse, with its rule. The checker
	// refuses such documents before.
	FailureInvalidOptions = "InvalidOptions"
	// FailureCanceledOutside is an Activity or child that ended as canceled although the
	// run had not asked for it.
	FailureCanceledOutside = "CanceledOutside"
	// FailureValueMissing and FailureValueDamaged are a value in external storage that is
	// not there anymore, or not what it was. A catch can name them where it is the output
	// of a step; the run fails where it is its own input or a message, or where the run has
	// used the value and cannot do so again.
	FailureValueMissing = storage.Missing
	FailureValueDamaged = storage.Damaged
	// FailureInternal is an error without a type.
	FailureInternal = "InternalError"
)

// Failure is why a step or a run failed; `error` in a catch.
type Failure struct {
	// Type is what a catch names.
	Type string `json:"type"`
	// Message says what is wrong.
	Message string `json:"message,omitempty"`
	// Step is the path of the step that failed.
	Step string `json:"step,omitempty"`
	// Details are further values.
	Details values `json:"details,omitempty"`
	// Retryable says that another attempt might end otherwise: it is the failure of an
	// Activity or a child that says so itself.
	Retryable bool `json:"retryable,omitempty"`
	// NonRetryable says that no other attempt can end otherwise: an Activity or a child says so
	// itself, or a limit of the whole run is crossed.
	NonRetryable bool `json:"nonRetryable,omitempty"`
}

// value is the failure as expressions see it.
func (f *Failure) value() any {
	details := []any(f.Details)
	if details == nil {
		details = []any{}
	}
	return map[string]any{"type": f.Type, "message": f.Message, "step": f.Step, "details": details}
}

// bytes is what the failure takes in the state.
func (f *Failure) bytes() int {
	if f == nil {
		return 0
	}
	return expression.Size(f.value())
}

// err is the failure as the run's caller gets it: of the same type, with the path of the
// step and the details.
func (f *Failure) err() error {
	f = f.bounded()
	message := f.Message
	if f.Step != "" {
		message = fmt.Sprintf("step %s: %s", f.Step, f.Message)
	}
	return temporal.NewApplicationErrorWithOptions(message, f.Type, temporal.ApplicationErrorOptions{
		NonRetryable: !f.Retryable,
		Details:      f.Details,
	})
}

// Bounds of what a failure says: the beginning of a longer text is kept, and larger details
// are left out. A failure that does not fit one message of the server would be sent forever.
const (
	longestMessage = 32 << 10
	longestType    = 1000
	largestDetails = 64 << 10
)

// bounded is the failure within these bounds.
func (f *Failure) bounded() *Failure {
	short := *f
	short.Type, short.Message = shortened(f.Type, longestType), shortened(f.Message, longestMessage)
	if f.Details.size() > largestDetails {
		short.Details = nil
	}
	return &short
}

// brief is the failure as one among many: without the details and the end of a long message
// where it has more than so many bytes.
func (f *Failure) brief() *Failure {
	const most, message = 1000, 200
	if expression.Size(f.value()) <= most {
		return f
	}
	return &Failure{Type: f.Type, Message: shortened(f.Message, message), Step: f.Step}
}

// with is the failure with other details.
func (f *Failure) with(details values) *Failure {
	other := *f
	other.Details = details
	return &other
}

// exceeded is the failure of a step that crosses a limit of the budget.
func exceeded(limit string, allowed int) *Failure {
	return &Failure{
		Type:    FailureBudgetExceeded,
		Message: fmt.Sprintf("the budget allows %s: %d", limit, allowed),
		Details: values{limit, int64(allowed)},
		// Another attempt of a block crosses the limits of the whole run again.
		NonRetryable: slices.Contains([]string{"steps", "depth", "plans", "children", "stateBytes", "timers"}, limit),
	}
}

// notInCatalog is the error of a call that is not made.
func notInCatalog(what, name string) error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf("the %s %q is not in the catalog", what, name), FailureNotInCatalog, nil)
}

// refusedOptions is the error of a call that is not made because the server would refuse it,
// again and again.
func refusedOptions(problem string) error {
	return temporal.NewNonRetryableApplicationError(problem, FailureInvalidOptions, nil)
}

// expressionFailure is what an expression's error is for its step.
func (r *run) expressionFailure(err error) *Failure {
	var failed *expression.Error
	if errors.As(err, &failed) {
		switch failed.Kind {
		case expression.TooCostly:
			return exceeded("cost", r.record.Budget.Cost)
		case expression.TooDeep:
			if r.since(2) {
				return &Failure{Type: FailureBudgetExceeded, Message: fmt.Sprintf("values may nest %d deep", expression.Levels), Details: values{"levels", int64(expression.Levels)}}
			}
			return exceeded("outputBytes", r.record.Budget.OutputBytes)
		case expression.TooLarge:
			return exceeded("outputBytes", r.record.Budget.OutputBytes)
		}
	}
	return &Failure{Type: FailureExpression, Message: err.Error()}
}

// failureOf is what the error of an Activity or a child is for its step: an
// application error keeps its type, message and details.
func failureOf(err error) *Failure {
	var (
		application *temporal.ApplicationError
		timeout     *temporal.TimeoutError
		terminated  *temporal.TerminatedError
		running     *temporal.ChildWorkflowExecutionAlreadyStartedError
		canceled    *temporal.CanceledError
		panicked    *temporal.PanicError
		lost        *storage.LostError
	)
	switch {
	case errors.As(err, &lost):
		return &Failure{Type: lost.Type, Message: lost.Error()}
	case errors.As(err, &running):
		return &Failure{Type: FailureChildAlreadyRunning, Message: running.Error()}
	case errors.As(err, &application):
		return &Failure{Type: cmp.Or(application.Type(), FailureInternal), Message: application.Message(), Details: detailsOf(application), Retryable: !application.NonRetryable(), NonRetryable: application.NonRetryable()}
	case errors.As(err, &timeout):
		return &Failure{Type: FailureTimeout, Message: timeout.Error(), Details: values{timeout.TimeoutType().String()}, Retryable: true}
	case errors.As(err, &terminated):
		return &Failure{Type: FailureChildTerminated, Message: terminated.Error()}
	case errors.As(err, &canceled):
		return &Failure{Type: FailureCanceledOutside, Message: "ended as cancelled without being asked to"} // spelled as in version 1
	case errors.As(err, &panicked):
		return &Failure{Type: "PanicError", Message: panicked.Error()}
	default:
		return &Failure{Type: FailureInternal, Message: err.Error()}
	}
}
