package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"dynamicsamples/childdispatch"
	"dynamicsamples/internal/connect"
)

// dispatchBatch runs a child for each item that has a route.
func dispatchBatch(ctx context.Context, connection client.Client, unique string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	options := client.StartWorkflowOptions{ID: "childdispatch-batch-" + unique, TaskQueue: childdispatch.TaskQueue, WorkflowExecutionTimeout: time.Minute}
	defer connect.WatchWorker(ctx, connection, options.TaskQueue, options.ID, "go run ./childdispatch/worker", os.Stderr)()

	run, err := connection.ExecuteWorkflow(ctx, options, childdispatch.Dispatch, childdispatch.Batch{Items: []childdispatch.Item{
		{ID: "cat.png", Type: "image", Size: 3000},
		{ID: "talk.mp4", Type: "video", Size: 9_000_000},
		{ID: "song.ogg", Type: "audio", Size: 3000},
	}})
	if err != nil {
		return fmt.Errorf("start %s: %w", options.ID, err)
	}
	var results []childdispatch.Result
	if err := run.Get(ctx, &results); err != nil {
		return fmt.Errorf("wait for %s: %w", options.ID, err)
	}
	failed := 0
	for _, result := range results {
		if result.Failure != nil {
			failed++
			fmt.Printf("%s failed with %s: %s\n", result.ID, result.Failure.Type, result.Failure.Reason)
			continue
		}
		fmt.Printf("%s: %s made %s\n", result.ID, result.Output.By, result.Output.Made)
	}
	if failed != 1 {
		return fmt.Errorf("%d items failed, expected 1", failed)
	}
	return nil
}

// resetBatch resets a batch to its first Workflow Task while its child runs.
func resetBatch(ctx context.Context, connection client.Client, unique string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	options := client.StartWorkflowOptions{ID: "childdispatch-reset-" + unique, TaskQueue: childdispatch.TaskQueue, WorkflowExecutionTimeout: time.Minute}
	batch := childdispatch.Batch{Items: []childdispatch.Item{{ID: "cat.png", Type: "image", Size: 3000, Delay: 2 * time.Second}}}
	run, err := connection.ExecuteWorkflow(ctx, options, childdispatch.Dispatch, batch)
	if err != nil {
		return fmt.Errorf("start %s: %w", options.ID, err)
	}
	childID := options.ID + ".000-cat.png"
	if err := awaitRunning(ctx, connection, childID); err != nil {
		return err
	}
	reset, err := connection.ResetWorkflowExecution(ctx, &workflowservice.ResetWorkflowExecutionRequest{
		Namespace:         client.DefaultNamespace,
		WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: run.GetID(), RunId: run.GetRunID()},
		// The first Workflow Task completes with the fourth Event.
		WorkflowTaskFinishEventId: 4,
		RequestId:                 "reset-" + unique,
		Reason:                    "to show what becomes of the child",
	})
	if err != nil {
		return fmt.Errorf("reset %s: %w", options.ID, err)
	}
	var results []childdispatch.Result
	// run stands for the run that was reset, and ended with that.
	if err := connection.GetWorkflow(ctx, options.ID, reset.GetRunId()).Get(ctx, &results); err != nil {
		return fmt.Errorf("wait for %s: %w", options.ID, err)
	}
	if results[0].Failure != nil {
		return fmt.Errorf("after the Reset, %s failed with %s", results[0].ID, results[0].Failure.Type)
	}
	fmt.Printf("after a Reset: %s: %s made %s\n", results[0].ID, results[0].Output.By, results[0].Output.Made)
	return nil
}

// awaitRunning waits until a Worker has worked on the child. A child starts some time
// after its parent, and until then the server does not know its ID.
func awaitRunning(ctx context.Context, connection client.Client, childID string) error {
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		description, err := connection.DescribeWorkflow(ctx, childID, "")
		var missing *serviceerror.NotFound
		switch {
		case errors.As(err, &missing):
		case err != nil:
			return fmt.Errorf("describe %s: %w", childID, err)
		case description.Status != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING:
			return fmt.Errorf("%s is %s, expected it to run", childID, description.Status)
		case description.HistoryLength >= 4:
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s to run: %w", childID, ctx.Err())
		case <-ticker.C:
		}
	}
}
