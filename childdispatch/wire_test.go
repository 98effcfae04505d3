package childdispatch

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/internal/optionstest"
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

// Callers in other languages start these by name, and open runs schedule them.
func TestWhatTheWorkerServes(t *testing.T) {
	assert.Equal(t, []string{
		"Activity AwaitChild", "Activity Convert", "Activity EndChildOfEarlierRun", "Activity InspectChildren",
		"Activity ListItems", "Activity SortNumbers", "Activity TidyUp",
		"Workflow Attend", "Workflow Claim", "Workflow Dispatch", "Workflow LeaveChildren", "Workflow MergeSort",
		"Workflow ProcessCatalogue", "Workflow ProcessDocument", "Workflow ProcessImage", "Workflow ProcessVideo", "Workflow Supervise",
	}, optionstest.Registered(Register))
}

// The other tests use the constants, and would not notice a change.
func TestBoundsAreAsDocumented(t *testing.T) {
	assert.Equal(t, []int{200, 20, 500, 50, 200, 6, 5, 128 << 10, 4 << 10, 2000, 800, 20, 5, 50},
		[]int{MaxItems, MaxConcurrentChildren, MaxWindow, MaxVisits, MaxTextLength, MaxDepth, DefaultLeafSize, MaxSortBytes, MaxOutputSize,
			DefaultEventsPerRun, maxParentID, maxFailureTypes, maxFirstFailures, maxInspected})
	assert.Equal(t, time.Minute, DefaultChildTimeout)
}
