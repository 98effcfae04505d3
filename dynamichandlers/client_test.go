package dynamichandlers

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
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

// describing returns a client of a run that takes a Signal, a Query and an Update.
func describing(t *testing.T) *mocks.Client {
	t.Helper()
	named := func(name string) []*sdkpb.WorkflowInteractionDefinition {
		return []*sdkpb.WorkflowInteractionDefinition{{Name: name}}
	}
	payloads, err := converter.GetDefaultDataConverter().ToPayloads(&sdkpb.WorkflowMetadata{Definition: &sdkpb.WorkflowDefinition{
		SignalDefinitions: named("signal"), QueryDefinitions: named("query"), UpdateDefinitions: named("update"),
	}})
	require.NoError(t, err)
	connection := &mocks.Client{}
	connection.On("QueryWorkflow", mock.Anything, "id", "", "__temporal_workflow_metadata").Return(client.NewValue(payloads), nil)
	return connection
}

func TestTellFindsUpdatesOnly(t *testing.T) {
	for name, want := range map[string]client.UpdateWorkflowOptions{
		"update": {UpdateName: "update", Args: []any{json.RawMessage(`7`)}},
		"query":  {UpdateName: AnyUpdate, Args: []any{Envelope{"query", []json.RawMessage{[]byte(`7`)}}}},
		"signal": {UpdateName: AnyUpdate, Args: []any{Envelope{"signal", []json.RawMessage{[]byte(`7`)}}}},
	} {
		connection, handle := describing(t), &mocks.WorkflowUpdateHandle{}
		handle.On("Get", mock.Anything, mock.Anything).Return(nil)
		var sent client.UpdateWorkflowOptions
		connection.On("UpdateWorkflow", mock.Anything, mock.Anything).Return(
			func(_ context.Context, options client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
				sent = options
				return handle, nil
			})
		_, err := Tell(t.Context(), connection, "id", name, json.RawMessage(`7`))
		require.NoError(t, err)
		assert.Equal(t, want.UpdateName, sent.UpdateName)
		assert.Equal(t, want.Args, sent.Args)
		assert.Equal(t, "id", sent.WorkflowID)
		assert.Equal(t, client.WorkflowUpdateStageCompleted, sent.WaitForStage)
	}
}

func TestAskFindsQueriesOnly(t *testing.T) {
	payloads, err := converter.GetDefaultDataConverter().ToPayloads(7)
	require.NoError(t, err)
	answer := client.NewValue(payloads)
	for name, args := range map[string][]any{
		"query":  {mock.Anything, "id", "", "query"},
		"update": {mock.Anything, "id", "", AnyQuery, Envelope{Name: "update"}},
		"signal": {mock.Anything, "id", "", AnyQuery, Envelope{Name: "signal"}},
	} {
		connection := describing(t)
		connection.On("QueryWorkflow", args...).Return(answer, nil).Once()
		got, err := Ask(t.Context(), connection, "id", name)
		require.NoError(t, err)
		assert.Equal(t, "7", string(got.Payload().GetData()))
		connection.AssertExpectations(t)
	}
}

// answering returns a client whose Queries all get the answer.
func answering(answer converter.EncodedValue, err error) *mocks.Client {
	connection := &mocks.Client{}
	connection.On("QueryWorkflow", mock.Anything, mock.Anything, mock.Anything, mock.Anything).Return(answer, err)
	return connection
}

func TestRunThatDoesNotSayWhatItTakes(t *testing.T) {
	payloads, err := converter.GetDefaultDataConverter().ToPayloads("nothing of the kind")
	require.NoError(t, err)
	gone := serviceerror.NewNotFound("closed long ago")
	for words, connection := range map[string]*mocks.Client{
		"ask id what it takes: closed long ago": answering(nil, gone),
		"read what id takes: ":                  answering(client.NewValue(payloads), nil),
	} {
		_, err := Definition(t.Context(), connection, "id")
		assert.ErrorContains(t, err, words)
		_, err = Ask(t.Context(), connection, "id", "query")
		assert.ErrorContains(t, err, words)
		_, err = Tell(t.Context(), connection, "id", "update")
		assert.ErrorContains(t, err, words)
	}
}

func TestFailedQueryIsReturned(t *testing.T) {
	connection := describing(t)
	failed := serviceerror.NewQueryFailed("no such thing")
	connection.On("QueryWorkflow", mock.Anything, "id", "", "query").Return(nil, failed)
	_, err := Ask(t.Context(), connection, "id", "query")
	assert.ErrorIs(t, err, failed)
}

func TestRefusedTaskHasItsUpdateSentAgain(t *testing.T) {
	connection, handle := &mocks.Client{}, &mocks.WorkflowUpdateHandle{}
	handle.On("Get", mock.Anything, mock.Anything).Return(nil)
	notReady := serviceerror.NewWorkflowNotReady("task failed")
	var ids []string
	updates(connection, &ids, handle, notReady, notReady)

	_, err := SendUpdate(t.Context(), connection, "id", "price", 1)
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

	_, err := SendUpdate(t.Context(), connection, "id", "price", 1)
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
	_, err := SendUpdate(ctx, connection, "id", "price", 1)
	assert.True(t, errors.Is(err, context.Canceled))
	assert.Len(t, ids, 1)
}
