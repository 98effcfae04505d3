package format

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"go.yaml.in/yaml/v4"

	"dynamicsamples/blueprint/language"
)

// formatJSON puts a document that is JSON into form. Its numbers stay as they are
// written.
func formatJSON(document []byte, definition *language.Definition) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	root, err := readJSON(decoder)
	if err != nil {
		return nil, fmt.Errorf("reading JSON: %w", err)
	}
	order(root, reflect.ValueOf(definition))
	var compact, indented bytes.Buffer
	if err := writeJSON(&compact, root); err != nil {
		return nil, fmt.Errorf("writing JSON: %w", err)
	}
	if err := json.Indent(&indented, compact.Bytes(), "", "  "); err != nil {
		return nil, fmt.Errorf("writing JSON: %w", err)
	}
	indented.WriteByte('\n')
	return indented.Bytes(), nil
}

// readJSON makes the tree that YAML has of JSON, which keeps the order of the keys. Each
// scalar's value is its JSON.
func readJSON(decoder *json.Decoder) (*yaml.Node, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return readMembers(decoder, &yaml.Node{Kind: yaml.MappingNode}, true)
	case json.Delim('['):
		return readMembers(decoder, &yaml.Node{Kind: yaml.SequenceNode}, false)
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(token); err != nil {
		return nil, err
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: string(bytes.TrimSpace(text.Bytes()))}, nil
}

func readMembers(decoder *json.Decoder, node *yaml.Node, named bool) (*yaml.Node, error) {
	for decoder.More() {
		if named {
			name, err := decoder.Token()
			if err != nil {
				return nil, err
			}
			node.Content = append(node.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: fmt.Sprint(name)})
		}
		value, err := readJSON(decoder)
		if err != nil {
			return nil, err
		}
		node.Content = append(node.Content, value)
	}
	_, err := decoder.Token()
	return node, err
}

func writeJSON(out *bytes.Buffer, node *yaml.Node) error {
	switch node.Kind {
	case yaml.MappingNode:
		out.WriteByte('{')
		for i := 0; i+1 < len(node.Content); i += 2 {
			separate(out, i)
			name, err := json.Marshal(node.Content[i].Value)
			if err != nil {
				return err
			}
			out.Write(append(name, ':'))
			if err := writeJSON(out, node.Content[i+1]); err != nil {
				return err
			}
		}
		out.WriteByte('}')
	case yaml.SequenceNode:
		out.WriteByte('[')
		for i, each := range node.Content {
			separate(out, i)
			if err := writeJSON(out, each); err != nil {
				return err
			}
		}
		out.WriteByte(']')
	default:
		out.WriteString(node.Value)
	}
	return nil
}

func separate(out *bytes.Buffer, index int) {
	if index > 0 {
		out.WriteByte(',')
	}
}
