package language

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/expression"
)

// programOf is a program with a schema of its input.
func programOf(t testing.TB, schema string) *Program {
	t.Helper()
	definition, _, problems := Load("", []byte(`{"blueprint": "a", "version": "1.0.0", "steps": [{"id": "s", "sleep": "1s"}], "input": `+schema+`}`), 0)
	require.Empty(t, problems)
	canonical, err := Canonical(definition)
	require.NoError(t, err)
	program, err := Compile(canonical)
	require.NoError(t, err)
	return program
}

// within is what a value comes to within the work that the default budget allows.
func within(t testing.TB, schema string, value any) (int, error) {
	const most = 30_000_000
	program := programOf(t, schema)
	return program.FitsWithin(program.Definition.Input, value, most)
}

// nested is a list in a list, so many deep, or an object in an object.
func nested(depth int, inside any, around func(any) any) any {
	for range depth {
		inside = around(inside)
	}
	return inside
}

func fan(keyword string, times int, schema string) string {
	return fmt.Sprintf(`{%q: [%s]}`, keyword, strings.TrimSuffix(strings.Repeat(schema+", ", times), ", "))
}

// Whatever a schema and a value are, validating takes no longer than the limit stands for.
func TestHostileSchemas(t *testing.T) {
	text := strings.Repeat("a", 500_000)
	many, texts, equal := make([]any, 100_000), make([]any, 2000), make([]any, 3000)
	for i := range many {
		many[i] = int64(i)
	}
	for i := range texts {
		texts[i] = strings.Repeat("b", 200) + fmt.Sprint(i)
	}
	for i := range equal {
		equal[i] = map[string]any{"a": int64(i)}
	}
	fields := map[string]any{}
	for i := range 20_000 {
		fields[fmt.Sprintf("key%d", i)] = int64(i)
	}
	inObject := func(value any) any { return map[string]any{"a": value} }
	inList := func(value any) any { return []any{value, value} }
	deep := `{"properties": {"a": {}}}`
	for range 5 {
		deep = fan("allOf", 3, `{"properties": {"a": `+deep+`}}`)
	}
	for name, each := range map[string]struct {
		schema string
		value  any
	}{
		"pattern":                {`{"pattern": "(\\pL{10}){100}b"}`, text},
		"pattern of a half":      {`{"pattern": "(a|b|c|a?){100}$"}`, text[:100_000]},
		"pattern of names":       {`{"patternProperties": {"(\\w{10}){90}b": {}}}`, fields},
		"patterns of items":      {`{"items": {"pattern": "(\\pL{10}){100}c"}}`, texts},
		"names":                  {`{"propertyNames": {"pattern": "(\\w{10}){90}b"}}`, fields},
		"allOf":                  {fan("allOf", 300, `{"items": {"type": "integer"}}`), many},
		"anyOf":                  {fan("anyOf", 300, `{"type": "string"}`), many},
		"oneOf":                  {fan("oneOf", 300, `{"items": {"maximum": 5}}`), many},
		"allOf in allOf":         {deep, nested(30, int64(1), inObject)},
		"enum":                   {`{"enum": [` + strings.Repeat(`"`+strings.Repeat("a", 100)+`", `, 500) + `1]}`, text},
		"uniqueItems":            {`{"uniqueItems": true, "items": {"uniqueItems": true}}`, many},
		"uniqueItems of objects": {fan("allOf", 200, `{"uniqueItems": true}`), equal},
		"contains":               {fan("allOf", 100, `{"contains": {"type": "string"}}`), many},
		"lists in lists":         {`{"allOf": [{"items": {"items": {"items": {"items": {"type": "array"}}}}}]}`, nested(15, int64(1), inList)},
		"required":               {`{"items": {"required": [` + strings.TrimSuffix(strings.Repeat(`"x", `, 1), ", ") + `]}}`, many},
		"additional":             {`{"additionalProperties": {"type": "string"}}`, fields},
		"dependent":              {`{"dependentSchemas": {"key1": ` + fan("allOf", 300, `{"additionalProperties": {"type": "integer"}}`) + `}}`, fields},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			_, err := within(t, each.schema, each.value)
			assert.Less(t, time.Since(began), 2*time.Second, "%v", err != nil)
		})
	}
}

// What is refused for its work has not been validated, and one more unit lets it be.
func TestTheWorkOfValidating(t *testing.T) {
	for _, each := range []struct {
		schema, value string
		work          int
	}{
		{`{}`, `1`, 100},
		{`{"type": "integer"}`, `12345`, 105},
		{`{"enum": ["a", "b"]}`, `"aa"`, 100 + 4*3 + 2},
		{`{"pattern": "a"}`, `"aa"`, 100 + 2 + 3*4*1},
		{`{"pattern": "ab{10}"}`, `"aa"`, 100 + 2 + 3*4*22},
		{`{"items": {}}`, `[1, 2]`, 300},
		{`{"items": {}, "contains": {}, "prefixItems": [{}]}`, `[1, 2]`, 100 + 5 + 5*100},
		{`{"uniqueItems": true}`, `[1, 2]`, 100 + 50},
		{`{"allOf": [{}, {}], "anyOf": [{}], "oneOf": [{}], "not": {}, "if": {}, "then": {}, "else": {}}`, `1`, 900},
		{`{"properties": {"a": {}}, "required": ["a"]}`, `{"a": 1, "bb": 2}`, 100 + 200 + 101 + 102 + 100},
		{`{"additionalProperties": {}, "propertyNames": {}}`, `{"a": 1}`, 100 + 101 + 100 + 101},
		{`{"patternProperties": {"aa": {}}, "dependentSchemas": {"a": {}}}`, `{"a": 1}`, 100 + 101 + 2*4*2 + 100 + 100 + 101},
	} {
		var value any
		require.NoError(t, json.Unmarshal([]byte(each.value), &value))
		value = expression.Normalize(value)
		program := programOf(t, each.schema)
		most := each.work + program.schemas[program.Definition.Input].making()
		work, err := program.FitsWithin(program.Definition.Input, value, most)
		assert.NotErrorIs(t, err, ErrTooMuchWork, each.schema)
		assert.Equal(t, most, work, each.schema)
		_, err = program.FitsWithin(program.Definition.Input, value, most-1)
		assert.ErrorIs(t, err, ErrTooMuchWork, each.schema)
	}
}

// Making a schema ready counts by its parts and the steps of its patterns, also where one is
// kept.
func TestMakingASchemaReadyIsWork(t *testing.T) {
	program := programOf(t, `{"properties": {"a": {"pattern": "a{100}"}, "b": {"pattern": "a{100}"}, "c": {}}}`)
	schemas := NewSchemas(1 << 20)
	program.Share(schemas)
	for range 2 {
		work, err := program.FitsWithin(program.Definition.Input, nil, 1<<20)
		require.NoError(t, err)
		assert.Equal(t, 4*100+20*400+100, work)
		assert.Equal(t, 4*1000+100*400, schemas.Bytes())
	}
}
