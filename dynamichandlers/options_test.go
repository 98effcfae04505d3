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
