// Package marked shows the problems of a document to a person: each with the line where
// it is and a mark under the very place, as compilers do.
package marked

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"

	"dynamicsamples/blueprint/language"
)

// Style says how parts of the text are set off; the zero value is plain.
type Style struct{ colors bool }

// Colored is the style for terminals.
func Colored() Style { return Style{colors: true} }

// The colors of a terminal, as the parameters of its control sequence.
const (
	red    = "1;31"
	yellow = "1;33"
	blue   = "34"
	cyan   = "36"
	bold   = "1"
)

func (s Style) paint(color, text string) string {
	if !s.colors || text == "" {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

// longestLine is how many characters of a line are shown.
const longestLine = 160

// Write writes a problem with its place in the document.
func Write(out io.Writer, style Style, document []byte, problem language.Diagnostic) {
	place := ""
	if problem.File != "" {
		place = problem.File + ":"
	}
	if problem.Line > 0 {
		place += fmt.Sprintf("%d:%d:", problem.Line, problem.Column)
	}
	level := ""
	if problem.Level != "" {
		level = problem.Level + ": "
	}
	fmt.Fprintf(out, "%s %s %s\n", style.paint(bold, place), style.paint(colorOf(problem), level+Printable(problem.Message)), "("+problem.Code+")")
	if line, found := lineAt(document, problem.Line); found {
		writeLine(out, style, line, problem)
	}
	if problem.Suggestion != "" {
		fmt.Fprintf(out, "  did you mean %s?\n", style.paint(cyan, fmt.Sprintf("%q", problem.Suggestion)))
	}
	if problem.Pointer != "" {
		fmt.Fprintf(out, "  at %s\n", Printable(problem.Pointer))
	}
}

func colorOf(problem language.Diagnostic) string {
	if problem.Level == language.LevelWarning {
		return yellow
	}
	return red
}

// lineAt is a line of a document, counted from 1.
func lineAt(document []byte, number int) (string, bool) {
	if number < 1 {
		return "", false
	}
	text := strings.TrimPrefix(string(document), "\ufeff")
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
	if number > len(lines) {
		return "", false
	}
	return lines[number-1], true
}

func writeLine(out io.Writer, style Style, line string, problem language.Diagnostic) {
	before, at, column := cut(line, problem.Column)
	number := fmt.Sprintf("%5d", problem.Line)
	margin := strings.Repeat(" ", len(number))
	fmt.Fprintf(out, "%s %s\n", style.paint(blue, number+" |"), Printable(before+at))
	if column > 0 {
		fmt.Fprintf(out, "%s %s%s\n", style.paint(blue, margin+" |"), blank(before), style.paint(colorOf(problem), strings.Repeat("^", mark(at))))
	}
}

// cut divides a line at the column, and leaves out what is far away from it.
func cut(line string, column int) (before, at string, inside int) {
	characters := []rune(strings.ToValidUTF8(line, "\ufffd"))
	inside = column
	if column < 1 || column > len(characters)+1 {
		column, inside = 1, 0
	}
	front, back := characters[:column-1], characters[column-1:]
	if len(front) > longestLine/2 {
		front = append([]rune("…"), front[len(front)-longestLine/2:]...)
	}
	if len(front)+len(back) > longestLine {
		back = append(back[:longestLine-len(front):longestLine-len(front)], '…')
	}
	return string(front), string(back), inside
}

// blank is white space as wide as the text.
func blank(text string) string {
	var white strings.Builder
	for _, character := range text {
		if character == '\t' {
			white.WriteRune('\t')
			continue
		}
		white.WriteString(strings.Repeat(" ", runewidth.RuneWidth(character)))
	}
	return white.String()
}

// mark is how wide the mark under a text is: a word, a quoted text, or one character.
func mark(text string) int {
	first, size := utf8.DecodeRuneInString(text)
	switch {
	case first == '"' || first == '\'':
		if end := strings.IndexRune(text[size:], first); end >= 0 {
			return runewidth.StringWidth(text[:size+end+1])
		}
	case isWord(first):
		end := strings.IndexFunc(text, func(c rune) bool { return !isWord(c) })
		if end < 0 {
			end = len(text)
		}
		return runewidth.StringWidth(text[:end])
	}
	return 1
}

func isWord(c rune) bool {
	return unicode.IsLetter(c) || unicode.IsDigit(c) || strings.ContainsRune("_-@.%", c)
}

// Printable replaces what would move a terminal's cursor: documents come from outside.
func Printable(text string) string {
	return strings.Map(func(c rune) rune {
		if c != '\t' && !unicode.IsPrint(c) {
			return '\ufffd'
		}
		return c
	}, text)
}
