package follow

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/protobuf/types/known/timestamppb"

	"dynamicsamples/blueprint/engine"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func pending(id string, state enumspb.PendingActivityState, change func(*workflowpb.PendingActivityInfo)) *workflowpb.PendingActivityInfo {
	info := &workflowpb.PendingActivityInfo{ActivityId: id, ActivityType: &commonpb.ActivityType{Name: "work"}, State: state, Attempt: 1, ExpirationTime: &timestamppb.Timestamp{}}
	change(info)
	return info
}

// What the server knows of each Activity is shown: its attempt, the last failure, when the next
// one begins, that it is paused, and when it fails for good.
func TestWhatTheServerKnowsOfActivities(t *testing.T) {
	nothing := func(*workflowpb.PendingActivityInfo) {}
	activities, err := activitiesOf(t.Context(), Undecoded, &workflowservice.DescribeWorkflowExecutionResponse{PendingActivities: []*workflowpb.PendingActivityInfo{
		pending("d", enumspb.PENDING_ACTIVITY_STATE_CANCEL_REQUESTED, nothing),
		pending("c", enumspb.PENDING_ACTIVITY_STATE_PAUSED, func(info *workflowpb.PendingActivityInfo) { info.Paused = true }),
		pending("b", enumspb.PENDING_ACTIVITY_STATE_SCHEDULED, func(info *workflowpb.PendingActivityInfo) {
			info.Attempt, info.MaximumAttempts = 3, 5
			info.NextAttemptScheduleTime = timestamppb.New(noon.Add(28 * time.Second))
			info.ExpirationTime = timestamppb.New(noon.Add(time.Hour))
			info.LastFailure = &failurepb.Failure{Message: "outer", Cause: &failurepb.Failure{
				Message: "the ledger\nis down", FailureInfo: &failurepb.Failure_ApplicationFailureInfo{ApplicationFailureInfo: &failurepb.ApplicationFailureInfo{Type: "Down"}},
			}}
		}),
		pending("a", enumspb.PENDING_ACTIVITY_STATE_STARTED, func(info *workflowpb.PendingActivityInfo) { info.LastStartedTime = timestamppb.New(noon) }),
		pending("e", enumspb.PENDING_ACTIVITY_STATE_SCHEDULED, nothing),
	}})
	require.NoError(t, err)
	var told []string
	for _, each := range activities {
		told = append(told, fmt.Sprintf("%s %s %s", each.ID, each.State, each.Progress(noon)))
	}
	assert.Equal(t, []string{
		"a started attempt 1",
		"b waiting attempt 3 of 5 in 28s, fails for good in 1h — Down: the ledger is down",
		"c waiting attempt 1, paused",
		"d canceling attempt 1",
		"e scheduled attempt 1",
	}, told)
	assert.Equal(t, noon, *activities[0].Started)
}

// Those that are well are not told one by one, nor very many of the others.
func TestTreesHaveTheActivitiesThatAreNotWell(t *testing.T) {
	var activities []Activity
	for i := range 30 {
		activities = append(activities, Activity{ID: fmt.Sprintf("m[%d]/a", i), Name: "work", Attempt: 1 + i%2})
	}
	view := View{Status: engine.Status{Steps: []engine.StepStatus{{ID: "m", Kind: "map", State: engine.StatePending}}}, Activities: activities}
	lines := Tree(view, noon, 0, 0, false)
	require.Len(t, lines, 16)
	assert.Equal(t, []string{"○ m map", "↻ m[1]/a work: attempt 2"}, lines[:2])
	assert.Len(t, Tree(view, noon, 0, 6, false), 4, "half of the room at most")
	view.Activities = append(activities, activities...)
	lines = Tree(view, noon, 0, 0, false)
	require.Len(t, lines, 22)
	assert.Equal(t, "… 10 more Activities have failed attempts or are paused", lines[21])
}

func TestAttemptsThatAreNew(t *testing.T) {
	next := noon.Add(2 * time.Second)
	before := []Activity{{ID: "a", Name: "work", Attempt: 1}, {ID: "b", Name: "work", Attempt: 2}, {ID: "c", Name: "work", Attempt: 1}}
	after := []Activity{
		{ID: "a", Name: "work", Attempt: 2, NextAttempt: &next, LastFailure: &Failure{"Down", "no"}}, {ID: "b", Name: "work", Attempt: 2},
		{ID: "c", Name: "work", Attempt: 1, Paused: true}, {ID: "d", Name: "work", Attempt: 1},
	}
	assert.Equal(t, "retrying  a (work): attempt 2 in 2s — Down: no\nretrying  c (work): attempt 1, paused", strings.Join(Attempts(before, after, noon), "\n"))
	assert.Empty(t, Attempts(after, after, noon))
	assert.Len(t, Attempts(nil, slicesOf(Activity{Name: "work", Attempt: 2}, 50), noon), 21)
}

func slicesOf(activity Activity, count int) []Activity {
	var many []Activity
	for i := range count {
		activity.ID = fmt.Sprint(i)
		many = append(many, activity)
	}
	return many
}
