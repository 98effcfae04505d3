package updatewithstart

import (
	"time"

	enumspb "go.temporal.io/api/enums/v1"

	"dynamicsamples/internal/scenario"
)

// Sample returns what the starter shows.
func Sample() scenario.Sample {
	return scenario.Sample{
		Name:      "updatewithstart",
		Idea:      "The first caller starts the workflow, in the same request with which it asks it for something.",
		TaskQueue: TaskQueue,
		RunWorker: RunWorker,
		Scenarios: append(cartScenarios(), orderScenarios()...),
	}
}

func cartScenarios() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name: "lazy-start",
			Asks: "add two items to a cart that nobody has started",
			Wants: `add 2 apple: 2 x 0.45 = 0.90, total 0.90
add 1 bread: 1 x 3.20 = 3.20, total 4.10
the cart holds: 2 apple, 1 bread, total 4.10, earlier runs: 0`,
			LookFor: "one run: the first item started it, and the second one found it",
			Run:     visit(add("first", 2, "apple"), add("second", 1, "bread"), show),
		},
		{
			Name: "rejected-item",
			Asks: "begin with an item that the shop does not sell, go on with one that it does",
			Wants: `add 1 unicorn: UnknownItem, the shop does not sell "unicorn"
add 1 apple: 1 x 0.45 = 0.45, total 0.45
the cart holds: 1 apple, total 0.45, earlier runs: 0`,
			LookFor: "the update for the unicorn completed with a failure, and the workflow went on",
			Run:     visit(add("first", 1, "unicorn"), add("second", 1, "apple"), show),
		},
		{
			Name: "invalid-item",
			Asks: "begin with an item of which the validator can tell that it is wrong",
			Wants: `add 0 apple: InvalidItem, quantity must be 1 to 1000, got 0
the cart holds: nothing, total 0.00, earlier runs: 0`,
			LookFor: "the cart runs although its first item was refused; its history has no trace of it",
			Run:     visit(add("first", 0, "apple"), show),
		},
		{
			Name: "out-of-stock",
			Asks: "ask twice for two lamps at the same time, of which there are three",
			Wants: `added together: 1 x 1.99 = 1.99, total 1.99
added together: 2 x 49.99 = 99.98, total 101.97
added together: OutOfStock, 3 of "lamp" are in stock, the cart would hold 4
the cart holds: 1 mango, 2 lamp, total 101.97, earlier runs: 0`,
			LookFor: "all three are accepted before the first price is known; the lookups follow one another",
			Run:     visit(addTogether(AddItem{"mango", 1}, AddItem{"lamp", 2}, AddItem{"lamp", 2}), show),
		},
		{
			Name: "price-lookup",
			Asks: "add an item whose price is known at the third attempt, and one whose price never is",
			Wants: `add 1 mango: 1 x 1.99 = 1.99, total 1.99
add 1 saffron: PriceUnavailable, the price of "saffron" cannot be looked up
the cart holds: 1 mango, total 1.99, earlier runs: 0`,
			LookFor: "the attempts of the two activities, and that the failed one left the cart as it was",
			Run:     visit(add("first", 1, "mango"), add("second", 1, "saffron"), show),
		},
		{
			Name: "too-much-money",
			Asks: "add two yachts, whose price together does not fit into an integer",
			Wants: `add 2 yacht: CartFull, 2 x 92233720368547758.07 would raise the total from 0.00 to more than 100000.00
the cart holds: nothing, total 0.00, earlier runs: 0`,
			Run: visit(add("first", 2, "yacht"), show),
		},
		{
			Name: "same-update-id",
			Asks: "send the same update id twice",
			Wants: `add 1 apple: 1 x 0.45 = 0.45, total 0.45
add 1 apple: 1 x 0.45 = 0.45, total 0.45
the cart holds: 1 apple, total 0.45, earlier runs: 0`,
			LookFor: "one update and one activity: the server itself answered the second time",
			Run:     visit(add("only", 1, "apple"), add("only", 1, "apple"), show),
		},
		{
			Name: "continue-as-new",
			Asks: "go on in a new run after every second request, then repeat the first update id",
			Wants: `add 1 apple: 1 x 0.45 = 0.45, total 0.45
add 1 bread: 1 x 3.20 = 3.20, total 3.65
add 4 lamp: OutOfStock, 3 of "lamp" are in stock, the cart would hold 4
add 2 apple: 2 x 0.45 = 0.90, total 4.55
add 1 apple: 1 x 0.45 = 0.45, total 0.45
the cart holds: 3 apple, 1 bread, total 4.55, earlier runs: 2`,
			LookFor: "the input of each new run: the lines of the cart, and its answers by update id",
			Run: visitWith(Cart{RequestsPerRun: 2}, add("first", 1, "apple"), add("second", 1, "bread"),
				add("third", 4, "lamp"), add("fourth", 2, "apple"), add("first", 1, "apple"), show),
		},
		{
			Name: "checkout-waits",
			Asks: "check out while a slow price is being looked up, then add another item",
			Wants: `add 1 apple: 1 x 0.45 = 0.45, total 0.45
check out: 1 apple, 1 mango, total 2.44
the workflow: 1 apple, 1 mango, total 2.44
add 1 bread: CartClosed, the cart is closed`,
			LookFor: "check-out was accepted before the mango's price was known, and completed after it",
			Run:     visit(add("first", 1, "apple"), sendSlow, checkOut, sayResult, add("late", 1, "bread")),
		},
		{
			Name: "late-retry",
			Asks: "repeat two update ids after the cart has been checked out, one of an earlier run",
			Wants: `add 1 apple: 1 x 0.45 = 0.45, total 0.45
add 1 bread: 1 x 3.20 = 3.20, total 3.65
check out: 1 apple, 1 bread, total 3.65
add 1 apple: 1 x 0.45 = 0.45, total 0.45
add 1 bread: 1 x 3.20 = 3.20, total 3.65`,
			LookFor: "nothing happens in the closed runs: the answers come from what they have recorded",
			Run: visitWith(Cart{RequestsPerRun: 1}, add("first", 1, "apple"), add("second", 1, "bread"), checkOut,
				add("first", 1, "apple"), add("second", 1, "bread")),
		},
		{
			Name: "cancellation",
			Asks: "cancel the cart while a price is being looked up",
			Wants: `the waiting caller: CartClosed, the cart was canceled
the workflow: canceled`,
			LookFor: "the update was completed before the run was closed",
			Run:     visit(cancelWhileWaiting, sayResult),
		},
		{
			Name: "policies",
			Asks: "use the other conflict and reuse policies on a running cart and on a closed one",
			Wants: `nothing runs, Fail: 1 x 0.45 = 0.45, total 0.45
running, Fail: already started
running, UseExisting: 1 x 0.45 = 0.45, total 0.90
running, TerminateExisting: 1 x 0.45 = 0.45, total 0.45
check out: 1 apple, total 0.45
closed, RejectDuplicate: already started
closed, AllowDuplicateFailedOnly: already started
closed, AllowDuplicate: 1 x 0.45 = 0.45, total 0.45`,
			LookFor: "three runs under one id: one terminated, one checked out, one begun anew",
			Run: visit(
				addWith("nothing runs, Fail", enumspb.WORKFLOW_ID_CONFLICT_POLICY_FAIL, enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE),
				addWith("running, Fail", enumspb.WORKFLOW_ID_CONFLICT_POLICY_FAIL, enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE),
				addWith("running, UseExisting", enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING, enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE),
				addWith("running, TerminateExisting", enumspb.WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING, enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE),
				checkOut,
				addWith("closed, RejectDuplicate", enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING, enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE),
				addWith("closed, AllowDuplicateFailedOnly", enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING, enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY),
				addWith("closed, AllowDuplicate", enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING, enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE),
			),
		},
		{
			Name: "single-use",
			Asks: "use one operation twice, and wait for the result of one that has failed",
			Wants: `the first use: 1 x 0.45 = 0.45, total 0.45
the second use: invalid WithStartWorkflowOperation: was already executed
an operation that fails: already started
its result: context deadline exceeded`,
			LookFor: "one update: the other two requests never reached the workflow",
			Run:     visit(useTwice, awaitFailed),
		},
	}
}

func orderScenarios() []scenario.Scenario {
	order := Order{Number: "1", Total: 4_10, Card: "visa", Address: "home", Packing: 2 * time.Second}
	uncovered, undeliverable := order, order
	uncovered.Card = EmptyCard
	undeliverable.Address, undeliverable.Packing = RemoteAddress, 0
	return []scenario.Scenario{
		{
			Name: "early-return",
			Asks: "place an order, twice, and learn that it is accepted long before it is shipped",
			Wants: `the early answer: order 1, 4.10 reserved
the workflow then: Running
the early answer: order 1, 4.10 reserved
the late answer: order 1, shipped by parcel-post`,
			LookFor: "the update completed with the first workflow task; the timer and the shipping came after",
			Run:     visit(placeOrder(order), sayStatus, placeOrder(order), sayShipment),
		},
		{
			Name: "early-refusal",
			Asks: "place an order with a card that does not cover it",
			Wants: `the early answer: CardDeclined, the card does not cover 4.10
the late answer: CardDeclined, the card does not cover 4.10`,
			LookFor: "the workflow failed, but not before the update was answered",
			Run:     visit(placeOrder(uncovered), sayShipment),
		},
		{
			Name: "late-failure",
			Asks: "place an order that is accepted, but cannot be shipped",
			Wants: `the early answer: order 1, 4.10 reserved
the late answer: NoCarrier, no carrier delivers to the-moon`,
			LookFor: "after the shipping has failed, the amount is released",
			Run:     visit(placeOrder(undeliverable), sayShipment),
		},
	}
}
