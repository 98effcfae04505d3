package expression

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Normalise turns decoded JSON into values: numbers become int64 where they are whole
// and fit, else float64. It takes float64, json.Number and all of Go's integers. What
// is no JSON number, NaN or 1e999, becomes nil.
func Normalise(value any) any {
	switch value := value.(type) {
	case []any:
		items := make([]any, len(value))
		for i, item := range value {
			items[i] = Normalise(item)
		}
		return items
	case map[string]any:
		fields := make(map[string]any, len(value))
		for name, field := range value {
			fields[name] = Normalise(field)
		}
		return fields
	case json.Number:
		return ParseNumber(value.String())
	case float64:
		return NormaliseFloat(value)
	case float32:
		return NormaliseFloat(float64(value))
	case int:
		return int64(value)
	case int32:
		return int64(value)
	case int16:
		return int64(value)
	case int8:
		return int64(value)
	case uint:
		return normaliseUnsigned(uint64(value))
	case uint64:
		return normaliseUnsigned(value)
	case uint32:
		return int64(value)
	case uint16:
		return int64(value)
	case uint8:
		return int64(value)
	}
	return value
}

// ParseNumber reads a decimal number as Normalise does; nil is what is no number, or one
// that is too large.
func ParseNumber(text string) any {
	if whole, err := strconv.ParseInt(text, 10, 64); err == nil {
		return whole
	}
	parsed, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil
	}
	return NormaliseFloat(parsed)
}

// NormaliseFloat is an int64 where the number is whole and fits, else the number; nil where
// it is none.
func NormaliseFloat(f float64) any {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	return number(f)
}

func normaliseUnsigned(value uint64) any {
	if value > math.MaxInt64 {
		return float64(value)
	}
	return int64(value)
}

// Size is the length of a value as compact JSON, in bytes, as encoding/json writes it.
func Size(value any) int {
	if size, scalar := scalarSize(value); scalar {
		return size
	}
	measure := result{left: math.MaxInt, depth: math.MaxInt}
	if _, err := measure.take(value); err != nil {
		return 0
	}
	return math.MaxInt - measure.left
}

// scalarSize is the length of a value that holds no others.
func scalarSize(value any) (size int, scalar bool) {
	switch value := value.(type) {
	case nil:
		return len("null"), true
	case bool:
		return len(strconv.FormatBool(value)), true
	case int64:
		var buffer [20]byte
		return len(strconv.AppendInt(buffer[:0], value, 10)), true
	case float64:
		return len(formatFloat(value)), true
	case string:
		return stringSize(value), true
	default:
		return 0, false
	}
}

// formatFloat writes a number as encoding/json does.
func formatFloat(f float64) string {
	size := math.Abs(f)
	if size == 0 || size >= 1e-6 && size < 1e21 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return strings.Replace(strconv.FormatFloat(f, 'e', -1, 64), "e-0", "e-", 1)
}

// stringSize is the length of a string as encoding/json writes it, in quotes.
func stringSize(text string) int {
	size := len(`""`)
	for i := 0; i < len(text); {
		if character := text[i]; character < utf8.RuneSelf {
			size += asciiSize(character)
			i++
			continue
		}
		character, length := utf8.DecodeRuneInString(text[i:])
		switch {
		case character == utf8.RuneError && length == 1, character == '\u2028', character == '\u2029':
			size += len(`\ufffd`)
		default:
			size += length
		}
		i += length
	}
	return size
}

func asciiSize(character byte) int {
	switch character {
	case '"', '\\', '\b', '\f', '\n', '\r', '\t':
		return len(`\n`)
	case '<', '>', '&':
		return len(`\u003c`)
	}
	if character < ' ' {
		return len(`\u0000`)
	}
	return 1
}
