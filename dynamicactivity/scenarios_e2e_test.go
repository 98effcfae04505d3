//go:build e2e

package dynamicactivity_test

import (
	"testing"

	"dynamicsamples/dynamicactivity/scenarios"
	"dynamicsamples/internal/e2etest"
	"dynamicsamples/internal/recipe"
)

func TestScenarios(t *testing.T) { e2etest.Scenarios(t, scenarios.Sample()) }

func TestRecipes(t *testing.T) { recipe.Run(t) }
