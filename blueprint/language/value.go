package language

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"

	"dynamicsamples/blueprint/expression"
)

// MarshalJSON gives the value itself, as Canonical would.
func (v Value) MarshalJSON() ([]byte, error) {
	var e encoder
	e.any(v.Raw)
	return e.bytes()
}

// plainJSON reads a JSON value, with its numbers normalized.
func plainJSON(data []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var decoded any
	if err := decoder.Decode(&decoded); err != nil {
		return nil, err
	}
	return normalized(decoded)
}

// normalized replaces the numbers of a value that was decoded with UseNumber, in place.
func normalized(decoded any) (any, error) {
	var err error
	switch value := decoded.(type) {
	case json.Number:
		return parseNumber(value.String())
	case []any:
		for i := range value {
			if value[i], err = normalized(value[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for key := range value {
			if value[key], err = normalized(value[key]); err != nil {
				return nil, err
			}
		}
	}
	return decoded, nil
}

// parseNumber reads a decimal number: an int64 where it is a whole number that fits,
// else a float64. A whole number that would lose digits is an error rather than
// another number.
func parseNumber(text string) (any, error) {
	number := expression.ParseNumber(text)
	if number == nil {
		return nil, errors.New("is too large a number")
	}
	digits := strings.TrimLeft(text, "+-0")
	fraction, isFraction := number.(float64)
	if isFraction && strings.Trim(digits, "0123456789") == "" && strconv.FormatFloat(math.Abs(fraction), 'f', -1, 64) != digits {
		return nil, errors.New("is a whole number of more than 64 bits, which would lose digits; write it as a text")
	}
	return number, nil
}
