package language

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// jsonReader reads a document that is known to be JSON.
type jsonReader struct {
	*reader
	text    []byte
	decoder *json.Decoder
	// passed is what line and column stand behind, in bytes.
	passed, line, column int
}

// checkJSON tells what makes a document no JSON, and behind which byte.
func checkJSON(text []byte) (offset int, err error) {
	var syntax *json.SyntaxError
	var value json.RawMessage
	if err := json.Unmarshal(text, &value); errors.As(err, &syntax) {
		return int(syntax.Offset), syntax
	}
	return 0, nil
}

func (r *reader) json(text []byte) *node {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	reading := &jsonReader{reader: r, text: text, decoder: decoder, line: 1, column: 1}
	return reading.value(nil, 1)
}

// token reads a token and finds its place.
func (r *jsonReader) token() (token json.Token, line, column int) {
	token, err := r.decoder.Token()
	if err != nil {
		return nil, r.line, r.column // not with a text that checkJSON let pass
	}
	start := r.passed + bytes.IndexFunc(r.text[r.passed:], func(c rune) bool { return !bytes.ContainsRune([]byte(" \t\r\n,:"), c) })
	line, column = advance(r.text[r.passed:start], r.line, r.column)
	end := int(r.decoder.InputOffset())
	r.line, r.column = advance(r.text[start:end], line, column)
	r.passed = end
	return token, line, column
}

// value reads a value; it is nil where the document is given up.
func (r *jsonReader) value(path *path, depth int) *node {
	token, line, column := r.token()
	result := &node{line: line, column: column}
	if !r.enter(result.at(path), depth) {
		return nil
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '[' {
			return r.list(result, path, depth)
		}
		return r.object(result, path, depth)
	case json.Number:
		number, err := parseNumber(token.String())
		if err != nil {
			r.problems.add(result.at(path), "bad-number", fmt.Sprintf("%s %s", quote(token.String()), err), "")
		}
		result.scalar = number
	case string:
		result.scalar, result.style = token, doubleQuoted
	default:
		result.scalar = token
	}
	return result
}

func (r *jsonReader) list(result *node, path *path, depth int) *node {
	result.kind = listNode
	for r.decoder.More() {
		item := r.value(path.index(len(result.items)), depth+1)
		if item == nil {
			return nil
		}
		result.items = append(result.items, item)
	}
	r.token()
	return result
}

func (r *jsonReader) object(result *node, path *path, depth int) *node {
	result.kind = objectNode
	keys := map[string]int{}
	for r.decoder.More() {
		token, line, column := r.token()
		key, _ := token.(string)
		value := r.value(path.key(key), depth+1)
		if value == nil {
			return nil
		}
		r.addMember(result, path, keys, member{key, line, column, value})
	}
	r.token()
	return result
}
