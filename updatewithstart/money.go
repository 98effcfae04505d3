package updatewithstart

import (
	"fmt"
	"math"
)

// Cents is an amount of money in cents. Money is counted in integers:
// a float has no exact ten cents, and a sum of many would not add up.
type Cents int64

// Times returns the price of quantity pieces, or false when either is negative or the
// product cannot be counted.
func (c Cents) Times(quantity int) (Cents, bool) {
	if c < 0 || quantity < 0 || quantity > 0 && c > math.MaxInt64/Cents(quantity) {
		return 0, false
	}
	return c * Cents(quantity), true
}

// Plus returns the sum, or false when either is negative or the sum cannot be counted.
func (c Cents) Plus(other Cents) (Cents, bool) {
	if c < 0 || other < 0 || c > math.MaxInt64-other {
		return 0, false
	}
	return c + other, true
}

// String writes the amount with its two decimal places.
func (c Cents) String() string {
	if c < 0 {
		return fmt.Sprintf("-%d.%02d", -(c / 100), -(c % 100))
	}
	return fmt.Sprintf("%d.%02d", c/100, c%100)
}
