package expression

import (
	"fmt"
	"regexp"
)

// run is one evaluation of an expression.
type run struct {
	names Names
	// locals are the variables of macros: items, and what is collected from them.
	locals []any
	// spent is in tenths of a unit of cost, allowed as well.
	spent, allowed uint64
	// patterns keeps regular expressions; strict says that each costs what compiling it
	// does, and used are those of this evaluation.
	patterns *Patterns
	strict   bool
	used     map[string]*regexp.Regexp
	// unique is what uuid() is made of, and ordinal counts its calls.
	unique  func(place string) string
	ordinal int
}

// step is a compiled expression.
type step func(r *run) (any, error)

// tenths are what a unit of cost is counted in.
const tenths = 10

// overspent is the panic that leaves an evaluation when it is over its limit. It is no
// error, because || and && forget errors.
type overspent struct{}

// charge counts units of cost, before what they are for is done.
func (r *run) charge(units int) { r.work(units * tenths) }

// work counts bytes that are read or items that are made, ten to the unit.
func (r *run) work(amount int) {
	r.spent += uint64(amount)
	if r.spent > r.allowed {
		panic(overspent{})
	}
}

// fields lists an object's fields in order, and charges for the sorting.
func (r *run) fields(value any) []string {
	r.charge(r.count(value))
	return fieldNames(value)
}

// evaluate runs the expression and returns a JSON value.
func (e *expression) evaluate(names Names, limits Limits) (value any, err error) {
	r := &run{names: names, allowed: allowance(limits.Cost), patterns: limits.Patterns, strict: limits.Strict, unique: limits.Unique}
	if e.locals > 0 {
		r.locals = make([]any, e.locals)
	}
	defer func() {
		if limits.Spent != nil {
			*limits.Spent += r.spent / tenths
		}
		switch problem := recover().(type) {
		case nil:
		case overspent:
			value, err = nil, &Error{Kind: TooCostly, Message: fmt.Sprintf("the expression costs more than %d", limits.Cost)}
		default:
			value, err = nil, &Error{Kind: Failed, Message: limitMessage(fmt.Errorf("the expression cannot be evaluated: %v", problem))}
		}
	}()
	found, err := e.run(r)
	if err != nil {
		return nil, failure(err)
	}
	value, err = toJSON(found, limits.Bytes)
	if err != nil {
		return nil, failure(err)
	}
	return value, nil
}

// allowance is a limit of cost in tenths.
func allowance(cost uint64) uint64 {
	const most = 1 << 60 // so that adding to it never overflows
	return min(cost, most/tenths) * tenths
}

// boolean evaluates an operand of a logical operator.
func (r *run) boolean(operand step) (bool, error) {
	value, err := operand(r)
	if err != nil {
		return false, err
	}
	result, isBoolean := value.(bool)
	if !isBoolean {
		return false, fmt.Errorf("a condition must be a boolean, not %s", kindOf(value))
	}
	return result, nil
}
