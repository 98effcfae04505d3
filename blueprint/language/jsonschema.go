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
	"strings"
)

//go:embed definition.go edges.go kind_*.go
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

// steps defines a step as one of the kinds, each with the keys of every step.
func (g *schemaGenerator) steps() {
	step := &Schema{Type: "object", Description: g.comments["Step"], Required: []string{"id"}}
	common := g.structure(reflect.TypeFor[Step]())
	for _, each := range kinds() {
		name := each.key + "-step"
		kind := g.structure(reflect.TypeOf(each.make()).Elem())
		for key, property := range common.Properties {
			kind.Properties[key] = property.CloneSchemas()
		}
		kind.PropertyOrder = append([]string{"id", "summary"}, append(kind.PropertyOrder, common.PropertyOrder[2:]...)...)
		kind.Required = append([]string{"id"}, kind.Required...)
		g.definitions[name] = kind
		step.OneOf = append(step.OneOf, reference(name))
	}
	g.definitions["step"] = step
}

// containsExpression is a text with an expression in it.
const containsExpression = `\$\{`

// common defines what the types do not say.
func (g *schemaGenerator) common() {
	g.definitions["value"] = &Schema{Description: g.comments["Value"]}
	g.definitions["duration"] = &Schema{Type: "string", Description: g.comments["Duration"], MinLength: new(2), Pattern: `^([0-9]+d)?([0-9.]+(ns|us|µs|ms|s|m|h))*$`,
		Examples: []any{"30s", "1h30m", "2d"}}
	g.definitions["timeout"] = &Schema{AnyOf: []*Schema{reference("duration"), {Type: "string", Pattern: containsExpression}}}
	g.definitions["schema"] = &Schema{Types: []string{"object", "boolean"}, Description: "A JSON Schema, draft 2020-12, in one piece."}
	g.definitions["tolerate"] = &Schema{AnyOf: []*Schema{
		{Type: "integer", Minimum: new(0.0)}, {Type: "string", Pattern: `^[0-9]+(\.[0-9]+)?%$`}, {Type: "string", Pattern: containsExpression}}}
	g.definitions["concurrency"] = &Schema{AnyOf: []*Schema{
		{Type: "integer", Minimum: new(1.0), Maximum: new(float64(MostAtOnce))}, {Type: "string", Pattern: containsExpression}}}
	g.definitions["id"] = &Schema{Type: "string", Pattern: "^[A-Za-z][A-Za-z0-9_]*$"}
	g.definitions["name"] = &Schema{Type: "string", Pattern: "^[a-z0-9-]+$"}
	g.definitions["version"] = &Schema{Type: "string", Pattern: `^[0-9]+\.[0-9]+\.[0-9]+$`, Examples: []any{"1.0.0"}}
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
	own := map[string]string{"Step.ID": "id", "Definition.Blueprint": "name", "Definition.Version": "version", "Map.Tolerate": "tolerate", "Map.Concurrency": "concurrency"}
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
	case reflect.TypeFor[Edges]():
		return &Schema{AnyOf: []*Schema{{Type: "string"}, {Type: "array", Items: g.typed(reflect.TypeFor[Edge]())}}}
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
			g.definitions[name] = g.structure(of)
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
