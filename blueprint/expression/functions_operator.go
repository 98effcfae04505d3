package expression

import (
	"errors"
	"fmt"

	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// operatorFunctions are the operators that are no part of the control flow.
func operatorFunctions() map[signature]function {
	table := map[signature]function{
		{operators.Equals, plain}:    {takes: []kinds{anything, anything}, gives: equality, run: equals},
		{operators.NotEquals, plain}: {takes: []kinds{anything, anything}, gives: equality, run: differs},
		{operators.In, plain}:        {takes: []kinds{anything, list | object}, gives: membership, run: contained},
		{operators.LogicalNot, plain}: {takes: []kinds{boolean}, gives: always(boolean), run: func(_ *run, a []any) (any, error) {
			return !a[0].(bool), nil
		}},
		{operators.Negate, plain}: {takes: []kinds{numeric | duration}, gives: same, run: negate},
		{operators.Add, plain}: {
			takes: []kinds{numeric | text | list | timestamp | duration | binary, numeric | text | list | timestamp | duration | binary},
			gives: sum, run: add,
		},
		{operators.Subtract, plain}: {
			takes: []kinds{numeric | timestamp | duration, numeric | timestamp | duration}, gives: difference, run: subtract,
		},
	}
	for name, operation := range map[string]arithmetic{
		operators.Multiply: multiplication(), operators.Divide: division(), operators.Modulo: remainder(),
	} {
		gives := wholeOfWhole
		if name == operators.Divide {
			gives = always(numeric)
		}
		table[signature{name, plain}] = function{takes: []kinds{numeric, numeric}, gives: gives, run: func(_ *run, a []any) (any, error) {
			return operation.apply(a[0], a[1])
		}}
	}
	for name, holds := range map[string]func(order int) bool{
		operators.Less:          func(order int) bool { return order < 0 },
		operators.LessEquals:    func(order int) bool { return order <= 0 },
		operators.Greater:       func(order int) bool { return order > 0 },
		operators.GreaterEquals: func(order int) bool { return order >= 0 },
	} {
		const ordered = numeric | text | boolean | timestamp | duration | binary
		table[signature{name, plain}] = function{takes: []kinds{ordered, ordered}, gives: comparison, run: func(r *run, a []any) (any, error) {
			order, err := r.compare(a[0], a[1])
			return holds(order), err
		}}
	}
	return table
}

func equals(r *run, a []any) (any, error) { return r.equal(a[0], a[1]), nil }

func differs(r *run, a []any) (any, error) { return !r.equal(a[0], a[1]), nil }

func contained(r *run, a []any) (any, error) {
	if items, isList := a[1].([]any); isList {
		return r.contains(items, a[0]), nil
	}
	name, isText := a[0].(string)
	_, found := field(a[1], name)
	return isText && found, nil
}

func (r *run) contains(items []any, value any) bool {
	for _, item := range items {
		if r.equal(item, value) {
			return true
		}
	}
	return false
}

func add(r *run, a []any) (any, error) {
	left, right := kindOf(a[0]), kindOf(a[1])
	switch {
	case left&right&numeric != 0, left&numeric != 0 && right&numeric != 0:
		return addition().apply(a[0], a[1])
	case left == text && right == text:
		r.work(len(a[0].(string)) + len(a[1].(string)))
		return a[0].(string) + a[1].(string), nil
	case left == list && right == list:
		first, second := a[0].([]any), a[1].([]any)
		r.work(len(first) + len(second))
		return append(append(make([]any, 0, len(first)+len(second)), first...), second...), nil
	case left == binary && right == binary:
		first, second := a[0].(types.Bytes), a[1].(types.Bytes)
		r.work(len(first) + len(second))
		return append(append(make(types.Bytes, 0, len(first)+len(second)), first...), second...), nil
	case left|right == timestamp|duration, left == duration && right == duration:
		return fromCEL(a[0].(traits.Adder).Add(a[1].(ref.Val)))
	}
	return nil, errors.New(cannotAdd(left, right))
}

func cannotAdd(left, right kinds) string {
	message := fmt.Sprintf("%s and %s cannot be added", left, right)
	if (left|right)&text != 0 && (left|right)&(numeric|boolean) != 0 {
		message += "; string(x) makes a string of a value"
	}
	return message
}

func cannotSubtract(left, right kinds) string {
	return fmt.Sprintf("%s cannot be subtracted from %s", right, left)
}

func subtract(_ *run, a []any) (any, error) {
	left, right := kindOf(a[0]), kindOf(a[1])
	switch {
	case left&numeric != 0 && right&numeric != 0:
		return subtraction().apply(a[0], a[1])
	case left == timestamp && right&(timestamp|duration) != 0, left == duration && right == duration:
		return fromCEL(a[0].(traits.Subtractor).Subtract(a[1].(ref.Val)))
	}
	return nil, errors.New(cannotSubtract(left, right))
}

func negate(_ *run, a []any) (any, error) {
	if kindOf(a[0]) == duration {
		return fromCEL(a[0].(types.Duration).Negate())
	}
	return subtraction().apply(int64(0), a[0])
}

// toCEL makes cel-go's form of a value that is neither list nor object.
func toCEL(value any) ref.Val {
	switch value := value.(type) {
	case ref.Val:
		return value
	case bool:
		return types.Bool(value)
	case int64:
		return types.Int(value)
	case float64:
		return types.Double(value)
	case string:
		return types.String(value)
	}
	return types.NullValue
}

// fromCEL is the value, or the error, that cel-go gives.
func fromCEL(value ref.Val) (any, error) {
	switch value := value.(type) {
	case *types.Err:
		return nil, value.Unwrap()
	case types.Timestamp, types.Duration:
		return value, nil
	}
	return fromLiteral(value)
}
