// Package updatewithstart shows Workflow Executions that their first caller starts.
// With Update-with-Start, one request asks the server to start a Workflow Execution
// unless it is running, and to send it an Update; the caller waits for the Update's
// answer only. A shopping cart is started by its first item, answers each item with a
// price or a typed reason, and uses Continue-As-New without losing or doubling an item.
// An order is started for its early answer: accepted or not, long before it is shipped.
package updatewithstart

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"
)

// Names of the messages of ShoppingCart.
const (
	// AddItemUpdate takes an AddItem and returns a Price.
	AddItemUpdate = "add-item"
	// CheckOutUpdate takes nothing and returns a Receipt.
	CheckOutUpdate = "check-out"
	// ContentQuery takes nothing and returns a Cart.
	ContentQuery = "content"
	// KeepOpenSignal takes nothing, and counts as a use of the cart.
	KeepOpenSignal = "keep-open"
)

// ShoppingCart is one cart until it is checked out, and returns what was bought, which
// is nothing when nobody used it for its idle timeout. Its input is empty at first, and
// the state of the run before it after Continue-As-New. Any other input fails with an
// ApplicationError of type InvalidCart.
func ShoppingCart(ctx workflow.Context, content Cart) (Receipt, error) {
	cart := &shoppingCart{lock: workflow.NewMutex(ctx), lastUsed: workflow.Now(ctx)}
	invalid := content.check()
	if invalid == nil {
		cart.content = content // nobody is answered from what is not valid
	}
	// The Update that started this run is waiting already, and is let in as soon as
	// its handler is registered: by then the state must be complete.
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
	// checkingOut is set while a checkout is waiting.
	checkingOut bool
	// adding counts the requests that may still change the content.
	adding int
	// handled counts the messages of this run, those that are repeated included.
	handled  int
	lastUsed time.Time
	// receipt is set once the cart has been checked out.
	receipt *Receipt
	// expired is set once the cart has been idle for too long.
	expired bool
}

func (c *shoppingCart) registerHandlers(ctx workflow.Context) error {
	err := workflow.SetQueryHandlerWithOptions(ctx, ContentQuery, func() (Cart, error) { return c.content, nil },
		workflow.QueryHandlerOptions{Description: "What the cart holds, and which requests it has answered."})
	if err != nil {
		return fmt.Errorf("register query %s: %w", ContentQuery, err)
	}
	workflow.Go(ctx, c.receiveKeepOpen)
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

func (c *shoppingCart) receiveKeepOpen(ctx workflow.Context) {
	signals := workflow.GetSignalChannelWithOptions(ctx, KeepOpenSignal,
		workflow.SignalChannelOptions{Description: "Keep the cart open although nothing is added."})
	for signals.Receive(ctx, nil) {
		c.noteRequest(ctx)
	}
}

// noteRequest counts a repeated request as well: it is in the Event History, too.
func (c *shoppingCart) noteRequest(ctx workflow.Context) {
	c.handled++
	c.lastUsed = workflow.Now(ctx)
}

// run waits until this run must end, and leaves no request without an answer.
func (c *shoppingCart) run(ctx workflow.Context) (Receipt, error) {
	// Were requests still accepted, a busy cart would never be done with them.
	c.leaving = c.awaitEnd(ctx)
	finishHandlers(ctx)
	switch {
	case c.receipt != nil: // also when canceled since: the caller has the receipt
		return *c.receipt, nil
	case ctx.Err() != nil: // maybe during the wait; a new run would not know of it
		return Receipt{}, ctx.Err()
	case c.expired:
		return Receipt{}, nil
	default:
		c.content.EarlierRuns++
		return Receipt{}, workflow.NewContinueAsNewError(ctx, ShoppingCart, c.content)
	}
}

// awaitEnd waits until the cart is checked out, canceled, idle for too long, or long
// enough for a new run. It returns what requests that come later are answered.
func (c *shoppingCart) awaitEnd(ctx workflow.Context) error {
	for {
		// One timer at a time. A new one for each request would be two Events more.
		timer := workflow.NewTimerWithOptions(ctx, c.content.idleTimeout()-c.idleFor(ctx), workflow.TimerOptions{Summary: "idle"})
		// The only error is the cancellation, which ctx reports as well, and later too.
		_ = workflow.Await(ctx, func() bool { return c.receipt != nil || c.isLong(ctx) || timer.IsReady() })
		switch {
		case ctx.Err() != nil:
			return cancellation()
		case c.receipt != nil:
			return nil // refusal knows it, and earlier
		case c.isLong(ctx):
			return refuse(CartBusy, "the cart is about to Continue-As-New: send the same Update ID again")
		case c.idleFor(ctx) >= c.content.idleTimeout():
			c.expired = true
			return refuse(CartClosed, "the cart was idle for %s", c.content.idleTimeout())
		}
	}
}

// isLong reports whether the cart should use Continue-As-New.
func (c *shoppingCart) isLong(ctx workflow.Context) bool {
	return c.handled >= c.content.requestsPerRun() || workflow.GetInfo(ctx).GetContinueAsNewSuggested()
}

// idleFor returns how long nothing has happened.
func (c *shoppingCart) idleFor(ctx workflow.Context) time.Duration {
	if c.adding > 0 {
		return 0
	}
	return workflow.Now(ctx).Sub(c.lastUsed)
}

// refusal is what new requests are answered, or nil while the cart takes them. A request
// that comes in the same Workflow Task as the checkout must see it, too.
func (c *shoppingCart) refusal() error {
	if c.receipt != nil || c.checkingOut {
		return refuse(CartClosed, "the cart is checked out")
	}
	return c.leaving
}

func cancellation() error { return refuse(CartClosed, "the cart was canceled") }
