//go:build e2e

package messagepassing_test

import (
	"testing"

	"dynamicsamples/internal/e2etest"
	"dynamicsamples/messagepassing/scenarios"
)

func TestScenarios(t *testing.T) { e2etest.Scenarios(t, scenarios.Sample()) }
