package command

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/command/internal/inventory"
)

// listed is what a command line of list asks for, and what is wrong with it.
func listed(t *testing.T, arguments ...string) (listFlags, error) {
	t.Helper()
	var flags listFlags
	command := (&commands{}).newList()
	command.ResetFlags()
	(&commands{}).addListFlags(command, &flags)
	require.NoError(t, command.ParseFlags(arguments))
	return flags, flags.read(command.Flags().Args())
}

func TestWhatIsListed(t *testing.T) {
	t.Parallel()
	for _, each := range []struct {
		arguments []string
		want      inventory.Filter
	}{
		{nil, inventory.Filter{}},
		{[]string{"--definition", "order@1.0.0"}, inventory.Filter{Definition: "order", Version: "1.0.0"}},
		{[]string{"--definition", "order", "--version", "2.0.0"}, inventory.Filter{Definition: "order", Version: "2.0.0"}},
		{[]string{"--outcome", "failed", "--outcome", "timed-out,continued"}, inventory.Filter{Outcomes: []string{"failed", "timed out", "continued"}}},
		{[]string{"--waiting"}, inventory.Filter{Waiting: true}},
		{[]string{"--waiting", "approve"}, inventory.Filter{Waiting: true, Message: "approve"}},
		{[]string{"--waiting=approve", "--outcome", "running"}, inventory.Filter{Waiting: true, Message: "approve", Outcomes: []string{"running"}}},
		{[]string{"--held", "--paused", "--waiting"}, inventory.Filter{Held: true, Paused: true, Waiting: true}},
		{[]string{"--query", "A = 1"}, inventory.Filter{Query: "A = 1"}},
	} {
		flags, err := listed(t, each.arguments...)
		require.NoError(t, err, each.arguments)
		assert.Equal(t, each.want, flags.filter)
		assert.Equal(t, 50, flags.limit)
		assert.Equal(t, 20*time.Second, flags.timeout)
	}
	for _, limit := range []string{"1", "1000"} {
		_, err := listed(t, "--limit", limit)
		assert.NoError(t, err)
	}
}

func TestWhatCannotBeListed(t *testing.T) {
	t.Parallel()
	for want, arguments := range map[string][]string{
		`an argument is the name of a message, after --waiting; got "o-1": an ID is one for status`:                                               {"o-1"},
		`an argument is the name of a message, after --waiting; got "more": an ID is one for status`:                                              {"--waiting=approve", "more"},
		`there is no outcome "fialed"; did you mean "failed"?; there are: running, completed, failed, canceled, terminated, timed out, continued`: {"--outcome", "fialed"},
		`only a run with the outcome running is held or paused, or waits; leave --outcome out`:                                                    {"--waiting", "--outcome", "failed"},
		"--limit must be from 1 to 1000, got 0":    {"--limit", "0"},
		"--limit must be from 1 to 1000, got 1001": {"--limit", "1001"},
		"--timeout must be positive, got 0s":       {"--timeout", "0s"},
	} {
		_, err := listed(t, arguments...)
		assert.EqualError(t, err, want)
	}
	code, _, problems := execute(t, t.Context(), "", "list", "o-1")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, problems, "error: list: an argument is the name of a message")
}
