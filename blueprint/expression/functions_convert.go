package expression

import (
	"fmt"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// conversionFunctions make one kind of value of another.
func conversionFunctions() map[signature]function {
	table := map[signature]function{
		{"dyn", plain}: {takes: []kinds{anything}, gives: func([]static) static { return unknown() }, run: first},
		{"type", plain}: {takes: []kinds{anything}, gives: always(typeKind), run: func(_ *run, a []any) (any, error) {
			return typeOf(a[0]), nil
		}},
		{"string", plain}: {
			takes: []kinds{boolean | numeric | text | timestamp | duration | binary}, gives: always(text),
			run: func(r *run, a []any) (any, error) {
				if kindOf(a[0]) == binary {
					return r.convert("string", types.StringType, a[0])
				}
				return asText(a[0]), nil
			},
		},
		{"double", plain}: {takes: []kinds{numeric | text}, gives: always(numeric), run: conversion("double", types.DoubleType)},
	}
	for name, target := range map[string]struct {
		celType ref.Type
		from    kinds
		gives   kinds
	}{
		"bool":      {types.BoolType, boolean | text, boolean},
		"bytes":     {types.BytesType, text | binary, binary},
		"int":       {types.IntType, numeric | text | timestamp, integer},
		"timestamp": {types.TimestampType, integer | text | timestamp, timestamp},
		"duration":  {types.DurationType, text | duration, duration},
	} {
		table[signature{name, plain}] = function{takes: []kinds{target.from}, gives: always(target.gives), run: conversion(name, target.celType)}
	}
	return table
}

func first(_ *run, a []any) (any, error) { return a[0], nil }

func conversion(name string, target ref.Type) func(*run, []any) (any, error) {
	return func(r *run, a []any) (any, error) { return r.convert(name, target, a[0]) }
}

// convert converts like CEL does.
func (r *run) convert(name string, target ref.Type, value any) (any, error) {
	r.work(length(value))
	converted, err := fromCEL(toCEL(value).ConvertToType(target))
	if err != nil {
		return nil, fmt.Errorf("%s() does not take %s", name, quoted(value))
	}
	return converted, nil
}

// quoted shows a value in a message.
func quoted(value any) string {
	if content, isText := value.(string); isText {
		const most = 100
		return strconv.Quote(strings.ToValidUTF8(content[:min(most, len(content))], ""))
	}
	if kindOf(value)&numeric != 0 {
		return asText(value)
	}
	return kindOf(value).String()
}

// asText writes a value that has one form as a string.
func asText(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case float64:
		return formatFloat(value)
	case types.Timestamp:
		return string(types.Timestamp{Time: value.UTC()}.ConvertToType(types.StringType).(types.String))
	}
	return string(toCEL(value).ConvertToType(types.StringType).(types.String))
}

func typeOf(value any) typeName {
	switch kindOf(value) {
	case null:
		return "null_type"
	case boolean:
		return "bool"
	case integer:
		return "int"
	case fraction:
		return "double"
	case text:
		return "string"
	case list:
		return "list"
	case object:
		return "map"
	case binary:
		return "bytes"
	case typeKind:
		return "type"
	case timestamp:
		return "google.protobuf.Timestamp"
	case duration:
		return "google.protobuf.Duration"
	}
	return "optional_type"
}

// length is what it takes to read a value that is no list or object, in bytes.
func length(value any) int {
	switch value := value.(type) {
	case string:
		return len(value)
	case types.Bytes:
		return len(value)
	}
	return 1
}
