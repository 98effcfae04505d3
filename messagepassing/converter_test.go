package messagepassing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/internal/convertertest"
)

// converters are what a Worker's client may have in place of the default.
func converters() map[string]converter.DataConverter {
	all := convertertest.All()
	all["gob"] = convertertest.Gob()
	return all
}

// Nothing here looks into a payload, so each message arrives with any converter.
func TestMessagesWithOtherConverters(t *testing.T) {
	for name, other := range converters() {
		t.Run(name, func(t *testing.T) {
			r := newRun(t)
			r.SetDataConverter(other)
			learned := r.updateAt(time.Second, LearnLanguageUpdate, "", "french")
			unsupported := r.updateAt(2*time.Second, SetLanguageUpdate, "", "klingon")
			r.signalAt(time.Minute, ApproveSignal, Approval{Name: "Ana"})
			r.ExecuteWorkflow(Greeting, GreetingInput{Language: "chinese"})

			assert.Equal(t, "chinese", learned.result)
			assertFailure(t, unsupported.rejection, UnsupportedLanguage, `language "klingon" is not supported`)
			assert.Equal(t, "Bonjour, monde (approved by Ana)", result[string](r))
			assert.Equal(t, []string{"chinese", "english", "french"}, query[[]string](r, LanguagesQuery, LanguagesInput{}))
		})
	}
}

func TestStateIsCarriedWithOtherConverters(t *testing.T) {
	for name, other := range converters() {
		t.Run(name, func(t *testing.T) {
			r := newRun(t)
			r.SetDataConverter(other)
			r.signalAt(0, StartClusterSignal, nil)
			r.signalAt(time.Second, RepairSignal, Repair{"1", "node-01"})
			assigned := r.updateAt(2*time.Second, AssignNodesUpdate, "a", Assignment{"red", 1})
			r.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: 2, MessagesPerRun: 3})

			assert.Equal(t, []string{"node-01"}, assigned.result)
			var continued *workflow.ContinueAsNewError
			require.ErrorAs(t, r.GetWorkflowError(), &continued)
			var next ClusterInput
			require.NoError(t, other.FromPayloads(continued.Input, &next))
			assert.Equal(t, []string{"red", ""}, jobs(*next.Carried))
			assert.Equal(t, 1, next.Carried.Nodes[0].Repairs)
			assert.Equal(t, []Answer{{UpdateID: "a", Nodes: []string{"node-01"}}}, next.Carried.Answers)
		})
	}
}
