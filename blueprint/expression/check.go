package expression

import (
	"fmt"
	"maps"
	"slices"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"github.com/google/jsonschema-go/jsonschema"
)

// Types are the static types of the names that an expression may use. They are
// immutable, and so must their schemas be.
type Types struct {
	names map[string]*jsonschema.Schema
}

// NewTypes returns the types of the names; a nil schema is any value.
func NewTypes(names map[string]*jsonschema.Schema) *Types {
	return &Types{names: maps.Clone(names)}
}

// With returns the types with one name more, or with another type for a name.
func (t *Types) With(name string, schema *jsonschema.Schema) *Types {
	names := make(map[string]*jsonschema.Schema, len(t.names)+1)
	maps.Copy(names, t.names)
	names[name] = schema
	return &Types{names: names}
}

// Check returns the static type of the result, nil for any value, and what is wrong: an
// unknown name, a field that a closed object does not have, an operation that cannot
// succeed. What may succeed is no problem: a field that may be missing, a number where
// a whole number is wanted.
func (t *Template) Check(types *Types) (*jsonschema.Schema, Problems) {
	var problems Problems
	result := &jsonschema.Schema{Type: "string"}
	for _, part := range t.parts {
		if part.expression == nil {
			continue
		}
		checked, found := part.expression.check(types)
		problems = append(problems, found...)
		if len(t.parts) == 1 {
			result = checked
		}
	}
	return result, problems.sorted()
}

func (e *expression) check(types *Types) (*jsonschema.Schema, Problems) {
	if types == nil {
		types = &Types{}
	}
	c := &checker{source: e.source, types: types}
	result := c.check(e.source.root)
	if result.kinds == optionalKind {
		c.problem(e.source.root, "the result may be missing: say what it is then, with .orValue()")
	} else if result.kinds == typeKind {
		c.problem(e.source.root, "a type is no JSON value")
	}
	return result.toSchema(), c.problems
}

// checker finds the types of the parts of an expression.
type checker struct {
	source   *source
	types    *Types
	scope    []variable
	problems Problems
}

// variable is a variable of a macro.
type variable struct {
	name string
	of   static
}

// mostProblems bounds the problems of one expression.
const mostProblems = 20

// problem reports what is wrong with a part, where it begins.
func (c *checker) problem(node ast.Expr, format string, arguments ...any) {
	c.problemAt(c.source.beginning(node), format, arguments...)
}

func (c *checker) problemAt(offset int, format string, arguments ...any) {
	if len(c.problems) < mostProblems {
		c.problems = append(c.problems, Problem{Offset: offset, Message: fmt.Sprintf(format, arguments...)})
	}
}

// unknown reports a name that does not exist among those that are known.
func (c *checker) unknown(node ast.Expr, what, name string, known func() []string) {
	if len(c.problems) < mostProblems {
		c.problemAt(c.source.offset(node), "there is no %s %q", what, name)
		last := &c.problems[len(c.problems)-1]
		last.Name, last.Known = name, known()
	}
}

func (c *checker) check(node ast.Expr) static {
	switch node.Kind() {
	case ast.LiteralKind:
		value, _ := fromLiteral(node.AsLiteral())
		return static{kinds: kindOf(value)}
	case ast.IdentKind:
		return c.name(node)
	case ast.SelectKind:
		return c.selection(node)
	case ast.CallKind:
		return c.call(node)
	case ast.ListKind:
		return c.list(node)
	case ast.MapKind:
		return c.object(node)
	case ast.ComprehensionKind:
		return c.macro(node)
	}
	return unknown()
}

func (c *checker) checkAll(nodes []ast.Expr) []static {
	types := make([]static, len(nodes))
	for i, node := range nodes {
		types[i] = c.check(node)
	}
	return types
}

func (c *checker) name(node ast.Expr) static {
	name := node.AsIdent()
	for _, variable := range slices.Backward(c.scope) {
		if variable.name == name {
			return variable.of
		}
	}
	if isType(name) {
		return static{kinds: typeKind}
	}
	schema, exists := c.types.names[name]
	if !exists {
		c.unknown(node, "name", name, func() []string { return slices.Sorted(maps.Keys(c.types.names)) })
		return unknown()
	}
	return fromSchema(schema)
}

// selection checks operand.field and has(operand.field).
func (c *checker) selection(node ast.Expr) static {
	syntax := node.AsSelect()
	operand := c.check(syntax.Operand())
	found := c.field(node, operand, syntax.FieldName())
	switch {
	case syntax.IsTestOnly():
		return static{kinds: boolean}
	case operand.kinds == optionalKind:
		return found.wrap()
	}
	return found
}

// field is the type of a field, also of what an optional value holds.
func (c *checker) field(node ast.Expr, of static, name string) static {
	if of.kinds == optionalKind {
		of = of.item()
	}
	if of.kinds == 0 {
		return unknown()
	}
	if of.kinds&(object|optionalKind) == 0 {
		c.problemAt(c.source.offset(node), "%s has no field %q", of.kinds, name)
		return unknown()
	}
	found, exists := of.field(name)
	if !exists {
		c.unknown(node, "field", name, of.known)
		return unknown()
	}
	return found
}

func (c *checker) list(node ast.Expr) static {
	syntax := node.AsList()
	var items static
	for i, element := range syntax.Elements() {
		items = items.join(c.element(element, syntax.IsOptional(int32(i))))
	}
	return static{kinds: list, items: &items}
}

// element is the type of what stands in a list or map.
func (c *checker) element(node ast.Expr, isOptional bool) static {
	found := c.check(node)
	if !isOptional {
		return found
	}
	if found.kinds != 0 && found.kinds&optionalKind == 0 {
		c.problem(node, "after ? comes an optional value, not %s", found.kinds)
	}
	return found.item()
}

func (c *checker) object(node ast.Expr) static {
	fields := map[string]static{}
	var maybe []string
	constant := true
	for _, written := range node.AsMap().Entries() {
		entry := written.AsMapEntry()
		if key := c.check(entry.Key()); key.kinds != 0 && key.kinds&text == 0 {
			c.problem(entry.Key(), "a key must be a string, not %s", key.kinds)
		}
		value := c.element(entry.Value(), entry.IsOptional())
		name, isConstant := constantText(entry.Key())
		if _, twice := fields[name]; twice && isConstant {
			c.problem(entry.Key(), "the key %s is given twice", quoted(name))
		}
		constant = constant && isConstant
		fields[name] = value
		if entry.IsOptional() {
			maybe = append(maybe, name)
		}
	}
	if !constant {
		return static{kinds: object}
	}
	return static{kinds: object, fields: fields, maybe: maybe}
}

func (c *checker) call(node ast.Expr) static {
	call := node.AsCall()
	arguments := call.Args()
	switch call.FunctionName() {
	case operators.LogicalAnd, operators.LogicalOr:
		for _, argument := range arguments {
			c.condition(argument)
		}
		return static{kinds: boolean}
	case operators.NotStrictlyFalse:
		c.check(arguments[0])
		return static{kinds: boolean}
	case operators.Conditional:
		c.condition(arguments[0])
		return c.check(arguments[1]).join(c.check(arguments[2]))
	case operators.OptSelect:
		name, _ := constantText(arguments[1])
		return c.field(arguments[1], c.check(arguments[0]), name).wrap()
	case operators.Index:
		return c.index(node, false)
	case operators.OptIndex:
		return c.index(node, true)
	}
	return c.function(node)
}

func (c *checker) condition(node ast.Expr) {
	if found := c.check(node); found.kinds != 0 && found.kinds&boolean == 0 {
		c.problem(node, "a condition must be a boolean, not %s", found.kinds)
	}
}

// index checks operand[key] and operand[?key].
func (c *checker) index(node ast.Expr, isOptional bool) static {
	arguments := node.AsCall().Args()
	operand, key := c.check(arguments[0]), c.check(arguments[1])
	if operand.kinds == optionalKind {
		operand, isOptional = operand.item(), true
	}
	found := c.item(arguments[1], operand, key)
	if isOptional {
		return found.wrap()
	}
	return found
}

func (c *checker) item(node ast.Expr, operand, key static) static {
	var wanted kinds
	if operand.kinds&list != 0 {
		wanted |= integer
	}
	if operand.kinds&object != 0 {
		wanted |= text
	}
	switch {
	case operand.kinds == 0 || operand.kinds&optionalKind != 0:
		return unknown()
	case wanted == 0:
		c.problem(node, "%s has no items", operand.kinds)
		return unknown()
	case key.kinds != 0 && key.kinds&wanted == 0:
		c.problem(node, "the key is %s here, not %s", wanted, key.kinds)
		return unknown()
	}
	if name, isConstant := constantText(node); isConstant {
		return c.field(node, operand, name)
	}
	var found static
	if operand.kinds&list != 0 && key.kinds&integer != 0 {
		found = found.join(operand.item())
	}
	if operand.kinds&object != 0 && key.kinds&text != 0 {
		found = found.join(operand.value())
	}
	return found
}

func (c *checker) function(node ast.Expr) static {
	name, nodes := resolve(node)
	arguments := c.checkAll(nodes)
	called := functions()[name] // compile has seen that it exists
	possible := true
	for i, argument := range arguments {
		switch {
		case argument.kinds == 0:
			return unknown()
		case argument.kinds&called.parameter(i) == 0:
			c.problem(nodes[i], "%s", called.misuse(name, i, argument.kinds))
			possible = false
		}
	}
	if !possible {
		return unknown()
	}
	result := called.gives(arguments)
	if result.kinds == 0 && len(arguments) == 2 && isOperator(name.name) {
		c.problemAt(c.source.offset(node), "%s", impossible(name, arguments[0].kinds, arguments[1].kinds))
		return unknown()
	}
	return result
}

// impossible says that an operator does not take two kinds together.
func impossible(name signature, left, right kinds) string {
	switch name.name {
	case operators.Add:
		return cannotAdd(left, right)
	case operators.Subtract:
		return cannotSubtract(left, right)
	case operators.Equals, operators.NotEquals:
		return fmt.Sprintf("%s and %s are never equal", left, right)
	case operators.In:
		return fmt.Sprintf("%s is never in there", left)
	}
	return noOrder(left, right)
}

// macro checks the form that the parser makes of macros: see fold.
func (c *checker) macro(node ast.Expr) static {
	syntax := node.AsComprehension()
	over := c.check(syntax.IterRange())
	if over.kinds != 0 && over.kinds&(list|object) == 0 {
		c.problem(syntax.IterRange(), "a macro walks through a list or an object, not %s", over.kinds)
		over = unknown()
	}
	outside := len(c.scope)
	collected := c.check(syntax.AccuInit())
	c.scope = append(c.scope, variable{syntax.AccuVar(), collected})
	c.declareItem(syntax, over)
	c.condition(syntax.LoopCondition())
	collected = collected.join(c.check(syntax.LoopStep()))
	c.scope = append(c.scope[:outside], variable{syntax.AccuVar(), collected})
	result := c.check(syntax.Result())
	c.scope = c.scope[:outside]
	return result
}

// declareItem declares the one or two variables of a macro.
func (c *checker) declareItem(syntax ast.ComprehensionExpr, over static) {
	var key, value, single static
	if over.kinds&list != 0 {
		key, value = static{kinds: integer}, over.item()
		single = value
	}
	if over.kinds&object != 0 {
		name := static{kinds: text}
		key, value, single = key.join(name), value.join(over.value()), single.join(name)
	}
	if !syntax.HasIterVar2() {
		c.scope = append(c.scope, variable{syntax.IterVar(), single})
		return
	}
	c.scope = append(c.scope, variable{syntax.IterVar(), key}, variable{syntax.IterVar2(), value})
}
