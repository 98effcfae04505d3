package language

import (
	"encoding/json"
	"fmt"
	"slices"
)

// CatalogSchema is JSONSchema with what a catalog has: the names that steps may call, what
// each is for, and the fields of its argument with their types.
func CatalogSchema(catalog Catalog) ([]byte, error) {
	text, err := JSONSchema()
	if err != nil {
		return nil, err
	}
	var document Schema
	if err := json.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("reading the schema of the language: %w", err)
	}
	callable := callablesOf(catalog)
	for definition, key := range map[string]string{"activity-step": "activity", "plan-step": "plan", "undo": "activity"} {
		narrow(document.Defs[definition], key, callable.activities)
	}
	narrow(document.Defs["workflow-step"], "workflow", callable.workflows)
	return written(&document)
}

func written(schema *Schema) ([]byte, error) {
	text, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the schema: %w", err)
	}
	return append(text, '\n'), nil
}

// callable is what a step may call.
type callable struct {
	name      string
	signature Signature
}

type callables struct{ activities, workflows []callable }

// callablesOf lists what the catalog has, blueprints among the workflows.
func callablesOf(catalog Catalog) callables {
	var all callables
	activities, workflows, blueprints := catalog.Names()
	for _, names := range [][]string{activities, workflows, blueprints} {
		slices.Sort(names)
	}
	for _, name := range activities {
		signature, _ := catalog.Activity(name)
		all.activities = append(all.activities, callable{name, signature})
	}
	for _, name := range workflows {
		signature, _ := catalog.Workflow(name)
		all.workflows = append(all.workflows, callable{name, signature})
	}
	for _, name := range blueprints {
		if definition, _, found := catalog.Blueprint(name); found && definition != nil {
			all.workflows = append(all.workflows, callable{name, Signature{Input: definition.Input, Description: definition.Summary}})
		}
	}
	return all
}

// narrow lets the key of a step have the names alone, each with its argument.
func narrow(step *Schema, key string, names []callable) {
	named := step.Properties[key]
	for _, each := range names {
		named.AnyOf = append(named.AnyOf, &Schema{Const: new(any(each.name)), Description: each.signature.Description})
		argument := &Schema{Properties: map[string]*Schema{"with": editorForm().argument(each.signature)}}
		if needsArgument(each.signature) {
			argument.Required = []string{"with"}
		}
		step.AllOf = append(step.AllOf, &Schema{
			If:   &Schema{Properties: map[string]*Schema{key: {Const: new(any(each.name))}}, Required: []string{key}},
			Then: argument,
		})
	}
	if len(names) == 0 {
		named.Not = &Schema{}
	}
}

// needsArgument reports whether the checker asks for a with.
func needsArgument(signature Signature) bool {
	input := signature.Input
	if signature.NoInput || input == nil || slices.Contains(typesOf(input), "null") {
		return false
	}
	return differs(typeOf("object"), input, "", true) != "" || len(input.Required) > 0
}

// argumentForm makes of the schema of an argument that of what a document writes, which may
// have expressions in it.
type argumentForm struct {
	// expression is a string with an expression; anything stands for every value.
	expression, anything *Schema
	// closed asks of each object that its keys are known, as models do.
	closed bool
}

func editorForm() argumentForm {
	return argumentForm{expression: &Schema{Type: "string", Pattern: `\$\{`}, anything: &Schema{}}
}

func (f argumentForm) argument(signature Signature) *Schema {
	if signature.NoInput {
		return &Schema{Not: &Schema{}}
	}
	return f.of(signature.Input)
}

// of is the schema of what may be written for a value.
func (f argumentForm) of(schema *Schema) *Schema {
	switch {
	case schema == nil || !descends(schema):
		return f.anything
	case len(typesOf(schema)) == 0 && schema.Enum != nil:
		return &Schema{AnyOf: []*Schema{{Enum: schema.Enum}, f.expression}, Description: schema.Description}
	case len(typesOf(schema)) == 0:
		return f.anything
	}
	var choices []*Schema
	for _, each := range typesOf(schema) {
		if choice := f.typed(schema, each); choice != nil {
			choices = append(choices, choice)
		}
	}
	if !slices.ContainsFunc(choices, func(each *Schema) bool { return each.Type == "string" && each.Enum == nil && each.Pattern == "" }) {
		choices = append(choices, f.expression)
	}
	if len(choices) == 1 {
		only := *choices[0]
		only.Description = or(schema.Description, only.Description)
		return &only
	}
	return &Schema{AnyOf: choices, Description: schema.Description}
}

// typed is what is written out of one type; nil where it cannot be described.
func (f argumentForm) typed(schema *Schema, kind string) *Schema {
	switch kind {
	case "object":
		return f.object(schema)
	case "array":
		return &Schema{Type: kind, Items: f.of(schema.Items)}
	case "null":
		if schema.Enum != nil && !slices.Contains(schema.Enum, nil) {
			return nil
		}
		return &Schema{Type: kind}
	default:
		return &Schema{Type: kind, Enum: schema.Enum}
	}
}

func (f argumentForm) object(schema *Schema) *Schema {
	open := !refusesAll(schema.AdditionalProperties)
	if f.closed && (open && schema.AdditionalProperties != nil || len(schema.Properties) == 0) {
		return nil
	}
	object := &Schema{Type: "object", Required: schema.Required, AdditionalProperties: schema.AdditionalProperties, PropertyOrder: schema.PropertyOrder}
	if open && schema.AdditionalProperties != nil {
		object.AdditionalProperties = f.of(schema.AdditionalProperties)
	}
	if f.closed {
		object.AdditionalProperties = &Schema{Not: &Schema{}}
	}
	for name, each := range schema.Properties {
		if object.Properties == nil {
			object.Properties = map[string]*Schema{}
		}
		object.Properties[name] = f.of(each)
	}
	return object
}
