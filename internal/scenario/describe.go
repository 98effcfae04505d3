package scenario

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
)

// Describe words what came back from a workflow or from one of its messages: its
// result as JSON, the typed failure with which it ended, or that it was canceled,
// terminated or timed out. Any other error is returned as it is, because it says
// nothing about the workflow.
func Describe(result converter.RawValue, err error) (string, error) {
	var failure *temporal.ApplicationError
	var terminated *temporal.TerminatedError
	switch {
	case err == nil:
		return formatJSON(result.Payload().GetData()), nil
	case errors.As(err, &failure):
		return describeFailure(failure), nil
	case temporal.IsCanceledError(err):
		return "canceled", nil
	case errors.As(err, &terminated):
		return "terminated", nil
	case temporal.IsTimeoutError(err):
		return "timed out", nil
	default:
		return "", err
	}
}

func describeFailure(failure *temporal.ApplicationError) string {
	retry := "may be retried"
	if failure.NonRetryable() {
		retry = "not retryable"
	}
	return fmt.Sprintf("failed with %s (%s)\n%s", failure.Type(), retry, failure.Message())
}

// lineWidth is how wide a result may be before it is broken into lines.
const lineWidth = 80

// formatJSON keeps the order of the fields, which is the order in which the result's
// Go type declares them.
func formatJSON(data []byte) string {
	if len(data) <= lineWidth {
		return string(data)
	}
	var lines bytes.Buffer
	if err := json.Indent(&lines, data, "", "  "); err != nil {
		return string(data)
	}
	return lines.String()
}
