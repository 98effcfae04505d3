package expression

import (
	"cmp"
	"errors"
	"math"
	"math/big"
)

// number gives a finite float64 the one form that a JSON number has here: int64 where
// that is exact, else float64.
func number(f float64) any {
	if f == math.Trunc(f) && f >= math.MinInt64 && f < math.MaxInt64 {
		return int64(f)
	}
	return f
}

// finite is a number as the result of an operation, which may have left the numbers.
func finite(f float64) (any, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, errors.New("the result is no finite number")
	}
	return number(f), nil
}

// arithmetic is an operation on two numbers: on whole numbers, where the result may
// not fit, and on fractions.
type arithmetic struct {
	whole    func(a, b int64) (any, error)
	fraction func(a, b float64) (any, error)
}

func (o arithmetic) apply(a, b any) (any, error) {
	left, leftWhole := a.(int64)
	right, rightWhole := b.(int64)
	if leftWhole && rightWhole {
		return o.whole(left, right)
	}
	return o.fraction(toFloat(a), toFloat(b))
}

func toFloat(value any) float64 {
	if whole, isWhole := value.(int64); isWhole {
		return float64(whole)
	}
	return value.(float64)
}

func overflow() (any, error) {
	return nil, errors.New("the result does not fit into a whole number of 64 bits")
}

func addition() arithmetic {
	return arithmetic{
		whole: func(a, b int64) (any, error) {
			if sum := a + b; (sum > a) == (b > 0) {
				return sum, nil
			}
			return overflow()
		},
		fraction: func(a, b float64) (any, error) { return finite(a + b) },
	}
}

func subtraction() arithmetic {
	return arithmetic{
		whole: func(a, b int64) (any, error) {
			if difference := a - b; (difference < a) == (b > 0) {
				return difference, nil
			}
			return overflow()
		},
		fraction: func(a, b float64) (any, error) { return finite(a - b) },
	}
}

func multiplication() arithmetic {
	return arithmetic{
		whole: func(a, b int64) (any, error) {
			if a == 0 || b == 0 {
				return int64(0), nil
			}
			product := a * b
			if product/b != a || a == -1 && b == math.MinInt64 || b == -1 && a == math.MinInt64 {
				return overflow()
			}
			return product, nil
		},
		fraction: func(a, b float64) (any, error) { return finite(a * b) },
	}
}

func division() arithmetic {
	byZero := errors.New("division by zero")
	return arithmetic{
		whole: func(a, b int64) (any, error) {
			switch {
			case b == 0:
				return nil, byZero
			case a == math.MinInt64 && b == -1:
				return overflow()
			case a%b == 0:
				return a / b, nil
			}
			// Not float64(a) / float64(b), which would round three times.
			quotient, _ := big.NewRat(a, b).Float64()
			return finite(quotient)
		},
		fraction: func(a, b float64) (any, error) {
			if b == 0 {
				return nil, byZero
			}
			return finite(a / b)
		},
	}
}

func remainder() arithmetic {
	byZero := errors.New("remainder of a division by zero")
	return arithmetic{
		whole: func(a, b int64) (any, error) {
			if b == 0 {
				return nil, byZero
			}
			return a % b, nil
		},
		fraction: func(a, b float64) (any, error) {
			if b == 0 {
				return nil, byZero
			}
			return finite(math.Mod(a, b))
		},
	}
}

// compareNumbers is exact: no whole number is rounded to compare it with a fraction.
func compareNumbers(a, b any) int {
	left, leftWhole := a.(int64)
	right, rightWhole := b.(int64)
	switch {
	case leftWhole && rightWhole:
		return cmp.Compare(left, right)
	case leftWhole:
		return compareWithFraction(left, b.(float64))
	case rightWhole:
		return -compareWithFraction(right, a.(float64))
	}
	return cmp.Compare(a.(float64), b.(float64))
}

func compareWithFraction(whole int64, fraction float64) int {
	switch {
	case fraction >= math.MaxInt64:
		return -1
	case fraction < math.MinInt64:
		return 1
	}
	floor := math.Floor(fraction)
	if order := cmp.Compare(whole, int64(floor)); order != 0 || fraction == floor {
		return order
	}
	return -1
}
