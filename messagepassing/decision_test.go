package messagepassing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/sdk/converter"

	"dynamicsamples/internal/replaytest"
)

// The next tests are about decisions that come in one Workflow Task, in an order that
// the test environment cannot be made to use: they replay histories that have it.

func TestFirstDecisionOfOneWorkflowTaskCounts(t *testing.T) {
	for name, decisions := range map[string][]*historypb.HistoryEvent{
		"confirmed, then canceled":  {signalEvent(ConfirmSignal), cancelEvent()},
		"confirmed, then abandoned": {signalEvent(ConfirmSignal), signalEvent(AbandonSignal, "rain")},
		"not abandoned, but confirmed": {
			signalEvent(AbandonSignal, 7), signalEvent(ConfirmSignal), // a number is no reason
		},
	} {
		t.Run(name, func(t *testing.T) {
			replaytest.Replay(t, tripHistory(decisions, &historypb.HistoryEvent{
				EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
				Attributes: &historypb.HistoryEvent_WorkflowExecutionCompletedEventAttributes{
					WorkflowExecutionCompletedEventAttributes: &historypb.WorkflowExecutionCompletedEventAttributes{
						Result: encoded(TripReport{Booked: []string{}, Undone: []string{}}),
					},
				},
			}), Register)
		})
	}
	for name, decisions := range map[string][]*historypb.HistoryEvent{
		"canceled, then confirmed": {cancelEvent(), signalEvent(ConfirmSignal)},
		"canceled, then abandoned": {cancelEvent(), signalEvent(AbandonSignal, "rain")},
	} {
		t.Run(name, func(t *testing.T) {
			replaytest.Replay(t, tripHistory(decisions, canceledEvent()), Register)
		})
	}
}

// Nothing shows in which order decisions came that were there before the Workflow's
// first line: a cancellation counts, which books nothing.
func TestCancellationBeforeTheFirstLineCounts(t *testing.T) {
	history := tripHistory([]*historypb.HistoryEvent{signalEvent(ConfirmSignal), cancelEvent()}, canceledEvent())
	// Without the first Workflow Task, all events belong to one.
	history.Events = append(history.Events[:1], history.Events[4:]...)
	replaytest.Replay(t, numbered(history), Register)
}

func TestConfirmationBeforeACancellationBooks(t *testing.T) {
	r := newTripRun(t)
	hotel := r.updateAt(time.Second, BookUpdate, "", "hotel")
	r.at(whenReserved, func() {
		r.SignalWorkflowSkippingWorkflowTask(ConfirmSignal, nil)
		r.CancelWorkflow()
	})
	r.ExecuteWorkflow(Trip)

	assert.Equal(t, "hotel-1", hotel.result)
	assert.Equal(t, []string{"hotel-1"}, result[TripReport](r).Booked)
	assert.Equal(t, []string{"ReserveBooking"}, r.ended, "nothing is released")
}

func TestAbandonmentBeforeACancellationCounts(t *testing.T) {
	r := newTripRun(t)
	r.at(time.Second, func() {
		r.SignalWorkflowSkippingWorkflowTask(AbandonSignal, "rain")
		r.CancelWorkflow()
	})
	r.ExecuteWorkflow(Trip)

	assertFailure(t, r.GetWorkflowError(), TripAbandoned, "the trip was abandoned: rain")
}

func TestLaterDecisionsAreLoggedAndIgnored(t *testing.T) {
	r := newTripRun(t)
	r.signalAt(time.Second, NoteSignal, "keeps the trip open")
	r.signalAt(2*time.Second, ConfirmSignal, nil)
	r.signalAt(3*time.Second, AbandonSignal, "rain")
	r.cancelAt(4 * time.Second)
	r.ExecuteWorkflow(Trip)

	assert.Equal(t, 1, result[TripReport](r).NotesSent)
	assert.Equal(t, []string{"Signal ignored Signal abandon Reason the trip has ended (type: TripEnded, retryable: false)"}, r.warnings)
}

// tripHistory is that of a Trip whose first Workflow Task does nothing, and whose second
// has the decisions and the end.
func tripHistory(decisions []*historypb.HistoryEvent, end *historypb.HistoryEvent) *historypb.History {
	started := &historypb.HistoryEvent{
		EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
		Attributes: &historypb.HistoryEvent_WorkflowExecutionStartedEventAttributes{
			WorkflowExecutionStartedEventAttributes: &historypb.WorkflowExecutionStartedEventAttributes{
				WorkflowType:           &commonpb.WorkflowType{Name: "Trip"},
				TaskQueue:              &taskqueuepb.TaskQueue{Name: TaskQueue},
				WorkflowId:             "trip",
				OriginalExecutionRunId: "run",
			},
		},
	}
	events := append([]*historypb.HistoryEvent{started}, taskEvents()...)
	events = append(events, decisions...)
	events = append(events, taskEvents()...)
	return numbered(&historypb.History{Events: append(events, end)})
}

func numbered(history *historypb.History) *historypb.History {
	for i, event := range history.Events {
		event.EventId = int64(i + 1)
	}
	return history
}

func taskEvents() []*historypb.HistoryEvent {
	return []*historypb.HistoryEvent{
		{EventType: enumspb.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, Attributes: &historypb.HistoryEvent_WorkflowTaskScheduledEventAttributes{
			WorkflowTaskScheduledEventAttributes: &historypb.WorkflowTaskScheduledEventAttributes{},
		}},
		{EventType: enumspb.EVENT_TYPE_WORKFLOW_TASK_STARTED, Attributes: &historypb.HistoryEvent_WorkflowTaskStartedEventAttributes{
			WorkflowTaskStartedEventAttributes: &historypb.WorkflowTaskStartedEventAttributes{},
		}},
		{EventType: enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED, Attributes: &historypb.HistoryEvent_WorkflowTaskCompletedEventAttributes{
			WorkflowTaskCompletedEventAttributes: &historypb.WorkflowTaskCompletedEventAttributes{},
		}},
	}
}

func signalEvent(name string, arguments ...any) *historypb.HistoryEvent {
	return &historypb.HistoryEvent{
		EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
		Attributes: &historypb.HistoryEvent_WorkflowExecutionSignaledEventAttributes{
			WorkflowExecutionSignaledEventAttributes: &historypb.WorkflowExecutionSignaledEventAttributes{
				SignalName: name, Input: encoded(arguments...),
			},
		},
	}
}

func cancelEvent() *historypb.HistoryEvent {
	return &historypb.HistoryEvent{
		EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED,
		Attributes: &historypb.HistoryEvent_WorkflowExecutionCancelRequestedEventAttributes{
			WorkflowExecutionCancelRequestedEventAttributes: &historypb.WorkflowExecutionCancelRequestedEventAttributes{},
		},
	}
}

func canceledEvent() *historypb.HistoryEvent {
	return &historypb.HistoryEvent{
		EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED,
		Attributes: &historypb.HistoryEvent_WorkflowExecutionCanceledEventAttributes{
			WorkflowExecutionCanceledEventAttributes: &historypb.WorkflowExecutionCanceledEventAttributes{},
		},
	}
}

func encoded(values ...any) *commonpb.Payloads {
	payloads, err := converter.GetDefaultDataConverter().ToPayloads(values...)
	if err != nil {
		panic(err)
	}
	return payloads
}
