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
	// FailedAttempts is at how many attempts the price service is out of reach.
	FailedAttempts int32
}

// DefaultCatalog is the one of this sample's worker.
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
// for a service that is out of reach at times, which is an error that a retry helps.
// UnknownItem and OutOfStock are ApplicationErrors that none does.
func (c Catalog) LookUpPrice(ctx context.Context, enquiry Enquiry) (Cents, error) {
	product, sold := c[enquiry.Item]
	switch {
	case !sold:
		return 0, temporal.NewNonRetryableApplicationError(fmt.Sprintf("the shop does not sell %q", enquiry.Item), UnknownItem, nil)
	case activity.GetInfo(ctx).Attempt <= product.FailedAttempts:
		return 0, errors.New("the price service is out of reach")
	case enquiry.Quantity > product.Stock:
		return 0, temporal.NewNonRetryableApplicationError(
			fmt.Sprintf("%d of %q are in stock, the cart would hold %d", product.Stock, enquiry.Item, enquiry.Quantity), OutOfStock, nil)
	}
	return product.UnitPrice, nil
}

// Cards and addresses with which an order fails.
const (
	// EmptyCard is declined.
	EmptyCard = "empty-card"
	// RemoteAddress has no carrier.
	RemoteAddress = "the-moon"
)

// ReserveAmount stands for a bank that reserves an order's total on its card, once for
// each order number. CardDeclined is an ApplicationError that no retry helps.
func ReserveAmount(_ context.Context, order Order) error {
	if order.Card == EmptyCard {
		return temporal.NewNonRetryableApplicationError(fmt.Sprintf("the card does not cover %s", order.Total), CardDeclined, nil)
	}
	return nil
}

// ReleaseAmount gives back what is reserved for the order's number, if anything is.
func ReleaseAmount(context.Context, Order) error { return nil }

// ShipParcel stands for handing a parcel to a carrier, once for each order number.
// NoCarrier is an ApplicationError that no retry helps.
func ShipParcel(_ context.Context, order Order) (Shipment, error) {
	if order.Address == RemoteAddress {
		return Shipment{}, temporal.NewNonRetryableApplicationError(fmt.Sprintf("no carrier delivers to %s", order.Address), NoCarrier, nil)
	}
	return Shipment{Number: order.Number, Carrier: "parcel-post"}, nil
}
