// Package format puts documents into one form: the keys of each step in the order of the
// language, two spaces of indentation, one blank line where there were some. What the
// document means does not change, and neither do its comments, its flow style and the
// order of what is the author's: branches, arguments, variables, schemas. JSON stays
// JSON. A document in that form is left as it is.
package format

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"go.yaml.in/yaml/v4"

	"dynamicsamples/blueprint/language"
)

// ErrChanges is the error of a document that cannot be put into form without changing
// what it means or losing a comment.
var ErrChanges = errors.New("the document cannot be formatted without changing it")

// Document returns the document in form. The error is language.Diagnostics where the
// document cannot be read, and wraps ErrChanges where it is better left alone.
func Document(name string, document []byte) ([]byte, error) {
	definition, _, problems := language.Load(name, document, 0)
	if len(problems) > 0 {
		return nil, problems
	}
	if isJSON(document) {
		return formatJSON(document, definition)
	}
	canonical, err := language.Canonical(definition)
	if err != nil {
		return nil, err
	}
	// Some documents are only kept as they are with less done to them: an alias may not
	// come before its anchor, and blank lines at the end of a text can be a part of it.
	for _, pass := range []pass{{true, true}, {true, false}, {false, true}, {false, false}} {
		formatted, err := pass.settled(document, definition)
		if err == nil && sameMeaning(name, formatted, canonical) && sameComments(document, formatted) {
			return formatted, nil
		}
	}
	return nil, fmt.Errorf("formatting %s: %w", name, ErrChanges)
}

func isJSON(document []byte) bool { return json.Valid(document) }

func sameMeaning(name string, formatted, canonical []byte) bool {
	definition, _, problems := language.Load(name, formatted, 0)
	if len(problems) > 0 {
		return false
	}
	again, err := language.Canonical(definition)
	return err == nil && bytes.Equal(canonical, again)
}

// sameComments reports whether the documents have the same comments, in any order.
func sameComments(before, after []byte) bool {
	first, err := comments(before)
	second, anotherErr := comments(after)
	return err == nil && anotherErr == nil && slices.Equal(first, second)
}

// pass is one way to put YAML into form.
type pass struct{ order, blankLines bool }

// settled puts the document into form until that changes nothing anymore: the library
// moves some comments only the second time.
func (p pass) settled(document []byte, definition *language.Definition) ([]byte, error) {
	const mostRounds = 4
	for range mostRounds {
		formatted, err := p.once(document, definition)
		if err != nil {
			return nil, err
		}
		if bytes.Equal(formatted, document) {
			return formatted, nil
		}
		document = formatted
	}
	return nil, ErrChanges
}

func (p pass) once(document []byte, definition *language.Definition) ([]byte, error) {
	if p.blankLines {
		document = keepBlankLines(document)
	}
	root, err := parse(document)
	if err != nil {
		return nil, err
	}
	if p.order {
		orderDocument(root.Content[0], reflect.ValueOf(definition))
	}
	var text bytes.Buffer
	dumper, err := yaml.NewDumper(&text, yaml.WithV3Defaults(), yaml.WithIndent(2),
		yaml.WithCompactSeqIndent(false), yaml.WithLineWidth(-1), yaml.WithUnicode(true))
	if err != nil {
		return nil, fmt.Errorf("writing YAML: %w", err)
	}
	if err := errors.Join(dumper.Dump(root), dumper.Close()); err != nil {
		return nil, fmt.Errorf("writing YAML: %w", err)
	}
	return restoreBlankLines(text.Bytes()), nil
}

// parse reads YAML with its comments.
func parse(document []byte) (root *yaml.Node, err error) {
	defer func() {
		// A document may come from anywhere: a mistake of the library is no crash.
		if failure := recover(); failure != nil {
			err = fmt.Errorf("reading YAML: %v", failure)
		}
	}()
	root = &yaml.Node{}
	if err := yaml.Load(document, root, yaml.WithV3Defaults()); err != nil {
		return nil, fmt.Errorf("reading YAML: %w", err)
	}
	if len(root.Content) == 0 {
		return nil, errors.New("the document is empty")
	}
	return root, nil
}
