package format

import (
	"bytes"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// blankMark is the comment that stands for a blank line: the library keeps comments, but
// no blank lines.
const blankMark = "#\u2063"

// keepBlankLines puts a mark where blank lines are, one for several. Those inside a text
// are left alone, as far as can be told; Document sees to the rest.
func keepBlankLines(document []byte) []byte {
	root, err := parse(document)
	if err != nil {
		return document
	}
	starts := map[int]*yaml.Node{}
	noteStarts(root, starts)
	lines := strings.Split(string(bytes.ReplaceAll(document, []byte("\r\n"), []byte("\n"))), "\n")
	var kept []string
	var last *yaml.Node
	for i, line := range lines {
		switch {
		case starts[i+1] != nil:
			last = starts[i+1]
		case strings.TrimSpace(line) == "" && marks(lines, i, starts, last):
			kept = append(kept, indentOf(lines[i+1])+blankMark)
			continue
		}
		kept = append(kept, line)
	}
	return []byte(strings.Join(kept, "\n"))
}

// noteStarts notes the last value that begins on each line.
func noteStarts(node *yaml.Node, starts map[int]*yaml.Node) {
	if node.Kind != yaml.DocumentNode {
		starts[node.Line] = node
	}
	for _, each := range node.Content {
		noteStarts(each, starts)
	}
}

// marks reports whether a blank line is the last one before something that is no part
// of the text before it.
func marks(lines []string, blank int, starts map[int]*yaml.Node, last *yaml.Node) bool {
	if blank == 0 || blank+1 >= len(lines) || strings.TrimSpace(lines[blank+1]) == "" {
		return false
	}
	next := lines[blank+1]
	if starts[blank+2] != nil {
		return true
	}
	if !strings.HasPrefix(strings.TrimSpace(next), "#") {
		return false
	}
	inText := last != nil && last.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0
	return !inText || len(indentOf(next)) <= len(indentOf(lines[last.Line-1]))
}

func indentOf(line string) string { return line[:len(line)-len(strings.TrimLeft(line, " "))] }

// restoreBlankLines makes blank lines of the marks again.
func restoreBlankLines(formatted []byte) []byte {
	var lines []string
	for line := range strings.SplitSeq(string(formatted), "\n") {
		blank := strings.TrimSpace(line) == "" || strings.TrimSpace(line) == blankMark
		switch {
		case strings.TrimSpace(line) != blankMark:
			lines = append(lines, line)
		case blank && len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) != "":
			lines = append(lines, "")
		}
	}
	return []byte(strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n")
}

// comments are the lines of the comments of a document, sorted.
func comments(document []byte) ([]string, error) {
	root, err := parse(document)
	if err != nil {
		return nil, err
	}
	var found []string
	var walk func(node *yaml.Node)
	walk = func(node *yaml.Node) {
		for _, each := range []string{node.HeadComment, node.LineComment, node.FootComment} {
			for line := range strings.SplitSeq(each, "\n") {
				if line = strings.TrimSpace(line); line != "" && line != blankMark {
					found = append(found, line)
				}
			}
		}
		for _, each := range node.Content {
			walk(each)
		}
	}
	walk(root)
	slices.Sort(found)
	return found, nil
}
