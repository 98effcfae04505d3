package messagepassing

import (
	"errors"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// ApproveAnother signals the approval to another workflow. It returns when the signal
// is in the other's history, which is before the other has handled it. It fails with
// RecipientNotRunning when the other has closed or never was, and with
// InvalidMessage.
func ApproveAnother(ctx workflow.Context, workflowID string, approval Approval) error {
	err := firstError(checkText("workflow id", workflowID), checkText("name", approval.Name))
	if err != nil {
		return err
	}
	// Without a run id, the signal goes to the run that is current when it arrives,
	// so it still reaches a workflow that has continued as new.
	err = workflow.SignalExternalWorkflow(ctx, workflowID, "", ApproveSignal, approval).Get(ctx, nil)
	var notRunning *temporal.UnknownExternalWorkflowExecutionError
	if errors.As(err, &notRunning) {
		return failure(RecipientNotRunning, "workflow %q is not running", workflowID)
	}
	return err
}
