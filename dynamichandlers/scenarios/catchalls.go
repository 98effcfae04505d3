package scenarios

import (
	"context"
	"fmt"

	"go.temporal.io/sdk/client"

	"dynamicsamples/dynamichandlers"
	"dynamicsamples/internal/scenario"
)

// catchAlls are the scenarios of the workflows that collect unregistered Signals.
func catchAlls() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name:     "names-sorted",
			Input:    "send price, stock, alert, price to the catch-all that asks for waiting names",
			Expected: "alert 3\nprice 1\nprice 4\nstock 2",
			LookFor:  "the Event History has the Signals as they were sent; the result has them in the names' order",
			Run:      collect("CollectByName", dynamichandlers.Inbox{}, "price", "stock", "alert", "price"),
		},
		{
			Name:     "arrival-order",
			Input:    "send the same Signals to the catch-all that notes arrivals in an interceptor",
			Expected: "price 1\nstock 2\nalert 3\nprice 4",
			LookFor:  "the same Event History, except for the Workflow Type; the result has the order of arrival",
			Run:      collect("CollectInOrder", dynamichandlers.Inbox{}, "price", "stock", "alert", "price"),
		},
		{
			Name:     "signal-with-start",
			Input:    `start the run with the Signal "early", which is there before the workflow's code runs`,
			Expected: "early 1\nlate 2",
			LookFor:  "the second Event is the Signal",
			Run:      signalWithStart,
		},
		{
			Name:     "continue-as-new",
			Input:    "send five Signals to runs that continue as new after two messages",
			Expected: "a 1\nb 2\nc 3\na 4\nb 5",
			LookFor:  "a chain of runs; each passes its messages to the next as its input",
			Run:      collect("CollectInOrder", dynamichandlers.Inbox{Open: true, MessagesPerRun: 2}, "a", "b", "c", "a", "b"),
		},
	}
}

// collect starts a catch-all and sends the Signals, each with its number.
func collect(workflowType string, inbox dynamichandlers.Inbox, signals ...string) func(context.Context, *scenario.Session) error {
	return func(ctx context.Context, s *scenario.Session) error {
		run, err := s.Start(ctx, dynamichandlers.TaskQueue, workflowType, inbox)
		if err != nil {
			return err
		}
		for i, name := range signals {
			if err := s.Client.SignalWorkflow(ctx, run.GetID(), "", name, i+1); err != nil {
				return fmt.Errorf("send Signal %s: %w", name, err)
			}
		}
		return printCollected(ctx, s, run)
	}
}

func signalWithStart(ctx context.Context, s *scenario.Session) error {
	options := s.StartOptions(dynamichandlers.TaskQueue)
	run, err := s.Client.SignalWithStartWorkflow(ctx, options.ID, "early", 1, options, "CollectInOrder", dynamichandlers.Inbox{})
	if err != nil {
		return fmt.Errorf("Signal-With-Start: %w", err)
	}
	s.Remember(run)
	if err := s.Client.SignalWorkflow(ctx, run.GetID(), "", "late", 2); err != nil {
		return fmt.Errorf("send Signal late: %w", err)
	}
	return printCollected(ctx, s, run)
}

// printCollected opens the catch-all, closes it, and prints its messages, one a line.
func printCollected(ctx context.Context, s *scenario.Session, run client.WorkflowRun) error {
	for _, name := range []string{dynamichandlers.OpenSignal, dynamichandlers.CloseSignal} {
		if err := s.Client.SignalWorkflow(ctx, run.GetID(), "", name, nil); err != nil {
			return fmt.Errorf("send Signal %s: %w", name, err)
		}
	}
	var inbox dynamichandlers.Inbox
	if err := run.Get(ctx, &inbox); err != nil {
		return fmt.Errorf("wait for %s: %w", run.GetID(), err)
	}
	for _, message := range inbox.Messages {
		s.Printf("%s %s%s", message.Name, message.Value, message.Problem)
	}
	return nil
}
