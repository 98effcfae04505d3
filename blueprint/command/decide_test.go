package command

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// What an operation needs is asked for before anything is sent.
func TestDecisionsNeedTheirValues(t *testing.T) {
	for _, each := range []struct {
		want string
		args []string
	}{
		{"complete: --output is missing", []string{"complete", "o-1", "ship"}},
		{"set: --vars is missing", []string{"set", "o-1", "ship"}},
		{"retry: --with is no JSON: {", []string{"retry", "o-1", "ship", "--with", "{"}},
		{"complete: --output is no JSON: parcel", []string{"complete", "o-1", "ship", "--output", "parcel"}},
	} {
		code, out, problems := executeAlone(t, t.Context(), "", each.args...)
		assert.Equal(t, exitUsage, code)
		assert.Empty(t, out)
		assert.Contains(t, problems, each.want)
	}
	code, _, problems := executeAlone(t, t.Context(), "no\n", "fail", "o-1", "ship")
	assert.Equal(t, exitProblem, code)
	assert.Equal(t, "Let ship of o-1 fail? [y/N] error: nothing was done: it was not agreed to\n", problems)
}
