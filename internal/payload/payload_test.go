package payload

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
)

type address struct {
	Street string `json:"street"`
	Number int    `json:"number"`
}

// encode gives the arguments as a dynamic workflow or activity receives them.
func encode(t testing.TB, args ...any) converter.EncodedValues {
	payloads, err := converter.GetDefaultDataConverter().ToPayloads(args...)
	require.NoError(t, err)
	return client.NewValues(payloads)
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
		{"unknown field", []any{map[string]any{"city": "Madrid"}}, []any{new(address)}, `argument 1 of 1: want payload.address, json: unknown field "city"`},
		{"fraction", []any{1.5}, []any{new(int)}, "argument 1 of 1: want int, got number 1.5"},
		{"nil", []any{nil}, []any{new(string)}, "argument 1 of 1: want string, got null"},
		{"null in JSON", []any{json.RawMessage("null")}, []any{new(string)}, "argument 1 of 1: want string, got null"},
		{"null for a map", []any{nil}, []any{new(map[string]int)}, "argument 1 of 1: want map[string]int, got null"},
		{"text for bytes", []any{"a"}, []any{new([]byte)}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			assertInvalid(t, Decode(encode(t, c.args...), c.pointers...), c.message)
		})
	}
}

// assertInvalid asserts the type of the failure and, unless it is "", its message.
func assertInvalid(t *testing.T, err error, message string) {
	t.Helper()
	var failure *temporal.ApplicationError
	require.ErrorAs(t, err, &failure)
	assert.Equal(t, InvalidArguments, failure.Type())
	assert.True(t, failure.NonRetryable())
	if message != "" {
		assert.Equal(t, message, failure.Message())
	}
}

// A converter with a codec keeps the arguments compressed until they are read.
func TestDecodeUndoesTheCodec(t *testing.T) {
	compressing := converter.NewCodecDataConverter(converter.GetDefaultDataConverter(), converter.NewZlibCodec(converter.ZlibCodecOptions{AlwaysEncode: true}))
	payloads, err := compressing.ToPayloads("Ana", 7)
	require.NoError(t, err)
	var name string
	var number int
	require.NoError(t, Decode(encodedWith{compressing, payloads}, &name, &number))
	assert.Equal(t, "Ana", name)
	assert.Equal(t, 7, number)
	assertInvalid(t, Decode(encodedWith{compressing, payloads}, &number, &name), "argument 1 of 2: want int, got string")
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
