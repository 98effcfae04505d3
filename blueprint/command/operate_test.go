package command

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	activitypb "go.temporal.io/api/activity/v1"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"

	"dynamicsamples/blueprint/engine"
)

// fakePauser notes what is asked, and answers with an error, by the Activity ID.
type fakePauser struct {
	asked  []string
	errors map[string]error
}

func (f *fakePauser) PauseActivity(_ context.Context, in *workflowservice.PauseActivityRequest, _ ...grpc.CallOption) (*workflowservice.PauseActivityResponse, error) {
	f.asked = append(f.asked, "pause "+in.GetId()+", "+in.GetReason())
	return nil, f.errors[in.GetId()]
}

func (f *fakePauser) UnpauseActivity(_ context.Context, in *workflowservice.UnpauseActivityRequest, _ ...grpc.CallOption) (*workflowservice.UnpauseActivityResponse, error) {
	f.asked = append(f.asked, "unpause "+in.GetId())
	return nil, f.errors[in.GetId()]
}

func pendingActivity(id string, change func(*workflowpb.PendingActivityInfo)) *workflowpb.PendingActivityInfo {
	made := &workflowpb.PendingActivityInfo{ActivityId: id, ActivityType: &commonpb.ActivityType{Name: "work"}, State: enumspb.PENDING_ACTIVITY_STATE_STARTED}
	if change != nil {
		change(made)
	}
	return made
}

// The server begins no further attempt of what is under way in what is paused. What has one
// attempt, or is paused already, needs nothing, and an attempt that sends heartbeats is not
// interrupted.
func TestWhichActivitiesArePaused(t *testing.T) {
	t.Parallel()
	heartbeat := &activitypb.ActivityOptions{HeartbeatTimeout: durationpb.New(time.Second)}
	service := &fakePauser{errors: map[string]error{"gone": serviceerror.NewNotFound("no such Activity")}}
	under := underWay{service: service, pending: []*workflowpb.PendingActivityInfo{
		pendingActivity("a", nil), pendingActivity("gone", nil),
		pendingActivity("once", func(p *workflowpb.PendingActivityInfo) { p.MaximumAttempts = 1 }),
		pendingActivity("paused", func(p *workflowpb.PendingActivityInfo) { p.Paused = true }),
		pendingActivity("beats", func(p *workflowpb.PendingActivityInfo) { p.ActivityOptions = heartbeat }),
		pendingActivity("waits", func(p *workflowpb.PendingActivityInfo) {
			p.ActivityOptions, p.State = heartbeat, enumspb.PENDING_ACTIVITY_STATE_SCHEDULED
		}),
		pendingActivity("c/watch", func(p *workflowpb.PendingActivityInfo) { p.ActivityType.Name = "blueprint.watch_child" }),
	}}
	done := operated{WorkflowID: "o-1", OperationAnswer: engine.OperationAnswer{Operation: engine.Operation{Op: "pause", Note: "why"}, Children: []string{"o-2"}}}
	require.NoError(t, under.pause(t.Context(), &done))
	assert.Equal(t, []string{"pause a, blueprint pause: why", "pause gone, blueprint pause: why", "pause waits, blueprint pause: why"}, service.asked)
	var out bytes.Buffer
	done.write(&out)
	assert.Equal(t, `paused o-1
  Activities under way, whose next attempt is paused: a, waits
  Activities under way, which the server tries again all the same: beats
  child runs, which go on without --deep: o-2
`, out.String())

	one := operated{OperationAnswer: engine.OperationAnswer{Operation: engine.Operation{Op: "pause", Step: "s"}, Activities: []string{"a"}}}
	require.NoError(t, under.pause(t.Context(), &one))
	assert.Equal(t, []string{"a"}, one.Stopped, "of a step only what is in it")
	assert.Empty(t, one.Retried)
}

// However many Activities are under way in a step, all are paused: their IDs are their paths. Those
// whose paths are too long are found as far as the run has told them, and the others are counted.
func TestManyActivitiesArePaused(t *testing.T) {
	t.Parallel()
	service := &fakePauser{}
	under := underWay{service: service, pending: []*workflowpb.PendingActivityInfo{pendingActivity("other", nil), pendingActivity("m-long-1", nil), pendingActivity("m-long-2", nil)}}
	for i := range 1500 {
		under.pending = append(under.pending, pendingActivity(fmt.Sprintf("m[%d]/a", i), nil))
	}
	done := operated{WorkflowID: "o-1", OperationAnswer: engine.OperationAnswer{
		Operation: engine.Operation{Op: "pause", Step: "m"}, Activities: []string{"m[0]/a", "m-long-1"}, MoreActivities: 1500,
	}}
	require.NoError(t, under.pause(t.Context(), &done))
	assert.Len(t, done.Stopped, 1501)
	assert.NotContains(t, done.Stopped, "other")
	assert.Equal(t, 1, done.NotFound)
	var out bytes.Buffer
	done.write(&out)
	assert.Contains(t, out.String(), "m[18]/a and 1481 more\n  Activities under way that were not found, as their paths are too long to be IDs, and which the server tries again: 1; pause the whole run to reach them\n")

	service.asked = nil
	one := operated{OperationAnswer: engine.OperationAnswer{Operation: engine.Operation{Op: "pause", Step: "m[7]"}, Activities: []string{"m[7]/a"}}}
	require.NoError(t, under.pause(t.Context(), &one))
	assert.Equal(t, []string{"m[7]/a"}, one.Stopped)
	assert.Zero(t, one.NotFound)
}

// A server that cannot pause Activities is told of, once; nothing else fails for it.
func TestServersThatCannotPauseActivities(t *testing.T) {
	t.Parallel()
	service := &fakePauser{errors: map[string]error{"a": serviceerror.NewUnimplemented("unknown method PauseActivity"), "x": serviceerror.NewUnavailable("away")}}
	under := underWay{service: service, pending: []*workflowpb.PendingActivityInfo{pendingActivity("a", nil), pendingActivity("b", nil)}}
	done := operated{WorkflowID: "o-1", OperationAnswer: engine.OperationAnswer{Operation: engine.Operation{Op: "pause"}}}
	require.NoError(t, under.pause(t.Context(), &done))
	assert.Len(t, service.asked, 1)
	var out bytes.Buffer
	done.write(&out)
	assert.Equal(t, `paused o-1
  Activities under way, which the server tries again all the same: a, b
  the server does not let Activities be paused: unknown method PauseActivity
`, out.String())
	under.pending = []*workflowpb.PendingActivityInfo{pendingActivity("x", nil)}
	require.ErrorContains(t, under.pause(t.Context(), &operated{}), "pausing the Activity x: away")
}

// Resume leaves alone what somebody else has paused, and what is in something that is still
// paused.
func TestWhichActivitiesAreUnpaused(t *testing.T) {
	t.Parallel()
	by := func(reason string) func(*workflowpb.PendingActivityInfo) {
		return func(p *workflowpb.PendingActivityInfo) {
			p.PauseInfo = &workflowpb.PendingActivityInfo_PauseInfo{PausedBy: &workflowpb.PendingActivityInfo_PauseInfo_Manual_{
				Manual: &workflowpb.PendingActivityInfo_PauseInfo_Manual{Reason: reason},
			}}
		}
	}
	ours := by("blueprint pause: why")
	service := &fakePauser{}
	under := underWay{service: service, pending: []*workflowpb.PendingActivityInfo{
		pendingActivity("runs", nil), pendingActivity("theirs", by("maintenance")), pendingActivity("m[0]/a", ours), pendingActivity("m[1]/a~2", ours),
		pendingActivity("m[1]/b", ours), pendingActivity("g/c", ours), pendingActivity("gh", ours),
	}}
	done := operated{WorkflowID: "o-1", OperationAnswer: engine.OperationAnswer{
		Operation: engine.Operation{Op: "resume", Step: "s"}, Paused: []engine.Paused{{Step: "m/a"}, {Step: "g"}},
	}}
	require.NoError(t, under.unpause(t.Context(), &done))
	assert.Equal(t, "unpause m[1]/b, unpause gh", strings.Join(service.asked, ", "))
	var out bytes.Buffer
	done.write(&out)
	assert.Equal(t, "resumed s of o-1\n  still paused: m/a, g\n  Activities whose next attempt is not paused anymore: m[1]/b, gh\n", out.String())
	done.Paused, service.asked = []engine.Paused{{}}, nil
	require.NoError(t, under.unpause(t.Context(), &done))
	assert.Empty(t, service.asked, "the run itself is still paused")
}
