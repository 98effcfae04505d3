package language

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// What people write who know other languages, and how it is written here.

// remedyOf says how the thing is written that a key, which steps do not have, stands for in
// other languages; "" is unknown.
func remedyOf(key string) string {
	switch key {
	case "if", "unless":
		return "put the step into a switch: switch: [{when: ..., steps: [...]}]"
	case "attempts", "maxAttempts", "max_retries", "retries":
		return "write retry: {maximumAttempts: ...}"
	case "on_error", "onError", "rescue":
		return "put the step into a try, which has a catch"
	case "output", "register", "result":
		return "the output of a step is steps.ID.output in later steps"
	case "for", "foreach", "forEach", "for_each", "with_items":
		return "write map: [steps], with over: the list"
	}
	return ""
}

// sameAs is the key of a step or of a part of one that has the meaning of a key of other
// languages, or "".
func sameAs(key string) string {
	switch key {
	case "if", "condition":
		return "when"
	case "then", "do":
		return "steps"
	case "except", "rescue", "on_error", "onError":
		return "catch"
	case "attempts", "max", "maxAttempts", "max_attempts":
		return "maximumAttempts"
	case "delay", "interval":
		return "initialInterval"
	case "name":
		return "id"
	case "args", "arguments", "input", "inputs", "params", "parameters":
		return "with"
	case "depends", "depends_on", "dependsOn":
		return "needs"
	case "default", "otherwise":
		return "else"
	}
	return ""
}

// meantKey is the known key that a wrong one was probably meant to be, or "".
func meantKey(wrong string, known []string) string {
	if meant := sameAs(wrong); slices.Contains(known, meant) {
		return meant
	}
	return suggest(wrong, known)
}

// unknownKey words that there is no such key, with its remedy.
func unknownKey(key string) string {
	if remedy := remedyOf(key); remedy != "" {
		return "unknown key " + quote(key) + ": " + remedy
	}
	return "unknown key " + quote(key)
}

// constantOf is the constant that a name stands for in other languages, or "".
func constantOf(name string) string {
	switch lower := strings.ToLower(name); lower {
	case "true", "false", "null":
		return lower
	case "none", "nil", "undefined":
		return "null"
	}
	return ""
}

// caseOfElse finds what was meant to be the else of a switch in the list of its cases.
func caseOfElse(from *node) (member, bool) {
	if _, has := from.member("when"); has {
		return member{}, false
	}
	for _, key := range []string{"else", "default", "otherwise"} {
		if found, has := from.member(key); has {
			return found, true
		}
	}
	return member{}, false
}

// stepInCatch tells whether a step stands where a catch with its steps belongs.
func (d *decoder) stepInCatch(from *node) bool {
	_, steps := from.member("steps")
	return !steps && slices.ContainsFunc(from.members, func(each member) bool {
		return each.key == "id" || d.kindNamed(each.key) != nil
	})
}

// idAsKey finds the id of a step that is written as the key of what the step does.
func (d *decoder) idAsKey(step *node) (member, bool) {
	if len(step.members) != 1 || step.members[0].value.kind != objectNode {
		return member{}, false
	}
	key := step.members[0].key
	return step.members[0], isWord(key, "_-") && !d.isStepKey(key) && remedyOf(key) == "" && suggest(key, d.kindKeys()) == ""
}

// rewritten tells whether a key only belongs to one that a step does not have, whose remedy
// says how the whole is written: then and else to if, in to for.
func rewritten(key string, step *node) bool {
	belongs := map[string][]string{
		"then": {"if", "unless", "when"}, "else": {"if", "unless", "when"}, "in": {"for", "foreach", "forEach"}, "do": {"for", "foreach", "forEach"},
	}
	return slices.ContainsFunc(belongs[key], func(other string) bool { _, has := step.member(other); return has })
}

// expressionStart is where a plain text that is an expression begins: at the beginning of
// a value.
var expressionStart = regexp.MustCompile(`(?:^|[:\-\[{,])\s*(\$\{)`)

// yamlRemedy finds why a line of YAML cannot be read, where it is one of the usual
// mistakes. The line and the column count from 1.
func yamlRemedy(text []byte, line, column int) (message string, at int) {
	content := lineOf(text, line)
	if len(content) > longestLine {
		return "", 0
	}
	indentation := content[:len(content)-len(bytes.TrimLeft(content, " \t"))]
	if tab := bytes.IndexByte(indentation, '\t'); tab >= 0 {
		return "a tab stands here: YAML is indented by spaces", tab + 1
	}
	for _, found := range expressionStart.FindAllSubmatchIndex(content, -1) {
		if insideQuotes(content[:found[2]]) {
			continue
		}
		return "put the expression into quotes: " + quoted(wholeExpression(content[found[2]:])), len([]rune(string(content[:found[2]]))) + 1
	}
	if character := characterAt(content, column); strings.ContainsRune("@`%", character) {
		return "a text that begins with " + string(character) + " must be in quotes", column
	}
	return "", 0
}

// longestLine is how long a line may be for its mistake to be looked for.
const longestLine = 2000

func lineOf(text []byte, line int) []byte {
	for ; line > 1; line-- {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	content, _, _ := bytes.Cut(text, []byte("\n"))
	return bytes.TrimRight(content, "\r")
}

func characterAt(content []byte, column int) rune {
	characters := []rune(string(content))
	if column < 1 || column > len(characters) {
		return 0
	}
	return characters[column-1]
}

// insideQuotes reports whether what follows the text stands in quotes.
func insideQuotes(text []byte) bool {
	var quote byte
	for i := 0; i < len(text); i++ {
		switch {
		case quote == '"' && text[i] == '\\':
			i++
		case quote != 0 && text[i] == quote:
			quote = 0
		case quote == 0 && (text[i] == '"' || text[i] == '\''):
			quote = text[i]
		}
	}
	return quote != 0
}

// wholeExpression is the text up to the brace that closes its first one.
func wholeExpression(text []byte) string {
	depth := 0
	for i, character := range text {
		switch {
		case insideQuotes(text[:i]):
		case character == '{':
			depth++
		case character == '}':
			if depth--; depth == 0 {
				return string(text[:i+1])
			}
		}
	}
	return string(text)
}

// quoted is the text in the quotes that change nothing in it.
func quoted(text string) string {
	switch {
	case len(text) > maximumQuote:
		return `"${...}"`
	case !strings.ContainsAny(text, `"\`):
		return `"` + text + `"`
	default:
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
}
