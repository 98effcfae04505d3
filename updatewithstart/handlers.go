package updatewithstart

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// validateAddItem rejects what needs no price to be refused. It changes nothing: it
// does not run on replay, and what it rejects is not in the Event History.
func (c *shoppingCart) validateAddItem(ctx workflow.Context, added AddItem) error {
	updateID := workflow.GetCurrentUpdateInfo(ctx).ID
	if _, answered := c.content.answerTo(updateID); answered {
		return nil // a retry gets its answer, whatever state the cart is in by now
	}
	if err := c.refusal(); err != nil {
		return err
	}
	if len(updateID) > MaxUpdateIDLength {
		return refuse(InvalidItem, "the Update ID must have at most %d bytes, got %d", MaxUpdateIDLength, len(updateID))
	}
	return added.check()
}

// addItem answers one request, once. Within a run the server answers a repeated
// Update ID by itself; after Continue-As-New only the cart can.
func (c *shoppingCart) addItem(ctx workflow.Context, added AddItem) (Price, error) {
	c.noteRequest(ctx)
	updateID := workflow.GetCurrentUpdateInfo(ctx).ID
	if answer, answered := c.content.answerTo(updateID); answered {
		return answer.tell()
	}
	c.adding++
	defer func() {
		c.adding--
		c.lastUsed = workflow.Now(ctx)
	}()
	// Looking the price up yields. Without the lock, two requests would both find
	// room and stock for what only one of them can have.
	if c.lock.Lock(ctx) != nil {
		return Price{}, cancellation()
	}
	defer c.lock.Unlock()
	price, err := c.addPriced(ctx, added)
	c.content.Answers = c.content.remembering(newAnswer(updateID, price, err))
	return price, err
}

// addPriced changes the cart in its last line, when nothing can fail anymore.
func (c *shoppingCart) addPriced(ctx workflow.Context, added AddItem) (Price, error) {
	if err := c.content.checkRoom(added); err != nil {
		return Price{}, err
	}
	enquiry := Enquiry{Item: added.Item, Quantity: c.content.quantityOf(added.Item) + added.Quantity}
	unitPrice, err := lookUpPrice(ctx, enquiry)
	if err != nil {
		return Price{}, err
	}
	lines, price, err := c.content.with(added, unitPrice)
	if err != nil {
		return Price{}, err
	}
	c.content.Lines = lines
	return price, nil
}

// lookUpPrice tries a few times, for a few seconds: a person is waiting.
func lookUpPrice(ctx workflow.Context, enquiry Enquiry) (Cents, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout:    2 * time.Second,
		ScheduleToCloseTimeout: 20 * time.Second,
		RetryPolicy:            &temporal.RetryPolicy{InitialInterval: 100 * time.Millisecond, BackoffCoefficient: 2, MaximumAttempts: 4},
		Summary:                fmt.Sprintf("price of %q, stock of %d", enquiry.Item, enquiry.Quantity),
	})
	var unitPrice Cents
	err := workflow.ExecuteActivity(ctx, Catalog{}.LookUpPrice, enquiry).Get(ctx, &unitPrice)
	if err != nil {
		return 0, reasonFor(enquiry, err)
	}
	if unitPrice < 0 {
		return 0, refuse(PriceUnavailable, "the price of %q must not be negative, got %s", enquiry.Item, unitPrice)
	}
	return unitPrice, nil
}

// reasonFor returns what the caller gets when there is no price.
func reasonFor(enquiry Enquiry, err error) error {
	var refused *temporal.ApplicationError
	switch {
	case temporal.IsCanceledError(err):
		return cancellation()
	case errors.As(err, &refused) && refused.NonRetryable():
		return failure(refused.Type(), refused.Message())
	default:
		return refuse(PriceUnavailable, "the price of %q cannot be looked up", enquiry.Item)
	}
}

func newAnswer(updateID string, price Price, err error) Answer {
	answer := Answer{UpdateID: updateID, Price: price}
	var refused *temporal.ApplicationError
	if errors.As(err, &refused) {
		answer.FailureType, answer.Failure = refused.Type(), refused.Message()
	}
	return answer
}

// tell gives the answer again.
func (a Answer) tell() (Price, error) {
	if a.FailureType != "" {
		return Price{}, failure(a.FailureType, a.Failure)
	}
	return a.Price, nil
}

func messageOf(err error) string {
	var refused *temporal.ApplicationError
	if errors.As(err, &refused) {
		return refused.Message()
	}
	return err.Error()
}

func (c *shoppingCart) validateCheckOut() error {
	if err := c.refusal(); err != nil {
		return err
	}
	if c.adding == 0 && len(c.content.Lines) == 0 {
		return nothingToBuy()
	}
	return nil
}

// checkOut lets no more items in, waits for the accepted ones, and closes the cart.
func (c *shoppingCart) checkOut(ctx workflow.Context) (Receipt, error) {
	c.noteRequest(ctx)
	c.checkingOut = true
	defer func() { c.checkingOut = false }()
	if workflow.Await(ctx, func() bool { return c.adding == 0 }) != nil {
		return Receipt{}, cancellation()
	}
	if len(c.content.Lines) == 0 { // all of them have failed
		return Receipt{}, nothingToBuy()
	}
	c.receipt = &Receipt{Lines: c.content.Lines, Total: c.content.total()}
	return *c.receipt, nil
}

func nothingToBuy() error { return refuse(CartEmpty, "the cart is empty") }
