package childdispatch

import (
	"context"
	"fmt"

	"go.temporal.io/sdk/workflow"
)

// Item is an invoice. This type takes the place of the sample's own.
type Item struct {
	Number string `json:"number"`
	Cents  int64  `json:"cents"`
}

// route returns the child for an invoice, or why there is none.
func (i Item) route(table Table) (Route, *Failure) {
	if i.Cents <= 0 {
		return Route{}, &Failure{"NothingToPay", fmt.Sprintf("invoice %s has %d cents", shorten(i.Number), i.Cents)}
	}
	return table.forType("invoice")
}

func (i Item) name() string { return i.Number }

func (i Item) measure() int64 { return i.Cents }

// Catalogue stands for a query of invoices.
type Catalogue struct {
	Year  int `json:"year"`
	Count int `json:"count"`
}

// ListItems reads one page of the invoices.
func ListItems(_ context.Context, page Page) ([]Item, error) {
	items := []Item{}
	for number := page.First; number < min(page.First+page.Limit, page.Catalogue.Count); number++ {
		items = append(items, Item{Number: fmt.Sprintf("%d-%d", page.Catalogue.Year, number), Cents: int64(number)})
	}
	return items, nil
}

// children lists the Child Workflows by the names under which they are registered.
func children() map[string]func(workflow.Context, Task) (Output, error) {
	return map[string]func(workflow.Context, Task) (Output, error){"SendInvoice": SendInvoice}
}

// SendInvoice is the Child Workflow for one invoice.
func SendInvoice(ctx workflow.Context, task Task) (Output, error) {
	// Your Activities come here.
	return finish(ctx, task, "sent "+task.Item.name(), nil)
}
