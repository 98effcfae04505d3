package expression

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/common/types"
)

// optional is the value of input[?"x"]: a value, or none.
type optional struct {
	value   any
	present bool
}

// typeName is the value of type(x).
type typeName string

// kinds is a set of kinds of values. Of a static type it is what a value may be.
type kinds uint16

// The kinds. Those after object are no JSON: they only live inside an expression.
const (
	null kinds = 1 << iota
	boolean
	integer
	fraction
	text
	list
	object
	timestamp
	duration
	binary
	optionalKind
	typeKind

	numeric  = integer | fraction
	anyJSON  = null | boolean | numeric | text | list | object
	anything = anyJSON | timestamp | duration | binary | optionalKind | typeKind
)

func kindOf(value any) kinds {
	switch value.(type) {
	case nil:
		return null
	case bool:
		return boolean
	case int64:
		return integer
	case float64:
		return fraction
	case string:
		return text
	case []any:
		return list
	case map[string]any, Object:
		return object
	case types.Timestamp:
		return timestamp
	case types.Duration:
		return duration
	case types.Bytes:
		return binary
	case optional:
		return optionalKind
	case typeName:
		return typeKind
	}
	return 0
}

// String names the kinds for people: "a number or null".
func (k kinds) String() string {
	switch {
	case k == 0:
		return "a value that is no JSON"
	case k&anyJSON == anyJSON:
		return "any value"
	}
	k = withNumbersOf(k)
	names := []struct {
		kinds kinds
		name  string
	}{
		{numeric, "a number"}, {integer, "a whole number"}, {text, "a string"}, {boolean, "a boolean"}, {list, "a list"},
		{object, "an object"}, {timestamp, "a timestamp"}, {duration, "a duration"}, {binary, "bytes"},
		{optionalKind, "an optional value"}, {typeKind, "a type"}, {null, "null"},
	}
	var found []string
	for _, name := range names {
		if k&name.kinds == name.kinds {
			found = append(found, name.name)
			k &^= name.kinds
		}
	}
	if len(found) < 2 {
		return strings.Join(found, "")
	}
	last := len(found) - 1
	return strings.Join(found[:last], ", ") + " or " + found[last]
}

// withNumbersOf calls a fraction a number: there is no other word for it.
func withNumbersOf(k kinds) kinds {
	if k&fraction != 0 {
		return k | numeric
	}
	return k
}

// field looks a field up in an object.
func field(value any, name string) (any, bool) {
	switch value := value.(type) {
	case map[string]any:
		found, exists := value[name]
		return found, exists
	case Object:
		return value.Field(name)
	}
	return nil, false
}

// fieldNames lists the fields of an object in order.
func fieldNames(value any) []string {
	var names []string
	switch value := value.(type) {
	case map[string]any:
		names = make([]string, 0, len(value))
		for name := range value {
			names = append(names, name)
		}
	case Object:
		names = slices.Clone(value.Fields())
	}
	slices.Sort(names)
	return names
}

// count is how many fields an object has. An Object has to list them for that.
func (r *run) count(value any) int {
	if fields, isMap := value.(map[string]any); isMap {
		return len(fields)
	}
	count := len(value.(Object).Fields())
	r.charge(count)
	return count
}

// missing is the error of a field or name that does not exist. It is put into words
// only when someone reads it: most are asked for by has or || and forgotten.
type missing struct {
	what, name string
	in         any
}

func (m *missing) Error() string {
	text := fmt.Sprintf("there is no %s %q", m.what, m.name)
	names := fieldNames(m.in)
	if len(names) == 0 {
		return text
	}
	const most = 10
	more := ""
	if len(names) > most {
		more = fmt.Sprintf(" and %d more", len(names)-most)
		names = names[:most]
	}
	return text + ", only " + strings.Join(names, ", ") + more
}

// equal tells whether two values are the same JSON. It counts what it looks at.
func (r *run) equal(a, b any) bool {
	r.work(1)
	switch left := a.(type) {
	case int64, float64:
		return kindOf(b)&numeric != 0 && compareNumbers(a, b) == 0
	case string:
		right, same := b.(string)
		if !same || len(left) != len(right) {
			return false
		}
		r.work(len(left))
		return left == right
	case []any:
		right, same := b.([]any)
		return same && r.equalLists(left, right)
	case map[string]any, Object:
		return kindOf(b) == object && r.equalObjects(a, b)
	case optional:
		right, same := b.(optional)
		return same && left.present == right.present && r.equal(left.value, right.value)
	case types.Timestamp:
		right, same := b.(types.Timestamp)
		return same && left.Time.Equal(right.Time)
	case types.Bytes:
		right, same := b.(types.Bytes)
		r.work(len(left))
		return same && slices.Equal(left, right)
	}
	return kindOf(a) == kindOf(b) && a == b
}

func (r *run) equalLists(a, b []any) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !r.equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

func (r *run) equalObjects(a, b any) bool {
	if r.count(a) != r.count(b) {
		return false
	}
	// In order, so that what it costs to find a difference is always the same.
	for _, name := range r.fields(a) {
		left, _ := field(a, name)
		right, exists := field(b, name)
		if !exists || !r.equal(left, right) {
			return false
		}
	}
	return true
}

// compare orders two values of one kind.
func (r *run) compare(a, b any) (int, error) {
	left, right := kindOf(a), kindOf(b)
	switch {
	case left&numeric != 0 && right&numeric != 0:
		return compareNumbers(a, b), nil
	case left != right:
	case left == text:
		r.work(min(len(a.(string)), len(b.(string))))
		return strings.Compare(a.(string), b.(string)), nil
	case left == boolean:
		return cmp.Compare(truth(a), truth(b)), nil
	case left == timestamp:
		return a.(types.Timestamp).Time.Compare(b.(types.Timestamp).Time), nil
	case left == duration:
		return cmp.Compare(int64(a.(types.Duration).Duration), int64(b.(types.Duration).Duration)), nil
	case left == binary:
		r.work(min(len(a.(types.Bytes)), len(b.(types.Bytes))))
		return slices.Compare(a.(types.Bytes), b.(types.Bytes)), nil
	}
	return 0, errors.New(noOrder(left, right))
}

func noOrder(left, right kinds) string { return fmt.Sprintf("%s and %s have no order", left, right) }

func truth(value any) int64 {
	if value.(bool) {
		return 1
	}
	return 0
}
