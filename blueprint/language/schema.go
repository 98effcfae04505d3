package language

import "github.com/google/jsonschema-go/jsonschema"

// Schema is a JSON Schema, draft 2020-12.
type Schema = jsonschema.Schema
