//go:build e2e

package blueprint_test

import (
	"testing"

	"dynamicsamples/blueprint"
	"dynamicsamples/blueprint/scenarios"
	"dynamicsamples/internal/e2etest"
	"dynamicsamples/internal/recipe"
)

func TestScenarios(t *testing.T) {
	t.Setenv(blueprint.StorageVariable, t.TempDir())
	e2etest.Scenarios(t, scenarios.Sample())
}

func TestRecipes(t *testing.T) { recipe.Run(t) }
