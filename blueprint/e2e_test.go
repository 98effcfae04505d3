//go:build e2e

package blueprint

import (
	"testing"

	"dynamicsamples/internal/e2etest"
)

func TestScenarios(t *testing.T) {
	t.Setenv(StorageVariable, t.TempDir())
	e2etest.Scenarios(t, Sample())
}
