package language

import (
	"errors"
	"regexp"
	"slices"
	"strings"
)

// refusalOf words why a value does not fit a schema as the checker's diagnostics are worded:
// where, as a JSON pointer into the value, what was expected, and what was probably meant.
// The text has nothing of the value but the names of its fields.
func refusalOf(err error, schema *Schema) error {
	text := err.Error()
	pointer := ""
	for {
		found := validating.FindStringSubmatch(text)
		if found == nil {
			break
		}
		if found[1] != "root" {
			pointer = found[1]
		}
		text = text[len(found[0]):]
	}
	place, inside := placeIn(schema, pointer)
	words := expectation(text, inside)
	if place != "" {
		words = "at " + place + ": " + words
	}
	return errors.New(words)
}

var validating = regexp.MustCompile(`^validating (root|/\S*): `)

// placeIn is where a part of the schema looks at the value, and that part.
func placeIn(schema *Schema, pointer string) (place string, inside *Schema) {
	var parts []string
	if pointer != "" {
		parts = strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	}
	for len(parts) > 0 && schema != nil {
		step, name := parts[0], ""
		if len(parts) > 1 {
			name = pointerKey(parts[1])
		}
		taken := 1
		switch step {
		case "properties", "patternProperties":
			place, taken = place+"/"+pointerPart(name), 2
			schema = map[string]map[string]*Schema{"properties": schema.Properties, "patternProperties": schema.PatternProperties}[step][name]
		case "items":
			place, schema = place+"/*", schema.Items
		case "prefixItems":
			place, schema, taken = place+"/"+name, nil, 2
		case "additionalProperties":
			place, schema = place+"/*", schema.AdditionalProperties
		default:
			schema = nil
		}
		parts = parts[min(taken, len(parts)):]
	}
	return place, schema
}

// expectation words what the library says of one part of a value.
func expectation(text string, schema *Schema) string {
	for _, rule := range []struct {
		pattern *regexp.Regexp
		words   func(found []string) string
	}{
		{wrongType, func(found []string) string { return "want " + found[2] + ", got " + found[1] }},
		{missingProperties, func(found []string) string { return "the field " + found[1] + " is missing" }},
		{unexpectedProperties, func(found []string) string { return unexpectedField(found[1], schema) }},
	} {
		if found := rule.pattern.FindStringSubmatch(text); found != nil {
			return rule.words(found)
		}
	}
	keyword, _, _ := strings.Cut(text, ":")
	if schema == nil || strings.ContainsAny(keyword, " \n") {
		return "the value does not fit"
	}
	return "the value does not fit " + quote(keyword) + rules(schema)
}

var (
	wrongType            = regexp.MustCompile(`(?s)^type: .* has type "(\w+)", want (?:one of )?(".*")$`)
	missingProperties    = regexp.MustCompile(`^required: missing properties: \[(.*)\]$`)
	unexpectedProperties = regexp.MustCompile(`^unexpected additional properties \[("(?:[^"\\]|\\.)*")`)
)

func unexpectedField(name string, schema *Schema) string {
	words := "there is no field " + name
	if schema == nil {
		return words
	}
	var known []string
	for each := range schema.Properties {
		known = append(known, each)
	}
	slices.Sort(known)
	if meant := suggest(strings.Trim(name, `"`), known); meant != "" {
		words += "; did you mean " + quote(meant) + "?"
	}
	return words
}
