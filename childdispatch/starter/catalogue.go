package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/childdispatch"
)

// processCatalogue works through more items than run at once, and asks how far it is.
func processCatalogue(ctx context.Context, connection client.Client, unique string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	options := client.StartWorkflowOptions{ID: "childdispatch-catalogue-" + unique, TaskQueue: childdispatch.TaskQueue, WorkflowExecutionTimeout: time.Minute}
	job := childdispatch.Job{
		Catalogue: childdispatch.Catalogue{Items: 20, EmptyEvery: 10, SlowEvery: 1, Slowness: 500 * time.Millisecond},
		Window:    5,
		// Small, to see several runs. Leave it out.
		EventsPerRun: 50,
	}
	run, err := connection.ExecuteWorkflow(ctx, options, childdispatch.ProcessCatalogue, job)
	if err != nil {
		return fmt.Errorf("start %s: %w", options.ID, err)
	}
	// Without a run ID, the query goes to the current run: the job continues as new.
	answer, err := connection.QueryWorkflow(ctx, options.ID, "", childdispatch.ProgressQuery)
	if err != nil {
		return fmt.Errorf("query %s: %w", options.ID, err)
	}
	var progress childdispatch.Progress
	if err := answer.Get(&progress); err != nil {
		return fmt.Errorf("read the progress of %s: %w", options.ID, err)
	}
	if progress.InFlight > job.Window {
		return fmt.Errorf("%d children are in flight, expected at most %d", progress.InFlight, job.Window)
	}
	firstRunID := run.GetRunID()
	// Get follows the job from run to run.
	var totals childdispatch.Totals
	if err := run.Get(ctx, &totals); err != nil {
		return fmt.Errorf("wait for %s: %w", options.ID, err)
	}
	fmt.Printf("catalogue: %d completed, failed %v, in several runs: %t\n", totals.Completed, totals.Failed, run.GetRunID() != firstRunID)
	if totals.Completed != 18 || totals.Failed[childdispatch.EmptyItem] != 2 {
		return fmt.Errorf("%s has %d completed and %v failed, expected 18 and 2 empty ones", options.ID, totals.Completed, totals.Failed)
	}
	return nil
}

// cancelCatalogue cancels a job, and reads what it had done until then.
func cancelCatalogue(ctx context.Context, connection client.Client, unique string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	options := client.StartWorkflowOptions{ID: "childdispatch-canceled-" + unique, TaskQueue: childdispatch.TaskQueue, WorkflowExecutionTimeout: time.Minute}
	job := childdispatch.Job{Catalogue: childdispatch.Catalogue{Items: 100, SlowEvery: 1, Slowness: time.Minute}, Window: 3}
	run, err := connection.ExecuteWorkflow(ctx, options, childdispatch.ProcessCatalogue, job)
	if err != nil {
		return fmt.Errorf("start %s: %w", options.ID, err)
	}
	if err := awaitRunning(ctx, connection, options.ID+".item-000002"); err != nil {
		return err
	}
	if err := connection.CancelWorkflow(ctx, options.ID, ""); err != nil {
		return fmt.Errorf("cancel %s: %w", options.ID, err)
	}
	err = run.Get(ctx, nil)
	var canceled *temporal.CanceledError
	if !errors.As(err, &canceled) {
		return fmt.Errorf("%s ended with %v, expected it to be canceled", options.ID, err)
	}
	var totals childdispatch.Totals
	if err := canceled.Details(&totals); err != nil {
		return fmt.Errorf("read the totals of %s: %w", options.ID, err)
	}
	fmt.Printf("canceled catalogue: %d completed, failed %v\n", totals.Completed, totals.Failed)
	return nil
}
