package expression

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Normalize turns decoded JSON into values: numbers become int64 where they are whole
// and fit, else float64. It takes float64, json.Number and all of Go's integers. What
// is no JSON number, NaN or 1e999, becomes nil.
func Normalize(value any) any {
	switch value := value.(type) {
	case []any:
		items := make([]any, len(value))
		for i, item := range value {
			items[i] = Normalize(item)
		}
		return items
	case map[string]any:
		fields := make(map[string]any, len(value))
		for name, field := range value {
			fields[name] = Normalize(field)
		}
		return fields
	case json.Number:
		return ParseNumber(value.String())
	case float64:
		return NormalizeFloat(value)
	case float32:
		return NormalizeFloat(float64(value))
	case int:
		return int64(value)
	case int32:
		return int64(value)
	case int16:
		return int64(value)
	case int8:
		return int64(value)
	case uint:
		return normalizeUnsigned(uint64(value))
	case uint64:
		return normalizeUnsigned(value)
	case uint32:
		return int64(value)
	case uint16:
		return int64(value)
	case uint8:
		return int64(value)
	}
	return value
}

// ParseNumber reads a decimal number as Normalize does; nil is what is no number, or one
// that is too large.
func ParseNumber(text string) any {
	if whole, err := strconv.ParseInt(text, 10, 64); err == nil {
		return whole
	}
	parsed, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil
	}
	return NormalizeFloat(parsed)
}

// NormalizeFloat is an int64 where the number is whole and fits, else the number; nil where
// it is none.
func NormalizeFloat(f float64) any {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	return number(f)
}

func normalizeUnsigned(value uint64) any {
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

// IsTooDeep reports whether a value nests more than Levels deep, so that no expression can
// give it.
func IsTooDeep(value any) bool {
	measure := result{left: math.MaxInt, depth: Levels}
	_, err := measure.take(value)
	return err != nil
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

// Decode reads one JSON value as Normalize makes it. The problem says what is not the same
// here: a number that is too large, which becomes nil, or half of a character, which becomes
// U+FFFD.
func Decode(data []byte) (value any, problem, err error) {
	exact, problem := look(data)
	if exact {
		err = json.Unmarshal(data, &value)
		return normalizeOwn(value), problem, err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	err = decoder.Decode(&value)
	return normalizeOwn(value), problem, err
}

// CheckJSON says what Decode would not keep as it is.
func CheckJSON(data []byte) error {
	_, problem := look(data)
	return problem
}

// look goes through JSON once. It is exact where each number is the same as a double: of at
// most 15 digits, without an exponent.
func look(data []byte) (exact bool, problem error) {
	exact = true
	escapes := false
	for i := 0; i < len(data); i++ {
		switch character := data[i]; {
		case character == '"':
			for i++; i < len(data) && data[i] != '"'; i++ {
				if data[i] == '\\' {
					i++
					escapes = escapes || i < len(data) && data[i] == 'u'
				}
			}
		case character == '-' || '0' <= character && character <= '9':
			start := i
			for i+1 < len(data) && isNumberByte(data[i+1]) {
				i++
			}
			number := data[start : i+1]
			if len(number) <= 15 && !bytes.ContainsAny(number, "eE") {
				continue
			}
			exact = false
			if ParseNumber(string(number)) == nil && problem == nil {
				problem = fmt.Errorf("the number %s is too large", shortNumber(string(number)))
			}
		}
	}
	if escapes && hasLoneSurrogate(string(data)) {
		problem = errors.New(`a text has half of a character, a \u escape without the other half`)
	}
	return exact, problem
}

func isNumberByte(b byte) bool {
	return '0' <= b && b <= '9' || b == '.' || b == '-' || b == '+' || b == 'e' || b == 'E'
}

// normalizeOwn is Normalize for a value that nobody else has: lists and objects are changed.
func normalizeOwn(value any) any {
	switch value := value.(type) {
	case []any:
		for i, item := range value {
			value[i] = normalizeOwn(item)
		}
		return value
	case map[string]any:
		for name, field := range value {
			value[name] = normalizeOwn(field)
		}
		return value
	case float64:
		return NormalizeFloat(value)
	case json.Number:
		return ParseNumber(value.String())
	}
	return value
}

// ParseJSON reads one JSON value. It refuses what would not be the same value afterwards:
// numbers that are too large for a double, a field that an object has twice, text that is
// not Unicode, values that nest more than 100 deep.
func ParseJSON(text string) (any, error) {
	if !utf8.ValidString(text) {
		return nil, errors.New("the text is not UTF-8")
	}
	if hasLoneSurrogate(text) {
		return nil, errors.New(`a text has half of a character, a \u escape without the other half`)
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	value, err := parseValue(decoder, Levels)
	if err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON value")
	}
	return value, nil
}

func parseValue(decoder *json.Decoder, depth int) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, notJSON(err)
	}
	switch token := token.(type) {
	case json.Delim:
		if depth == 0 {
			return nil, fmt.Errorf("values may nest %d deep", Levels)
		}
		if token == '[' {
			return parseList(decoder, depth-1)
		}
		return parseObject(decoder, depth-1)
	case json.Number:
		number := ParseNumber(token.String())
		if number == nil {
			return nil, fmt.Errorf("the number %s is too large", shortNumber(token.String()))
		}
		return number, nil
	}
	return token, nil
}

func parseList(decoder *json.Decoder, depth int) (any, error) {
	items := []any{}
	for decoder.More() {
		item, err := parseValue(decoder, depth)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	_, err := decoder.Token()
	return items, notJSON(err)
}

func parseObject(decoder *json.Decoder, depth int) (any, error) {
	fields := map[string]any{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, notJSON(err)
		}
		if _, twice := fields[name.(string)]; twice {
			return nil, fmt.Errorf("an object has the field %s twice", quoted(name))
		}
		if fields[name.(string)], err = parseValue(decoder, depth); err != nil {
			return nil, err
		}
	}
	_, err := decoder.Token()
	return fields, notJSON(err)
}

// notJSON words what the library says about a text.
func notJSON(err error) error {
	if err == nil {
		return nil
	}
	return errors.New("the text is not JSON")
}

func shortNumber(digits string) string {
	const most = 20
	if len(digits) > most {
		return digits[:most] + "..."
	}
	return digits
}

// hasLoneSurrogate reports whether a text of JSON escapes half of a character: the library
// puts U+FFFD in its place.
func hasLoneSurrogate(text string) bool {
	for at := strings.Index(text, `\`); at >= 0 && at+1 < len(text); {
		first, escaped := escapedUnit(text[at:])
		next := at + len(`\n`)
		if escaped {
			next = at + len(`\u0000`)
		}
		if utf16.IsSurrogate(first) {
			second, _ := escapedUnit(text[next:])
			if utf16.DecodeRune(first, second) == utf8.RuneError {
				return true
			}
			next += len(`\u0000`)
		}
		following := strings.Index(text[next:], `\`)
		if following < 0 {
			return false
		}
		at = next + following
	}
	return false
}

// escapedUnit is the unit of UTF-16 that the text begins with an escape of.
func escapedUnit(text string) (rune, bool) {
	if len(text) < len(`\u0000`) || !strings.HasPrefix(text, `\u`) {
		return 0, false
	}
	unit, err := strconv.ParseUint(text[len(`\u`):len(`\u0000`)], 16, 16)
	return rune(unit), err == nil
}
