//go:build e2e

package dynamicworkflow_test

import (
	"testing"

	"dynamicsamples/dynamicworkflow/scenarios"
	"dynamicsamples/internal/e2etest"
	"dynamicsamples/internal/recipe"
)

func TestScenarios(t *testing.T) { e2etest.Scenarios(t, scenarios.Sample()) }

func TestRecipes(t *testing.T) { recipe.Run(t) }
