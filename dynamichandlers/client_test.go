package dynamichandlers

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/mocks"
)

// updates answers each update with the next error and notes its id.
func updates(connection *mocks.Client, ids *[]string, handle client.WorkflowUpdateHandle, failures ...error) {
	connection.On("UpdateWorkflow", mock.Anything, mock.Anything).Return(
		func(_ context.Context, options client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
			*ids = append(*ids, options.UpdateID)
			if sent := len(*ids); sent <= len(failures) {
				return nil, failures[sent-1]
			}
			return handle, nil
		})
}

func TestRefusedTaskHasItsUpdateSentAgain(t *testing.T) {
	connection, handle := &mocks.Client{}, &mocks.WorkflowUpdateHandle{}
	handle.On("Get", mock.Anything, mock.Anything).Return(nil)
	notReady := serviceerror.NewWorkflowNotReady("task failed")
	var ids []string
	updates(connection, &ids, handle, notReady, notReady)

	_, err := sendUpdate(t.Context(), connection, "id", "price", 1)
	require.NoError(t, err)
	require.Len(t, ids, 3)
	assert.NotEmpty(t, ids[0])
	assert.Equal(t, []string{ids[0], ids[0], ids[0]}, ids)
	handle.AssertNumberOfCalls(t, "Get", 1)
}

func TestOtherErrorsAreNotRetried(t *testing.T) {
	connection := &mocks.Client{}
	gone := serviceerror.NewNotFound("closed")
	var ids []string
	updates(connection, &ids, nil, gone)

	_, err := sendUpdate(t.Context(), connection, "id", "price", 1)
	assert.ErrorIs(t, err, gone)
	assert.Len(t, ids, 1)
}

func TestSendingAgainEndsWithTheContext(t *testing.T) {
	connection := &mocks.Client{}
	ctx, cancel := context.WithCancel(t.Context())
	var ids []string
	connection.On("UpdateWorkflow", mock.Anything, mock.Anything).Return(
		func(context.Context, client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
			ids = append(ids, "")
			cancel()
			return nil, serviceerror.NewWorkflowNotReady("task failed")
		})
	_, err := sendUpdate(ctx, connection, "id", "price", 1)
	assert.True(t, errors.Is(err, context.Canceled))
	assert.Len(t, ids, 1)
}
