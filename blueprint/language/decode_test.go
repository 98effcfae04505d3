package language

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryProblemOfADocumentIsFound(t *testing.T) {
	text := `blueprint: order
version: 1.2
defaults: {startToClose: 10, retry: {maximumAttempts: 0, backoffCoefficient: 0.5, initialInterval: 0s}, rtry: {}}
budget: {steps: -1, items: 3000000000, depth: "1", plans: 1.5}
vars: [1]
steps:
  - {id: a, activty: x, wiht: {}, startToClose: 5 min}
  - {id: b, activity: a, sleep: 5m, while: x}
  - {id: c, tolerate: 1, colour: red}
  - text
  - {sleep: 1s}
  - {id: 5, parallel: [x], with: 1}
  - {id: d, switch: [{when: a}], else: }
  - {id: e, map: x, concurrency: 1.5}
  - {id: f, dag: [{id: g, stop: 1, needs: h}]}
  - {id: i, fail: {type: X, detials: []}, activities: x}
  - {id: j, activity: x, local: yes, retry: {nonRetryableErrorTypes: [1]}}
  - {id: k, race: {a: {}}}
  - {id: l, steps: [], loop: [], times: 3}
oputput: 1
`
	want := `o.yaml:2:10: /version: a text is wanted here, this is a number with a fraction; put it in quotes (wrong-type)
o.yaml:3:26: /defaults/startToClose: a duration such as "30s" is wanted here, this is a number (wrong-type)
o.yaml:3:55: /defaults/retry/maximumAttempts: the number must be at least 1; leave the key out for none (out-of-range)
o.yaml:3:78: /defaults/retry/backoffCoefficient: the number must be at least 1; leave the key out for none (out-of-range)
o.yaml:3:100: /defaults/retry/initialInterval: the duration must be longer than 0; leave the key out for none (out-of-range)
o.yaml:3:105: /defaults/rtry: unknown key "rtry"; did you mean "retry"? (unknown-key)
o.yaml:4:17: /budget/steps: the number must be at least 1; leave the key out for none (out-of-range)
o.yaml:4:28: /budget/items: the number must be at most 2147483647 (out-of-range)
o.yaml:4:47: /budget/depth: a whole number is wanted here, this is a text (wrong-type)
o.yaml:4:59: /budget/plans: a whole number is wanted here, this is a number with a fraction (wrong-type)
o.yaml:5:7: /vars: an object is wanted here, this is a list (wrong-type)
o.yaml:7:13: /steps/0/activty: this step has no kind, and "activty" is none; did you mean "activity"? (missing-kind)
o.yaml:7:25: /steps/0/wiht: unknown key "wiht"; did you mean "with"? (unknown-key)
o.yaml:7:49: /steps/0/startToClose: "5 min" is no duration such as "30s", "1h30m" or "2d": it is a number with a unit, of ms, s, m, h and d (bad-duration)
o.yaml:8:26: /steps/1/sleep: a step has one kind, and this has 2: "activity" and "sleep" (two-kinds)
o.yaml:8:37: /steps/1/while: "while" is a key of loop, not of activity (unknown-key)
o.yaml:9:5: /steps/2: this step has no kind; it needs one of the keys activity, workflow, steps, parallel, race, switch, loop, map, dag, graph, plan, wait, sleep, set, try, fail and stop; did you mean "map"? (missing-kind)
o.yaml:9:26: /steps/2/colour: unknown key "colour" (unknown-key)
o.yaml:10:5: /steps/3: a step, an object, is wanted here, this is a text (wrong-type)
o.yaml:11:5: /steps/4: the key "id" is missing (missing-key)
o.yaml:12:10: /steps/5/id: a text is wanted here, this is a number; put it in quotes (wrong-type)
o.yaml:12:23: /steps/5/parallel: an object of branches, each a list of steps, is wanted here, this is a list (wrong-type)
o.yaml:12:28: /steps/5/with: "with" is a key of activity, workflow and plan, not of parallel (unknown-key)
o.yaml:13:22: /steps/6/switch/0: the key "steps" is missing (missing-key)
o.yaml:13:40: /steps/6/else: a list of steps is wanted here, this is null (nothing) (wrong-type)
o.yaml:14:5: /steps/7: the key "over" is missing (missing-key)
o.yaml:14:18: /steps/7/map: a list of steps is wanted here, this is a text (wrong-type)
o.yaml:15:43: /steps/8/dag/0/needs: a list of texts is wanted here, this is a text (wrong-type)
o.yaml:16:29: /steps/9/fail/detials: unknown key "detials"; did you mean "details"? (unknown-key)
o.yaml:16:43: /steps/9/activities: unknown key "activities" (unknown-key)
o.yaml:17:33: /steps/10/local: true or false is wanted here, this is a text (wrong-type)
o.yaml:17:71: /steps/10/retry/nonRetryableErrorTypes/0: a text is wanted here, this is a number; put it in quotes (wrong-type)
o.yaml:18:23: /steps/11/race/a: a list of steps is wanted here, this is an object (wrong-type)
o.yaml:19:24: /steps/12/loop: a step has one kind, and this has 2: "steps" and "loop" (two-kinds)
o.yaml:20:1: /oputput: unknown key "oputput"; did you mean "output"? (unknown-key)`
	definition, _, problems := Load("o.yaml", []byte(text), 0)
	assert.Equal(t, strings.Split(want, "\n"), strings.Split(problems.Error(), "\n"))
	require.Len(t, definition.Steps, 13, "the checker goes on with what could be read")
	assert.Equal(t, &Activity{Activity: "x"}, definition.Steps[0].Kind, "under the misspelled key")
	assert.Nil(t, definition.Steps[2].Kind)
	assert.Equal(t, &Step{}, definition.Steps[3])
}

func TestMissingKeys(t *testing.T) {
	_, _, problems := Load("", []byte("summary: x"), 0)
	assert.Equal(t, `1:1: the key "blueprint" is missing (missing-key)
1:1: the key "steps" is missing (missing-key)
1:1: the key "version" is missing (missing-key)`, problems.Error())
	for step, missing := range map[string]string{
		"switch: [{}]":                     "when steps",
		"try: [], catch: [{}]":             "steps",
		"map: []":                          "over",
		"activity: a, undo: {}":            "activity",
		"fail: {}":                         "type",
		"fail: {message: x}":               "type",
		"workflow: a, undo: {with: 1}":     "activity",
		"wait: a":                          "",
		"stop: null":                       "",
		"sleep: null":                      "",
		"set: {}, summary: x, next: y":     "",
		"loop: [], times: null":            "",
		"parallel: {a: [{sleep: 1s}]}":     "id",
		"graph: [{id: a}]":                 "kind",
		"steps: [{id: a, steps: [{}]}]":    "id kind",
		"steps: [{id: a, steps: [{}, 1]}]": "id kind wrong-type",
	} {
		var got []string
		_, _, problems := LoadPlan([]byte("[{id: x, "+step+"}]"), 0)
		for _, problem := range problems {
			switch problem.Code {
			case "missing-key":
				got = append(got, strings.Split(problem.Message, `"`)[1])
			case "missing-kind":
				got = append(got, "kind")
			default:
				got = append(got, problem.Code)
			}
		}
		want := strings.Fields(missing)
		slices.Sort(want)
		slices.Sort(got)
		assert.Equal(t, strings.Join(want, " "), strings.Join(got, " "), step)
	}
}

func TestANullThatIsWrittenIsAValue(t *testing.T) {
	plan, _, problems := LoadPlan([]byte(`[{"id": "a", "activity": "x", "with": null}, {"id": "b", "activity": "x"}]`), 0)
	require.Empty(t, problems)
	assert.Equal(t, &Value{}, plan.Steps[0].Kind.(*Activity).With)
	assert.Nil(t, plan.Steps[1].Kind.(*Activity).With)
}

func TestAnEmptyOnTimeoutIsNotNone(t *testing.T) {
	plan, _, problems := LoadPlan([]byte(`[{id: a, wait: x, on_timeout: []}, {id: b, wait: x}, {id: c, switch: [], else: [], on_timeout: []}]`), 0)
	require.Empty(t, problems)
	assert.NotNil(t, plan.Steps[0].OnTimeout)
	assert.Nil(t, plan.Steps[1].OnTimeout)
	assert.NotNil(t, plan.Steps[2].OnTimeout)
	assert.Nil(t, plan.Steps[2].Kind.(*Switch).Else, "which means the same as none")
}

// A step's keys tell its kind, so no kind's key may be another key of a step.
func TestTheKeysOfKindsAreNoOtherKeys(t *testing.T) {
	d := newDecoder(&problems{})
	keys := d.kindKeys()
	assert.Len(t, keys, 17)
	common := keysOf(fieldsOf(reflect.TypeFor[Step]()))
	for _, key := range keys {
		assert.Equal(t, []string{key}, d.owners(key))
		assert.NotContains(t, common, key)
		own := keysOf(fieldsOf(reflect.TypeOf(d.kindNamed(key).make()).Elem()))
		for _, each := range common {
			assert.NotContains(t, own, each, key)
		}
	}
}

func TestSchemasInBlueprints(t *testing.T) {
	for schema, want := range map[string]string{
		"true": "",
		"{}":   "",
		"{type: [string, \"null\"], enum: [a, null], const: null, default: 1, examples: [1], title: x, $comment: y}":                      "",
		"{type: object, properties: {type: {type: string}, $ref: {}}, required: [type], additionalProperties: false, minProperties: 0}":   "",
		"{$schema: \"https://json-schema.org/draft/2020-12/schema\"}":                                                                     "",
		"{if: {}, then: {}, else: {}, not: {}, anyOf: [{}], oneOf: [true], dependentRequired: {a: [b]}, patternProperties: {\"^a\": {}}}": "",
		"{requried: [a]}":                             `/requried: JSON Schema has no keyword "requried"; did you mean "required"? (unknown-key)`,
		"{properties: {a: {typ: string}}}":            `/properties/a/typ: JSON Schema has no keyword "typ"; did you mean "type"? (unknown-key)`,
		"{items: [{}]}":                               `/items: a JSON Schema, an object, is wanted here, this is a list (wrong-type)`,
		"{items: {type: strin}}":                      `/items/type: "strin" is no type of JSON Schema; they are null, boolean, object, array, number, string and integer; did you mean "string"? (bad-schema)`,
		"{type: 5}":                                   "/type: the name of a type, or a list of names, is wanted here (wrong-type)",
		"{type: [5]}":                                 "/type: the name of a type, or a list of names, is wanted here (wrong-type)",
		"{required: a}":                               "/required: a list of texts is wanted here, this is a text (wrong-type)",
		"{enum: a}":                                   "/enum: a list is wanted here, this is a text (wrong-type)",
		"{anyOf: {}}":                                 "/anyOf: a list of schemas is wanted here, this is an object (wrong-type)",
		"{properties: []}":                            "/properties: an object is wanted here, this is a list (wrong-type)",
		"{minLength: -1}":                             "/minLength: the number is too small for minLength (out-of-range)",
		"{minLength: 1.5}":                            "/minLength: a whole number is wanted here, this is a number with a fraction (wrong-type)",
		"{maxItems: 3000000000}":                      "/maxItems: the number must be at most 2147483647 (out-of-range)",
		"{multipleOf: 0}":                             "/multipleOf: the number is too small for multipleOf (out-of-range)",
		"{minimum: -5.5, maximum: 10}":                "",
		"{maximum: 9007199254740993}":                 "/maximum: a number of a schema has at most 53 bits (bad-number)",
		"{enum: [{a: 9007199254740993}]}":             "/enum/0/a: a number of a schema has at most 53 bits (bad-number)",
		"{pattern: \"(\"}":                            "/pattern: error parsing regexp: missing closing ): `(` (bad-schema)",
		"{patternProperties: {\"(\": {}}}":            "/patternProperties/(: error parsing regexp: missing closing ): `(` (bad-schema)",
		"{pattern: " + strings.Repeat("a", 501) + "}": "/pattern: the pattern has 501 bytes, and at most 500 are allowed (too-large)",
		"{$ref: \"#/x\"}":                             `/$ref: "$ref" is not taken in a blueprint: a schema stands in one piece, in draft 2020-12 (refused-keyword)`,
		"{items: {$ref: \"https://example.com/x\"}}":  `/items/$ref: "$ref" is not taken in a blueprint: a schema stands in one piece, in draft 2020-12 (refused-keyword)`,
		"{$id: x}":                                    `/$id: "$id" is not taken in a blueprint: a schema stands in one piece, in draft 2020-12 (refused-keyword)`,
		"{$dynamicRef: x}":                            `/$dynamicRef: "$dynamicRef" is not taken in a blueprint: a schema stands in one piece, in draft 2020-12 (refused-keyword)`,
		"{definitions: {}}":                           `/definitions: "definitions" is not taken in a blueprint: a schema stands in one piece, in draft 2020-12 (refused-keyword)`,
		"{$schema: \"http://json-schema.org/draft-07/schema#\"}": `/$schema: only draft 2020-12 of JSON Schema is taken; did you mean "https://json-schema.org/draft/2020-12/schema"? (bad-schema)`,
		"{enum: [" + strings.Repeat("1,", 1998) + "1]}":          ": the schema has 2001 values, and at most 2000 are allowed (too-large)",
		"5": ": a JSON Schema, an object, is wanted here, this is a number (wrong-type)",
	} {
		plan, _, problems := LoadPlan([]byte("[{id: a, wait: x, schema: "+schema+"}]"), 0)
		kind := plan.Steps[0].Kind.(*Wait)
		if want == "" {
			assert.Empty(t, problems, schema)
			assert.NotNil(t, kind.Schema, schema)
			continue
		}
		require.Len(t, problems, 1, "%s: %s", schema, problems)
		problems[0].Line, problems[0].Column = 0, 0
		assert.Equal(t, "/steps/0/schema"+want, problems[0].String())
		assert.Nil(t, kind.Schema, "the checker takes no schema that is wrong")
	}
}

func TestThePatternsOfADocumentAreBoundedTogether(t *testing.T) {
	step := `{"id": "a", "wait": "x", "schema": {"pattern": "` + strings.Repeat("a", 500) + `"}}`
	_, _, problems := LoadPlan([]byte("["+strings.Repeat(step+",", 9)+step+"]"), 0)
	assert.Empty(t, problems)
	_, _, problems = LoadPlan([]byte("["+strings.Repeat(step+",", 10)+step+"]"), 0)
	require.Len(t, problems, 1)
	assert.Equal(t, "/steps/10/schema/pattern", problems[0].Pointer)
	assert.Equal(t, "all patterns together have more than 5000 bytes", problems[0].Message)
}
