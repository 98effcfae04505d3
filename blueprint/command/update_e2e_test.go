//go:build e2e

package command

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is asked of a run without a Worker waits for one, also when the command has been interrupted: it
// says so, and how it is sent again and done once.
func TestWhatIsAskedWithoutAWorker(t *testing.T) {
	connection := connected(t)
	run := func(input string, arguments ...string) (int, string, string) {
		return execute(t, t.Context(), input, arguments...)
	}
	code, _, problems := run("blueprint: paid\nversion: 1.0.0\nsteps: [{id: m, times: 3, loop: [{id: pay, wait: pay}]}]\n", "start", "-", "--id", "o-1")
	require.Equal(t, exitOK, code, problems)
	const open = "interrupted: o-1 has not answered yet: it may still be done, as soon as a Worker answers; with --id mine it can be sent again, and is done once; see how it stands by\n  go run ./cmd/blueprint status o-1\n"
	for _, arguments := range [][]string{{"message", "o-1", "pay", "1", "--id", "mine"}, {"pause", "o-1", "m", "--id", "mine"}} {
		out, problems := interrupted(t, "no worker polls the task queue", arguments...)
		assert.Empty(t, out)
		assert.Contains(t, problems, open)
	}
	runWorker(t, connection)
	for range 2 {
		code, out, problems := run("", "message", "o-1", "pay", "1", "--id", "mine")
		require.Equal(t, exitOK, code, problems)
		assert.Equal(t, "taken by m[0]/pay\n", out)
		code, out, problems = run("", "pause", "o-1", "m", "--id", "mine")
		require.Equal(t, exitOK, code, problems)
		assert.Equal(t, "paused m of o-1\n", out)
	}
	code, out, problems := run("", "status", "o-1")
	require.Equal(t, exitOK, code, problems)
	assert.Regexp(t, `pay wait( ×2)?,`, out, "one message was taken")
	code, out, problems = run("", "message", "o-1", "pay", "2")
	require.Equal(t, exitOK, code, problems)
	assert.NotContains(t, out, "m[0]", out)
}
