// Package fix mends what is certainly meant otherwise than it is written in a document:
// names and keys that are misspelled, expressions without quotes, and an else in the list of a
// switch. Each change is tried: it stays only where the document has fewer problems with it.
package fix

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"

	"dynamicsamples/blueprint/language"
)

// Check finds the problems of a document.
type Check func(text []byte) language.Diagnostics

// Change is one that was made, with the text before and after it.
type Change struct {
	Problem       language.Diagnostic
	Before, After []byte
}

// mostTries bounds the changes that are tried: each is a check of all of the document.
const mostTries = 150

// Document mends a document, change by change.
func Document(text []byte, check Check) []Change {
	m := mender{check: check, tries: mostTries, futile: map[language.Diagnostic]bool{}}
	var changes []Change
	problems := check(text)
	for {
		made, left, found := m.next(text, problems)
		if !found {
			return changes
		}
		changes = append(changes, made)
		text, problems = made.After, left
	}
}

// mender tries changes.
type mender struct {
	check Check
	tries int
	// futile are the problems for which nothing has helped.
	futile map[language.Diagnostic]bool
}

// next finds a change that helps.
func (m *mender) next(text []byte, problems language.Diagnostics) (Change, language.Diagnostics, bool) {
	for _, problem := range problems {
		if m.futile[problem] {
			continue
		}
		for _, changed := range mend(text, problem) {
			if m.tries--; m.tries < 0 {
				return Change{}, nil, false
			}
			if left := m.check(changed); helps(problem, problems, left) {
				return Change{problem, text, changed}, left, true
			}
		}
		m.futile[problem] = true
	}
	return Change{}, nil, false
}

// helps reports whether there is less to do than before. Behind what could not be read there
// may be any number of problems, and so in the arguments of what is called by a wrong name.
func helps(mended language.Diagnostic, before, after language.Diagnostics) bool {
	still := func(each language.Diagnostic) bool { return each.Code == mended.Code && each.Pointer == mended.Pointer }
	switch {
	case isElse(mended):
		return !slices.ContainsFunc(after, isElse) || len(after) < len(before)
	case mended.Code == "syntax":
		return !slices.ContainsFunc(after, func(each language.Diagnostic) bool {
			return each.Code == "syntax" && (each.Line < mended.Line || each.Line == mended.Line && each.Column <= mended.Column)
		})
	case mended.Code == "unknown-activity" || mended.Code == "unknown-workflow" || mended.Code == "unknown-blueprint":
		return !slices.ContainsFunc(after, still)
	default:
		return len(after) < len(before)
	}
}

// mend changes the document where the problem is, in the ways to try; none where nothing is
// certain.
func mend(text []byte, problem language.Diagnostic) [][]byte {
	at := offset(text, problem.Line, problem.Column)
	switch {
	case at < 0:
		return nil
	case problem.Code == "syntax":
		return quote(text, at, problem.Message)
	case isElse(problem):
		return moveElse(text, at)
	case problem.Suggestion != "" && (strings.HasPrefix(problem.Code, "unknown-") || problem.Code == "missing-kind"):
		return respell(text, at, problem)
	default:
		return nil
	}
}

// isElse reports whether the problem is an else among the cases of a switch.
func isElse(problem language.Diagnostic) bool {
	return problem.Code == "unknown-key" && strings.Contains(problem.Message, `stand beside "switch"`)
}

// offset is the byte at a line and a column, which count from 1; the column in characters.
func offset(text []byte, line, column int) int {
	start := 0
	for ; line > 1; line-- {
		length := bytes.IndexByte(text[start:], '\n')
		if length < 0 {
			return -1
		}
		start += length + 1
	}
	for character := range string(text[start:]) {
		if column--; column <= 0 {
			return start + character
		}
	}
	return -1
}

// replace is the one way to put a text in the place of another.
func replace(text []byte, from, to int, with string) [][]byte {
	return [][]byte{slices.Concat(text[:from], []byte(with), text[to:])}
}

// inQuotes is the first word in quotes of a message.
var inQuotes = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// respell puts the suggestion in the place of the name in the message: once, or wherever it
// stands in the rest of the line, for an expression can have it twice.
func respell(text []byte, at int, problem language.Diagnostic) [][]byte {
	wrong, err := strconv.Unquote(inQuotes.FindString(problem.Message))
	meant, version, _ := strings.Cut(problem.Suggestion, "@")
	name, wrongVersion, _ := strings.Cut(wrong, "@")
	switch {
	case err != nil || version != wrongVersion:
		// Which version is meant is not certain.
		return nil
	case problem.Code != "unknown-key" && levenshtein.ComputeDistance(name, meant) > (utf8.RuneCountInString(name)+2)/3:
		// It is the nearest name, and may be another one.
		return nil
	}
	line, _, _ := bytes.Cut(text[at:], []byte("\n"))
	word := regexp.MustCompile(`(^|[^\pL\pN_@-])(` + regexp.QuoteMeta(wrong) + `)([^\pL\pN_@-]|$)`)
	found := word.FindSubmatchIndex(line)
	if found == nil {
		return nil
	}
	everywhere := word.ReplaceAll(line, []byte("${1}"+problem.Suggestion+"${3}"))
	return append(replace(text, at+found[4], at+found[5], problem.Suggestion), replace(text, at, at+len(line), string(everywhere))...)
}

// quote puts an expression into the quotes that the message tells.
func quote(text []byte, at int, message string) [][]byte {
	quoted, is := strings.CutPrefix(message, "put the expression into quotes: ")
	if !is || len(quoted) < 2 {
		return nil
	}
	bare := quoted[1 : len(quoted)-1]
	if quoted[0] == '\'' {
		bare = strings.ReplaceAll(bare, "''", "'")
	}
	if !bytes.HasPrefix(text[at:], []byte(bare)) {
		// The message shortens it.
		return nil
	}
	return replace(text, at, at+len(bare), quoted)
}
