package command

import (
	"context"
	"errors"
	"fmt"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"dynamicsamples/blueprint/command/internal/follow"
)

// whyUnanswered says in plain words why a run has not told its status: no Worker answers, it ended
// before it could, or it is no blueprint.
func (c *commands) whyUnanswered(ctx context.Context, connection client.Client, id, runID string, err error) error {
	described, unknown := connection.DescribeWorkflow(ctx, id, runID)
	var failed *serviceerror.QueryFailed
	switch {
	case unknown != nil:
		return err
	case follow.IsLate(err):
		return fmt.Errorf("%s has not told its status: no Worker on the task queue %q has answered; what its history tells needs none:\n  %s explain %s",
			id, described.TaskQueueName, c.options.Program, inShell(id))
	case !errors.As(err, &failed) || !strings.HasPrefix(failed.Message, "unknown queryType"):
		return err
	case endedAs(described.Status) == "":
		return fmt.Errorf("%s tells no status: it is no blueprint, or has not begun as one", id)
	default:
		return fmt.Errorf("%s has no status to tell: %s", id, c.howEnded(ctx, connection, id, described.WorkflowExecution.RunID))
	}
}

// howEnded says how a run has ended.
func (c *commands) howEnded(ctx context.Context, connection client.Client, id, runID string) string {
	var output converter.RawValue
	ended, err := resultOf(output, connection.GetWorkflow(ctx, id, runID).Get(ctx, &output))
	switch {
	case err != nil:
		return "it has ended"
	case ended.Failure != nil:
		return "it " + ended.Failure.String()
	default:
		return "it is " + ended.Outcome
	}
}

// endedAs is how a run has ended; "" is not at all, or that it goes on in another one.
func endedAs(status enumspb.WorkflowExecutionStatus) string {
	switch status {
	case enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW, enumspb.WORKFLOW_EXECUTION_STATUS_PAUSED:
		return ""
	case enumspb.WORKFLOW_EXECUTION_STATUS_TIMED_OUT:
		return "timed out"
	default:
		return strings.ToLower(status.String())
	}
}

// notStarted says why a run could not be started under an ID.
func (c *commands) notStarted(id string, err error) error {
	var taken *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &taken) {
		return fmt.Errorf("a run with the ID %s is under way already: choose another --id, or look at it by\n  %s status %s", id, c.options.Program, inShell(id))
	}
	return fmt.Errorf("starting %s: %w", id, err)
}
