package expression

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// marked takes a text with ^ where problems are expected, and gives the text without
// them, and their offsets.
func marked(text string) (string, []int) {
	var offsets []int
	for {
		at := strings.IndexByte(text, '^')
		if at < 0 {
			return text, offsets
		}
		offsets = append(offsets, at)
		text = text[:at] + text[at+1:]
	}
}

func offsetsOf(problems Problems) []int {
	var offsets []int
	for _, problem := range problems {
		offsets = append(offsets, problem.Offset)
	}
	return offsets
}

// Where an expression ends: braces in strings, comments and objects do not end it.
func TestExpressionsEndAtTheirBrace(t *testing.T) {
	for text, want := range map[string]string{
		`${"}"}`:              `"}"`,
		`${'}'} x`:            `'}'`,
		`${"\"}"}`:            `"\"}"`,
		`${'\\'}'}`:           `'\\'`,
		`${{"a": {"b": 1}}}}`: `{"a": {"b": 1}}`,
		`${r"\"}"}`:           `r"\"`,
		`${R'\'}`:             `R'\'`,
		`${br"\"}`:            `br"\"`,
		`${bR'\'}`:            `bR'\'`,
		`${"""a"}"""}`:        `"""a"}"""`,
		`${'''it's }'''}`:     `'''it's }'''`,
		"${'''a\n}'''}":       "'''a\n}'''", `${r"""\"""}`: `r"""\"""`,
		"${1 // }\n}": "1 // }\n", "${a.`b}c`}": "a.`b}c`", `${"a" + "b"}`: `"a" + "b"`,
		`${""}`:       `""`,
		`${''''''}`:   `''''''`,
		`${bar"\"}"}`: `bar"\"}"`,
		`${b"\"}"}`:   `b"\"}"`,
		"${1 // '\n}": "1 // '\n", `${"\\"}`: `"\\"`,
	} {
		pieces, problems := split(text)
		require.Empty(t, problems, text)
		require.NotEmpty(t, pieces, text)
		assert.True(t, pieces[0].expression, text)
		assert.Equal(t, want, pieces[0].text, text)
		assert.Equal(t, len("${"), pieces[0].offset)
	}
}

// Every problem of a text is found, at its place, in words.
func TestCompileFindsProblems(t *testing.T) {
	for _, test := range []struct{ text, messages string }{
		{"^${input", "the expression is not closed: a } is missing"},
		{"a ^${{'x': 1}", "the expression is not closed: a } is missing"},
		{"^${1 // }", "the expression is not closed: a } is missing"},
		{"${^'abc}", "the text in quotes is not closed"},
		{"${^\"abc\n\"}", "the text in quotes is not closed"},
		{"${^'''abc'}", "the text in quotes is not closed"},
		{`${r^"abc\}`, "the text in quotes is not closed"},
		{"${^}", "the expression is empty"},
		{"${^  }", "the expression is empty"},
		{"${^\xff}", "the text is no UTF-8"},
		{"ä^\xff ${", "the text is no UTF-8"},
		{"${a ^b}", "unexpected b"},
		{"ä ${'ü' +^}", "unexpected end of the expression"},
		{"${\n  a\n   ^b}", "unexpected b"},
		{"${f(^}", "unexpected end of the expression"},
		{"${[1^}", "unexpected end of the expression"},
		{"${a ^= b}", "unexpected =: write =="},
		{"${a ^and b}", "unexpected and: write &&"},
		{"${a > 1 ^or b}", "unexpected or: write ||"},
		{"${^not a}", "unexpected not: write !"},
		{"${a && ^not b and c}", "unexpected not: write !"},
		{"${a ^=== b}", "unexpected ===: write == or !="},
		{"${a ^!== b}", "unexpected !==: write == or !="},
		{"${a ^<> b}", "unexpected <>: write !="},
		{"${a ^?? b}", "unexpected ??: write x.?y.orValue(z)"},
		{"${a ^| upper}", "unexpected |: a function is called as x.f()"},
		{"${a ^& b}", "unexpected &: write &&"},
		{"${1 ^if a else 2}", "unexpected if: write condition ? a : b"},
		{"${'a and b' +^}", "unexpected end of the expression"},
		{"${'ü' == a ^and b}", "unexpected and: write &&"},
		{"${^let}", "let is a word of the language and cannot be a name"},
		{"${has(^a)}", "has() takes a field, like has(input.total)"},
		{"${a.map(^1, 2)}", "a macro takes a plain name here"},
		{"${^99999999999999999999}", "the number does not fit"},
		{strings.Repeat("${1}", 100) + "^${1}", "there are more than 100 expressions in one text"},
		{"${1 +^} ${2 *^}", "unexpected end of the expression; unexpected end of the expression"},
		{"${^foo(1)}", "there is no function foo()"},
		{"${a . ^foo (1)}", "there is no function .foo()"},
		{"${math.^foo(1)}", "there is no function math.foo()"},
		{"${^size()}", "size() takes 1 argument, not 0"},
		{"${a.^charAt()}", ".charAt() takes 1 argument, not 0"},
		{"${'a'.^indexOf()} ${'a'.^indexOf(1, 2, 3)}", ".indexOf() takes 1 or 2 arguments, not 0; .indexOf() takes 1 or 2 arguments, not 3"},
		{"${math.^greatest()}", "math.greatest() takes at least 1 arguments, not 0"},
		{"${Msg^{a: 1}}", `there are no messages here: an object is {"field": value}`},
		{"${.^input}", "a name cannot begin with a dot"},
		{"${a.^matches('(')} ${^matches(b, '[')}", "the regular expression is wrong: error parsing regexp: missing closing ): `(`; the regular expression is wrong: error parsing regexp: missing closing ]: `[`"},
		{"${a.^matches('a{1000}b{1000}c{1000}d{1000}e{1000}')}", "the regular expression is too large"},
		{"${a.^matches('" + strings.Repeat("a", 1001) + "')}", "the regular expression has more than 1000 bytes"},
		{"${^" + strings.Repeat(" ", 10_000) + "1}", "the expression has more than 10000 bytes"},
		{"${x.all(y, ^foo(y)) && ^bar(1)}", "there is no function foo(); there is no function bar()"},
		{"${[1,^}", "] is missing before the end"},
	} {
		text, offsets := marked(test.text)
		_, err := Compile(text)
		var problems Problems
		require.ErrorAs(t, err, &problems, text)
		assert.Equal(t, test.messages, problems.Error(), text)
		assert.Equal(t, offsets, offsetsOf(problems), text)
	}
}

// What is nested too deeply is refused, not followed until the stack is gone.
func TestCompileRefusesDepth(t *testing.T) {
	for _, parts := range [][3]string{
		{"(", "1", ")"},
		{"[", "1", "]"},
		{"{'a':", "1", "}"},
		{"f(", "1", ")"},
		{"a[", "1", "]"},
		{"", "a", ".a"},
		{"1+", "1", ""},
		{"a?b:", "c", ""},
		{"!(", "a", ")"},
		{"a.map(a,", "a", ")"},
		{"", "a", ".map(a,a)"},
		{"", "a", "[0]"},
		{"", "a", ".optMap(a,a)"},
	} {
		times := 4000 / len(parts[0]+parts[2])
		_, err := Compile("${" + strings.Repeat(parts[0], times) + parts[1] + strings.Repeat(parts[2], times) + "}")
		assert.ErrorContains(t, err, "the expression is nested too deeply", "%s...%s", parts[0], parts[2])
	}
}

func TestUnknownFunctionsComeWithTheKnown(t *testing.T) {
	_, err := Compile("${input.name.lenght()} ${sise(input)}")
	var problems Problems
	require.ErrorAs(t, err, &problems)
	require.Len(t, problems, 2)
	assert.Equal(t, "lenght", problems[0].Name)
	assert.Contains(t, problems[0].Known, "size")
	assert.Contains(t, problems[0].Known, "charAt")
	assert.NotContains(t, problems[0].Known, "math.abs")
	assert.Equal(t, "sise", problems[1].Name)
	assert.Contains(t, problems[1].Known, "math.abs")
	for _, name := range problems[1].Known {
		assert.NotContains(t, name, "@")
		assert.NotContains(t, name, "_")
	}
}

func TestLiteral(t *testing.T) {
	for text, want := range map[string]string{"": "", "a": "a", "$${a}": "${a}", "$": "$", "$}{$": "$}{$"} {
		literal, isLiteral := mustCompile(t, text).Literal()
		assert.True(t, isLiteral, text)
		assert.Equal(t, want, literal)
	}
	for _, text := range []string{"${1}", "a ${1}", "${''}"} {
		_, isLiteral := mustCompile(t, text).Literal()
		assert.False(t, isLiteral, text)
	}
}

// Every use of a name, how far it is constant, and where.
func TestReferences(t *testing.T) {
	for text, want := range map[string]string{
		"none": "", "${1 + size([])}": "",
		"${input}":                         "2 input <nil>",
		"ä ${ input.a.b }":                 "6 input [a b]",
		"${steps.charge.output.id}":        "2 steps [charge output id]",
		"${a.b} and ${c}":                  "2 a [b], 13 c <nil>",
		`${steps["charge"].output}`:        "2 steps [charge output]",
		"${steps.?charge.output}":          "2 steps [charge output]",
		`${steps[?"charge"].?output}`:      "2 steps [charge output]",
		"${steps[input.step].output}":      "2 steps <nil>, 8 input [step]",
		"${input.items[0].id}":             "2 input [items]",
		"${input.items[i].id}":             "2 input [items], 14 i <nil>",
		"${has(steps.charge.output)}":      "6 steps [charge output]",
		"${input.items.map(x, x.a + y.b)}": "2 input [items], 27 y [b]",
		"${input.map(input, input.a)}":     "2 input <nil>",
		"${input.items.size()}":            "2 input [items]",
		"${math.abs(x) + size(y)}":         "11 x <nil>, 21 y <nil>",
		"${(a ? b : c).d}":                 "3 a <nil>, 7 b <nil>, 11 c <nil>",
		"${{'k': a.b}.c + [d][0].e}":       "8 a [b], 18 d <nil>",
		"${'x'.size() + a.b + 'y'.size()}": "15 a [b]",
		"${a.?b.optMap(v, v + c)}":         "2 a [b], 21 c <nil>",
		"${cel.bind(v, a.b, v.c + d)}":     "14 a [b], 25 d <nil>",
		"${a.sortBy(x, x.b + c)}":          "2 a <nil>, 20 c <nil>",
		"${a.b.orValue(c)}":                "2 a [b], 14 c <nil>",
		"${type(a) == string}":             "7 a <nil>",
		"${a == a}":                        "2 a <nil>, 7 a <nil>",
		"${-a.b}":                          "3 a [b]",
		"${a.`b c`.d}":                     "2 a [b c d]",
	} {
		var found []string
		for _, reference := range mustCompile(t, text).References() {
			path := "<nil>"
			if reference.Path != nil {
				path = fmt.Sprint(reference.Path)
			}
			found = append(found, fmt.Sprintf("%d %s %s", reference.Offset, reference.Root, path))
			assert.True(t, strings.HasPrefix(text[reference.Offset:], reference.Root), text)
		}
		assert.Equal(t, want, strings.Join(found, ", "), text)
	}
}

// What a caller does with its references changes no other's.
func TestReferencesAreCopies(t *testing.T) {
	template := mustCompile(t, "${a.b.c}")
	template.References()[0].Path[0] = "changed"
	assert.Equal(t, []string{"b", "c"}, template.References()[0].Path)
}

// Documents are compiled and checked by many goroutines at once.
func TestCompileConcurrently(t *testing.T) {
	types := sampleTypes(t)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 20 {
				_, err := Compile("${a +} ${b.foo()}")
				assert.EqualError(t, err, "unexpected end of the expression; there is no function .foo()")
				template, err := Compile("${input.items.map(i, i.price).exists(p, p > 3)} ${input.name.matches('a')}")
				assert.NoError(t, err)
				_, problems := template.Check(types)
				assert.Empty(t, problems)
			}
		})
	}
	group.Wait()
}
