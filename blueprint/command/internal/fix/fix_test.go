package fix_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint"
	"dynamicsamples/blueprint/command/internal/fix"
	"dynamicsamples/blueprint/language"
)

const header = "blueprint: x\nversion: 1.0.0\ninput: {type: object, properties: {n: {type: integer}}}\n"

// checker checks with the examples' catalog.
func checker(t testing.TB) fix.Check {
	t.Helper()
	interpreter, err := blueprint.Examples()
	require.NoError(t, err)
	return func(text []byte) language.Diagnostics {
		_, problems := language.Read("", text, interpreter.Catalog(), language.DefaultBudget(), 0)
		return problems
	}
}

// mended is the document after all changes.
func mended(check fix.Check, text string) string {
	changes := fix.Document([]byte(text), check)
	if len(changes) == 0 {
		return text
	}
	return string(changes[len(changes)-1].After)
}

func TestWhatIsCertainIsMended(t *testing.T) {
	for name, each := range map[string]struct{ wrong, right string }{
		"a name of the catalog, then its field": {
			"steps: [{id: a, activity: run_errnd, with: {waht: x}}]\n",
			"steps: [{id: a, activity: run_errand, with: {what: x}}]\n",
		},
		"names in an expression": {
			"steps:\n  - {id: first, set: {größe: '${inptu.n}', é: 1}}\n  - {id: b, set: {y: \"é ${steps.frist.output} ${steps.frist.output}\"}}\n",
			"steps:\n  - {id: first, set: {größe: '${input.n}', é: 1}}\n  - {id: b, set: {y: \"é ${steps.first.output} ${steps.first.output}\"}}\n",
		},
		"keys of steps, of kinds and of other languages": {
			"stesp: [{nmae: a}]\nsteps: [{id: a, wait: x, timeuot: 3s}, {id: b, activity: run_errand, args: {what: x}}]\n",
			"stesp: [{nmae: a}]\nsteps: [{id: a, wait: x, timeout: 3s}, {id: b, activity: run_errand, with: {what: x}}]\n",
		},
		"quotes": {
			"steps:\n  - {id: a, set: {x: ${input.n}, y: ${'it is ' + string(input.n)}}}\n  - id: b\n    map: [{id: c, set: {z: 1}}]\n    over: ${input.n > 1 ? [1] : [2]} # why\n",
			"steps:\n  - {id: a, set: {x: \"${input.n}\", y: \"${'it is ' + string(input.n)}\"}}\n  - id: b\n    map: [{id: c, set: {z: 1}}]\n    over: \"${input.n > 1 ? [1] : [2]}\" # why\n",
		},
		"quotes around what is no expression": {
			"steps: [{id: a, set: {x: ${1 + }}}]\n",
			"steps: [{id: a, set: {x: \"${1 + }\"}}]\n",
		},
		"an else among the cases": {
			"steps:\n  - id: a\n    switch:\n      - when: ${input.n > 3}\n        steps: [{id: b, sleep: 1s}]\n      - else:\n          # rest\n          - {id: c, sleep: 1s}\n  - {id: d, sleep: 1s}\n",
			"steps:\n  - id: a\n    switch:\n      - when: ${input.n > 3}\n        steps: [{id: b, sleep: 1s}]\n    else:\n      # rest\n      - {id: c, sleep: 1s}\n  - {id: d, sleep: 1s}\n",
		},
		"a default first among the cases": {
			"steps:\n  - id: a\n    switch:\n    - default: [{id: c, sleep: 1s}]\n    - {when: \"${input.n > 3}\", steps: [{id: b, sleep: 1s}]}\n",
			"steps:\n  - id: a\n    switch:\n    - {when: \"${input.n > 3}\", steps: [{id: b, sleep: 1s}]}\n    else: [{id: c, sleep: 1s}]\n",
		},
		"an else in brackets": {
			"steps: [{id: a, switch: [{when: \"${input.n > 3}\", steps: [{id: b, set: {x: ']'}}]}, {else: [{id: c, set: {x: \"}\"}}]}]}]\n",
			"steps: [{id: a, switch: [{when: \"${input.n > 3}\", steps: [{id: b, set: {x: ']'}}]}], else: [{id: c, set: {x: \"}\"}}]}]\n",
		},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, header+each.right, mended(checker(t), header+each.wrong)) })
	}
	json := func(steps string) string {
		return `{"blueprint": "x", "version": "1.0.0", "input": {"properties": {"n": {}}}, "steps": [` + steps + `]}`
	}
	assert.Equal(t, json(`{"id": "a", "switch": [{"when": true, "steps": [{"id": "b", "wait": "x"}]}], "else": [{"id": "c", "wait": "x"}]}`),
		mended(checker(t), json(`{"id": "a", "switch": [{"when": true, "steps": [{"id": "b", "wait": "x"}]}, {"else": [{"id": "c", "wiat": "x"}]}]}`)))
}

// However many problems a document has, the number of checks is bounded.
func TestTriesAreBounded(t *testing.T) {
	check, checks := checker(t), 0
	counting := func(text []byte) language.Diagnostics {
		checks++
		return check(text)
	}
	text := header + "steps:\n"
	for number := range 900 {
		text += fmt.Sprintf("  - {id: s%d, sleep: 1s, summray: x, summary: y}\n", number)
	}
	assert.Equal(t, text, mended(counting, text))
	assert.Equal(t, 151, checks)
}

// What might be meant otherwise stays.
func TestWhatIsNotCertainStays(t *testing.T) {
	for _, text := range []string{
		"steps: [{id: a, workflow: ordre@2.0.0}]\n",
		"steps: [{id: a, workflow: order}]\n",
		"steps: [{id: a, workflow: greet@1.0.0}]\n",
		"steps: [{id: a, sleep: 1s, summray: x, summary: y}]\n",
		"steps: [{id: a, activity: format_disk}]\n",
		"steps: [{id: a, sleep: 5 minutes}]\n",
		"steps: [{id: a, steps: [{id: b, set: {x: 1}}]}, {id: c, set: {y: \"${steps.b.output}\"}}]\n",
		"steps:\n\t- {id: a, sleep: 1s}\n",
		"steps: [{id: a, sleep: 1s}]\n",
	} {
		assert.Equal(t, header+text, mended(checker(t), header+text))
	}
}

// Whatever the text is, mending ends, and leaves no more problems than there were.
func FuzzDocument(f *testing.F) {
	f.Add(header + "steps: [{id: a, switch: [{else: [{id: c, sleep: 1s}]}]}]\n")
	f.Add(header + "steps:\n  - id: a\n    switch:\n      - else:\n  - {id: d, slep: ${x}}\n")
	check := checker(f)
	f.Fuzz(func(t *testing.T, text string) {
		if after := check([]byte(mended(check, text))); len(check([]byte(text))) == 0 {
			assert.Empty(t, after)
		}
	})
}
