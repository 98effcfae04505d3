package updatewithstart

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
)

// Types of the ApplicationErrors that a cart's callers get. All but PriceUnavailable
// and CartBusy are non-retryable: the same request would fail the same way again.
const (
	// InvalidItem: the request itself is wrong, whatever the cart holds.
	InvalidItem = "InvalidItem"
	// UnknownItem: the shop does not sell it.
	UnknownItem = "UnknownItem"
	// OutOfStock: the shop has fewer than the cart would then hold.
	OutOfStock = "OutOfStock"
	// PriceUnavailable: the price could not be looked up in time. The answer stands
	// for its Update ID; a new Update ID asks again.
	PriceUnavailable = "PriceUnavailable"
	// CartFull: the cart would hold too many items, or cost too much.
	CartFull = "CartFull"
	// CartEmpty: there is nothing to check out.
	CartEmpty = "CartEmpty"
	// CartBusy: the cart is about to Continue-As-New. Nothing was done; the same
	// Update ID may be sent again.
	CartBusy = "CartBusy"
	// CartClosed: the cart has been checked out or canceled, or was idle for too long.
	CartClosed = "CartClosed"
	// InvalidCart: the cart was started with a content that no cart can have.
	InvalidCart = "InvalidCart"
)

// Bounds of a cart. They keep the input of the next run far below the size limit of a
// payload, above which a run would be stuck instead of failed.
const (
	// MaxNameLength bounds an item's name, in bytes.
	MaxNameLength = 50
	// MaxUpdateIDLength bounds an Update ID, in bytes.
	MaxUpdateIDLength = 100
	// MaxQuantity bounds the pieces of one item in a cart.
	MaxQuantity = 1000
	// MaxLines bounds the different items in a cart.
	MaxLines = 100
	// MaxAnswers bounds how many Update IDs a cart remembers. A retry that comes
	// later than that many other requests counts again.
	MaxAnswers = 500
	// MaxFailureLength bounds the type and the message of a failure, in bytes each.
	MaxFailureLength = 500
	// DefaultRequestsPerRun is how many requests a run handles before the cart uses
	// Continue-As-New, unless the server suggests it earlier.
	DefaultRequestsPerRun = 500
	// MaxRequestsPerRun is half of the Updates that the server accepts in a run.
	MaxRequestsPerRun = 1000
	// DefaultIdleTimeout is how long a cart waits for the next request.
	DefaultIdleTimeout = 30 * 24 * time.Hour
	// MaxIdleTimeout bounds it.
	MaxIdleTimeout = 365 * 24 * time.Hour
)

// AddItem is the input of the Update that adds an item.
type AddItem struct {
	Item     string `json:"item"`
	Quantity int    `json:"quantity"`
}

// check looks at the request alone.
func (a AddItem) check() error {
	if a.Item == "" {
		return refuse(InvalidItem, "item must not be empty (at most %d bytes)", MaxNameLength)
	}
	if len(a.Item) > MaxNameLength {
		return refuse(InvalidItem, "item must have at most %d bytes, got %d", MaxNameLength, len(a.Item))
	}
	if a.Quantity < 1 || a.Quantity > MaxQuantity {
		return refuse(InvalidItem, "quantity must be 1 to %d, got %d", MaxQuantity, a.Quantity)
	}
	return nil
}

// Price is the answer to an added item.
type Price struct {
	Item     string `json:"item"`
	Quantity int    `json:"quantity"`
	// UnitPrice is the price of one piece, Price that of them all.
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

// Cart is the state of a cart, and the input of its next run.
type Cart struct {
	Lines []Line `json:"lines,omitempty"`
	// Answers are the latest ones, the oldest first.
	Answers []Answer `json:"answers,omitempty"`
	// EarlierRuns counts the runs before this one.
	EarlierRuns int `json:"earlierRuns,omitempty"`
	// RequestsPerRun is DefaultRequestsPerRun where it is 0.
	RequestsPerRun int `json:"requestsPerRun,omitempty"`
	// IdleTimeout is DefaultIdleTimeout where it is 0.
	IdleTimeout time.Duration `json:"idleTimeout,omitempty"`
}

// Answer is what the caller with an Update ID was answered: a price or a failure.
type Answer struct {
	UpdateID string `json:"updateId"`
	Price    Price  `json:"price,omitzero"`
	// FailureType is empty where a price was the answer.
	FailureType string `json:"failureType,omitempty"`
	Failure     string `json:"failure,omitempty"`
}

// check refuses a content that adding items cannot have led to.
func (c Cart) check() error {
	bounds := []struct {
		name       string
		value, max int
	}{
		{"number of lines", len(c.Lines), MaxLines},
		{"number of answers", len(c.Answers), MaxAnswers},
		{"requestsPerRun", c.RequestsPerRun, MaxRequestsPerRun},
	}
	for _, bound := range bounds {
		if bound.value < 0 || bound.value > bound.max {
			return refuse(InvalidCart, "%s must be 0 to %d, got %d", bound.name, bound.max, bound.value)
		}
	}
	if c.EarlierRuns < 0 {
		return refuse(InvalidCart, "earlierRuns must not be negative, got %d", c.EarlierRuns)
	}
	if c.IdleTimeout < 0 || c.IdleTimeout > MaxIdleTimeout {
		return refuse(InvalidCart, "idleTimeout must be 0s to %s, got %s", MaxIdleTimeout, c.IdleTimeout)
	}
	if err := c.checkLines(); err != nil {
		return err
	}
	return c.checkAnswers()
}

func (c Cart) checkLines() error {
	for i, line := range c.Lines {
		if err := (AddItem{line.Item, line.Quantity}).check(); err != nil {
			return refuse(InvalidCart, "line %d: %s", i+1, messageOf(err))
		}
		if line.Price < 0 || line.Price > MaxTotal {
			return refuse(InvalidCart, "line %d: price must be 0.00 to %s, got %s", i+1, MaxTotal, line.Price)
		}
		// Two lines of one item could together hold more of it than a cart may.
		if slices.ContainsFunc(c.Lines[:i], func(other Line) bool { return other.Item == line.Item }) {
			return refuse(InvalidCart, "line %d: %q has a line already", i+1, line.Item)
		}
	}
	if c.total() > MaxTotal {
		return refuse(InvalidCart, "the total must be at most %s, got %s", MaxTotal, c.total())
	}
	return nil
}

func (c Cart) checkAnswers() error {
	known := map[string]bool{}
	for i, answer := range c.Answers {
		if answer.UpdateID == "" || len(answer.UpdateID) > MaxUpdateIDLength || known[answer.UpdateID] {
			return refuse(InvalidCart, "answer %d: updateId must be unique, and have 1 to %d bytes", i+1, MaxUpdateIDLength)
		}
		if len(answer.FailureType) > MaxFailureLength || len(answer.Failure) > MaxFailureLength {
			return refuse(InvalidCart, "answer %d: failureType and failure must have at most %d bytes each", i+1, MaxFailureLength)
		}
		known[answer.UpdateID] = true
	}
	return nil
}

func (c Cart) requestsPerRun() int {
	if c.RequestsPerRun == 0 {
		return DefaultRequestsPerRun
	}
	return c.RequestsPerRun
}

func (c Cart) idleTimeout() time.Duration {
	if c.IdleTimeout == 0 {
		return DefaultIdleTimeout
	}
	return c.IdleTimeout
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
		return refuse(CartFull, "a cart holds at most %d of %q, and this one holds %d", MaxQuantity, added.Item, held)
	}
	return nil
}

// with returns the lines with the item added, and the answer for the caller. It
// changes nothing itself, so a refusal cannot leave a cart half changed.
func (c Cart) with(added AddItem, unitPrice Cents) ([]Line, Price, error) {
	price, countable := unitPrice.Times(added.Quantity)
	total, addable := c.total().Plus(price)
	if !countable || !addable || total > MaxTotal {
		return nil, Price{}, refuse(CartFull, "%d x %s would raise the total from %s to more than %s",
			added.Quantity, unitPrice, c.total(), MaxTotal)
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

// answerTo returns what the caller with the Update ID was answered, if it is remembered.
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

// failure bounds what it is given: an Activity's error may be of any length, and the
// cart remembers it.
func failure(failureType, message string) error {
	retryable := failureType == PriceUnavailable || failureType == CartBusy
	return temporal.NewApplicationErrorWithOptions(shorten(message), shorten(failureType),
		temporal.ApplicationErrorOptions{NonRetryable: !retryable})
}

func shorten(text string) string {
	if len(text) <= MaxFailureLength {
		return text
	}
	return strings.ToValidUTF8(text[:MaxFailureLength], "") // without half a character
}
