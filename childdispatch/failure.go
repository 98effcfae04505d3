package childdispatch

import (
	"errors"
	"fmt"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Types of the ApplicationErrors and Failures that say how a child ended. None is
// retryable.
const (
	// ChildAlreadyRunning: a workflow with the child's ID is running.
	ChildAlreadyRunning = "ChildAlreadyRunning"
	// ChildCanceled: the child was canceled.
	ChildCanceled = "ChildCanceled"
	// ChildTerminated: somebody terminated the child.
	ChildTerminated = "ChildTerminated"
	// ChildTimedOut: the child, or an Activity of it, did not end in its time.
	ChildTimedOut = "ChildTimedOut"
	// ChildLost: the server does not know of the child anymore.
	ChildLost = "ChildLost"
	// ChildFailed: the child failed with an error that has no type.
	ChildFailed = "ChildFailed"
)

// InvalidBatch: the input as a whole cannot be worked on. It is not retryable.
const InvalidBatch = "InvalidBatch"

// MaxTextLength bounds what is quoted of names and reasons, in bytes.
const MaxTextLength = 200

// replaceRunningChild is how a child is started whose ID belongs to its parent alone.
// When the parent is reset, or terminated and started again, the children of the run
// before may still hold these IDs: the new run's children take their places, and what
// was done is done again, as a Reset does Activities again. For a child there is no
// other option that says so.
//
//lint:ignore SA1019 a child has no WorkflowIDConflictPolicy
const replaceRunningChild = enumspb.WORKFLOW_ID_REUSE_POLICY_TERMINATE_IF_RUNNING

// Failure says why a child has no output.
type Failure struct {
	// Type is one of the error types of this sample, or the type of the error with
	// which the child failed.
	Type   string `json:"type"`
	Reason string `json:"reason"`
}

// failureOf words how a child ended that did not complete, whether the error comes
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
		return &Failure{ChildCanceled, "the child was canceled"}
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

// isAlreadyRunning reports whether a child has not started because its ID is in use.
func isAlreadyRunning(err error) bool {
	var running *temporal.ChildWorkflowExecutionAlreadyStartedError
	return errors.As(err, &running)
}

// endOf is the error of a parent that cannot go on without the child that ended so. It is
// typed however the child ended, and no wrapper hides the type from a caller that looks at the
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

// maxParentID leaves room for what child IDs add, up to the 1,000 bytes of a workflow ID.
const maxParentID = 800

// checkOwnID refuses what would leave the run stuck: a child with too long an ID.
func checkOwnID(ctx workflow.Context, errorType string) error {
	if length := len(workflow.GetInfo(ctx).WorkflowExecution.ID); length > maxParentID {
		return refusal(errorType, "the workflow's id has %d bytes, at most %d leave room for its children's", length, maxParentID)
	}
	return nil
}

// unwrapped returns the typed error itself where there is one: what is around it would
// hide its type from a caller that looks at the workflow's failure.
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
