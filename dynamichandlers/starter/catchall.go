package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

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
	var kept []string
	for _, message := range inbox.Messages {
		kept = append(kept, fmt.Sprintf("%s %s", message.Name, message.Value))
	}
	fmt.Println("kept:", strings.Join(kept, ", "))
	if want := []string{"price 1", "stock 2", "alert 3", "price 4"}; !slices.Equal(kept, want) {
		return fmt.Errorf("the catch-all kept %q, expected %q", kept, want)
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
