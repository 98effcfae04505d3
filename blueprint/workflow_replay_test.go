package blueprint_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint"
	"dynamicsamples/blueprint/scenarios"
	"dynamicsamples/internal/replaytest"
)

// What was callable when a run began is in its history: also a Worker that lets programs
// call nothing replays it.
func TestStepsReplayOnAWorkerThatCallsNothing(t *testing.T) {
	for _, each := range scenarios.Pattern() {
		t.Run(each.Name, func(t *testing.T) {
			file := filepath.Join(replaytest.Folder, "pattern", each.Name+".json")
			require.FileExists(t, file, "it has no golden history")
			replaytest.Replay(t, replaytest.Load(t, file), func(registry worker.Registry) {
				registry.RegisterWorkflowWithOptions(blueprint.Callable{}.RunSteps, workflow.RegisterOptions{Name: blueprint.RunStepsType})
			})
		})
	}
}
