package expression

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// uuid() is given its place and the number of the call, and costs what a hash does.
func TestUniqueByPlaceAndCall(t *testing.T) {
	spent := uint64(0)
	limits := Limits{Cost: 10_000, Bytes: 1000, Spent: &spent, Unique: func(place string) string { return place }}
	template := mustCompile(t, "${[uuid(), uuid()] + [1, 2].map(x, uuid())}")
	value, err := template.Evaluate(values{}, limits)
	require.NoError(t, err)
	assert.Equal(t, []any{"3#1", "11#2", "35#3", "35#4"}, value)
	assert.GreaterOrEqual(t, spent, uint64(4*20))
	assert.Equal(t, []int{3, 11, 35}, template.Unique())
	assert.Empty(t, mustCompile(t, "${'uuid()'} uuid()").Unique())
}

// Where nothing says what it is made of, it has no value; and many of them cost too much.
func TestUniqueHasItsBounds(t *testing.T) {
	_, err := mustCompile(t, "${uuid()}").Evaluate(values{}, plenty())
	require.EqualError(t, err, "uuid() has no value here")
	limits := Limits{Cost: 3000, Bytes: 1 << 20, Unique: func(place string) string { return place }}
	_, err = mustCompile(t, "${lists.range(100).map(x, uuid())}").Evaluate(values{}, limits)
	require.NoError(t, err)
	_, err = mustCompile(t, "${lists.range(150).map(x, uuid())}").Evaluate(values{}, limits)
	require.EqualError(t, err, "the expression costs more than 3000")
}
