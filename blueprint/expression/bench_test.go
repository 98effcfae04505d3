package expression

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/stretchr/testify/require"
)

// large is a value of about 1 MiB.
func large() map[string]any {
	items := make([]any, 0, 10_000)
	for i := range 10_000 {
		items = append(items, map[string]any{"id": int64(i), "text": strings.Repeat("x", 80)})
	}
	return map[string]any{"items": items, "total": int64(41)}
}

func mustCompile(t require.TestingT, text string) *Template {
	template, err := Compile(text)
	require.NoError(t, err)
	return template
}

func BenchmarkEvaluate(b *testing.B) {
	small := values{"vars": map[string]any{"total": int64(41)}, "input": map[string]any{"a": map[string]any{"b": int64(4)}}}
	big := values{"vars": large(), "input": map[string]any{"a": map[string]any{"b": int64(4), "rest": large()}}}
	for _, text := range []string{"${vars.total + 1}", "${input.a.b > 3}", "total: ${vars.total}"} {
		template := mustCompile(b, text)
		for size, names := range map[string]values{"small": small, "1MiB": big} {
			b.Run(text+"/"+size, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					_, err := template.Evaluate(names, Limits{Cost: 100_000, Bytes: 1 << 20})
					require.NoError(b, err)
				}
			})
		}
	}
}

func BenchmarkEvaluateMacro(b *testing.B) {
	names := values{"vars": large()}
	template := mustCompile(b, "${vars.items.filter(i, i.id % 100 == 0).map(i, i.id)}")
	b.ReportAllocs()
	for b.Loop() {
		_, err := template.Evaluate(names, Limits{Cost: 1_000_000, Bytes: 1 << 20})
		require.NoError(b, err)
	}
}

func BenchmarkSize(b *testing.B) {
	value := large()
	b.SetBytes(int64(Size(value)))
	for b.Loop() {
		Size(value)
	}
}

func BenchmarkCompile(b *testing.B) {
	for _, text := range []string{"${vars.total + 1}", "${input.a.b > 3}", "${input.items.filter(i, i.price > 10).map(i, i.name)}"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, err := Compile(text)
				require.NoError(b, err)
			}
		})
	}
}

func BenchmarkCheck(b *testing.B) {
	input := &jsonschema.Schema{Type: "object", Properties: map[string]*jsonschema.Schema{}}
	for i := range 2000 {
		input.Properties[fmt.Sprintf("step%d", i)] = &jsonschema.Schema{Type: "object", Properties: map[string]*jsonschema.Schema{"output": {Type: "number"}}}
	}
	types := NewTypes(map[string]*jsonschema.Schema{"input": input, "vars": nil, "run": nil, "error": nil})
	template := mustCompile(b, "${steps.step1.output > 3 && input.step5.output + steps.step7.output < 10}")
	b.ReportAllocs()
	for b.Loop() {
		_, problems := template.Check(types.With("steps", input))
		require.Empty(b, problems)
	}
}
