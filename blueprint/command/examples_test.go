package command

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each case of the example definitions holds.
func TestCasesOfTheExamples(t *testing.T) {
	cases, err := filepath.Glob("../definitions/*" + casesEnding)
	require.NoError(t, err)
	require.NotEmpty(t, cases)
	for _, file := range cases {
		code, out, problems := execute(t, t.Context(), "", "test", strings.TrimSuffix(file, casesEnding)+".yaml")
		assert.Zero(t, code, out+problems)
		assert.NotContains(t, out, "no cases")
	}
}
