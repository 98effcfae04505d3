package replaytest

import (
	commonpb "go.temporal.io/api/common/v1"
	failurepb "go.temporal.io/api/failure/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"
)

// Encode gives the history as Load reads it.
func Encode(history *historypb.History) ([]byte, error) {
	text, err := temporalproto.CustomJSONMarshalOptions{Indent: "  "}.Marshal(history)
	return append(text, '\n'), err
}

// Scheduled is one Activity or Child Workflow that a workflow asked for.
type Scheduled struct {
	// Name is the Activity's or the Child Workflow's type.
	Name string
	// Input is the data of each argument, JSON as a rule.
	Input []string
}

// Outcome is how a workflow ended: with a result, with a failure, or by going on in a
// new run.
type Outcome struct {
	// Result is the data of the result, JSON as a rule.
	Result []string
	// NextRun is the workflow that goes on, with its input.
	NextRun Scheduled
	// FailureType is an ApplicationError's type, or "Canceled".
	FailureType string
	// FailureMessage is the failure's text.
	FailureMessage string
}

// ScheduledIn lists the Activities and Child Workflows that a history shows as
// scheduled, in order.
func ScheduledIn(history *historypb.History) []Scheduled {
	var scheduled []Scheduled
	for _, event := range history.GetEvents() {
		if activity := event.GetActivityTaskScheduledEventAttributes(); activity != nil {
			scheduled = append(scheduled, Scheduled{activity.GetActivityType().GetName(), data(activity.GetInput())})
		}
		if child := event.GetStartChildWorkflowExecutionInitiatedEventAttributes(); child != nil {
			scheduled = append(scheduled, Scheduled{child.GetWorkflowType().GetName(), data(child.GetInput())})
		}
	}
	return scheduled
}

// workflowIDIn returns the workflow's id, or "" when the history does not have it: old
// servers did not record it. The run id needs no such help, as the replayer finds it.
func workflowIDIn(history *historypb.History) string {
	for _, event := range history.GetEvents() {
		if started := event.GetWorkflowExecutionStartedEventAttributes(); started != nil {
			return started.GetWorkflowId()
		}
	}
	return ""
}

// outcomeIn returns how the history's workflow ended, or false when the history
// stops before that.
func outcomeIn(history *historypb.History) (Outcome, bool) {
	events := history.GetEvents()
	last := events[len(events)-1]
	if completed := last.GetWorkflowExecutionCompletedEventAttributes(); completed != nil {
		return Outcome{Result: data(completed.GetResult())}, true
	}
	if continued := last.GetWorkflowExecutionContinuedAsNewEventAttributes(); continued != nil {
		return Outcome{NextRun: Scheduled{continued.GetWorkflowType().GetName(), data(continued.GetInput())}}, true
	}
	if failed := last.GetWorkflowExecutionFailedEventAttributes(); failed != nil {
		return outcomeOf(failed.GetFailure()), true
	}
	if last.GetWorkflowExecutionCanceledEventAttributes() != nil {
		return Outcome{FailureType: canceled}, true
	}
	return Outcome{}, false
}

const canceled = "Canceled"

func outcomeOf(failure *failurepb.Failure) Outcome {
	if failure.GetCanceledFailureInfo() != nil {
		return Outcome{FailureType: canceled}
	}
	return Outcome{
		FailureType:    failure.GetApplicationFailureInfo().GetType(),
		FailureMessage: failure.GetMessage(),
	}
}

func data(payloads *commonpb.Payloads) []string {
	var texts []string
	for _, payload := range payloads.GetPayloads() {
		texts = append(texts, string(payload.GetData()))
	}
	return texts
}
