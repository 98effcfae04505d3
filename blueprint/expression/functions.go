package expression

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
)

// function is an operator or a function that expressions may call. There are no others.
type function struct {
	// takes are the kinds of the arguments, the receiver's first.
	takes []kinds
	// optional is how many of the last arguments may be left out.
	optional int
	// variadic takes the last argument any number of times.
	variadic bool
	// gives is the type of the result.
	gives func(arguments []static) static
	run   func(r *run, arguments []any) (any, error)
}

// style is how a function is called.
type style int

const (
	plain  style = iota // f(x)
	member              // x.f()
)

type signature struct {
	name  string
	style style
}

// functions are all there are. What follows the same rules is in one table each.
var functions = sync.OnceValue(func() map[signature]function {
	all := map[signature]function{}
	for _, table := range []map[signature]function{
		operatorFunctions(), conversionFunctions(), textFunctions(), listFunctions(), mathFunctions(), timeFunctions(),
		optionalFunctions(), macroFunctions(), dataFunctions(),
	} {
		maps.Copy(all, table)
	}
	return all
})

// functionNames are the names of the functions that are called in that style.
func functionNames(style style) []string {
	var names []string
	for signature := range functions() {
		if signature.style == style && !isOperator(signature.name) && !strings.Contains(signature.name, "@") {
			names = append(names, signature.name)
		}
	}
	slices.Sort(names)
	return names
}

// resolve finds the function that a call means, and its arguments, the receiver's
// first. A receiver can be the first part of the function's name: math.abs(x).
func resolve(node ast.Expr) (name signature, arguments []ast.Expr) {
	call := node.AsCall()
	if !call.IsMemberFunction() {
		return signature{strings.TrimPrefix(call.FunctionName(), "."), plain}, call.Args()
	}
	target := call.Target()
	method := signature{call.FunctionName(), member}
	if target.Kind() == ast.IdentKind && isNamespace(target.AsIdent()) {
		full := signature{target.AsIdent() + "." + call.FunctionName(), plain}
		_, isFunction := functions()[full]
		_, isMethod := functions()[method]
		if isFunction || !isMethod {
			return full, call.Args()
		}
	}
	return method, append([]ast.Expr{target}, call.Args()...)
}

func isNamespace(name string) bool {
	return slices.Contains([]string{"base64", "cel", "json", "lists", "math", "optional", "sets"}, name)
}

// function compiles a call of an operator or a function.
func (c *compiler) function(node ast.Expr) step {
	name, nodes := resolve(node)
	arguments := c.compileAll(nodes)
	if name.name == operators.In && len(nodes) == 2 && c.open != nil {
		c.open.Asked, _ = constantText(nodes[0])
	}
	called, exists := functions()[name]
	if !exists {
		c.problems = append(c.problems, unknownFunction(c.source.offset(node), name))
		return nothing
	}
	if wrong := called.checkCount(name, len(arguments)); wrong != "" {
		return c.problem(node, "%s", wrong)
	}
	if name == uuidFunction {
		return c.uuid(node)
	}
	if name.name == "matches" {
		if pattern, isConstant := constantText(nodes[1]); isConstant {
			return c.matchesConstant(node, arguments[0], pattern)
		}
	}
	return called.step(name, arguments)
}

func unknownFunction(offset int, name signature) Problem {
	message := fmt.Sprintf("there is no function %s", name)
	if written := elsewhere(name.name); written != "" {
		return Problem{Offset: offset, Message: message + ": write " + written}
	}
	return Problem{Offset: offset, Message: message, Name: name.name, Known: functionNames(name.style)}
}

// elsewhere is how the thing is written that a function of other languages does, or "".
func elsewhere(name string) string {
	switch name {
	case "not":
		return "!"
	case "len", "length", "count":
		return "size(x)"
	case "str", "toString":
		return "string(x)"
	case "coalesce", "default":
		return "x.?y.orValue(z)"
	}
	return ""
}

// String names a function in messages.
func (s signature) String() string {
	switch s.name {
	case operators.Negate:
		return "minus"
	case operators.In:
		return "in"
	case sortedByKeys:
		return ".sortBy()"
	}
	if isOperator(s.name) {
		return strings.Trim(s.name, "_")
	}
	if s.style == member {
		return "." + s.name + "()"
	}
	return s.name + "()"
}

func isOperator(name string) bool { return strings.HasSuffix(name, "_") || name == operators.In }

// checkCount says what is wrong with the number of arguments.
func (f function) checkCount(name signature, count int) string {
	most, least := len(f.takes), len(f.takes)-f.optional
	if count >= least && (count <= most || f.variadic) {
		return ""
	}
	if name.style == member {
		count, least, most = count-1, least-1, most-1
	}
	wanted := fmt.Sprint(least)
	if f.variadic {
		wanted = "at least " + wanted
	} else if most > least {
		wanted = fmt.Sprintf("%d or %d", least, most)
	}
	return fmt.Sprintf("%s takes %s argument%s, not %d", name, wanted, plural(most), count)
}

func plural(count int) string {
	if count == 1 {
		return ""
	}
	return "s"
}

// parameter is what the function takes at a position.
func (f function) parameter(i int) kinds { return f.takes[min(i, len(f.takes)-1)] }

// step is a call with arguments that are evaluated first, and are of the right kinds.
func (f function) step(name signature, arguments []step) step {
	return func(r *run) (any, error) {
		values := make([]any, len(arguments))
		for i, argument := range arguments {
			value, err := argument(r)
			if err != nil {
				return nil, err
			}
			values[i] = value
		}
		r.charge(1)
		for i, value := range values {
			if kindOf(value)&f.parameter(i) == 0 {
				return nil, errors.New(f.misuse(name, i, kindOf(value)))
			}
		}
		return f.run(r, values)
	}
}

// misuse says that an argument is of the wrong kind.
func (f function) misuse(name signature, argument int, got kinds) string {
	wanted := f.parameter(argument)
	message := fmt.Sprintf("%s takes %s, not %s", name, wanted, got)
	if name.style == member && wanted&timestamp != 0 && got&text != 0 {
		message += "; timestamp(x) makes a timestamp of a string"
	}
	return message
}

func constantText(node ast.Expr) (string, bool) {
	if node.Kind() != ast.LiteralKind {
		return "", false
	}
	value, isText := node.AsLiteral().Value().(string)
	return value, isText
}

// always is a result of the same kind whatever the arguments.
func always(kind kinds) func([]static) static {
	return func([]static) static { return static{kinds: kind} }
}
