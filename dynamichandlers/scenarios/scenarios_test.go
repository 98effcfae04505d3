package scenarios

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"dynamicsamples/internal/replaytest"
)

func TestEveryScenarioHasAGoldenHistory(t *testing.T) {
	for _, each := range Sample().Scenarios {
		require.FileExists(t, filepath.Join("..", replaytest.Folder, each.Name+".json"), "record it with go run ./cmd/samples record dynamichandlers")
	}
}
