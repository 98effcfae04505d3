package expression

import (
	"maps"
	"slices"

	"github.com/google/jsonschema-go/jsonschema"
)

// static is what is known of a value before there is one.
type static struct {
	// kinds are what it may be; none is the item of an empty list.
	kinds kinds
	// schema gives the fields and items of JSON values. Without one, what is not in
	// fields and items is unknown.
	schema *jsonschema.Schema
	// items is the type of the items of a list, or of the value of an optional value.
	items *static
	// fields are those of an object that is written down, and all it has.
	fields map[string]static
	// maybe are the fields that may be missing all the same.
	maybe []string
}

func unknown() static { return static{kinds: anything} }

// anySchema is what any value fits: one, so that it is known again.
var anySchema = &jsonschema.Schema{}

func anyValue() static { return static{kinds: anyJSON, schema: anySchema} }

// fromSchema is the type of the values of a schema. What is more than a type, such as
// oneOf or $ref, says nothing here.
func fromSchema(schema *jsonschema.Schema) static {
	if schema == nil || schema.Ref != "" || schema.DynamicRef != "" || schema.Not != nil || schema.If != nil ||
		schema.AllOf != nil || schema.AnyOf != nil || schema.OneOf != nil {
		return anyValue()
	}
	return static{kinds: kindsOf(schema), schema: schema}
}

func kindsOf(schema *jsonschema.Schema) kinds {
	names := schema.Types
	if schema.Type != "" {
		names = []string{schema.Type}
	}
	if len(names) == 0 {
		return anyJSON
	}
	var found kinds
	for _, name := range names {
		switch name {
		case "null":
			found |= null
		case "boolean":
			found |= boolean
		case "integer":
			found |= integer
		case "number":
			found |= numeric
		case "string":
			found |= text
		case "array":
			found |= list
		case "object":
			found |= object
		default:
			return anyJSON
		}
	}
	return found
}

// isFalse recognizes the schema that nothing fits: additionalProperties: false.
func isFalse(schema *jsonschema.Schema) bool {
	return schema != nil && schema.Not != nil && schema.Not.Not == nil && schema.Not.Type == "" && schema.Not.Types == nil
}

// largestSchema bounds the schema of a type, in types: one that is written once can be
// meant many times.
const largestSchema = 1000

// toSchema is the type as a schema, or nil if it says nothing. What is a schema as it
// is comes back as it is.
func (s static) toSchema() *jsonschema.Schema {
	if s.schema != nil && s.kinds == kindsOf(s.schema) && s.kinds != anyJSON {
		return s.schema
	}
	left := largestSchema
	return s.describe(&left)
}

// describe makes the schema of a type, of any value when nothing is left to spend. It
// shares nothing with other schemas: a schema has to be a tree.
func (s static) describe(left *int) *jsonschema.Schema {
	kinds := s.kinds & anyJSON
	if s.kinds&(timestamp|duration|binary) != 0 {
		kinds |= text
	}
	if *left--; *left < 0 || kinds == 0 || kinds&^numeric == anyJSON&^numeric {
		return nil
	}
	described := &jsonschema.Schema{Types: typeNames(kinds)}
	if len(described.Types) == 1 {
		described.Type, described.Types = described.Types[0], nil
	}
	if kinds&list != 0 {
		described.Items = s.item().describe(left)
	}
	if kinds&object != 0 {
		s.describeFields(described, left)
	}
	return described
}

func (s static) describeFields(described *jsonschema.Schema, left *int) {
	names := s.known()
	if len(names) > 0 {
		described.Properties = map[string]*jsonschema.Schema{}
	}
	for _, name := range names {
		field, _ := s.field(name)
		described.Properties[name] = orAny(field.describe(left))
		if s.fields != nil && !slices.Contains(s.maybe, name) {
			described.Required = append(described.Required, name)
		}
	}
	switch {
	case s.fields != nil || s.schema != nil && isFalse(s.schema.AdditionalProperties) && s.schema.PatternProperties == nil:
		described.AdditionalProperties = &jsonschema.Schema{Not: &jsonschema.Schema{}}
	case s.schema != nil && s.schema.AdditionalProperties != nil && s.schema.PatternProperties == nil:
		described.AdditionalProperties = orAny(fromSchema(s.schema.AdditionalProperties).describe(left))
	}
	if s.fields == nil && s.schema != nil {
		described.Required = slices.Clone(s.schema.Required)
	}
}

func orAny(schema *jsonschema.Schema) *jsonschema.Schema {
	if schema == nil {
		return &jsonschema.Schema{}
	}
	return schema
}

// typeNames are the kinds as JSON Schema calls them.
func typeNames(k kinds) []string {
	var names []string
	for _, name := range []struct {
		kinds kinds
		name  string
	}{
		{null, "null"}, {boolean, "boolean"}, {fraction, "number"}, {integer, "integer"}, {text, "string"}, {list, "array"}, {object, "object"},
	} {
		if k&name.kinds == 0 || name.kinds == integer && k&fraction != 0 {
			continue
		}
		names = append(names, name.name)
	}
	return names
}

// field is the type of a field, if the object can have one of that name.
func (s static) field(name string) (found static, exists bool) {
	if s.fields != nil {
		found, exists = s.fields[name]
		return found, exists
	}
	if s.schema == nil {
		return unknown(), true
	}
	if property, declared := s.schema.Properties[name]; declared {
		return fromSchema(property), true
	}
	if s.schema.PatternProperties != nil {
		return anyValue(), true
	}
	if isFalse(s.schema.AdditionalProperties) {
		return unknown(), false
	}
	return fromSchema(s.schema.AdditionalProperties), true
}

// known are the fields that are known by name.
func (s static) known() []string {
	switch {
	case s.fields != nil:
		return slices.Sorted(maps.Keys(s.fields))
	case s.schema != nil:
		return slices.Sorted(maps.Keys(s.schema.Properties))
	}
	return nil
}

// item is the type of the items of a list, or of what an optional value holds.
func (s static) item() static {
	switch {
	case s.items != nil:
		return *s.items
	case s.schema == nil:
		return unknown()
	case s.schema.Items != nil && s.schema.PrefixItems == nil:
		return fromSchema(s.schema.Items)
	}
	return anyValue()
}

// value is the type of all fields of an object.
func (s static) value() static {
	switch {
	case s.fields != nil:
		var all static
		for _, name := range slices.Sorted(maps.Keys(s.fields)) {
			all = all.join(s.fields[name])
		}
		return all
	case s.schema == nil:
		return unknown()
	case len(s.schema.Properties) == 0 && s.schema.PatternProperties == nil:
		return fromSchema(s.schema.AdditionalProperties)
	}
	return anyValue()
}

// deepestType bounds how far lists in lists are looked into.
const deepestType = 20

// join is the type of what is one or the other.
func (s static) join(other static) static { return s.joinWithin(other, deepestType) }

func (s static) joinWithin(other static, depth int) static {
	const structured = list | object | optionalKind
	joined := static{kinds: s.kinds | other.kinds}
	switch {
	case other.kinds&structured == 0:
		joined.schema, joined.items, joined.fields, joined.maybe = s.schema, s.items, s.fields, s.maybe
	case s.kinds&structured == 0:
		joined.schema, joined.items, joined.fields, joined.maybe = other.schema, other.items, other.fields, other.maybe
	case s.schema != nil && s.schema == other.schema:
		joined.schema = s.schema
	case (s.kinds|other.kinds)&structured != object && depth > 0:
		items := s.item().joinWithin(other.item(), depth-1)
		joined.items = &items
	}
	return joined
}

// wrap is an optional value of the type.
func (s static) wrap() static { return static{kinds: optionalKind, items: &s} }

// What follows are the results of functions, from the types of their arguments. No kind
// at all says that there is no such operation.

func same(a []static) static { return a[0] }

func listOf(kind kinds) func([]static) static {
	return func([]static) static { return static{kinds: list, items: &static{kinds: kind}} }
}

func item(a []static) static { return a[0].item() }

func firstPresent(a []static) static { return a[0].item().join(a[1].item()).wrap() }

func presentOr(a []static) static { return a[0].item().join(a[1]) }

func optionalItem(a []static) static { return a[0].item().wrap() }

func optionalArgument(a []static) static { return a[0].wrap() }

func wholeOfWhole(a []static) static {
	for _, argument := range a {
		if argument.kinds&^integer != 0 {
			return static{kinds: numeric}
		}
	}
	return static{kinds: integer}
}

func sum(a []static) static {
	left, right := a[0], a[1]
	var result static
	for _, kind := range []kinds{text, list, binary, duration} {
		if left.kinds&kind != 0 && right.kinds&kind != 0 {
			result.kinds |= kind
		}
	}
	if left.kinds&numeric != 0 && right.kinds&numeric != 0 {
		result.kinds |= wholeOfWhole([]static{{kinds: left.kinds & numeric}, {kinds: right.kinds & numeric}}).kinds
	}
	if left.kinds&timestamp != 0 && right.kinds&duration != 0 || left.kinds&duration != 0 && right.kinds&timestamp != 0 {
		result.kinds |= timestamp
	}
	if result.kinds&list != 0 {
		items := left.item().join(right.item())
		result.items = &items
	}
	return result
}

func difference(a []static) static {
	left, right := a[0].kinds, a[1].kinds
	var result static
	if left&numeric != 0 && right&numeric != 0 {
		result.kinds |= wholeOfWhole([]static{{kinds: left & numeric}, {kinds: right & numeric}}).kinds
	}
	if left&timestamp != 0 && right&timestamp != 0 || left&right&duration != 0 {
		result.kinds |= duration
	}
	if left&timestamp != 0 && right&duration != 0 {
		result.kinds |= timestamp
	}
	return result
}

// comparison is possible between values of one kind.
func comparison(a []static) static {
	if withNumbers(a[0].kinds)&withNumbers(a[1].kinds) == 0 {
		return static{}
	}
	return static{kinds: boolean}
}

// equality is possible with null as well: a value may be missing.
func equality(a []static) static {
	if a[0].kinds == null || a[1].kinds == null {
		return static{kinds: boolean}
	}
	return comparison(a)
}

func membership(a []static) static {
	container := static{kinds: 0}
	if a[1].kinds&list != 0 {
		container = a[1].item()
	}
	if a[1].kinds&object != 0 {
		container.kinds |= text
	}
	if container.kinds == 0 {
		return static{kinds: boolean}
	}
	return equality([]static{a[0], container})
}

// withNumbers has both kinds of numbers if it has one.
func withNumbers(k kinds) kinds {
	if k&numeric != 0 {
		return k | numeric
	}
	return k
}
