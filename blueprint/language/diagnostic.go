package language

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
)

// Diagnostic is one problem of a document.
type Diagnostic struct {
	// File is the name of the document.
	File string `json:"file,omitempty"`
	// Line and Column say where, both from 1, the column in characters; 0 is unknown.
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
	// Pointer says where as a JSON pointer into the document; "" is the whole document.
	Pointer string `json:"pointer,omitempty"`
	// Code is the short name of the rule, such as "unknown-key".
	Code string `json:"code"`
	// Message says what is wrong.
	Message string `json:"message"`
	// Suggestion is what was probably meant, or "".
	Suggestion string `json:"suggestion,omitempty"`
	// Level is LevelWarning for what refuses no document, "" for a problem.
	Level string `json:"level,omitempty"`
}

// String is the diagnostic on one line:
//
//	order.yaml:12:7: /steps/3/with: unknown key "amout"; did you mean "amount"? (unknown-key)
func (d Diagnostic) String() string {
	var place strings.Builder
	if d.File != "" {
		place.WriteString(d.File + ":")
	}
	if d.Line > 0 {
		fmt.Fprintf(&place, "%d:%d:", d.Line, d.Column)
	}
	if d.Pointer != "" {
		place.WriteString(" " + d.Pointer + ":")
	}
	if d.Level != "" {
		place.WriteString(" " + d.Level + ":")
	}
	text := strings.TrimPrefix(place.String()+" "+d.Message, " ")
	if d.Suggestion != "" {
		text += fmt.Sprintf("; did you mean %q?", d.Suggestion)
	}
	return text + " (" + d.Code + ")"
}

// Diagnostics are the problems of a document, in the order of their places once they
// are sorted. They are an error.
type Diagnostics []Diagnostic

// Error lists the problems, one on a line.
func (d Diagnostics) Error() string {
	lines := make([]string, len(d))
	for i, each := range d {
		lines[i] = each.String()
	}
	return strings.Join(lines, "\n")
}

// Err is the diagnostics as an error, nil where there are none.
func (d Diagnostics) Err() error {
	if len(d) == 0 {
		return nil
	}
	return d
}

// Sort puts the diagnostics into the order of their places.
func (d Diagnostics) Sort() {
	slices.SortStableFunc(d, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
}

// What the problems of one document may come to; a hostile one has no end of them.
const (
	maximumProblems     = 1000
	maximumProblemBytes = 256 << 10
)

// problems collects diagnostics, up to a bound.
type problems struct {
	file    string
	found   Diagnostics
	bytes   int
	omitted int
}

// place is where a problem is.
type place struct {
	path         *path
	line, column int
}

func (n *node) at(path *path) place { return place{path, n.line, n.column} }

func (m member) at(path *path) place { return place{path, m.line, m.column} }

func (p *problems) add(at place, code, message, suggestion string) {
	if len(p.found) >= maximumProblems || p.bytes >= maximumProblemBytes {
		p.omitted++
		return
	}
	pointer := at.path.String()
	p.bytes += len(pointer) + len(message) + len(suggestion)
	p.found = append(p.found, Diagnostic{File: p.file, Line: at.line, Column: at.column, Pointer: pointer,
		Code: code, Message: message, Suggestion: suggestion})
}

// count is how many problems there are, with those that were omitted.
func (p *problems) count() int { return len(p.found) + p.omitted }

// sorted are the problems in order; where some were omitted, the last says how many.
func (p *problems) sorted() Diagnostics {
	p.found.Sort()
	if p.omitted > 0 {
		return append(p.found, Diagnostic{File: p.file, Code: "too-many-problems",
			Message: fmt.Sprintf("there are %d more problems", p.omitted)})
	}
	return p.found
}

// maximumQuote is how many characters of a document's text a message repeats.
const maximumQuote = 60

// quote puts text of a document into quotes, shortened.
func quote(text string) string {
	count := 0
	for at := range text {
		if count == maximumQuote {
			return strconv.Quote(text[:at] + "…")
		}
		count++
	}
	return strconv.Quote(text)
}

// suggest finds the known word that a wrong one was probably meant to be, or "". It
// allows for one wrong letter in three, and for upper and lower case; of words that are
// equally near it takes the one that is as long, since letters change places.
func suggest(wrong string, known []string) string {
	length := utf8.RuneCountInString(wrong)
	if length > maximumQuote {
		return ""
	}
	best, nearest := "", [2]int{(length+2)/3 + 1}
	for _, each := range slices.Sorted(slices.Values(known)) {
		distance := levenshtein.ComputeDistance(strings.ToLower(wrong), strings.ToLower(each))
		longer := max(utf8.RuneCountInString(each)-length, length-utf8.RuneCountInString(each))
		near := [2]int{distance, longer}
		if each != wrong && distance < length && slices.Compare(near[:], nearest[:]) < 0 {
			best, nearest = each, near
		}
	}
	return best
}
