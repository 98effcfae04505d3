package engine

import (
	"encoding/json"
	"strings"
)

// textOf is a value as text: a string as it is, anything else as its JSON.
func textOf(value any) string {
	if text, isText := value.(string); isText {
		return text
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return "(no JSON)"
	}
	return string(encoded)
}

// shortened is the beginning of a text that is longer than so many bytes.
func shortened(text string, longest int) string {
	if len(text) <= longest {
		return text
	}
	return strings.ToValidUTF8(text[:longest], "") + "…"
}
