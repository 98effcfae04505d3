package expression

import (
	"errors"
	"fmt"

	"cel.dev/cel-go/common/types"
)

// optionalFunctions work on optional values; or and orValue are compiled apart.
func optionalFunctions() map[signature]function {
	unwrapped := function{takes: []kinds{list}, gives: func(a []static) static { return static{kinds: list, items: a[0].item().items} }, run: unwrap}
	return map[signature]function{
		{"optional.unwrap", plain}: unwrapped, {"unwrapOpt", member}: unwrapped,
		{"optional.of", plain}: {takes: []kinds{anything}, gives: optionalArgument, run: func(_ *run, a []any) (any, error) {
			return optional{value: a[0], present: true}, nil
		}},
		{"optional.ofNonZeroValue", plain}: {takes: []kinds{anything}, gives: optionalArgument, run: func(r *run, a []any) (any, error) {
			if r.isZero(a[0]) {
				return optional{}, nil
			}
			return optional{value: a[0], present: true}, nil
		}},
		{"optional.none", plain}: {gives: func([]static) static { return static{}.wrap() }, run: func(*run, []any) (any, error) {
			return optional{}, nil
		}},
		{"hasValue", member}: {takes: []kinds{optionalKind}, gives: always(boolean), run: func(_ *run, a []any) (any, error) {
			return a[0].(optional).present, nil
		}},
		{"value", member}: {takes: []kinds{optionalKind}, gives: item, run: func(_ *run, a []any) (any, error) {
			if maybe := a[0].(optional); maybe.present {
				return maybe.value, nil
			}
			return nil, errors.New("the optional value is missing")
		}},
		{"or", member}:      {takes: []kinds{optionalKind, optionalKind}, gives: firstPresent},
		{"orValue", member}: {takes: []kinds{optionalKind, anything}, gives: presentOr},
	}
}

// isZero tells whether a value is the least of its kind: null, 0, "" or empty.
func (r *run) isZero(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case []any:
		return len(value) == 0
	case map[string]any, Object:
		return r.count(value) == 0
	case optional:
		return !value.present
	case bool, int64, float64, string:
		return value == false || value == int64(0) || value == ""
	case types.Bytes:
		return len(value) == 0
	case types.Timestamp:
		return value.IsZero()
	case types.Duration:
		return value.Duration == 0
	}
	return false
}

// unwrap keeps the values of a list of optional values that are there.
func unwrap(r *run, a []any) (any, error) {
	items := a[0].([]any)
	r.work(len(items))
	present := make([]any, 0, len(items))
	for _, item := range items {
		maybe, isOptional := item.(optional)
		if !isOptional {
			return nil, fmt.Errorf("unwrap takes a list of optional values, not one with %s", kindOf(item))
		}
		if maybe.present {
			present = append(present, maybe.value)
		}
	}
	return present, nil
}
