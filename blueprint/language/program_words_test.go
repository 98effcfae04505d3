package language

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/expression"
)

// What a value is refused for is worded as the checker's problems are, with a pointer into
// the value, and with nothing of the value but the names of its fields.
func TestWhyAValueDoesNotFit(t *testing.T) {
	for _, each := range []struct{ schema, value, want string }{
		{`{"type": "integer"}`, `"secret"`, `want "integer", got string`},
		{`{"type": ["integer", "null"]}`, `"x"`, `want "integer, null", got string`},
		{`{"properties": {"approved": {"type": "boolean"}}}`, `{"approved": "yes"}`, `at /approved: want "boolean", got string`},
		{`{"properties": {"a/b": {"items": {"type": "integer"}}}}`, `{"a/b": [1, "x"]}`, `at /a~1b/*: want "integer", got string`},
		{`{"required": ["by"]}`, `{}`, `the field "by" is missing`},
		{`{"properties": {"o": {"properties": {"amount": {}}, "additionalProperties": false}}}`, `{"o": {"amuont": 1}}`, `at /o: there is no field "amuont"; did you mean "amount"?`},
		{`{"properties": {"n": {"minimum": 5}}}`, `{"n": 1}`, `at /n: the value does not fit "minimum": at least 5`},
		{`{"enum": ["a", "b"]}`, `"secret"`, `the value does not fit "enum": one of "a", "b"`},
		{`{"pattern": "^a"}`, `"secret"`, `the value does not fit "pattern": of the pattern "^a"`},
		{`{"anyOf": [{"type": "integer"}, {"type": "null"}]}`, `"secret"`, `the value does not fit "anyOf"`},
		{`{"additionalProperties": {"type": "integer"}}`, `{"x": "secret"}`, `at /*: want "integer", got string`},
		{`{"uniqueItems": true}`, `["secret", "secret"]`, `the value does not fit "uniqueItems"`},
	} {
		var value any
		require.NoError(t, json.Unmarshal([]byte(each.value), &value))
		_, err := within(t, each.schema, expression.Normalize(value))
		assert.EqualError(t, err, each.want, each.schema)
	}
}
