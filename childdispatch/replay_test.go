package childdispatch

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	historypb "go.temporal.io/api/history/v1"

	"dynamicsamples/internal/replaytest"
)

func TestGoldenHistories(t *testing.T) {
	replaytest.Histories(t, Register)
}

// A run that began on a worker with another table goes on by that table.
func TestARunKeepsItsTable(t *testing.T) {
	for _, scenario := range []string{"by-type", "sliding-window"} {
		t.Run(scenario, func(t *testing.T) {
			recorded, err := replaytest.Load(t, filepath.Join(replaytest.Folder, scenario+".json")).Marshal()
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
