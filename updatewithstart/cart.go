package updatewithstart

import (
	"fmt"
	"slices"

	"go.temporal.io/sdk/temporal"
)

// Types of the ApplicationErrors that a cart's callers get. All but PriceUnavailable
// and CartBusy are not retryable: the same request would fail the same way again.
const (
	// InvalidItem: the request itself is wrong, whatever the cart holds.
	InvalidItem = "InvalidItem"
	// UnknownItem: the shop does not sell it.
	UnknownItem = "UnknownItem"
	// OutOfStock: the shop has fewer than the cart would then hold.
	OutOfStock = "OutOfStock"
	// PriceUnavailable: the price could not be looked up in time. The answer stands
	// for its update id; a new id asks again.
	PriceUnavailable = "PriceUnavailable"
	// CartFull: the cart would hold too many items, or cost too much.
	CartFull = "CartFull"
	// CartEmpty: there is nothing to check out.
	CartEmpty = "CartEmpty"
	// CartBusy: the cart is about to go on in a new run. Nothing was done; the same
	// update id may be sent again.
	CartBusy = "CartBusy"
	// CartClosed: the cart has been checked out or cancelled.
	CartClosed = "CartClosed"
	// InvalidCart: the cart was started with a content that no cart can have.
	InvalidCart = "InvalidCart"
)

// Bounds of a cart. They keep what is handed from run to run far below the size of
// one payload, over which a run would be stuck instead of failed.
const (
	// MaxNameLength bounds an item's name, in bytes.
	MaxNameLength = 50
	// MaxUpdateIDLength bounds an update's id, in bytes.
	MaxUpdateIDLength = 100
	// MaxQuantity bounds the pieces of one item in a cart.
	MaxQuantity = 1000
	// MaxLines bounds the different items in a cart.
	MaxLines = 100
	// MaxTotal bounds what a cart may cost.
	MaxTotal Cents = 100_000_00
	// MaxAnswers bounds how many update ids a cart remembers. A retry that comes
	// later than that many other requests counts again.
	MaxAnswers = 500
	// DefaultRequestsPerRun is how many requests a run handles before the cart goes on
	// in a new one, unless the server suggests it earlier.
	DefaultRequestsPerRun = 500
)

// AddItem is the input of the update that adds an item.
type AddItem struct {
	Item     string `json:"item"`
	Quantity int    `json:"quantity"`
}

// check looks at the request alone.
func (a AddItem) check() error {
	if a.Item == "" || len(a.Item) > MaxNameLength {
		return refuse(InvalidItem, "an item's name has 1 to %d bytes, got %d", MaxNameLength, len(a.Item))
	}
	if a.Quantity < 1 || a.Quantity > MaxQuantity {
		return refuse(InvalidItem, "quantity is 1 to %d, got %d", MaxQuantity, a.Quantity)
	}
	return nil
}

// Price is the answer to an added item.
type Price struct {
	Item     string `json:"item"`
	Quantity int    `json:"quantity"`
	// UnitPrice is one piece's price, Price that of them all.
	UnitPrice Cents `json:"unitPriceCents"`
	Price     Cents `json:"priceCents"`
	// Total is what the cart costs with them.
	Total Cents `json:"totalCents"`
}

// Line is one item in the cart, with the sum of the prices at which it was added.
type Line struct {
	Item     string `json:"item"`
	Quantity int    `json:"quantity"`
	Price    Cents  `json:"priceCents"`
}

// Receipt is what was bought.
type Receipt struct {
	Lines []Line `json:"lines"`
	Total Cents  `json:"totalCents"`
}

// Cart is all that a cart knows, and what it hands to its next run.
type Cart struct {
	Lines []Line `json:"lines,omitempty"`
	// Answers are the latest ones, the oldest first.
	Answers []Answer `json:"answers,omitempty"`
	// EarlierRuns counts the runs before this one.
	EarlierRuns int `json:"earlierRuns,omitempty"`
	// RequestsPerRun is DefaultRequestsPerRun where it is 0.
	RequestsPerRun int `json:"requestsPerRun,omitempty"`
}

// Answer is what the caller with an update id was told: a price or a failure.
type Answer struct {
	UpdateID string `json:"updateId"`
	Price    Price  `json:"price,omitzero"`
	// FailureType is empty where a price was the answer.
	FailureType string `json:"failureType,omitempty"`
	Failure     string `json:"failure,omitempty"`
}

// check refuses a content that adding items cannot have led to.
func (c Cart) check() error {
	if len(c.Lines) > MaxLines || len(c.Answers) > MaxAnswers || c.EarlierRuns < 0 || c.RequestsPerRun < 0 {
		return refuse(InvalidCart, "the cart has %d lines of at most %d, %d answers of at most %d, %d earlier runs and %d requests a run",
			len(c.Lines), MaxLines, len(c.Answers), MaxAnswers, c.EarlierRuns, c.RequestsPerRun)
	}
	for i, line := range c.Lines {
		if err := (AddItem{line.Item, line.Quantity}).check(); err != nil || line.Price < 0 || line.Price > MaxTotal {
			return refuse(InvalidCart, "line %d: %d pieces at %s", i+1, line.Quantity, line.Price)
		}
	}
	if c.total() > MaxTotal {
		return refuse(InvalidCart, "the cart costs %s, at most %s", c.total(), MaxTotal)
	}
	return nil
}

func (c Cart) total() Cents {
	var total Cents
	for _, line := range c.Lines {
		total += line.Price // at most MaxLines times MaxTotal
	}
	return total
}

func (c Cart) quantityOf(item string) int {
	for _, line := range c.Lines {
		if line.Item == item {
			return line.Quantity
		}
	}
	return 0
}

// checkRoom refuses an item that the cart has no room for, whatever it costs.
func (c Cart) checkRoom(added AddItem) error {
	held := c.quantityOf(added.Item)
	if held == 0 && len(c.Lines) >= MaxLines {
		return refuse(CartFull, "a cart holds at most %d different items", MaxLines)
	}
	if held+added.Quantity > MaxQuantity {
		return refuse(CartFull, "a cart holds at most %d pieces of %q, and has %d already", MaxQuantity, added.Item, held)
	}
	return nil
}

// with returns the lines with the item added, and the answer for the caller. It
// changes nothing itself, so a refusal cannot leave a cart half changed.
func (c Cart) with(added AddItem, unitPrice Cents) ([]Line, Price, error) {
	price, countable := unitPrice.Times(added.Quantity)
	total, addable := c.total().Plus(price)
	if !countable || !addable || total > MaxTotal {
		return nil, Price{}, refuse(CartFull, "%d times %s is too much: a cart costs at most %s, and this one costs %s already",
			added.Quantity, unitPrice, MaxTotal, c.total())
	}
	lines := slices.Clone(c.Lines)
	place := slices.IndexFunc(lines, func(line Line) bool { return line.Item == added.Item })
	if place < 0 {
		place = len(lines)
		lines = append(lines, Line{Item: added.Item})
	}
	lines[place].Quantity += added.Quantity
	lines[place].Price += price
	return lines, Price{added.Item, added.Quantity, unitPrice, price, total}, nil
}

// answerTo returns what the caller with the update id was told, if it is remembered.
func (c Cart) answerTo(updateID string) (Answer, bool) {
	place := slices.IndexFunc(c.Answers, func(answer Answer) bool { return answer.UpdateID == updateID })
	if place < 0 {
		return Answer{}, false
	}
	return c.Answers[place], true
}

// remembering returns the answers with one more, and without the oldest where there
// are too many.
func (c Cart) remembering(answer Answer) []Answer {
	answers := append(slices.Clone(c.Answers), answer)
	return answers[max(0, len(answers)-MaxAnswers):]
}

// refuse returns a typed failure.
func refuse(failureType, format string, values ...any) error {
	return failure(failureType, fmt.Sprintf(format, values...))
}

func failure(failureType, message string) error {
	retryable := failureType == PriceUnavailable || failureType == CartBusy
	return temporal.NewApplicationErrorWithOptions(message, failureType, temporal.ApplicationErrorOptions{NonRetryable: !retryable})
}
