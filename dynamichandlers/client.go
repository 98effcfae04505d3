package dynamichandlers

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
)

// metadataQuery is answered by the SDK itself. The Web UI and the CLI learn from it
// what a run takes.
const metadataQuery = "__temporal_workflow_metadata"

// Definition returns the signals, queries and updates that a run takes, sorted by
// name, with their descriptions. Some worker must be there to answer.
func Definition(ctx context.Context, connection client.Client, workflowID string) (*sdkpb.WorkflowDefinition, error) {
	answer, err := connection.QueryWorkflow(ctx, workflowID, "", metadataQuery)
	if err != nil {
		return nil, fmt.Errorf("ask %s what it takes: %w", workflowID, err)
	}
	var metadata sdkpb.WorkflowMetadata
	if err := answer.Get(&metadata); err != nil {
		return nil, fmt.Errorf("read what %s takes: %w", workflowID, err)
	}
	return metadata.GetDefinition(), nil
}

// Ask sends the query to the run under its own name if the run lists it, else in the
// envelope of AnyQuery. The answer is as the run gave it.
func Ask(ctx context.Context, connection client.Client, workflowID, name string) (converter.RawValue, error) {
	definition, err := Definition(ctx, connection, workflowID)
	if err != nil {
		return converter.RawValue{}, err
	}
	if lists(definition.GetQueryDefinitions(), name) {
		return sendQuery(ctx, connection, workflowID, name)
	}
	return sendQuery(ctx, connection, workflowID, AnyQuery, Envelope{Name: name})
}

// Tell sends the update to the run under its own name if the run lists it, else in
// the envelope of AnyUpdate, and waits for the answer. It returns an
// ApplicationError where the run refuses the update.
func Tell(ctx context.Context, connection client.Client, workflowID, name string, arguments ...json.RawMessage) (converter.RawValue, error) {
	definition, err := Definition(ctx, connection, workflowID)
	if err != nil {
		return converter.RawValue{}, err
	}
	if !lists(definition.GetUpdateDefinitions(), name) {
		return sendUpdate(ctx, connection, workflowID, AnyUpdate, Envelope{name, arguments})
	}
	args := make([]any, len(arguments))
	for i, argument := range arguments {
		args[i] = argument
	}
	return sendUpdate(ctx, connection, workflowID, name, args...)
}

func lists(definitions []*sdkpb.WorkflowInteractionDefinition, name string) bool {
	return slices.ContainsFunc(definitions, func(d *sdkpb.WorkflowInteractionDefinition) bool { return d.GetName() == name })
}

func sendQuery(ctx context.Context, connection client.Client, workflowID, name string, args ...any) (converter.RawValue, error) {
	answer, err := connection.QueryWorkflow(ctx, workflowID, "", name, args...)
	if err != nil {
		return converter.RawValue{}, err
	}
	var raw converter.RawValue
	return raw, answer.Get(&raw)
}

// updateRetryInterval is the time before an update is sent again.
const updateRetryInterval = 20 * time.Millisecond

// sendUpdate sends the update and waits for its answer. Where a message comes at the
// very moment in which a run ends or continues as new, the server refuses that
// workflow task and tries it again, but callers of the updates in it get
// WorkflowNotReady. The update may happen all the same, so it is sent again under the
// same id, by which the run tells that it has handled it.
func sendUpdate(ctx context.Context, connection client.Client, workflowID, name string, args ...any) (converter.RawValue, error) {
	options := client.UpdateWorkflowOptions{
		UpdateID:     rand.Text(),
		WorkflowID:   workflowID,
		UpdateName:   name,
		Args:         args,
		WaitForStage: client.WorkflowUpdateStageCompleted,
	}
	for {
		handle, err := connection.UpdateWorkflow(ctx, options)
		if err == nil {
			var raw converter.RawValue
			return raw, handle.Get(ctx, &raw)
		}
		var notReady *serviceerror.WorkflowNotReady
		if !errors.As(err, &notReady) {
			return converter.RawValue{}, fmt.Errorf("update %s of %s: %w", name, workflowID, err)
		}
		select {
		case <-ctx.Done():
			return converter.RawValue{}, fmt.Errorf("update %s of %s: %w", name, workflowID, errors.Join(ctx.Err(), err))
		case <-time.After(updateRetryInterval):
		}
	}
}
