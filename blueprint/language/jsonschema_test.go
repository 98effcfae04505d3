package language

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const schemaFile = "../blueprint.schema.json"

func TestSchemaIsCurrent(t *testing.T) {
	want, err := JSONSchema()
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile(schemaFile, want, 0o644))
	}
	got, err := os.ReadFile(schemaFile)
	require.NoError(t, err)
	got = []byte(strings.ReplaceAll(string(got), "\r\n", "\n"))
	assert.Equal(t, string(want), string(got), "write it with: go test ./blueprint/language -run TestSchema -update")
}

// editor is the schema as an editor has it.
func editor(t *testing.T) *jsonschema.Resolved {
	t.Helper()
	text, err := os.ReadFile(schemaFile)
	require.NoError(t, err)
	var schema jsonschema.Schema
	require.NoError(t, json.Unmarshal(text, &schema))
	resolved, err := schema.Resolve(nil)
	require.NoError(t, err)
	return resolved
}

func TestExamplesFitTheSchema(t *testing.T) {
	schema := editor(t)
	for name, text := range examples(t) {
		assert.NoError(t, schema.Validate(read(DocumentBytes, []byte(text), &problems{}).root.plain()), name)
	}
}

func TestTheSchemaRefusesWhatLoadRefuses(t *testing.T) {
	schema := editor(t)
	document := func(more string) string { return "blueprint: a\nversion: 1.0.0\n" + more }
	for text, fits := range map[string]bool{
		document("steps: []"):                   true,
		document("steps: [{id: a, sleep: 1s}]"): true,
		document("steps: [{id: a, wait: x, schema: {type: object}, on_timeout: []}]"): true,
		document("steps: []\nbudget: {steps: 1}"):                                     true,
		document("steps: [{id: a, activity: x, startToClose: 1d12h}]"):                true,
		document("steps: [{id: a, sleep: 1s, hold: true, operate: []}]"):              true,
		document("operate: [fork]\nsteps: [{id: a, sleep: 1s, operate: [fork]}]"):     true,
		document("steps: [{id: a, sleep: 1s, hold: {types: [A], timeout: 1d}}]"):      true,
		document("steps: [{id: a, sleep: 1s, hold: false}]"):                          false,
		document("steps: [{id: a, sleep: 1s, hold: 1d}]"):                             false,
		document("steps: [{id: a, sleep: 1s, operate: pause}]"):                       false,
		document(""):                                                           false,
		document("steps: []\noputput: 1"):                                      false,
		document("steps: [{id: a}]"):                                           false,
		document("steps: [{sleep: 1s}]"):                                       false,
		document("steps: [{id: a, sleep: 1s, activity: x}]"):                   false,
		document("steps: [{id: a, sleep: 1s, with: 1}]"):                       false,
		document("steps: [{id: a, activty: x}]"):                               false,
		document("steps: [{id: a, activity: x, startToClose: 5}]"):             false,
		document("steps: [{id: a, activity: x, startToClose: 5 min}]"):         false,
		document("steps: [{id: a, activity: x, retry: {maximumAttempts: 0}}]"): false,
		document("steps: [{id: a, map: [], concurrency: 1}]"):                  false,
		document("steps: [{id: a, steps: [{id: b}]}]"):                         false,
		document("steps: [{id: a, parallel: {x: {}}}]"):                        false,
		document("steps: [{id: a, fail: {}}]"):                                 false,
		document("steps: [{id: a, switch: [{when: true}]}]"):                   false,
		document("steps: []\nbudget: {steps: 0}"):                              false,
		document("steps: []\nvars: []"):                                        false,
		"blueprint: a\nversion: 1.0\nsteps: []":                                false,
	} {
		err := schema.Validate(read(DocumentBytes, []byte(text), &problems{}).root.plain())
		assert.Equal(t, fits, err == nil, "%s: %v", text, err)
		_, _, problems := Load("", []byte(text), 0)
		assert.Equal(t, fits, len(problems) == 0, "%s: %v", text, problems)
	}
}

// Editors complete the keys of the alternative that a step begins like, and show the
// descriptions.
func TestTheSchemaHasEveryKeyOfEveryKind(t *testing.T) {
	schema := editor(t).Schema()
	step := schema.Defs["step"]
	require.Len(t, step.AllOf, len(kinds())+1)
	for i, each := range kinds() {
		assert.Equal(t, []string{each.key}, step.AllOf[i].If.Required)
		assert.Equal(t, "#/$defs/"+each.key+"-step", step.AllOf[i].Then.Ref)
		assert.Contains(t, schema.Defs["step-without-kind"].Properties, each.key)
		kind := schema.Defs[each.key+"-step"]
		assert.NotEmpty(t, kind.Description)
		fields := append(fieldsOf(reflect.TypeFor[Step]()), fieldsOf(reflect.TypeOf(each.make()).Elem())...)
		assert.Len(t, kind.Properties, len(fields))
		for _, key := range keysOf(fields) {
			require.Contains(t, kind.Properties, key)
			assert.True(t, strings.HasPrefix(kind.Properties[key].Description, key+" "), "%s: %s", key, kind.Properties[key].Description)
		}
	}
	assert.Equal(t, "startToClose bounds one attempt.", schema.Defs["activity-step"].Properties["startToClose"].Description)
}
