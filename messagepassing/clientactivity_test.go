package messagepassing

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
)

// activityClient is a client for Activities: the test environment has no server. It
// answers one call after the other with the errors that it is given, and with success
// after them.
type activityClient struct {
	client.Client
	atSending, atGetting []error

	updates []client.UpdateWorkflowOptions
	starts  []client.StartWorkflowOptions
	signals []any
}

func withClient(r *run, fake *activityClient) *activityClient {
	r.OnActivity(SendLearnLanguage, anyArgument, anyArgument).Return(func(ctx context.Context, request LanguageRequest) (string, error) {
		return sendLearnLanguage(ctx, fake, request)
	})
	r.OnActivity(SendApprovalWithStart, anyArgument, anyArgument).Return(func(ctx context.Context, request ApprovalRequest) error {
		return sendApprovalWithStart(ctx, fake, TaskQueue, request)
	})
	return fake
}

func nth(errs []error, n int) error {
	if n < len(errs) {
		return errs[n]
	}
	return nil
}

func (c *activityClient) UpdateWorkflow(_ context.Context, options client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	attempt := len(c.updates)
	c.updates = append(c.updates, options)
	return languageHandle{err: nth(c.atGetting, attempt)}, nth(c.atSending, attempt)
}

type languageHandle struct {
	client.WorkflowUpdateHandle
	err error
}

func (h languageHandle) Get(_ context.Context, value any) error {
	if h.err == nil {
		*value.(*string) = "english"
	}
	return h.err
}

func (c *activityClient) SignalWithStartWorkflow(_ context.Context, workflowID, signal string, argument any,
	options client.StartWorkflowOptions, _ any, _ ...any,
) (client.WorkflowRun, error) {
	options.ID = workflowID
	c.starts = append(c.starts, options)
	c.signals = append(c.signals, signal, argument)
	return nil, nth(c.atSending, len(c.starts)-1)
}

func TestAnotherAttemptSendsTheUpdateUnderTheSameID(t *testing.T) {
	r := newRun(t)
	fake := withClient(r, &activityClient{
		atSending: []error{serviceerror.NewUnavailable("no answer"), nil},
		atGetting: []error{nil, errors.New("lost on the way")},
	})
	r.ExecuteWorkflow(LearnForAnother, "greeting-1", "french")

	assert.Equal(t, "english", result[string](r))
	require.Len(t, fake.updates, 3, "what says nothing about the Update is retried")
	id := fake.updates[0].UpdateID
	assert.True(t, strings.HasPrefix(id, "learn-"))
	for _, update := range fake.updates {
		assert.Equal(t, client.UpdateWorkflowOptions{
			WorkflowID: "greeting-1", UpdateID: id, UpdateName: LearnLanguageUpdate, Args: []any{"french"},
			WaitForStage: client.WorkflowUpdateStageCompleted,
		}, update)
	}
}

func TestUpdateThatCannotSucceedIsNotRetried(t *testing.T) {
	cases := map[string]struct {
		atSending, atGetting []error
		errorType, message   string
	}{
		"closed": {atSending: []error{serviceerror.NewNotFound("closed")},
			errorType: RecipientNotRunning, message: `workflow "greeting-1" is not running`},
		"failed": {atGetting: []error{failure(UnsupportedLanguage, "no")}, errorType: UnsupportedLanguage, message: "no"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := newRun(t)
			fake := withClient(r, &activityClient{atSending: c.atSending, atGetting: c.atGetting})
			r.ExecuteWorkflow(LearnForAnother, "greeting-1", "french")

			assertFailure(t, r.GetWorkflowError(), c.errorType, c.message)
			assert.Len(t, fake.updates, 1)
		})
	}
}

func TestAnotherAttemptDoesNotStartAnotherGreeting(t *testing.T) {
	r := newRun(t)
	fake := withClient(r, &activityClient{atSending: []error{
		serviceerror.NewUnavailable("no answer"),
		serviceerror.NewWorkflowExecutionAlreadyStarted("closed", "", ""),
	}})
	r.ExecuteWorkflow(ApproveOrStart, "greeting-1", Approval{Name: "Ana"})

	require.NoError(t, r.GetWorkflowError(), "the first attempt has approved it")
	require.Len(t, fake.starts, 2)
	for _, options := range fake.starts {
		assert.Equal(t, enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE, options.WorkflowIDReusePolicy)
		assert.Equal(t, "greeting-1", options.ID)
		assert.Equal(t, TaskQueue, options.TaskQueue)
	}
	assert.Equal(t, []any{ApproveSignal, Approval{Name: "Ana"}}, fake.signals[:2])
}

func TestMessagesByActivityCheckTheirInput(t *testing.T) {
	tooLong := strings.Repeat("x", MaxTextLength+1)
	cases := []struct {
		workflow any
		id       string
		argument any
		message  string
	}{
		{LearnForAnother, "", "french", "workflow id must not be empty (at most 100 bytes)"},
		{LearnForAnother, "greeting-1", tooLong, "language must have at most 100 bytes, got 101"},
		{ApproveOrStart, tooLong, Approval{Name: "Ana"}, "workflow id must have at most 100 bytes, got 101"},
		{ApproveOrStart, "greeting-1", Approval{}, "name must not be empty (at most 100 bytes)"},
	}
	for _, c := range cases {
		r := newRun(t)
		r.ExecuteWorkflow(c.workflow, c.id, c.argument)
		assertFailure(t, r.GetWorkflowError(), InvalidMessage, c.message)
		assert.Empty(t, r.started)
	}
}
