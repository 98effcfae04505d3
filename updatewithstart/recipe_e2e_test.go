//go:build e2e

package updatewithstart_test

import (
	"testing"

	"dynamicsamples/internal/recipe"
)

func TestRecipes(t *testing.T) { recipe.Run(t) }
