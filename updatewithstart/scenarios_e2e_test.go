//go:build e2e

package updatewithstart_test

import (
	"testing"

	"dynamicsamples/internal/e2etest"
	"dynamicsamples/updatewithstart/scenarios"
)

func TestScenarios(t *testing.T) { e2etest.Scenarios(t, scenarios.Sample()) }
