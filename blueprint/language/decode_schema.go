package language

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// What a schema in a blueprint may come to: it is compiled and evaluated where a
// workflow cannot wait.
const (
	maximumSchemaNodes   = 2000
	maximumPatternBytes  = 500
	maximumPatternsBytes = 5000 // of all patterns of a document
)

const schemaVersion = "https://json-schema.org/draft/2020-12/schema"

// schema takes a JSON Schema over. It is nil where the schema has a problem.
func (d *decoder) schema(from *node, path *path) *Schema {
	before := d.problems.count()
	d.checkSchema(from, path)
	if size := from.size(); size > maximumSchemaNodes {
		d.problems.add(from.at(path), "too-large", fmt.Sprintf("the schema has %d values, and at most %d are allowed", size, maximumSchemaNodes), "")
	}
	if d.problems.count() > before {
		return nil
	}
	schema, err := parseSchema(from)
	if err != nil {
		d.problems.add(from.at(path), "bad-schema", err.Error(), "")
		return nil
	}
	return schema
}

func parseSchema(from *node) (*Schema, error) {
	var e encoder
	e.any(from.plain())
	encoded, err := e.bytes()
	if err != nil {
		return nil, err
	}
	schema := &Schema{}
	if err := json.Unmarshal(encoded, schema); err != nil {
		return nil, err
	}
	if _, err := schema.Resolve(nil); err != nil {
		// The library walks maps: of several messages, take the same one every time.
		return nil, fmt.Errorf("%s", slices.Min(strings.Split(err.Error(), "\n")))
	}
	return schema, nil
}

// checkSchema reports what a schema, and each in it, has that it may not.
func (d *decoder) checkSchema(from *node, path *path) {
	if _, isBool := from.scalar.(bool); isBool {
		return
	}
	if from.kind != objectNode {
		d.wrongType(from, path, reflect.TypeFor[Schema]())
		return
	}
	fields := d.fieldsOf(reflect.TypeFor[Schema]())
	for _, each := range from.members {
		at := path.key(each.key)
		i := slices.IndexFunc(fields, func(known field) bool { return known.key == each.key })
		switch {
		case slices.Contains(refusedKeywords(), each.key):
			message := quote(each.key) + " is not taken in a blueprint: a schema stands in one piece, in draft 2020-12"
			d.problems.add(each.at(at), "refused-keyword", message, "")
		case each.key == "type":
			d.schemaType(each.value, at)
		case each.key == "items":
			d.checkSchema(each.value, at)
		case i < 0:
			d.problems.add(each.at(at), "unknown-key", "JSON Schema has no keyword "+quote(each.key),
				suggest(each.key, append(keysOf(fields), "type", "items")))
		default:
			d.keyword(each, at, reflect.TypeFor[Schema]().FieldByIndex(fields[i].index).Type)
		}
	}
}

// refusedKeywords refer to other schemas, or are of other drafts.
func refusedKeywords() []string {
	return []string{"$ref", "$dynamicRef", "$id", "$anchor", "$dynamicAnchor", "$vocabulary", "$defs",
		"definitions", "dependencies", "additionalItems"}
}

// keyword checks the value of a keyword, which is of this type in the library.
func (d *decoder) keyword(from member, path *path, wanted reflect.Type) {
	switch wanted {
	case reflect.TypeFor[*Schema]():
		d.checkSchema(from.value, path)
	case reflect.TypeFor[[]*Schema]():
		if from.value.kind != listNode {
			d.wrongType(from.value, path, wanted)
		}
		for i, item := range from.value.items {
			d.checkSchema(item, path.index(i))
		}
	case reflect.TypeFor[map[string]*Schema]():
		d.schemaMap(from, path, wanted)
	case reflect.TypeFor[*any](), reflect.TypeFor[[]any](), reflect.TypeFor[json.RawMessage]():
		if wanted == reflect.TypeFor[[]any]() && from.value.kind != listNode {
			d.wrongType(from.value, path, wanted)
		}
		d.schemaData(from.value, path)
	default:
		d.value(from.value, path, reflect.New(wanted).Elem())
		d.keywordValue(from, path)
	}
}

func (d *decoder) schemaMap(from member, path *path, wanted reflect.Type) {
	if from.value.kind != objectNode {
		d.wrongType(from.value, path, wanted)
	}
	for _, each := range from.value.members {
		if from.key == "patternProperties" {
			d.pattern(each.key, each.at(path.key(each.key)))
		}
		d.checkSchema(each.value, path.key(each.key))
	}
}

func (d *decoder) keywordValue(from member, path *path) {
	at := from.value.at(path)
	switch value := from.value.scalar.(type) {
	case string:
		switch {
		case from.key == "pattern":
			d.pattern(value, at)
		case from.key == "$schema" && value != schemaVersion:
			d.problems.add(at, "bad-schema", "only draft 2020-12 of JSON Schema is taken", schemaVersion)
		}
	case int64:
		d.schemaNumber(from.key, float64(value), at)
		d.schemaData(from.value, path)
	case float64:
		d.schemaNumber(from.key, value, at)
	}
}

// schemaNumber checks what the library does not: the sizes that a schema asks for.
func (d *decoder) schemaNumber(keyword string, value float64, at place) {
	counts := strings.HasPrefix(keyword, "min") || strings.HasPrefix(keyword, "max")
	counts = counts && keyword != "minimum" && keyword != "maximum"
	if counts && value < 0 || keyword == "multipleOf" && value <= 0 {
		d.problems.add(at, "out-of-range", "the number is too small for "+keyword, "")
	}
}

// schemaData reports whole numbers that the library, which keeps numbers as float64,
// would change.
func (d *decoder) schemaData(from *node, path *path) {
	if whole, isWhole := from.scalar.(int64); isWhole && (whole > 1<<53 || whole < -1<<53) {
		d.problems.add(from.at(path), "bad-number", "a number of a schema has at most 53 bits", "")
	}
	for i, item := range from.items {
		d.schemaData(item, path.index(i))
	}
	for _, each := range from.members {
		d.schemaData(each.value, path.key(each.key))
	}
}

func (d *decoder) schemaType(from *node, path *path) {
	names := from.items
	if from.kind != listNode {
		names = []*node{from}
	}
	known := []string{"null", "boolean", "object", "array", "number", "string", "integer"}
	for _, each := range names {
		name, isText := each.scalar.(string)
		switch {
		case !isText:
			d.problems.add(from.at(path), "wrong-type", "the name of a type, or a list of names, is wanted here", "")
		case !slices.Contains(known, name):
			d.problems.add(each.at(path), "bad-schema", quote(name)+" is no type of JSON Schema; they are "+joined(known), suggest(name, known))
		}
	}
}

func (d *decoder) pattern(pattern string, at place) {
	d.patterns += len(pattern)
	switch {
	case len(pattern) > maximumPatternBytes:
		d.problems.add(at, "too-large", fmt.Sprintf("the pattern has %d bytes, and at most %d are allowed", len(pattern), maximumPatternBytes), "")
	case d.patterns > maximumPatternsBytes:
		d.problems.add(at, "too-large", fmt.Sprintf("all patterns together have more than %d bytes", maximumPatternsBytes), "")
	default:
		if _, err := regexp.Compile(pattern); err != nil {
			d.problems.add(at, "bad-schema", err.Error(), "")
		}
	}
}
