package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"dynamicsamples/dynamichandlers"
	"dynamicsamples/internal/connect"
)

// catchAll sends Signals that nobody registered, the first of them with the start.
func catchAll(ctx context.Context, connection client.Client) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	start := client.StartWorkflowOptions{
		ID:                       fmt.Sprintf("inbox-%08x", rand.Uint32()),
		TaskQueue:                dynamichandlers.TaskQueue,
		WorkflowExecutionTimeout: timeout,
	}
	defer connect.WatchWorker(ctx, connection, start.TaskQueue, start.ID, "go run ./dynamichandlers/worker", os.Stderr)()
	run, err := connection.SignalWithStartWorkflow(ctx, start.ID, "price", 1, start, dynamichandlers.CollectInOrder, dynamichandlers.Inbox{Open: true})
	if err != nil {
		return fmt.Errorf("start the catch-all with a Signal: %w", err)
	}
	for i, name := range []string{"stock", "alert", "price", dynamichandlers.CloseSignal} {
		if err := connection.SignalWorkflow(ctx, start.ID, "", name, i+2); err != nil {
			return fmt.Errorf("send Signal %s: %w", name, err)
		}
	}
	var inbox dynamichandlers.Inbox
	if err := run.Get(ctx, &inbox); err != nil {
		return fmt.Errorf("wait for the catch-all: %w", err)
	}
	for _, message := range inbox.Messages {
		fmt.Printf("kept: %s %s\n", message.Name, message.Value)
	}

	// The run has ended, so that nothing can receive the Signal.
	err = connection.SignalWorkflow(ctx, start.ID, "", "late", nil)
	var closed *serviceerror.NotFound
	if !errors.As(err, &closed) {
		return fmt.Errorf("send a Signal to a closed run: expected NotFound, got %v", err)
	}
	fmt.Println("late: not delivered, the run has ended")
	return nil
}
