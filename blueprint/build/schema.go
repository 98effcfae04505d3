package build

// Text is the schema of a string.
func Text() *Schema { return &Schema{Type: "string"} }

// Number is the schema of a number.
func Number() *Schema { return &Schema{Type: "number"} }

// Integer is the schema of a whole number.
func Integer() *Schema { return &Schema{Type: "integer"} }

// Boolean is the schema of true and false.
func Boolean() *Schema { return &Schema{Type: "boolean"} }

// List is the schema of a list of items.
func List(items *Schema) *Schema { return &Schema{Type: "array", Items: items} }

// Property is a property of an Object.
type Property struct {
	name     string
	schema   *Schema
	required bool
}

// Required is a property that must be there.
func Required(name string, schema *Schema) Property { return Property{name, schema, true} }

// Optional is a property that may be missing.
func Optional(name string, schema *Schema) Property { return Property{name, schema, false} }

// Object is the schema of an object.
func Object(properties ...Property) *Schema {
	object := &Schema{Type: "object", Properties: map[string]*Schema{}}
	for _, each := range properties {
		object.Properties[each.name] = each.schema
		if each.required {
			object.Required = append(object.Required, each.name)
		}
	}
	return object
}
