package blueprint_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint"
	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/scenarios"
	"dynamicsamples/internal/replaytest"
)

// What runs of every version of the interpreter have recorded replays, and is never written
// again.
func TestGoldenHistories(t *testing.T) {
	examples, err := blueprint.Examples()
	require.NoError(t, err)
	for version := 1; version <= engine.Version; version++ {
		folder := filepath.Join(replaytest.Folder, scenarios.HistoryVersion(version))
		t.Run(scenarios.HistoryVersion(version), func(t *testing.T) {
			replaytest.Sealed(t, folder)
			replaytest.HistoriesIn(t, folder, examples.Register)
		})
	}
	for _, each := range scenarios.Sample().Scenarios {
		if !each.Unrecorded {
			require.FileExists(t, filepath.Join(replaytest.Folder, scenarios.HistoryVersion(engine.Version), each.Name+".json"), "record it with go run ./cmd/samples record blueprint")
		}
	}
}
