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
