package expression

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func schema(t require.TestingT, document string) *jsonschema.Schema {
	var read jsonschema.Schema
	require.NoError(t, json.Unmarshal([]byte(document), &read))
	return &read
}

// sampleTypes are types for the names that the expressions of these tests use.
func sampleTypes(t require.TestingT) *Types {
	return NewTypes(map[string]*jsonschema.Schema{
		"input": schema(t, `{"type": "object", "additionalProperties": false, "properties": {
			"amount": {"type": "integer"}, "price": {"type": "number"}, "name": {"type": "string"}, "paid": {"type": "boolean"}, "any": {},
			"maybe": {"type": ["null", "string"]}, "person": {"type": ["null", "object"], "additionalProperties": false, "properties": {"age": {"type": "integer"}}},
			"tags": {"type": "array", "items": {"type": "string"}}, "mixed": {"type": "array"}, "pair": {"type": "array", "prefixItems": [{"type": "string"}]},
			"items": {"type": "array", "items": {"type": "object", "additionalProperties": false, "properties": {"id": {"type": "string"}, "price": {"type": "number"}}}},
			"open": {"type": "object", "properties": {"known": {"type": "integer"}}}, "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
			"patterns": {"type": "object", "additionalProperties": false, "patternProperties": {"^x": {"type": "integer"}}},
			"either": {"oneOf": [{"type": "string"}, {"type": "integer"}]}, "untyped": {"additionalProperties": false, "properties": {"a": {"type": "integer"}}}, "color": {"enum": ["red"]}, "odd": {"type": "strange"}}}`),
		"vars": nil,
	})
}

// What is known of a result before there is one.
func TestCheckFindsTypes(t *testing.T) {
	for text, want := range map[string]string{
		"text":                              "string",
		"${input.amount} ${input.any}":      "string",
		"${input.any}":                      "any",
		"${vars.x.y[0]}":                    "any",
		"${input.either}":                   "any",
		"${input.color}":                    "any",
		"${input.odd}":                      "any",
		"${input.untyped.a}":                "integer",
		"${1}":                              "integer",
		"${1.5}":                            "number",
		"${1.0}":                            "integer",
		"${'a'}":                            "string",
		"${null}":                           "null",
		"${true}":                           "boolean",
		"${[]}":                             "array",
		"${b'a'}":                           "string",
		"${input.amount + 1}":               "integer",
		"${input.amount - 1}":               "integer",
		"${input.amount * 2}":               "integer",
		"${input.amount / 2}":               "number",
		"${input.amount % 2}":               "integer",
		"${-input.amount}":                  "integer",
		"${input.price + 1}":                "number",
		"${1 - input.price}":                "number",
		"${input.price * 2}":                "number",
		"${-input.price}":                   "number",
		"${input.amount + vars.x}":          "number",
		"${vars.x + 'a'}":                   "string",
		"${vars.x * vars.y}":                "number",
		"${input.name + 'a'}":               "string",
		"${input.tags + ['a']}":             "[string]",
		"${input.tags + [1]}":               "[integer|string]",
		"${vars.x + vars.y}":                "array|number|string",
		"${input.maybe + 'a'}":              "string",
		"${input.amount > 1 && input.paid}": "boolean",
		"${!input.paid}":                    "boolean",
		"${input.paid ? 1 : 2.5}":           "number",
		"${input.paid ? 1 : 'a'}":           "integer|string",
		"${input.paid ? input.name : null}": "null|string",
		"${input.paid ? input.tags : null}": "array|null",
		"${input.paid ? input.person : {'age': 1}}": "null|object",
		"${input.maybe}":                                             "null|string",
		"${input.tags}":                                              "[string]",
		"${input.tags[0]}":                                           "string",
		"${input.mixed[0]}":                                          "any",
		"${input.pair[0]}":                                           "any",
		"${input.tags[input.price]}":                                 "string",
		"${input.items[0].price}":                                    "number",
		"${input.items.map(i, i.price)}":                             "[number]",
		"${input.items.filter(i, i.price > 1)}":                      "[object]",
		"${input.items.filter(i, i.price > 1)[0].id}":                "string",
		"${input.items.all(i, i.price > 1)}":                         "boolean",
		"${input.items.exists_one(i, i.price > 1)}":                  "boolean",
		"${input.items.map(i, {'id': i.id, 'n': 1})}":                "[object]",
		"${input.items.map(i, {'id': i.id})[0].id}":                  "string",
		"${input.tags.map(t, size(t) > 1, [t])}":                     "[[string]]",
		"${input.counts.map(k, k)}":                                  "[string]",
		"${input.counts.transformList(k, v, v)}":                     "[integer]",
		"${input.tags.transformList(i, v, i)}":                       "[integer]",
		"${vars.x.map(y, y)}":                                        "array",
		"${vars.x.map(y, 1)}":                                        "[integer]",
		"${input.counts.foo}":                                        "integer",
		"${input.open.known}":                                        "integer",
		"${input.open.other}":                                        "any",
		"${input.patterns.xa}":                                       "any",
		"${input.counts['a' + 'b']}":                                 "integer",
		"${input.open['a' + 'b']}":                                   "any",
		"${{'a': 1, 'b': 2.5}['a' + 'b']}":                           "number",
		"${input.person.age}":                                        "integer",
		"${input['amount']}":                                         "integer",
		"${input[?'amount'].orValue('none')}":                        "integer|string",
		"${input.?price.orValue(0)}":                                 "number",
		"${input.?person.age.orValue(0)}":                            "integer",
		"${input.?person.or(input.?open).value()}":                   "null|object",
		"${optional.none().orValue(1)}":                              "integer",
		"${input.tags[?0].orValue('')}":                              "string",
		"${input.?tags[0].orValue('')}":                              "string",
		"${input.tags.first().value()}":                              "string",
		"${input.?amount.optMap(a, a + 1).orValue(0)}":               "integer",
		"${input.?amount.hasValue()}":                                "boolean",
		"${[?input.?amount]}":                                        "[integer]",
		"${optional.unwrap([input.?amount])}":                        "[integer]",
		"${cel.bind(x, input.amount, x + 1)}":                        "integer",
		"${size(input.name)}":                                        "integer",
		"${input.name.split(',')}":                                   "[string]",
		"${string(input.amount)}":                                    "string",
		"${int(input.name)}":                                         "integer",
		"${double(input.name)}":                                      "number",
		"${input.tags.sort()}":                                       "[string]",
		"${input.tags.sortBy(x, size(x))}":                           "[string]",
		"${input.tags.slice(0, 1)}":                                  "[string]",
		"${[input.tags].flatten()}":                                  "array",
		"${math.greatest(1, 2)}":                                     "number",
		"${math.floor(input.price)}":                                 "integer",
		"${math.abs(input.amount)}":                                  "integer",
		"${math.abs(input.price)}":                                   "number",
		"${lists.range(2)}":                                          "[integer]",
		"${type(input.any) == string}":                               "boolean",
		"${dyn(1)}":                                                  "any",
		"${dyn(1).getHours()}":                                       "integer",
		"${timestamp('2026-01-01T00:00:00Z')}":                       "string",
		"${timestamp(input.name) - timestamp(input.name)}":           "string",
		"${(timestamp(input.name) + duration('1h')).getHours()}":     "integer",
		"${duration('1h') - duration('1h') + timestamp(input.name)}": "string",
		"${has(input.name)}":                                         "boolean",
		"${input.name in input.tags}":                                "boolean",
		"${{'a': 1}}":                                                "object",
		"${{'a': 1}.a}":                                              "integer",
		"${{'a' + 'b': 1}.c}":                                        "any",
		"${{'a': 1}.transformMap(k, v, v)}":                          "object",
		"${input.name == null}":                                      "boolean",
		"${input.amount == 1.5}":                                     "boolean",
		"${input.maybe == 'a'}":                                      "boolean",
		"${1 in input.mixed}":                                        "boolean",
		"${null in input.tags}":                                      "boolean",
		"${1 in []}":                                                 "boolean",
		"${[][0] + 1}":                                               "any",
	} {
		found, problems := mustCompile(t, text).Check(sampleTypes(t))
		assert.Empty(t, problems, text)
		assert.Equal(t, want, describe(found), text)
	}
}

// describe writes the types of a schema: integer, null|string, [string].
func describe(schema *jsonschema.Schema) string {
	if schema == nil || schema.Type == "" && schema.Types == nil {
		return "any"
	}
	names := append([]string{}, schema.Types...)
	if schema.Type != "" {
		names = append(names, schema.Type)
	}
	slices.Sort(names)
	if schema.Type == "array" && schema.Items != nil {
		return "[" + describe(schema.Items) + "]"
	}
	return strings.Join(names, "|")
}

// The schema of an object that is written down says all that is known of it.
func TestCheckDescribesObjects(t *testing.T) {
	found, problems := mustCompile(t, "${{'id': input.name, 'rest': input.any, ?'price': input.?price, 'list': [{'x': 1}]}}").Check(sampleTypes(t))
	require.Empty(t, problems)
	encoded, err := json.Marshal(found)
	require.NoError(t, err)
	assert.JSONEq(t, `{"type": "object", "additionalProperties": false, "required": ["id", "list", "rest"], "properties": {
		"id": {"type": "string"}, "rest": true, "price": {"type": "number"},
		"list": {"type": "array", "items": {"type": "object", "additionalProperties": false, "required": ["x"], "properties": {"x": {"type": "integer"}}}}}}`, string(encoded))
}

// A schema has to be a tree: what is used twice is described twice.
func TestCheckMakesTrees(t *testing.T) {
	found, problems := mustCompile(t, "${{'a': input.person, 'b': [input.person, input.person], 'c': {'d': input.person}, 'e': input.counts, 'f': input.open}}").Check(sampleTypes(t))
	require.Empty(t, problems)
	_, err := found.Resolve(nil)
	require.NoError(t, err)
}

// A selected schema is handed on as it is, with all its rules.
func TestCheckKeepsSchemas(t *testing.T) {
	address := schema(t, `{"type": "object", "properties": {"zip": {"type": "string", "pattern": "^[0-9]+$"}}}`)
	types := NewTypes(map[string]*jsonschema.Schema{"address": address})
	found, _ := mustCompile(t, "${address}").Check(types)
	assert.Same(t, address, found)
	found, _ = mustCompile(t, "${address.zip}").Check(types)
	assert.Same(t, address.Properties["zip"], found)
}

// What is wrong, in words, at its place; ^ marks the places.
func TestCheckFindsProblems(t *testing.T) {
	for _, test := range []struct{ text, messages string }{
		{"${^inptu.x}", `there is no name "inptu"`},
		{"${input.^amont}", `there is no field "amont"`},
		{"ä ${ input . ^amont + ^other }", `there is no field "amont"; there is no name "other"`},
		{"${has(input.^amont)}", `there is no field "amont"`},
		{"${input[^'amont']}", `there is no field "amont"`},
		{"${input[?^'amont'].orValue(1)}", `there is no field "amont"`},
		{"${input.?^amont.orValue(1)}", `there is no field "amont"`},
		{"${input.items.map(i, i.^prise)}", `there is no field "prise"`},
		{"${input.items[0].^prise}", `there is no field "prise"`},
		{"${input.person.^name}", `there is no field "name"`},
		{"${input.?person.^name.orValue(1)}", `there is no field "name"`},
		{"${{'a': 1}.^b}", `there is no field "b"`},
		{"${input.untyped.^b}", `there is no field "b"`},
		{"${input.name.^first}", `a string has no field "first"`},
		{"${input.tags.^x}", `a list has no field "x"`},
		{"${cel.bind(x, input.items, x[0].^prise)}", `there is no field "prise"`},
		{"${input.^aa + input.^bb} ${input.^cc}", `there is no field "aa"; there is no field "bb"; there is no field "cc"`},
		{"${input.?items.optMap(i, i.^x).orValue(1)}", `a list has no field "x"`},
		{"${input.person == null ? 1 : input.person.^name}", `there is no field "name"`},
		{"${'a' ^+ 1}", "a string and a whole number cannot be added; string(x) makes a string of a value"},
		{"${input.name ^+ input.price}", "a string and a number cannot be added; string(x) makes a string of a value"},
		{"${input.tags ^+ 'a'}", "a list and a string cannot be added"},
		{"${^true + 1}", "+ takes a number, a string, a list, a timestamp, a duration or bytes, not a boolean"},
		{"${1 - ^'a'}", "- takes a number, a timestamp or a duration, not a string"},
		{"${1 ^- duration('1h')}", "a duration cannot be subtracted from a whole number"},
		{"${^input.name * 2}", "* takes a number, not a string"},
		{"${-^input.name}", "minus takes a number or a duration, not a string"},
		{"${!^1}", "! takes a boolean, not a whole number"},
		{"${input.name ^> 1}", "a string and a whole number have no order"},
		{"${^null < 1}", "< takes a number, a string, a boolean, a timestamp, a duration or bytes, not null"},
		{"${input.amount ^== '1'}", "a whole number and a string are never equal"},
		{"${input.name ^!= 1}", "a string and a whole number are never equal"},
		{"${input.amount ^in input.tags}", "a whole number is never in there"},
		{"${1 in ^2}", "in takes a list or an object, not a whole number"},
		{"${1 ^in input.counts}", "a whole number is never in there"},
		{"${^1 && true}", "a condition must be a boolean, not a whole number"},
		{"${input.paid || ^input.name}", "a condition must be a boolean, not a string"},
		{"${^input.amount ? 1 : 2}", "a condition must be a boolean, not a whole number"},
		{"${input.tags.all(x, ^x)}", "a condition must be a boolean, not a string"},
		{"${input.tags.filter(x, ^size(x)) == []}", "a condition must be a boolean, not a whole number"},
		{"${size(^1)}", "size() takes a string, a list, an object or bytes, not a whole number"},
		{"${^input.amount.size()}", ".size() takes a string, a list, an object or bytes, not a whole number"},
		{"${input.name.charAt(^'a')}", ".charAt() takes a whole number, not a string"},
		{"${^input.name.getHours()}", ".getHours() takes a timestamp or a duration, not a string; timestamp(x) makes a timestamp of a string"},
		{"${^vars.x.getHours()}", ".getHours() takes a timestamp or a duration, not any value; timestamp(x) makes a timestamp of a string"},
		{"${input.tags[^'a']}", "the key is a whole number here, not a string"},
		{"${input.counts[^1]}", "the key is a string here, not a whole number"},
		{"${1[^0]}", "a whole number has no items"},
		{"${(1).map(x, x)}", "a macro walks through a list or an object, not a whole number"},
		{"${{^1: 2}}", "a key must be a string, not a whole number"},
		{"${[?^1]}", "after ? comes an optional value, not a whole number"},
		{"${^input.?name}", "the result may be missing: say what it is then, with .orValue()"},
		{"${^int}", "a type is no JSON value"},
		{"${^input.name.orValue(1)}", ".orValue() takes an optional value, not a string"},
		{"${math.greatest(1, ^'a')}", "math.greatest() takes a number, not a string"},
	} {
		text, offsets := marked(test.text)
		_, problems := mustCompile(t, text).Check(sampleTypes(t))
		assert.Equal(t, test.messages, problems.Error(), text)
		if test.text != text {
			assert.Equal(t, offsets, offsetsOf(problems), text)
		}
	}
}

func TestProblemsComeWithTheKnown(t *testing.T) {
	_, problems := mustCompile(t, "${inptu} ${input.person.name} ${input.patterns.y}").Check(sampleTypes(t))
	require.Len(t, problems, 2)
	assert.Equal(t, "inptu", problems[0].Name)
	assert.Equal(t, []string{"input", "vars"}, problems[0].Known)
	assert.Equal(t, "name", problems[1].Name)
	assert.Equal(t, []string{"age"}, problems[1].Known)
}

// With adds a name to what it is called on, and leaves that as it is.
func TestWith(t *testing.T) {
	names := map[string]*jsonschema.Schema{"a": {Type: "integer"}}
	types := NewTypes(names)
	delete(names, "a")
	more := types.With("b", &jsonschema.Schema{Type: "string"}).With("a", nil)

	found, problems := mustCompile(t, "${a}").Check(types)
	assert.Empty(t, problems)
	assert.Equal(t, "integer", found.Type)
	_, problems = mustCompile(t, "${b}").Check(types)
	assert.Len(t, problems, 1)
	found, problems = mustCompile(t, "${[a, b]}").Check(more)
	assert.Empty(t, problems)
	assert.Equal(t, "array", found.Type)
	_, problems = mustCompile(t, "${a}").Check(nil)
	assert.Len(t, problems, 1)
}

// Checking takes no more than the expression is long, however much it means.
func TestCheckIsBounded(t *testing.T) {
	many := &jsonschema.Schema{Type: "object", AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}}, Properties: map[string]*jsonschema.Schema{}}
	for i := range 2000 {
		many.Properties[fmt.Sprintf("field%d", i)] = &jsonschema.Schema{}
	}
	types := NewTypes(map[string]*jsonschema.Schema{"a": many})
	for _, text := range []string{
		"[{'a': 1}]" + strings.Repeat(".map(x, {'a': x, 'b': x})", 80), "[[1]]" + strings.Repeat(".map(x, [x, x])", 80), strings.Repeat("a.x && ", 1400) + "true", strings.Repeat("true ? [a] : ", 60) + "[1]",
	} {
		template := mustCompile(t, "${"+text+"}")
		finished := make(chan bool)
		go func() {
			found, problems := template.Check(types)
			encoded, err := json.Marshal(found)
			assert.NoError(t, err)
			assert.Less(t, len(encoded), 1<<20)
			assert.LessOrEqual(t, len(problems), mostProblems)
			close(finished)
		}()
		select {
		case <-finished:
		case <-time.After(time.Minute):
			require.Fail(t, "checking goes on and on", text)
		}
	}
}

// schemaOf is the tightest schema of a value.
func schemaOf(value any) *jsonschema.Schema {
	switch value := value.(type) {
	case []any:
		found := &jsonschema.Schema{Type: "array"}
		if len(value) > 0 {
			found.Items = schemaOf(value[0])
		}
		for _, item := range value {
			if describe(schemaOf(item)) != describe(found.Items) || kindOf(item)&(list|object) != 0 {
				found.Items = nil
			}
		}
		return found
	case map[string]any:
		found := &jsonschema.Schema{Type: "object", AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}}, Properties: map[string]*jsonschema.Schema{}}
		for name, field := range value {
			found.Properties[name] = schemaOf(field)
		}
		return found
	}
	return &jsonschema.Schema{Type: typeNames(kindOf(value))[0]}
}

// What Check says of a result is true of every result there is. What else can be said
// of any evaluation is in examine.
func TestGeneratedExpressions(t *testing.T) {
	names := agreeing()
	g := generator{rand.New(rand.NewPCG(13, 14))}
	for range 1500 {
		text := "${" + g.expression(g.pick("bool", "number", "string", "list", "texts", "object", "any"), 1+g.IntN(4)) + "}"
		examine(t, mustCompile(t, text), text, names)
	}
}

func requireFits(t require.TestingT, found *jsonschema.Schema, value any, text string) {
	resolved, err := found.Resolve(nil)
	require.NoError(t, err, text)
	encoded, err := json.Marshal(value)
	require.NoError(t, err)
	var plain any
	require.NoError(t, json.Unmarshal(encoded, &plain))
	described, _ := json.Marshal(found)
	require.NoErrorf(t, resolved.Validate(plain), "%s is %s, and was to be %s", text, encoded, described)
}
