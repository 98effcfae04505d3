//go:build e2e

package engine_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/operatorservice/v1"

	"dynamicsamples/blueprint/engine"
)

const searchable = `
vars: {stage: new, count: 0}
search: {BlueprintStage: "${vars.stage}", BlueprintCount: "${vars.count}"}
steps:
  - {id: l, times: 10, loop: [{id: a, activity: echo, with: 1}, {id: b, local: true, activity: echo, with: 1}, {id: n, set: {count: "${round}"}}]}
  - {id: s, set: {stage: waits}}
  - {id: w, wait: go}
  - {id: v, set: {stage: between}}
  - {id: k, local: true, activity: echo, with: 1}
  - {id: u, set: {stage: again}}
  - {id: x, wait: go}
  - {id: d, set: {stage: done, count: null}}
`

// A Worker is told before it starts what is not registered, and how to do it. Then runs are
// found by what they set, at most once in a Workflow Task, also after Continue-As-New.
func TestSearchAttributesOnAServer(t *testing.T) {
	p := newPort(t)
	options := engine.Options{EventsPerRun: runEvents, SearchAttributes: map[string]string{"BlueprintStage": "Keyword", "BlueprintCount": "Int"}}
	interpreter := p.interpreter(options)
	require.NoError(t, p.interpreter(engine.Options{}).CheckSearchAttributes(t.Context(), p.connection, p.namespace))
	register := func(name string, as enumspb.IndexedValueType) {
		_, err := p.connection.OperatorService().AddSearchAttributes(t.Context(), &operatorservice.AddSearchAttributesRequest{
			Namespace: p.namespace, SearchAttributes: map[string]enumspb.IndexedValueType{name: as},
		})
		require.NoError(t, err)
		eventually(t, func() bool {
			known, err := p.connection.OperatorService().ListSearchAttributes(t.Context(), &operatorservice.ListSearchAttributesRequest{Namespace: p.namespace})
			return err == nil && known.GetCustomAttributes()[name] == as
		})
	}
	register("BlueprintCount", enumspb.INDEXED_VALUE_TYPE_INT)
	require.EqualError(t, interpreter.CheckSearchAttributes(t.Context(), p.connection, p.namespace),
		"the Search Attributes of the blueprints: BlueprintStage is not registered: temporal operator search-attribute create --namespace "+p.namespace+" --name BlueprintStage --type Keyword")
	register("BlueprintStage", enumspb.INDEXED_VALUE_TYPE_KEYWORD)
	require.NoError(t, interpreter.CheckSearchAttributes(t.Context(), p.connection, p.namespace))
	other := p.interpreter(engine.Options{SearchAttributes: map[string]string{"BlueprintStage": "Text"}})
	require.EqualError(t, other.CheckSearchAttributes(t.Context(), p.connection, p.namespace),
		"the Search Attributes of the blueprints: BlueprintStage is registered as Keyword, not as Text")

	p.work("queue", interpreter)
	run := p.start("queue", "search", engine.InlineWorkflow, document(searchable), nil)
	eventually(t, func() bool { return isRunning(p.status(t, "search").Steps, "w") })
	assert.Equal(t, map[string]string{"BlueprintStage": `"waits"`, "BlueprintCount": "9"}, p.searchedAs(t, "search"))
	require.NoError(t, p.connection.SignalWorkflow(t.Context(), "search", "", "go", 1))
	eventually(t, func() bool { return isRunning(p.status(t, "search").Steps, "x") })
	assert.Equal(t, map[string]string{"BlueprintStage": `"again"`, "BlueprintCount": "9"}, p.searchedAs(t, "search"))
	_, err := p.update(t, "search", "u", engine.NewMessage("go", 2))
	require.NoError(t, err)
	require.Equal(t, `{"count":null,"stage":"done"}`, run.ending())
	assert.Equal(t, map[string]string{"BlueprintStage": `"done"`}, p.searchedAs(t, "search"))
	assert.Empty(t, p.trouble(t, run))
	for _, history := range historiesOf(t, p.connection, "search", run.first) {
		assert.LessOrEqual(t, mostUpserts(history), 1)
	}
	run.replays(interpreter)
	keepHistories(t, p.plant, run, "")

	// All that a run needs comes while there is no Worker, with one Workflow Task.
	atOnce := p.start("later", "search-at-once", engine.InlineWorkflow, document(`
vars: {stage: new}
search: {BlueprintStage: "${vars.stage}"}
steps: [{id: a, wait: go}, {id: b, set: {stage: half}}, {id: c, wait: go}, {id: d, set: {stage: done}}]
`), nil)
	var answers sync.WaitGroup
	for _, id := range []string{"first", "second"} {
		answers.Go(func() {
			_, err := p.update(t, "search-at-once", id, engine.NewMessage("go", id))
			assert.NoError(t, err)
		})
		require.NoError(t, p.connection.SignalWorkflow(t.Context(), "search-at-once", "", "nobody", 1))
	}
	p.work("later", interpreter)
	answers.Wait()
	require.Equal(t, `{"stage":"done"}`, atOnce.ending())
	assert.Equal(t, map[string]string{"BlueprintStage": `"done"`}, p.searchedAs(t, "search-at-once"))
	for _, history := range historiesOf(t, p.connection, "search-at-once", atOnce.first) {
		assert.LessOrEqual(t, mostUpserts(history), 1)
	}
	atOnce.replays(interpreter)
}

// mostUpserts is how often one Workflow Task of the history sets Search Attributes, at most.
func mostUpserts(history *historypb.History) int {
	count := map[int64]int{}
	most := 0
	for _, event := range history.Events {
		if upsert := event.GetUpsertWorkflowSearchAttributesEventAttributes(); upsert != nil {
			count[upsert.GetWorkflowTaskCompletedEventId()]++
			most = max(most, count[upsert.GetWorkflowTaskCompletedEventId()])
		}
	}
	return most
}

// searchedAs are the Search Attributes of the run that the server shows, as JSON.
func (p *port) searchedAs(t *testing.T, id string) map[string]string {
	t.Helper()
	described, err := p.connection.DescribeWorkflow(t.Context(), id, "")
	require.NoError(t, err)
	found := map[string]string{}
	for name, each := range described.RawResponse.GetWorkflowExecutionInfo().GetSearchAttributes().GetIndexedFields() {
		if name == "BlueprintStage" || name == "BlueprintCount" {
			found[name] = string(each.GetData())
		}
	}
	return found
}
