package main

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"

	"dynamicsamples/messagepassing"
)

// signalWithStart sends a Signal to a Workflow that may be running or not, and starts it
// if it is not. The Signal is there before the Workflow's first line.
func signalWithStart(ctx context.Context, connection client.Client) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	id := uniqueID("greeting")
	run, err := connection.SignalWithStartWorkflow(ctx, id, messagepassing.ApproveSignal, messagepassing.Approval{Name: "Luis"},
		client.StartWorkflowOptions{TaskQueue: messagepassing.TaskQueue}, messagepassing.Greeting, messagepassing.GreetingInput{})
	if err != nil {
		return fmt.Errorf("signal-with-start %s: %w", id, err)
	}
	fmt.Println("started", id)
	var text string
	if err := run.Get(ctx, &text); err != nil {
		return fmt.Errorf("wait for the greeting: %w", err)
	}
	fmt.Println("result:", text)
	return nil
}
