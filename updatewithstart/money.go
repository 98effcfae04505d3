package updatewithstart

import (
	"fmt"
	"math"
)

// Cents is an amount of money in cents. Money is counted in integers: a float cannot
// hold ten cents exactly, and a sum of many would not add up.
type Cents int64

// MaxTotal bounds what a cart or an order may cost.
const MaxTotal Cents = 100_000_00

// Times returns the price of quantity pieces, or false when either is negative or the
// product overflows.
func (c Cents) Times(quantity int) (Cents, bool) {
	if c < 0 || quantity < 0 || quantity > 0 && c > math.MaxInt64/Cents(quantity) {
		return 0, false
	}
	return c * Cents(quantity), true
}

// Plus returns the sum, or false when either is negative or the sum overflows.
func (c Cents) Plus(other Cents) (Cents, bool) {
	if c < 0 || other < 0 || c > math.MaxInt64-other {
		return 0, false
	}
	return c + other, true
}

// String formats the amount with two decimal places.
func (c Cents) String() string {
	if c < 0 {
		return fmt.Sprintf("-%d.%02d", -(c / 100), -(c % 100))
	}
	return fmt.Sprintf("%d.%02d", c/100, c%100)
}
