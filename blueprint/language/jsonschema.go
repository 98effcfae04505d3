package language

import (
	"embed"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"reflect"
	"slices"
	"strings"
)

//go:embed definition.go edges.go hold.go kind_*.go
var sources embed.FS // the comments of the types, for JSONSchema

// JSONSchema describes the language for editors: a JSON Schema, draft 2020-12, of a
// whole document. It follows the same Go types as the decoder, with their comments as
// descriptions. A document that fits it can still have problems that only Check finds.
func JSONSchema() ([]byte, error) {
	comments, err := commentsOfTypes(sources)
	if err != nil {
		return nil, err
	}
	g := &schemaGenerator{comments: comments, definitions: map[string]*Schema{}}
	document := g.structure(reflect.TypeFor[Definition]())
	document.Schema, document.Title = schemaVersion, "Blueprint"
	document.PatternProperties = map[string]*Schema{"^" + ExtraPrefix: {Description: "Means nothing: for the author, and for aliases in YAML."}}
	g.steps()
	g.common()
	document.Defs = g.definitions
	text, err := json.MarshalIndent(document, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the schema of the language: %w", err)
	}
	return append(text, '\n'), nil
}

// schemaGenerator makes schemas of types; a struct's is a definition of its own.
type schemaGenerator struct {
	comments    map[string]string // of "Type" and "Type.Field"
	definitions map[string]*Schema
}

func reference(name string) *Schema { return &Schema{Ref: "#/$defs/" + name} }

// steps defines a step by the kind that it has: the first of the kinds' keys that is there says
// which keys and values the step has, so that an editor shows one error for one mistake.
func (g *schemaGenerator) steps() {
	step := &Schema{Type: "object", Description: g.comments["Step"], Required: []string{"id"}}
	common := g.structure(reflect.TypeFor[Step]())
	var before []*Schema
	for _, each := range kinds() {
		name := each.key + "-step"
		kind := g.structure(reflect.TypeOf(each.make()).Elem())
		for key, property := range common.Properties {
			kind.Properties[key] = property.CloneSchemas()
		}
		kind.PropertyOrder = append([]string{"id", "summary"}, append(kind.PropertyOrder, common.PropertyOrder[2:]...)...)
		// The id is asked of every step, and the key of the kind is there.
		kind.Required = slices.DeleteFunc(kind.Required, func(key string) bool { return key == each.key })
		g.definitions[name] = askOfKnown(kind)
		is := &Schema{Required: []string{each.key}}
		if len(before) > 0 {
			is.Not = &Schema{AnyOf: slices.Clone(before)}
		}
		step.AllOf = append(step.AllOf, &Schema{If: is, Then: reference(name)})
		before = append(before, &Schema{Required: []string{each.key}})
	}
	step.AllOf = append(step.AllOf, &Schema{If: &Schema{Not: &Schema{AnyOf: before}}, Then: reference("step-without-kind")})
	g.definitions["step"] = step
	g.definitions["step-without-kind"] = g.withoutKind(common)
}

// withoutKind is a step whose kind is misspelled or not written yet: an editor completes the
// keys of all kinds, and shows the key that is none, or else that there is no kind.
func (g *schemaGenerator) withoutKind(common *Schema) *Schema {
	without := common.CloneSchemas()
	known := []any{}
	for _, key := range common.PropertyOrder {
		known = append(known, key)
	}
	for _, each := range kinds() {
		without.Properties[each.key] = &Schema{Description: g.comments[reflect.TypeOf(each.make()).Elem().Name()]}
		without.PropertyOrder = append(without.PropertyOrder, each.key)
	}
	without.Required = nil
	without.If = &Schema{PropertyNames: &Schema{Enum: known}}
	without.Then = &Schema{Not: &Schema{}, Extra: map[string]any{"errorMessage": "a step has one kind, such as activity"}}
	return without
}

// Patterns: of a text with an expression in it, and of a duration.
const (
	containsExpression = `\$\{`
	duration           = `^([0-9]+d)?([0-9.]+(ns|us|µs|ms|s|m|h))*$`
)

// common defines what the types do not say.
func (g *schemaGenerator) common() {
	g.definitions["value"] = &Schema{Description: g.comments["Value"]}
	g.definitions["duration"] = &Schema{Type: "string", Description: g.comments["Duration"], MinLength: new(2), Pattern: duration,
		Examples: []any{"30s", "1h30m", "2d"}}
	g.definitions["timeout"] = &Schema{Type: "string", MinLength: new(2), Pattern: duration + "|" + containsExpression}
	g.definitions["schema"] = &Schema{Types: []string{"object", "boolean"}, Description: "A JSON Schema, draft 2020-12, in one piece."}
	g.definitions["tolerate"] = &Schema{Types: []string{"integer", "string"}, Minimum: new(0.0), Pattern: `^[0-9]+(\.[0-9]+)?%$|` + containsExpression}
	g.definitions["concurrency"] = &Schema{Types: []string{"integer", "string"}, Minimum: new(1.0), Maximum: new(float64(MostAtOnce)), Pattern: containsExpression}
	g.definitions["operate"] = &Schema{Type: "array", Items: &Schema{Type: "string", Enum: anyOf(Operable())}}
	g.definitions["id"] = &Schema{Type: "string", Pattern: "^[A-Za-z][A-Za-z0-9_]*$"}
	g.definitions["name"] = &Schema{Type: "string", Pattern: "^[a-z0-9-]+$"}
	g.definitions["version"] = &Schema{Type: "string", Pattern: `^[0-9]+\.[0-9]+\.[0-9]+$`, Examples: []any{"1.0.0"}}
}

func anyOf(texts []string) []any {
	values := make([]any, len(texts))
	for at, each := range texts {
		values[at] = each
	}
	return values
}

// structure is the schema of a struct.
func (g *schemaGenerator) structure(structure reflect.Type) *Schema {
	schema := &Schema{Type: "object", Description: g.comments[structure.Name()], Properties: map[string]*Schema{},
		AdditionalProperties: &Schema{Not: &Schema{}}}
	for _, each := range fieldsOf(structure) {
		owner, variable := ownerOf(structure, each.index)
		property := g.property(owner.Name()+"."+variable.Name, variable.Type)
		property.Description = each.key + strings.TrimPrefix(g.comments[owner.Name()+"."+variable.Name], variable.Name)
		schema.Properties[each.key] = property
		schema.PropertyOrder = append(schema.PropertyOrder, each.key)
		if !each.optional {
			schema.Required = append(schema.Required, each.key)
		}
	}
	return schema
}

// askOfKnown asks for the keys that must be there only where all keys are known: a misspelled one
// is one mistake, not one that is missing besides.
func askOfKnown(schema *Schema) *Schema {
	if len(schema.Required) == 0 {
		return schema
	}
	known := make([]any, len(schema.PropertyOrder))
	for at, key := range schema.PropertyOrder {
		known[at] = key
	}
	schema.If = &Schema{PropertyNames: &Schema{Enum: known}}
	schema.Then = &Schema{Required: schema.Required}
	schema.Required = nil
	return schema
}

// ownerOf is the struct that a field is written in, which another may embed.
func ownerOf(structure reflect.Type, index []int) (owner reflect.Type, variable reflect.StructField) {
	for _, i := range index {
		owner, variable = structure, structure.Field(i)
		structure = variable.Type
	}
	return owner, variable
}

// property is the schema of a field; some names have one of their own.
func (g *schemaGenerator) property(name string, of reflect.Type) *Schema {
	own := map[string]string{"Step.ID": "id", "Definition.Blueprint": "name", "Definition.Version": "version", "Map.Tolerate": "tolerate", "Map.Concurrency": "concurrency",
		"Definition.Operate": "operate", "Step.Operate": "operate"}
	if definition, has := own[name]; has {
		return reference(definition)
	}
	if owner, _, _ := strings.Cut(name, "."); of == reflect.TypeFor[Duration]() && (owner == "Options" || owner == "ChildOptions") {
		return reference("timeout")
	}
	return g.typed(of)
}

func (g *schemaGenerator) typed(of reflect.Type) *Schema {
	switch of {
	case reflect.TypeFor[Step]():
		return reference("step")
	case reflect.TypeFor[Value]():
		return reference("value")
	case reflect.TypeFor[Duration]():
		return reference("duration")
	case reflect.TypeFor[Schema]():
		return reference("schema")
	case reflect.TypeFor[Hold]():
		return g.hold(of)
	case reflect.TypeFor[Edges]():
		return &Schema{Types: []string{"string", "array"}, Items: g.typed(reflect.TypeFor[Edge]())}
	case reflect.TypeFor[Failure]():
		failure := askOfKnown(g.structure(of))
		failure.Type, failure.Types = "", []string{"object", "string"}
		failure.Pattern = `^\$\{\s*` + ErrorName + `\s*\}$`
		return failure
	}
	switch of.Kind() {
	case reflect.Pointer:
		return g.typed(of.Elem())
	case reflect.Slice:
		return &Schema{Type: "array", Items: g.typed(of.Elem())}
	case reflect.Map:
		return &Schema{Type: "object", AdditionalProperties: g.typed(of.Elem())}
	case reflect.Struct:
		name := strings.ToLower(of.Name())
		if g.definitions[name] == nil {
			g.definitions[name] = askOfKnown(g.structure(of))
		}
		return reference(name)
	case reflect.String:
		return &Schema{Type: "string"}
	case reflect.Bool:
		return &Schema{Type: "boolean"}
	case reflect.Float64:
		return &Schema{Type: "number", Minimum: new(1.0)}
	case reflect.Interface:
		return &Schema{}
	default:
		return &Schema{Type: "integer", Minimum: new(1.0)}
	}
}

// hold is true, or what is held.
func (g *schemaGenerator) hold(of reflect.Type) *Schema {
	if g.definitions["hold"] == nil {
		hold := g.structure(of)
		hold.Type, hold.Types = "", []string{"boolean", "object"}
		hold.Not = &Schema{Const: new(any(false))}
		g.definitions["hold"] = hold
	}
	return reference("hold")
}

// commentsOfTypes reads the comments of the types and their fields.
func commentsOfTypes(files fs.ReadDirFS) (map[string]string, error) {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, fmt.Errorf("listing the sources of the language: %w", err)
	}
	comments := map[string]string{}
	for _, entry := range entries {
		text, err := fs.ReadFile(files, entry.Name())
		if err != nil {
			return nil, fmt.Errorf("reading a source of the language: %w", err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), entry.Name(), text, parser.ParseComments)
		if err != nil {
			return nil, fmt.Errorf("parsing a source of the language: %w", err)
		}
		ast.Inspect(file, func(at ast.Node) bool { return noteComments(at, comments) })
	}
	return comments, nil
}

func noteComments(at ast.Node, comments map[string]string) bool {
	declaration, isDeclaration := at.(*ast.GenDecl)
	if !isDeclaration || declaration.Tok != token.TYPE {
		return true
	}
	for _, each := range declaration.Specs {
		named, isType := each.(*ast.TypeSpec)
		if !isType {
			continue
		}
		comments[named.Name.Name] = oneLine(declaration.Doc.Text())
		structure, isStruct := named.Type.(*ast.StructType)
		if !isStruct {
			continue
		}
		for _, field := range structure.Fields.List {
			for _, name := range field.Names {
				comments[named.Name.Name+"."+name.Name] = oneLine(field.Doc.Text())
			}
		}
	}
	return false
}

func oneLine(comment string) string { return strings.Join(strings.Fields(comment), " ") }
