package engine

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
	"dynamicsamples/internal/replaytest"
)

// histories are the golden histories of the examples.
const histories = "../testdata/histories"

// All that a run needs is in its own history: a worker that has neither the definitions
// nor the activities replays it. One child is no blueprint, but a workflow in Go.
func TestGoldenHistoriesOnAWorkerThatHasNothing(t *testing.T) {
	nothing, err := New(NewCatalog(), Options{})
	require.NoError(t, err)
	replaytest.HistoriesIn(t, histories, func(registry worker.Registry) {
		nothing.Register(registry)
		registry.RegisterWorkflowWithOptions(processDocument, workflow.RegisterOptions{Name: "process_document"})
	})
}

// processDocument is what the examples' child in Go does.
func processDocument(ctx workflow.Context, document struct{ ID string }) ([]string, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: 10 * time.Second})
	var made string
	err := workflow.ExecuteActivity(ctx, "convert_media", map[string]string{"id": document.ID, "to": "index"}).Get(ctx, &made)
	return []string{made}, err
}

func TestGoldenHistoriesHaveEveryKind(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(histories, "*.json"))
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
