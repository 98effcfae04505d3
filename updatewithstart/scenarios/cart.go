package scenarios

import (
	"context"
	"fmt"
	"slices"

	"go.temporal.io/sdk/client"

	"dynamicsamples/internal/scenario"
	"dynamicsamples/updatewithstart"
)

// wish is one item to add, under one Update ID.
type wish struct {
	updateID string
	quantity int
	item     string
}

// shop returns a scenario that adds the items one after the other, and shows the cart.
// Where the cart is not an empty one, it is started with it before.
func shop(cart updatewithstart.Cart, wishes ...wish) func(context.Context, *scenario.Session) error {
	return func(ctx context.Context, s *scenario.Session) error {
		options := s.StartOptions(updatewithstart.TaskQueue)
		if cart.RequestsPerRun > 0 {
			if _, err := s.Client.ExecuteWorkflow(ctx, options, updatewithstart.ShoppingCart, cart); err != nil {
				return err
			}
		}
		for _, wish := range wishes {
			if err := add(ctx, s, options.ID, wish.updateID, wish.quantity, wish.item); err != nil {
				return err
			}
		}
		if err := show(ctx, s, options.ID); err != nil {
			return err
		}
		return remember(ctx, s, options.ID)
	}
}

func cartScenarios() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name:  "lazy-start",
			Input: "add two items to a cart that nobody has started",
			Expected: `add 2 apple: 2 x 0.45 = 0.90, total 0.90
add 1 bread: 1 x 3.20 = 3.20, total 4.10
content: 2 apple, 1 bread, total 4.10, earlier runs: 0`,
			LookFor: "one run: the first item started it, and the second one found it",
			Run:     shop(updatewithstart.Cart{}, wish{"first", 2, "apple"}, wish{"second", 1, "bread"}),
		},
		{
			Name:  "rejected-item",
			Input: "begin with an item that the shop does not sell, go on with one that it does",
			Expected: `add 1 unicorn: failed with UnknownItem (not retryable)
the shop does not sell "unicorn"
add 1 apple: 1 x 0.45 = 0.45, total 0.45
content: 1 apple, total 0.45, earlier runs: 0`,
			LookFor: "the Update for the unicorn completed with a failure, and the workflow went on",
			Run:     shop(updatewithstart.Cart{}, wish{"first", 1, "unicorn"}, wish{"second", 1, "apple"}),
		},
		{
			Name:  "invalid-item",
			Input: "begin with an item that the validator rejects",
			Expected: `add 0 apple: failed with InvalidItem (not retryable)
quantity must be 1 to 1000, got 0
content: nothing, total 0.00, earlier runs: 0`,
			LookFor: "the cart is running although its first item was rejected, which is not in its Event History",
			Run:     shop(updatewithstart.Cart{}, wish{"first", 0, "apple"}),
		},
		{
			Name:  "out-of-stock",
			Input: "ask twice for two lamps at the same time, of which there are three",
			Expected: `added together: 1 x 1.99 = 1.99, total 1.99
added together: 2 x 49.99 = 99.98, total 101.97
added together: failed with OutOfStock (not retryable)
3 of "lamp" are in stock, the cart would hold 4
content: 1 mango, 2 lamp, total 101.97, earlier runs: 0`,
			LookFor: "all three are accepted before the first price is known; the lookups follow one another",
			Run:     addTogether,
		},
		{
			Name:  "price-lookup",
			Input: "add an item whose price is known at the third attempt, and one whose price never is",
			Expected: `add 1 mango: 1 x 1.99 = 1.99, total 1.99
add 1 saffron: failed with PriceUnavailable (may be retried)
the price of "saffron" cannot be looked up
content: 1 mango, total 1.99, earlier runs: 0`,
			LookFor: "the attempts of the two Activities, and that the failed one left the cart as it was",
			Run:     shop(updatewithstart.Cart{}, wish{"first", 1, "mango"}, wish{"second", 1, "saffron"}),
		},
		{
			Name:  "too-much-money",
			Input: "add two yachts, whose price together overflows an integer",
			Expected: `add 2 yacht: failed with CartFull (not retryable)
2 x 92233720368547758.07 would raise the total from 0.00 to more than 100000.00
content: nothing, total 0.00, earlier runs: 0`,
			Run: shop(updatewithstart.Cart{}, wish{"first", 2, "yacht"}),
		},
		{
			Name:  "same-update-id",
			Input: "send the same Update ID twice",
			Expected: `add 1 apple: 1 x 0.45 = 0.45, total 0.45
add 1 apple: 1 x 0.45 = 0.45, total 0.45
content: 1 apple, total 0.45, earlier runs: 0`,
			LookFor: "one Update and one Activity: the server itself answered the second time",
			Run:     shop(updatewithstart.Cart{}, wish{"only", 1, "apple"}, wish{"only", 1, "apple"}),
		},
		{
			Name:  "continue-as-new",
			Input: "use Continue-As-New after every second request, then repeat the first Update ID",
			Expected: `add 1 apple: 1 x 0.45 = 0.45, total 0.45
add 1 bread: 1 x 3.20 = 3.20, total 3.65
add 4 lamp: failed with OutOfStock (not retryable)
3 of "lamp" are in stock, the cart would hold 4
add 2 apple: 2 x 0.45 = 0.90, total 4.55
add 1 apple: 1 x 0.45 = 0.45, total 0.45
content: 3 apple, 1 bread, total 4.55, earlier runs: 2`,
			LookFor: "the input of each new run: the lines of the cart, and its answers by Update ID",
			Run: shop(updatewithstart.Cart{RequestsPerRun: 2}, wish{"first", 1, "apple"}, wish{"second", 1, "bread"},
				wish{"third", 4, "lamp"}, wish{"fourth", 2, "apple"}, wish{"first", 1, "apple"}),
		},
	}
}

// addTogether sends three items without waiting for an answer before the next request.
func addTogether(ctx context.Context, s *scenario.Session) error {
	cart := updatewithstart.CartOptions(s.StartOptions(updatewithstart.TaskQueue).ID)
	var handles []client.WorkflowUpdateHandle
	for i, wish := range []wish{{"a", 1, "mango"}, {"b", 2, "lamp"}, {"c", 2, "lamp"}} {
		handle, err := accept(ctx, s, cart, fmt.Sprintf("together-%d", i), wish.quantity, wish.item)
		if err != nil {
			return err
		}
		handles = append(handles, handle)
	}
	var prices []string
	var refusal error
	for _, handle := range handles {
		var price updatewithstart.Price
		if err := handle.Get(ctx, &price); err != nil {
			refusal = err
		} else {
			prices = append(prices, price.String())
		}
	}
	slices.Sort(prices) // the lock is not FIFO
	for _, price := range prices {
		s.Printf("added together: %s", price)
	}
	if err := s.PrintError("added together", refusal); err != nil {
		return err
	}
	if err := show(ctx, s, cart.ID); err != nil {
		return err
	}
	return remember(ctx, s, cart.ID)
}
