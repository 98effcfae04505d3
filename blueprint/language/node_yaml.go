package language

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

// yaml reads a document as YAML 1.2, without what only other programs understand:
// tags, merge keys and keys that are no text. It returns nil where the document is
// given up.
func (r *reader) yaml(text []byte) (root *node) {
	defer func() {
		// A document may come from anywhere: a mistake of the library must not end a Worker.
		if failure := recover(); failure != nil {
			r.problems.add(place{}, "syntax", fmt.Sprint("the document cannot be read: ", failure), "")
			root = nil
		}
	}()
	if i := bytes.IndexAny(text, "\u0085\u2028\u2029"); i >= 0 {
		// The library takes them for ends of lines in some places, which YAML 1.2 does not.
		line, column := advance(text[:i], 1, 1)
		r.problems.add(place{nil, line, column}, "not-text", `a separator of lines or paragraphs stands here; write "\N", "\L" or "\P" in double quotes`, "")
		return nil
	}
	loader, err := yaml.NewLoader(bytes.NewReader(text), yaml.WithPlugin(loaderlimits.New(loaderlimits.DepthValue(maximumDepth+1))))
	if err != nil {
		r.problems.add(place{}, "syntax", err.Error(), "")
		return nil
	}
	var first, second yaml.Node
	if err := loader.Load(&first); err != nil {
		r.yamlProblem(err, text)
		return nil
	}
	switch err := loader.Load(&second); {
	case err == nil:
		r.problems.add(place{nil, second.Line, second.Column}, "several-documents", "a second document begins here, and a file holds one", "")
	case !errors.Is(err, io.EOF):
		r.yamlProblem(err, text)
		return nil
	}
	content := first.Content[0]
	if content.Kind == yaml.ScalarNode && content.Value == "" && content.Style == 0 {
		r.problems.add(place{}, "empty-document", "the document is empty", "")
		return nil
	}
	return r.fromYAML(content, nil, 1)
}

func (r *reader) yamlProblem(err error, text []byte) {
	var failure *yaml.LoadError
	switch {
	case errors.Is(err, io.EOF):
		r.problems.add(place{}, "empty-document", "the document is empty", "")
	case errors.As(err, &failure):
		mark := failure.Mark
		if mark.Line == 0 {
			mark = failure.ContextMark
		}
		message := failure.Message
		if failure.ContextMsg != "" {
			message += " " + failure.ContextMsg
		}
		at := place{nil, mark.Line, mark.Column}
		if line, column := advance(text, 1, 1); at.line > line {
			at.line, at.column = line, column // what is missing is missing at the end
		}
		if strings.Contains(message, "max depth") {
			r.problems.add(at, "too-large", fmt.Sprintf("values are nested more than %d deep", maximumDepth), "")
			return
		}
		for _, line := range []int{at.line, failure.ContextMark.Line} {
			if remedy, column := yamlRemedy(text, line, at.column); remedy != "" {
				message, at.line, at.column = remedy, line, column
				break
			}
		}
		r.problems.add(at, "syntax", message, "")
	default:
		r.problems.add(place{}, "syntax", err.Error(), "")
	}
}

// fromYAML takes over a value, with what its aliases stand for.
func (r *reader) fromYAML(from *yaml.Node, path *path, depth int) *node {
	result := &node{line: from.Line, column: from.Column}
	at := result.at(path)
	if !r.enter(at, depth) {
		return nil
	}
	if from.Kind == yaml.AliasNode {
		target := r.fromYAML(from.Alias, path, depth+1)
		if target != nil {
			target.line, target.column, target.style = from.Line, from.Column, elsewhere
		}
		return target
	}
	r.checkTag(from, at)
	switch from.Kind {
	case yaml.MappingNode:
		return r.objectFromYAML(result, from, path, depth)
	case yaml.SequenceNode:
		return r.listFromYAML(result, from, path, depth)
	default:
		result.style = styleOf(from)
		result.scalar = from.Value
		if result.style == plainText {
			result.scalar = r.plainScalar(from.Value, at)
		}
		return result
	}
}

func (r *reader) checkTag(from *yaml.Node, at place) {
	if from.Style&yaml.TaggedStyle != 0 || from.Tag == "!" {
		r.problems.add(at, "tag", fmt.Sprintf("the tag %s is not part of the language", quote(from.Tag)), "")
	}
}

func (r *reader) listFromYAML(result *node, from *yaml.Node, path *path, depth int) *node {
	result.kind = listNode
	for i, each := range from.Content {
		item := r.fromYAML(each, path.index(i), depth+1)
		if item == nil {
			return nil
		}
		result.items = append(result.items, item)
	}
	return result
}

func (r *reader) objectFromYAML(result *node, from *yaml.Node, path *path, depth int) *node {
	result.kind = objectNode
	keys := map[string]int{}
	for i := 0; i+1 < len(from.Content); i += 2 {
		key := from.Content[i]
		if !r.checkKey(key, path) {
			continue
		}
		value := r.fromYAML(from.Content[i+1], path.key(key.Value), depth+1)
		if value == nil {
			return nil
		}
		r.addMember(result, path, keys, member{key.Value, key.Line, key.Column, value})
	}
	return result
}

// checkKey tells whether a key can be taken over.
func (r *reader) checkKey(key *yaml.Node, path *path) bool {
	at := place{path, key.Line, key.Column}
	if key.Kind != yaml.ScalarNode {
		r.problems.add(at, "bad-key", "a key is a text", "")
		return false
	}
	r.checkTag(key, at)
	if styleOf(key) != plainText {
		return true
	}
	if key.Value == "<<" {
		r.problems.add(at, "merge-key", `"<<" does not merge here; an alias can only stand for a whole value`, "")
		return false
	}
	if _, isText := r.plainScalar(key.Value, at).(string); !isText {
		r.problems.add(at, "bad-key", fmt.Sprintf("a key is a text: put %s in quotes", key.Value), "")
	}
	return true
}

func styleOf(from *yaml.Node) stringStyle {
	switch {
	case from.Style&yaml.SingleQuotedStyle != 0:
		return singleQuoted
	case from.Style&yaml.DoubleQuotedStyle != 0:
		return doubleQuoted
	case from.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return block
	default:
		return plainText
	}
}

// The plain scalars of YAML 1.2's core schema that are no strings.
var (
	yamlNull    = regexp.MustCompile(`^(~|null|Null|NULL|)$`)
	yamlTrue    = regexp.MustCompile(`^(true|True|TRUE)$`)
	yamlFalse   = regexp.MustCompile(`^(false|False|FALSE)$`)
	yamlNumber  = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)
	yamlOctal   = regexp.MustCompile(`^0o[0-7]+$`)
	yamlHex     = regexp.MustCompile(`^0x[0-9a-fA-F]+$`)
	yamlZeros   = regexp.MustCompile(`^[-+]?0[0-9]`)
	yamlNoValue = regexp.MustCompile(`^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$`)
)

// plainScalar is what an unquoted scalar stands for.
func (r *reader) plainScalar(text string, at place) any {
	switch {
	case yamlNull.MatchString(text):
		return nil
	case yamlTrue.MatchString(text):
		return true
	case yamlFalse.MatchString(text):
		return false
	case yamlOctal.MatchString(text), yamlHex.MatchString(text):
		number, err := strconv.ParseInt(text, 0, 64)
		if err != nil {
			r.problems.add(at, "bad-number", quote(text)+" is a whole number of more than 64 bits", "")
		}
		return number
	case yamlNumber.MatchString(text):
		return r.plainNumber(text, at)
	case yamlNoValue.MatchString(text):
		r.problems.add(at, "bad-number", text+" is no JSON value; put it in quotes if it is a text", "")
		return nil
	default:
		return text
	}
}

func (r *reader) plainNumber(text string, at place) any {
	if yamlZeros.MatchString(text) {
		r.problems.add(at, "bad-number", quote(text)+" begins with 0: put it in quotes if it is a text, else leave the 0 out", "")
	}
	number, err := parseNumber(text)
	if err != nil {
		r.problems.add(at, "bad-number", quote(text)+" "+err.Error(), "")
	}
	return number
}
