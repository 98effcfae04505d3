package dynamichandlers

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
)

// metadataQuery is answered by the SDK itself. From it the Web UI and the CLI learn which
// messages a run takes.
const metadataQuery = "__temporal_workflow_metadata"

// Definition returns the Signals, Queries and Updates that a run takes, sorted by
// name, with their descriptions. A Worker must run to answer.
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

// Ask sends the Query to the run under its own name if the run lists it, else in the
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

// Tell sends the Update to the run under its own name if the run lists it, else in
// the envelope of AnyUpdate, and waits for the answer. It returns an
// ApplicationError where the run refuses the Update.
func Tell(ctx context.Context, connection client.Client, workflowID, name string, arguments ...json.RawMessage) (converter.RawValue, error) {
	definition, err := Definition(ctx, connection, workflowID)
	if err != nil {
		return converter.RawValue{}, err
	}
	if !lists(definition.GetUpdateDefinitions(), name) {
		return SendUpdate(ctx, connection, workflowID, AnyUpdate, Envelope{name, arguments})
	}
	args := make([]any, len(arguments))
	for i, argument := range arguments {
		args[i] = argument
	}
	return SendUpdate(ctx, connection, workflowID, name, args...)
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
