package dynamichandlers

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	common "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
	"go.yaml.in/yaml/v4"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"dynamicsamples/internal/convertertest"
)

// yamlConverter stands for a payload converter of an application's own, whose encoding
// is not JSON.
type yamlConverter struct{}

func (yamlConverter) Encoding() string { return "text/yaml" }

func (c yamlConverter) ToPayload(value any) (*common.Payload, error) {
	data, err := yaml.Marshal(value)
	return &common.Payload{Metadata: map[string][]byte{converter.MetadataEncoding: []byte(c.Encoding())}, Data: data}, err
}

func (yamlConverter) FromPayload(payload *common.Payload, target any) error {
	return yaml.Unmarshal(payload.GetData(), target)
}

func (yamlConverter) ToString(payload *common.Payload) string { return string(payload.GetData()) }

// workerConverters are Data Converters that a Worker may have.
func workerConverters() map[string]converter.DataConverter {
	own := converter.NewCompositeDataConverter(converter.NewNilPayloadConverter(), converter.NewByteSlicePayloadConverter(), yamlConverter{})
	zlib := converter.NewZlibCodec(converter.ZlibCodecOptions{AlwaysEncode: true})
	converters := convertertest.All()
	converters["own"] = own
	converters["own and AES"] = converter.NewCodecDataConverter(own, convertertest.AES())
	converters["zlib and AES"] = converter.NewCodecDataConverter(converter.GetDefaultDataConverter(), convertertest.AES(), zlib)
	return converters
}

func TestCatchAllDecodesWithTheWorkersConverter(t *testing.T) {
	for name, dataConverter := range workerConverters() {
		for _, workflowType := range []any{CollectByName, CollectInOrder} {
			t.Run(name, func(t *testing.T) {
				environment := newEnvironment()
				environment.SetDataConverter(dataConverter)
				arriveTogether(environment, sent{"a", "text"}, sent{"b", 7}, sent{"c", map[string]any{"item": "lamp"}},
					sent{"d", []int{1, 2}}, sent{"e", []byte("abc")}, sent{"f", nil}, sent{CloseSignal, nil})
				environment.ExecuteWorkflow(workflowType, Inbox{Open: true})
				var inbox Inbox
				require.NoError(t, environment.GetWorkflowResult(&inbox))
				assert.Equal(t, []string{`a "text"`, `b 7`, `c {"item":"lamp"}`, `d [1,2]`, `e "YWJj"`, `f`}, lines(inbox.Messages))
			})
		}
	}
}

// whole is a configuration as a client passes it, for the converter to encode.
func whole(t *testing.T, configuration string) map[string]any {
	t.Helper()
	var value map[string]any
	require.NoError(t, json.Unmarshal([]byte(configuration), &value))
	return value
}

func TestConfiguredDecodesWithTheWorkersConverter(t *testing.T) {
	for name, dataConverter := range workerConverters() {
		t.Run(name, func(t *testing.T) {
			var stored, refused, named, ended answers
			environment := newEnvironment()
			environment.SetDataConverter(dataConverter)
			environment.RegisterDelayedCallback(func() {
				environment.SignalWorkflow("item", map[string]any{"lamps": 2})
				environment.UpdateWorkflow("price", "", &stored, 5)
				environment.UpdateWorkflow("price", "", &refused, "cheap")
				environment.UpdateWorkflow(AnyUpdate, "", &named, Envelope{"color", []json.RawMessage{[]byte(`"red"`)}})
				environment.UpdateWorkflow("end", "", &ended)
			}, 0)
			environment.ExecuteWorkflow("Configured", whole(t, ordersFile), State{})

			assert.Equal(t, `{"owner":"workflow","name":"price"}`, stored.text(t))
			assertRefused(t, refused, InvalidValue, "price: want number, got text")
			assert.Equal(t, `{"owner":"unregistered","name":"color"}`, named.text(t))
			outcome := outcomeOf(t, environment)
			assert.Equal(t, map[string]map[string]json.RawMessage{
				Workflow:     {"item": json.RawMessage(`{"lamps":2}`), "price": json.RawMessage(`5`)},
				Unregistered: {"color": json.RawMessage(`"red"`)},
			}, outcome.Data)
			answer, err := environment.QueryWorkflow("data")
			require.NoError(t, err)
			var data map[string]json.RawMessage
			require.NoError(t, answer.Get(&data))
			assert.Equal(t, outcome.Data[Workflow], data)
		})
	}
}

func TestInvalidConfigurationInAnEncodingOfTheWorkersOwn(t *testing.T) {
	environment := newEnvironment()
	environment.SetDataConverter(workerConverters()["own"])
	environment.ExecuteWorkflow("Configured", map[string]any{"signal": []any{}}, State{})
	assert.ErrorContains(t, environment.GetWorkflowError(), `unknown key "signal", did you mean signals?`)
}

func TestConfigurationThatCannotBeDecoded(t *testing.T) {
	environment := newEnvironment()
	environment.ExecuteWorkflow("Configured", payloadOf(t, converter.NewProtoPayloadConverter(), wrapperspb.String("lamp")), State{})
	var failure *temporal.ApplicationError
	require.ErrorAs(t, environment.GetWorkflowError(), &failure)
	assert.Equal(t, InvalidConfiguration, failure.Type())
	assert.Equal(t, `the Worker's Data Converter cannot decode the value, whose encoding is "binary/protobuf"`, failure.Message())
}

func TestContinueAsNewKeepsTheEncoding(t *testing.T) {
	for name, dataConverter := range workerConverters() {
		t.Run(name, func(t *testing.T) {
			first := newEnvironment()
			first.SetDataConverter(dataConverter)
			first.SetContinueAsNewSuggested(true)
			arriveTogether(first, sent{"item", map[string]any{"lamps": 2}})
			first.ExecuteWorkflow("Configured", whole(t, ordersFile), State{})
			var next *workflow.ContinueAsNewError
			require.ErrorAs(t, first.GetWorkflowError(), &next)
			var configuration converter.RawValue
			var state State
			require.NoError(t, dataConverter.FromPayloads(next.Input, &configuration, &state))

			second := newEnvironment()
			second.SetDataConverter(dataConverter)
			arriveTogether(second, sent{"done", nil})
			second.ExecuteWorkflow("Configured", configuration, state)
			assert.Equal(t, `{"lamps":2}`, string(outcomeOf(t, second).Data[Workflow]["item"]))
		})
	}
}

// payloadOf encodes the value as a client of another language may.
func payloadOf(t *testing.T, encode converter.PayloadConverter, value any) converter.RawValue {
	t.Helper()
	payload, err := encode.ToPayload(value)
	require.NoError(t, err)
	require.NotNil(t, payload)
	return converter.NewRawValue(payload)
}

// Protobuf's JSON is JSON. Its binary form says nothing without the message's type.
func TestProtobufPayloads(t *testing.T) {
	asJSON := payloadOf(t, converter.NewProtoJSONPayloadConverter(), wrapperspb.String("lamp"))
	binary := payloadOf(t, converter.NewProtoPayloadConverter(), wrapperspb.String("lamp"))
	problem := `the Worker's Data Converter cannot decode the value, whose encoding is "binary/protobuf"`

	for _, workflowType := range []any{CollectByName, CollectInOrder} {
		inbox := collectTogether(t, workflowType, Inbox{Open: true}, sent{"a", asJSON}, sent{"b", binary}, sent{"c", 1}, sent{CloseSignal, nil})
		assert.Equal(t, []Message{
			{Name: "a", Value: json.RawMessage(`"lamp"`)}, {Name: "b", Problem: problem}, {Name: "c", Value: json.RawMessage(`1`)},
		}, inbox.Messages)
	}

	var kept, refused answers
	environment := inOneTask(ordersFile, func(environment *testsuite.TestWorkflowEnvironment) {
		environment.UpdateWorkflow("note", "", &kept, asJSON)
		environment.UpdateWorkflow("note", "", &refused, binary)
	})
	assert.Equal(t, `{"owner":"workflow","name":"note"}`, kept.text(t))
	assertRefused(t, refused, InvalidValue, "note: "+problem)
	assert.Equal(t, `{"note":"lamp"}`, query(t, environment, "data"))
}

// unwritable decodes what it is not told the type of to what JSON has no text for.
type unwritable struct{ yamlConverter }

func (u unwritable) FromPayload(payload *common.Payload, target any) error {
	if untyped, ok := target.(*any); ok {
		*untyped = func() {}
		return nil
	}
	return u.yamlConverter.FromPayload(payload, target)
}

func TestValueThatJSONCannotHoldIsReported(t *testing.T) {
	environment := newEnvironment()
	environment.SetDataConverter(converter.NewCompositeDataConverter(converter.NewNilPayloadConverter(), unwritable{}))
	arriveTogether(environment, sent{"a", 1}, sent{CloseSignal, nil})
	environment.ExecuteWorkflow(CollectInOrder, Inbox{Open: true})
	var result Inbox
	require.NoError(t, environment.GetWorkflowResult(&result))
	require.Len(t, result.Messages, 1)
	assert.Equal(t, "the value cannot be written as JSON: json: unsupported type: func()", result.Messages[0].Problem)
}

// The SDK drops a Signal whose codec fails. Those behind it are still taken.
func TestSignalWhoseCodecFails(t *testing.T) {
	for _, workflowType := range []any{CollectByName, CollectInOrder} {
		environment := newEnvironment()
		environment.SetDataConverter(converter.NewCodecDataConverter(converter.GetDefaultDataConverter(), converter.NewZlibCodec(converter.ZlibCodecOptions{})))
		broken := converter.NewRawValue(&common.Payload{
			Metadata: map[string][]byte{converter.MetadataEncoding: []byte("binary/zlib")}, Data: []byte("not zlib"),
		})
		arriveTogether(environment, sent{"a", broken}, sent{"b", 1}, sent{CloseSignal, nil})
		environment.ExecuteWorkflow(workflowType, Inbox{Open: true})
		var inbox Inbox
		require.NoError(t, environment.GetWorkflowResult(&inbox))
		assert.Equal(t, []string{"b 1"}, lines(inbox.Messages))
	}
}
