package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/dynamicworkflow"
	"dynamicsamples/internal/payload"
)

// makeMistake starts what the catch-all refuses. The start itself succeeds: the server
// knows no Workflow Types. The failure's type says what the caller must change.
func makeMistake(ctx context.Context, connection client.Client, workflowType, expected string) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	start := client.StartWorkflowOptions{
		ID:                       fmt.Sprintf("mistake-%08x", rand.Uint32()),
		TaskQueue:                dynamicworkflow.TaskQueue,
		WorkflowExecutionTimeout: timeout,
	}
	run, err := connection.ExecuteWorkflow(ctx, start, workflowType, 7)
	if err != nil {
		return fmt.Errorf("start %s: %w", workflowType, err)
	}
	err = run.Get(ctx, nil)
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) {
		return fmt.Errorf("wait for %s: expected a typed failure, got %v", workflowType, err)
	}
	switch failure.Type() {
	case dynamicworkflow.UnknownWorkflowType:
		fmt.Printf("%s: no such type: %s\n", workflowType, failure.Message())
	case payload.InvalidArguments, dynamicworkflow.InvalidName:
		fmt.Printf("%s: wrong arguments: %s\n", workflowType, failure.Message())
	default:
		return fmt.Errorf("wait for %s: %w", workflowType, err)
	}
	if failure.Type() != expected {
		return fmt.Errorf("wait for %s: expected a failure of type %s, got %s", workflowType, expected, failure.Type())
	}
	return nil
}
