package scenarios

import (
	"context"
	"time"

	"dynamicsamples/internal/scenario"
	"dynamicsamples/updatewithstart"
)

func endScenarios() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name:  "checkout-waits",
			Input: "check out while a slow price is being looked up, then add another item",
			Expected: `add 1 apple: 1 x 0.45 = 0.45, total 0.45
check out: 1 apple, 1 mango, total 2.44
workflow: 1 apple, 1 mango, total 2.44
add 1 bread: failed with CartClosed (not retryable)
the cart is closed`,
			LookFor: "check-out was accepted before the mango's price was known, and completed after it",
			Run:     checkOutWhileAdding,
		},
		{
			Name:  "retry-after-checkout",
			Input: "repeat two Update IDs after the cart has been checked out, one of an earlier run",
			Expected: `add 1 apple: 1 x 0.45 = 0.45, total 0.45
add 1 bread: 1 x 3.20 = 3.20, total 3.65
check out: 1 apple, 1 bread, total 3.65
add 1 apple: 1 x 0.45 = 0.45, total 0.45
add 1 bread: 1 x 3.20 = 3.20, total 3.65`,
			LookFor: "nothing happens in the closed runs: the answers come from what they have recorded",
			Run:     retryAfterCheckOut,
		},
		{
			Name:  "cancellation",
			Input: "cancel the cart while a price is being looked up, and send the same Update ID again",
			Expected: `waiting caller: failed with CartClosed (not retryable)
the cart was canceled
workflow: canceled
add 1 saffron: failed with CartClosed (not retryable)
the cart was canceled`,
			LookFor: "the Update was completed before the run was closed",
			Run: func(ctx context.Context, s *scenario.Session) error {
				return endWhileAdding(ctx, s, func(cart string) error { return s.Client.CancelWorkflow(ctx, cart, "") })
			},
		},
		{
			Name:  "cut-off",
			Input: "terminate the cart while a price is being looked up, and send the same Update ID again",
			Expected: `waiting caller: failed with AcceptedUpdateCompletedWorkflow (not retryable)
Workflow Update failed because the Workflow completed before the Update completed.
workflow: terminated
add 1 saffron: failed with CartClosed (not retryable)
the cart is closed`,
			LookFor: "an accepted Update without a completed one: nobody has answered it",
			Run: func(ctx context.Context, s *scenario.Session) error {
				return endWhileAdding(ctx, s, func(cart string) error { return s.Client.TerminateWorkflow(ctx, cart, "", "cut off") })
			},
		},
		{
			Name:  "idle-timeout",
			Input: "leave a cart alone whose idle timeout is a second, then add another item",
			Expected: `add 1 apple: 1 x 0.45 = 0.45, total 0.45
workflow: nothing, total 0.00
add 1 bread: failed with CartClosed (not retryable)
the cart is closed`,
			LookFor: "two timers: one from the start, the other for what was left of the second since the last use",
			Run:     leaveAlone,
		},
	}
}

func checkOutWhileAdding(ctx context.Context, s *scenario.Session) error {
	cart := updatewithstart.CartOptions(s.StartOptions(updatewithstart.TaskQueue).ID)
	if err := add(ctx, s, cart.ID, "first", 1, "apple"); err != nil {
		return err
	}
	if _, err := accept(ctx, s, cart, "slow", 1, "mango"); err != nil {
		return err
	}
	if err := checkOut(ctx, s, cart.ID); err != nil {
		return err
	}
	if err := printReceipt(ctx, s, cart.ID); err != nil {
		return err
	}
	if err := add(ctx, s, cart.ID, "late", 1, "bread"); err != nil {
		return err
	}
	return remember(ctx, s, cart.ID)
}

func retryAfterCheckOut(ctx context.Context, s *scenario.Session) error {
	options := s.StartOptions(updatewithstart.TaskQueue)
	_, err := s.Client.ExecuteWorkflow(ctx, options, updatewithstart.ShoppingCart, updatewithstart.Cart{RequestsPerRun: 1})
	if err != nil {
		return err
	}
	apple := func() error { return add(ctx, s, options.ID, "first", 1, "apple") }
	bread := func() error { return add(ctx, s, options.ID, "second", 1, "bread") }
	for _, do := range []func() error{apple, bread, func() error { return checkOut(ctx, s, options.ID) }, apple, bread} {
		if err := do(); err != nil {
			return err
		}
	}
	return remember(ctx, s, options.ID)
}

// endWhileAdding ends a cart while a caller is waiting for a price that is looked up for a
// second.
func endWhileAdding(ctx context.Context, s *scenario.Session, end func(cart string) error) error {
	cart := updatewithstart.CartOptions(s.StartOptions(updatewithstart.TaskQueue).ID)
	handle, err := accept(ctx, s, cart, "slow", 1, "saffron")
	if err != nil {
		return err
	}
	if err := end(cart.ID); err != nil {
		return err
	}
	if err := printPrice(ctx, s, "waiting caller", handle); err != nil {
		return err
	}
	run := s.Client.GetWorkflow(ctx, cart.ID, "")
	if err := s.PrintResult(ctx, "workflow", run); err != nil {
		return err
	}
	if err := remember(ctx, s, cart.ID); err != nil {
		return err
	}
	return add(ctx, s, cart.ID, "slow", 1, "saffron")
}

func leaveAlone(ctx context.Context, s *scenario.Session) error {
	run, err := s.Start(ctx, updatewithstart.TaskQueue, updatewithstart.ShoppingCart, updatewithstart.Cart{IdleTimeout: time.Second})
	if err != nil {
		return err
	}
	if err := add(ctx, s, run.GetID(), "first", 1, "apple"); err != nil {
		return err
	}
	if err := printReceipt(ctx, s, run.GetID()); err != nil {
		return err
	}
	return add(ctx, s, run.GetID(), "late", 1, "bread")
}
