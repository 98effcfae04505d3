package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/childdispatch"
)

// claimVisit lets two parents claim the same child, whose ID is a business key.
func claimVisit(ctx context.Context, connection client.Client, unique string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	visit := childdispatch.Visit{ID: "visit-" + unique}
	options := client.StartWorkflowOptions{ID: "childdispatch-claim-" + unique, TaskQueue: childdispatch.TaskQueue, WorkflowExecutionTimeout: time.Minute}
	first, err := connection.ExecuteWorkflow(ctx, options, childdispatch.Claim, visit)
	if err != nil {
		return fmt.Errorf("start %s: %w", options.ID, err)
	}
	if err := awaitRunning(ctx, connection, visit.ID); err != nil {
		return err
	}

	options.ID = "childdispatch-second-claim-" + unique
	second, err := connection.ExecuteWorkflow(ctx, options, childdispatch.Claim, visit)
	if err != nil {
		return fmt.Errorf("start %s: %w", options.ID, err)
	}
	err = second.Get(ctx, nil)
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) || failure.Type() != childdispatch.ChildAlreadyRunning {
		return fmt.Errorf("%s ended with %v, expected %s", options.ID, err, childdispatch.ChildAlreadyRunning)
	}
	fmt.Printf("the second claim failed with %s\n", failure.Type())

	if err := connection.SignalWorkflow(ctx, visit.ID, "", childdispatch.FinishSignal, nil); err != nil {
		return fmt.Errorf("signal %s: %w", visit.ID, err)
	}
	var result string
	if err := first.Get(ctx, &result); err != nil {
		return fmt.Errorf("wait for %s: %w", first.GetID(), err)
	}
	fmt.Println("the first claim:", result)

	// A workflow that is closed receives nothing more.
	err = connection.SignalWorkflow(ctx, visit.ID, "", childdispatch.FinishSignal, nil)
	var closed *serviceerror.NotFound
	if !errors.As(err, &closed) {
		return fmt.Errorf("a Signal to the closed %s returned %v, expected NotFound", visit.ID, err)
	}
	fmt.Println("a Signal to the closed child:", closed.Message)
	return nil
}
