package expression

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// interesting are numbers near the limits of their kinds, and others by chance.
func interesting(random *rand.Rand) any {
	limits := []any{
		int64(0), int64(1), int64(-1), int64(math.MaxInt64), int64(math.MinInt64), int64(1 << 53), int64(1<<53 + 1), 0.5, -2.5, 1e300, 5e-324, math.MaxFloat64, 9223372036854775808.0,
	}
	switch random.IntN(4) {
	case 0:
		return limits[random.IntN(len(limits))]
	case 1:
		return int64(random.Uint64())
	case 2:
		return random.Int64N(2000) - 1000
	}
	return number(math.Ldexp(random.Float64()-0.5, random.IntN(200)-100))
}

func exact(value any) *big.Rat {
	if whole, isWhole := value.(int64); isWhole {
		return new(big.Rat).SetInt64(whole)
	}
	return new(big.Rat).SetFloat64(value.(float64))
}

// Of whole numbers, the result is exact or an error. Of fractions, it is the float64
// next to the exact result of the operands as float64, as the hardware has it.
func TestArithmeticIsExact(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	operations := map[string]func(a, b *big.Rat) *big.Rat{
		"+": func(a, b *big.Rat) *big.Rat { return new(big.Rat).Add(a, b) },
		"-": func(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) },
		"*": func(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) },
		"/": func(a, b *big.Rat) *big.Rat { return new(big.Rat).Quo(a, b) },
	}
	for operator, exactly := range operations {
		template := mustCompile(t, "${a "+operator+" b}")
		for range 5_000 {
			a, b := interesting(random), interesting(random)
			if operator == "/" && exact(b).Sign() == 0 {
				continue
			}
			got, err := template.Evaluate(values{"a": a, "b": b}, plenty())
			requireExact(t, got, err, a, b, operator, exactly)
		}
	}
}

func requireExact(t *testing.T, got any, err error, a, b any, operator string, exactly func(a, b *big.Rat) *big.Rat) {
	what := fmt.Sprintf("%v %s %v = %v, %v", a, operator, b, got, err)
	_, leftWhole := a.(int64)
	_, rightWhole := b.(int64)
	if leftWhole && rightWhole {
		want := exactly(exact(a), exact(b))
		switch {
		case want.IsInt() && want.Num().IsInt64():
			require.NoError(t, err, what)
			require.Equal(t, want.Num().Int64(), got, what)
		case want.IsInt():
			require.Error(t, err, what)
		default:
			require.NoError(t, err, what)
			nearest, _ := want.Float64()
			require.Equal(t, number(nearest), got, what)
		}
		return
	}
	want := exactly(new(big.Rat).SetFloat64(toFloat(a)), new(big.Rat).SetFloat64(toFloat(b)))
	nearest, _ := want.Float64()
	if math.IsInf(nearest, 0) {
		require.Error(t, err, what)
		return
	}
	require.NoError(t, err, what)
	require.Equal(t, number(nearest), got, what)
}

// The order of numbers is that of their exact values.
func TestComparisonIsExact(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	template := mustCompile(t, "${[a < b, a <= b, a == b, a >= b, a > b, a != b]}")
	for range 5_000 {
		a, b := interesting(random), interesting(random)
		if random.IntN(4) == 0 {
			b = number(toFloat(a))
		}
		got, err := template.Evaluate(values{"a": a, "b": b}, plenty())
		require.NoError(t, err)
		order := exact(a).Cmp(exact(b))
		require.Equal(t, []any{order < 0, order <= 0, order == 0, order >= 0, order > 0, order != 0}, got, "%v and %v", a, b)
	}
}

func TestRemainder(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	template := mustCompile(t, "${a % b}")
	for range 5_000 {
		a, b := interesting(random), interesting(random)
		got, err := template.Evaluate(values{"a": a, "b": b}, plenty())
		left, leftWhole := a.(int64)
		right, rightWhole := b.(int64)
		switch {
		case exact(b).Sign() == 0:
			require.Error(t, err)
		case leftWhole && rightWhole:
			require.Equal(t, left%right, got)
		default:
			require.Equal(t, number(math.Mod(toFloat(a), toFloat(b))), got)
		}
	}
}

func TestNormalize(t *testing.T) {
	for _, test := range []struct{ value, want any }{
		{nil, nil},
		{true, true},
		{"a", "a"}, {10.0, int64(10)}, {2.5, 2.5},
		{float32(2), int64(2)}, {int(1), int64(1)}, {int8(1), int64(1)}, {int16(1), int64(1)}, {int32(1), int64(1)},
		{uint(1), int64(1)},
		{uint8(1), int64(1)},
		{uint16(1), int64(1)},
		{uint32(1), int64(1)},
		{uint64(1), int64(1)},
		{uint64(math.MaxUint64), 18446744073709551616.0},
		{json.Number("10"), int64(10)},
		{json.Number("10.0"), int64(10)},
		{json.Number("1e2"), int64(100)},
		{json.Number("9223372036854775807"), int64(math.MaxInt64)},
		{json.Number("9223372036854775808"), 9223372036854775808.0},
		{json.Number("-9223372036854775808"), int64(math.MinInt64)},
		{json.Number("2.5"), 2.5},
		{json.Number("1e999"), nil},
		{math.Copysign(0, -1), int64(0)},
		{math.NaN(), nil},
		{math.Inf(1), nil},
		{float64(math.MinInt64), int64(math.MinInt64)},
		{map[string]any{"a": []any{1.0, json.Number("2")}}, map[string]any{"a": []any{int64(1), int64(2)}}},
	} {
		assert.Equal(t, test.want, Normalize(test.value), "%T %v", test.value, test.value)
	}
}

// The number that a value has does not depend on how it came about.
func TestNumbersSurviveJSON(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	for range 5_000 {
		value := interesting(random)
		encoded, err := json.Marshal(value)
		require.NoError(t, err)
		require.Equal(t, value, decode(t, string(encoded)))
		require.Equal(t, len(encoded), Size(value))
		require.Equal(t, string(encoded), asText(value))
	}
}
