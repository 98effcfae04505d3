package childdispatch

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/internal/scenario"
)

// describe waits for the run to end and words how it did.
func describe(ctx context.Context, run client.WorkflowRun) (string, error) {
	var result converter.RawValue
	err := run.Get(ctx, &result)
	return scenario.Describe(result, err)
}

// status words the status of a run, and "" as its id means the current one.
func status(ctx context.Context, session *scenario.Session, id, runID string) (string, error) {
	description, err := session.Client.DescribeWorkflowExecution(ctx, id, runID)
	return description.GetWorkflowExecutionInfo().GetStatus().String(), err
}

// firstTaskCompleted is the number of the event that ends a workflow's first task.
const firstTaskCompleted = 4

// awaitRunning waits until a worker has seen each of the workflows.
func awaitRunning(ctx context.Context, session *scenario.Session, ids ...string) error {
	for _, id := range ids {
		err := poll(ctx, func() (bool, error) {
			description, err := session.Client.DescribeWorkflowExecution(ctx, id, "")
			var missing *serviceerror.NotFound
			if errors.As(err, &missing) {
				return false, nil
			}
			return description.GetWorkflowExecutionInfo().GetHistoryLength() >= firstTaskCompleted, err
		})
		if err != nil {
			return fmt.Errorf("wait for %s to run: %w", id, err)
		}
	}
	return nil
}

// poll asks again and again until it is so or ctx ends.
func poll(ctx context.Context, isSo func() (bool, error)) error {
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		if so, err := isSo(); so || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

// terminateAChild terminates a slow child after the run that has started it.
func terminateAChild(ctx context.Context, session *scenario.Session) (string, error) {
	job := Job{
		Catalogue:    Catalogue{Items: 6, SlowEvery: 3, Slowness: 3 * time.Second},
		Window:       3,
		ChildTimeout: 4 * time.Second,
		EventsPerRun: MinEventsPerRun,
	}
	run, err := session.Start(ctx, TaskQueue, ProcessCatalogue, job)
	if err != nil {
		return "", err
	}
	err = poll(ctx, func() (bool, error) {
		first, err := status(ctx, session, run.GetID(), run.GetRunID())
		return first == enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW.String(), err
	})
	if err != nil {
		return "", err
	}
	if err := session.Client.TerminateWorkflow(ctx, childID(run.GetID(), 2), "", "to show what becomes of its job"); err != nil {
		return "", err
	}
	return describe(ctx, run)
}

// cancelAWindow cancels a job whose children would take a minute each.
func cancelAWindow(ctx context.Context, session *scenario.Session) (string, error) {
	job := Job{Catalogue: Catalogue{Items: 100, SlowEvery: 1, Slowness: time.Minute}, Window: 4}
	run, err := session.Start(ctx, TaskQueue, ProcessCatalogue, job)
	if err != nil {
		return "", err
	}
	var ids []string
	for number := range job.Window {
		ids = append(ids, childID(run.GetID(), number))
	}
	canceled, err := cancel(ctx, session, run, ids)
	if err != nil {
		return "", err
	}
	var totals Totals
	if err := canceled.Details(&totals); err != nil {
		return "", err
	}
	for _, id := range ids {
		// A child that has reported has still to end. How it ends is in its status.
		_ = session.Client.GetWorkflow(ctx, id, "").Get(ctx, nil)
	}
	ended, err := endings(ctx, session, ids)
	return fmt.Sprintf("the parent: Canceled, with %d completed and failed %v\n%s", totals.Completed, totals.Failed, ended), err
}

// cancel cancels the run once its children run, and waits for its end.
func cancel(ctx context.Context, session *scenario.Session, run client.WorkflowRun, children []string) (*temporal.CanceledError, error) {
	if err := awaitRunning(ctx, session, children...); err != nil {
		return nil, err
	}
	if err := session.Client.CancelWorkflow(ctx, run.GetID(), ""); err != nil {
		return nil, err
	}
	err := run.Get(ctx, nil)
	var canceled *temporal.CanceledError
	if !errors.As(err, &canceled) {
		return nil, fmt.Errorf("the parent was to end as canceled: %w", err)
	}
	return canceled, nil
}

// endings words the statuses of the workflows, each after the part of its id that comes
// after the parent's.
func endings(ctx context.Context, session *scenario.Session, ids []string) (string, error) {
	var lines []string
	for _, id := range ids {
		ended, err := status(ctx, session, id, "")
		if err != nil {
			return "", err
		}
		_, name, _ := strings.Cut(id, ".")
		lines = append(lines, fmt.Sprintf("%s: %s", name, ended))
	}
	return strings.Join(lines, "\n"), nil
}

func cancelSupervision(ctx context.Context, session *scenario.Session) (string, error) {
	run, err := session.Start(ctx, TaskQueue, Supervise, 3)
	if err != nil {
		return "", err
	}
	var ids []string
	for visit := range 3 {
		ids = append(ids, fmt.Sprintf("%s.visit-%d", run.GetID(), visit))
	}
	if _, err := cancel(ctx, session, run, ids); err != nil {
		return "", err
	}
	// Nothing is waited for here: the parent has waited.
	ended, err := endings(ctx, session, ids)
	return "the parent: Canceled\n" + ended, err
}

func leaveChildren(ctx context.Context, session *scenario.Session) (string, error) {
	run, err := session.Start(ctx, TaskQueue, LeaveChildren)
	if err != nil {
		return "", err
	}
	if err := run.Get(ctx, nil); err != nil {
		return "", err
	}
	ids := []string{run.GetID() + ".terminate", run.GetID() + ".request-cancel", run.GetID() + ".abandon"}
	if err := session.Client.SignalWorkflow(ctx, ids[2], "", FinishSignal, nil); err != nil {
		return "", fmt.Errorf("the abandoned child was to run: %w", err)
	}
	for _, id := range ids {
		// How it ends is in its status.
		_ = session.Client.GetWorkflow(ctx, id, "").Get(ctx, nil)
	}
	ended, err := endings(ctx, session, ids)
	return "the parent: Completed\n" + ended, err
}

func claimOneID(ctx context.Context, session *scenario.Session) (string, error) {
	id := fmt.Sprintf("visit-%08x", rand.Uint32())
	first, err := session.Start(ctx, TaskQueue, Claim, Visit{ID: id})
	if err != nil {
		return "", err
	}
	if err := awaitRunning(ctx, session, id); err != nil {
		return "", err
	}
	second, err := session.Execute(ctx, TaskQueue, Claim, Visit{ID: id})
	if err != nil {
		return "", err
	}
	third, err := session.Start(ctx, TaskQueue, Claim, Visit{ID: id, Join: true})
	if err != nil {
		return "", err
	}
	err = poll(ctx, func() (bool, error) {
		description, err := session.Client.DescribeWorkflowExecution(ctx, third.GetID(), "")
		return len(description.GetPendingActivities()) > 0, err
	})
	if err != nil {
		return "", err
	}
	if err := session.Client.SignalWorkflow(ctx, id, "", FinishSignal, nil); err != nil {
		return "", err
	}
	firstGot, err := describe(ctx, first)
	if err != nil {
		return "", err
	}
	thirdGot, err := describe(ctx, third)
	return fmt.Sprintf("the first: %s\nthe second: %s\nthe third: %s", firstGot, second, thirdGot), err
}
