//go:build e2e

package engine_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"

	"dynamicsamples/blueprint/engine"
)

// Runs are found by the Search Attributes that they set themselves, as long as they are in a
// state and not longer.
func TestRunAttributesOnAServer(t *testing.T) {
	p := newPort(t)
	interpreter := p.interpreter(engine.Options{EventsPerRun: runEvents, RunAttributes: true})
	require.ErrorContains(t, interpreter.CheckSearchAttributes(t.Context(), p.connection, p.namespace), "BlueprintStates is not registered: temporal operator search-attribute create")
	_, err := p.connection.OperatorService().AddSearchAttributes(t.Context(), &operatorservice.AddSearchAttributesRequest{
		Namespace: p.namespace, SearchAttributes: map[string]enumspb.IndexedValueType{
			engine.NameAttribute: enumspb.INDEXED_VALUE_TYPE_KEYWORD, engine.VersionAttribute: enumspb.INDEXED_VALUE_TYPE_KEYWORD, engine.StatesAttribute: enumspb.INDEXED_VALUE_TYPE_KEYWORD_LIST,
		},
	})
	require.NoError(t, err)
	eventually(t, func() bool { return interpreter.CheckSearchAttributes(t.Context(), p.connection, p.namespace) == nil })
	found := func(query string) int {
		listed, err := p.connection.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{Namespace: p.namespace, Query: query})
		require.NoError(t, err)
		return len(listed.GetExecutions())
	}
	p.work("queue", interpreter)
	run := p.start("queue", "run-attributes", engine.InlineWorkflow, document(`
steps:
  - {id: l, times: 10, loop: [{id: a, activity: echo, with: 1}]}
  - {id: w, wait: go}
`), nil)
	eventually(t, func() bool {
		return found("BlueprintName = 'tested' AND BlueprintVersion = '1.0.0' AND BlueprintStates = 'waiting' AND ExecutionStatus = 'Running'") == 1
	})
	assert.Zero(t, found("BlueprintStates = 'paused'"))
	require.NoError(t, p.connection.SignalWorkflow(t.Context(), "run-attributes", "", "go", 1))
	require.Equal(t, "1", run.ending())
	eventually(t, func() bool {
		return found("BlueprintStates IS NOT NULL AND ExecutionStatus != 'ContinuedAsNew'") == 0 && found("BlueprintName = 'tested' AND ExecutionStatus = 'Completed'") == 1
	})
	assert.Empty(t, p.trouble(t, run))
	run.replays(interpreter)
	keepHistories(t, p.plant, run, "")
}
