package language

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// resolved is a schema as its reader has it.
func resolved(t *testing.T, text []byte, err error) *jsonschema.Resolved {
	t.Helper()
	require.NoError(t, err)
	var schema jsonschema.Schema
	require.NoError(t, json.Unmarshal(text, &schema))
	made, err := schema.Resolve(nil)
	require.NoError(t, err)
	return made
}

func planSchema(t *testing.T) *jsonschema.Resolved {
	text, err := PlanSchema(newTestCatalog(t))
	return resolved(t, text, err)
}

// verdicts are what the schema and the checker say of a plan.
func verdicts(t *testing.T, schema *jsonschema.Resolved, plan string) (fits bool, codes []string) {
	t.Helper()
	var value any
	require.NoError(t, json.Unmarshal([]byte(plan), &value))
	fits = schema.Validate(value) == nil
	loaded, source, problems := LoadPlan([]byte(plan), 0)
	if len(problems) == 0 {
		problems = CheckPlan(loaded, source, newTestCatalog(t), DefaultBudget(), Outer{})
	}
	for _, each := range problems {
		codes = append(codes, each.Code)
	}
	return fits, codes
}

// What the schema takes and the checker refuses is in the list, and nothing else; each is
// something that no schema without references between values can say.
func TestPlansThatTheSchemaTakes(t *testing.T) {
	explained := map[string]string{
		"bad-id":         "an id is a word: the providers' subset has no patterns",
		"duplicate-id":   "an id is there once in its list",
		"unknown-step":   "an expression names a step that is not there, or not yet",
		"unknown-node":   "a node of a dag needs one that is not there",
		"wrong-value":    "a value is out of bounds: no minimum and maximum",
		"duplicate-need": "a need is there once in its list: no uniqueItems",
		"self-need":      "a node needs itself",
		"cycle":          "nodes of a dag need each other",
		"bad-duration":   "a length of time has a form: no patterns",
		"wrong-type":     "a text that is no expression stands where another type is expected",
		"empty-block":    "a block has a step: no minItems",
		"bad-expression": "an expression has a syntax",
	}
	schema := planSchema(t)
	met := map[string]bool{}
	accepted := 0
	const samples = 1500
	for seed := range uint64(samples) {
		s := sampler{random: rand.New(rand.NewPCG(seed, 1)), root: schema.Schema()}
		plan, err := json.Marshal(s.value(s.root, ""))
		require.NoError(t, err)
		fits, codes := verdicts(t, schema, string(plan))
		require.True(t, fits, string(plan))
		if len(codes) == 0 {
			accepted++
		}
		for _, code := range codes {
			require.Contains(t, explained, code, string(plan))
			met[code] = true
		}
	}
	assert.Equal(t, slices.Sorted(maps.Keys(explained)), slices.Sorted(maps.Keys(met)), "each has an example")
	assert.Greater(t, accepted, samples/4, "and many plans are good")
}

// sampler makes a value of a schema, with some slips that the schema cannot tell.
type sampler struct {
	random *rand.Rand
	root   *Schema
	ids    []string
}

func (s *sampler) value(schema *Schema, key string) any {
	switch {
	case schema.Ref != "":
		return s.value(s.root.Defs[strings.TrimPrefix(schema.Ref, "#/$defs/")], key)
	case len(schema.AnyOf) > 0:
		return s.value(schema.AnyOf[s.random.IntN(len(schema.AnyOf))], key)
	case len(schema.Enum) > 0:
		return schema.Enum[s.random.IntN(len(schema.Enum))]
	}
	switch schema.Type {
	case "object":
		object := map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
			if slices.Contains(schema.Required, name) || s.random.IntN(2) == 0 {
				object[name] = s.value(schema.Properties[name], name)
			}
		}
		return object
	case "array":
		list := []any{}
		for range s.random.IntN(8) / 3 {
			list = append(list, s.value(schema.Items, key))
		}
		return list
	case "string":
		return s.text(key)
	case "integer", "number":
		return s.random.IntN(9)
	case "boolean":
		return s.random.IntN(2) == 0
	default:
		return nil
	}
}

func (s *sampler) text(key string) string {
	slip := s.random.IntN(12) == 0
	switch {
	case key == "id" && slip:
		return []string{"1st", "twice"}[s.random.IntN(2)]
	case key == "id":
		s.ids = append(s.ids, fmt.Sprintf("s%d", len(s.ids)))
		return s.ids[len(s.ids)-1]
	case key == "needs" && s.random.IntN(4) == 0:
		return fmt.Sprintf("s%d", len(s.ids))
	case key == "needs" && !slip && len(s.ids) > 0:
		return s.ids[s.random.IntN(len(s.ids))]
	case slip:
		return []string{"soon", "${steps.nobody.output}", "${"}[s.random.IntN(3)]
	case key == "sleep":
		return "5m"
	case key == "when":
		return "${1 < 2}"
	default:
		return "${[1, 2]}"
	}
}

// What the checker takes and the schema refuses: it offers a planner fewer forms.
func TestPlansThatTheSchemaRefuses(t *testing.T) {
	schema := planSchema(t)
	call := `{"id": "a", "activity": "say", "with": "x"}`
	for why, plan := range map[string]string{
		"a bare list: the root of a model's output is an object": `[` + call + `]`,
		"an output: the last step's is taken":                    `{"steps": [` + call + `], "output": 1}`,
		"a kind without a closed form: branches have free names": `{"steps": [{"id": "b", "parallel": {"x": [` + call + `]}}]}`,
		"a kind that a plan seldom needs":                        `{"steps": [{"id": "b", "try": [` + call + `], "finally": [` + call + `]}]}`,
		"a block in a block: providers refuse recursion":         `{"steps": [{"id": "b", "map": [{"id": "c", "map": [` + call + `], "over": "${[1]}"}], "over": "${[1]}"}]}`,
		"a switch without else: all keys are required":           `{"steps": [{"id": "b", "switch": [{"when": "${true}", "steps": [` + call + `]}]}]}`,
		"a summary and options: they are the document's":         `{"steps": [{"id": "a", "activity": "say", "with": "x", "summary": "s", "startToClose": "3s"}]}`,
		"a list that is written out: over is an expression":      `{"steps": [{"id": "b", "map": [` + call + `], "over": [1]}]}`,
	} {
		fits, codes := verdicts(t, schema, plan)
		assert.Empty(t, codes, why)
		assert.False(t, fits, why)
	}
}

// Both take and refuse these alike.
func TestPlansOnWhichSchemaAndCheckerAgree(t *testing.T) {
	schema := planSchema(t)
	for plan, good := range map[string]bool{
		`{"steps": []}`: true,
		`{"steps": [{"id": "a", "activity": "say", "with": "x"}, {"id": "b", "activity": "ping"}]}`:                                                    true,
		`{"steps": [{"id": "a", "activity": "charge_card", "with": {"order": "o", "amount": "${1 + 2}"}}]}`:                                            true,
		`{"steps": [{"id": "d", "dag": [{"id": "a", "activity": "ping", "needs": []}, {"id": "b", "activity": "say", "with": "x", "needs": ["a"]}]}]}`: true,
		`{"steps": [{"id": "a", "activity": "format_disk"}]}`:                                                                                          false,
		`{"steps": [{"id": "a", "activity": "charge_card", "with": {"order": "o"}}]}`:                                                                  false,
		`{"steps": [{"id": "a", "activity": "charge_card", "with": {"order": "o", "amount": 3, "more": 1}}]}`:                                          false,
		`{"steps": [{"id": "a", "activity": "say", "with": 3}]}`:                                                                                       false,
		`{"steps": [{"id": "a", "activity": "ping", "with": 3}]}`:                                                                                      false,
		`{"steps": [{"activity": "ping"}]}`:                                                                                                            false,
		`{"steps": [{"id": "a"}]}`:                                                                                                                     false,
		`{"steps": [{"id": "a", "activity": "ping", "sleep": "1s"}]}`:                                                                                  false,
		`{}`: false,
	} {
		fits, codes := verdicts(t, schema, plan)
		assert.Equal(t, good, fits, plan)
		assert.Equal(t, good, len(codes) == 0, "%s: %v", plan, codes)
	}
}

// A model's provider takes a closed subset of JSON Schema.
func TestThePlanSchemaKeepsToTheProvidersSubset(t *testing.T) {
	catalog := newTestCatalog(t)
	catalog.workflows["open"] = Signature{Input: &Schema{Type: "object", Properties: map[string]*Schema{"a": typeOf("string")}}}
	text, err := PlanSchema(catalog)
	require.NoError(t, err)
	var whole any
	require.NoError(t, json.Unmarshal(text, &whole))
	keywords := map[string]bool{}
	var walk func(at any, isProperties bool)
	walk = func(at any, isProperties bool) {
		switch at := at.(type) {
		case map[string]any:
			if at["type"] == "object" && !isProperties {
				assert.Equal(t, false, at["additionalProperties"])
			}
			for key, each := range at {
				if !isProperties {
					keywords[key] = true
				}
				walk(each, !isProperties && (key == "properties" || key == "$defs"))
			}
		case []any:
			for _, each := range at {
				walk(each, false)
			}
		}
	}
	walk(whole, false)
	assert.Subset(t, []string{"$schema", "$defs", "$ref", "title", "description", "type", "properties", "required", "additionalProperties", "items", "anyOf", "enum"},
		slices.Collect(maps.Keys(keywords)))
	assert.NotContains(t, string(text[strings.Index(string(text), `"$defs"`):]), `"$ref"`, "nothing refers to itself")
	_, err = PlanSchema(&testCatalog{})
	assert.EqualError(t, err, "the catalog has nothing that a plan could call")
}

// An editor that has the catalog's schema completes names, and checks arguments.
func TestTheCatalogSchema(t *testing.T) {
	text, err := CatalogSchema(newTestCatalog(t))
	schema := resolved(t, text, err)
	for steps, fits := range map[string]bool{
		"{id: a, activity: say, with: x}":                                                                               true,
		"{id: a, activity: say, with: 'x ${input.y}'}":                                                                  true,
		"{id: a, activity: charge_card, with: {order: o, amount: '${input.n}'}}":                                        true,
		"{id: a, activity: charge_card, with: '${input}'}":                                                              true,
		"{id: a, activity: charge_card, with: {order: o, amount: 3}, undo: {activity: refund_card, with: {charge: c}}}": true,
		"{id: a, activity: ping, startToClose: 3s}":                                                                     true,
		"{id: a, activity: chargee}":                                                                                    false,
		"{id: a, activity: charge_card}":                                                                                false,
		"{id: a, activity: charge_card, with: {order: o, amont: 3}}":                                                    false,
		"{id: a, activity: charge_card, with: {order: o, amount: three}}":                                               false,
		"{id: a, activity: charge_card, with: {order: o, amount: 3}, undo: {activity: refund_card, with: {change: c}}}": false,
		"{id: a, activity: ping, with: 3}":                                                                              false,
		"{id: a, workflow: nothing@1.0.0}":                                                                              false,
		"{id: a, plan: nothing}":                                                                                        false,
	} {
		document := "blueprint: a\nversion: 1.0.0\nsteps: [" + steps + "]"
		assert.Equal(t, fits, schema.Validate(read(DocumentBytes, []byte(document), &problems{}).root.plain()) == nil, steps)
	}
	definitions := documents(t, "../testdata/good")
	for _, file := range definitions {
		value := read(DocumentBytes, readFile(t, file), &problems{}).root.plain()
		assert.NoError(t, schema.Validate(value), file)
	}
}
