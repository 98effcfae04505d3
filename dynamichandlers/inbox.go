package dynamichandlers

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"
)

// The two signals that the collecting workflows do register.
const (
	// OpenSignal lets the catch-all begin; what comes before it waits.
	OpenSignal = "open"
	// CloseSignal ends the run, after all that has arrived is kept.
	CloseSignal = "close"
)

// Bounds of what is kept. Everything is handed on at continue-as-new, in one payload
// of at most 2 MiB, and a character may take six bytes there.
const (
	// MaxMessages is how many messages are kept; of more, the last.
	MaxMessages = 100
	// MaxUpdateIDs is how many ids of handled updates are kept; of more, the last.
	MaxUpdateIDs = 100
	// MaxValueSize is in bytes of JSON.
	MaxValueSize = 1 << 10
	// MaxNameLength is in bytes.
	MaxNameLength = 100
	// MaxMessagesPerRun is after how many messages a run continues as new. The server
	// takes 10,000 signals a run.
	MaxMessagesPerRun = 1000
)

// Inbox is the input of the collecting workflows, their result, and what one run
// hands to the next.
type Inbox struct {
	// Open is true once OpenSignal has arrived.
	Open bool `json:"open,omitempty"`
	// MessagesPerRun is after how many messages a run continues as new, 0 for
	// MaxMessagesPerRun.
	MessagesPerRun int `json:"messages_per_run,omitempty"`
	// Messages are the last MaxMessages of them.
	Messages []Message `json:"messages"`
	// Total counts all messages of all runs.
	Total int `json:"total"`
}

// Message is one signal as a catch-all keeps it.
type Message struct {
	Name string `json:"name"`
	// Value is the signal's argument: JSON as it came, other bytes in base64, nothing
	// where there was none.
	Value json.RawMessage `json:"value,omitempty"`
	// Problem says what of the signal could not be kept.
	Problem string `json:"problem,omitempty"`
}

// collect keeps what take returns until CloseSignal arrives.
func collect(ctx workflow.Context, inbox Inbox, take func(workflow.Context) []Message) (Inbox, error) {
	opening := workflow.GetSignalChannelWithOptions(ctx, OpenSignal, workflow.SignalChannelOptions{
		Description: "begin to keep the signals that nobody registered",
	})
	closing := workflow.GetSignalChannelWithOptions(ctx, CloseSignal, workflow.SignalChannelOptions{
		Description: "keep what has arrived and end the run",
	})
	err := workflow.Await(ctx, func() bool { return inbox.Open || opening.Len() > 0 || closing.Len() > 0 })
	if err != nil {
		return Inbox{}, err
	}
	inbox.Open = true
	for kept := 0; ; {
		err := workflow.Await(ctx, func() bool {
			return closing.Len() > 0 || len(unhandledNames(ctx, OpenSignal, CloseSignal)) > 0
		})
		if err != nil {
			return Inbox{}, err
		}
		// Before either way out of this run: what the next one did not get as its input
		// it will never see.
		messages := take(ctx)
		kept += len(messages)
		inbox.add(messages)
		discard(opening)
		switch {
		case closing.Len() > 0:
			discard(closing)
			return inbox, nil
		case kept >= inbox.perRun() || workflow.GetInfo(ctx).GetContinueAsNewSuggested():
			return Inbox{}, workflow.NewContinueAsNewError(ctx, workflow.GetInfo(ctx).WorkflowType.Name, inbox)
		}
	}
}

// discard empties the channel of a signal that says something only by coming.
func discard(channel workflow.ReceiveChannel) {
	for channel.ReceiveAsync(nil) {
	}
}

func (i *Inbox) perRun() int {
	if i.MessagesPerRun <= 0 {
		return MaxMessagesPerRun
	}
	return min(i.MessagesPerRun, MaxMessagesPerRun)
}

func (i *Inbox) add(messages []Message) {
	i.Total += len(messages)
	i.Messages = lastOf(append(i.Messages, messages...), MaxMessages)
}

// lastOf returns at most count of the elements, the last ones.
func lastOf[T any](elements []T, count int) []T {
	return elements[max(0, len(elements)-count):]
}

// receive takes the oldest signal of that name that waits, or returns false.
func receive(ctx workflow.Context, name string) (Message, bool) {
	channel := workflow.GetSignalChannelWithOptions(ctx, name, workflow.SignalChannelOptions{
		Description: "not registered; kept by the catch-all",
	})
	// A raw value takes an argument of any type. With another, the SDK would drop the
	// signals that do not fit, with nothing but a line in the worker's log.
	var argument converter.RawValue
	if !channel.ReceiveAsync(&argument) {
		return Message{}, false
	}
	message := Message{Name: shorten(name)}
	value, err := readBounded(argument)
	if err != nil {
		message.Problem = err.Error()
	}
	message.Value = value
	return message, true
}

// readBounded returns the argument as readValue does, unless it is too large to keep.
func readBounded(argument converter.RawValue) (json.RawMessage, error) {
	if size := len(argument.Payload().GetData()); size > MaxValueSize {
		return nil, fmt.Errorf("the value has %d bytes, at most %d are kept", size, MaxValueSize)
	}
	return readValue(argument)
}

// readValue returns the argument as JSON, or nil where there is none.
func readValue(argument converter.RawValue) (json.RawMessage, error) {
	data := argument.Payload().GetData()
	encoding := string(argument.Payload().GetMetadata()[converter.MetadataEncoding])
	switch {
	case len(data) == 0:
		return nil, nil
	case encoding != converter.MetadataEncodingJSON && encoding != converter.MetadataEncodingProtoJSON:
		return json.RawMessage(strconv.Quote(base64.StdEncoding.EncodeToString(data))), nil
	case !json.Valid(data):
		// Whoever encodes by hand can send this. Kept as it is, it could not be encoded
		// again, and the run would be stuck.
		return nil, errors.New("the value is not valid JSON")
	default:
		return data, nil
	}
}

// shorten cuts the name to at most MaxNameLength bytes.
func shorten(name string) string {
	if len(name) <= MaxNameLength {
		return name
	}
	const ellipsis = "..."
	return strings.ToValidUTF8(name[:MaxNameLength-len(ellipsis)], "") + ellipsis
}
