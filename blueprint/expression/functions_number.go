package expression

import (
	"errors"
	"fmt"
	"math"
)

// mathFunctions work on numbers, whole or not.
func mathFunctions() map[signature]function {
	table := map[signature]function{
		{"math.greatest", plain}: {takes: []kinds{numeric | list, numeric}, optional: 1, variadic: true, gives: always(numeric), run: extreme(1)},
		{"math.least", plain}:    {takes: []kinds{numeric | list, numeric}, optional: 1, variadic: true, gives: always(numeric), run: extreme(-1)},
		{"math.abs", plain}: {takes: []kinds{numeric}, gives: wholeOfWhole, run: func(r *run, a []any) (any, error) {
			if compareNumbers(a[0], int64(0)) < 0 {
				return negate(r, a)
			}
			return a[0], nil
		}},
		{"math.sign", plain}: {takes: []kinds{numeric}, gives: always(integer), run: func(_ *run, a []any) (any, error) {
			return int64(compareNumbers(a[0], int64(0))), nil
		}},
		{"math.sqrt", plain}: {takes: []kinds{numeric}, gives: always(numeric), run: func(_ *run, a []any) (any, error) {
			return finite(math.Sqrt(toFloat(a[0])))
		}},
	}
	for name, rounded := range map[string]func(float64) float64{
		"math.ceil": math.Ceil, "math.floor": math.Floor, "math.round": math.Round, "math.trunc": math.Trunc,
	} {
		table[signature{name, plain}] = function{takes: []kinds{numeric}, gives: always(integer), run: func(_ *run, a []any) (any, error) {
			if f, isFraction := a[0].(float64); isFraction {
				return finite(rounded(f))
			}
			return a[0], nil
		}}
	}
	return table
}

// extreme finds the greatest (1) or least (-1) of its arguments or of a list.
func extreme(sign int) func(*run, []any) (any, error) {
	return func(r *run, a []any) (any, error) {
		if items, isList := a[0].([]any); isList && len(a) == 1 {
			a = items
		}
		if len(a) == 0 {
			return nil, errors.New("an empty list has no greatest and no least item")
		}
		found := a[0]
		for _, value := range a {
			r.work(1)
			if kindOf(value)&numeric == 0 {
				return nil, fmt.Errorf("math.greatest and math.least take numbers, not %s", kindOf(value))
			}
			if compareNumbers(value, found)*sign > 0 {
				found = value
			}
		}
		return found, nil
	}
}
