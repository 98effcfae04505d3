package language

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The checker's types are JSON Schemas that use few words: type, properties, items. A
// nil schema is any value.

func typeOf(name string) *Schema { return &Schema{Type: name} }

// objectOf is an object of these fields and no others.
func objectOf(fields map[string]*Schema) *Schema {
	object := &Schema{Type: "object", Properties: map[string]*Schema{}, AdditionalProperties: &Schema{Not: &Schema{}}}
	for name, schema := range fields {
		object.Properties[name] = orAny(schema)
		object.Required = append(object.Required, name)
	}
	slices.Sort(object.Required)
	return object
}

func listOf(items *Schema) *Schema { return &Schema{Type: "array", Items: items} }

func orAny(schema *Schema) *Schema {
	if schema == nil {
		return &Schema{}
	}
	return schema
}

func runSchema() *Schema {
	text := typeOf("string")
	return objectOf(map[string]*Schema{"id": text, "started": text, "now": text})
}

func errorSchema() *Schema {
	text := typeOf("string")
	return objectOf(map[string]*Schema{"type": text, "message": text, "step": text, "details": typeOf("array")})
}

func typeOfScalar(value any) *Schema {
	switch value.(type) {
	case nil:
		return typeOf("null")
	case bool:
		return typeOf("boolean")
	case int64:
		return typeOf("integer")
	case float64:
		return typeOf("number")
	default:
		return nil
	}
}

// common is the type of the items of a list that is written out, as far as they are
// simple and alike.
func common(i int, before, next *Schema) *Schema {
	switch {
	case i == 0:
		return next
	case before == nil || next == nil || before.Type != next.Type || before.Type == "object" || before.Type == "array":
		return nil
	default:
		return before
	}
}

// refusesAll reports whether a schema is false.
func refusesAll(schema *Schema) bool {
	return schema != nil && schema.Not != nil && len(typesOf(schema.Not)) == 0 && schema.Not.Not == nil &&
		schema.Not.Properties == nil && schema.Not.Required == nil
}

// descends reports whether a schema says by itself what fields and items there are.
func descends(schema *Schema) bool {
	return schema != nil && schema.Ref == "" && schema.DynamicRef == "" && schema.PatternProperties == nil
}

// typesOf lists the types that a schema allows; none is any.
func typesOf(schema *Schema) []string {
	if schema.Type != "" {
		return []string{schema.Type}
	}
	return schema.Types
}

// differs says why nothing of one type is of another one, or "". A number that is
// written out is not whole; any other one may turn out to be.
func differs(got, want *Schema, name string, written bool) string {
	has, allowed := typesOf(got), typesOf(want)
	if len(has) == 0 || len(allowed) == 0 || want.Ref != "" {
		return ""
	}
	for _, each := range has {
		fits := slices.Contains(allowed, each) ||
			each == "integer" && slices.Contains(allowed, "number") ||
			each == "number" && slices.Contains(allowed, "integer") && !written
		if fits {
			return ""
		}
	}
	return fmt.Sprintf("%s must be %s, this is %s", name, words(allowed), words(has))
}

// misfit says why nothing of one type fits a schema, or "".
func (c *checker) misfit(got, want *Schema, name string) string {
	if c.work--; c.work < 0 || got == nil || want == nil {
		return ""
	}
	if reason := differs(got, want, name, false); reason != "" || !descends(want) || !descends(got) {
		return reason
	}
	for _, field := range want.Required {
		if got.Properties[field] == nil && refusesAll(got.AdditionalProperties) {
			return fmt.Sprintf("%s needs the field %s, which this has not", name, quote(field))
		}
	}
	for _, field := range slices.Sorted(maps.Keys(got.Properties)) {
		if reason := c.misfit(got.Properties[field], want.Properties[field], quote(field)+" of "+name); reason != "" {
			return reason
		}
	}
	return c.misfit(got.Items, want.Items, "an item of "+name)
}

// words names types in plain words.
func words(types []string) string {
	names := map[string]string{"null": "null", "boolean": "true or false", "integer": "a whole number",
		"number": "a number", "string": "a text", "array": "a list", "object": "an object"}
	var all []string
	for _, each := range types {
		// What may be null as well is not worth the words.
		if each != "null" || len(types) == 1 {
			all = append(all, or(names[each], each))
		}
	}
	return strings.Join(all, " or ")
}

// rules lists what a schema asks of a value besides its type, in plain words.
func rules(schema *Schema) string {
	var all []string
	if schema.Enum != nil {
		var choices []string
		for _, each := range schema.Enum[:min(len(schema.Enum), mostChoices)] {
			choices = append(choices, quote(fmt.Sprint(each)))
		}
		all = append(all, "one of "+strings.Join(choices, ", "))
	}
	if schema.Pattern != "" {
		all = append(all, "of the pattern "+quote(schema.Pattern))
	}
	for _, bound := range []struct {
		words string
		value *float64
	}{
		{"at least %v", schema.Minimum}, {"more than %v", schema.ExclusiveMinimum},
		{"at most %v", schema.Maximum}, {"less than %v", schema.ExclusiveMaximum},
		{"a multiple of %v", schema.MultipleOf},
		{"at least %v characters", number(schema.MinLength)}, {"at most %v characters", number(schema.MaxLength)},
		{"at least %v items", number(schema.MinItems)}, {"at most %v items", number(schema.MaxItems)},
	} {
		if bound.value != nil {
			all = append(all, fmt.Sprintf(bound.words, *bound.value))
		}
	}
	if len(all) == 0 {
		return ""
	}
	return ": " + strings.Join(all, ", ")
}

// mostChoices is how many choices of a schema a message lists.
const mostChoices = 10

func number(count *int) *float64 {
	if count == nil {
		return nil
	}
	value := float64(*count)
	return &value
}
