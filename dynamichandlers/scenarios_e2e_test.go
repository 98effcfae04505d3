//go:build e2e

package dynamichandlers_test

import (
	"testing"

	"dynamicsamples/dynamichandlers/scenarios"
	"dynamicsamples/internal/e2etest"
)

func TestScenarios(t *testing.T) { e2etest.Scenarios(t, scenarios.Sample()) }
