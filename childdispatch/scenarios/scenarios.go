// Package scenarios lists what the childdispatch sample shows.
package scenarios

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"dynamicsamples/childdispatch"
	"dynamicsamples/internal/scenario"
)

// Sample returns the sample with its scenarios.
func Sample() scenario.Sample {
	return scenario.Sample{
		Name:      "childdispatch",
		Idea:      "Child Workflows are chosen by data, started in any number, and started by themselves.",
		TaskQueue: childdispatch.TaskQueue,
		Options:   childdispatch.Options,
		Register:  childdispatch.Register,
		Scenarios: slices.Concat(batchScenarios(), windowScenarios(), sortScenarios(), closingScenarios()),
	}
}

// execute returns what a scenario does that starts one workflow and prints its result.
func execute(workflowType, input any) func(context.Context, *scenario.Session) error {
	return func(ctx context.Context, s *scenario.Session) error {
		run, err := s.Start(ctx, childdispatch.TaskQueue, workflowType, input)
		if err != nil {
			return err
		}
		return s.PrintResult(ctx, "", run)
	}
}

// firstTaskCompleted is the number of the Event that ends a workflow's first task.
const firstTaskCompleted = 4

// awaitRunning waits until a Worker has completed the first task of each workflow.
func awaitRunning(ctx context.Context, s *scenario.Session, ids ...string) error {
	for _, id := range ids {
		err := s.Poll(ctx, id+" to run", func() (bool, error) {
			description, err := s.Client.DescribeWorkflow(ctx, id, "")
			var missing *serviceerror.NotFound
			if errors.As(err, &missing) {
				return false, nil
			}
			return err == nil && description.HistoryLength >= firstTaskCompleted, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// runningID waits until a Worker has completed the workflow's first task, and returns the
// ID of the run.
func runningID(ctx context.Context, s *scenario.Session, id string) (string, error) {
	if err := awaitRunning(ctx, s, id); err != nil {
		return "", err
	}
	description, err := s.Client.DescribeWorkflow(ctx, id, "")
	if err != nil {
		return "", err
	}
	return description.WorkflowExecution.RunID, nil
}

// status words the status of a run, and "" as its ID means the current one.
func status(ctx context.Context, s *scenario.Session, id, runID string) (string, error) {
	description, err := s.Client.DescribeWorkflow(ctx, id, runID)
	if err != nil {
		return "", err
	}
	return description.Status.String(), nil
}

// printStatuses prints how each of the children has ended, after the part of its ID that
// is its own.
func printStatuses(ctx context.Context, s *scenario.Session, ids []string) error {
	for _, id := range ids {
		ended, err := status(ctx, s, id, "")
		if err != nil {
			return err
		}
		_, name, _ := strings.Cut(id, ".")
		s.Printf("%s: %s", name, ended)
	}
	return nil
}

// resetToFirstTask resets the run to its first Workflow Task, and returns the new run.
func resetToFirstTask(ctx context.Context, s *scenario.Session, run client.WorkflowRun) (client.WorkflowRun, error) {
	reset, err := s.Client.ResetWorkflowExecution(ctx, &workflowservice.ResetWorkflowExecutionRequest{
		Namespace:                 client.DefaultNamespace,
		WorkflowExecution:         &commonpb.WorkflowExecution{WorkflowId: run.GetID(), RunId: run.GetRunID()},
		WorkflowTaskFinishEventId: firstTaskCompleted,
		RequestId:                 run.GetRunID(),
		Reason:                    "to show what becomes of the children",
	})
	if err != nil {
		return nil, fmt.Errorf("reset %s: %w", run.GetID(), err)
	}
	again := s.Client.GetWorkflow(ctx, run.GetID(), reset.GetRunId())
	s.Remember(again)
	return again, nil
}
