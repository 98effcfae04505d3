package language

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"dynamicsamples/blueprint/expression"
)

// expected is what a value is going to be used as.
type expected struct {
	// schema is what it must fit, nil for any value.
	schema *Schema
	// name says what the value is: "when", "the argument of charge_card".
	name string
	// owner says what has the fields of the value, where that is not the name.
	owner string
	// expression says that the value is mostly an expression, so that a text is
	// probably one without its braces.
	expression bool
	// again says that the value is evaluated whenever it is asked for, so that no part of it may
	// depend on how often.
	again bool
}

// condition is a value that decides.
func condition(name string) expected {
	return expected{schema: typeOf("boolean"), name: name, expression: true}
}

// whose is what has the fields of the value.
func (e expected) whose() string { return or(e.owner, e.name) }

// field is what is expected of a field.
func (e expected) field(key string) expected {
	if !descends(e.schema) {
		return expected{again: e.again, name: e.name}
	}
	schema, named := e.schema.Properties[key]
	if more := e.schema.AdditionalProperties; !named && more != nil && !refusesAll(more) {
		schema = more
	}
	return expected{schema: schema, name: quote(key) + " of " + e.whose(), again: e.again}
}

// item is what is expected of an item.
func (e expected) item() expected {
	if !descends(e.schema) || e.schema.PrefixItems != nil {
		return expected{again: e.again, name: e.name}
	}
	return expected{schema: e.schema.Items, name: "an item of " + e.whose(), again: e.again}
}

// typed is what is known of a value before it is evaluated.
type typed struct {
	schema   *Schema // nil for any value
	constant bool    // there are no expressions in it
}

// value checks the expressions of a value, and the value against what is expected.
func (c *checker) value(at spot, raw any, want expected) typed {
	before := len(c.problems)
	got := c.part(at, raw, want)
	if got.constant && len(c.problems) == before {
		c.validate(at, raw, want)
	}
	return got
}

// needed checks a value that has to be there.
func (c *checker) needed(at spot, value *Value, want expected) typed {
	if value == nil {
		if !c.absent(at) {
			c.report(at, "missing-key", want.name+" is missing")
		}
		return typed{}
	}
	return c.value(at, value.Raw, want)
}

func (c *checker) part(at spot, raw any, want expected) typed {
	before := len(c.problems)
	var got typed
	switch raw := raw.(type) {
	case string:
		got = c.text(at, raw)
		if want.again {
			c.noUUIDs(at, raw, want.name)
		}
		c.compare(at, raw, got, want)
	case []any:
		c.compare(at, raw, typed{schema: typeOf("array")}, want)
		got = c.items(at, raw, want.item())
	case map[string]any:
		c.compare(at, raw, typed{schema: typeOf("object")}, want)
		got = c.fields(at, raw, want)
	default:
		got = typed{schema: typeOfScalar(raw), constant: true}
		c.compare(at, raw, got, want)
	}
	if got.constant && len(c.problems) == before && want.schema != nil && rules(want.schema) != "" {
		// Here it is known best what is wrong.
		c.validate(at, raw, want)
	}
	return got
}

// text checks a text with its expressions.
func (c *checker) text(at spot, text string) typed {
	if !strings.Contains(text, "${") {
		if c.warnings != nil {
			c.warnings.plain(at, text)
		}
		return typed{schema: typeOf("string"), constant: true}
	}
	template := c.template(at, text)
	if template == nil {
		return typed{}
	}
	if _, fixed := template.Literal(); fixed {
		return typed{schema: typeOf("string")}
	}
	before, references := len(c.problems), template.References()
	schema, problems := template.Check(c.types(at, references))
	for _, problem := range problems {
		c.inText(at, problem.Offset, codeOf(problem), problem.Message, c.near(problem.Name, problem.Known))
	}
	if len(c.problems) > before {
		return typed{}
	}
	if c.warnings != nil {
		c.warnings.expression(at, text, references)
	}
	return typed{schema: schema}
}

// noUUIDs reports the calls of uuid() in a text.
func (c *checker) noUUIDs(at spot, text, name string) {
	template := c.templates[text]
	if template == nil {
		return
	}
	for _, offset := range template.Unique() {
		c.inText(at, offset, "no-uuid", "uuid() is not allowed in "+name+": it is evaluated more than once; set a variable in a step before, or in vars", "")
	}
}

// template compiles a text, or finds it among those that were; it is nil where that is
// not possible.
func (c *checker) template(at spot, text string) *expression.Template {
	c.expressions++
	c.expressionBytes += len(text)
	if c.expressions > c.limits.Expressions || c.expressionBytes > c.limits.ExpressionBytes {
		if !c.tooMany {
			c.report(at, "too-many-expressions", fmt.Sprintf("the budget allows %d expressions (expressions) with %d bytes together (expressionBytes)", c.limits.Expressions, c.limits.ExpressionBytes))
		}
		c.tooMany = true
		return nil
	}
	if template, compiled := c.templates[text]; compiled {
		return template
	}
	template, err := expression.Compile(text)
	if err != nil {
		c.syntax(at, err)
		return nil
	}
	c.templates[text] = template
	return template
}

func codeOf(problem expression.Problem) string {
	if problem.Name != "" {
		return "unknown-field"
	}
	return "expression-type"
}

func (c *checker) syntax(at spot, err error) {
	var problems expression.Problems
	if !errors.As(err, &problems) {
		problems = expression.Problems{{Message: err.Error()}}
	}
	for _, problem := range problems {
		c.inText(at, problem.Offset, "bad-expression", problem.Message, c.near(problem.Name, problem.Known))
	}
}

func (c *checker) items(at spot, list []any, item expected) typed {
	all := typed{schema: typeOf("array"), constant: true}
	for i, raw := range list {
		if c.more {
			break
		}
		each := c.part(at.item(i), raw, item)
		all.constant = all.constant && each.constant
		all.schema.Items = common(i, all.schema.Items, each.schema)
	}
	return all
}

func (c *checker) fields(at spot, fields map[string]any, want expected) typed {
	meant := c.unknownFields(at, fields, want)
	all := typed{schema: objectOf(nil), constant: true}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if c.more {
			break
		}
		if c.warnings != nil {
			c.warnings.key(at, key)
		}
		each := c.part(at.at(key), fields[key], want.field(key))
		all.constant = all.constant && each.constant
		all.schema.Properties[key] = orAny(each.schema)
	}
	c.missingFields(at, fields, want, meant)
	return all
}

// unknownFields reports the fields that are not expected. It returns those that were
// probably meant: they are not missing as well.
func (c *checker) unknownFields(at spot, fields map[string]any, want expected) map[string]bool {
	meant := map[string]bool{}
	if !descends(want.schema) || !refusesAll(want.schema.AdditionalProperties) {
		return meant
	}
	known := slices.Sorted(maps.Keys(want.schema.Properties))
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if want.schema.Properties[key] == nil {
			suggestion := c.near(key, known)
			meant[suggestion] = true
			c.atKey(at.at(key), "unknown-field", fmt.Sprintf("%s has no field %s", want.whose(), quote(key)), suggestion)
		}
	}
	return meant
}

func (c *checker) missingFields(at spot, fields map[string]any, want expected, meant map[string]bool) {
	if !descends(want.schema) {
		return
	}
	for _, key := range want.schema.Required {
		if _, given := fields[key]; !given && !meant[key] {
			c.report(at, "missing-field", fmt.Sprintf("%s needs the field %s", want.whose(), quote(key)))
		}
	}
}

// compare reports a value that cannot be of the expected type. Of what is written out,
// the parts are compared on their own.
func (c *checker) compare(at spot, raw any, got typed, want expected) {
	if want.schema == nil || got.schema == nil {
		return
	}
	var reason string
	if _, text := raw.(string); text && !got.constant {
		reason = c.misfit(got.schema, want.schema, want.name)
	} else {
		reason = differs(got.schema, want.schema, want.name, got.constant)
	}
	if reason != "" {
		c.suggesting(at, "wrong-type", reason, meantExpression(at, raw, want))
	}
}

// meantExpression is the expression that a text was probably meant to be, or "".
func meantExpression(at spot, raw any, want expected) string {
	text, is := raw.(string)
	if !is || !want.expression || strings.Contains(text, "${") || len(text) > longestName {
		return ""
	}
	template, err := expression.Compile("${" + text + "}")
	if err != nil || !slices.ContainsFunc(template.References(), at.scope.sees) {
		return ""
	}
	return "${" + text + "}"
}

// validate reports a constant that does not fit its schema.
func (c *checker) validate(at spot, raw any, want expected) {
	if want.schema == nil || c.work < 0 || c.validation < 0 {
		return
	}
	resolved := c.resolve(want.schema)
	if resolved == nil {
		return
	}
	// A constant that would take too much is left to the run.
	ready := schema{steps: map[string]int{}}
	ready.measure(want.schema)
	if c.validation -= ready.validation(want.schema, raw, c.validation); c.validation < 0 {
		return
	}
	// Which of several problems the library tells is left to chance, and here it must
	// always be the same: what is expected is reported instead.
	if resolved.Validate(raw) != nil {
		c.report(at, "wrong-value", want.name+" does not fit its schema"+rules(want.schema))
	}
}

// resolve prepares a schema, nil where that is not possible: a part of a schema may
// refer to the rest.
func (c *checker) resolve(schema *Schema) *jsonschema.Resolved {
	resolved, done := c.resolved[schema]
	if !done {
		resolved, _ = schema.Resolve(nil)
		c.resolved[schema] = resolved
	}
	return resolved
}
