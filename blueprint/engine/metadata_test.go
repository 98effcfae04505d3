package engine_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/optionstest"
)

// The Web UI and the CLI explain a run's messages by these descriptions.
func TestHandlersAreDescribed(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{}).inline(document("\nsteps: [{id: w, wait: approve, timeout: 1s, on_timeout: []}]\n"), nil)
	assert.Equal(t, []string{
		"approve: The message of this name, which a step waits for",
		"status: Where the run stands, step by step",
		"message: Send a message that a step waits for, and learn which step has taken it",
		"operate: Pause the run or a step at the gates where things begin, resume it, hold failures, and decide about what is held",
	}, optionstest.Handlers(t, s.environment))
}
