package expression

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseJSON(t *testing.T) {
	for text, want := range map[string]any{
		`"\ud83d\ude00 \u00e9 \\ud800 \n"`:                  "😀 é \\ud800 \n",
		`[1, 2.0, 2.5, 9223372036854775807]`:                []any{int64(1), int64(2), 2.5, int64(9223372036854775807)},
		`{"a": {"a": null}, "A": false}`:                    map[string]any{"a": map[string]any{"a": nil}, "A": false},
		strings.Repeat("[", 100) + strings.Repeat("]", 100): nest(100),
	} {
		value, err := ParseJSON(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, value, text)
	}
	for text, want := range map[string]string{
		`"\ud83d"`:                     "half of a character",
		`"\ud83d\u0041"`:               "half of a character",
		`"\ude00\ud83d"`:               "half of a character",
		`"\ud83d\n"`:                   "half of a character",
		`{"\ud83d": 1}`:                "half of a character",
		"\"\xff\"":                     "not UTF-8",
		`[1e400]`:                      "the number 1e400 is too large",
		`1` + strings.Repeat("0", 400): "the number 10000000000000000000... is too large",
		`{"a": 1, "\u0061": 2}`:        `the field "a" twice`,
		`[1, 2`:                        "not JSON",
		`{"a" 1}`:                      "not JSON",
		`{1: 1}`:                       "not JSON",
		`[1 2]`:                        "not JSON",
		`]`:                            "not JSON",
		`1 2`:                          "something follows",
		strings.Repeat("[", 101) + strings.Repeat("]", 101): "values may nest 100 deep",
	} {
		_, err := ParseJSON(text)
		assert.ErrorContains(t, err, want, text)
	}
}

func nest(depth int) any {
	value := []any{}
	for range depth - 1 {
		value = []any{value}
	}
	return value
}

// What is read is the same value, or there is a problem; and it is read as Normalize makes it.
func TestDecode(t *testing.T) {
	for text, want := range map[string]any{
		`123456789012345`:                        int64(123456789012345),
		`1234567890123456`:                       int64(1234567890123456),
		`9007199254740993`:                       int64(9007199254740993),
		`[1.5, -2, 1e3, 10.0]`:                   []any{1.5, int64(-2), int64(1000), int64(10)},
		`{"a": "1e400", "b": "\\ud800 \"1e400"}`: map[string]any{"a": "1e400", "b": `\ud800 "1e400`},
		`"\ud83d\ude00"`:                         "😀",
		`null`:                                   nil,
		`0.1234567890123456789`:                  0.12345678901234568,
	} {
		value, problem, err := Decode([]byte(text))
		require.NoError(t, err, text)
		assert.NoError(t, problem, text)
		assert.Equal(t, want, value, text)
	}
	for text, want := range map[string]string{
		`1e400`:                              "the number 1e400 is too large",
		`{"a": [1, -1e999]}`:                 "the number -1e999 is too large",
		`[` + strings.Repeat("9", 400) + `]`: "the number 99999999999999999999... is too large",
		`"\ud800"`:                           "half of a character",
		`{"\udc00": 1}`:                      "half of a character",
	} {
		_, problem, err := Decode([]byte(text))
		require.NoError(t, err, text)
		assert.ErrorContains(t, problem, want, text)
		assert.ErrorContains(t, CheckJSON([]byte(text)), want, text)
	}
	_, _, err := Decode([]byte(`{"a"`))
	assert.Error(t, err)
}
