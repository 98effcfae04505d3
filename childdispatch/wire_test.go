package childdispatch

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Clients in other languages, and runs that are open, know these names.
func TestNamesOnTheWire(t *testing.T) {
	assert.Equal(t, []string{
		"InvalidBatch", "InvalidJob", "InvalidSort", "InvalidItem", "CatalogueUnreadable", "UnknownType", "UnknownWorkflow",
		"EmptyItem", "OutputTooLarge", "TooDeep", "InputTooLarge", "ChildAlreadyRunning", "ChildCanceled", "ChildTerminated",
		"ChildTimedOut", "ChildLost", "ChildFailed", "report", "finish", "progress", "childdispatch",
	}, []string{
		InvalidBatch, InvalidJob, InvalidSort, InvalidItem, CatalogueUnreadable, UnknownType, UnknownWorkflow,
		EmptyItem, OutputTooLarge, TooDeep, InputTooLarge, ChildAlreadyRunning, ChildCanceled, ChildTerminated,
		ChildTimedOut, ChildLost, ChildFailed, ReportSignal, FinishSignal, ProgressQuery, TaskQueue,
	})
}

func TestOptionsOfTheWorker(t *testing.T) {
	assert.True(t, Options().DisableRegistrationAliasing, "a child is known by its registered name only")
	assert.NotNil(t, Options().WorkflowTaskPollerBehavior, "two pollers can both wait at an empty queue")
}
