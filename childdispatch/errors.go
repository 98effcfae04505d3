package childdispatch

import (
	"errors"
	"fmt"
	"strings"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Types of the ApplicationErrors and of the Failures of this sample. None is retryable.
const (
	// InvalidBatch: the batch as a whole cannot be worked on.
	InvalidBatch = "InvalidBatch"
	// InvalidJob: the catalogue cannot be worked through with these bounds.
	InvalidJob = "InvalidJob"
	// CatalogueUnreadable: no more items can be listed.
	CatalogueUnreadable = "CatalogueUnreadable"
	// InvalidItem: the item cannot be given to any child.
	InvalidItem = "InvalidItem"
	// UnknownType: the table has no child workflow for the item's type.
	UnknownType = "UnknownType"
	// UnknownWorkflow: the child workflow that the item names is not in the table.
	UnknownWorkflow = "UnknownWorkflow"
	// EmptyItem: the item has no content.
	EmptyItem = "EmptyItem"
	// OutputTooLarge: a child has produced more than its parent can take.
	OutputTooLarge = "OutputTooLarge"
	// ChildAlreadyRunning: a workflow with the child's id is running.
	ChildAlreadyRunning = "ChildAlreadyRunning"
	// ChildCanceled: the child was cancelled.
	ChildCanceled = "ChildCanceled"
	// ChildTerminated: somebody terminated the child.
	ChildTerminated = "ChildTerminated"
	// ChildTimedOut: the child, or an activity of it, did not end in its time.
	ChildTimedOut = "ChildTimedOut"
	// ChildLost: the server does not know of the child any more.
	ChildLost = "ChildLost"
	// ChildFailed: the child failed with an error that has no type.
	ChildFailed = "ChildFailed"
	// TooDeep: the numbers need more levels of child workflows than are allowed.
	TooDeep = "TooDeep"
	// InputTooLarge: the numbers do not fit into a payload.
	InputTooLarge = "InputTooLarge"
	// InvalidSort: the bounds of the sort make no sense.
	InvalidSort = "InvalidSort"
)

// failureOf tells how a child ended that did not complete, whether the error comes
// from the child's future or from a client.
func failureOf(err error) *Failure {
	var (
		failed     *temporal.ApplicationError
		timeout    *temporal.TimeoutError
		terminated *temporal.TerminatedError
		canceled   *temporal.CanceledError
		running    *temporal.ChildWorkflowExecutionAlreadyStartedError
	)
	switch {
	case errors.As(err, &failed):
		return &Failure{shorten(failed.Type()), shorten(failed.Message())}
	case errors.As(err, &canceled):
		return &Failure{ChildCanceled, "the child was cancelled"}
	case errors.As(err, &terminated):
		return &Failure{ChildTerminated, "the child was terminated"}
	case errors.As(err, &timeout):
		return &Failure{ChildTimedOut, "the child, or an activity of it, did not end in its time"}
	case errors.As(err, &running):
		return &Failure{ChildAlreadyRunning, "a workflow with the child's id is running"}
	default:
		return &Failure{ChildFailed, shorten(err.Error())}
	}
}

// endOf is the error of a parent that cannot go on without the child that ended so. It is
// typed however the child ended, and no wrapper hides the type from whoever looks at the
// parent's failure.
func endOf(err error) error {
	if err == nil {
		return nil
	}
	failure := failureOf(err)
	return refusal(failure.Type, "%s", failure.Reason)
}

func refusal(errorType, format string, values ...any) error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(format, values...), errorType, nil)
}

// maxParentID leaves room for what child ids add, up to the 1,000 bytes of a workflow id.
const maxParentID = 800

// checkOwnID refuses what would leave the run stuck: a child with too long an id.
func checkOwnID(ctx workflow.Context, errorType string) error {
	if length := len(workflow.GetInfo(ctx).WorkflowExecution.ID); length > maxParentID {
		return refusal(errorType, "the workflow's id has %d bytes, at most %d leave room for its children's", length, maxParentID)
	}
	return nil
}

// unwrapped returns the typed error itself where there is one: what is around it would
// hide its type from whoever looks at the workflow's failure.
func unwrapped(err error) error {
	var failed *temporal.ApplicationError
	if errors.As(err, &failed) {
		return failed
	}
	return err
}

// shorten cuts the text to at most MaxTextLength bytes.
func shorten(text string) string {
	if len(text) <= MaxTextLength {
		return text
	}
	const ellipsis = "..."
	return strings.ToValidUTF8(text[:MaxTextLength-len(ellipsis)], "") + ellipsis
}
