package messagepassing

import (
	"cmp"
	"context"
	"errors"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/workflow"
)

// LanguageRequest is the argument of the Activity SendLearnLanguage.
type LanguageRequest struct {
	WorkflowID string `json:"workflow_id"`
	// UpdateID is the same in each attempt.
	UpdateID string `json:"update_id"`
	Language string `json:"language"`
}

// ApprovalRequest is the argument of the Activity SendApprovalWithStart.
type ApprovalRequest struct {
	WorkflowID string   `json:"workflow_id"`
	Approval   Approval `json:"approval"`
}

// LearnForAnother sends LearnLanguageUpdate to another Workflow and returns the language
// that was set there before. Workflow code has no command for an Update, so an Activity
// sends it with its client. It fails with RecipientNotRunning, with InvalidMessage, and
// as the Update does.
func LearnForAnother(ctx workflow.Context, workflowID, language string) (string, error) {
	err := cmp.Or(checkText("workflow id", workflowID), checkText("language", language))
	if err != nil {
		return "", err
	}
	ctx = workflow.WithActivityOptions(ctx, activityOptions("send "+LearnLanguageUpdate))
	request := LanguageRequest{
		WorkflowID: workflowID,
		// The id is made here and not in the Activity: an attempt whose answer was lost
		// may have been handled, and only the same id gets its answer. The first run's id
		// also stays the same when this Workflow is retried or reset.
		UpdateID: "learn-" + workflow.GetInfo(ctx).FirstRunID,
		Language: language,
	}
	var previous string
	err = workflow.ExecuteActivity(ctx, SendLearnLanguage, request).Get(ctx, &previous)
	return previous, err
}

// SendLearnLanguage sends the Update with the client of the Activity's Worker.
func SendLearnLanguage(ctx context.Context, request LanguageRequest) (string, error) {
	return sendLearnLanguage(ctx, activity.GetClient(ctx), request)
}

// sendLearnLanguage is idempotent, because an Update ID makes the Update so. An error
// that says nothing about the Update is retried.
func sendLearnLanguage(ctx context.Context, connection client.Client, request LanguageRequest) (string, error) {
	handle, err := connection.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID:   request.WorkflowID,
		UpdateID:     request.UpdateID,
		UpdateName:   LearnLanguageUpdate,
		Args:         []any{request.Language},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		var notFound *serviceerror.NotFound
		if errors.As(err, &notFound) {
			return "", failure(RecipientNotRunning, "workflow %q is not running", request.WorkflowID)
		}
		return "", err
	}
	var previous string
	err = handle.Get(ctx, &previous) // the handler's failure, with its type
	return previous, err
}

// ApproveOrStart approves a Greeting, which it starts where none was started under that
// id. Workflow code has no command for Signal-With-Start either.
func ApproveOrStart(ctx workflow.Context, workflowID string, approval Approval) error {
	err := cmp.Or(checkText("workflow id", workflowID), checkText("name", approval.Name))
	if err != nil {
		return err
	}
	ctx = workflow.WithActivityOptions(ctx, activityOptions("send "+ApproveSignal+" with start"))
	request := ApprovalRequest{WorkflowID: workflowID, Approval: approval}
	return workflow.ExecuteActivity(ctx, SendApprovalWithStart, request).Get(ctx, nil)
}

// SendApprovalWithStart starts the Greeting on its own Task Queue.
func SendApprovalWithStart(ctx context.Context, request ApprovalRequest) error {
	return sendApprovalWithStart(ctx, activity.GetClient(ctx), activity.GetInfo(ctx).TaskQueue, request)
}

// sendApprovalWithStart is idempotent for two reasons. A Signal has no id, so an attempt
// whose answer was lost is sent twice: a Greeting takes the first approval and ignores
// the second. And the first may have closed the Greeting, so that the second would start
// another: the reuse policy refuses that.
func sendApprovalWithStart(ctx context.Context, connection client.Client, taskQueue string, request ApprovalRequest) error {
	options := client.StartWorkflowOptions{
		TaskQueue:             taskQueue,
		WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
	}
	_, err := connection.SignalWithStartWorkflow(ctx, request.WorkflowID,
		ApproveSignal, request.Approval, options, Greeting, GreetingInput{})
	var closed *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &closed) {
		return nil // approved before
	}
	return err
}
