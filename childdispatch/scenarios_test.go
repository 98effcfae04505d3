package childdispatch_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/childdispatch/scenarios"
	"dynamicsamples/internal/replaytest"
)

func TestEveryScenarioIsRecorded(t *testing.T) {
	for _, each := range scenarios.Sample().Scenarios {
		assert.FileExists(t, filepath.Join(replaytest.Folder, each.Name+".json"), "record it with go run ./cmd/samples record childdispatch")
	}
}
