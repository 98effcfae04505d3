package childdispatch

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/internal/optionstest"
)

// The Web UI and the CLI explain a run's messages by these descriptions.
func TestHandlersAreDescribed(t *testing.T) {
	window := newEnvironment(t)
	window.ExecuteWorkflow(ProcessCatalogue, Job{Catalogue: Catalogue{Items: 1}, Window: 1})
	assert.Equal(t, []string{
		"report: How an item ended; its child sends it",
		"progress: How many items have been taken, are in flight, and are done",
	}, optionstest.Handlers(t, window))

	visit := newEnvironment(t)
	visit.RegisterDelayedCallback(func() { visit.SignalWorkflow(FinishSignal, nil) }, 0)
	visit.ExecuteWorkflow(Attend)
	assert.Equal(t, []string{"finish: Complete the visit"}, optionstest.Handlers(t, visit))
}
