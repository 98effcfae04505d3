package language

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/expression"
)

func TestCanonicalBytes(t *testing.T) {
	definition := &Definition{Blueprint: "a", Version: "1.0.0",
		Input: &Schema{Type: "object", Properties: map[string]*Schema{"b": {}, "a": {Pattern: "<>&"}}, PropertyOrder: []string{"b", "a"}},
		Vars:  map[string]any{"z": 10.0, "a": "<é\u2028\"", "m": []any{nil, 1, 2.5, uint8(3), json.Number("1e2"), map[string]int{"y": 1, "x": 2}, time.Unix(0, 0).UTC()}},
		Steps: []*Step{
			{ID: "one", Summary: "s", Kind: &Activity{Activity: "x", With: &Value{}, Options: Options{StartToClose: "2d"}}, Needs: []string{}, Next: To("n")},
			{ID: "two", Kind: &Parallel{Parallel: Branches{"b": nil, "a": {{ID: "x", Kind: &Group{}}}}}},
			{ID: "three", Kind: &Wait{Wait: "m"}, OnTimeout: []*Step{}},
		}}
	canonical, err := Canonical(definition)
	require.NoError(t, err)
	assert.Equal(t, `{"blueprint":"a","version":"1.0.0",`+
		`"input":{"properties":{"a":{"pattern":"<>&"},"b":true},"type":"object"},`+
		`"vars":{"a":"<é\u2028\"","m":[null,1,2.5,3,100,{"x":2,"y":1},"1970-01-01T00:00:00Z"],"z":10},`+
		`"steps":[{"id":"one","summary":"s","activity":"x","with":null,"startToClose":"48h","next":"n"},`+
		`{"id":"two","parallel":{"a":[{"id":"x","steps":[]}],"b":[]}},`+
		`{"id":"three","wait":"m","on_timeout":[]}]}`, string(canonical))
}

func TestHash(t *testing.T) {
	assert.Equal(t, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Hash([]byte("abc")))
}

func TestTheSameDocumentGivesTheSameBytesHoweverItIsWritten(t *testing.T) {
	var all []string
	for _, text := range []string{
		"blueprint: a\nversion: 1.0.0\nsteps: [{id: x, sleep: 1s}]\nvars: {a: 1, b: 2}\nsummary: ''\ndefaults: {startToClose: 90s}\n",
		"# other\nvars: {b: 2.0, a: 1}\ndefaults: {startToClose: 1m30s}\nversion: '1.0.0'\nblueprint: \"a\"\nsteps:\n- sleep: 1s\n  id: x\n",
		`{"steps": [{"sleep": "1\u0073", "id": "x"}], "blueprint": "a", "version": "1.0.0", "vars": {"b": 2, "a": 1e0}, "defaults": {"startToClose": "90s"}}`,
	} {
		definition, _, problems := Load("", []byte(text), 0)
		require.Empty(t, problems)
		canonical, err := Canonical(definition)
		require.NoError(t, err)
		all = append(all, string(canonical))
	}
	assert.Equal(t, all[0], all[1])
	assert.Equal(t, all[0], all[2])
}

func TestExamplesSurviveTheirBytes(t *testing.T) {
	for name, text := range examples(t) {
		t.Run(name, func(t *testing.T) {
			definition, _, problems := Load(name, []byte(text), 0)
			require.Empty(t, problems)
			canonical, err := Canonical(definition)
			require.NoError(t, err)
			again, _, problems := Load("", canonical, 0)
			require.Empty(t, problems)
			second, err := Canonical(again)
			require.NoError(t, err)
			assert.Equal(t, string(canonical), string(second))
		})
	}
}

func TestWhatCannotBeWrittenIsAnError(t *testing.T) {
	for want, value := range map[string]any{
		"a step has no kind":       &Step{ID: "a"},
		"unsupported value: NaN":   &Step{ID: "a", Kind: &Stop{Stop: &Value{math.NaN()}}},
		"unsupported value: +Inf":  &Step{ID: "a", Kind: &Stop{Stop: &Value{map[string]any{"x": math.Inf(1)}}}},
		"unsupported type: func()": &Step{ID: "a", Kind: &Stop{Stop: &Value{func() {}}}},
		"a Value is missing":       &Step{ID: "a", Kind: &Sleep{}},
		"more than 64 bits":        &Step{ID: "a", Kind: &Stop{Stop: &Value{uint64(math.MaxUint64)}}},
	} {
		_, err := json.Marshal(value)
		assert.ErrorContains(t, err, want)
	}
	_, err := Canonical(&Definition{Steps: []*Step{nil}})
	assert.EqualError(t, err, "encoding a definition: a step has no kind")
}

// An activity that is written in Go returns a plan as any other value.
func TestPlansAreJSONInGo(t *testing.T) {
	plan := Plan{Steps: []*Step{{ID: "a", Kind: &Stop{Stop: &Value{"x"}}}}, Output: &Value{true}}
	for _, value := range []any{plan, &plan} {
		text, err := json.Marshal(value)
		require.NoError(t, err)
		assert.Equal(t, `{"steps":[{"id":"a","stop":"x"}],"output":true}`, string(text))
	}
	text, err := json.Marshal(plan.Steps)
	require.NoError(t, err)
	assert.Equal(t, `[{"id":"a","stop":"x"}]`, string(text))
	text, err = json.Marshal(map[string]any{"value": plan.Output, "definition": &Definition{Blueprint: "a", Steps: plan.Steps}})
	require.NoError(t, err)
	assert.Equal(t, `{"definition":{"blueprint":"a","version":"","steps":[{"id":"a","stop":"x"}]},"value":true}`, string(text))
}

// Whatever a definition says, its bytes say the same.
func TestRandomDefinitionsSurviveTheirBytes(t *testing.T) {
	for seed := range uint64(3000) {
		random := &randomDefinitions{rand.New(rand.NewPCG(seed, 1))}
		definition := &Definition{}
		random.fill(reflect.ValueOf(definition).Elem(), 4)
		canonical, err := Canonical(definition)
		require.NoError(t, err)
		again, _, problems := Load("", canonical, 0)
		require.Empty(t, problems, "%s", canonical)
		if !assert.Equal(t, definition, again, "%s", canonical) {
			return
		}
		second, err := Canonical(again)
		require.NoError(t, err)
		require.Equal(t, string(canonical), string(second))
	}
}

// randomDefinitions fills the types of the language with values that a document can
// have.
type randomDefinitions struct{ *rand.Rand }

func (r *randomDefinitions) fill(into reflect.Value, depth int) {
	switch target := into.Addr().Interface().(type) {
	case *Step:
		r.structure(into, depth)
		all := kinds()
		target.Kind = all[r.IntN(len(all))].make()
		r.structure(reflect.ValueOf(target.Kind).Elem(), depth-1)
		return
	case *Value:
		target.Raw = r.value(depth)
		return
	case *Duration:
		*target = DurationOf(time.Duration(1 + r.Int64N(int64(maximumDuration))))
		return
	case **Schema:
		*target = []*Schema{{}, {Type: "string", MaxLength: jsonschema.Ptr(3)},
			{Type: "object", Properties: map[string]*Schema{"a": {Types: []string{"null", "integer"}}}, Required: []string{"a"}}}[r.IntN(3)]
		return
	}
	switch into.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		r.fill(into.Elem(), depth)
	case reflect.Struct:
		r.structure(into, depth)
	case reflect.Slice:
		r.slice(into, depth)
	case reflect.Map:
		entries := reflect.MakeMap(into.Type())
		for range r.IntN(3) {
			entry := reflect.New(into.Type().Elem()).Elem()
			r.fill(entry, depth)
			entries.SetMapIndex(reflect.ValueOf(r.text()), entry)
		}
		into.Set(entries)
	case reflect.Interface:
		if value := r.value(depth); value != nil {
			into.Set(reflect.ValueOf(value))
		}
	case reflect.String:
		into.SetString(r.text())
	case reflect.Bool:
		into.SetBool(true)
	case reflect.Float64:
		into.SetFloat(1 + r.ExpFloat64())
	default:
		into.SetInt(1 + r.Int64N(1000))
	}
}

func (r *randomDefinitions) slice(into reflect.Value, depth int) {
	length := r.IntN(3)
	if depth <= 0 {
		length = 0
	}
	list := reflect.MakeSlice(into.Type(), length, length)
	for i := range length {
		r.fill(list.Index(i), depth-1)
	}
	into.Set(list)
}

// structure fills a struct; a key that may be missing often is, and is where its value
// is empty.
func (r *randomDefinitions) structure(into reflect.Value, depth int) {
	for _, each := range fieldsOf(into.Type()) {
		target := into.FieldByIndex(each.index)
		if each.optional && r.IntN(2) == 0 {
			continue
		}
		r.fill(target, depth)
		if each.optional && isEmpty(target, each.keepsEmpty) {
			target.SetZero()
		}
	}
}

func (r *randomDefinitions) text() string {
	alphabet := []rune("ab ~/\\\"'<>&$\n\t{}\u00e9\u2028\U0001F600\x7f:#-01")
	var text strings.Builder
	for range 1 + r.IntN(6) {
		text.WriteRune(alphabet[r.IntN(len(alphabet))])
	}
	return text.String()
}

func (r *randomDefinitions) value(depth int) any {
	choices := 8
	if depth <= 0 {
		choices = 6
	}
	switch r.IntN(choices) {
	case 0:
		return nil
	case 1:
		return r.IntN(2) == 0
	case 2:
		return int64(r.Uint64())
	case 3:
		return expression.NormalizeFloat(math.Float64frombits(r.Uint64() &^ (1 << 62))) // never too large
	case 4:
		return expression.NormalizeFloat(r.NormFloat64() * 1e19)
	case 5:
		return r.text()
	case 6:
		list := []any{}
		for range r.IntN(3) {
			list = append(list, r.value(depth-1))
		}
		return list
	default:
		object := map[string]any{}
		for range r.IntN(3) {
			object[r.text()] = r.value(depth - 1)
		}
		return object
	}
}

// What is written as JSON is read back as it was, with the kinds of its steps; anything else
// is refused.
func TestDocumentsAsJSON(t *testing.T) {
	for _, text := range []string{`{"steps":[{"id":"a","sleep":"1s"},{"id":"p","parallel":{"l":[{"id":"b","set":{"x":1}}]}}]}`} {
		var plan Plan
		require.NoError(t, json.Unmarshal([]byte(text), &plan))
		assert.Equal(t, "sleep", KindOf(plan.Steps[0]))
		encoded, err := json.Marshal(plan)
		require.NoError(t, err)
		assert.JSONEq(t, text, string(encoded))
		var step Step
		require.NoError(t, json.Unmarshal([]byte(`{"id": "a", "wait": "go"}`), &step))
		assert.Equal(t, "wait", KindOf(&step))
	}
	var definition Definition
	require.NoError(t, json.Unmarshal([]byte(`{"blueprint": "a", "version": "1.0.0", "steps": [{"id": "s", "sleep": "1s"}]}`), &definition))
	assert.Equal(t, "sleep", KindOf(definition.Steps[0]))
	assert.ErrorContains(t, json.Unmarshal([]byte(`{"steps": [{"id": "a", "slep": "1s"}]}`), new(Plan)), `did you mean "sleep"?`)
	assert.Error(t, json.Unmarshal([]byte(`{"id": "a"}`), new(Step)))
	assert.Error(t, json.Unmarshal([]byte(`{"blueprint": "a"}`), new(Definition)))
}

// What a document has for its author alone is no part of what a run records.
func TestExtraKeysAreNotEncoded(t *testing.T) {
	const document = "blueprint: order\nversion: 1.0.0\nx-note: &n 7\nsteps: [{id: a, set: {a: *n}}]\n"
	definition, _, problems := Load("x.yaml", []byte(document), 0)
	require.NoError(t, problems.Err())
	canonical, err := Canonical(definition)
	require.NoError(t, err)
	assert.Equal(t, `{"blueprint":"order","version":"1.0.0","steps":[{"id":"a","set":{"a":7}}]}`, string(canonical))
}
