package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/childdispatch"
)

// sortNumbers starts a workflow by its Workflow Type's name with JSON, as a client that
// does not have its Go types, and reads why another one was refused.
func sortNumbers(ctx context.Context, connection client.Client, unique string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	options := client.StartWorkflowOptions{ID: "childdispatch-sort-" + unique, TaskQueue: childdispatch.TaskQueue, WorkflowExecutionTimeout: time.Minute}
	run, err := connection.ExecuteWorkflow(ctx, options, "MergeSort", json.RawMessage(`{"numbers": [5, 3, 9, 1, 12, 8], "leaf_size": 2}`))
	if err != nil {
		return fmt.Errorf("start %s: %w", options.ID, err)
	}
	var sorted []int64
	if err := run.Get(ctx, &sorted); err != nil {
		return fmt.Errorf("wait for %s: %w", options.ID, err)
	}
	fmt.Println("sorted:", sorted)

	options.ID = "childdispatch-deep-sort-" + unique
	run, err = connection.ExecuteWorkflow(ctx, options, childdispatch.MergeSort, childdispatch.Sort{Numbers: make([]int64, 65), LeafSize: 1})
	if err != nil {
		return fmt.Errorf("start %s: %w", options.ID, err)
	}
	err = run.Get(ctx, nil)
	// The type tells a caller what to do. The text is for people.
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) || failure.Type() != childdispatch.TooDeep {
		return fmt.Errorf("%s ended with %v, expected %s", options.ID, err, childdispatch.TooDeep)
	}
	fmt.Printf("refused with %s: %s\n", failure.Type(), failure.Message())
	return nil
}
