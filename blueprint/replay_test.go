package blueprint

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"

	"dynamicsamples/blueprint/language"
	"dynamicsamples/internal/replaytest"
)

func TestGoldenHistories(t *testing.T) {
	for _, each := range Sample().Scenarios {
		if each.Unrecorded {
			continue
		}
		require.FileExists(t, filepath.Join(replaytest.Folder, each.Name+".json"), "record it with go run ./cmd/samples record blueprint")
	}
	examples, err := Examples()
	require.NoError(t, err)
	replaytest.Histories(t, examples.Register)
}

// All that a run needs is in its own history: a worker that has neither the definitions
// nor the activities replays it. One child is no blueprint, but a workflow in Go.
func TestGoldenHistoriesOnAWorkerThatHasNothing(t *testing.T) {
	catalog := NewCatalog()
	catalog.Workflow("process_document", ProcessDocument, WorkflowOptions{})
	nothing, err := New(catalog, Options{})
	require.NoError(t, err)
	replaytest.Histories(t, nothing.Register)
}

func TestGoldenHistoriesHaveEveryKind(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(replaytest.Folder, "*.json"))
	require.NoError(t, err)
	have := map[string]bool{}
	for _, file := range files {
		for _, step := range stepsIn(t, file) {
			have[language.KindOf(step)] = true
		}
	}
	for _, kind := range []string{
		"activity", "workflow", "steps", "parallel", "race", "switch", "loop", "map", "dag", "graph", "plan", "wait", "sleep",
		"set", "try", "fail", "stop",
	} {
		assert.True(t, have[kind], kind)
	}
}

// stepsIn are the steps of the blueprint that the history's run was started with.
func stepsIn(t *testing.T, file string) []*language.Step {
	for _, event := range replaytest.Load(t, file).GetEvents() {
		data := event.GetMarkerRecordedEventAttributes().GetDetails()["data"]
		var started record
		if data == nil || converter.GetDefaultDataConverter().FromPayloads(data, &started) != nil || started.Definition == nil {
			continue
		}
		program, err := language.Compile(started.Definition)
		require.NoError(t, err)
		return program.Steps
	}
	return nil
}
