package dynamichandlers

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/internal/optionstest"
)

// An Activity or child workflow would make a handler block, and then a run could end
// before its handlers do.
func TestNoCommandIsScheduled(t *testing.T) {
	assert.Empty(t, optionstest.Histories(t, Register, Options().Interceptors...))
}

// Callers in other languages start these by name, and open runs schedule these Activities.
func TestWhatTheWorkerServes(t *testing.T) {
	assert.True(t, Options().DisableRegistrationAliasing, "what is registered under another name does not answer to its function's")
	assert.Equal(t, []string{
		"Workflow CollectByName", "Workflow CollectInOrder", "Workflow Configured",
	}, optionstest.Registered(Register))
}
