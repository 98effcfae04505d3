package explain

import (
	"encoding/json"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/engine"
)

// read takes in one event; most tell nothing about steps.
func (r *reader) read(event *historypb.HistoryEvent) {
	switch event.GetEventType() {
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
		r.started(event)
	case enumspb.EVENT_TYPE_MARKER_RECORDED:
		r.marker(event)
	case enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
		r.taskFailures, r.taskFailure = 0, ""
	case enumspb.EVENT_TYPE_WORKFLOW_TASK_FAILED:
		r.taskFailed(event)
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
		r.messages[event.GetWorkflowExecutionSignaledEventAttributes().GetSignalName()]++
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
		r.update(event)
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
		r.answered(event)
	case enumspb.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED:
		r.memo(event)
	default:
		r.readActivity(event)
		r.readTimer(event)
		r.readChild(event)
		r.readEnd(event)
	}
}

// update reads a message or an operation that an update brought.
func (r *reader) update(event *historypb.HistoryEvent) {
	input := event.GetWorkflowExecutionUpdateAcceptedEventAttributes().GetAcceptedRequest().GetInput()
	if input.GetName() == engine.OperateUpdate {
		r.operation(event)
		return
	}
	if name := stringField(jsonOf(input.GetArgs()), "name"); name != "" {
		r.messages[name]++
	}
}

// memo reads what the run has noted of the messages that are left.
func (r *reader) memo(event *historypb.HistoryEvent) {
	left := event.GetWorkflowPropertiesModifiedEventAttributes().GetUpsertedMemo().GetFields()["messages"]
	if left == nil {
		return
	}
	var noted struct {
		Kept    map[string]int
		Dropped int
	}
	if json.Unmarshal(left.GetData(), &noted) == nil {
		r.report.Left, r.report.Dropped = counts(noted.Kept), noted.Dropped
	}
}

// The interpreter's Activities that wait for a child which an earlier run has started, look
// for it, and cancel it, and the one that reads the origin of a fork.
const (
	watchActivity  = "blueprint.watch_child"
	findActivity   = "blueprint.find_child"
	cancelActivity = "blueprint.cancel_child"
	originActivity = "blueprint.read_origin"
)

func (r *reader) readActivity(event *historypb.HistoryEvent) {
	switch event.GetEventType() {
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
		name := event.GetActivityTaskScheduledEventAttributes().GetActivityType().GetName()
		switch name {
		case watchActivity:
			r.begin(event, "watch", "")
		case findActivity, cancelActivity, originActivity:
			// They are no calls of a step.
		default:
			r.begin(event, "activity", name)
		}
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_STARTED:
		started := event.GetActivityTaskStartedEventAttributes()
		if under := r.open[started.GetScheduledEventId()]; under != nil {
			under.step.Attempts += int(started.GetAttempt())
			if started.GetLastFailure() != nil {
				under.step.LastFailure = follow.FailureOf(started.GetLastFailure())
			}
		}
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
		r.end(event.GetActivityTaskCompletedEventAttributes().GetScheduledEventId(), event, "completed", nil)
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_FAILED:
		failed := event.GetActivityTaskFailedEventAttributes()
		r.end(failed.GetScheduledEventId(), event, "failed", follow.FailureOf(failed.GetFailure()))
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
		failed := event.GetActivityTaskTimedOutEventAttributes()
		r.end(failed.GetScheduledEventId(), event, "failed", follow.FailureOf(failed.GetFailure()))
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_CANCELED:
		r.end(event.GetActivityTaskCanceledEventAttributes().GetScheduledEventId(), event, "canceled", nil)
	}
}

func (r *reader) readTimer(event *historypb.HistoryEvent) {
	switch event.GetEventType() {
	case enumspb.EVENT_TYPE_TIMER_STARTED:
		if pathOf(event) == "" {
			return // the interpreter's own
		}
		until := event.GetEventTime().AsTime().Add(event.GetTimerStartedEventAttributes().GetStartToFireTimeout().AsDuration()).Round(time.Millisecond)
		r.begin(event, "timer", "").until = &until
	case enumspb.EVENT_TYPE_TIMER_FIRED:
		r.end(event.GetTimerFiredEventAttributes().GetStartedEventId(), event, "completed", nil)
	case enumspb.EVENT_TYPE_TIMER_CANCELED:
		r.end(event.GetTimerCanceledEventAttributes().GetStartedEventId(), event, "canceled", nil)
	}
}

func (r *reader) readChild(event *historypb.HistoryEvent) {
	switch event.GetEventType() {
	case enumspb.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
		r.begin(event, "child", event.GetStartChildWorkflowExecutionInitiatedEventAttributes().GetWorkflowType().GetName())
	case enumspb.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED:
		failed := event.GetStartChildWorkflowExecutionFailedEventAttributes()
		r.end(failed.GetInitiatedEventId(), event, "failed", &follow.Failure{Type: "ChildAlreadyRunning", Message: failed.GetCause().String()})
	case enumspb.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED:
		r.end(event.GetChildWorkflowExecutionCompletedEventAttributes().GetInitiatedEventId(), event, "completed", nil)
	case enumspb.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED:
		failed := event.GetChildWorkflowExecutionFailedEventAttributes()
		r.end(failed.GetInitiatedEventId(), event, "failed", follow.FailureOf(failed.GetFailure()))
	case enumspb.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT:
		r.end(event.GetChildWorkflowExecutionTimedOutEventAttributes().GetInitiatedEventId(), event, "failed", &follow.Failure{Type: "Timeout"})
	case enumspb.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED:
		r.end(event.GetChildWorkflowExecutionTerminatedEventAttributes().GetInitiatedEventId(), event, "failed", &follow.Failure{Type: "ChildTerminated"})
	case enumspb.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED:
		r.end(event.GetChildWorkflowExecutionCanceledEventAttributes().GetInitiatedEventId(), event, "canceled", nil)
	}
}

func (r *reader) readEnd(event *historypb.HistoryEvent) {
	switch event.GetEventType() {
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
		r.close(event, "completed")
		r.report.Output = jsonOf(event.GetWorkflowExecutionCompletedEventAttributes().GetResult())
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
		r.close(event, "failed")
		r.report.Failure = follow.FailureOf(event.GetWorkflowExecutionFailedEventAttributes().GetFailure())
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
		r.close(event, "canceled")
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
		r.close(event, "terminated")
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT:
		r.close(event, "timed out")
	}
}
