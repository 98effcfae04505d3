package childdispatch

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"

	"dynamicsamples/internal/replaytest"
)

// goldenHistory loads a history as the replayer can replay it. There, every workflow has
// the id "ReplayId", and the ids of the children are made of it.
func goldenHistory(t *testing.T, file string) *historypb.History {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	id := replaytest.Load(t, file).GetEvents()[0].GetWorkflowExecutionStartedEventAttributes().GetWorkflowId()
	require.NotEmpty(t, id)
	history, err := client.HistoryFromJSON(strings.NewReader(strings.ReplaceAll(string(text), id, "ReplayId")), client.HistoryJSONOptions{})
	require.NoError(t, err)
	return history
}

func TestGoldenHistories(t *testing.T) {
	files, err := filepath.Glob(replaytest.Folder + "/*.json")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), len(Sample().Scenarios))
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			replaytest.Replay(t, goldenHistory(t, file), Register)
		})
	}
}

// A run that began on a worker with another table goes on by that table.
func TestARunKeepsItsTable(t *testing.T) {
	for _, scenario := range []string{"by-type", "sliding-window"} {
		t.Run(scenario, func(t *testing.T) {
			recorded, err := goldenHistory(t, replaytest.Folder+"/"+scenario+".json").Marshal()
			require.NoError(t, err)
			// Names of the same length keep the binary encoding intact.
			recorded = bytes.ReplaceAll(recorded, []byte(`"quality":"standard"`), []byte(`"quality":"original"`))
			history := &historypb.History{}
			require.NoError(t, history.Unmarshal(recorded))
			assert.Contains(t, replaytest.ScheduledIn(history)[1].Input[0]+replaytest.ScheduledIn(history)[0].Input[0], "original")
			replaytest.Replay(t, history, Register)
		})
	}
}
