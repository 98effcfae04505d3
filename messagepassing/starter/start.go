package main

import (
	"context"
	"fmt"

	"go.temporal.io/sdk/client"

	"dynamicsamples/messagepassing"
)

// signalWithStart sends a Signal to a Workflow that may be running or not, and starts it
// if it is not. The Signal is there before the Workflow's first line.
func signalWithStart(ctx context.Context, connection client.Client) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	start := startOptions("greeting")
	run, err := connection.SignalWithStartWorkflow(ctx, start.ID, messagepassing.ApproveSignal, messagepassing.Approval{Name: "Luis"},
		start, messagepassing.Greeting, messagepassing.GreetingInput{})
	if err != nil {
		return fmt.Errorf("signal-with-start %s: %w", start.ID, err)
	}
	fmt.Println("started", run.GetID())
	return expectGreeting(ctx, run, "Hello, world (approved by Luis)")
}
