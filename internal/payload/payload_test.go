package payload

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"dynamicsamples/internal/convertertest"
)

type address struct {
	Street string `json:"street"`
	Number int    `json:"number"`
}

type flat struct {
	address
	Floor int
	Home  *address
	//lint:ignore U1000 an unexported field that JSON must not find
	hidden string
}

// lowercase reads JSON in a way of its own.
type lowercase struct{ Street string }

func (l *lowercase) UnmarshalJSON(data []byte) error {
	type plain lowercase
	return json.Unmarshal([]byte(strings.ToLower(string(data))), (*plain)(l))
}

// encode gives the arguments as a dynamic workflow or activity receives them.
func encode(t testing.TB, args ...any) converter.EncodedValues {
	payloads, err := converter.GetDefaultDataConverter().ToPayloads(args...)
	require.NoError(t, err)
	return client.NewValues(payloads)
}

// rawJSON is an argument as another client may send it, well formed or not.
func rawJSON(text string) converter.RawValue {
	return converter.NewRawValue(&commonpb.Payload{
		Metadata: map[string][]byte{converter.MetadataEncoding: []byte(converter.MetadataEncodingJSON)}, Data: []byte(text),
	})
}

// message is a protobuf message as another client may send it.
func message(name, text string) converter.RawValue {
	message := unnamedMessage(text)
	message.Payload().Metadata[converter.MetadataMessageType] = []byte(name)
	return message
}

func unnamedMessage(text string) converter.RawValue {
	return converter.NewRawValue(&commonpb.Payload{
		Metadata: map[string][]byte{converter.MetadataEncoding: []byte(converter.MetadataEncodingProtoJSON)}, Data: []byte(text),
	})
}

func TestDecode(t *testing.T) {
	var (
		name   string
		number int
		home   address
		tags   map[string][]string
		raw    []byte
		other  any
	)
	args := encode(t, "Ana", 7, address{"Gran Vía", 1}, map[string][]string{"a": {"b"}}, []byte{1, 2}, []any{true})
	require.NoError(t, Decode(args, &name, &number, &home, &tags, &raw, &other))

	assert.Equal(t, "Ana", name)
	assert.Equal(t, 7, number)
	assert.Equal(t, address{"Gran Vía", 1}, home)
	assert.Equal(t, map[string][]string{"a": {"b"}}, tags)
	assert.Equal(t, []byte{1, 2}, raw)
	assert.Equal(t, []any{true}, other)
	require.NoError(t, Decode(encode(t)))
}

func TestDecodeRefuses(t *testing.T) {
	cases := []struct {
		name     string
		args     []any
		pointers []any
		message  string
	}{
		{"none", nil, []any{new(string)}, "arguments: want 1, got 0"},
		{"too few", []any{"a"}, []any{new(string), new(int)}, "arguments: want 2, got 1"},
		{"too many", []any{"a", "b"}, []any{new(string)}, "arguments: want 1, got 2"},
		{"one too many for none", []any{"a"}, nil, "arguments: want 0, got 1"},
		{"wrong type", []any{"a", "b"}, []any{new(string), new(int)}, "argument 2 of 2: want int, got string"},
		{"wrong field", []any{map[string]any{"street": 1}}, []any{new(address)}, `argument 1 of 1: want payload.address, got number for field "street"`},
		{"unknown field", []any{map[string]any{"city": "Madrid"}}, []any{new(address)}, `argument 1 of 1: want payload.address, got unknown field "city"`},
		{"field in another case", []any{rawJSON(`{"Street": "x"}`)}, []any{new(address)}, `argument 1 of 1: want payload.address, got unknown field "Street"`},
		{"field twice", []any{rawJSON(`{"street": "x", "number": 1, "street": "y"}`)}, []any{new(address)},
			`argument 1 of 1: want payload.address, got field "street" twice`},
		{"key of a map twice", []any{rawJSON(`{"a": 1, "a": 1}`)}, []any{new(map[string]int)}, `argument 1 of 1: want map[string]int, got field "a" twice`},
		{"key twice within anything", []any{rawJSON(`[1, {"a": [{"b": 1, "b": 2}]}]`)}, []any{new(any)}, `argument 1 of 1: want interface {}, got field "b" twice`},
		{"another case in a list in a map", []any{rawJSON(`{"a": [{"street": "x"}, {"STREET": "x"}]}`)}, []any{new(map[string][]*address)},
			`argument 1 of 1: want map[string][]*payload.address, got unknown field "STREET"`},
		{"another case within an embedding", []any{rawJSON(`{"Floor": 1, "Home": {"street": "x", "Number": 1}, "street": "x"}`)}, []any{new(flat)},
			`argument 1 of 1: want payload.flat, got unknown field "Number"`},
		{"field that JSON does not have", []any{rawJSON(`{"hidden": "x"}`)}, []any{new(flat)}, `argument 1 of 1: want payload.flat, got unknown field "hidden"`},
		{"a message without a name for text", []any{unnamedMessage(`"3s"`)}, []any{new(string)}, "argument 1 of 1: want string, got a protobuf message"},
		{"a message with a short name for text", []any{message("M", `"3s"`)}, []any{new(string)}, "argument 1 of 1: want string, got M"},
		{"fraction", []any{1.5}, []any{new(int)}, "argument 1 of 1: want int, got number 1.5"},
		{"nil", []any{nil}, []any{new(string)}, "argument 1 of 1: want string, got null"},
		{"null in JSON", []any{json.RawMessage("null")}, []any{new(string)}, "argument 1 of 1: want string, got null"},
		{"null for a map", []any{nil}, []any{new(map[string]int)}, "argument 1 of 1: want map[string]int, got null"},
		{"text for bytes", []any{"a"}, []any{new([]byte)}, "argument 1 of 1: want []uint8, got what cannot be decoded: illegal base64 data at input byte 0"},
		{"bytes for text", []any{[]byte("a")}, []any{new(string)}, "argument 1 of 1: want string, got bytes"},
		{"two values in one argument", []any{rawJSON(`"a" "b"`)}, []any{new(string)}, "argument 1 of 1: want string, got more than one value"},
		{"no JSON", []any{rawJSON(`{`)}, []any{new(address)}, "argument 1 of 1: want payload.address, got malformed JSON"},
		{"another message", []any{wrapperspb.String("3s")}, []any{new(*durationpb.Duration)},
			"argument 1 of 1: want *durationpb.Duration, got google.protobuf.StringValue"},
		{"a message for text", []any{wrapperspb.String("a")}, []any{new(string)}, "argument 1 of 1: want string, got google.protobuf.StringValue"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			assertInvalid(t, Decode(encode(t, c.args...), c.pointers...), c.message)
		})
	}
}

func TestDecodeTakesNestedValues(t *testing.T) {
	var (
		place   flat
		places  map[string][]*address
		own     []lowercase
		several struct{ A, B map[string]int }
	)
	args := encode(t, rawJSON(`{"Floor": 1, "Home": {"street": "x"}, "street": "y"}`), rawJSON(`{"a": [{"street": "x"}, null], "b": []}`),
		rawJSON(`[{"STREET": "x", "other": [{}]}, {"STREET": "Y"}]`), rawJSON(`{"A": {"a": 1}, "B": {"a": 1}}`))
	require.NoError(t, Decode(args, &place, &places, &own, &several))
	assert.Equal(t, flat{Floor: 1, Home: &address{Street: "x"}, address: address{Street: "y"}}, place)
	assert.Equal(t, map[string][]*address{"a": {{Street: "x"}, nil}, "b": {}}, places)
	assert.Equal(t, []lowercase{{"x"}, {"y"}}, own)
	assert.Equal(t, map[string]int{"a": 1}, several.B)
}

func TestReadJSON(t *testing.T) {
	var home address
	require.NoError(t, ReadJSON([]byte(` {"street": "x", "number": 1} `), &home))
	assert.Equal(t, address{"x", 1}, home)
	for text, message := range map[string]string{
		``:                             "got malformed JSON",
		` null `:                       "got null",
		`{"street": "x"} {}`:           "got more than one value",
		`{"street": "x"} ]`:            "got more than one value",
		`{"city": "x"}`:                `got unknown field "city"`,
		`{"Street": "x"}`:              `got unknown field "Street"`,
		`{"street": 1}`:                `got number for field "street"`,
		`{"street": "x", "street": 1}`: `got number for field "street"`,
		`{"number": 1, "number": 1}`:   `got field "number" twice`,
	} {
		assert.EqualError(t, ReadJSON([]byte(text), new(address)), message, text)
	}
}

// assertInvalid asserts the type of the failure and, unless it is "", its message.
func assertInvalid(t *testing.T, err error, message string) {
	t.Helper()
	var failure *temporal.ApplicationError
	require.ErrorAs(t, err, &failure)
	assert.Equal(t, "InvalidArguments", failure.Type())
	assert.True(t, failure.NonRetryable())
	if message != "" {
		assert.Equal(t, message, failure.Message())
	}
}

// Whatever the Worker's converter is, a registered workflow could read the arguments,
// and so can a catch-all.
func TestDecodeUsesTheWorkersConverter(t *testing.T) {
	for name, each := range convertertest.All() {
		t.Run(name, func(t *testing.T) {
			payloads, err := each.ToPayloads("Ana", 7, address{"Gran Vía", 1})
			require.NoError(t, err)
			args := encodedWith{each, payloads}
			var name string
			var number int
			var home address
			require.NoError(t, Decode(args, &name, &number, &home))
			assert.Equal(t, "Ana", name)
			assert.Equal(t, 7, number)
			assert.Equal(t, address{"Gran Vía", 1}, home)

			err = Decode(args, &number, &name, &home)
			assertInvalid(t, err, "")
			assert.ErrorContains(t, err, "argument 1 of 3: want int, got ")
			before := "before"
			assertInvalid(t, Decode(args, &before, &name, &home), "")
			assert.Equal(t, "before", before, "a refusal changes nothing")
			assertInvalid(t, Decode(args, &name, &number), "arguments: want 2, got 3")

			payloads, err = each.ToPayloads(nil)
			require.NoError(t, err)
			assertInvalid(t, Decode(encodedWith{each, payloads}, &name), "argument 1 of 1: want string, got null")
		})
	}
}

// opaque is a converter that knows no raw values.
type opaque struct{ converter.DataConverter }

func (o opaque) FromPayloads(payloads *commonpb.Payloads, pointers ...any) error {
	for _, pointer := range pointers {
		if _, isRaw := pointer.(*converter.RawValue); isRaw {
			return errors.New("a raw value cannot be decoded")
		}
	}
	return o.DataConverter.FromPayloads(payloads, pointers...)
}

func TestDecodeNeedsNoRawValues(t *testing.T) {
	for name, each := range convertertest.All() {
		t.Run(name, func(t *testing.T) {
			payloads, err := each.ToPayloads("Ana")
			require.NoError(t, err)
			var name string
			require.NoError(t, Decode(encodedWith{opaque{each}, payloads}, &name))
			assert.Equal(t, "Ana", name)
		})
	}
	payloads, err := opaque{converter.GetDefaultDataConverter()}.ToPayloads("Ana")
	require.NoError(t, err)
	args := encodedWith{opaque{converter.GetDefaultDataConverter()}, payloads}
	assertInvalid(t, Decode(args, new(converter.RawValue)), "argument 1 of 1: want converter.RawValue, a raw value cannot be decoded")

	standard := opaque{converter.GetDefaultDataConverter()}
	payloads, err = standard.ToPayloads(map[string]any{"city": "Madrid"})
	require.NoError(t, err)
	assertInvalid(t, Decode(encodedWith{standard, payloads}, new(address)), `argument 1 of 1: want payload.address, got unknown field "city"`)
}

// shouting is a converter that reads JSON in a way of its own.
type shouting struct{ converter.PayloadConverter }

func (s shouting) FromPayload(payload *commonpb.Payload, pointer any) error {
	err := s.PayloadConverter.FromPayload(payload, pointer)
	if home, ok := pointer.(*address); ok {
		home.Street = strings.ToUpper(home.Street)
	}
	return err
}

func TestConverterDecidesWhatItsJSONMeans(t *testing.T) {
	own := converter.NewCompositeDataConverter(shouting{converter.NewJSONPayloadConverter()})
	payloads, err := own.ToPayloads(map[string]any{"street": "Gran Vía", "city": "Madrid"})
	require.NoError(t, err)
	var home address
	require.NoError(t, Decode(encodedWith{own, payloads}, &home))
	assert.Equal(t, "GRAN VÍA", home.Street)
}

// picky is a converter that refuses JSON which encoding/json takes.
type picky struct{ converter.PayloadConverter }

func (picky) FromPayload(*commonpb.Payload, any) error { return errors.New("not today") }

func TestConverterDecidesWhatItRefuses(t *testing.T) {
	own := converter.NewCompositeDataConverter(picky{converter.NewJSONPayloadConverter()})
	payloads, err := own.ToPayloads("Ana")
	require.NoError(t, err)
	err = Decode(encodedWith{own, payloads}, new(string))
	assertInvalid(t, err, "")
	assert.ErrorContains(t, err, "argument 1 of 1: want string, got what cannot be decoded: ")
	assert.ErrorContains(t, err, "not today")
}

func TestDecodeTakesRawValuesAndMessages(t *testing.T) {
	var raw, nothing converter.RawValue
	var duration, unnamed *durationpb.Duration
	args := encode(t, map[string]int{"a": 1}, nil, durationpb.New(time.Second), unnamedMessage(`"2s"`))
	require.NoError(t, Decode(args, &raw, &nothing, &duration, &unnamed))
	assert.Equal(t, 2*time.Second, unnamed.AsDuration())
	assert.JSONEq(t, `{"a":1}`, string(raw.Payload().GetData()))
	assert.Equal(t, converter.MetadataEncodingNil, string(nothing.Payload().GetMetadata()[converter.MetadataEncoding]))
	assert.Equal(t, time.Second, duration.AsDuration())
}

type encodedWith struct {
	converter.DataConverter
	payloads *commonpb.Payloads
}

func (e encodedWith) HasValues() bool              { return e.payloads != nil }
func (e encodedWith) Get(pointers ...any) error    { return e.FromPayloads(e.payloads, pointers...) }
func (e encodedWith) Payloads() *commonpb.Payloads { return e.payloads }

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{`"Ana"`, `7`, `null`, `{"street":"x","number":1}`, `{"street":"x"} 1`, `[`, ``, ` null `, `{"Street":1}`} {
		f.Add(converter.MetadataEncodingJSON, []byte(seed))
		f.Add(converter.MetadataEncodingBinary, []byte(seed))
		f.Add("json/custom", []byte(seed))
	}
	f.Add("json/protobuf", []byte(`{}`))
	f.Add("", []byte(`{}`))
	f.Fuzz(func(t *testing.T, encoding string, data []byte) {
		payloads := &commonpb.Payloads{Payloads: []*commonpb.Payload{{
			Metadata: map[string][]byte{converter.MetadataEncoding: []byte(encoding)}, Data: data,
		}}}
		for _, pointer := range []any{new(string), new(int), new(address), new([]byte)} {
			err := Decode(client.NewValues(payloads), pointer)
			if err != nil {
				assertInvalid(t, err, "")
				continue
			}
			// What was accepted as JSON means the same when it is written again.
			if encoding == converter.MetadataEncodingJSON {
				again, err := json.Marshal(pointer)
				require.NoError(t, err)
				copied := reflect.New(reflect.TypeOf(pointer).Elem()).Interface()
				require.NoError(t, json.Unmarshal(again, copied))
				assert.Equal(t, pointer, copied)
			}
		}
	})
}
