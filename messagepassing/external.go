package messagepassing

import (
	"cmp"
	"errors"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// RecipientNotRunning is the type of the ApplicationError for a Workflow that has closed
// or never started, and so cannot get a message.
const RecipientNotRunning = "RecipientNotRunning"

// ApproveAnother signals the approval to another Workflow. It returns when the Signal
// is in the other's Event History, which is before the other has handled it. It fails
// with RecipientNotRunning when the other has closed or never started, and with
// InvalidMessage.
func ApproveAnother(ctx workflow.Context, workflowID string, approval Approval) error {
	err := cmp.Or(checkText("workflow id", workflowID), checkText("name", approval.Name))
	if err != nil {
		return err
	}
	// Without a run id, the Signal goes to the run that is current when it arrives,
	// so it still reaches a Workflow that has continued as new.
	err = workflow.SignalExternalWorkflow(ctx, workflowID, "", ApproveSignal, approval).Get(ctx, nil)
	var notRunning *temporal.UnknownExternalWorkflowExecutionError
	if errors.As(err, &notRunning) {
		return failure(RecipientNotRunning, "workflow %q is not running", workflowID)
	}
	return err
}
