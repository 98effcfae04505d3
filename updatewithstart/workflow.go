// Package updatewithstart shows workflows that their first caller brings to life.
// Update-with-start asks the server in one request to start a workflow unless it
// runs, and to hand it an update; the caller waits for the update's answer only. A
// shopping cart is started so by its first item, answers each item with a price or a
// typed reason, and goes on from run to run without losing or doubling an item. An
// order is started so for its early answer: accepted or not, long before it has been
// shipped.
package updatewithstart

import (
	"fmt"

	"go.temporal.io/sdk/workflow"
)

// Names of the updates and the query of ShoppingCart.
const (
	// AddItemUpdate takes an AddItem and returns a Price.
	AddItemUpdate = "add-item"
	// CheckOutUpdate takes nothing and returns a Receipt.
	CheckOutUpdate = "check-out"
	// ContentQuery takes nothing and returns a Cart.
	ContentQuery = "content"
)

// ShoppingCart is one cart until it is checked out, and returns what was bought. Its
// input is empty at first, and then what the run before hands over. It fails with an
// ApplicationError of type InvalidCart for any other.
func ShoppingCart(ctx workflow.Context, handedOver Cart) (Receipt, error) {
	cart := &shoppingCart{content: handedOver, lock: workflow.NewMutex(ctx)}
	invalid := handedOver.check()
	// The update that started this run is waiting already, and is let in as soon as
	// its handler is there: by then the state must be complete, and the verdict on it.
	cart.leaving = invalid
	if err := cart.registerHandlers(ctx); err != nil {
		return Receipt{}, err
	}
	if invalid != nil {
		// Returned as it is: wrapped by fmt.Errorf, the failure would lose its type.
		return Receipt{}, invalid
	}
	return cart.run(ctx)
}

// shoppingCart is one run of a cart.
type shoppingCart struct {
	content Cart
	// lock is held by the one request that changes the content.
	lock workflow.Mutex
	// leaving is why this run takes no more requests, or nil while it does.
	leaving error
	// checkingOut is set while a checkout is under way, and after it.
	checkingOut bool
	// adding counts the requests that may still change the content.
	adding int
	// handled counts the requests of this run.
	handled int
	// receipt is set once the cart has been checked out.
	receipt *Receipt
}

func (c *shoppingCart) registerHandlers(ctx workflow.Context) error {
	err := workflow.SetQueryHandlerWithOptions(ctx, ContentQuery, func() (Cart, error) { return c.content, nil },
		workflow.QueryHandlerOptions{Description: "What the cart holds, and whom it has answered."})
	if err != nil {
		return fmt.Errorf("register query %s: %w", ContentQuery, err)
	}
	err = workflow.SetUpdateHandlerWithOptions(ctx, CheckOutUpdate, c.checkOut, workflow.UpdateHandlerOptions{
		Validator:   c.validateCheckOut,
		Description: "Buy what the cart holds.",
	})
	if err != nil {
		return fmt.Errorf("register update %s: %w", CheckOutUpdate, err)
	}
	err = workflow.SetUpdateHandlerWithOptions(ctx, AddItemUpdate, c.addItem, workflow.UpdateHandlerOptions{
		Validator:   c.validateAddItem,
		Description: "Add pieces of an item and learn their price.",
	})
	if err != nil {
		return fmt.Errorf("register update %s: %w", AddItemUpdate, err)
	}
	return nil
}

// run waits until the cart is checked out, cancelled, or long enough for a new run,
// and leaves no request without an answer.
func (c *shoppingCart) run(ctx workflow.Context) (Receipt, error) {
	// Its only error is the cancellation, which ctx knows as well, and later too.
	_ = workflow.Await(ctx, func() bool { return c.receipt != nil || c.isLong(ctx) })
	// Were requests still let in, a busy cart would never be done with them.
	c.leaving = reasonToLeave(ctx)
	if err := finishHandlers(ctx); err != nil {
		return Receipt{}, err
	}
	switch {
	case c.receipt != nil: // also when cancelled since: the caller has been told
		return *c.receipt, nil
	case ctx.Err() != nil: // maybe during the wait; a new run would not know of it
		return Receipt{}, ctx.Err()
	default:
		c.content.EarlierRuns++
		return Receipt{}, workflow.NewContinueAsNewError(ctx, ShoppingCart, c.content)
	}
}

// isLong reports whether the cart should go on in a new run.
func (c *shoppingCart) isLong(ctx workflow.Context) bool {
	limit := c.content.RequestsPerRun
	if limit == 0 {
		limit = DefaultRequestsPerRun
	}
	return c.handled >= limit || workflow.GetInfo(ctx).GetContinueAsNewSuggested()
}

// refusal is what new requests are told, or nil while the cart takes them.
func (c *shoppingCart) refusal() error {
	if c.checkingOut {
		return refuse(CartClosed, "the cart is checked out")
	}
	return c.leaving
}

func reasonToLeave(ctx workflow.Context) error {
	if ctx.Err() != nil {
		return cancellation()
	}
	return refuse(CartBusy, "the cart is about to go on in a new run: send the same update id again")
}

// finishHandlers waits for the answer to every update that has been let in, also
// when the workflow has been cancelled.
func finishHandlers(ctx workflow.Context) error {
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	return workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) })
}

func cancellation() error { return refuse(CartClosed, "the cart was cancelled") }
