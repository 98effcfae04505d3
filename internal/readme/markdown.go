package readme

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
)

var (
	// Any indentation is accepted: in a list item a block may stand at any
	// depth, and checking too much is better than overlooking a block.
	openingFence = regexp.MustCompile("^([ \t]*)(`{3,}|~{3,})(.*)$")
	closingFence = regexp.MustCompile("^ {0,3}(`{3,}|~{3,})[ \t]*$")
)

// part is either one line of text or a whole fenced block. The sources of all
// parts together are the document, byte for byte.
type part struct {
	line   int
	source string
	indent string
	fence  string
	info   string
	body   []string
}

func split(path string, document []byte) ([]part, error) {
	var parts []part
	inBlock, line := false, 0
	for source := range strings.Lines(string(document)) {
		line++
		if inBlock {
			inBlock = !parts[len(parts)-1].extend(source)
			continue
		}
		parts = append(parts, begin(line, source))
		inBlock = parts[len(parts)-1].isBlock()
	}
	if inBlock {
		return nil, fmt.Errorf("%s:%d: find the end of the block: its fence is not closed", path, parts[len(parts)-1].line)
	}
	return parts, nil
}

func begin(line int, source string) part {
	match := openingFence.FindStringSubmatch(content(source))
	if match == nil {
		return part{line: line, source: source}
	}
	indent, fence, info := match[1], match[2], match[3]
	isInlineCode := fence[0] == '`' && strings.Contains(info, "`")
	if isInlineCode {
		return part{line: line, source: source}
	}
	return part{line: line, source: source, indent: indent, fence: fence, info: info}
}

// extend adds a line to an open block and reports whether it closes the block.
func (p *part) extend(source string) (closed bool) {
	p.source += source
	text := strings.TrimPrefix(content(source), p.indent)
	match := closingFence.FindStringSubmatch(text)
	if match != nil && strings.HasPrefix(match[1], p.fence) {
		return true
	}
	p.body = append(p.body, text)
	return false
}

func (p part) isBlock() bool {
	return p.fence != ""
}

// filled returns the source of the block with another content.
func (p part) filled(info, body string) string {
	fence := cmp.Or(p.fence, "```")
	for strings.Contains(body, fence) {
		fence += fence[:1]
	}
	var result strings.Builder
	for line := range strings.SplitSeq(fence+info+"\n"+body+"\n"+fence, "\n") {
		if line != "" {
			result.WriteString(p.indent + line)
		}
		result.WriteString(p.lineEnding())
	}
	return result.String()
}

func (p part) lineEnding() string {
	first, _, _ := strings.Cut(p.source, "\n")
	if strings.HasSuffix(first, "\r") {
		return "\r\n"
	}
	return "\n"
}

func content(line string) string {
	return strings.TrimRight(line, "\r\n")
}
