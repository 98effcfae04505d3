package dynamichandlers

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"
)

// Bounds of what is kept. Everything is carried over Continue-As-New in one payload of
// at most 2 MiB, and a character may take six bytes there.
const (
	// MaxMessages is how many messages are kept; of more, the last.
	MaxMessages = 100
	// MaxValueSize is in bytes of JSON.
	MaxValueSize = 1 << 10
	// MaxNameLength is in bytes.
	MaxNameLength = 100
	// MaxMessagesPerRun is after how many messages a run continues as new. The server
	// takes 10,000 Signals a run.
	MaxMessagesPerRun = 1000
)

// Message is one Signal as it is kept.
type Message struct {
	Name string `json:"name"`
	// Value is the Signal's argument as JSON, nothing where there was none.
	Value json.RawMessage `json:"value,omitempty"`
	// Problem says what of the Signal could not be kept.
	Problem string `json:"problem,omitempty"`
}

// reservedPrefix begins the names that Temporal keeps for itself. A client may send
// such a Signal, but asking the SDK for its channel panics, and the run would be stuck.
const reservedPrefix = "__temporal_"

// receive takes the oldest waiting Signal of that name, or returns false.
func receive(ctx workflow.Context, name string) (Message, bool) {
	channel := workflow.GetSignalChannelWithOptions(ctx, name, workflow.SignalChannelOptions{
		Description: "not registered; kept by the catch-all",
	})
	// A raw value takes an argument of any type. With another, the SDK would drop the
	// Signals that do not fit, with nothing but a line in the Worker's log.
	var argument converter.RawValue
	if !channel.ReceiveAsync(&argument) {
		return Message{}, false
	}
	message := Message{Name: shorten(name)}
	value, err := readBounded(ctx, argument)
	if err != nil {
		message.Problem = err.Error()
	}
	message.Value = value
	return message, true
}

// readBounded returns the argument as readValue does, unless it is too large to keep.
func readBounded(ctx workflow.Context, argument converter.RawValue) (json.RawMessage, error) {
	value, err := readValue(ctx, argument)
	if err == nil && len(value) > MaxValueSize {
		return nil, fmt.Errorf("the value has %d bytes, at most %d are kept", len(value), MaxValueSize)
	}
	return value, err
}

// readValue returns the argument as valid JSON, or nil where there is none.
func readValue(ctx workflow.Context, argument converter.RawValue) (json.RawMessage, error) {
	value, err := toJSON(ctx, argument)
	switch {
	case err != nil:
		return nil, err
	case value != nil && !json.Valid(value):
		// Whoever encodes by hand can send this. Kept as it is, it could not be encoded
		// again, and the run would be stuck.
		return nil, errors.New("the value is not valid JSON")
	default:
		return value, nil
	}
}

// toJSON returns the argument's JSON as it came. An argument in another encoding is
// decoded by the Worker's own Data Converter and written as JSON; bytes become a text
// in base64.
func toJSON(ctx workflow.Context, argument converter.RawValue) (json.RawMessage, error) {
	payload := argument.Payload()
	encoding := string(payload.GetMetadata()[converter.MetadataEncoding])
	switch {
	case len(payload.GetData()) == 0:
		return nil, nil
	case encoding == converter.MetadataEncodingJSON || encoding == converter.MetadataEncodingProtoJSON:
		return payload.GetData(), nil
	}
	var value any
	if !decode(ctx, payload, &value) {
		return nil, fmt.Errorf("the Worker's Data Converter cannot decode the value, whose encoding is %q", shorten(encoding))
	}
	written, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("the value cannot be written as JSON: %w", err)
	}
	return written, nil
}

// decode decodes the payload with the Worker's own Data Converter. Workflow code cannot
// ask for that converter, but a channel decodes payloads with it: that is how Signals
// are received. Unlike a Future, a channel may also be used in a validator.
func decode(ctx workflow.Context, payload *commonpb.Payload, target any) bool {
	channel := workflow.NewNamedBufferedChannel(ctx, "decode", 1)
	channel.SendAsync(&commonpb.Payloads{Payloads: []*commonpb.Payload{payload}})
	return channel.ReceiveAsync(target)
}

// shorten cuts the text to at most MaxNameLength bytes.
func shorten(text string) string {
	if len(text) <= MaxNameLength {
		return text
	}
	const ellipsis = "..."
	return strings.ToValidUTF8(text[:MaxNameLength-len(ellipsis)], "") + ellipsis
}

// lastOf returns at most count of the elements, the last ones.
func lastOf[T any](elements []T, count int) []T {
	return elements[max(0, len(elements)-count):]
}
