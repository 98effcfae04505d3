package blueprint

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

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
