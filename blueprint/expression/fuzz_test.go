package expression

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/stretchr/testify/require"
)

// FuzzCompile: whatever the text, there is a template or there are problems, each at a
// place in the text.
func FuzzCompile(f *testing.F) {
	for _, text := range append(hostile(), "a ${input.x + 1} $${} ${'}'}", "${a.b(", "${r'\\'}", "${x.all(y, y > 1)}", "${has(a.b)}", "${cel.bind(a, b, a)}", "${{'a': [?b.?c]}}", "${1 + 'a'}", "${\n// }\n1}") {
		if !strings.Contains(text, "${") {
			text = "${" + text + "}"
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		template, err := Compile(text)
		if err != nil {
			var problems Problems
			require.ErrorAs(t, err, &problems)
			requireInside(t, problems, text)
			return
		}
		for _, reference := range template.References() {
			require.True(t, strings.HasPrefix(text[reference.Offset:], reference.Root), "%q at %d of %q", reference.Root, reference.Offset, text)
		}
		_, problems := template.Check(NewTypes(map[string]*jsonschema.Schema{"input": {Type: "object", Properties: map[string]*jsonschema.Schema{"a": {Type: "integer"}}}, "vars": nil}))
		requireInside(t, problems, text)
	})
}

func requireInside(t *testing.T, problems Problems, text string) {
	for _, problem := range problems {
		require.NotEmpty(t, problem.Message)
		require.GreaterOrEqual(t, problem.Offset, 0)
		require.LessOrEqual(t, problem.Offset, len(text))
	}
	require.True(t, slices.IsSortedFunc(problems, func(a, b Problem) int { return a.Offset - b.Offset }))
}

// FuzzEvaluate: whatever the expression and the data, an evaluation ends with a value or
// an *Error, stays within its limits, gives the same when it is repeated, asks only for
// what References and Check have announced, and changes nothing.
func FuzzEvaluate(f *testing.F) {
	document := `{"input": {"a": 1, "b": [1, 2.5, "x"], "c": {"d": null, "e": "text"}}, "n": 9223372036854775807, "s": "äb",
		"l": [0, 1, 2, 3], "m": {"key1": 1, "key0": 0}, "o": {"b": 1, "a": 2}, "t": ["x1", "x0"], "big": {"items": [{"id": 1}]}, "big2": {"items": [{"id": 1.5}]}}`
	for _, text := range append(hostile(), "input.a / 2", "input.b.map(x, [x, x])", "s + s", "input.c.map(k, k)", "n + 1", "input.?c.d.orValue(1)", "input.b.sort()", "{'a': input, 'b': [timestamp('2026-01-01T00:00:00Z')]}", "s.split('').join(s)", "input.b[?input.a]", "s.matches('a*')", "input[s]") {
		f.Add("${"+text+"}", document)
	}
	f.Add("${l} ${m.map(k, m[k])} ${t.join('')}", `{"l": [[1], [1]], "m": {"b": 1, "a": 2}, "t": ["x"]}`)
	f.Fuzz(func(t *testing.T, text, document string) {
		template, err := Compile(text)
		if err != nil || !json.Valid([]byte(document)) || len(document) > 10_000 {
			return
		}
		data, isObject := decode(t, document).(map[string]any)
		if !isObject {
			return
		}
		examine(t, template, text, data)
	})
}

// examine tells that an evaluation has all that FuzzEvaluate asks of one.
func examine(t *testing.T, template *Template, text string, data map[string]any) {
	before, _ := json.Marshal(data)
	limits := Limits{Cost: 5000, Bytes: 2000}
	value, err := template.Evaluate(values(data), limits)
	again, errAgain := template.Evaluate(values(data), limits)
	require.Equal(t, err, errAgain, text)
	require.Equal(t, value, again, text)
	asked := &recorder{values: data}
	_, errAsked := template.Evaluate(asked, limits)
	after, _ := json.Marshal(data)
	require.Equal(t, before, after, "the data is as it was")
	asked.requireAnnounced(t, template, errAsked != nil)
	if err != nil {
		var failed *Error
		require.ErrorAs(t, err, &failed)
		require.NotEmpty(t, failed.Message)
		require.NotContains(t, failed.Message, "cannot be evaluated", "nothing panics")
		return
	}
	require.LessOrEqual(t, Size(value), limits.Bytes)
	requireJSON(t, value)
	requireChecked(t, template, data, value, text)
}

// requireJSON tells that a value consists of JSON values in their one form.
func requireJSON(t *testing.T, value any) {
	encoded, err := json.Marshal(value)
	require.NoError(t, err)
	require.Equal(t, len(encoded), Size(value))
	require.True(t, reflect.DeepEqual(decode(t, string(encoded)), value), "%s", encoded)
}

// requireChecked tells that the value is of the type that Check has found.
func requireChecked(t *testing.T, template *Template, data map[string]any, value any, text string) {
	schemas := map[string]*jsonschema.Schema{}
	for name, each := range data {
		schemas[name] = schemaOf(each)
	}
	found, problems := template.Check(NewTypes(schemas))
	if len(problems) == 0 && found != nil {
		requireFits(t, found, value, text)
	}
}

// recorder notes which names and fields of the names are looked up.
type recorder struct {
	values map[string]any
	asked  [][]string
}

func (r *recorder) Lookup(name string) (any, bool) {
	r.asked = append(r.asked, []string{name})
	value, found := r.values[name]
	if fields, isObject := value.(map[string]any); isObject {
		return recordedObject{r, []string{name}, fields}, true
	}
	return value, found
}

type recordedObject struct {
	recorder *recorder
	path     []string
	fields   map[string]any
}

func (o recordedObject) Field(name string) (any, bool) {
	path := append(slices.Clone(o.path), name)
	o.recorder.asked = append(o.recorder.asked, path)
	value, found := o.fields[name]
	if fields, isObject := value.(map[string]any); isObject {
		return recordedObject{o.recorder, path, fields}, true
	}
	return value, found
}

func (o recordedObject) Fields() []string {
	// All fields may be used from here on.
	o.recorder.asked = append(o.recorder.asked, append(slices.Clone(o.path), "*"))
	return fieldNames(o.fields)
}

// requireAnnounced tells that some reference stands for each look-up: one that ends
// before it, or one that goes the same way at least as far.
func (r *recorder) requireAnnounced(t *testing.T, template *Template, failed bool) {
	references := template.References()
	for _, path := range r.asked {
		if failed && path[len(path)-1] == "*" {
			continue // an error tells which fields there are
		}
		announced := slices.ContainsFunc(references, func(reference Reference) bool {
			whole := append([]string{reference.Root}, reference.Path...)
			common := min(len(whole), len(path))
			return slices.Equal(whole[:common], path[:common])
		})
		require.True(t, announced, "%v is not in %v", path, references)
	}
}
