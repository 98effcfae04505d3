package expression

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strings"

	"cel.dev/cel-go/common/types"
)

// dataFunctions make new values of JSON values, and text of them.
func dataFunctions() map[signature]function {
	return map[signature]function{
		{"merge", plain}:       {takes: []kinds{object, object}, gives: always(object), run: merge},
		{"put", plain}:         {takes: []kinds{object, text | list, anyJSON}, gives: always(object), run: putValue},
		{"json.parse", plain}:  {takes: []kinds{text}, gives: func([]static) static { return anyValue() }, run: parseJSON},
		{"json.format", plain}: {takes: []kinds{anything}, gives: always(text), run: formatJSON},
		// What it gives is compiled: see uuid.
		uuidFunction: {gives: always(text)},
		{"sha256", plain}: {takes: []kinds{text | binary}, gives: always(text), run: func(r *run, a []any) (any, error) {
			r.work(4 * length(a[0]))
			content, isText := a[0].(string)
			if !isText {
				content = string(a[0].(types.Bytes))
			}
			sum := sha256.Sum256([]byte(content))
			return hex.EncodeToString(sum[:]), nil
		}},
	}
}

// merge has the fields of both objects; where both have one, it is the second's.
func merge(r *run, a []any) (any, error) {
	merged := make(map[string]any, r.count(a[0]))
	r.copyFields(merged, a[0])
	r.copyFields(merged, a[1])
	return merged, nil
}

// copyFields adds the fields of an object to another.
func (r *run) copyFields(into map[string]any, value any) {
	r.charge(r.count(value))
	if fields, isMap := value.(map[string]any); isMap {
		for name, field := range fields {
			into[name] = field
		}
		return
	}
	for _, name := range value.(Object).Fields() {
		into[name], _ = value.(Object).Field(name)
	}
}

// putValue is the object with a value at a path: the name of a field, or a list of names and of
// positions in lists. Objects that are not there are made.
func putValue(r *run, a []any) (any, error) {
	path, isList := a[1].([]any)
	if !isList {
		path = []any{a[1]}
	}
	switch {
	case len(path) == 0:
		return nil, errors.New("put takes a path of at least one name")
	case len(path) > Levels:
		return nil, fmt.Errorf("put takes a path of at most %d names", Levels)
	}
	return r.putAt(a[0], path, a[2])
}

func (r *run) putAt(around any, path []any, value any) (any, error) {
	if len(path) == 0 {
		return value, nil
	}
	switch key := path[0].(type) {
	case string:
		return r.putField(around, key, path[1:], value)
	case int64:
		return r.putItem(around, key, path[1:], value)
	default:
		return nil, fmt.Errorf("a path is made of names and positions, not of %s", kindOf(key))
	}
}

func (r *run) putField(around any, name string, path []any, value any) (any, error) {
	fields := map[string]any{}
	switch {
	case around == nil: // made here
	case kindOf(around) == object:
		r.copyFields(fields, around)
	default:
		return nil, fmt.Errorf("put cannot set the field %s of %s", quoted(name), kindOf(around))
	}
	inner, err := r.putAt(fields[name], path, value)
	if err != nil {
		return nil, err
	}
	fields[name] = inner
	return fields, nil
}

func (r *run) putItem(around any, at int64, path []any, value any) (any, error) {
	items, isList := around.([]any)
	if !isList {
		return nil, fmt.Errorf("put cannot set item %d of %s", at, kindOf(around))
	}
	if at < 0 || at >= int64(len(items)) {
		return nil, fmt.Errorf("there is no item %d in a list of %d", at, len(items))
	}
	r.charge(len(items))
	inner, err := r.putAt(items[at], path, value)
	if err != nil {
		return nil, err
	}
	changed := append(make([]any, 0, len(items)), items...)
	changed[at] = inner
	return changed, nil
}

// parseJSON reads a text by the rules of the language: whole numbers stay whole, and what
// would change is refused.
func parseJSON(r *run, a []any) (any, error) {
	const perByte = 4 // what a byte of JSON takes in memory, at most, in the bytes that are counted
	r.work(perByte * length(a[0]))
	value, err := ParseJSON(a[0].(string))
	if err != nil {
		return nil, fmt.Errorf("json.parse: %w", err)
	}
	return value, nil
}

// formatJSON is the value as JSON, with the keys of objects in order.
func formatJSON(r *run, a []any) (any, error) {
	left := int(min((r.allowed - r.spent), math.MaxInt32))
	value, err := toJSON(a[0], left)
	var failed *Error
	if errors.As(err, &failed) && failed.Kind == TooLarge {
		r.work(left + 1)
	}
	if err != nil {
		return nil, err
	}
	r.work(Size(value))
	var text strings.Builder
	if err := writeJSON(&text, value); err != nil {
		return nil, err
	}
	return text.String(), nil
}
