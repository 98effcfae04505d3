package scenarios

import (
	"context"

	"go.temporal.io/sdk/client"

	"dynamicsamples/blueprint"
	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/scenario"
)

// order is the input of order.yaml with some fields changed.
func order(changes object) object {
	input := object{"id": "o-1", "sku": "lamp", "amount": 4_999, "card": "visa", "address": "home"}
	for name, each := range changes {
		input[name] = each
	}
	return input
}

func orderScenarios() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name:  "order-shipped",
			Input: "run order.yaml with a small order, which nobody has to approve",
			Expected: `{"order":"o-1","status":"shipped"}
did:
  activity fulfil/reserve
  activity fulfil/charge: 4999 cents
  activity fulfil/ship
  activity fulfil/finally/archive`,
			Run: startAndList("order", order(nil)),
		},
		{
			Name:  "order-approved",
			Input: "run order.yaml with a large order, and approve it",
			Expected: `message approve: taken by fulfil/large/approval
{"order":"o-1","status":"shipped"}
did:
  activity fulfil/reserve
  activity fulfil/charge: 25000 cents
  timer fulfil/large/approval
  activity fulfil/ship
  activity fulfil/finally/archive`,
			LookFor: "the timer of the approval was canceled when the message came",
			Run:     approveOrder,
		},
		{
			Name:  "order-not-approved",
			Input: "run order.yaml with a large order, and let the time for its approval pass",
			Expected: `{"order":"o-1","status":"cancelled, NotApproved"}
did:
  activity fulfil/reserve
  activity fulfil/charge: 25000 cents
  timer fulfil/large/approval
  activity fulfil/charge/undo
  activity fulfil/reserve/undo
  activity fulfil/catch/tell
  activity fulfil/finally/archive`,
			LookFor: "charge/undo comes before reserve/undo, and both before the customer is notified",
			Run:     startAndList("order", order(object{"amount": 25_000, "patience": "50ms"})),
		},
		{
			Name:  "order-undone",
			Input: "run order.yaml with an order to the moon, where no carrier goes",
			Expected: `{"order":"o-1","status":"cancelled, NoCarrier"}
did:
  activity fulfil/reserve
  activity fulfil/charge: 4999 cents
  activity fulfil/ship
  activity fulfil/charge/undo
  activity fulfil/reserve/undo
  activity fulfil/catch/tell
  activity fulfil/finally/archive`,
			LookFor: "what was reserved and charged is undone, the last first",
			Run:     startAndList("order", order(object{"address": "moon"})),
		},
		{
			Name:  "order-cancelled",
			Input: "cancel the run while the approval is waited for",
			Expected: `canceled
did:
  activity fulfil/reserve
  activity fulfil/charge: 25000 cents
  timer fulfil/large/approval
  activity fulfil/finally/archive
  activity fulfil/charge/undo
  activity fulfil/reserve/undo`,
			LookFor: "finally and the two undos ran after the cancellation",
			Run:     cancelOrder,
		},
		{
			Name:  "status",
			Input: "ask for the status while the approval is waited for",
			Expected: `order@1.0.0
  try fulfil: running
    activity reserve: succeeded
    activity charge: succeeded
    switch large: running
      (case 1) wait approval: running
        (on_timeout) fail give_up: pending
      (case 1) switch answer: pending
        (case 1) fail refuse: pending
    activity ship: pending
    set shipped: pending
    (catch) activity tell: pending
    (catch) set cancelled: pending
    (finally) activity archive: pending
canceled`,
			LookFor: "the current details of the run, in the Web UI, show the same",
			Run:     askForStatus,
		},
	}
}

// startLargeOrder starts an order that somebody has to approve, and waits until it asks for
// that.
func startLargeOrder(ctx context.Context, s *scenario.Session) (client.WorkflowRun, error) {
	run, err := s.Start(ctx, blueprint.TaskQueue, "order", order(object{"amount": 25_000}))
	if err != nil {
		return nil, err
	}
	return run, waitForStep(ctx, s, run, "approval")
}

func approveOrder(ctx context.Context, s *scenario.Session) error {
	run, err := startLargeOrder(ctx, s)
	if err != nil {
		return err
	}
	if err := sendMessage(ctx, s, run.GetID(), engine.NewMessage("approve", object{"approved": true, "by": "Mei"})); err != nil {
		return err
	}
	if err := s.PrintResult(ctx, "", run); err != nil {
		return err
	}
	return printCalls(ctx, s, run.GetID(), run.GetRunID())
}

func cancelOrder(ctx context.Context, s *scenario.Session) error {
	run, err := startLargeOrder(ctx, s)
	if err != nil {
		return err
	}
	if err := s.Client.CancelWorkflow(ctx, run.GetID(), ""); err != nil {
		return err
	}
	if err := s.PrintResult(ctx, "", run); err != nil {
		return err
	}
	return printCalls(ctx, s, run.GetID(), run.GetRunID())
}

func askForStatus(ctx context.Context, s *scenario.Session) error {
	run, err := startLargeOrder(ctx, s)
	if err != nil {
		return err
	}
	status, err := queryStatus(ctx, s, run)
	if err != nil {
		return err
	}
	s.Printf("%s", status.Blueprint)
	printSteps(s, status.Steps, "  ")
	if err := s.Client.CancelWorkflow(ctx, run.GetID(), ""); err != nil {
		return err
	}
	return s.PrintResult(ctx, "", run)
}
