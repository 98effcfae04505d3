package expression

import (
	"fmt"
	"strings"
)

// piece is a stretch of a text: a literal, or what stands between ${ and }.
type piece struct {
	text       string
	offset     int
	expression bool
}

// mostExpressions bounds the expressions of one text.
const mostExpressions = 100

// split cuts a text into literals and expressions. After an expression that is not
// closed there is nothing more to see.
func split(text string) ([]piece, Problems) {
	var pieces []piece
	found := 0
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			pieces = append(pieces, piece{text: literal.String()})
			literal.Reset()
		}
	}
	for i := 0; i < len(text); {
		switch rest := text[i:]; {
		case strings.HasPrefix(rest, "$${"):
			literal.WriteString("${")
			i += len("$${")
		case strings.HasPrefix(rest, "${"):
			start := i + len("${")
			end, problem := closingBrace(text, start)
			if problem != nil {
				return nil, Problems{*problem}
			}
			if found++; found > mostExpressions {
				return nil, Problems{{Offset: i, Message: fmt.Sprintf("there are more than %d expressions in one text", mostExpressions)}}
			}
			flush()
			pieces = append(pieces, piece{text: text[start:end], offset: start, expression: true})
			i = end + 1
		default:
			literal.WriteByte(text[i])
			i++
		}
	}
	flush()
	return pieces, nil
}

// closingBrace finds the } that ends the expression at start. Braces of map literals
// count, those in strings and comments do not.
func closingBrace(text string, start int) (int, *Problem) {
	depth := 0
	for i := start; i < len(text); {
		switch character := text[i]; {
		case character == '}' && depth == 0:
			return i, nil
		case character == '}':
			depth--
		case character == '{':
			depth++
		case character == '"' || character == '\'' || character == '`':
			end := closingQuote(text, i, isRaw(text[start:i]))
			if end < 0 {
				return 0, &Problem{Offset: i, Message: "the text in quotes is not closed"}
			}
			i = end
			continue
		case strings.HasPrefix(text[i:], "//"):
			i = endOfLine(text, i)
			continue
		}
		i++
	}
	return 0, &Problem{Offset: start - len("${"), Message: "the expression is not closed: a } is missing"}
}

// closingQuote returns where the string that opens at start is over, or -1.
func closingQuote(text string, start int, raw bool) int {
	quote := text[start : start+1]
	if triple := strings.Repeat(quote, 3); strings.HasPrefix(text[start:], triple) {
		quote = triple
	}
	for i := start + len(quote); i < len(text); {
		switch rest := text[i:]; {
		case strings.HasPrefix(rest, quote):
			return i + len(quote)
		case len(quote) == 1 && (rest[0] == '\n' || rest[0] == '\r'):
			return -1
		case rest[0] == '\\' && !raw:
			i += 2
		default:
			i++
		}
	}
	return -1
}

// isRaw tells whether a string that follows is raw: r"..", R"..", br"..".
func isRaw(before string) bool {
	if !strings.HasSuffix(before, "r") && !strings.HasSuffix(before, "R") {
		return false
	}
	before = before[:len(before)-1]
	if strings.HasSuffix(before, "b") || strings.HasSuffix(before, "B") {
		before = before[:len(before)-1]
	}
	return before == "" || !isNameByte(before[len(before)-1])
}

func isNameByte(b byte) bool {
	return b == '_' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}

func endOfLine(text string, start int) int {
	if end := strings.IndexByte(text[start:], '\n'); end >= 0 {
		return start + end
	}
	return len(text)
}
