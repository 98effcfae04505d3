package expression

import (
	"fmt"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/parser"
)

// fold is a compiled macro: all, exists, map, filter and the others. The parser has
// made one form of them all: a variable is given a first value, and for each item, as
// long as the condition holds, the value of the step.
type fold struct {
	over, first, condition, next, result step
	// collected, item and second are places in run.locals: of the value that is made, of
	// the item (in an object: its key) and, in macros with two variables, of the value
	// beside the key, else -1.
	collected, item, second int
}

// failedValue is a variable whose value could not be computed. That is an error where
// the variable is used, and only there.
type failedValue struct{ err error }

func (c *compiler) macro(node ast.Expr) step {
	syntax := node.AsComprehension()
	f := &fold{over: c.compile(syntax.IterRange()), first: c.compile(syntax.AccuInit()), second: -1}
	f.collected = c.declare(syntax.AccuVar())
	f.item = c.declare(syntax.IterVar())
	if syntax.HasIterVar2() {
		f.second = c.declare(syntax.IterVar2())
	}
	f.condition = c.compile(syntax.LoopCondition())
	f.next = c.compile(syntax.LoopStep())
	c.scope = c.scope[:f.item]
	f.result = c.compile(syntax.Result())
	c.scope = c.scope[:f.collected]
	return f.run
}

// declare adds a variable and returns its place.
func (c *compiler) declare(name string) int {
	c.scope = append(c.scope, name)
	c.locals = max(c.locals, len(c.scope))
	return len(c.scope) - 1
}

func (f *fold) run(r *run) (any, error) {
	r.charge(1)
	over, err := f.over(r)
	if err != nil {
		return nil, err
	}
	first, err := f.first(r)
	if err != nil {
		first = failedValue{err}
	}
	r.locals[f.collected] = first
	if err := f.walk(r, over); err != nil {
		return nil, err
	}
	return f.result(r)
}

// walk goes through a list, or through the keys of an object in order.
func (f *fold) walk(r *run, over any) error {
	switch kindOf(over) {
	case list:
		for i, item := range over.([]any) {
			if more, err := f.round(r, int64(i), item, item); !more {
				return err
			}
		}
		return nil
	case object:
		for _, name := range r.fields(over) {
			value, _ := field(over, name)
			if more, err := f.round(r, name, value, name); !more {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("a macro walks through a list or an object, not %s", kindOf(over))
}

// round takes one item. With two variables they are the key and the value, else the
// only one is single.
func (f *fold) round(r *run, key, value, single any) (more bool, err error) {
	r.charge(1)
	if f.second >= 0 {
		r.locals[f.item], r.locals[f.second] = key, value
	} else {
		r.locals[f.item] = single
	}
	if holds, err := r.boolean(f.condition); err != nil || !holds {
		return false, err
	}
	next, err := f.next(r)
	if err != nil {
		next = failedValue{err}
	}
	r.locals[f.collected] = next
	return true, nil
}

// collects tells whether an addition is the one by which macros make a list: nobody
// but the macro sees that list before it is finished.
func (c *compiler) collects(arguments []ast.Expr) bool {
	left, right := arguments[0], arguments[1]
	return left.Kind() == ast.IdentKind && left.AsIdent() == parser.HiddenAccumulatorName &&
		right.Kind() == ast.ListKind && right.AsList().Size() == 1 && len(right.AsList().OptionalIndices()) == 0
}

// collect adds an item to the list in place: a copy in each round would make macros
// slower with the square of the items.
func (c *compiler) collect(arguments []ast.Expr) step {
	collected := c.compile(arguments[0])
	item := c.compile(arguments[1].AsList().Elements()[0])
	return func(r *run) (any, error) {
		list, err := collected(r)
		if err != nil {
			return nil, err
		}
		value, err := item(r)
		if err != nil {
			return nil, err
		}
		r.charge(1)
		return append(list.([]any), value), nil
	}
}

// sortedByKeys is what the macro sortBy calls.
const sortedByKeys = "@sortByAssociatedKeys"

// macroFunctions are what the parser's macros are made of.
func macroFunctions() map[signature]function {
	return map[signature]function{
		{sortedByKeys, member}: {takes: []kinds{list, list}, gives: same, run: func(r *run, a []any) (any, error) {
			return r.sortBy(a[0].([]any), a[1].([]any))
		}},
		{"cel.@mapInsert", plain}: {takes: []kinds{object, anything, anything}, optional: 1, gives: always(object), run: insert},
	}
}

// insert adds to the map that a macro makes, which nobody else sees yet.
func insert(r *run, a []any) (any, error) {
	fields := a[0].(map[string]any)
	if len(a) == 3 {
		name, isText := a[1].(string)
		if !isText {
			return nil, fmt.Errorf("a key must be a string, not %s", kindOf(a[1]))
		}
		return fields, put(r, fields, name, a[2])
	}
	if kindOf(a[1]) != object {
		return nil, fmt.Errorf("transformMapEntry makes objects, not %s", kindOf(a[1]))
	}
	for _, name := range r.fields(a[1]) {
		value, _ := field(a[1], name)
		if err := put(r, fields, name, value); err != nil {
			return nil, err
		}
	}
	return fields, nil
}

func put(r *run, fields map[string]any, name string, value any) error {
	r.charge(1)
	if _, exists := fields[name]; exists {
		return fmt.Errorf("the key %s is there twice", quoted(name))
	}
	fields[name] = value
	return nil
}
