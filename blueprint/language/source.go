package language

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Source is where things stand in a document.
type Source struct {
	text []byte
	root *node
}

// Position is the place of the value that a JSON pointer names, or of the nearest value
// around it; line and column count from 1, the column in characters. Both are 0 where
// nothing is known.
func (s *Source) Position(pointer string) (line, column int) {
	if at, _ := s.find(pointer); at != nil {
		return at.line, at.column
	}
	return 0, 0
}

// KeyPosition is the place of the key of the member that a JSON pointer names, or else
// that of the value.
func (s *Source) KeyPosition(pointer string) (line, column int) {
	last := strings.LastIndexByte(pointer, '/')
	if last < 0 {
		return s.Position(pointer)
	}
	if around, exact := s.find(pointer[:last]); exact {
		if found, has := around.member(pointerKey(pointer[last+1:])); has {
			return found.line, found.column
		}
	}
	return s.Position(pointer)
}

// StringPosition is the place of a byte of the string that a JSON pointer names; offset
// counts within the string's value. Where the text cannot be followed, as behind an
// alias, it is the place of the string.
func (s *Source) StringPosition(pointer string, offset int) (line, column int) {
	at, exact := s.find(pointer)
	if at == nil {
		return 0, 0
	}
	value, isString := at.scalar.(string)
	if !exact || !isString || offset < 0 || offset > len(value) {
		return at.line, at.column
	}
	start, found := s.offset(at.line, at.column)
	if !found {
		return at.line, at.column
	}
	end, found := locate(s.text, start, at.style, value, offset)
	if !found {
		return at.line, at.column
	}
	return advance(s.text[start:end], at.line, at.column)
}

// find finds the value that a pointer names, or the nearest around it.
func (s *Source) find(pointer string) (nearest *node, exact bool) {
	if s == nil || s.root == nil {
		return nil, false
	}
	at := s.root
	if pointer == "" {
		return at, true
	}
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		next := at.child(pointerKey(part))
		if next == nil {
			return at, false
		}
		at = next
	}
	return at, true
}

func (n *node) child(key string) *node {
	if n.kind == listNode {
		if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(n.items) {
			return n.items[i]
		}
		return nil
	}
	found, _ := n.member(key)
	return found.value
}

// offset is the place of a line and column in bytes.
func (s *Source) offset(line, column int) (int, bool) {
	at := 0
	for rest := line; rest > 1; rest-- {
		end := bytes.IndexAny(s.text[at:], "\r\n")
		if end < 0 {
			return 0, false
		}
		at += end + lineBreak(s.text[at+end:])
	}
	for ; column > 1; column-- {
		_, width := utf8.DecodeRune(s.text[at:])
		if width == 0 {
			return 0, false
		}
		at += width
	}
	return at, true
}

// advance moves a line and column over text.
func advance(text []byte, line, column int) (int, int) {
	for len(text) > 0 {
		if width := lineBreak(text); width > 0 {
			line, column, text = line+1, 1, text[width:]
			continue
		}
		_, width := utf8.DecodeRune(text)
		column, text = column+1, text[width:]
	}
	return line, column
}

// lineBreak is the length of the line break that a text begins with, or 0.
func lineBreak(text []byte) int {
	switch {
	case bytes.HasPrefix(text, []byte("\r\n")):
		return 2
	case len(text) > 0 && (text[0] == '\n' || text[0] == '\r'):
		return 1
	default:
		return 0
	}
}

// locate follows a string's value through the text that writes it, up to an offset in
// the value. Folded lines and indentation count as the white space they become.
func locate(text []byte, start int, style stringStyle, value string, offset int) (end int, found bool) {
	at, found := textStart(text, start, style)
	for done := 0; found && done < offset; {
		if at >= len(text) {
			return 0, false
		}
		piece, width := pieceAt(text[at:], style)
		switch {
		case piece != "" && strings.HasPrefix(value[done:], piece):
			at, done = at+width, done+len(piece)
		case piece == "" || isSpace(text[at]):
			at += width
		case isSpace(value[done]):
			done++
		default:
			return 0, false
		}
	}
	for found && at < len(text) && isSpace(text[at]) && offset < len(value) && !isSpace(value[offset]) {
		at++
	}
	return at, found
}

// textStart skips what stands before the first character of a string: an anchor, the
// quote, the first line of a block.
func textStart(text []byte, at int, style stringStyle) (int, bool) {
	for at < len(text) && text[at] == '&' && style != elsewhere {
		for at < len(text) && !isSpace(text[at]) {
			at++
		}
		for at < len(text) && isSpace(text[at]) {
			at++
		}
	}
	switch style {
	case plainText:
		return at, true
	case singleQuoted, doubleQuoted:
		return at + 1, true
	case block:
		end := bytes.IndexAny(text[at:], "\r\n")
		return at + max(end, 0), end >= 0
	default:
		return at, false
	}
}

// pieceAt is what the beginning of a text stands for in a string, and how long that
// beginning is. A line that is continued stands for nothing.
func pieceAt(text []byte, style stringStyle) (piece string, width int) {
	switch {
	case style == doubleQuoted && text[0] == '\\' && len(text) > 1:
		return escaped(text)
	case style == singleQuoted && bytes.HasPrefix(text, []byte("''")):
		return "'", 2
	default:
		_, width := utf8.DecodeRune(text)
		return string(text[:width]), width
	}
}

// escaped reads an escape sequence of JSON or of a double quoted string of YAML.
func escaped(text []byte) (piece string, width int) {
	if width := lineBreak(text[1:]); width > 0 {
		return "", 1 + width
	}
	switch text[1] {
	case 'x':
		return escapedRune(text, 2)
	case 'u':
		return escapedRune(text, 4)
	case 'U':
		return escapedRune(text, 8)
	}
	_, width = utf8.DecodeRune(text[1:])
	if meaning, known := escapes()[string(text[1:1+width])]; known {
		return meaning, 1 + width
	}
	return string(text[1 : 1+width]), 1 + width
}

// escapes are what letters mean after a backslash, where they do not mean themselves.
func escapes() map[string]string {
	return map[string]string{"0": "\x00", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r",
		"e": "\x1b", "N": "\u0085", "_": "\u00a0", "L": "\u2028", "P": "\u2029"}
}

// escapedRune reads \x41, \u0041 or \U00000041, and a pair of surrogates as one.
func escapedRune(text []byte, digits int) (piece string, width int) {
	first := hexadecimal(text, 2, digits)
	if pair := utf16.DecodeRune(first, hexadecimal(text, 8, 4)); pair != utf8.RuneError {
		return string(pair), 12
	}
	return string(first), min(2+digits, len(text))
}

func hexadecimal(text []byte, at, digits int) rune {
	if at+digits > len(text) {
		return utf8.RuneError
	}
	code, err := strconv.ParseUint(string(text[at:at+digits]), 16, 32)
	if err != nil {
		return utf8.RuneError
	}
	return rune(code)
}

func isSpace(c byte) bool { return slices.Contains([]byte(" \t\r\n"), c) }
