package optionstest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/sdk/converter"
)

// Handlers lists the Signals, then the Queries, then the Updates that a run says it takes, as
// "name: description", without Temporal's own. The Web UI and the CLI show the same.
// The run is one of a test environment.
func Handlers(t testing.TB, run interface {
	QueryWorkflow(name string, arguments ...any) (converter.EncodedValue, error)
}) []string {
	t.Helper()
	answer, err := run.QueryWorkflow("__temporal_workflow_metadata")
	require.NoError(t, err)
	var metadata sdkpb.WorkflowMetadata
	require.NoError(t, answer.Get(&metadata))
	definition := metadata.GetDefinition()
	var texts []string
	for _, each := range [][]*sdkpb.WorkflowInteractionDefinition{
		definition.GetSignalDefinitions(), definition.GetQueryDefinitions(), definition.GetUpdateDefinitions(),
	} {
		for _, handler := range each {
			if !strings.HasPrefix(handler.GetName(), "__") {
				texts = append(texts, handler.GetName()+": "+handler.GetDescription())
			}
		}
	}
	return texts
}
