package language

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"dynamicsamples/blueprint/expression"
)

// Expressions as other languages write them: {{input.x}} and $input.x. The first group is
// the expression, the second the name that it begins with.
var (
	mustache = regexp.MustCompile(`\{\{-?\s*\.?((\w+)[^{}]*?)\s*-?\}\}`)
	dollar   = regexp.MustCompile(`(?:^|[^$\w\\])\$((\w+)(?:\.\w+|\[\w+\])*)`)
)

// longestText is how long a text may be for such expressions to be looked for.
const longestText = 10000

// plain warns of a text without an expression that looks like one.
func (w *warnings) plain(at spot, text string) {
	if len(text) > longestText {
		return
	}
	for _, form := range []*regexp.Regexp{mustache, dollar} {
		for _, found := range form.FindAllStringSubmatchIndex(text, -1) {
			inside, root := text[found[2]:found[3]], text[found[4]:found[5]]
			whole := form == mustache && strings.TrimSpace(text) == text[found[0]:found[1]]
			if !whole && !at.scope.sees(expression.Reference{Root: root}) {
				continue
			}
			start := found[0] + strings.IndexAny(text[found[0]:], "{$")
			w.checker.warnText(at, start, "not-evaluated", quote(text[start:found[1]])+" is plain text here: an expression stands in ${...}", meantBraces(inside))
			return
		}
	}
}

// meantBraces is the expression in the braces of this language, where it is one.
func meantBraces(inside string) string {
	if _, err := expression.Compile("${" + inside + "}"); err != nil || len(inside) > longestName {
		return ""
	}
	return "${" + inside + "}"
}

// key warns of a key that holds an expression.
func (w *warnings) key(at spot, key string) {
	if strings.Contains(key, "${") {
		w.checker.warnKey(at.at(key), "not-evaluated", "a key is never an expression: write ${{...}}, with the key computed in it, as the whole value")
	}
}

// schema warns of expressions in a schema.
func (w *warnings) schema(at spot, schema *Schema) {
	if schema == nil {
		return
	}
	text, err := json.Marshal(schema)
	var written any
	if err != nil || json.Unmarshal(text, &written) != nil {
		return
	}
	w.schemaPart(at, written)
}

func (w *warnings) schemaPart(at spot, written any) {
	switch written := written.(type) {
	case string:
		if strings.Contains(written, "${") {
			w.checker.warn(at, "not-evaluated", "a schema has no expressions: this is plain text")
		}
	case []any:
		for i, each := range written {
			w.schemaPart(at.item(i), each)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(written)) {
			// What is for people, and patterns, in which ${ may well stand.
			if !slices.Contains([]string{"description", "title", "$comment", "examples", "pattern", "patternProperties"}, key) {
				w.schemaPart(at.at(key), written[key])
			}
		}
	}
}
