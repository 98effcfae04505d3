package dynamichandlers

import (
	"encoding/json"
	"fmt"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// The fallback for Queries and Updates. An unregistered name never reaches a Go
// Worker's code, not even an interceptor; a name in the argument of a registered
// Query or Update does.
const (
	// AnyQuery takes an Envelope without arguments and answers the Query that it names.
	AnyQuery = "any_query"
	// AnyUpdate takes an Envelope with at most one argument.
	AnyUpdate = "any_update"
)

// Types of the ApplicationErrors of Queries and Updates. None is retryable.
const (
	// InvalidValue: an argument or an Update ID is not acceptable.
	InvalidValue = "InvalidValue"
	// UnknownName: the fallback Query knows nothing under that name.
	UnknownName = "UnknownName"
)

func invalidValue(format string, values ...any) error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(format, values...), InvalidValue, nil)
}

// Envelope is the argument of AnyQuery and AnyUpdate.
type Envelope struct {
	// Name is the Query or Update that is meant, registered or not.
	Name string `json:"name"`
	// Arguments are that Query's or Update's.
	Arguments []json.RawMessage `json:"arguments,omitempty"`
}

// Fallback says what AnyQuery and AnyUpdate do with the name in their Envelope.
type Fallback struct {
	// Answer answers the Query of that name.
	Answer func(name string) (any, error)
	// Validate is the validator of the Update of that name. It gets its argument as that
	// Update would get it.
	Validate func(ctx workflow.Context, name string, argument converter.RawValue) error
	// Apply handles the Update of that name.
	Apply func(ctx workflow.Context, name string, argument converter.RawValue) (any, error)
}

// Register registers AnyQuery and AnyUpdate. Call it before anything blocks.
func (f Fallback) Register(ctx workflow.Context) error {
	err := workflow.SetQueryHandlerWithOptions(ctx, AnyQuery, f.answer, workflow.QueryHandlerOptions{
		Description: `[fallback] {"name": N} asks the query N, or for the last value under the unregistered name N`,
	})
	if err != nil {
		return err
	}
	return workflow.SetUpdateHandlerWithOptions(ctx, AnyUpdate, f.apply, workflow.UpdateHandlerOptions{
		Validator:   f.validate,
		Description: `[fallback] {"name": N, "arguments": [V]} is the update N, or stores V under the unregistered name N`,
	})
}

// The SDK ignores arguments that a handler does not declare. The handlers declare one
// more than they take, and refuse it.

func (f Fallback) answer(envelope Envelope, extra converter.RawValue) (any, error) {
	if extra.Payload() != nil {
		return nil, invalidValue("%s: want 1 argument, got more", AnyQuery)
	}
	if len(envelope.Arguments) > 0 {
		return nil, invalidValue("%.100s: want no argument, got %d", envelope.Name, len(envelope.Arguments))
	}
	return f.Answer(envelope.Name)
}

func (f Fallback) validate(ctx workflow.Context, envelope Envelope, extra converter.RawValue) error {
	if extra.Payload() != nil {
		return invalidValue("%s: want 1 argument, got more", AnyUpdate)
	}
	if len(envelope.Arguments) > 1 {
		return invalidValue("%.100s: want at most 1 argument, got %d", envelope.Name, len(envelope.Arguments))
	}
	return f.Validate(ctx, envelope.Name, envelope.argument())
}

func (f Fallback) apply(ctx workflow.Context, envelope Envelope, _ converter.RawValue) (any, error) {
	return f.Apply(ctx, envelope.Name, envelope.argument())
}

// argument returns the Envelope's argument as the Update would get it by itself.
func (e Envelope) argument() converter.RawValue {
	if len(e.Arguments) == 0 {
		return converter.RawValue{}
	}
	return converter.NewRawValue(&commonpb.Payload{
		Metadata: map[string][]byte{converter.MetadataEncoding: []byte(converter.MetadataEncodingJSON)},
		Data:     e.Arguments[0],
	})
}
