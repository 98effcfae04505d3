package command

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
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
}

// Where nobody can be asked, nothing is done, and the error says how it is done without a question.
func TestNobodyAnswers(t *testing.T) {
	for input, want := range map[string]string{
		"":      "Fail? [y/N] \n",
		"n":     "Fail? [y/N] ",
		"yes\n": "Fail? [y/N] ",
	} {
		command := &cobra.Command{}
		var asked strings.Builder
		command.SetIn(strings.NewReader(input))
		command.SetErr(&asked)
		err := (&asker{}).agrees(command, "Fail?")
		assert.Equal(t, want, asked.String())
		assert.Equal(t, map[string]error{"": errNobodyAnswers, "n": errNotAgreed}[input], err)
		assert.NoError(t, (&asker{yes: true}).agrees(command, "Fail?"))
	}
}
