package command

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// What cannot be meant is refused before anything is asked of a server.
func TestBadArgumentsOfStartStatusAndMessage(t *testing.T) {
	for want, arguments := range map[string][]string{
		"start: the input is no JSON: {":                                    {"start", "order", "--input", "{"},
		"message: the message is no JSON: yes":                              {"message", "o-1", "approve", "yes"},
		`status: --until must be STEP=STATE, got "approval"`:                {"status", "o-1", "--until", "approval"},
		`status: --until must be STEP=STATE, got "=running"`:                {"status", "o-1", "--until", "=running"},
		`status: there is no state "runing"; did you mean "running"?`:       {"status", "o-1", "--until", "approval=runing"},
		"result: accepts 1 arg(s), received 0; see blueprint result --help": {"result"},
	} {
		code, out, problems := execute(t, t.Context(), "", arguments...)
		assert.Equal(t, exitUsage, code, problems)
		assert.Empty(t, out)
		assert.Equal(t, "error: "+want+"\n", problems)
	}
	code, _, problems := execute(t, t.Context(), "", "start", "missing.yaml")
	assert.Equal(t, exitProblem, code)
	assert.Contains(t, problems, "reading the document: open missing.yaml")
}
