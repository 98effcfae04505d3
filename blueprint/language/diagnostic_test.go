package language

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestADiagnosticIsALine(t *testing.T) {
	whole := Diagnostic{File: "order.yaml", Line: 12, Column: 7, Pointer: "/steps/3/with", Code: "unknown-key",
		Message: `unknown key "amout"`, Suggestion: "amount"}
	assert.Equal(t, `order.yaml:12:7: /steps/3/with: unknown key "amout"; did you mean "amount"? (unknown-key)`, whole.String())
	assert.Equal(t, "order.yaml: the document is empty (empty-document)", Diagnostic{File: "order.yaml", Code: "empty-document", Message: "the document is empty"}.String())
	assert.Equal(t, "3:1: nothing (x)", Diagnostic{Line: 3, Column: 1, Code: "x", Message: "nothing"}.String())
	assert.Equal(t, "nothing (x)", Diagnostic{Code: "x", Message: "nothing"}.String())
}

func TestDiagnosticsAreAnErrorInTheOrderOfTheirPlaces(t *testing.T) {
	problems := Diagnostics{{Line: 10, Column: 1, Code: "c", Message: "m"}, {Line: 9, Column: 12, Code: "b", Message: "m"}, {Line: 9, Column: 2, Code: "a", Message: "m"}}
	problems.Sort()
	var err error = problems
	assert.Equal(t, "9:2: m (a)\n9:12: m (b)\n10:1: m (c)", err.Error())
	var found Diagnostics
	require.True(t, errors.As(problems.Err(), &found))
	assert.NoError(t, Diagnostics{}.Err())
}

func TestSuggestions(t *testing.T) {
	known := []string{"amount", "activity", "startToClose", "with", "id", "x"}
	for wrong, want := range map[string]string{
		"amout":                  "amount",
		"wiht":                   "with",
		"Activity":               "activity",
		"start_to_close":         "startToClose",
		"ID":                     "id",
		"ix":                     "id",
		"y":                      "",
		"":                       "",
		"something":              "",
		"amount":                 "",
		strings.Repeat("a", 1e6): "",
	} {
		assert.Equal(t, want, suggest(wrong, known), wrong[:min(len(wrong), 20)])
	}
	assert.Equal(t, "aa", suggest("a1", []string{"ab", "aa"}), "of equals always the first")
}

func TestProblemsOfAHostileDocumentAreBounded(t *testing.T) {
	var text strings.Builder
	for range 5000 {
		text.WriteString("a: 1\n")
	}
	_, _, problems := Load("", []byte(text.String()), 0)
	require.Len(t, problems, maximumProblems+1)
	assert.Equal(t, "there are 4003 more problems (too-many-problems)", problems[maximumProblems].String())

	long := strings.Repeat("k", 900)
	_, _, problems = Load("", []byte("vars:\n  "+long+": {"+strings.Repeat("? [a]\n,", 5000)+"}\n"), 0)
	assert.Less(t, len(problems.Error()), 2*maximumProblemBytes)
	assert.Equal(t, "too-many-problems", problems[len(problems)-1].Code)
}

func TestMessagesRepeatOnlyTheBeginningOfALongText(t *testing.T) {
	assert.Equal(t, `"`+strings.Repeat("é", 60)+`…"`, quote(strings.Repeat("é", 61)))
	assert.Equal(t, `"`+strings.Repeat("é", 60)+`"`, quote(strings.Repeat("é", 60)))
}
