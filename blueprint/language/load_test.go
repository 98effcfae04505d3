package language

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// said are the diagnostics of a document, without those of keys that are missing
// because the document is only a part of one.
func said(t *testing.T, name, text string) []string {
	t.Helper()
	_, _, problems := Load(name, []byte(text), 0)
	var lines []string
	for _, problem := range problems {
		if problem.Code != "missing-key" || problem.Pointer != "" {
			lines = append(lines, problem.String())
		}
	}
	return lines
}

// vars reads text as the variables of a document.
func vars(t *testing.T, text string) map[string]any {
	t.Helper()
	definition, _, _ := Load("", []byte(text), 0)
	require.NotNil(t, definition)
	return definition.Vars
}

func TestYAMLAndJSONGiveTheSameValues(t *testing.T) {
	want := map[string]any{"a": int64(10), "b": 10.5, "c": "x", "d": nil, "e": true, "f": []any{int64(1)}, "g": map[string]any{}, "h": int64(10)}
	assert.Equal(t, want, vars(t, "vars: {a: 10, b: 10.5, c: x, d: , e: true, f: [1], g: {}, h: 10.0}"))
	assert.Equal(t, want, vars(t, `{"vars": {"a": 10, "b": 10.5, "c": "x", "d": null, "e": true, "f": [1], "g": {}, "h": 1e1}}`))
}

func TestScalarsOfYAML(t *testing.T) {
	for text, want := range map[string]any{
		"yes": "yes", "No": "No", "on": "on", "~": nil, "Null": nil, "TRUE": true, "False": false, "2024-01-01": "2024-01-01",
		"1_000": "1_000", "0x1F": int64(31), "0o17": int64(15), "0b11": "0b11", "+1": int64(1), "-0": int64(0), ".5": 0.5, "1.": int64(1), "1e3": int64(1000),
		"12:30:45": "12:30:45", `"1"`: "1", "'true'": "true", "1e400x": "1e400x", "0": int64(0), "0.5": 0.5,
		"9223372036854775807": int64(9223372036854775807), "18446744073709552000": 18446744073709552000.0,
	} {
		assert.Equal(t, want, vars(t, "vars: {a: "+text+"}")["a"], text)
	}
}

func TestNumbersThatWouldChangeAreRefused(t *testing.T) {
	tooLong := "is a whole number of more than 64 bits, which would lose digits; write it as a text (bad-number)"
	for text, want := range map[string]string{
		"vars: {a: 18446744073709551616}":                    `1:11: /vars/a: "18446744073709551616" ` + tooLong,
		`{"vars": {"a": 12345678901234567890}}`:              `1:16: /vars/a: "12345678901234567890" ` + tooLong,
		`{"vars": {"a": 1e400}}`:                             `1:16: /vars/a: "1e400" is too large a number (bad-number)`,
		"vars: {a: -1e999}":                                  `1:11: /vars/a: "-1e999" is too large a number (bad-number)`,
		"vars: {a: 0xffffffffffffffff}":                      `1:11: /vars/a: "0xffffffffffffffff" is a whole number of more than 64 bits (bad-number)`,
		"vars: {a: .inf}":                                    "1:11: /vars/a: .inf is no JSON value; put it in quotes if it is a text (bad-number)",
		"vars: {a: -.INF}":                                   "1:11: /vars/a: -.INF is no JSON value; put it in quotes if it is a text (bad-number)",
		"vars: {a: .NaN}":                                    "1:11: /vars/a: .NaN is no JSON value; put it in quotes if it is a text (bad-number)",
		"vars: {a: 01234}":                                   `1:11: /vars/a: "01234" begins with 0: put it in quotes if it is a text, else leave the 0 out (bad-number)`,
		"vars: {a: 100000000000000000000}":                   "",
		`{"vars": {"a": 0.1234567890123456789012345678901}}`: "",
	} {
		assert.Equal(t, want, strings.Join(said(t, "", text), "\n"), text)
	}
}

func TestYAMLThatIsNotJSONIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"vars: {a: 1, b: {c: 1}, a: 2}":           `1:25: /vars/a: the key "a" is given twice, first on line 1 (duplicate-key)`,
		"vars:\n  a: 1\n  'a': 2\n":               `3:3: /vars/a: the key "a" is given twice, first on line 2 (duplicate-key)`,
		"{\"vars\": {\"a\": 1,\n\"\\u0061\": 2}}": `2:1: /vars/a: the key "a" is given twice, first on line 1 (duplicate-key)`,
		"vars:\n  x: &x {a: 1}\n  <<: *x\n":       `3:3: /vars: "<<" does not merge here; an alias can only stand for a whole value (merge-key)`,
		"vars: {a: !!int 1}":                      `1:11: /vars/a: the tag "!!int" is not part of the language (tag)`,
		"vars: {a: !secret x}":                    `1:11: /vars/a: the tag "!secret" is not part of the language (tag)`,
		"vars: {a: ! x}":                          `1:11: /vars/a: the tag "!" is not part of the language (tag)`,
		"vars: {1: x}":                            "1:8: /vars: a key is a text: put 1 in quotes (bad-key)",
		"vars: {true: x}":                         "1:8: /vars: a key is a text: put true in quotes (bad-key)",
		"vars:\n  ? [a]\n  : x\n":                 "2:5: /vars: a key is a text (bad-key)",
		"vars: {a: 1}\n---\nvars: {}\n":           "2:1: a second document begins here, and a file holds one (several-documents)",
		"vars: {a: 1}\n...\n":                     "",
	} {
		assert.Equal(t, want, strings.Join(said(t, "", text), "\n"), text)
	}
}

func TestTextThatIsNoDocument(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "x.yaml: the document is empty (empty-document)",
		"\ufeff \n# only this\n": "x.yaml: the document is empty (empty-document)",
		"---\n":                  "x.yaml: the document is empty (empty-document)",
		"vars: [1\n":             "x.yaml:2:1: did not find expected ',' or ']' while parsing a flow sequence (syntax)",
		"a: b: c":                "x.yaml:1:5: mapping values are not allowed in this context (syntax)",
		"a: é\xff":               "x.yaml:1:5: the document is no UTF-8 text (not-text)",
		"a: b\u2028c":            `x.yaml:1:5: a separator of lines or paragraphs stands here; write "\N", "\L" or "\P" in double quotes (not-text)`,
		"a:\n  \x00":             "x.yaml:2:3: a control character stands here (not-text)",
		"\xff\xfea\x00":          "x.yaml:1:1: the document is no UTF-8 text (not-text)",
		"a: *b":                  "x.yaml:1:4: unknown anchor 'b' referenced (syntax)",
		"[1, 2]":                 "x.yaml:1:1: an object is wanted here, this is a list (wrong-type)",
		"hello":                  "x.yaml:1:1: an object is wanted here, this is a text (wrong-type)",
		"{\"vars\": {}, }\n]":    "x.yaml:2:1: did not find expected <document start> (syntax)",
	} {
		definition, source, problems := Load("x.yaml", []byte(text), 0)
		assert.Nil(t, definition)
		assert.NotNil(t, source)
		assert.Equal(t, want, problems.Error(), text)
	}
}

func TestBrokenJSONIsToldAsJSON(t *testing.T) {
	assert.Equal(t, []string{"x.json:2:2: invalid character ']' after object key:value pair (syntax)"}, said(t, "x.json", "{\"vars\": 1\n ]"))
	assert.Equal(t, []string{"1:10: unexpected end of JSON input (syntax)"}, said(t, "", `{"vars": [`))
	assert.Empty(t, said(t, "", `{vars: {a: 1,}, }`), "YAML also has braces")
}

func TestCRLFAndByteOrderMark(t *testing.T) {
	definition, source, problems := Load("", []byte("\ufeffblueprint: a\r\nversion: 1.0.0\r\nvars:\r\n  a: |\r\n    x\r\n    y\r\nsteps: []\r\n"), 0)
	require.Empty(t, problems)
	assert.Equal(t, "a", definition.Blueprint)
	assert.Equal(t, map[string]any{"a": "x\ny\n"}, definition.Vars)
	assert.Equal(t, "7:8", at(source.Position("/steps")))
}

func TestAliasesStandForWholeValues(t *testing.T) {
	assert.Equal(t, map[string]any{"x": map[string]any{"a": int64(1)}, "y": []any{map[string]any{"a": int64(1)}, map[string]any{"a": int64(1)}}},
		vars(t, "vars:\n  x: &x {a: 1}\n  y: [*x, *x]\n"))
}

func TestDocumentsAreBounded(t *testing.T) {
	bomb := "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
	for i := range 20 {
		bomb += fmt.Sprintf("a%d: &a%d [%s*a%d]\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*a%d,", i), 8), i)
	}
	deep := "values are nested more than 200 deep (too-large)"
	for name, test := range map[string]struct{ text, want string }{
		"alias bomb":         {bomb, "there are more than 100000 values, with what aliases stand for (too-large)"},
		"alias of itself":    {"a: &a {b: *a}", deep},
		"flow":               {strings.Repeat("[", 250_000), deep},
		"flow objects":       {strings.Repeat("{a: ", 60_000), deep},
		"block":              {strings.Repeat("- ", 120_000), deep},
		"JSON":               {strings.Repeat("[", 201) + strings.Repeat("]", 201), deep},
		"JSON far too deep":  {strings.Repeat("[", 120_000) + strings.Repeat("]", 120_000), deep},
		"YAML just too deep": {strings.Repeat("[", 200) + "x" + strings.Repeat("]", 200), deep},
		"bytes":              {strings.Repeat(" ", DocumentBytes+1), "the document has 262145 bytes, and at most 262144 are allowed (documentBytes) (too-large)"},
		"values":             {"[" + strings.Repeat("1,", 100_000) + "1]", "there are more than 100000 values, with what aliases stand for (too-large)"},
		"a key":              {"vars: {" + strings.Repeat("k", 1001) + ": 1}", `the key "` + strings.Repeat("k", 60) + `…" has more than 1000 bytes (too-large)`},
	} {
		t.Run(name, func(t *testing.T) {
			definition, _, problems := Load("", []byte(test.text), 0)
			assert.Nil(t, definition)
			require.Len(t, problems, 1)
			assert.True(t, strings.HasSuffix(problems[0].String(), test.want), problems[0].String())
		})
	}
}

// Whoever knows that there is room for it may allow longer documents.
func TestLongerDocumentsAreReadWhereTheyAreAllowed(t *testing.T) {
	text := []byte("vars: {a: [" + strings.Repeat("1,", 300_000) + "1]}")
	for most, wants := range map[int]string{
		len(text) - 1: "the document has 600014 bytes, and at most 600013 are allowed (documentBytes) (too-large)",
		len(text):     "there are more than 200000 values, with what aliases stand for (too-large)",
		AnyLength:     "",
	} {
		_, _, problems := Load("", text, most)
		assert.Equal(t, wants != "", slices.ContainsFunc(problems, func(each Diagnostic) bool { return each.Code == "too-large" && strings.HasSuffix(each.String(), wants) }), wants)
	}
	plan := []byte(`[{"id": "a", "activity": "a", "with": "` + strings.Repeat("x", DocumentBytes) + `"}]`)
	_, _, problems := LoadPlan(plan, 0)
	assert.Len(t, problems, 1)
	read, _, problems := LoadPlan(plan, len(plan))
	assert.Empty(t, problems)
	canonical, err := CanonicalPlan(read)
	require.NoError(t, err)
	_, err = CompilePlan(canonical)
	assert.NoError(t, err, "what has been accepted can be compiled by everyone")
}

func TestDocumentsWithinTheBoundsAreRead(t *testing.T) {
	for name, text := range map[string]string{
		"depth":  "vars: {a: " + strings.Repeat("[", 197) + "x" + strings.Repeat("]", 197) + "}",
		"values": "vars: {a: [" + strings.Repeat("1,", 99_990) + "1]}",
		"key":    "vars: {" + strings.Repeat("k", 1000) + ": 1}",
	} {
		t.Run(name, func(t *testing.T) { assert.Empty(t, said(t, "", text)) })
	}
}

func TestAPlanMayBeABareList(t *testing.T) {
	want := &Plan{Steps: []*Step{{ID: "a", Kind: &Stop{Stop: &Value{}}}}}
	for _, text := range []string{`{"steps": [{"id": "a", "stop": null}]}`, `[{"id": "a", "stop": null}]`} {
		plan, _, problems := LoadPlan([]byte(text), 0)
		require.Empty(t, problems)
		assert.Equal(t, want, plan)
	}
	_, source, problems := LoadPlan([]byte("[{\"id\": \"a\",\n \"stpo\": null}]"), 0)
	assert.Equal(t, `2:2: /steps/0/stpo: this step has no kind, and "stpo" is none; did you mean "stop"? (missing-kind)`, problems.Error())
	assert.Equal(t, "1:2", at(source.Position("/steps/0")))
	for text, want := range map[string]string{
		`"x"`:                          "1:1: an object is wanted here, this is a text (wrong-type)",
		`{"blueprint":1, "steps": []}`: `1:2: /blueprint: unknown key "blueprint" (unknown-key)`,
		`{}`:                           `1:1: the key "steps" is missing (missing-key)`,
		"":                             "the document is empty (empty-document)",
	} {
		_, _, problems := LoadPlan([]byte(text), 0)
		assert.Equal(t, want, problems.Error())
	}
}
