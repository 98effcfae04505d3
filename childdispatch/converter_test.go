package childdispatch

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/internal/convertertest"
)

// Children, reports and what a run passes to the next are encoded as everything else is.
func TestParentsWorkWithAnyDataConverter(t *testing.T) {
	converters := convertertest.All()
	converters["gob"] = convertertest.Gob()
	for name, using := range converters {
		t.Run(name, func(t *testing.T) {
			with := func() *environment {
				e := newEnvironment(t)
				e.SetDataConverter(using)
				return e
			}
			batch := with()
			batch.ExecuteWorkflow(Dispatch, Batch{Items: []Item{{ID: "a", Type: "image", Size: 1}, {ID: "b", Type: "document"}}})
			var results []Result
			require.NoError(t, batch.GetWorkflowResult(&results))
			assert.Equal(t, []Result{
				{ID: "a", Output: &Output{By: "ProcessImage", Made: "standard thumbnail of a", Size: 1}},
				{ID: "b", Failure: &Failure{EmptyItem, "b is empty"}},
			}, results)

			sort := with()
			sort.ExecuteWorkflow(MergeSort, Sort{Numbers: descending(4), LeafSize: 1})
			var sorted []int64
			require.NoError(t, sort.GetWorkflowResult(&sorted))
			assert.Equal(t, []int64{1, 2, 3, 4}, sorted)

			first := with()
			first.onChild = func() { first.SetContinueAsNewSuggested(true) }
			first.ExecuteWorkflow(ProcessCatalogue, Job{Catalogue: slow(2), Window: 1})
			var continued *workflow.ContinueAsNewError
			require.ErrorAs(t, first.GetWorkflowError(), &continued)
			var next Job
			require.NoError(t, using.FromPayloads(continued.Input, &next))
			require.NotNil(t, next.Carried)
			require.Equal(t, []int{0}, numbers(next.Carried.InFlight))

			second := with()
			second.RegisterDelayedCallback(func() { second.SignalWorkflow(ReportSignal, Report{Number: 0, Size: 7}) }, time.Second)
			second.ExecuteWorkflow(ProcessCatalogue, next)
			assert.Equal(t, Totals{Completed: 2, Bytes: 9}, totalsOf(t, second))

			claim := with()
			claim.RegisterDelayedCallback(func() { require.NoError(t, claim.SignalWorkflowByID("desk", FinishSignal, nil)) }, time.Second)
			claim.ExecuteWorkflow(Claim, Visit{ID: "desk"})
			require.NoError(t, claim.GetWorkflowError())
		})
	}
}
