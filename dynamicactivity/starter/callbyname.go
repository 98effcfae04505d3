package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/dynamicactivity"
	"dynamicsamples/internal/payload"
)

// callByName starts a workflow that calls one Activity by a name that nobody
// registered. The Activity's failure is the cause of the workflow's, so that a
// caller can still see its type.
func callByName(ctx context.Context, connection client.Client, activityName string, served bool) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	start := client.StartWorkflowOptions{
		ID:                       fmt.Sprintf("call-%08x", rand.Uint32()),
		TaskQueue:                dynamicactivity.TaskQueue,
		WorkflowExecutionTimeout: timeout,
	}
	arguments := []any{dynamicactivity.Record{"country": "JP"}}
	run, err := connection.ExecuteWorkflow(ctx, start, dynamicactivity.CallByName, activityName, arguments)
	if err != nil {
		return fmt.Errorf("start CallByName: %w", err)
	}
	var record dynamicactivity.Record
	err = run.Get(ctx, &record)
	if (err == nil) != served {
		return fmt.Errorf("CallByName of %s: expected that it is served: %t, got %v", activityName, served, err)
	}
	var failure *temporal.ApplicationError
	switch {
	case err == nil:
		fmt.Printf("%s: %v\n", activityName, record)
	case !errors.As(err, &failure):
		return fmt.Errorf("wait for CallByName: %w", err)
	case failure.Type() == dynamicactivity.UnknownActivity:
		fmt.Printf("%s: no such Activity: %s\n", activityName, failure.Message())
	case failure.Type() == payload.InvalidArguments:
		fmt.Printf("%s: wrong arguments: %s\n", activityName, failure.Message())
	default:
		return fmt.Errorf("wait for CallByName: %w", err)
	}
	return nil
}
