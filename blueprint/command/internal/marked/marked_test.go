package marked_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/blueprint/command/internal/marked"
	"dynamicsamples/blueprint/language"
)

func show(style marked.Style, document string, problem language.Diagnostic) string {
	problem.Code, problem.Message = "code", "message"
	var out bytes.Buffer
	marked.Write(&out, style, []byte(document), problem)
	return out.String()
}

func TestTheMarkIsUnderThePlace(t *testing.T) {
	long := strings.Repeat("x", 100) + " here " + strings.Repeat("y", 200)
	tests := map[string]struct {
		document     string
		line, column int
		want         string
	}{
		"a word":                  {"one\n  two: three", 2, 8, "    2 |   two: three\n      |        ^^^^^\n"},
		"a quoted text":           {`a: "b c" d`, 1, 4, "    1 | a: \"b c\" d\n      |    ^^^^^\n"},
		"a sign":                  {"a: [b]", 1, 4, "    1 | a: [b]\n      |    ^\n"},
		"behind the end":          {"a:", 1, 3, "    1 | a:\n      |   ^\n"},
		"tabs":                    {"\ta", 1, 2, "    1 | \ta\n      | \t^\n"},
		"wide characters":         {"日本 b", 1, 4, "    1 | 日本 b\n      |      ^\n"},
		"line ends of Windows":    {"a\r\nb", 2, 1, "    2 | b\n      | ^\n"},
		"byte order mark":         {"\ufeffab", 1, 1, "    1 | ab\n      | ^^\n"},
		"no column":               {"a", 1, 0, "    1 | a\n"},
		"no line":                 {"a", 0, 0, ""},
		"a line that is not":      {"a", 7, 1, ""},
		"control characters":      {"a\x1b[2Jb", 1, 1, "    1 | a\ufffd[2Jb\n      | ^\n"},
		"the middle of much text": {long, 1, 102, "    1 | …" + strings.Repeat("x", 79) + " here " + strings.Repeat("y", 74) + "…\n      | " + strings.Repeat(" ", 81) + "^^^^\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := show(marked.Style{}, test.document, language.Diagnostic{File: "f", Line: test.line, Column: test.column})
			_, got, _ = strings.Cut(got, "\n")
			assert.Equal(t, test.want, got)
		})
	}
}

func TestSuggestionAndPointer(t *testing.T) {
	got := show(marked.Style{}, "", language.Diagnostic{File: "f.yaml", Pointer: "/steps/0", Suggestion: "charge"})
	assert.Equal(t, "f.yaml: message (code)\n  did you mean \"charge\"?\n  at /steps/0\n", got)
}

func TestColors(t *testing.T) {
	problem := language.Diagnostic{File: "f", Line: 1, Column: 1, Suggestion: "b"}
	plain, colored := show(marked.Style{}, "a", problem), show(marked.Colored(), "a", problem)
	assert.NotContains(t, plain, "\x1b")
	assert.Contains(t, colored, "\x1b[1;31mmessage\x1b[0m")
}
