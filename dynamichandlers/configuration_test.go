package dynamichandlers

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
)

func TestReadConfiguration(t *testing.T) {
	configuration, err := ReadConfiguration([]byte(`{
		"signals": [{"name": "go", "type": "trigger", "description": "end"}],
		"updates": [{"name": "set", "type": "store", "validator": "number"}],
		"plugins": [{"name": "p", "queries": [{"name": "get", "type": "get_data"}]}]
	}`))
	require.NoError(t, err)
	assert.Equal(t, Configuration{
		Handlers: Handlers{
			Signals: []Handler{{Name: "go", Type: Trigger, Description: "end"}},
			Updates: []Handler{{Name: "set", Type: Store, Validator: "number"}},
		},
		Plugins: []Plugin{{Name: "p", Handlers: Handlers{Queries: []Handler{{Name: "get", Type: GetData}}}}},
	}, configuration)
}

// A run that no message ends would wait for its timeout.
func TestConfigurationWithoutATriggerIsRefused(t *testing.T) {
	for _, configuration := range []string{
		`{}`,
		`{"queries":[{"name":"a","type":"get_data"}]}`,
		`{"signals":[{"name":"a","type":"store"}],"plugins":[{"name":"p","updates":[{"name":"a","type":"store"}]}]}`,
	} {
		_, err := ReadConfiguration([]byte(configuration))
		var failure *temporal.ApplicationError
		require.ErrorAs(t, err, &failure)
		assert.Equal(t, InvalidConfiguration, failure.Type())
		assert.Equal(t, "no signal or update has the type trigger: nothing would end the run", failure.Message())
	}
	for _, configuration := range []string{
		`{"signals":[{"name":"a","type":"trigger"}]}`,
		`{"updates":[{"name":"a","type":"trigger"}]}`,
		`{"plugins":[{"name":"p","signals":[{"name":"a","type":"trigger"}]}]}`,
	} {
		_, err := ReadConfiguration([]byte(configuration))
		assert.NoError(t, err, configuration)
	}
}

func TestConfigurationFiles(t *testing.T) {
	for name, file := range map[string]string{"handlers.json": HandlersJSON, "plugins.json": PluginsJSON} {
		_, err := ReadConfiguration([]byte(file))
		assert.NoError(t, err, name)
	}
}

// handlers makes a configuration of one list.
func handlers(list string, elements ...string) string {
	return fmt.Sprintf(`{%q: [%s]}`, list, strings.Join(elements, ","))
}

func TestMistakesInAConfiguration(t *testing.T) {
	long := strings.Repeat("x", MaxNameLength+1)
	many := strings.Split(strings.TrimSuffix(strings.Repeat(`{"name":"a","type":"store"} `, MaxHandlers+1), " "), " ")
	cases := []struct {
		name, configuration string
		problems            []string
	}{
		{"unknown type of a signal", handlers("signals", `{"name":"a","type":"get_data"}`),
			[]string{`signals[0]: unknown signal type "get_data", known are store, trigger`}},
		{"unknown type of a query", handlers("queries", `{"name":"a","type":"get_dada"}`),
			[]string{`queries[0]: unknown query type "get_dada", did you mean get_data?`}},
		{"no type", handlers("updates", `{"name":"a"}`),
			[]string{`updates[0]: the type is missing, known are store, trigger`}},
		{"empty name", handlers("signals", `{"name":"","type":"store"}`, `{"type":"store"}`),
			[]string{`signals[0]: the name is missing`, `signals[1]: the name is missing`}},
		{"reserved names", `{"signals":[{"name":"__temporal_x","type":"store"}],"queries":[{"name":"__x","type":"get_data"}],"updates":[{"name":"__","type":"store"}]}`,
			[]string{
				`signals[0]: name "__temporal_x": names that begin with __ belong to Temporal`,
				`queries[0]: name "__x": names that begin with __ belong to Temporal`,
				`updates[0]: name "__": names that begin with __ belong to Temporal`,
			}},
		{"names of the fallback", `{"signals":[{"name":"any_query","type":"store"}],"queries":[{"name":"any_query","type":"get_data"}],"updates":[{"name":"any_update","type":"store"}]}`,
			[]string{`queries[0]: name "any_query" belongs to the fallback`, `updates[0]: name "any_update" belongs to the fallback`}},
		{"number that no reader takes", handlers("signals", `{"name":1e999,"type":"store"}`), []string{`a number is too large (at most 1.8e308)`}},
		{"long name", handlers("signals", `{"name":"`+long+`","type":"store"}`),
			[]string{`signals[0]: the name has 101 bytes, at most 100 are allowed`}},
		{"blank in a name", handlers("signals", `{"name":"a b","type":"store"}`),
			[]string{`signals[0]: name "a b": a name is a letter, then letters, digits, '_', '.' or '-'`}},
		{"long description", handlers("signals", `{"name":"a","type":"store","description":"`+strings.Repeat("x", 201)+`"}`),
			[]string{`signals[0]: the description has 201 bytes, at most 200 are allowed`}},
		{"validator for a signal", handlers("signals", `{"name":"a","type":"store","validator":"text"}`),
			[]string{`signals[0]: a signal takes no validator: only an update can be refused`}},
		{"validator for a query", handlers("queries", `{"name":"a","type":"get_data","validator":"text"}`),
			[]string{`queries[0]: a query takes no validator: only an update can be refused`}},
		{"validator for a trigger", handlers("updates", `{"name":"a","type":"trigger","validator":"text"}`),
			[]string{`updates[0]: an update of type trigger takes no validator: it has no argument`}},
		{"unknown validator", handlers("updates", `{"name":"a","type":"store","validator":"txt"}`),
			[]string{`updates[0]: unknown validator "txt", did you mean text?`}},
		{"one owner, one name twice", handlers("signals", `{"name":"a","type":"store"}`, `{"name":"a","type":"trigger"}`),
			[]string{`signals[1]: signal "a" of workflow is already signals[0] of workflow`}},
		{"two owners", `{"queries":[{"name":"a","type":"get_data"}],"plugins":[{"name":"p","queries":[{"name":"a","type":"get_data"}]}]}`,
			[]string{`plugins[0].queries[0]: query "a" of p is already queries[0] of workflow`}},
		{"two plugins", `{"plugins":[{"name":"p","updates":[{"name":"a","type":"store"}]},{"name":"q","updates":[{"name":"a","type":"store"}]}]}`,
			[]string{`plugins[1].updates[0]: update "a" of q is already plugins[0].updates[0] of p`}},
		{"three owners", `{"signals":[{"name":"a","type":"store"},{"name":"a","type":"store"},{"name":"a","type":"store"}]}`,
			[]string{`signals[1]: signal "a" of workflow is already signals[0] of workflow`, `signals[2]: signal "a" of workflow is already signals[0] of workflow`}},
		{"plugins of one name", `{"plugins":[{"name":"p"},{"name":"p"}]}`,
			[]string{`plugins[1]: plugin "p" is already at plugins[0]`}},
		{"plugins without a name", `{"plugins":[{},{}]}`,
			[]string{`plugins[0]: the name is missing`, `plugins[1]: the name is missing`}},
		{"list for an object", `{"plugins":[[1]]}`,
			[]string{`plugins[0]: want an object, got [1]`, `plugins[0]: the name is missing`}},
		{"names of plugins", `{"plugins":[{"name":"workflow"},{"name":"unregistered"},{},{"name":"__p"}]}`,
			[]string{
				`plugins[0]: a plugin cannot be called "workflow", which owns other data`,
				`plugins[1]: a plugin cannot be called "unregistered", which owns other data`,
				`plugins[2]: the name is missing`,
				`plugins[3]: name "__p": names that begin with __ belong to Temporal`,
			}},
		{"too many", handlers("signals", many...), []string{`51 handlers, at most 50 are allowed`}},
		{"misspelled keys", `{"signal":[],"plugins":[{"name":"p","query":[]}],"updates":[{"name":"a","type":"store","Validator":"text"}]}`,
			[]string{
				`unknown key "signal", did you mean signals?`,
				`updates[0]: unknown key "Validator", did you mean validator?`,
				`plugins[0]: unknown key "query", known are name, queries, signals, updates`,
			}},
		{"key twice", `{"signals":[{"name":"a","name":"b","type":"store"}],"signals":[]}`,
			[]string{`key "signals" comes twice`, `signals[0]: key "name" comes twice`}},
		{"wrong types", `{"signals":{},"queries":[7],"updates":[{"name":1,"type":null}],"plugins":null}`,
			[]string{
				`signals: want a list, got {}`,
				`queries[0]: want an object, got 7`,
				`updates[0].name: want a text, got 1`,
				`updates[0].type: want a text, got null`,
				`plugins: want a list, got null`,
				`queries[0]: the name is missing`,
				`queries[0]: the type is missing, known are get_data, get_signals, get_status`,
				`updates[0]: the name is missing`,
				`updates[0]: the type is missing, known are store, trigger`,
			}},
		{"not an object", `[]`, []string{`want an object, got []`}},
		{"nothing", ``, []string{`line 1: not valid JSON: unexpected end of JSON input`}},
		{"broken", "{\n  \"signals\": [,]\n}", []string{`line 2: not valid JSON: invalid character ',' looking for beginning of value`}},
		{"two documents", `{} {}`, []string{`line 1: not valid JSON: invalid character '{' after top-level value`}},
		{"too large", strings.Repeat(" ", MaxConfigurationSize+1), []string{`the configuration has 65537 bytes, at most 65536 are allowed`}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := ReadConfiguration([]byte(c.configuration))
			var failure *temporal.ApplicationError
			require.ErrorAs(t, err, &failure)
			assert.Equal(t, InvalidConfiguration, failure.Type())
			assert.True(t, failure.NonRetryable())
			assert.Equal(t, c.problems, strings.Split(failure.Message(), "\n"))
		})
	}
}

func TestSuggestionsNameAllThatIsNear(t *testing.T) {
	assert.Equal(t, ", did you mean stare or store?", suggestion("stre", []string{"get_data", "stare", "store"}))
	assert.Equal(t, ", did you mean store?", suggestion("sto", []string{"get_data", "store"}))
	assert.Equal(t, ", known are get_data, store", suggestion("st", []string{"get_data", "store"}))
	assert.Equal(t, ", known are get_data, store", suggestion("go", []string{"get_data", "store"}))
}

func TestOneNameForEachKindIsValid(t *testing.T) {
	_, err := ReadConfiguration([]byte(`{
		"signals": [{"name": "a", "type": "store"}],
		"queries": [{"name": "a", "type": "get_data"}],
		"updates": [{"name": "a", "type": "trigger"}]
	}`))
	assert.NoError(t, err)
}

func TestProblemsAreBounded(t *testing.T) {
	var keys []string
	for i := range MaxProblems + 50 {
		keys = append(keys, fmt.Sprintf(`"k%d":0`, i))
	}
	_, err := ReadConfiguration([]byte("{" + strings.Join(keys, ",") + "}"))
	var failure *temporal.ApplicationError
	require.ErrorAs(t, err, &failure)
	problems := strings.Split(failure.Message(), "\n")
	assert.Len(t, problems, MaxProblems+1)
	assert.Equal(t, "and 50 more", problems[MaxProblems])
}

// What is accepted means the same when it is written again, and can be registered.
func FuzzReadConfiguration(f *testing.F) {
	for _, seed := range []string{
		HandlersJSON, PluginsJSON, `{}`, `[]`, `{`, ``, `null`, `{"signals":null}`, `{"signals":[null]}`,
		`{"signals":[{"name":"a","type":"store"}],"queries":[{"name":"a","type":"get_data"}]}`,
		`{"plugins":[{"name":"p","signals":[{"name":"x.y-z_1","type":"trigger"}]}]}`,
		`{"updates":[{"name":"a","type":"store","validator":"number"},{"name":"a"}]}`,
		`{"signals":[{"name":"__temporal_x","type":"store"}]}`, "{\"signals\":[{\"name\":\"\u00e9\",\"type\":\"store\"}]}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		configuration, err := ReadConfiguration(data)
		if err != nil {
			var failure *temporal.ApplicationError
			require.ErrorAs(t, err, &failure)
			assert.Equal(t, InvalidConfiguration, failure.Type())
			assert.NotEmpty(t, failure.Message())
			return
		}
		written, err := json.Marshal(configuration)
		require.NoError(t, err)
		again, err := ReadConfiguration(written)
		require.NoError(t, err)
		assert.Equal(t, len(configuration.all()), len(again.all()))
		for i, handler := range configuration.all() {
			assert.Equal(t, handler, again.all()[i])
		}
		environment := newEnvironment()
		environment.RegisterDelayedCallback(environment.CancelWorkflow, 0)
		environment.ExecuteWorkflow("Configured", raw(string(data)), State{})
		var canceled *temporal.CanceledError
		require.ErrorAs(t, environment.GetWorkflowError(), &canceled)
	})
}

// raw is a configuration as it reaches the workflow.
func raw(configuration string) converter.RawValue { return jsonPayload(configuration) }
