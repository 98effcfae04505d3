// Package expression evaluates the expressions of blueprints. The language is CEL, whose
// parser and macros are cel-go's. The evaluation is our own, over JSON values as they
// are: nothing is wrapped or copied before it is used, 10 and 10.0 are one number, maps
// are walked in the order of their keys, and the cost of an operation is counted before
// it is done, so that no expression, however hostile, takes more than it may. cel-go's
// interpreter takes the cost of an operation after it, walks Go maps in random order,
// and has two kinds of numbers.
package expression

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"dynamicsamples/blueprint/internal/recent"
)

// Names gives the values of the names that an expression may use. If it also has
// Fields() []string, an error about an unknown name tells which there are.
type Names interface {
	// Lookup returns the value of a name, a JSON value or an Object.
	Lookup(name string) (value any, found bool)
}

// Object is a value whose fields are looked up one by one, without copying them.
type Object interface {
	// Field returns the value of a field, a JSON value or an Object.
	Field(name string) (value any, found bool)
	// Fields lists the names of the fields, in any order.
	Fields() []string
}

// Limits bound one evaluation. There is no default: 0 allows nothing.
type Limits struct {
	// Cost bounds each expression of the text, in CEL's cost units: 1 for a name, a
	// field, a call, a round of a macro; 10 for a list and 30 for a map that is written
	// down; and 1 for every 10 bytes or items that an operation reads or makes.
	Cost uint64
	// Bytes bounds the result as JSON, as Size counts it.
	Bytes int
	// Spent, where it is not nil, is raised by the cost of the evaluation.
	Spent *uint64
	// Patterns keeps the regular expressions that are compiled; nil keeps none.
	Patterns *Patterns
	// Unique gives uuid() its value, by its place in the text; nil is no value.
	Unique func(place string) string
	// Strict is for runs since version 2: each regular expression that an evaluation uses costs
	// what compiling it does, once, whether or not it is kept; and a key that a map has twice
	// is an error.
	Strict bool
}

// Patterns keeps compiled regular expressions of all documents, as many as there is room for.
type Patterns struct {
	kept *recent.Cache[string, *regexp.Regexp]
}

// NewPatterns keeps regular expressions of so many steps together; a step takes about 100 bytes.
func NewPatterns(steps int) *Patterns {
	return &Patterns{recent.New[string, *regexp.Regexp](steps)}
}

// Steps are those of the regular expressions that are kept.
func (p *Patterns) Steps() int { return p.kept.Weight() }

// Reference is one use of a name.
type Reference struct {
	// Root is the name: "steps".
	Root string
	// Path is what is selected from it, as far as that is constant: "charge", "output".
	// It is nil where the name is used by itself.
	Path []string
	// Sure is how much of the path must be there: the rest is asked for, by has() or ?.
	Sure int
	// Asked is a field that ("field" in ...) asks for, or "".
	Asked string
	// Offset is where the name stands in the text, in bytes.
	Offset int
}

// Template is a compiled text. It is immutable and safe for concurrent use.
type Template struct {
	parts []part
}

// part is a literal piece of a text, or an expression.
type part struct {
	literal    string
	expression *expression
}

// Compile compiles a text with expressions, ${...}; $${ is a plain ${. Its error is
// Problems, all of them.
func Compile(text string) (*Template, error) {
	if valid := strings.ToValidUTF8(text, ""); valid != text {
		return nil, Problems{{Offset: firstDifference(text, valid), Message: "the text is no UTF-8"}}
	}
	pieces, problems := split(text)
	parts := make([]part, 0, len(pieces))
	for _, piece := range pieces {
		if !piece.expression {
			parts = append(parts, part{literal: piece.text})
			continue
		}
		compiled, found := compile(piece.text, piece.offset)
		problems = append(problems, found...)
		parts = append(parts, part{expression: compiled})
	}
	if len(problems) > 0 {
		return nil, problems.sorted()
	}
	return &Template{parts: parts}, nil
}

// firstDifference is where two texts part.
func firstDifference(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// Literal returns the text, with $${ unescaped, when it holds no expression.
func (t *Template) Literal() (string, bool) {
	switch {
	case len(t.parts) == 0:
		return "", true
	case len(t.parts) == 1 && t.parts[0].expression == nil:
		return t.parts[0].literal, true
	}
	return "", false
}

// Evaluate returns the value of the template, a JSON value that shares what it selected
// with the values of the names. Its error is an *Error. It depends on nothing but its
// arguments.
func (t *Template) Evaluate(names Names, limits Limits) (any, error) {
	if len(t.parts) == 1 && t.parts[0].expression != nil {
		return t.parts[0].expression.evaluate(names, limits)
	}
	var text strings.Builder
	for _, part := range t.parts {
		if err := part.write(&text, names, limits); err != nil {
			return nil, err
		}
	}
	if Size(text.String()) > limits.Bytes {
		return nil, tooLarge(limits.Bytes)
	}
	return text.String(), nil
}

// write adds the part's text: a string as it is, any other value as its JSON.
func (p part) write(text *strings.Builder, names Names, limits Limits) error {
	if p.expression == nil {
		text.WriteString(p.literal)
		return nil
	}
	value, err := p.expression.evaluate(names, limits)
	if err != nil {
		return err
	}
	if content, isText := value.(string); isText {
		text.WriteString(content)
	} else if err := writeJSON(text, value); err != nil {
		return &Error{Kind: Failed, Message: err.Error()}
	}
	if text.Len() > limits.Bytes {
		return tooLarge(limits.Bytes)
	}
	return nil
}

func writeJSON(text *strings.Builder, value any) error {
	var encoded strings.Builder
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false) // it is for people to read
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("write a value as JSON: %w", err)
	}
	text.WriteString(strings.TrimSuffix(encoded.String(), "\n"))
	return nil
}

// References lists every use of a name, in the order of the text.
func (t *Template) References() []Reference {
	var references []Reference
	for _, part := range t.parts {
		if part.expression != nil {
			references = append(references, part.expression.references()...)
		}
	}
	return references
}

// Kind says why an evaluation failed.
type Kind int

// The kinds of an Error.
const (
	// Failed is an expression that has no value: no such key, division by zero.
	Failed Kind = iota
	// TooCostly is an expression over its limit of cost.
	TooCostly
	// TooLarge is a result over its limit of bytes.
	TooLarge
	// TooDeep is a result that nests more than Levels deep.
	TooDeep
)

// Error is a failed evaluation.
type Error struct {
	Kind    Kind
	Message string
}

// Error implements error.
func (e *Error) Error() string { return e.Message }

func tooLarge(bytes int) *Error {
	return &Error{Kind: TooLarge, Message: fmt.Sprintf("the result has more than %d bytes", bytes)}
}

// Problem is one thing that is wrong with a text.
type Problem struct {
	// Offset is where, in bytes within the text.
	Offset int
	// Message says what is wrong.
	Message string
	// Name is the name, field or function that does not exist, if that is the problem.
	Name string
	// Known are those that exist where Name was looked for, in order.
	Known []string
}

// Problems is everything that is wrong with a text, in the order of the text.
type Problems []Problem

// Error implements error.
func (p Problems) Error() string {
	messages := make([]string, len(p))
	for i, problem := range p {
		messages[i] = problem.Message
	}
	return strings.Join(messages, "; ")
}

// sorted puts the problems in order, each once: macros repeat their arguments.
func (p Problems) sorted() Problems {
	slices.SortStableFunc(p, func(a, b Problem) int { return a.Offset - b.Offset })
	return slices.CompactFunc(p, func(a, b Problem) bool {
		return a.Offset == b.Offset && a.Message == b.Message
	})
}

// limitMessage shortens what quotes data.
func limitMessage(err error) string {
	const longest = 500
	message := err.Error()
	if len(message) <= longest {
		return message
	}
	return strings.ToValidUTF8(message[:longest], "") + "..."
}

// failure is the *Error that an evaluation's error is.
func failure(err error) *Error {
	var failed *Error
	if errors.As(err, &failed) {
		return failed
	}
	return &Error{Kind: Failed, Message: limitMessage(err)}
}
