package language

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// examples are the documents that tests begin with: those of this package, and the
// blueprints that the sample runs.
func examples(t testing.TB) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, pattern := range []string{"testdata/*.yaml", "../definitions/*.yaml", "../definitions/*.json"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, file := range files {
			if strings.HasSuffix(file, ".cases.yaml") {
				continue
			}
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			texts[file] = string(text)
		}
	}
	require.NotEmpty(t, texts)
	return texts
}

// FuzzLoad reads anything: nothing makes it panic, every problem stands somewhere in the
// document, and what has no problem is the same after it went through its bytes.
func FuzzLoad(f *testing.F) {
	for _, text := range examples(f) {
		f.Add([]byte(text))
		if definition, _, problems := Load("", []byte(text), 0); len(problems) == 0 {
			canonical, err := Canonical(definition)
			require.NoError(f, err)
			f.Add(canonical)
		}
	}
	for _, text := range oddDocuments() {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		definition, source, problems := Load("fuzz.yaml", document, 0)
		checkPlaces(t, document, problems)
		checkStrings(t, document, source)
		checkRoundTrip(t, definition, problems)
		plan, _, problems := LoadPlan(document, 0)
		if len(problems) == 0 {
			canonical, err := CanonicalPlan(plan)
			require.NoError(t, err)
			again, _, problems := LoadPlan(canonical, 0)
			require.Empty(t, problems, "%s", canonical)
			second, err := CanonicalPlan(again)
			require.NoError(t, err)
			require.Equal(t, string(canonical), string(second))
		}
	})
}

// oddDocuments are small documents with something unusual in them.
func oddDocuments() []string {
	return []string{"", "#\n", "\ufeffa: 1", "a: &x [1]\nb: *x\n", "&a [*a, *a]", "a: 1\n---\nb: 2\n", "<<: {a: 1}\n", "? [a]\n: b\n",
		"a: |\n  x ${y}\n", "a: >-\n  x\n  ${y}\n", "a: 'it''s ${y}'\n", `{"a": "\u00e9\ud83d\ude00\/\n${y}"}`, `{"a": 1, "a": 1e400}`,
		"[", "{a: [}", "a: \x00", "a: \xff", "- 017\n- 0x1f\n- .inf\n- 1_000\n", "[{id: a, sleep: 1s}]", "a: \"x\\\n  y ${z}\"\r\n", "a: \u2028b\u0085c"}
}

// checkPlaces expects the place of each problem within the document.
func checkPlaces(t *testing.T, document []byte, problems Diagnostics) {
	t.Helper()
	for _, problem := range problems {
		require.NotEmpty(t, problem.Code)
		require.NotEmpty(t, problem.Message)
		require.True(t, utf8.ValidString(problem.Message) && utf8.ValidString(problem.Pointer))
		require.True(t, isPlace(document, problem.Line, problem.Column), "%s", problem)
	}
}

// isPlace tells whether a line and column are in a document, or just behind a line of
// it; 0:0 is no place, and right as well.
func isPlace(document []byte, line, column int) bool {
	if line == 0 {
		return column == 0
	}
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(document))
	lines := strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n")
	return line <= len(lines) && column >= 1 && column <= utf8.RuneCountInString(lines[line-1])+1
}

// checkStrings follows every string of a document to its end.
func checkStrings(t *testing.T, document []byte, source *Source) {
	t.Helper()
	for pointer, text := range stringsOf(source.root, nil) {
		for _, offset := range []int{-1, 0, 1, len(text) / 2, len(text), len(text) + 1} {
			line, column := source.StringPosition(pointer, offset)
			require.True(t, isPlace(document, line, column), "%s %d: %d:%d", pointer, offset, line, column)
		}
	}
}

// stringsOf are the strings in a value by their pointers.
func stringsOf(from *node, at *path) map[string]string {
	texts := map[string]string{}
	if from == nil {
		return texts
	}
	if text, isText := from.scalar.(string); isText {
		texts[at.String()] = text
	}
	for i, item := range from.items {
		for pointer, text := range stringsOf(item, at.index(i)) {
			texts[pointer] = text
		}
	}
	for _, each := range from.members {
		for pointer, text := range stringsOf(each.value, at.key(each.key)) {
			texts[pointer] = text
		}
	}
	return texts
}

// checkRoundTrip expects a definition without problems to survive its bytes.
func checkRoundTrip(t *testing.T, definition *Definition, problems Diagnostics) {
	t.Helper()
	if len(problems) > 0 {
		return
	}
	canonical, err := Canonical(definition)
	require.NoError(t, err)
	require.True(t, json.Valid(canonical), "%s", canonical)
	again, _, problems := Load("", canonical, 0)
	require.Empty(t, problems, "%s", canonical)
	second, err := Canonical(again)
	require.NoError(t, err)
	require.Equal(t, string(canonical), string(second))
}
