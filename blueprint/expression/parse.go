package expression

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/ext"
)

// longest is the greatest length of one expression, in bytes.
const longest = 10_000

// celEnvironment is the part of cel-go that is used: its grammar and its macros. It bounds the
// depth of an expression by itself.
var celEnvironment = sync.OnceValues(func() (*cel.Env, error) {
	return cel.NewCustomEnv(
		cel.StdLib(),
		cel.OptionalTypes(),
		cel.ExpressionNodeLimit(longest),
		ext.Bindings(),
		ext.Lists(),
		ext.TwoVarComprehensions(),
	)
})

// source is the text of an expression, parsed.
type source struct {
	text string
	// start is where the expression begins in the whole text.
	start int
	root  ast.Expr
	info  *ast.SourceInfo
	// bytes are the offsets of the characters in the text, nil if each is one byte.
	bytes []int
}

// parse parses one expression.
func parse(text string, start int) (*source, Problems) {
	if len(text) > longest {
		return nil, Problems{{Offset: start, Message: fmt.Sprintf("the expression has more than %d bytes", longest)}}
	}
	if strings.TrimSpace(text) == "" {
		return nil, Problems{{Offset: start, Message: "the expression is empty"}}
	}
	environment, err := celEnvironment()
	if err != nil {
		return nil, Problems{{Offset: start, Message: err.Error()}}
	}
	parsed, issues := environment.Parse(text)
	if issues.Err() != nil {
		return nil, syntaxProblems(text, start, issues.Errors())
	}
	syntax := parsed.NativeRep()
	return &source{text: text, start: start, root: syntax.Expr(), info: syntax.SourceInfo(), bytes: characterOffsets(text)}, nil
}

func characterOffsets(text string) []int {
	if utf8.RuneCountInString(text) == len(text) {
		return nil
	}
	offsets := make([]int, 0, len(text)+1)
	for offset := range text {
		offsets = append(offsets, offset)
	}
	return append(offsets, len(text))
}

// place is where the parser says that a node stands, in bytes.
func (s *source) place(node ast.Expr) int {
	place, _ := s.info.GetOffsetRange(node.ID())
	if s.bytes == nil {
		return min(int(place.Start), len(s.text))
	}
	return s.bytes[min(int(place.Start), len(s.bytes)-1)]
}

func syntaxProblems(text string, start int, issues []*common.Error) Problems {
	var problems Problems
	for _, issue := range issues[:min(len(issues), mostProblems)] {
		offset := 0
		if issue.Location.Line() > 0 {
			offset = byteOffset(text, issue.Location.Line(), issue.Location.Column())
		}
		if found, is := foreign(text, offset); is {
			// What follows it is only misread.
			return Problems{{Offset: start + found.Offset, Message: found.Message}}
		}
		problems = append(problems, Problem{Offset: start + offset, Message: syntaxMessage(issue.Message)})
	}
	return problems
}

// foreign finds a word or an operator of another language at an offset, or before it.
func foreign(text string, offset int) (Problem, bool) {
	for _, each := range foreignWords() {
		for _, found := range each.pattern.FindAllStringSubmatchIndex(text, -1) {
			if found[2] <= offset && offset <= found[1] {
				return Problem{Offset: found[2], Message: "unexpected " + text[found[2]:found[3]] + ": " + each.words}, true
			}
		}
	}
	return Problem{}, false
}

// foreignWords are what other languages write where this one writes something else: the
// first group of each pattern.
var foreignWords = sync.OnceValue(func() []syntaxRule {
	var words []syntaxRule
	for _, each := range []struct{ pattern, words string }{
		{`\b(and)\s`, "write &&"},
		{`\b(or)\s`, "write ||"},
		{`\b(not)\s+\S`, "write !"},
		{`([=!]==)`, "write == or !="},
		{`(<>)`, "write !="},
		{`(\?\?)`, "write x.?y.orValue(z)"},
		{`[^=!<>](=)(?:[^=]|$)`, "write =="},
		{`[^|](\|)(?:[^|]|$)`, "a function is called as x.f()"},
		{`[^&](&)(?:[^&]|$)`, "write &&"},
		{`\b(if)\s`, "write condition ? a : b"},
	} {
		words = append(words, syntaxRule{regexp.MustCompile(each.pattern), each.words})
	}
	return words
})

// byteOffset turns a line, from 1, and a column in characters into an offset.
func byteOffset(text string, line, column int) int {
	offset := 0
	for ; line > 1; line-- {
		offset += strings.IndexByte(text[offset:], '\n') + 1
	}
	for ; column > 0 && offset < len(text); column-- {
		_, size := utf8.DecodeRuneInString(text[offset:])
		offset += size
	}
	return offset
}

// syntaxMessage puts what the parser says into words for people who do not know its
// grammar.
func syntaxMessage(message string) string {
	message = strings.TrimPrefix(message, "Syntax error: ")
	for _, rule := range syntaxRules() {
		if found := rule.pattern.FindStringSubmatchIndex(message); found != nil {
			message = string(rule.pattern.ExpandString(nil, rule.words, message, found))
			break
		}
	}
	message = strings.ReplaceAll(message, "unexpected <EOF>", "unexpected end of the expression")
	return limitMessage(errors.New(strings.ReplaceAll(message, "<EOF>", "the end")))
}

type syntaxRule struct {
	pattern *regexp.Regexp
	words   string
}

var syntaxRules = sync.OnceValue(func() []syntaxRule {
	var rules []syntaxRule
	for _, rule := range []struct{ pattern, words string }{
		{`(?s)^(?:mismatched|extraneous) input '(.*)' expecting`, "unexpected $1"},
		{`(?s)^no viable alternative at input '(.*)'`, "unexpected $1"},
		{`(?s)^missing '(.*)' at '(.*)'`, "$1 is missing before $2"},
		{`(?s)^token recognition error at: '\s*(.*?)\s*'$`, "unexpected $1"},
		{`^(expression|max) recursion (limit|depth) exceeded.*`, "the expression is nested too deeply"},
		{`.*node (count|limit).*`, "the expression is too large"},
		{`^invalid (int|uint|double) literal`, "the number does not fit"},
		{`^argument (?:must be|is not).* identifier.*`, "a macro takes a plain name here"},
		{`^reserved identifier: (.*)`, "$1 is a word of the language and cannot be a name"},
		{`^invalid argument to has\(\) macro`, "has() takes a field, like has(input.total)"},
	} {
		rules = append(rules, syntaxRule{regexp.MustCompile(rule.pattern), rule.words})
	}
	return rules
})

// offset is where a node stands in the whole text, in bytes.
func (s *source) offset(node ast.Expr) int { return s.start + s.position(node) }

// beginning is where what a node stands for begins in the whole text: the place of
// input.name is that of name, and it begins with input.
func (s *source) beginning(node ast.Expr) int {
	switch node.Kind() {
	case ast.SelectKind:
		if !node.AsSelect().IsTestOnly() {
			return s.beginning(node.AsSelect().Operand())
		}
	case ast.ComprehensionKind:
		return min(s.offset(node), s.beginning(node.AsComprehension().IterRange()))
	case ast.CallKind:
		call := node.AsCall()
		if call.IsMemberFunction() {
			return s.beginning(call.Target())
		}
		if len(call.Args()) > 1 && isOperator(call.FunctionName()) {
			return s.beginning(call.Args()[0])
		}
	}
	return s.offset(node)
}

// position is where a node stands in the expression, in bytes.
func (s *source) position(node ast.Expr) int {
	if node.Kind() == ast.SelectKind {
		return s.fieldPosition(node)
	}
	if node.Kind() == ast.CallKind {
		return s.namePosition(s.place(node), node.AsCall().FunctionName())
	}
	return s.place(node)
}

// namePosition is where the name of a function stands. The parser only keeps the place
// of the parenthesis.
func (s *source) namePosition(position int, name string) int {
	if before := strings.TrimRight(s.text[:position], " \t\r\n"); strings.HasSuffix(before, name) {
		return len(before) - len(name)
	}
	return position
}

// fieldPosition is where the name of a selected field stands. The parser only keeps the
// dot's place, or for has() that of the parenthesis.
func (s *source) fieldPosition(node ast.Expr) int {
	selection := node.AsSelect()
	after := max(s.place(node), s.position(selection.Operand()))
	pattern := regexp.MustCompile(`\.\s*` + "`?" + `(` + regexp.QuoteMeta(selection.FieldName()) + `)\b`)
	if match := pattern.FindStringSubmatchIndex(s.text[after:]); match != nil {
		return after + match[2]
	}
	return after
}
