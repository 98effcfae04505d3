package fix

import (
	"bytes"
	"regexp"
	"strings"
)

// moveElse moves the steps for everything else out of the list of a switch, where they stand
// as an item that begins at the place.
func moveElse(text []byte, at int) [][]byte {
	start := bytes.LastIndexByte(text[:at], '\n') + 1
	if before := strings.TrimLeft(string(text[start:at]), " "); before == "- " {
		return moveBlock(text, start, at)
	}
	return moveFlow(text, at)
}

// moveBlock moves an item of a list with a line for each; the key comes where that of the
// switch is, and the lines below it come along.
func moveBlock(text []byte, start, at int) [][]byte {
	lines := strings.SplitAfter(string(text), "\n")
	first := bytes.Count(text[:start], []byte("\n"))
	dash := at - start - len("- ")
	key := -1
	for above := first - 1; above >= 0; above-- {
		if found := strings.Index(lines[above], "switch:"); found >= 0 && found <= dash {
			key = found
			break
		}
	}
	if key < 0 {
		return nil
	}
	last := first + 1
	for last < len(lines) && (strings.TrimSpace(lines[last]) == "" || indentation(lines[last]) > dash) {
		last++
	}
	_, value, _ := strings.Cut(lines[first], ":")
	moved := []string{strings.Repeat(" ", key) + "else:" + value}
	shift := dash + len("- ") - key
	for _, line := range lines[first+1 : last] {
		moved = append(moved, line[min(shift, indentation(line)):])
	}
	// What follows the item in the list stays there; the else comes behind it.
	rest := last
	for rest < len(lines) && indentation(lines[rest]) >= dash && strings.HasPrefix(strings.TrimLeft(lines[rest], " "), "- ") {
		rest++
	}
	return [][]byte{[]byte(strings.Join(lines[:first], "") + strings.Join(lines[last:rest], "") + strings.Join(moved, "") + strings.Join(lines[rest:], ""))}
}

func indentation(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// flowKey is a key in a flow mapping, with its colon.
var flowKey = regexp.MustCompile(`^"?[a-z]+"?\s*:\s*`)

// moveFlow moves the last item of a list in brackets behind the list.
func moveFlow(text []byte, at int) [][]byte {
	open := bytes.LastIndexByte(text[:at], '{')
	if open < 0 || strings.TrimSpace(string(text[open+1:at])) != "" {
		return nil
	}
	key := flowKey.Find(text[at:])
	closed := closing(text, open)
	if key == nil || closed < 0 {
		return nil
	}
	value := strings.TrimSpace(string(text[at+len(key) : closed]))
	list := closed + 1 + len(text[closed+1:]) - len(bytes.TrimLeft(text[closed+1:], " \n"))
	front := bytes.TrimRight(text[:open], " \n,")
	if list >= len(text) || text[list] != ']' {
		return nil
	}
	name := "else"
	if strings.HasPrefix(string(key), `"`) {
		name = `"else"`
	}
	return replace(text, len(front), list+1, "], "+name+": "+value)
}

// closing is where the bracket at the place is closed; quotes are heeded.
func closing(text []byte, open int) int {
	depth := 0
	var quote byte
	for at := open; at < len(text); at++ {
		switch character := text[at]; {
		case quote == '"' && character == '\\':
			at++
		case quote != 0:
			if character == quote {
				quote = 0
			}
		case character == '"' || character == '\'':
			quote = character
		case character == '{' || character == '[':
			depth++
		case character == '}' || character == ']':
			if depth--; depth == 0 {
				return at
			}
		}
	}
	return -1
}
