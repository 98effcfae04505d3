package dynamichandlers

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

// ordersFile lets one name be a signal and an update, and ends by either.
const ordersFile = `{
	"signals": [{"name": "price", "type": "store"}, {"name": "item", "type": "store"}, {"name": "done", "type": "trigger"}],
	"queries": [{"name": "data", "type": "get_data"}, {"name": "signals", "type": "get_signals"}, {"name": "status", "type": "get_status"}],
	"updates": [
		{"name": "price", "type": "store", "validator": "number"},
		{"name": "item", "type": "store", "validator": "object"},
		{"name": "note", "type": "store"},
		{"name": "end", "type": "trigger"}
	]
}`

// answers notes what became of the updates of a test.
type answers struct {
	accepted, rejected int
	last               any
	err                error
}

func (a *answers) Accept()          { a.accepted++ }
func (a *answers) Reject(err error) { a.rejected++; a.err = err }
func (a *answers) Complete(answer any, err error) {
	a.last, a.err = answer, err
}

// text is the last answer as JSON.
func (a *answers) text(t *testing.T) string {
	t.Helper()
	require.NoError(t, a.err)
	text, err := json.Marshal(a.last)
	require.NoError(t, err)
	return string(text)
}

func query(t *testing.T, environment *testsuite.TestWorkflowEnvironment, name string, args ...any) string {
	t.Helper()
	answer, err := environment.QueryWorkflow(name, args...)
	require.NoError(t, err)
	var raw converter.RawValue
	require.NoError(t, answer.Get(&raw))
	return string(raw.Payload().GetData())
}

// inOneTask does things between two pieces of workflow code, then cancels the run
// unless something has ended it.
func inOneTask(configuration string, do func(*testsuite.TestWorkflowEnvironment)) *testsuite.TestWorkflowEnvironment {
	environment := newEnvironment()
	environment.RegisterDelayedCallback(func() { do(environment) }, 0)
	environment.RegisterDelayedCallback(environment.CancelWorkflow, 1)
	environment.ExecuteWorkflow("Configured", raw(configuration), State{})
	return environment
}

func outcomeOf(t *testing.T, environment *testsuite.TestWorkflowEnvironment) Outcome {
	t.Helper()
	require.NoError(t, environment.GetWorkflowError())
	var outcome Outcome
	require.NoError(t, environment.GetWorkflowResult(&outcome))
	return outcome
}

func TestEachHandlerHasItsOwnName(t *testing.T) {
	var answers answers
	environment := inOneTask(ordersFile, func(environment *testsuite.TestWorkflowEnvironment) {
		environment.SignalWorkflow("item", map[string]int{"lamps": 2})
		environment.SignalWorkflow("price", 1)
		environment.UpdateWorkflow("price", "", &answers, 5)
		environment.UpdateWorkflow("item", "", &answers, map[string]int{"lamps": 3})
		environment.UpdateWorkflow("note", "", &answers, "gift")
	})
	assert.Equal(t, 3, answers.accepted)
	assert.Equal(t, `{"owner":"workflow","name":"note"}`, answers.text(t))
	assert.Equal(t, `{"item":{"lamps":3},"note":"gift","price":5}`, query(t, environment, "data"))
	assert.Equal(t, `[{"owner":"workflow","name":"item","value":{"lamps":2}},{"owner":"workflow","name":"price","value":1}]`,
		query(t, environment, "signals"))
	assert.Equal(t, `{"status":"canceled","handled":5,"earlier_runs":0}`, query(t, environment, "status"))
}

func TestStatusOfARunThatIsOpen(t *testing.T) {
	var status string
	environment := newEnvironment()
	environment.RegisterDelayedCallback(func() {
		status = query(t, environment, "status")
		environment.CancelWorkflow()
	}, time.Second)
	environment.ExecuteWorkflow("Configured", raw(ordersFile), State{})
	assert.Equal(t, `{"status":"running","handled":0,"earlier_runs":0}`, status)
}

// A configuration that was read has no such name. If the SDK refused another one, the
// run should say so and not go on without a handler.
func TestHandlerThatTheSDKRefuses(t *testing.T) {
	for _, handlers := range []Handlers{
		{Queries: []Handler{{Name: "__q", Type: GetData}}},
		{Updates: []Handler{{Name: "__u", Type: Store}}},
	} {
		environment := newEnvironment()
		environment.RegisterWorkflowWithOptions(func(ctx workflow.Context) error {
			run := &configured{configuration: Configuration{Handlers: handlers}}
			return run.register(ctx)
		}, workflow.RegisterOptions{Name: "unread"})
		environment.ExecuteWorkflow("unread")
		assert.ErrorContains(t, environment.GetWorkflowError(), "__")
	}
}

func TestUpdateReturnsWhatItReplaces(t *testing.T) {
	var first, second answers
	inOneTask(ordersFile, func(environment *testsuite.TestWorkflowEnvironment) {
		environment.UpdateWorkflow("price", "", &first, 5)
		environment.UpdateWorkflow("price", "", &second, 6)
	})
	assert.Equal(t, `{"owner":"workflow","name":"price"}`, first.text(t))
	assert.Equal(t, `{"owner":"workflow","name":"price","previous":5}`, second.text(t))
}

func TestValidators(t *testing.T) {
	file := `{"updates": [
		{"name": "number", "type": "store", "validator": "number"},
		{"name": "object", "type": "store", "validator": "object"},
		{"name": "text", "type": "store", "validator": "text"},
		{"name": "any", "type": "store"},
		{"name": "end", "type": "trigger"}
	], "queries": [{"name": "data", "type": "get_data"}]}`
	cases := []struct {
		update string
		args   []any
		reason string // "" for an accepted one
	}{
		{"number", []any{-1.5}, ""},
		{"number", []any{"1"}, "number: want number, got text"},
		{"number", []any{true}, "number: want number, got boolean"},
		{"number", []any{jsonPayload("null")}, "number: want number, got null"},
		{"object", []any{map[string]int{}}, ""},
		{"object", []any{[]int{}}, "object: want object, got list"},
		{"text", []any{"x"}, ""},
		{"text", []any{1}, "text: want text, got number"},
		{"any", []any{[]int{1}}, ""},
		{"any", []any{false}, ""},
		{"any", nil, "any: want a value, got none"},
		{"any", []any{nil}, "any: want a value, got none"},
		{"any", []any{jsonPayload("{")}, "any: the value is not valid JSON"},
		{"any", []any{strings.Repeat("x", MaxValueSize)}, "any: the value has 1026 bytes, at most 1024 are kept"},
		// The SDK passes on as many arguments as a handler declares, and ignores the rest.
		{"any", []any{1, 2}, "any: want 1 argument, got more"},
		{"any", []any{1, nil}, "any: want 1 argument, got more"},
		{"end", []any{1}, "end: want no argument, got one"},
		{"end", []any{nil, 1}, "end: want no argument, got one"},
		{AnyUpdate, []any{Envelope{"any", []json.RawMessage{[]byte("1")}}, 2}, "any_update: want 1 argument, got more"},
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("%s %v", c.update, c.args), func(t *testing.T) {
			var answers answers
			environment := inOneTask(file, func(environment *testsuite.TestWorkflowEnvironment) {
				environment.UpdateWorkflow(c.update, "", &answers, c.args...)
			})
			if c.reason == "" {
				assert.Equal(t, 1, answers.accepted)
				assert.NotEqual(t, "{}", query(t, environment, "data"))
				return
			}
			assert.Equal(t, 0, answers.accepted)
			assertRefused(t, answers, InvalidValue, c.reason)
			assert.Equal(t, "{}", query(t, environment, "data"))
		})
	}
}

func assertRefused(t *testing.T, answers answers, errorType, message string) {
	t.Helper()
	assert.Equal(t, 1, answers.rejected)
	var failure *temporal.ApplicationError
	require.ErrorAs(t, answers.err, &failure)
	assert.Equal(t, errorType, failure.Type())
	assert.Equal(t, message, failure.Message())
	assert.True(t, failure.NonRetryable())
}

func TestSignalThatCannotBeRefusedIsReported(t *testing.T) {
	environment := inOneTask(ordersFile, func(environment *testsuite.TestWorkflowEnvironment) {
		environment.SignalWorkflow("price", strings.Repeat("x", MaxValueSize))
	})
	assert.Equal(t, "{}", query(t, environment, "data"))
	assert.Equal(t, `[{"owner":"workflow","name":"price","problem":"the value has 1026 bytes, at most 1024 are kept"}]`, query(t, environment, "signals"))
}

// The SDK runs updates before the workflow's own code sees a signal.
func TestUpdateDoesNotOvertakeASignal(t *testing.T) {
	var answers answers
	environment := inOneTask(ordersFile, func(environment *testsuite.TestWorkflowEnvironment) {
		environment.SignalWorkflowSkippingWorkflowTask("price", 1)
		environment.UpdateWorkflow("price", "", &answers, 2)
	})
	assert.Equal(t, `{"owner":"workflow","name":"price","previous":1}`, answers.text(t))
	assert.Equal(t, `{"price":2}`, query(t, environment, "data"))
}

func TestSignalsBehindATriggerAreHandled(t *testing.T) {
	environment := newEnvironment()
	arriveTogether(environment, sent{"price", 1}, sent{"done", nil}, sent{"price", 2}, sent{"surprise", 3})
	environment.ExecuteWorkflow("Configured", raw(ordersFile), State{})

	outcome := outcomeOf(t, environment)
	assert.Equal(t, "done", outcome.FinishedBy)
	assert.Equal(t, 4, outcome.Handled)
	assert.Equal(t, map[string]map[string]json.RawMessage{
		Workflow:     {"price": json.RawMessage("2")},
		Unregistered: {"surprise": json.RawMessage("3")},
	}, outcome.Data)
}

func TestQueryTakesNoArgument(t *testing.T) {
	environment := inOneTask(ordersFile, func(*testsuite.TestWorkflowEnvironment) {})
	_, err := environment.QueryWorkflow("data", "of yesterday")
	assert.ErrorContains(t, err, "data: want no argument, got one")
	_, err = environment.QueryWorkflow(AnyQuery, Envelope{Name: "data"}, "of yesterday")
	assert.ErrorContains(t, err, "any_query: want 1 argument, got more")
}

// The Update has been accepted: its caller gets an outcome, and so the run must have it.
func TestTriggerWinsOverACancellation(t *testing.T) {
	for name, trigger := range map[string]func(*testsuite.TestWorkflowEnvironment){
		"done": func(environment *testsuite.TestWorkflowEnvironment) {
			environment.SignalWorkflowSkippingWorkflowTask("done", nil)
		},
		"end": func(environment *testsuite.TestWorkflowEnvironment) {
			environment.UpdateWorkflow("end", "", &answers{})
		},
	} {
		environment := newEnvironment()
		environment.RegisterDelayedCallback(func() {
			trigger(environment)
			environment.CancelWorkflow()
		}, 0)
		environment.ExecuteWorkflow("Configured", raw(ordersFile), State{})
		assert.Equal(t, name, outcomeOf(t, environment).FinishedBy)
		assert.Equal(t, `{"status":"finished","handled":1,"earlier_runs":0}`, query(t, environment, "status"))
	}
}

func TestTriggerUpdateReturnsTheOutcome(t *testing.T) {
	var answers answers
	environment := inOneTask(ordersFile, func(environment *testsuite.TestWorkflowEnvironment) {
		environment.SignalWorkflowSkippingWorkflowTask("price", 1)
		environment.UpdateWorkflow("end", "", &answers)
	})
	assert.Equal(t, `{"finished_by":"end","handled":2,"data":{"workflow":{"price":1}}}`, answers.text(t))
	assert.Equal(t, "end", outcomeOf(t, environment).FinishedBy)
	assert.Equal(t, `{"status":"finished","handled":2,"earlier_runs":0}`, query(t, environment, "status"))
}

func TestSignalsBeforeACancellationAreHandled(t *testing.T) {
	environment := newEnvironment()
	environment.RegisterDelayedCallback(func() {
		environment.SignalWorkflowSkippingWorkflowTask("price", 1)
		environment.CancelWorkflow()
	}, 0)
	environment.ExecuteWorkflow("Configured", raw(ordersFile), State{})

	var canceled *temporal.CanceledError
	require.ErrorAs(t, environment.GetWorkflowError(), &canceled)
	assert.Equal(t, `{"price":1}`, query(t, environment, "data"))
	assert.Equal(t, `{"status":"canceled","handled":1,"earlier_runs":0}`, query(t, environment, "status"))
}

func TestPluginsSeeTheirOwnDataOnly(t *testing.T) {
	file := `{
		"queries": [{"name": "data", "type": "get_data"}, {"name": "signals", "type": "get_signals"}],
		"signals": [{"name": "own", "type": "store"}, {"name": "end", "type": "trigger"}],
		"plugins": [
			{"name": "p", "signals": [{"name": "ps", "type": "store"}], "queries": [{"name": "pd", "type": "get_data"}, {"name": "pl", "type": "get_signals"}]},
			{"name": "q", "updates": [{"name": "qu", "type": "store"}], "queries": [{"name": "qd", "type": "get_data"}, {"name": "ql", "type": "get_signals"}]}
		]
	}`
	var answers answers
	environment := inOneTask(file, func(environment *testsuite.TestWorkflowEnvironment) {
		environment.SignalWorkflow("own", 1)
		environment.SignalWorkflow("ps", 2)
		environment.SignalWorkflow("stray", 3)
		environment.UpdateWorkflow("qu", "", &answers, 4)
	})
	assert.Equal(t, `{"owner":"q","name":"qu"}`, answers.text(t))
	want := map[string]string{
		"data":    `{"own":1}`,
		"signals": `[{"owner":"workflow","name":"own","value":1},{"owner":"unregistered","name":"stray","value":3}]`,
		"pd":      `{"ps":2}`,
		"pl":      `[{"owner":"p","name":"ps","value":2}]`,
		"qd":      `{"qu":4}`,
		"ql":      `[]`,
	}
	for name, answer := range want {
		assert.Equal(t, answer, query(t, environment, name), name)
	}
}

func TestFallbackQuery(t *testing.T) {
	environment := inOneTask(ordersFile, func(environment *testsuite.TestWorkflowEnvironment) {
		environment.SignalWorkflow("weather", "rain")
		environment.SignalWorkflow("price", 1)
	})
	assert.Equal(t, `"rain"`, query(t, environment, AnyQuery, Envelope{Name: "weather"}))
	assert.Equal(t, `{"price":1}`, query(t, environment, AnyQuery, Envelope{Name: "data"}), "a registered query")
	assert.Equal(t, query(t, environment, "signals"), query(t, environment, AnyQuery, Envelope{Name: "signals"}))

	_, err := environment.QueryWorkflow(AnyQuery, Envelope{Name: "price"})
	assert.ErrorContains(t, err, `nothing is known under "price"; known are data, signals, status, weather`)
	_, err = environment.QueryWorkflow(AnyQuery, Envelope{"weather", []json.RawMessage{[]byte("1")}})
	assert.ErrorContains(t, err, "weather: want no argument, got 1")
}

func TestFallbackUpdate(t *testing.T) {
	argument := func(value string) []json.RawMessage { return []json.RawMessage{json.RawMessage(value)} }
	cases := []struct {
		name     string
		envelope Envelope
		answer   string
		reason   string
	}{
		{"unregistered", Envelope{"color", argument(`"red"`)}, `{"owner":"unregistered","name":"color"}`, ""},
		{"registered", Envelope{"price", argument(`7`)}, `{"owner":"workflow","name":"price"}`, ""},
		{"trigger", Envelope{Name: "end"}, `{"finished_by":"end","handled":1,"data":{}}`, ""},
		{"registered, invalid", Envelope{"price", argument(`"7"`)}, "", "price: want number, got text"},
		{"registered as a signal only", Envelope{"done", argument(`1`)}, `{"owner":"unregistered","name":"done"}`, ""},
		{"no argument", Envelope{Name: "color"}, "", "color: want a value, got none"},
		{"two arguments", Envelope{"color", append(argument(`1`), argument(`2`)...)}, "", "color: want at most 1 argument, got 2"},
		{"large", Envelope{"color", argument(`"` + strings.Repeat("x", MaxValueSize) + `"`)}, "", "color: the value has 1026 bytes, at most 1024 are kept"},
		{"no name", Envelope{Arguments: argument(`1`)}, "", "any_update: the name is missing"},
		{"reserved name", Envelope{"__temporal_x", argument(`1`)}, "", `any_update: name "__temporal_x": names that begin with __ belong to Temporal`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var answers answers
			inOneTask(ordersFile, func(environment *testsuite.TestWorkflowEnvironment) {
				environment.UpdateWorkflow(AnyUpdate, "", &answers, c.envelope)
			})
			if c.reason == "" {
				assert.Equal(t, c.answer, answers.text(t))
				return
			}
			assertRefused(t, answers, InvalidValue, c.reason)
		})
	}
}

// The fallback exists because of these two answers of the SDK.
func TestUnregisteredNamesAreUnknownToTheSDK(t *testing.T) {
	var answers answers
	environment := inOneTask(ordersFile, func(environment *testsuite.TestWorkflowEnvironment) {
		environment.UpdateWorkflow("color", "", &answers, "red")
	})
	assert.Equal(t, 1, answers.rejected)
	assert.ErrorContains(t, answers.err, "unknown update color")
	_, err := environment.QueryWorkflow("color")
	assert.ErrorContains(t, err, "unknown queryType color")
}

func TestUnregisteredNamesAreBounded(t *testing.T) {
	var again, more answers
	environment := inOneTask(ordersFile, func(environment *testsuite.TestWorkflowEnvironment) {
		for i := range MaxUnregisteredNames + 1 {
			environment.SignalWorkflow(fmt.Sprintf("n%d", i), i)
		}
		environment.UpdateWorkflow(AnyUpdate, "", &again, Envelope{"n0", []json.RawMessage{[]byte("7")}})
		environment.UpdateWorkflow(AnyUpdate, "", &more, Envelope{"n50", []json.RawMessage{[]byte("7")}})
	})
	assert.Equal(t, `{"owner":"unregistered","name":"n0","previous":0}`, again.text(t))
	assertRefused(t, more, InvalidValue, "n50: not stored: too many names that nobody registered")
	var received []ReceivedSignal
	require.NoError(t, json.Unmarshal([]byte(query(t, environment, "signals")), &received))
	assert.Equal(t, noRoom, received[MaxUnregisteredNames].Problem)
	assert.Empty(t, received[MaxUnregisteredNames-1].Problem)
	_, err := environment.QueryWorkflow(AnyQuery, Envelope{Name: "n50"})
	assert.ErrorContains(t, err, `nothing is known under "n50"`)
}

func TestReservedSignalDoesNotBreakARun(t *testing.T) {
	environment := newEnvironment()
	arriveTogether(environment, sent{"__temporal_x", 1}, sent{"done", nil})
	environment.ExecuteWorkflow("Configured", raw(ordersFile), State{})
	assert.Equal(t, 1, outcomeOf(t, environment).Handled)
}

func TestInvalidConfigurationFailsTheRun(t *testing.T) {
	environment := newEnvironment()
	environment.ExecuteWorkflow("Configured", raw(`{"signal": []}`), State{})
	var failure *temporal.ApplicationError
	require.ErrorAs(t, environment.GetWorkflowError(), &failure)
	assert.Equal(t, InvalidConfiguration, failure.Type(), "not wrapped, which would hide the type")
	assert.Equal(t, `unknown key "signal", did you mean signals?`, failure.Message())
	assert.True(t, failure.NonRetryable())
}

// continued returns the input of the next run, or false when there is none.
func continued(t *testing.T, environment *testsuite.TestWorkflowEnvironment) (converter.RawValue, State, bool) {
	t.Helper()
	var next *workflow.ContinueAsNewError
	if !errors.As(environment.GetWorkflowError(), &next) {
		return converter.RawValue{}, State{}, false
	}
	assert.Equal(t, "Configured", next.WorkflowType.Name)
	var configuration converter.RawValue
	var state State
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(next.Input, &configuration, &state))
	return configuration, state, true
}

func TestContinueAsNewHandsOnTheConfigurationAndTheState(t *testing.T) {
	environment := newEnvironment()
	environment.SetContinueAsNewSuggested(true)
	arriveTogether(environment, sent{"price", 1}, sent{"surprise", 2})
	environment.ExecuteWorkflow("Configured", raw(ordersFile), State{Handled: 5, EarlierRuns: 1})

	configuration, state, goesOn := continued(t, environment)
	require.True(t, goesOn)
	assert.JSONEq(t, ordersFile, string(configuration.Payload().GetData()))
	assert.Equal(t, State{
		Data:        map[string]map[string]json.RawMessage{Workflow: {"price": []byte("1")}, Unregistered: {"surprise": []byte("2")}},
		Signals:     []ReceivedSignal{{Workflow, Message{Name: "price", Value: []byte("1")}}, {Unregistered, Message{Name: "surprise", Value: []byte("2")}}},
		Handled:     7,
		EarlierRuns: 2,
	}, state)
}

// A caller that got no answer sends its update again, maybe to the next run. The
// server knows the ids of one run only.
func TestRepeatedUpdateChangesNothing(t *testing.T) {
	environment := newEnvironment()
	environment.SetContinueAsNewSuggested(true)
	var first, again, other answers
	environment.RegisterDelayedCallback(func() {
		environment.UpdateWorkflow("price", "id-1", &first, 5)
		environment.UpdateWorkflow("price", "id-2", &other, 6)
	}, 0)
	// A fresh environment stands for the next run, which would take any id.
	environment.ExecuteWorkflow("Configured", raw(ordersFile), State{})
	configuration, state, goesOn := continued(t, environment)
	require.True(t, goesOn)

	next := newEnvironment()
	next.RegisterDelayedCallback(func() {
		next.UpdateWorkflow("price", "id-1", &again, 5)
		next.SignalWorkflow("done", nil)
	}, 0)
	next.ExecuteWorkflow("Configured", configuration, state)
	assert.Equal(t, `{"owner":"workflow","name":"price"}`, first.text(t))
	assert.Equal(t, `{"owner":"workflow","name":"price","repeated":true}`, again.text(t))
	outcome := outcomeOf(t, next)
	assert.Equal(t, state.Handled+1, outcome.Handled)
	assert.Equal(t, string(state.Data[Workflow]["price"]), string(outcome.Data[Workflow]["price"]))
}

func TestTriggerWinsOverContinueAsNew(t *testing.T) {
	for _, trigger := range []func(*testsuite.TestWorkflowEnvironment){
		func(environment *testsuite.TestWorkflowEnvironment) { environment.SignalWorkflow("done", nil) },
		func(environment *testsuite.TestWorkflowEnvironment) {
			environment.UpdateWorkflow("end", "", &answers{})
		},
	} {
		environment := newEnvironment()
		environment.RegisterDelayedCallback(func() {
			environment.SetContinueAsNewSuggested(true)
			environment.SignalWorkflowSkippingWorkflowTask("price", 1)
			trigger(environment)
		}, 0)
		environment.ExecuteWorkflow("Configured", raw(ordersFile), State{})
		assert.Equal(t, 2, outcomeOf(t, environment).Handled)
	}
}

func TestRunContinuesAsNewAfterManyMessages(t *testing.T) {
	environment := newEnvironment()
	var signals []sent
	for i := range MaxMessagesPerRun {
		signals = append(signals, sent{"price", i})
	}
	// More at once would fill the queue of the test environment, which then hangs.
	arriveTogether(environment, signals[:MaxMessagesPerRun/2]...)
	environment.RegisterDelayedCallback(func() { arriveTogether(environment, signals[MaxMessagesPerRun/2:]...) }, time.Second)
	environment.ExecuteWorkflow("Configured", raw(ordersFile), State{})

	_, state, goesOn := continued(t, environment)
	require.True(t, goesOn)
	assert.Equal(t, MaxMessagesPerRun, state.Handled)
	assert.Len(t, state.Signals, MaxMessages)
}

// A random sequence of signals in runs of random length has the outcome of one run.
func TestChainOfRunsHasTheOutcomeOfOneRun(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 2))
	for range 30 {
		var signals []sent
		for i := range 1 + random.IntN(40) {
			name := []string{"price", "item", "surprise", "wonder"}[random.IntN(4)]
			signals = append(signals, sent{name, i})
		}
		signals = append(signals, sent{"done", nil})

		alone := newEnvironment()
		arriveTogether(alone, signals...)
		alone.ExecuteWorkflow("Configured", raw(ordersFile), State{})

		chained, runs := runChain(t, random, signals)
		assert.Equal(t, outcomeOf(t, alone), outcomeOf(t, chained), "%d runs", runs)
		assert.Equal(t, query(t, alone, "signals"), query(t, chained, "signals"))
	}
}

// runChain gives each run a random portion of the signals and returns the last run.
func runChain(t *testing.T, random *rand.Rand, waiting []sent) (last *testsuite.TestWorkflowEnvironment, runs int) {
	configuration, state := raw(ordersFile), State{}
	for {
		runs++
		portion := 1 + random.IntN(min(8, len(waiting)))
		environment := newEnvironment()
		environment.SetContinueAsNewSuggested(true)
		arriveTogether(environment, waiting[:portion]...)
		waiting = waiting[portion:]
		environment.ExecuteWorkflow("Configured", configuration, state)
		var goesOn bool
		if configuration, state, goesOn = continued(t, environment); !goesOn {
			assert.Empty(t, waiting)
			return environment, runs
		}
		assert.Equal(t, runs, state.EarlierRuns)
	}
}

// The largest state there can be is one payload, with each byte escaped.
func TestLargestStateFitsIntoAPayload(t *testing.T) {
	const payloadLimit = 2 << 20
	value := json.RawMessage(`"` + strings.Repeat("<", MaxValueSize-2) + `"`)
	name := func(i int) string { return fmt.Sprintf("%0*d", MaxNameLength, i) }
	state := State{Data: map[string]map[string]json.RawMessage{}}
	for i := range MaxMessages {
		state.Signals = append(state.Signals, ReceivedSignal{name(0), Message{name(i), value, noRoom}})
	}
	for i := range MaxHandlers {
		state.store(name(i), name(i), value)
	}
	for i := range MaxUnregisteredNames {
		state.store(Unregistered, name(i), value)
	}
	for range MaxUpdateIDs {
		state.UpdateIDs = append(state.UpdateIDs, name(0))
	}
	payload, err := converter.GetDefaultDataConverter().ToPayload(state)
	require.NoError(t, err)
	assert.Less(t, len(payload.GetData())+MaxConfigurationSize, payloadLimit)
	t.Logf("%d bytes", len(payload.GetData()))
}
