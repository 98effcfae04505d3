package language

import (
	"bytes"
	"cmp"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// Load reads a document, YAML or JSON, of at most so many bytes; 0 is DocumentBytes. The
// name is for the diagnostics. What is wrong with the document itself, unknown and missing
// keys and wrong types are diagnosed here, what the document means only by Check. The
// definition is nil where nothing could be read. Else what could not be read is left out
// of it: there are steps without an ID or a Kind, and pointers that are nil where a value
// is required.
func Load(name string, document []byte, mostBytes int) (*Definition, *Source, Diagnostics) {
	found := &problems{file: name}
	source := read(cmp.Or(mostBytes, DocumentBytes), document, found)
	if source.root == nil {
		return nil, source, found.sorted()
	}
	definition := &Definition{}
	if !newDecoder(found).object(source.root, nil, reflect.ValueOf(definition).Elem()) {
		definition = nil
	}
	return definition, source, found.sorted()
}

// LoadPlan reads a plan of at most so many bytes, 0 is DocumentBytes: {steps, output}, or
// only the list of steps. It says of a definition's steps what Load says of a document's;
// the pointers of a bare list begin with /steps as well.
func LoadPlan(document []byte, mostBytes int) (*Plan, *Source, Diagnostics) {
	found := &problems{}
	source := read(cmp.Or(mostBytes, DocumentBytes), document, found)
	if source.root == nil {
		return nil, source, found.sorted()
	}
	if list := source.root; list.kind == listNode {
		steps := member{key: "steps", line: list.line, column: list.column, value: list}
		source.root = &node{kind: objectNode, line: list.line, column: list.column, members: []member{steps}}
	}
	plan := &Plan{}
	if !newDecoder(found).object(source.root, nil, reflect.ValueOf(plan).Elem()) {
		plan = nil
	}
	return plan, source, found.sorted()
}

// read makes a tree of a document; without a root where it is given up.
func read(mostBytes int, document []byte, found *problems) *Source {
	r := &reader{problems: found, mostBytes: mostBytes, mostNodes: max(1, mostBytes/DocumentBytes) * maximumNodes}
	text := bytes.TrimPrefix(document, []byte("\xef\xbb\xbf"))
	if !r.checkText(text) {
		return &Source{}
	}
	return &Source{text: text, root: r.root(text)}
}

// reader is what reading YAML and JSON share.
type reader struct {
	problems             *problems
	mostBytes, mostNodes int
	nodes                int
}

// checkText tells whether a document is text of an allowed length.
func (r *reader) checkText(text []byte) bool {
	switch {
	case len(text) > r.mostBytes:
		r.problems.add(place{}, "too-large", fmt.Sprintf("the document has %d bytes, and at most %d are allowed (documentBytes)", len(text), r.mostBytes), "")
	case !utf8.Valid(text):
		line, column := advance(text[:validLength(text)], 1, 1)
		r.problems.add(place{nil, line, column}, "not-text", "the document is no UTF-8 text", "")
	case bytes.ContainsFunc(text, isControl):
		line, column := advance(text[:bytes.IndexFunc(text, isControl)], 1, 1)
		r.problems.add(place{nil, line, column}, "not-text", "a control character stands here", "")
	default:
		return true
	}
	return false
}

func validLength(text []byte) int {
	at := 0
	for at < len(text) {
		character, width := utf8.DecodeRune(text[at:])
		if character == utf8.RuneError && width <= 1 {
			break
		}
		at += width
	}
	return at
}

func isControl(c rune) bool { return c < ' ' && c != '\t' && c != '\r' && c != '\n' }

// root reads JSON where it is JSON, and YAML otherwise. A text that is neither and
// begins like JSON gets the problems of JSON.
func (r *reader) root(text []byte) *node {
	if trimmed := bytes.TrimLeft(text, " \t\r\n"); !bytes.HasPrefix(trimmed, []byte("{")) && !bytes.HasPrefix(trimmed, []byte("[")) {
		return r.yaml(text)
	}
	offset, err := checkJSON(text)
	if err == nil {
		return r.json(text)
	}
	root := r.yaml(text)
	yamlNamed := slices.Contains([]string{".yaml", ".yml"}, strings.ToLower(filepath.Ext(r.problems.file)))
	if root == nil && !yamlNamed && r.problems.found[0].Code == "syntax" {
		r.problems.found = nil
		line, column := advance(text[:max(offset-1, 0)], 1, 1)
		r.problems.add(place{nil, line, column}, "syntax", err.Error(), "")
	}
	return root
}

// enter counts a value and tells whether reading may go on.
func (r *reader) enter(at place, depth int) bool {
	r.nodes++
	switch {
	case r.nodes > r.mostNodes:
		r.problems.add(at, "too-large", fmt.Sprintf("there are more than %d values, with what aliases stand for", r.mostNodes), "")
	case depth > maximumDepth:
		r.problems.add(at, "too-large", fmt.Sprintf("values are nested more than %d deep", maximumDepth), "")
	case at.path != nil && len(at.path.part) > maximumKeyBytes:
		message := fmt.Sprintf("the key %s has more than %d bytes", quote(at.path.part), maximumKeyBytes)
		r.problems.add(place{at.path.around, at.line, at.column}, "too-large", message, "")
	default:
		return true
	}
	return false
}

// addMember adds a member to an object; lines are those of the keys it has.
func (r *reader) addMember(object *node, around *path, lines map[string]int, added member) {
	if first, duplicate := lines[added.key]; duplicate {
		r.problems.add(added.at(around.key(added.key)), "duplicate-key",
			fmt.Sprintf("the key %s is given twice, first on line %d", quote(added.key), first), "")
		return
	}
	lines[added.key] = added.line
	object.members = append(object.members, added)
}
