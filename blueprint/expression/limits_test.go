package expression

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// largest are names with as much data as a run may have, and more.
func largest() values {
	many, fields, long := make([]any, 300_000), map[string]any{}, make([]any, 100)
	for i := range many {
		many[i] = int64(i % 10)
	}
	for i := range 60_000 {
		fields[fmt.Sprintf("key%d", i)] = int64(i)
	}
	for i := range long {
		long[i] = strings.Repeat("x", 10_000) + fmt.Sprint(i)
	}
	return values{
		"l": many, "m": fields, "o": stepsObject(fields), "s": strings.Repeat("x", 1<<20), "t": long, "big": large(), "big2": large(),
	}
}

// hostile are expressions that take long, or much memory, unless something stops them.
func hostile() []string {
	chain := func(start, link string, times int) string { return start + strings.Repeat(link, times) }
	// A list that holds itself twice, again and again: 2^60 items in 60 steps.
	bomb := chain("[[1]]", ".map(a, [a, a])", 60)
	found := []string{
		bomb, bomb + " == " + bomb, bomb + ".flatten(100)", "{?'a': optional.of(" + bomb + ")}", bomb + ".distinct()", "sets.contains(" + bomb + ", " + bomb + ")",
		chain("[{'a': 1}]", ".map(a, {'a': a, 'b': a})", 50), chain("['x']", ".map(a, a + a)", 60), chain("[['x']]", ".map(a, a + a)", 60),
		chain("[s]", ".map(a, [a, a].join(''))", 40), chain("['x']", ".map(a, a.replace('x', 'xxxxxxxxxx'))", 40), chain("[b'x']", ".map(a, a + a)", 60),
		"l.filter(a, size(l.filter(b, false)) > 0)", "l.map(a, l.map(b, 1))", "l.exists(a, l.exists(b, false))", "m.exists(k, m.exists(j, true))", "m.exists(k, m.nokey || false)",
		"l + l + l + l + l + l + l + l + l + l", "s + s", "s.replace('', s)", "t[0].replace('x', t[0])", "t[0].replace('', t[0])", "t.join(t.join())", "s.replace('x', s)", "lists.range(1000000000)", "lists.range(9223372036854775807)", "s.split('')", "json.format(" + bomb + ")", "json.format(s + s)", "json.parse(json.format(l))", "json.parse('[' + s.replace('x', '[],') + '[]]')", "base64.encode(bytes(s + s))",
		"s.matches('(x+)+y')", "'x'.matches(s)", "s.matches('(a|b|c|x?){100}')", "s.lastIndexOf(s.substring(1))", "l.sort()", "l.sortBy(x, -x)", "sets.contains(l, l)", "m.transformMap(k, v, v)", "m.map(k, m[k])",
	}
	for _, each := range []string{
		"big == big2", "big", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", "{'a': 1, 'b': 2}", "lists.range(1000)", "l + l", "s + 'a'", "t.join(s)", "t.sort()", "l.sort()", "t.sortBy(y, y)", "11 in l",
		"string(x).split('')", "'x'.matches('a{1000}')", "'x'.matches('[a-z]{900}' + string(x))", `'x'.matches('(?i)\\pL\\pL\\pL\\pL\\pL\\pL\\pL\\pL' + string(x))`, "1/0", "size(s)", "size(o)", "o == o", "m == m",
		"merge(m, m)", "put(m, 'a', 1)", "put({'l': l}, ['l', 0], 1)", "json.format(l)", "json.format(big)", "json.parse(s)", "sha256(s)",
		"s.reverse()", "s.trim()", "s.charAt(0)", "s.substring(0, 1)", "s.contains('y')", "s.indexOf('y')", "s == s + ''", "s < s", "int(s)", "double(s)", "string(s)", "bytes(s)", "timestamp(s)", "duration(s)", "l.reverse()", "l.distinct()",
		"math.greatest(l)", "l.slice(0, 100000)", "m.size()", "has(m.nope)", "l.flatten()", "s.lowerAscii()", "s.split('y')", "base64.decode(s)", "optional.unwrap(l)", "[m].map(y, y)", "m.exists(k, true)", "o.exists(k, true)", "s.startsWith(s)", "s.replace('y', '')",
	} {
		found = append(found, "l.map(x, "+each+")")
	}
	return found
}

// No expression takes more than its limits, nor much more time and memory than they
// stand for: a run that is blocked for a second is taken for dead.
func TestHostileExpressions(t *testing.T) {
	names := largest()
	for _, text := range hostile() {
		t.Run(text[:min(len(text), 60)], func(t *testing.T) {
			template := mustCompile(t, "${"+text+"}")
			before := allocated()
			value, err := template.Evaluate(names, Limits{Cost: 100_000, Bytes: 512 << 10})
			taken := allocated() - before
			var failed *Error
			if errors.As(err, &failed) {
				assert.NotEqual(t, Failed, failed.Kind, failed.Message)
			}
			assert.Error(t, err, "%T", value)
			assert.Less(t, taken, uint64(64<<20), "bytes of memory")
		})
	}
}

func allocated() uint64 {
	var statistics runtime.MemStats
	runtime.ReadMemStats(&statistics)
	return statistics.TotalAlloc
}

// What one operation does is paid for by its size, and paid before.
func TestCost(t *testing.T) {
	names := largest()
	for _, test := range []struct {
		text        string
		least, most uint64
	}{
		{"1", 0, 0},
		{"l", 1, 1},
		{"l == l", 30_000, 31_000},
		{"[1, 2].all(x, true)", 23, 23},
		{"[1, 2].map(x, x)", 31, 31},
		{"m.key1", 2, 2},
		{"1 + 2", 1, 1},
		{"true && false", 2, 2},
		{"[1, 2]", 10, 11},
		{"{'a': 1}", 30, 32},
		{"size(s)", 100_000, 110_000},
		{"s + s == ''", 200_000, 220_000},
		{"l + l == []", 60_000, 65_000},
		{"l.exists(x, x == 5)", 20, 60},
		{"l.map(x, x) == []", 1_000_000, 2_000_000},
		{"m.exists(k, true)", 60_000, 61_000},
		{"size(o)", 60_000, 61_000},
		{"big == big2", 100_000, 300_000},
		{"[1, 2, 3].map(x, x * 2)", 20, 40},
		{"s.matches('y')", 20_000, 200_000},
		{"lists.range(1000) == []", 1000, 1100},
		{"has(m.x)", 2, 2},
	} {
		template := mustCompile(t, "${"+test.text+"}")
		cost := costOf(t, template, names)
		assert.GreaterOrEqual(t, cost, test.least, test.text)
		assert.LessOrEqual(t, cost, test.most, test.text)
	}
}

// costOf is what an expression costs, rounded up: with less it has no value.
func costOf(t *testing.T, template *Template, names Names) uint64 {
	r := &run{names: names, allowed: 1 << 60, locals: make([]any, 10)}
	_, err := template.parts[0].expression.run(r)
	require.NoError(t, err)
	cost := (r.spent + tenths - 1) / tenths

	_, err = template.Evaluate(names, Limits{Cost: cost, Bytes: 1 << 30})
	require.NoError(t, err)
	if cost > 0 {
		_, err = template.Evaluate(names, Limits{Cost: cost - 1, Bytes: 1 << 30})
		require.Error(t, err)
	}
	return cost
}

// A limit of cost is never forgotten by what forgets errors.
func TestCostIsNoErrorToForget(t *testing.T) {
	for _, text := range []string{"size(s) == 0 || true", "l.exists(x, size(s) == 0 || x == 0)", "cel.bind(x, size(s), true)", "[size(s)][?5].orValue(1)", "!(size(s) == 0) || true"} {
		_, err := mustCompile(t, "${"+text+"}").Evaluate(largest(), Limits{Cost: 1000, Bytes: 1000})
		var failed *Error
		require.ErrorAs(t, err, &failed, text)
		assert.Equal(t, &Error{TooCostly, "the expression costs more than 1000"}, failed, text)
	}
}

func TestBytes(t *testing.T) {
	deep := "1"
	for range 101 {
		deep = "[" + deep + "]"
	}
	for _, test := range []struct {
		text  string
		bytes int
		want  string
	}{
		{"${'12345'}", 7, ""},
		{"${'12345'}", 6, "the result has more than 6 bytes"},
		{"12${'345'}", 7, ""},
		{"12${'345'}", 6, "the result has more than 6 bytes"},
		{"${'<'}", 8, ""},
		{"${'<'}", 7, "the result has more than 7 bytes"},
		{"${[1, {'a': null}]}", 14, ""},
		{"${[1, {'a': null}]}", 13, "the result has more than 13 bytes"},
		{"${steps}", 57, ""},
		{"${steps}", 56, "the result has more than 56 bytes"},
		{"${duration('1s')}", 4, ""},
		{"${duration('1s')}", 3, "the result has more than 3 bytes"},
		{"${cel.bind(a, [1], a.map(x, [x]))}", 5, ""},
		{"${x" + "}", 1000, "the result has more than 100 levels"},
		{"a ${input} b", 20, "the result has more than 20 bytes"},
	} {
		names := sample(t)
		names["x"] = decode(t, deep)
		value, err := mustCompile(t, test.text).Evaluate(names, Limits{Cost: 1000, Bytes: test.bytes})
		if test.want == "" {
			assert.NoError(t, err, test.text)
			assert.LessOrEqual(t, Size(value), test.bytes)
			continue
		}
		kind := TooLarge
		if strings.HasSuffix(test.want, "levels") {
			kind = TooDeep
		}
		assert.Equal(t, &Error{kind, test.want}, err, test.text)
	}
}

// Which of several errors there is does not depend on Go's order of maps.
func TestErrorsAreAlwaysTheSame(t *testing.T) {
	template := mustCompile(t, "${{'a': type(1), 'b': optional.none(), 'c': [1].map(x, [[x]]), 'd': 'long text'}}")
	_, first := template.Evaluate(values{}, Limits{Cost: 1000, Bytes: 20})
	for range 100 {
		_, err := template.Evaluate(values{}, Limits{Cost: 1000, Bytes: 20})
		require.Equal(t, first, err)
	}
}

// Maps are walked in the order of their keys, those of Go, those of an Object and those
// that are written down, also inside one another.
func TestMapsAreWalkedInOrder(t *testing.T) {
	names := values{"input": decode(t, `{"k": {"b": 1, "d": 2, "a": 3, "c": 4, "ä": 5, "Z": 6}}`), "steps": stepsObject{"c": int64(1), "a": int64(2), "b": int64(3)}}
	for text, want := range map[string]string{
		"input.k.map(k, k)": `["Z","a","b","c","d","ä"]`,
		"steps.map(k, k)":   `["a","b","c"]`,
		"{'d': 1, 'b': 2, 'a': {'y': 1, 'x': 2}}.map(k, k)":                      `["a","b","d"]`,
		"[{'y': 1, 'x': 2, 'z': 3}].map(m, m.map(k, k))":                         `[["x","y","z"]]`,
		"input.k.transformMap(k, v, v * 2).transformList(k, v, k + string(v))":   `["Z12","a6","b2","c8","d4","ä10"]`,
		"input.k.filter(k, k > 'a')":                                             `["b","c","d","ä"]`,
		"input.k.transformMapEntry(k, v, {string(v): k}).map(k, k)":              `["1","2","3","4","5","6"]`,
		"[input.k.exists(k, k == 'c' || input.k[k] / 0 == 1)]":                   `[true]`,
		"{'a': input.k, 'b': {'q': 1, 'p': 2}}.transformList(k, v, v.map(l, l))": `[["Z","a","b","c","d","ä"],["p","q"]]`,
	} {
		for range 100 {
			got, err := evaluateJSON(text, names)
			require.NoError(t, err, text)
			require.JSONEq(t, want, got, text)
		}
	}
}

// Size is what encoding/json writes.
func TestSize(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	for range 2000 {
		value := randomValue(random, 4)
		encoded, err := json.Marshal(value)
		require.NoError(t, err)
		require.Equal(t, len(encoded), Size(value), string(encoded))
	}
	every := make([]rune, 0, 0x3000)
	for r := rune(0); r < 0x3000; r++ {
		every = append(every, r)
	}
	for _, text := range []string{string(every), "\xff\xfe", "😀", "\u2028\u2029"} {
		encoded, err := json.Marshal(text)
		require.NoError(t, err)
		require.Equal(t, len(encoded), Size(text))
	}
	assert.Equal(t, len(`{"a":{"output":1}}`), Size(stepsObject{"a": int64(1)}))
}

func randomValue(random *rand.Rand, depth int) any {
	switch kind := random.IntN(8); {
	case kind == 0:
		return nil
	case kind == 1:
		return random.IntN(2) == 0
	case kind < 4:
		return interesting(random)
	case kind == 4 || depth == 0:
		return string([]rune{rune(random.IntN(0x3000)), rune(random.IntN(0x80)), '"'}[:random.IntN(4)])
	case kind < 7:
		list := make([]any, random.IntN(4))
		for i := range list {
			list[i] = randomValue(random, depth-1)
		}
		return list
	}
	fields := map[string]any{}
	for range random.IntN(4) {
		fields[string(rune('a'+random.IntN(26)))] = randomValue(random, depth-1)
	}
	return fields
}
