//go:build e2e

package childdispatch_test

import (
	"testing"

	"dynamicsamples/childdispatch/scenarios"
	"dynamicsamples/internal/e2etest"
)

func TestScenarios(t *testing.T) { e2etest.Scenarios(t, scenarios.Sample()) }
