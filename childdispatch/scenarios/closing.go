package scenarios

import (
	"context"
	"fmt"
	"math/rand/v2"

	"go.temporal.io/sdk/temporal"

	"dynamicsamples/childdispatch"
	"dynamicsamples/internal/scenario"
)

func closingScenarios() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name:  "cancel-reaches-all",
			Input: "cancel a parent of three children that tidy up when they are canceled",
			Expected: `the parent: Canceled
visit-0: Canceled
visit-1: Canceled
visit-2: Canceled`,
			LookFor: "the parent ended after the last child's TidyUp",
			Run:     cancelSupervision,
		},
		{
			Name:  "close-policies",
			Input: "end a parent with three children, each with another Parent Close Policy",
			Expected: `the parent: Completed
terminate: Terminated
request-cancel: Canceled
abandon: Completed`,
			LookFor: "the parent has completed before two of its children",
			Run:     leaveChildren,
		},
		{
			Name:  "id-taken",
			Input: "let three parents claim one child ID at once: the first one, one that fails, one that joins",
			Expected: `the second: failed with ChildAlreadyRunning (not retryable)
another parent's visit is under way
the first: "finished"
the third: "finished"`,
			LookFor: "StartChildWorkflowExecutionFailed in the second parent and in the third",
			Run:     claimOneID,
		},
	}
}

func cancelSupervision(ctx context.Context, s *scenario.Session) error {
	run, err := s.Start(ctx, childdispatch.TaskQueue, childdispatch.Supervise, 3)
	if err != nil {
		return err
	}
	var ids []string
	for visit := range 3 {
		ids = append(ids, fmt.Sprintf("%s.visit-%d", run.GetID(), visit))
	}
	if err := awaitRunning(ctx, s, ids...); err != nil {
		return err
	}
	if err := s.Client.CancelWorkflow(ctx, run.GetID(), ""); err != nil {
		return err
	}
	if err := run.Get(ctx, nil); !temporal.IsCanceledError(err) {
		return fmt.Errorf("the parent ended with %v, expected it to be canceled", err)
	}
	// The children are not waited for here: the parent has waited.
	s.Printf("the parent: Canceled")
	return printStatuses(ctx, s, ids)
}

func leaveChildren(ctx context.Context, s *scenario.Session) error {
	run, err := s.Start(ctx, childdispatch.TaskQueue, childdispatch.LeaveChildren)
	if err != nil {
		return err
	}
	if err := run.Get(ctx, nil); err != nil {
		return err
	}
	ids := []string{run.GetID() + ".terminate", run.GetID() + ".request-cancel", run.GetID() + ".abandon"}
	if err := s.Client.SignalWorkflow(ctx, ids[2], "", childdispatch.FinishSignal, nil); err != nil {
		return fmt.Errorf("signal the abandoned child: %w", err)
	}
	for _, id := range ids {
		// How it ends is in its status.
		_ = s.Client.GetWorkflow(ctx, id, "").Get(ctx, nil)
	}
	s.Printf("the parent: Completed")
	return printStatuses(ctx, s, ids)
}

func claimOneID(ctx context.Context, s *scenario.Session) error {
	id := fmt.Sprintf("visit-%08x", rand.Uint32())
	first, err := s.Start(ctx, childdispatch.TaskQueue, childdispatch.Claim, childdispatch.Visit{ID: id})
	if err != nil {
		return err
	}
	if err := awaitRunning(ctx, s, id); err != nil {
		return err
	}
	second, err := s.Start(ctx, childdispatch.TaskQueue, childdispatch.Claim, childdispatch.Visit{ID: id})
	if err != nil {
		return err
	}
	third, err := s.Start(ctx, childdispatch.TaskQueue, childdispatch.Claim, childdispatch.Visit{ID: id, Join: true})
	if err != nil {
		return err
	}
	if err := s.PrintResult(ctx, "the second", second); err != nil {
		return err
	}
	err = s.Poll(ctx, "the third to wait", func() (bool, error) {
		description, err := s.Client.DescribeWorkflow(ctx, third.GetID(), "")
		return err == nil && len(description.RawResponse.GetPendingActivities()) > 0, err
	})
	if err != nil {
		return err
	}
	if err := s.Client.SignalWorkflow(ctx, id, "", childdispatch.FinishSignal, nil); err != nil {
		return err
	}
	if err := s.PrintResult(ctx, "the first", first); err != nil {
		return err
	}
	return s.PrintResult(ctx, "the third", third)
}
