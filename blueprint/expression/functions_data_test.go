package expression

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a function makes shares nothing that it has changed with its arguments.
func TestFunctionsChangeNothing(t *testing.T) {
	input := decode(t, `{"a": [1, {"b": 2}], "c": {"d": 3}}`)
	for text, want := range map[string]string{
		"${put(input, ['a', 0], 9)}":      `{"a": [9, {"b": 2}], "c": {"d": 3}}`,
		"${put(input, ['a', 1, 'b'], 9)}": `{"a": [1, {"b": 9}], "c": {"d": 3}}`,
		"${put(input, ['c', 'd'], 9)}":    `{"a": [1, {"b": 2}], "c": {"d": 9}}`,
		"${merge(input, {'a': 9})}":       `{"a": 9, "c": {"d": 3}}`,
	} {
		value, err := mustCompile(t, text).Evaluate(values{"input": input}, plenty())
		require.NoError(t, err, text)
		assert.Equal(t, decode(t, want), value, text)
		assert.Equal(t, decode(t, `{"a": [1, {"b": 2}], "c": {"d": 3}}`), input, text)
	}
}

// Work is charged for by what is read or made, before it is done.
func TestFunctionsOfDataCost(t *testing.T) {
	names := largest()
	for text, least := range map[string]uint64{
		"size(merge(m, m))":                2 * 60_000,
		"size(put(m, 'a', 1))":             60_000,
		"size(put({'l': l}, ['l', 0], 1))": 300_000,
		"size(sha256(s))":                  1 << 20 / 10,
		"size(json.format(m))":             60_000,
		"json.parse('\"' + s + '\"') == s": 1 << 20 / 10 * 4,
	} {
		spent := uint64(0)
		_, err := mustCompile(t, "${"+text+"}").Evaluate(names, Limits{Cost: 10_000_000, Bytes: 1 << 20, Spent: &spent})
		require.NoError(t, err, text)
		assert.GreaterOrEqual(t, spent, least, text)
	}
}
