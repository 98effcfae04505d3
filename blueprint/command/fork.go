package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/spf13/cobra"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/connect"
)

// forkPatience is how long fork waits until the fork stands paused.
const forkPatience = time.Minute

// forkFlags are the flags of fork.
type forkFlags struct {
	asker
	at, run string
}

// forkAnswer is a fork that stands paused.
type forkAnswer struct {
	WorkflowID string `json:"workflowId"`
	RunID      string `json:"runId"`
	engine.Forked
}

func (c *commands) newFork() *cobra.Command {
	var flags forkFlags
	command := &cobra.Command{
		Use:   "fork ID --at STEP",
		Short: "Go on from a step of a run that has ended, in a new run",
		Long: `Start a run that stands paused at STEP, with everything that the run ID had done up to there:
what had completed is not done again. STEP is the path of a step. The fork stands before its
last beginning, or, if it failed then, with its failure held: where that came from a step
inside STEP, with the failure of that one. Decide about it by retry, complete, skip or fail,
change what else has to be changed, and then let the fork resume.

The fork has the Workflow ID of its origin, which must have ended: where one still runs, the
command first finds out that the fork can be made, and asks before it terminates the run.
What the origin has taken back by an undo is not completed: a fork behind it is refused, and
told where one can be made. The Workers must have forks switched on, and where the document
has an operate, that must list fork.`,
		Example: c.examples(`fork o-1 --at ship --note "another carrier"`),
		Args:    usage(cobra.ExactArgs(1)), ValidArgsFunction: completeNothing,
		RunE: func(command *cobra.Command, arguments []string) error {
			if flags.at == "" {
				return &usageError{errors.New("fork: --at is missing, the step at which the fork stands")}
			}
			return onServer(command.Context(), func(ctx context.Context, connection client.Client, _ connect.WebUI) error {
				return c.fork(ctx, command, connection, arguments[0], flags)
			})
		},
	}
	command.Flags().StringVar(&flags.at, "at", "", "the path of the `STEP` at which the fork stands")
	command.Flags().StringVar(&flags.run, "run", "", "the `RUN` ID of the origin; the last run unless given")
	completeNothingFor(command, "at", "run")
	flags.addTo(command, "the fork")
	flags.addYes(command)
	return command
}

func (c *commands) fork(ctx context.Context, command *cobra.Command, connection client.Client, id string, flags forkFlags) error {
	origin, err := findRun(ctx, connection, id, flags.run)
	if err != nil {
		return err
	}
	if origin, err = behindRefused(ctx, connection, id, origin); err != nil {
		return err
	}
	described, err := connection.DescribeWorkflow(ctx, id, origin)
	if err != nil {
		return fmt.Errorf("looking for the Task Queue of %s: %w", id, err)
	}
	queue := cmp.Or(c.taskQueue, described.RawResponse.GetExecutionConfig().GetTaskQueue().GetName())
	asked := engine.Fork{Origin: engine.Origin{WorkflowID: id, RunID: origin}, At: flags.at, By: flags.by, Note: flags.note}
	if !follow.Polled(ctx, connection, queue) {
		c.adviseWorker(command.ErrOrStderr(), queue)
	}
	if err := tryFork(ctx, connection, queue, asked); err != nil {
		return c.refused(command, flags.asJSON, id, "", err)
	}
	if err := closeOrigin(ctx, command, connection, id, flags); err != nil {
		return err
	}
	run, err := connection.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: id, TaskQueue: queue, WorkflowExecutionErrorWhenAlreadyStarted: true,
		WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
	}, engine.ForkWorkflow, asked)
	if err != nil {
		return fmt.Errorf("forking %s: %w", id, err)
	}
	status, err := forked(ctx, connection, run)
	if err != nil {
		return c.refused(command, flags.asJSON, id, "", err)
	}
	if flags.asJSON {
		return writeJSON(command.OutOrStdout(), forkAnswer{WorkflowID: id, RunID: run.GetRunID(), Forked: *status.Fork})
	}
	fmt.Fprintf(command.OutOrStdout(), "forked %s: it stands paused %s\n", id, standingOf(status))
	return nil
}

// standingOf says where a fork stands: before a step, or with what failure held.
func standingOf(fork engine.Status) string {
	for _, each := range fork.Held {
		if fork.Fork.Held && each.Step == fork.Fork.At {
			return fmt.Sprintf("with %s held: %s", each.Step, each.Error)
		}
	}
	return "before " + fork.Fork.At
}

// behindRefused is the run that a fork goes on from: behind one that was itself to be a fork, and was
// refused, the run that it was to go on from.
func behindRefused(ctx context.Context, connection client.Client, id, run string) (string, error) {
	const mostRefused = 100
	for range mostRefused {
		described, err := connection.DescribeWorkflow(ctx, id, run)
		if err != nil {
			return "", fmt.Errorf("looking for the run %s of %s: %w", run, id, err)
		}
		if described.WorkflowType.Name != engine.ForkWorkflow || described.Status != enumspb.WORKFLOW_EXECUTION_STATUS_FAILED {
			return run, nil
		}
		began, err := connection.GetWorkflowHistory(ctx, id, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT).Next()
		if err != nil {
			return "", fmt.Errorf("reading what the run %s was to be forked from: %w", run, err)
		}
		var refused engine.Fork
		if converter.GetDefaultDataConverter().FromPayloads(began.GetWorkflowExecutionStartedEventAttributes().GetInput(), &refused) != nil {
			return run, nil // It is encrypted: the refusal says to name the run.
		}
		run = refused.Origin.RunID
	}
	return run, nil
}

// tryFork finds out whether the fork can be made, before anything is terminated for it. It runs under
// an ID of its own, so that a fork that is refused is not the last run of the origin's.
func tryFork(ctx context.Context, connection client.Client, queue string, asked engine.Fork) error {
	asked.DryRun = true
	id := fmt.Sprintf("%s/fork-%08x", asked.Origin.WorkflowID, rand.Uint32())
	run, err := connection.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: id, TaskQueue: queue, WorkflowExecutionTimeout: forkPatience}, engine.ForkWorkflow, asked)
	if err != nil {
		return fmt.Errorf("trying to fork %s: %w", asked.Origin.WorkflowID, err)
	}
	err = run.Get(ctx, nil)
	var late *temporal.TimeoutError
	var failed *temporal.ApplicationError
	switch {
	case errors.As(err, &failed):
		why := failureOf(failed)
		return &refusal{*why, why.String() + ": nothing was done"}
	case errors.As(err, &late):
		return fmt.Errorf("no Worker has said within %s whether %s can be forked: nothing was done", forkPatience, asked.Origin.WorkflowID)
	case err != nil:
		return fmt.Errorf("trying to fork %s: %w", asked.Origin.WorkflowID, err)
	}
	return nil
}

// closeOrigin terminates what runs under the id, if that is agreed to.
func closeOrigin(ctx context.Context, command *cobra.Command, connection client.Client, id string, flags forkFlags) error {
	described, err := connection.DescribeWorkflow(ctx, id, "")
	if err != nil {
		return fmt.Errorf("looking for %s: %w", id, err)
	}
	if described.Status != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING {
		return nil
	}
	if err := flags.agrees(command, id+" still runs. Terminate it, without its undo and finally, and fork it?"); err != nil {
		return err
	}
	err = connection.TerminateWorkflow(ctx, id, "", "to be forked at "+flags.at, flags.note)
	var ended *serviceerror.NotFound
	if err != nil && !errors.As(err, &ended) {
		return fmt.Errorf("terminating %s: %w", id, err)
	}
	return nil
}

// forked waits until the fork stands paused, or is refused.
func forked(ctx context.Context, connection client.Client, run client.WorkflowRun) (engine.Status, error) {
	status, ended, err := awaitFirst(ctx, connection, run, forkPatience, func(status engine.Status, err error) bool {
		return err == nil && status.Fork != nil // Before it goes on as its origin, it has none to tell.
	})
	if ended {
		return status, notForked(run.GetID(), err)
	}
	return status, nil
}

// notForked says why there is no fork that stands paused.
func notForked(id string, err error) error {
	var failed *temporal.ApplicationError
	switch {
	case errors.As(err, &failed):
		why := failureOf(failed)
		return &refusal{*why, why.String()}
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("the fork of %s does not stand paused within %s: see status %s", id, forkPatience, id)
	case err == nil:
		return fmt.Errorf("the fork of %s has ended: somebody else has resumed it", id)
	default:
		return fmt.Errorf("forking %s: %w", id, err)
	}
}
