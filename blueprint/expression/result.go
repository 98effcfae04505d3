package expression

import (
	"encoding/base64"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"cel.dev/cel-go/common/types"
)

// Levels is how many lists and objects a value may have in one another.
const Levels = 100

// toJSON makes a JSON value of the value of an expression. What is JSON already is
// shared, not copied. It stops at the limit: a list of a few items can stand for
// millions when it holds the same list again and again.
func toJSON(value any, bytes int) (any, error) {
	quick := result{left: bytes, depth: Levels}
	converted, err := quick.take(value)
	if err == nil {
		return converted, nil
	}
	// Which of two things is found first must not depend on Go's order of maps.
	ordered := result{left: bytes, depth: Levels, ordered: true}
	_, err = ordered.take(value)
	if errors.Is(err, errTooLarge) {
		return nil, tooLarge(bytes)
	}
	return nil, err
}

// result measures and converts a value.
type result struct {
	left, depth int
	// ordered takes the fields of objects in order.
	ordered bool
	// changed tells that the value taken last is not the one that was given.
	changed bool
}

var errTooLarge = errors.New("too large")

func (r *result) spend(bytes int) error {
	if r.left -= bytes; r.left < 0 {
		return errTooLarge
	}
	return nil
}

func (r *result) take(value any) (any, error) {
	r.changed = false
	if size, scalar := scalarSize(value); scalar {
		return value, r.spend(size)
	}
	switch value := value.(type) {
	case []any:
		return r.nested(func() (any, error) { return r.list(value) })
	case map[string]any:
		return r.nested(func() (any, error) { return r.object(value) })
	case Object:
		return r.nested(func() (any, error) { return r.copy(value) })
	}
	return r.special(value)
}

// special takes what is no JSON and has a form in it, a string.
func (r *result) special(value any) (any, error) {
	var form string
	switch value := value.(type) {
	case types.Timestamp, types.Duration:
		form = asText(value)
	case types.Bytes:
		form = base64.StdEncoding.EncodeToString(value)
	case optional:
		return nil, errors.New("the result is an optional value: say what it is without one, with .orValue()")
	default:
		return nil, fmt.Errorf("the result holds %s, which is no JSON", kindOf(value))
	}
	r.changed = true
	return form, r.spend(stringSize(form))
}

func (r *result) nested(take func() (any, error)) (any, error) {
	if r.depth--; r.depth < 0 {
		return nil, &Error{Kind: TooDeep, Message: fmt.Sprintf("the result has more than %d levels", Levels)}
	}
	value, err := take()
	r.depth++
	return value, err
}

// list copies the items from the first that changes on.
func (r *result) list(items []any) (any, error) {
	if err := r.spend(len("[]") + max(0, len(items)-1)); err != nil {
		return nil, err
	}
	var converted []any
	for i, item := range items {
		taken, err := r.take(item)
		if err != nil {
			return nil, err
		}
		if r.changed && converted == nil {
			converted = append(make([]any, 0, len(items)), items[:i]...)
		}
		if converted != nil {
			converted = append(converted, taken)
		}
	}
	if r.changed = converted != nil; r.changed {
		return converted, nil
	}
	return items, nil
}

// object copies the fields when one of them changes.
func (r *result) object(fields map[string]any) (any, error) {
	if err := r.spend(len("{}") + max(0, len(fields)-1)); err != nil {
		return nil, err
	}
	var changes map[string]any
	for name := range r.names(fields) {
		taken, err := r.member(name, fields[name])
		if err != nil {
			return nil, err
		}
		if r.changed && changes == nil {
			changes = maps.Clone(fields)
		}
		if r.changed {
			changes[name] = taken
		}
	}
	if r.changed = changes != nil; r.changed {
		return changes, nil
	}
	return fields, nil
}

func (r *result) names(fields map[string]any) iter.Seq[string] {
	if r.ordered {
		return slices.Values(fieldNames(fields))
	}
	return maps.Keys(fields)
}

func (r *result) copy(source Object) (any, error) {
	names := fieldNames(source)
	if err := r.spend(len("{}") + max(0, len(names)-1)); err != nil {
		return nil, err
	}
	fields := make(map[string]any, len(names))
	for _, name := range names {
		value, _ := source.Field(name)
		taken, err := r.member(name, value)
		if err != nil {
			return nil, err
		}
		fields[name] = taken
	}
	r.changed = true
	return fields, nil
}

func (r *result) member(name string, value any) (any, error) {
	if err := r.spend(stringSize(name) + len(":")); err != nil {
		return nil, err
	}
	return r.take(value)
}
