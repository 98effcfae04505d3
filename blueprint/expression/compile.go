package expression

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// expression is one compiled expression.
type expression struct {
	source *source
	run    step
	// locals is how many variables of macros are alive at once.
	locals int
	uses   []Reference
	unique []int // where uuid() is called
}

// compile compiles the expression that begins at start in the whole text.
func compile(text string, start int) (*expression, Problems) {
	parsed, problems := parse(text, start)
	if len(problems) > 0 {
		return nil, problems
	}
	c := &compiler{source: parsed}
	run := c.compile(parsed.root)
	if len(c.problems) > 0 {
		return nil, c.problems[:min(len(c.problems), mostProblems)]
	}
	return &expression{source: parsed, run: run, locals: c.locals, uses: inOrder(c.references), unique: c.unique}, nil
}

// inOrder sorts uses, each once: macros repeat their arguments.
func inOrder(uses []*Reference) []Reference {
	slices.SortStableFunc(uses, func(a, b *Reference) int { return a.Offset - b.Offset })
	var sorted []Reference
	for i, use := range uses {
		if i == 0 || uses[i-1].Offset != use.Offset {
			sorted = append(sorted, *use)
		}
	}
	return sorted
}

// references are the uses of names, in the order of the text.
func (e *expression) references() []Reference {
	var found []Reference
	for _, use := range e.uses {
		use.Path = slices.Clone(use.Path)
		found = append(found, use)
	}
	return found
}

// compiler turns the syntax of an expression into steps.
type compiler struct {
	source     *source
	problems   Problems
	references []*Reference
	// open is the reference that the node compiled last is a part of, which a selection
	// from it makes longer; or nil.
	open *Reference
	// scope are the variables of the macros around, each at its place in run.locals.
	scope  []string
	locals int
	unique []int
}

func (c *compiler) problem(node ast.Expr, format string, arguments ...any) step {
	c.problems = append(c.problems, Problem{Offset: c.source.offset(node), Message: fmt.Sprintf(format, arguments...)})
	return nothing
}

func nothing(*run) (any, error) { return nil, nil }

func (c *compiler) compile(node ast.Expr) step {
	switch node.Kind() {
	case ast.LiteralKind:
		return c.literal(node)
	case ast.IdentKind:
		return c.name(node)
	case ast.SelectKind:
		return c.selection(node)
	}
	compiled := c.compose(node)
	if !selects(node) {
		c.open = nil
	}
	return compiled
}

// compose compiles what is made of several parts.
func (c *compiler) compose(node ast.Expr) step {
	switch node.Kind() {
	case ast.CallKind:
		return c.call(node)
	case ast.ListKind:
		return c.list(node)
	case ast.MapKind:
		return c.object(node)
	case ast.ComprehensionKind:
		return c.macro(node)
	}
	return c.problem(node, "there are no messages here: an object is {\"field\": value}")
}

// selects tells whether a node is a selection with a key: steps["charge"].
func selects(node ast.Expr) bool {
	if node.Kind() != ast.CallKind {
		return false
	}
	return slices.Contains([]string{operators.Index, operators.OptIndex, operators.OptSelect}, node.AsCall().FunctionName())
}

// add makes a reference longer; what is asked for need not be there, nor what follows it.
func (r *Reference) add(name string, asked bool) {
	if !asked && r.Sure == len(r.Path) {
		r.Sure++
	}
	r.Path = append(r.Path, name)
}

// extend makes the open reference longer by a constant key, or ends it.
func (c *compiler) extend(open *Reference, key ast.Expr, asked bool) {
	c.open = nil
	if open == nil || key.Kind() != ast.LiteralKind {
		return
	}
	if name, isText := key.AsLiteral().Value().(string); isText {
		open.add(name, asked)
		c.open = open
	}
}

func (c *compiler) compileAll(nodes []ast.Expr) []step {
	steps := make([]step, len(nodes))
	for i, node := range nodes {
		steps[i] = c.compile(node)
	}
	return steps
}

func (c *compiler) literal(node ast.Expr) step {
	c.open = nil
	value, err := fromLiteral(node.AsLiteral())
	if err != nil {
		return c.problem(node, "%s", err)
	}
	return func(*run) (any, error) { return value, nil }
}

// name compiles the use of a variable of a macro, of a type or of a name.
func (c *compiler) name(node ast.Expr) step {
	name := node.AsIdent()
	c.open = nil
	if place := c.place(name); place >= 0 {
		return func(r *run) (any, error) {
			r.charge(1)
			value := r.locals[place]
			if failed, isFailed := value.(failedValue); isFailed {
				return nil, failed.err
			}
			return value, nil
		}
	}
	if isType(name) {
		return func(*run) (any, error) { return typeName(name), nil }
	}
	if strings.HasPrefix(name, ".") {
		return c.problem(node, "a name cannot begin with a dot")
	}
	c.open = &Reference{Root: name, Offset: c.source.offset(node)}
	c.references = append(c.references, c.open)
	return func(r *run) (any, error) {
		r.charge(1)
		if value, found := r.names.Lookup(name); found {
			return value, nil
		}
		return nil, &missing{what: "name", name: name, in: knownNames{r.names}}
	}
}

// knownNames is the names as an object, for the error about one that is missing.
type knownNames struct{ Names }

func (k knownNames) Field(name string) (any, bool) { return k.Lookup(name) }

func (k knownNames) Fields() []string {
	if listed, lists := k.Names.(interface{ Fields() []string }); lists {
		return listed.Fields()
	}
	return nil
}

// place is where a variable is in run.locals, or -1. Inner macros hide outer ones.
func (c *compiler) place(name string) int {
	for i := len(c.scope) - 1; i >= 0; i-- {
		if c.scope[i] == name {
			return i
		}
	}
	return -1
}

// selection compiles operand.field and has(operand.field).
func (c *compiler) selection(node ast.Expr) step {
	syntax := node.AsSelect()
	name, test := syntax.FieldName(), syntax.IsTestOnly()
	operand := c.compile(syntax.Operand())
	if c.open != nil {
		c.open.add(name, test)
	}
	if test {
		c.open = nil
	}
	return func(r *run) (any, error) {
		value, err := operand(r)
		if err != nil {
			return nil, err
		}
		r.charge(1)
		maybe, isOptional := value.(optional)
		if isOptional {
			value = maybe.value
		}
		if test {
			_, found := field(value, name)
			return found, nil
		}
		found, err := getField(value, name)
		if isOptional {
			return perhaps(found, err)
		}
		return found, err
	}
}

func getField(value any, name string) (any, error) {
	if found, exists := field(value, name); exists {
		return found, nil
	}
	if kind := kindOf(value); kind != object {
		return nil, fmt.Errorf("%s has no field %q", kind, name)
	}
	return nil, &missing{what: "field", name: name, in: value}
}

// perhaps makes an optional value of what was found, or not.
func perhaps(value any, err error) (any, error) {
	if err != nil {
		return optional{}, nil
	}
	return optional{value: value, present: true}, nil
}

func (c *compiler) list(node ast.Expr) step {
	syntax := node.AsList()
	items := c.compileAll(syntax.Elements())
	optionals := make([]bool, len(items))
	for _, i := range syntax.OptionalIndices() {
		optionals[i] = true
	}
	const base = 10
	return func(r *run) (any, error) {
		r.charge(base)
		r.work(len(items))
		values := make([]any, 0, len(items))
		for i, item := range items {
			value, present, err := element(r, item, optionals[i])
			if err != nil {
				return nil, err
			}
			if present {
				values = append(values, value)
			}
		}
		return values, nil
	}
}

// element evaluates what stands in a list or map; ?element leaves it out when there is
// none.
func element(r *run, item step, isOptional bool) (value any, present bool, err error) {
	value, err = item(r)
	if err != nil || !isOptional {
		return value, true, err
	}
	maybe, isMaybe := value.(optional)
	if !isMaybe {
		return nil, false, fmt.Errorf("after ? comes an optional value, not %s", kindOf(value))
	}
	return maybe.value, maybe.present, nil
}

// entry is one entry of a map that is written down.
type entry struct {
	key, value step
	isOptional bool
}

func (c *compiler) object(node ast.Expr) step {
	var entries []entry
	for _, syntax := range node.AsMap().Entries() {
		written := syntax.AsMapEntry()
		entries = append(entries, entry{
			key:        c.compile(written.Key()),
			value:      c.compile(written.Value()),
			isOptional: written.IsOptional(),
		})
	}
	const base = 30
	return func(r *run) (any, error) {
		r.charge(base + len(entries))
		fields := make(map[string]any, len(entries))
		for _, entry := range entries {
			if err := entry.put(r, fields); err != nil {
				return nil, err
			}
		}
		return fields, nil
	}
}

func (e entry) put(r *run, fields map[string]any) error {
	key, err := e.key(r)
	if err != nil {
		return err
	}
	name, isText := key.(string)
	if !isText {
		return fmt.Errorf("a key must be a string, not %s", kindOf(key))
	}
	value, present, err := element(r, e.value, e.isOptional)
	if err != nil || !present {
		return err
	}
	if _, twice := fields[name]; twice && r.strict {
		return fmt.Errorf("the key %s is given twice", quoted(name))
	}
	fields[name] = value
	return nil
}

// call compiles an operator or a function.
func (c *compiler) call(node ast.Expr) step {
	call := node.AsCall()
	name, arguments := call.FunctionName(), call.Args()
	switch name {
	case operators.LogicalAnd:
		return logical(false, c.compileAll(arguments))
	case operators.LogicalOr:
		return logical(true, c.compileAll(arguments))
	case operators.NotStrictlyFalse:
		return notFalse(c.compile(arguments[0]))
	case operators.Conditional:
		return conditional(c.compile(arguments[0]), c.compile(arguments[1]), c.compile(arguments[2]))
	case operators.OptSelect:
		return c.optionalField(arguments)
	case operators.Index, operators.OptIndex:
		return c.index(name == operators.OptIndex, arguments)
	case operators.Add:
		if c.collects(arguments) {
			return c.collect(arguments)
		}
	case "or", "orValue":
		if call.IsMemberFunction() && len(arguments) == 1 {
			return otherwise(name == "or", c.compile(call.Target()), c.compile(arguments[0]))
		}
	}
	return c.function(node)
}

// logical compiles && and ||: one operand that decides makes up for an error of
// another.
func logical(deciding bool, operands []step) step {
	return func(r *run) (any, error) {
		var failed error
		for _, operand := range operands {
			r.charge(1)
			value, err := r.boolean(operand)
			if err == nil && value == deciding {
				return deciding, nil
			}
			if failed == nil {
				failed = err
			}
		}
		return !deciding, failed
	}
}

// notFalse is how macros go on after an error of one item.
func notFalse(operand step) step {
	return func(r *run) (any, error) {
		value, err := operand(r)
		return err != nil || value != false, nil
	}
}

func conditional(condition, then, otherwise step) step {
	return func(r *run) (any, error) {
		r.charge(1)
		holds, err := r.boolean(condition)
		switch {
		case err != nil:
			return nil, err
		case holds:
			return then(r)
		}
		return otherwise(r)
	}
}

// otherwise compiles or and orValue, which only evaluate their argument if they need it.
func otherwise(staysOptional bool, operand, argument step) step {
	return func(r *run) (any, error) {
		r.charge(1)
		value, err := operand(r)
		if err != nil {
			return nil, err
		}
		maybe, isOptional := value.(optional)
		switch {
		case !isOptional:
			return nil, fmt.Errorf("or and orValue follow an optional value, not %s", kindOf(value))
		case !maybe.present:
			return argument(r)
		case staysOptional:
			return maybe, nil
		}
		return maybe.value, nil
	}
}

// optionalField compiles operand.?field.
func (c *compiler) optionalField(arguments []ast.Expr) step {
	operand := c.compile(arguments[0])
	c.extend(c.open, arguments[1], true)
	name, _ := arguments[1].AsLiteral().Value().(string)
	return func(r *run) (any, error) {
		value, err := operand(r)
		if err != nil {
			return nil, err
		}
		r.charge(1)
		if maybe, isOptional := value.(optional); isOptional {
			value = maybe.value
		}
		return perhaps(getField(value, name))
	}
}

// index compiles operand[key] and operand[?key].
func (c *compiler) index(isOptional bool, arguments []ast.Expr) step {
	operand := c.compile(arguments[0])
	open := c.open
	key := c.compile(arguments[1])
	c.extend(open, arguments[1], isOptional)
	return func(r *run) (any, error) {
		value, err := operand(r)
		if err != nil {
			return nil, err
		}
		at, err := key(r)
		if err != nil {
			return nil, err
		}
		r.charge(1)
		maybe, fromOptional := value.(optional)
		if fromOptional {
			value = maybe.value
		}
		found, err := getItem(value, at)
		if isOptional || fromOptional {
			return perhaps(found, err)
		}
		return found, err
	}
}

func getItem(value, key any) (any, error) {
	if items, isList := value.([]any); isList {
		return listItem(items, key)
	}
	name, isText := key.(string)
	if isText {
		return getField(value, name)
	}
	if kind := kindOf(value); kind != object {
		return nil, fmt.Errorf("%s has no items", kind)
	}
	return nil, fmt.Errorf("the key of an object is a string, not %s", kindOf(key))
}

func listItem(items []any, key any) (any, error) {
	position, isWhole := key.(int64)
	switch {
	case !isWhole:
		return nil, fmt.Errorf("the position in a list is a whole number, not %s", kindOf(key))
	case position < 0 || position >= int64(len(items)):
		return nil, fmt.Errorf("there is no item %d in a list of %d", position, len(items))
	}
	return items[position], nil
}

// fromLiteral is the value of a literal.
func fromLiteral(literal any) (any, error) {
	switch literal := literal.(type) {
	case types.Null:
		return nil, nil
	case types.Bool:
		return bool(literal), nil
	case types.Int:
		return int64(literal), nil
	case types.Uint:
		return normalizeUnsigned(uint64(literal)), nil
	case types.Double:
		return finite(float64(literal))
	case types.String:
		return string(literal), nil
	case types.Bytes:
		return literal, nil
	}
	return nil, errors.New("there are no such literals here")
}

func isType(name string) bool {
	return slices.Contains([]string{"bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type"}, name)
}
