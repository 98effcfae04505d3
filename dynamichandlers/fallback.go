package dynamichandlers

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// The fallback for queries and updates. An unregistered name never reaches a Go
// worker's code, not even an interceptor; one under the argument of a registered
// name does.
const (
	// AnyQuery takes an Envelope without arguments and asks what its name stands for.
	AnyQuery = "any_query"
	// AnyUpdate takes an Envelope with at most one argument.
	AnyUpdate = "any_update"
)

// Envelope is the argument of AnyQuery and AnyUpdate.
type Envelope struct {
	// Name is the query or update that is meant, registered or not.
	Name string `json:"name"`
	// Arguments are that query's or update's.
	Arguments []json.RawMessage `json:"arguments,omitempty"`
}

func (c *configured) registerFallback(ctx workflow.Context) error {
	err := workflow.SetQueryHandlerWithOptions(ctx, AnyQuery, c.answerAny, workflow.QueryHandlerOptions{
		Description: `[fallback] {"name": N} asks the query N, or for the last value under the unregistered name N`,
	})
	if err != nil {
		return err
	}
	return workflow.SetUpdateHandlerWithOptions(ctx, AnyUpdate, c.applyAny, workflow.UpdateHandlerOptions{
		Validator:   c.validateAny,
		Description: `[fallback] {"name": N, "arguments": [V]} is the update N, or stores V under the unregistered name N`,
	})
}

// answerAny answers a registered query as if it had been asked under its own name,
// and any other with the last value that came under that name. It fails with an
// ApplicationError of type UnknownName, or InvalidValue where there are arguments. A
// client gets the text of either in a *serviceerror.QueryFailed.
func (c *configured) answerAny(envelope Envelope) (any, error) {
	if len(envelope.Arguments) > 0 {
		return nil, invalidValue("%s: want no argument, got %d", shorten(envelope.Name), len(envelope.Arguments))
	}
	if query, registered := c.configuration.find(queryKind, envelope.Name); registered {
		return c.answer(query), nil
	}
	stored := c.state.Data[Unregistered]
	if value, known := stored[envelope.Name]; known {
		return value, nil
	}
	known := workflow.DeterministicKeys(stored)
	for _, handler := range c.configuration.all() {
		if handler.kind == queryKind {
			known = append(known, handler.Name)
		}
	}
	slices.Sort(known)
	return nil, temporal.NewNonRetryableApplicationError(
		fmt.Sprintf("nothing is known under %q; known are %s", shorten(envelope.Name), strings.Join(known, ", ")), UnknownName, nil)
}

// applyAny carries out a registered update as if it had been sent under its own
// name, and stores the argument of any other.
func (c *configured) applyAny(ctx workflow.Context, envelope Envelope) (any, error) {
	return c.apply(ctx, c.updateOf(envelope), envelope.argument())
}

// validateAny returns an ApplicationError of type InvalidValue where there is nothing
// that the envelope can stand for.
func (c *configured) validateAny(envelope Envelope) error {
	if problem := nameProblem(envelope.Name); problem != "" {
		return invalidValue("%s: %s", AnyUpdate, problem)
	}
	update := c.updateOf(envelope)
	if !c.state.hasRoom(update.owner, update.Name) {
		return invalidValue("%s: %s", update.Name, noRoom)
	}
	if len(envelope.Arguments) > 1 {
		return invalidValue("%s: want at most 1 argument, got %d", update.Name, len(envelope.Arguments))
	}
	return checkArgument(update, envelope.argument())
}

// updateOf returns the update that the envelope stands for.
func (c *configured) updateOf(envelope Envelope) owned {
	if update, registered := c.configuration.find(updateKind, envelope.Name); registered {
		return update
	}
	return owned{Handler: Handler{Name: envelope.Name, Type: Store}, kind: updateKind, owner: Unregistered}
}

// argument returns the envelope's argument as the update would get it by itself.
func (e Envelope) argument() converter.RawValue {
	if len(e.Arguments) == 0 {
		return converter.RawValue{}
	}
	return converter.NewRawValue(&commonpb.Payload{
		Metadata: map[string][]byte{converter.MetadataEncoding: []byte(converter.MetadataEncodingJSON)},
		Data:     e.Arguments[0],
	})
}
