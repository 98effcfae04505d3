package dynamicworkflow

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/internal/convertertest"
	"dynamicsamples/internal/payload"
	"dynamicsamples/internal/replaytest"
)

// newEnvironment returns a test environment with everything that the sample's worker
// registers, and the greetings that its runs ask for, as they ask for them.
func newEnvironment(t *testing.T) (*testsuite.TestWorkflowEnvironment, *[]Greeting) {
	var suite testsuite.WorkflowTestSuite
	suite.SetDisableRegistrationAliasing(Options().DisableRegistrationAliasing)
	environment := suite.NewTestWorkflowEnvironment()
	Register(environment)
	scheduled := &[]Greeting{}
	environment.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, args converter.EncodedValues) {
		if info.ActivityType.Name == "DefaultGreeting" {
			var input Greeting
			assert.NoError(t, args.Get(&input))
			*scheduled = append(*scheduled, input)
		}
	})
	return environment, scheduled
}

func TestGreetings(t *testing.T) {
	cases := []struct {
		workflowType string
		args         []any
		input        Greeting
		result       string
	}{
		{"greet-anyone", []any{"Ana"}, Greeting{"Hello", "Ana"}, "Hello, Ana!"},
		{"greet-", []any{"Ana"}, Greeting{"Hello", "Ana"}, "Hello, Ana!"},
		{"greet-spanish", []any{"Ana"}, Greeting{"Hola", "Ana"}, "Hola, Ana!"},
		{"greet-couple", []any{"Ana", "Luis"}, Greeting{"Hello", "Ana and Luis"}, "Hello, Ana and Luis!"},
		{"greet-couple", []any{strings.Repeat("é", MaxNameLength/2), strings.Repeat("b", MaxNameLength)},
			Greeting{"Hello", strings.Repeat("é", MaxNameLength/2) + " and " + strings.Repeat("b", MaxNameLength)},
			"Hello, " + strings.Repeat("é", MaxNameLength/2) + " and " + strings.Repeat("b", MaxNameLength) + "!"},
		{GreetFormallyType, []any{strings.Repeat("é", MaxNameLength/2)}, Greeting{"Good day", strings.Repeat("é", MaxNameLength/2)},
			"Good day, " + strings.Repeat("é", MaxNameLength/2) + "!"},
		{"greet-couple", []any{json.RawMessage(`"Ana"`), json.RawMessage(` "Luis"`)}, Greeting{"Hello", "Ana and Luis"}, "Hello, Ana and Luis!"},
		{"greet-spanish", []any{`"Ana"`}, Greeting{"Hola", `"Ana"`}, `Hola, "Ana"!`},
		{"greet-spanish", []any{strings.Repeat("a", MaxNameLength)},
			Greeting{"Hola", strings.Repeat("a", MaxNameLength)}, "Hola, " + strings.Repeat("a", MaxNameLength) + "!"},
	}
	for _, c := range cases {
		t.Run(c.workflowType, func(t *testing.T) {
			environment, scheduled := newEnvironment(t)
			environment.ExecuteWorkflow(c.workflowType, c.args...)

			require.NoError(t, environment.GetWorkflowError())
			var result string
			require.NoError(t, environment.GetWorkflowResult(&result))
			assert.Equal(t, c.result, result)
			assert.Equal(t, []Greeting{c.input}, *scheduled)
		})
	}
}

func TestNamedWorkflowWins(t *testing.T) {
	require.Empty(t, DefaultPolicy().Resolve(GreetFormallyType).Refusal, "the policy must allow the type too")
	environment, scheduled := newEnvironment(t)
	environment.ExecuteWorkflow(GreetFormallyType, "Ana")

	require.NoError(t, environment.GetWorkflowError())
	assert.Equal(t, []Greeting{{"Good day", "Ana"}}, *scheduled)
}

func TestRefusals(t *testing.T) {
	const payroll = `workflow type "payroll" is not served here; known are greet-couple, greet-spanish, and any that begins with "greet-"`
	cases := []struct {
		name         string
		workflowType string
		args         []any
		errorType    string
		message      string
	}{
		{"unknown type", "payroll", []any{"Ana"}, UnknownWorkflowType, payroll},
		{"unknown type with wrong arguments", "payroll", nil, UnknownWorkflowType, payroll},
		{"the Go function's name", "GreetFormally", []any{"Ana"}, UnknownWorkflowType, strings.Replace(payroll, "payroll", "GreetFormally", 1)},
		{"no arguments", "greet-spanish", nil, payload.InvalidArguments, "arguments: want 1, got 0"},
		{"too few arguments", "greet-couple", []any{"Ana"}, payload.InvalidArguments, "arguments: want 2, got 1"},
		{"too many arguments", "greet-spanish", []any{"Ana", "Luis"}, payload.InvalidArguments, "arguments: want 1, got 2"},
		{"wrong type", "greet-couple", []any{"Ana", 7}, payload.InvalidArguments, "argument 2 of 2: want string, got number"},
		{"JSON as bytes", "greet-spanish", []any{[]byte(`"Ana"`)}, payload.InvalidArguments, "argument 1 of 1: want string, got bytes"},
		{"another type in JSON", "greet-spanish", []any{json.RawMessage(`{}`)}, payload.InvalidArguments, "argument 1 of 1: want string, got object"},
		{"null in JSON", "greet-spanish", []any{json.RawMessage(`null`)}, payload.InvalidArguments, "argument 1 of 1: want string, got null"},
		{"null", "greet-spanish", []any{nil}, payload.InvalidArguments, "argument 1 of 1: want string, got null"},
		{"empty name", "greet-couple", []any{"Ana", ""}, InvalidName, "name 2 must not be empty (at most 200 bytes)"},
		{"registered by name, no argument", GreetFormallyType, nil, InvalidName, "name 1 must not be empty (at most 200 bytes)"},
		{"registered by name, long name", GreetFormallyType, []any{strings.Repeat("é", MaxNameLength/2) + "a"}, InvalidName,
			"name 1 has 201 bytes, at most 200 are allowed"},
		{"second name long", "greet-couple", []any{"Ana", strings.Repeat("é", MaxNameLength/2) + "a"}, InvalidName,
			"name 2 has 201 bytes, at most 200 are allowed"},
		{"long name", "greet-spanish", []any{strings.Repeat("a", MaxNameLength+1)}, InvalidName, "name 1 has 201 bytes, at most 200 are allowed"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			environment, scheduled := newEnvironment(t)
			environment.ExecuteWorkflow(c.workflowType, c.args...)

			assertFailure(t, environment, c.errorType, c.message)
			assert.Empty(t, *scheduled)
		})
	}
}

// assertFailure asserts that the workflow failed for good, with that type and message.
func assertFailure(t *testing.T, environment *testsuite.TestWorkflowEnvironment, errorType, message string) {
	t.Helper()
	var failure *temporal.ApplicationError
	require.ErrorAs(t, environment.GetWorkflowError(), &failure)
	assert.Equal(t, errorType, failure.Type())
	assert.Equal(t, message, failure.Message())
	assert.True(t, failure.NonRetryable())
}

func TestGreetingFailure(t *testing.T) {
	environment, _ := newEnvironment(t)
	calls := 0
	environment.OnActivity(DefaultGreeting, mock.Anything, mock.Anything).Return(func(context.Context, Greeting) (string, error) {
		calls++
		return "", temporal.NewNonRetryableApplicationError("no voice", "NoVoice", nil)
	})
	environment.ExecuteWorkflow("greet-spanish", "Ana")

	assertFailure(t, environment, "NoVoice", "no voice")
	assert.Equal(t, 1, calls)
}

func TestGreetingIsRetried(t *testing.T) {
	environment, _ := newEnvironment(t)
	calls := 0
	environment.OnActivity(DefaultGreeting, mock.Anything, mock.Anything).Return(func(context.Context, Greeting) (string, error) {
		calls++
		if calls < 3 {
			return "", temporal.NewApplicationError("hoarse", "Hoarse")
		}
		return "at last", nil
	})
	environment.ExecuteWorkflow("greet-spanish", "Ana")

	require.NoError(t, environment.GetWorkflowError())
	assert.Equal(t, 3, calls)
}

func TestVersioningBehaviorOfTypes(t *testing.T) {
	behaviors := map[string]workflow.VersioningBehavior{
		"greet-spanish": workflow.VersioningBehaviorPinned,
		"greet-couple":  workflow.VersioningBehaviorAutoUpgrade,
		"greet-anyone":  workflow.VersioningBehaviorPinned,
		"payroll":       workflow.VersioningBehaviorPinned,
	}
	for workflowType, want := range behaviors {
		details := workflow.LoadDynamicRuntimeOptionsDetails{WorkflowType: workflow.Type{Name: workflowType}}
		options, err := DefaultPolicy().RuntimeOptions(details)
		require.NoError(t, err, "the SDK drops errors")
		assert.Equal(t, want, options.VersioningBehavior, workflowType)
	}
}

func TestPolicyWithoutAPrefixServesItsTypesAlone(t *testing.T) {
	policy := Policy{Types: map[string]Definition{"a": {Names: 1}, "b": {Names: 1}}}
	assert.Equal(t, Resolution{Definition: Definition{Names: 1}}, policy.Resolve("a"))
	assert.Equal(t, `workflow type "c" is not served here; known are a, b`, policy.Resolve("c").Refusal)
	assert.NotEmpty(t, policy.Resolve("").Refusal)
	assert.NotEmpty(t, Policy{}.Resolve("a").Refusal)
}

// A caller's Data Converter is its Worker's, too, and not always the SDK's.
func TestCatchAllDecodesWithTheWorkersConverter(t *testing.T) {
	for name, each := range convertertest.All() {
		t.Run(name, func(t *testing.T) {
			environment, _ := newEnvironment(t)
			environment.SetDataConverter(each)
			environment.ExecuteWorkflow("greet-couple", "Ana", "Luis")

			var greeting string
			require.NoError(t, environment.GetWorkflowResult(&greeting))
			assert.Equal(t, "Hello, Ana and Luis!", greeting)
		})
	}
}

// unreadable is a converter that cannot read what a side effect has recorded.
type unreadable struct{ converter.DataConverter }

func (u unreadable) FromPayloads(payloads *commonpb.Payloads, pointers ...any) error {
	if _, recorded := pointers[0].(*Resolution); recorded {
		return errors.New("no definition")
	}
	return u.DataConverter.FromPayloads(payloads, pointers...)
}

func TestUnreadableRecordFailsTheRun(t *testing.T) {
	environment, scheduled := newEnvironment(t)
	environment.SetDataConverter(unreadable{converter.GetDefaultDataConverter()})
	environment.ExecuteWorkflow("greet-spanish", "Ana")

	require.ErrorContains(t, environment.GetWorkflowError(), `read the recorded definition of "greet-spanish": no definition`)
	assert.Empty(t, *scheduled)
}

// Clients in other languages know these names.
func TestNamesOnTheWire(t *testing.T) {
	assert.Equal(t, []string{"UnknownWorkflowType", "InvalidName", "InvalidWord", "greet-formally", "dynamicworkflow", "dynamicworkflow-versioned", "dynamicworkflow", "1.0"},
		[]string{UnknownWorkflowType, InvalidName, InvalidWord, GreetFormallyType, TaskQueue, VersionedTaskQueue, DeploymentName, BuildID})
}

func TestGoldenHistories(t *testing.T) {
	replaytest.Histories(t, Register)
}

// A run that began under the table keeps its definition, whatever the table says now.
func TestRunKeepsItsDefinition(t *testing.T) {
	policies := map[string]Policy{
		"changed": {Types: map[string]Definition{"greet-spanish": {Greeting: "Buenas", Names: 2}}},
		"removed": {Prefix: "other-"},
	}
	for name, policy := range policies {
		t.Run(name, func(t *testing.T) {
			history := replaytest.Load(t, replaytest.Folder+"/type-from-table.json")
			replaytest.Replay(t, history, func(registry worker.Registry) { RegisterPolicy(registry, policy) })
		})
	}
}
