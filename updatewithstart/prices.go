package updatewithstart

import (
	"context"
	"errors"
	"fmt"
	"math"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
)

// Catalog is what the shop sells, by the item's name.
type Catalog map[string]Product

// Product is one item of a catalog.
type Product struct {
	UnitPrice Cents
	Stock     int
	// FailedAttempts is how many attempts at a lookup fail before one succeeds.
	FailedAttempts int32
}

// DefaultCatalog returns the catalog of this sample's Worker.
func DefaultCatalog() Catalog {
	return Catalog{
		"apple":   {UnitPrice: 45, Stock: 1000},
		"bread":   {UnitPrice: 320, Stock: 1000},
		"lamp":    {UnitPrice: 49_99, Stock: 3},
		"mango":   {UnitPrice: 1_99, Stock: 1000, FailedAttempts: 2},
		"saffron": {UnitPrice: 12_50, Stock: 1000, FailedAttempts: math.MaxInt32},
		"yacht":   {UnitPrice: math.MaxInt64, Stock: 1000},
	}
}

// Enquiry is the input of LookUpPrice.
type Enquiry struct {
	Item string `json:"item"`
	// Quantity is how many pieces the cart would hold.
	Quantity int `json:"quantity"`
}

// LookUpPrice returns the price of one piece, if the shop has the quantity. It stands
// for a service that is unavailable at times, which a retry helps with. UnknownItem and
// OutOfStock are non-retryable ApplicationErrors.
func (c Catalog) LookUpPrice(ctx context.Context, enquiry Enquiry) (Cents, error) {
	product, sold := c[enquiry.Item]
	switch {
	case !sold:
		return 0, temporal.NewNonRetryableApplicationError(fmt.Sprintf("the shop does not sell %q", enquiry.Item), UnknownItem, nil)
	case activity.GetInfo(ctx).Attempt <= product.FailedAttempts:
		return 0, errors.New("the price service is unavailable")
	case enquiry.Quantity > product.Stock:
		return 0, temporal.NewNonRetryableApplicationError(
			fmt.Sprintf("%d of %q are in stock, the cart would hold %d", product.Stock, enquiry.Item, enquiry.Quantity), OutOfStock, nil)
	}
	return product.UnitPrice, nil
}
