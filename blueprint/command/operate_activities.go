package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"

	"dynamicsamples/blueprint/engine"
)

// activityPauser is what a server can do about Activities, if it is new enough.
type activityPauser interface {
	PauseActivity(ctx context.Context, in *workflowservice.PauseActivityRequest, opts ...grpc.CallOption) (*workflowservice.PauseActivityResponse, error)
	UnpauseActivity(ctx context.Context, in *workflowservice.UnpauseActivityRequest, opts ...grpc.CallOption) (*workflowservice.UnpauseActivityResponse, error)
}

// pausedByCommand is why the command has paused an Activity: resume leaves those alone that
// somebody else has paused.
const pausedByCommand = "blueprint pause"

// activities lets the server begin no further attempt of the Activities that are under way in
// what is paused, or lets it do so again.
func (o operator) activities(ctx context.Context, done *operated) error {
	described, err := o.connection.DescribeWorkflow(ctx, done.WorkflowID, "")
	if err != nil {
		return fmt.Errorf("asking the server for the Activities of %s: %w", done.WorkflowID, err)
	}
	execution := described.RawResponse.GetWorkflowExecutionInfo().GetExecution()
	under := underWay{service: o.connection.WorkflowService(), namespace: o.namespace, execution: execution, pending: described.RawResponse.GetPendingActivities()}
	if done.Op == "pause" {
		if expires := described.RawResponse.GetWorkflowExtendedInfo().GetExecutionExpirationTime().AsTime(); expires.Unix() > 0 {
			done.Expires = &expires
		}
		return under.pause(ctx, done)
	}
	return under.unpause(ctx, done)
}

// underWay are the Activities of a run that have not ended.
type underWay struct {
	service   activityPauser
	namespace string
	execution *commonpb.WorkflowExecution
	pending   []*workflowpb.PendingActivityInfo
}

// pause pauses those that the operation is about. One that sends heartbeats is left alone while an
// attempt is under way: the server would interrupt that.
func (u underWay) pause(ctx context.Context, done *operated) error {
	found := 0
	for _, each := range u.pending {
		id := each.GetActivityId()
		if !done.isOn(id) {
			continue
		}
		found++
		switch {
		case strings.HasPrefix(each.GetActivityType().GetName(), "blueprint."), each.GetPaused(), each.GetMaximumAttempts() == 1:
			continue
		case done.Unable != "" || heartbeats(each):
			done.Retried = append(done.Retried, id)
			continue
		}
		_, err := u.service.PauseActivity(ctx, &workflowservice.PauseActivityRequest{
			Namespace: u.namespace, Execution: u.execution, Identity: done.By, Reason: reasonOf(done.Operation),
			Activity: &workflowservice.PauseActivityRequest_Id{Id: id},
		})
		stopped, err := u.served(done, err)
		switch {
		case err != nil:
			return fmt.Errorf("pausing the Activity %s: %w", id, err)
		case stopped:
			done.Stopped = append(done.Stopped, id)
		case done.Unable != "":
			done.Retried = append(done.Retried, id)
		}
	}
	if done.MoreActivities > 0 {
		done.NotFound = max(0, len(done.Activities)+done.MoreActivities-found)
	}
	return nil
}

// isOn reports whether the operation is on what the Activity is in: its ID is its path. The run has
// told the first of those whose paths are too long to be IDs.
func (d *operated) isOn(id string) bool {
	path, _, _ := strings.Cut(id, "~")
	return engine.Paused{Step: d.Step}.Covers(path) || slices.Contains(d.Activities, id)
}

// unpause lets those go on that pause has paused, and that are in nothing that is still paused.
func (u underWay) unpause(ctx context.Context, done *operated) error {
	for _, each := range u.pending {
		id := each.GetActivityId()
		if done.Unable != "" || !strings.HasPrefix(each.GetPauseInfo().GetManual().GetReason(), pausedByCommand) || isPaused(id, done.Paused) {
			continue
		}
		_, err := u.service.UnpauseActivity(ctx, &workflowservice.UnpauseActivityRequest{
			Namespace: u.namespace, Execution: u.execution, Identity: done.By,
			Activity: &workflowservice.UnpauseActivityRequest_Id{Id: id},
		})
		started, err := u.served(done, err)
		if err != nil {
			return fmt.Errorf("unpausing the Activity %s: %w", id, err)
		}
		if started {
			done.Started = append(done.Started, id)
		}
	}
	return nil
}

// served reports whether the server has done what was asked. An Activity that has ended meanwhile
// needs nothing, and a server that cannot do it is told of.
func (u underWay) served(done *operated, err error) (bool, error) {
	var missing *serviceerror.NotFound
	var unknown *serviceerror.Unimplemented
	var denied *serviceerror.PermissionDenied
	switch {
	case err == nil:
		return true, nil
	case errors.As(err, &missing):
		return false, nil
	case errors.As(err, &unknown), errors.As(err, &denied):
		done.Unable = "the server does not let Activities be paused: " + err.Error()
		return false, nil
	default:
		return false, err
	}
}

// heartbeats reports whether an attempt is under way that learns of a pause by its heartbeats.
func heartbeats(activity *workflowpb.PendingActivityInfo) bool {
	sends := activity.GetActivityOptions().GetHeartbeatTimeout().AsDuration() > 0 || activity.GetLastHeartbeatTime().AsTime().After(time.Unix(0, 0))
	return sends && activity.GetState() == enumspb.PENDING_ACTIVITY_STATE_STARTED
}

// reasonOf is what the server shows for an Activity that is paused.
func reasonOf(operation engine.Operation) string {
	if operation.Note == "" {
		return pausedByCommand
	}
	return pausedByCommand + ": " + operation.Note
}

// isPaused reports whether the Activity is in something that is paused.
func isPaused(id string, paused []engine.Paused) bool {
	path, _, _ := strings.Cut(id, "~")
	return slices.ContainsFunc(paused, func(each engine.Paused) bool { return each.Covers(path) })
}
