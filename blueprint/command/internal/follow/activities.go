package follow

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"dynamicsamples/blueprint/engine"
)

// View is all that is seen of a run: what it says itself, and what the server knows of its
// Activities, of which the run learns nothing before they have ended.
type View struct {
	engine.Status
	Activities []Activity `json:"activities,omitempty"`
	// Ended is how a run has ended: completed, failed, canceled, terminated or timed out.
	Ended string `json:"ended,omitempty"`
}

// Activity is an Activity of a run that has not ended.
type Activity struct {
	// ID is its Activity ID, the path of its step; of a run of version 1, a number.
	ID string `json:"id"`
	// Name is its Activity Type.
	Name string `json:"name"`
	// State is waiting where its next attempt is to begin later, scheduled where no Worker has
	// taken that yet, else started or canceling.
	State string `json:"state"`
	// Attempt is the one under way, or the next one. MaximumAttempts is 0 without a bound.
	Attempt         int `json:"attempt"`
	MaximumAttempts int `json:"maximumAttempts,omitempty"`
	// LastFailure is that of the attempt before.
	LastFailure *Failure `json:"lastFailure,omitempty"`
	// NextAttempt is when the next attempt begins, Started when the last one did, and Expires
	// when the Activity fails for good, where that is bounded.
	NextAttempt *time.Time `json:"nextAttempt,omitempty"`
	Started     *time.Time `json:"started,omitempty"`
	Expires     *time.Time `json:"expires,omitempty"`
	// Paused says that no attempt begins until somebody unpauses it.
	Paused bool `json:"paused,omitempty"`
}

// Failure is why an attempt, a call or a run failed.
type Failure struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

// String is the failure on one line.
func (f Failure) String() string { return strings.TrimSuffix(f.Type+": "+f.Message, ": ") }

// Decoder puts readable values in the place of those in a message from the server.
type Decoder func(ctx context.Context, message proto.Message) error

// Activities asks the server for the Activities of a run that have not ended.
func Activities(ctx context.Context, connection client.Client, decode Decoder, workflowID, runID string) ([]Activity, error) {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	described, err := connection.DescribeWorkflow(ctx, workflowID, runID)
	if err != nil {
		return nil, fmt.Errorf("asking the server for the Activities of %s: %w", workflowID, err)
	}
	return activitiesOf(ctx, decode, described.RawResponse)
}

func activitiesOf(ctx context.Context, decode Decoder, described *workflowservice.DescribeWorkflowExecutionResponse) ([]Activity, error) {
	// Nothing else of the description is read.
	pending := &workflowservice.DescribeWorkflowExecutionResponse{PendingActivities: described.GetPendingActivities()}
	if err := decode(ctx, pending); err != nil {
		return nil, err
	}
	var activities []Activity
	for _, each := range pending.GetPendingActivities() {
		activities = append(activities, activityOf(each))
	}
	slices.SortFunc(activities, func(a, b Activity) int { return strings.Compare(a.ID, b.ID) })
	return activities, nil
}

func activityOf(pending *workflowpb.PendingActivityInfo) Activity {
	return Activity{
		ID:              pending.GetActivityId(),
		Name:            pending.GetActivityType().GetName(),
		State:           stateOf(pending),
		Attempt:         int(pending.GetAttempt()),
		MaximumAttempts: int(pending.GetMaximumAttempts()),
		LastFailure:     FailureOf(pending.GetLastFailure()),
		NextAttempt:     timeOf(pending.GetNextAttemptScheduleTime()),
		Started:         timeOf(pending.GetLastStartedTime()),
		Expires:         timeOf(pending.GetExpirationTime()),
		Paused:          pending.GetPaused(),
	}
}

func stateOf(pending *workflowpb.PendingActivityInfo) string {
	switch pending.GetState() {
	case enumspb.PENDING_ACTIVITY_STATE_STARTED, enumspb.PENDING_ACTIVITY_STATE_PAUSE_REQUESTED:
		return "started"
	case enumspb.PENDING_ACTIVITY_STATE_CANCEL_REQUESTED:
		return "canceling"
	case enumspb.PENDING_ACTIVITY_STATE_PAUSED:
		return "waiting"
	default:
		if pending.GetNextAttemptScheduleTime() != nil {
			return "waiting"
		}
		return "scheduled"
	}
}

func timeOf(stamp *timestamppb.Timestamp) *time.Time {
	if stamp == nil || stamp.AsTime().Unix() <= 0 {
		return nil
	}
	moment := stamp.AsTime()
	return &moment
}

// FailureOf is the innermost failure that has a type of its own; nil where there is none.
func FailureOf(failure *failurepb.Failure) *Failure {
	if failure == nil {
		return nil
	}
	for each := failure; each != nil; each = each.GetCause() {
		// A failure converter may have put the message among what a codec encrypts.
		converter.DecodeCommonFailureAttributes(converter.GetDefaultDataConverter(), each)
		if application := each.GetApplicationFailureInfo(); application != nil {
			return &Failure{application.GetType(), each.GetMessage()}
		}
		if each.GetTimeoutFailureInfo() != nil {
			return &Failure{"Timeout", each.GetMessage()}
		}
	}
	return &Failure{Type: "InternalError", Message: failure.GetMessage()}
}

// troubled reports whether there is more to say of the Activity than that it is under way.
func (a Activity) troubled() bool { return a.Attempt > 1 || a.Paused || a.LastFailure != nil }

// Progress is how the Activity is getting on, on one line.
func (a Activity) Progress(now time.Time) string {
	text := fmt.Sprintf("attempt %d", a.Attempt)
	if a.MaximumAttempts > 0 {
		text += fmt.Sprintf(" of %d", a.MaximumAttempts)
	}
	switch {
	case a.Paused:
		text += ", paused"
	case a.NextAttempt != nil:
		text += " in " + Length(max(0, a.NextAttempt.Sub(now)))
	}
	if a.Expires != nil {
		text += ", fails for good in " + Length(max(0, a.Expires.Sub(now)))
	}
	if a.LastFailure != nil {
		text += " — " + OneLine(a.LastFailure.String())
	}
	return text
}

// mostTroubled is how many Activities are shown one by one.
const mostTroubled = 20

// activityLines are the Activities of which there is more to say than that they are under way.
func activityLines(activities []Activity, now time.Time) []line {
	var lines []line
	for _, each := range activities {
		if each.troubled() {
			lines = append(lines, line{"↻", "33", fmt.Sprintf(" %s %s: %s", each.ID, each.Name, each.Progress(now))})
		}
	}
	if len(lines) > mostTroubled {
		lines = append(lines[:mostTroubled], line{text: fmt.Sprintf("… %d more Activities have failed attempts or are paused", len(lines)-mostTroubled)})
	}
	return lines
}

// Attempts are the attempts that have failed, and what was paused, since an earlier look.
func Attempts(before, after []Activity, now time.Time) []string {
	known := map[string]Activity{}
	for _, each := range before {
		known[each.ID] = each
	}
	var news []string
	for _, each := range after {
		earlier, seen := known[each.ID]
		same := seen && earlier.Attempt == each.Attempt && earlier.Paused == each.Paused
		if !same && each.troubled() {
			news = append(news, fmt.Sprintf("retrying  %s (%s): %s", each.ID, each.Name, each.Progress(now)))
		}
	}
	if len(news) > mostTroubled {
		news = append(news[:mostTroubled], fmt.Sprintf("retrying  %d more", len(news)-mostTroubled))
	}
	return news
}

// Undecoded leaves values as they are.
func Undecoded(context.Context, proto.Message) error { return nil }
