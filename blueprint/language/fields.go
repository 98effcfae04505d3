package language

import (
	"reflect"
	"strings"
)

// field is a key that a struct has in a document: the decoder, the encoder and the JSON
// Schema all follow these.
type field struct {
	key   string
	index []int
	// optional is a key that may be missing.
	optional bool
	// keepsEmpty is an optional list or object that differs from none when it is empty.
	keepsEmpty bool
}

// fieldsOf lists the keys of a struct, with those of the structs it embeds in their
// places.
func fieldsOf(structure reflect.Type) []field {
	var fields []field
	for _, each := range reflect.VisibleFields(structure) {
		key, options, _ := strings.Cut(each.Tag.Get("json"), ",")
		if each.Anonymous || key == "-" || key == "" {
			continue
		}
		fields = append(fields, field{key: key, index: each.Index, optional: options != "", keepsEmpty: options == "omitzero"})
	}
	return fields
}

func keysOf(fields []field) []string {
	keys := make([]string, len(fields))
	for i, each := range fields {
		keys[i] = each.key
	}
	return keys
}
