package dynamichandlers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
	"go.temporal.io/sdk/workflow"
)

// strictReader reads JSON and goes on after a mistake, so that all are reported at
// once. Unlike encoding/json it refuses unknown keys, keys in other
// letters' case, and keys that come twice.
type strictReader struct {
	problems []string
}

func (r *strictReader) problem(place, format string, values ...any) {
	text := fmt.Sprintf(format, values...)
	if place != "" {
		text = place + ": " + text
	}
	r.problems = append(r.problems, text)
}

// document checks that the data is one JSON value, which the other methods expect.
func (r *strictReader) document(data []byte) bool {
	var value any
	err := unmarshal(data, &value)
	var broken *json.SyntaxError
	switch {
	case errors.As(err, &broken):
		before := data[:min(int(broken.Offset), len(data))]
		r.problem(fmt.Sprintf("line %d", 1+bytes.Count(before, []byte("\n"))), "not valid JSON: %v", err)
	case err != nil: // the only thing that is valid JSON and cannot be read
		r.problem("", "a number is too large (at most 1.8e308)")
	}
	return err == nil
}

// object reads an object's fields into the pointers to texts or raw values that
// stand under their names.
func (r *strictReader) object(place string, data json.RawMessage, fields map[string]any) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		r.problem(place, "want an object, got %s", shorten(string(data)))
		return
	}
	seen := map[string]bool{}
	for decoder.More() {
		var value json.RawMessage
		token, err := decoder.Token()
		key, isText := token.(string)
		if err != nil || !isText || decoder.Decode(&value) != nil {
			r.problem(place, "the object cannot be read")
			return
		}
		target, known := fields[key]
		switch {
		case !known:
			r.problem(place, "unknown key %q%s", shorten(key), suggestion(key, workflow.DeterministicKeys(fields)))
		case seen[key]:
			r.problem(place, "key %q comes twice", key)
		default:
			r.field(join(place, key), value, target)
		}
		seen[key] = true
	}
}

func (r *strictReader) field(place string, value json.RawMessage, target any) {
	switch target := target.(type) {
	case *json.RawMessage:
		*target = value
	case *string:
		// A null would be taken for an empty text.
		if string(value) == "null" || unmarshal(value, target) != nil {
			r.problem(place, "want a text, got %s", shorten(string(value)))
		}
	}
}

// list returns the elements of a list, none for a list that is not there.
func (r *strictReader) list(place string, data json.RawMessage) []json.RawMessage {
	var elements []json.RawMessage
	if data != nil && (string(data) == "null" || unmarshal(data, &elements) != nil) {
		r.problem(place, "want a list, got %s", shorten(string(data)))
	}
	return elements
}

// unmarshal is json.Unmarshal. What that does depends on its input alone, which the
// checker cannot see.
//
//workflowcheck:ignore
func unmarshal(data []byte, target any) error { return json.Unmarshal(data, target) }

func join(place, key string) string {
	if place == "" {
		return key
	}
	return place + "." + key
}

// suggestion names what was probably meant or, where nothing is near, all that is
// known.
func suggestion(name string, known []string) string {
	name = shorten(name)
	var near []string
	for _, candidate := range known {
		if levenshtein.ComputeDistance(name, candidate) <= 1+len(candidate)/5 {
			near = append(near, candidate)
		}
	}
	if len(near) > 0 {
		return ", did you mean " + strings.Join(near, " or ") + "?"
	}
	return ", known are " + strings.Join(known, ", ")
}
