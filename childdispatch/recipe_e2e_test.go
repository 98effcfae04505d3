//go:build e2e

package childdispatch

import (
	"testing"

	"dynamicsamples/internal/recipe"
)

func TestRecipes(t *testing.T) { recipe.Run(t) }
