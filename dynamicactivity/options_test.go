package dynamicactivity

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/internal/optionstest"
)

func TestOptionsOfEveryCommand(t *testing.T) {
	var expected []string
	for _, name := range []string{
		"enrich_calling", "enrich_currency", "enrich_moon",
		"transform_label", "transform_trim", "transform_uppercase",
		"validate_email", "validate_phone",
	} {
		expected = append(expected, fmt.Sprintf(`Activity %[1]s {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 10s, Summary: %[1]q}`, name))
	}
	assert.Equal(t, expected, optionstest.Histories(t, Register))
}
