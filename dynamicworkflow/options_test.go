package dynamicworkflow

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/internal/optionstest"
)

func TestOptionsOfEveryCommand(t *testing.T) {
	var expected []string
	for _, greeting := range []string{"Good day", "Hello", "Hola"} {
		expected = append(expected, fmt.Sprintf(`Activity DefaultGreeting {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 10s, Summary: "say %s"}`, greeting))
	}
	for _, letter := range "BPaelmor" { // of Parallel and Ballroom
		expected = append(expected, fmt.Sprintf(
			`Activity LetterPosition {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 10s, WaitForCancellation: true, Summary: "letter %c"}`, letter))
	}
	assert.Equal(t, expected, optionstest.Histories(t, Register))
}
