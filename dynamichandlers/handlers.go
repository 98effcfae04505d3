package dynamichandlers

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Types of handlers.
const (
	// Store keeps the message's argument under the message's name, in its owner's data.
	Store = "store"
	// Trigger ends the run.
	Trigger = "trigger"
	// GetStatus answers with a Status.
	GetStatus = "get_status"
	// GetData answers with what is stored for the query's owner.
	GetData = "get_data"
	// GetSignals answers with the signals of the query's owner, in the order of their
	// arrival. The workflow's own query sees the unregistered ones, too.
	GetSignals = "get_signals"
)

// types lists the types that a handler of that kind may have.
func (k kind) types() []string {
	if k == queryKind {
		return []string{GetData, GetSignals, GetStatus}
	}
	return []string{Store, Trigger}
}

// validators lists what an update's value may have to be.
func validators() []string { return []string{"number", "object", "text"} }

// Status is what GetStatus answers.
type Status struct {
	// Status is running, finished or canceled.
	Status string `json:"status"`
	// Handled counts the signals and updates of all runs.
	Handled int `json:"handled"`
	// EarlierRuns counts the runs before this one.
	EarlierRuns int `json:"earlier_runs"`
}

// Stored is what an update of type Store answers.
type Stored struct {
	Owner string `json:"owner"`
	Name  string `json:"name"`
	// Previous is the value that was replaced, if there was one.
	Previous json.RawMessage `json:"previous,omitempty"`
	// Repeated is true where an earlier run has handled this update already, and
	// nothing was changed now.
	Repeated bool `json:"repeated,omitempty"`
}

// register registers what the configuration names, and the fallback.
func (c *configured) register(ctx workflow.Context) error {
	for _, handler := range c.configuration.all() {
		if err := c.registerOne(ctx, handler); err != nil {
			return err
		}
	}
	return c.registerFallback(ctx)
}

func (c *configured) registerOne(ctx workflow.Context, handler owned) error {
	switch handler.kind {
	case queryKind:
		return workflow.SetQueryHandlerWithOptions(ctx, handler.Name,
			func() (any, error) { return c.answer(handler), nil },
			workflow.QueryHandlerOptions{Description: handler.describe()})
	case updateKind:
		return workflow.SetUpdateHandlerWithOptions(ctx, handler.Name,
			func(ctx workflow.Context, argument converter.RawValue) (any, error) {
				return c.apply(ctx, handler, argument)
			},
			workflow.UpdateHandlerOptions{
				Validator:   func(argument converter.RawValue) error { return checkArgument(handler, argument) },
				Description: handler.describe(),
			})
	default:
		// Signals need no handler: serve takes them all from one queue. Asking for the
		// channel lists the name for the Web UI and the CLI.
		workflow.GetSignalChannelWithOptions(ctx, handler.Name, workflow.SignalChannelOptions{Description: handler.describe()})
		return nil
	}
}

// describe says for the Web UI and the CLI what a message does.
func (h owned) describe() string {
	text := h.Type
	if h.Validator != "" {
		text += " " + h.Validator
	}
	if h.Description != "" {
		text += ": " + h.Description
	}
	return fmt.Sprintf("[%s] %s", h.owner, text)
}

// answer returns what a query asks for.
func (c *configured) answer(query owned) any {
	switch query.Type {
	case GetData:
		return c.state.dataOf(query.owner)
	case GetSignals:
		return c.signalsOf(query.owner)
	default:
		return Status{c.status, c.state.Handled, c.state.EarlierRuns}
	}
}

func (c *configured) signalsOf(owner string) []ReceivedSignal {
	received := []ReceivedSignal{}
	for _, signal := range c.state.Signals {
		if signal.Owner == owner || owner == Workflow && signal.Owner == Unregistered {
			received = append(received, signal)
		}
	}
	return received
}

// apply does what an accepted update asks for.
func (c *configured) apply(ctx workflow.Context, update owned, argument converter.RawValue) (any, error) {
	// A signal sent before this update may still wait, because the SDK runs updates
	// first. Handled after it, the older value would replace the newer.
	c.handleSignals(ctx)
	if c.isRepeated(ctx) {
		return Stored{Owner: update.owner, Name: update.Name, Repeated: true}, nil
	}
	c.count(ctx, update.Name)
	if update.Type == Trigger {
		c.finishedBy = update.Name
		return c.outcome(), nil
	}
	value, err := readValue(argument)
	if err != nil {
		return nil, err
	}
	return Stored{Owner: update.owner, Name: update.Name, Previous: c.state.store(update.owner, update.Name, value)}, nil
}

// isRepeated reports whether an update of this id has been handled, and remembers
// the id. The server does the same, but only within one run: an update that is sent
// again after a failure whose outcome nobody knows can reach the next run.
func (c *configured) isRepeated(ctx workflow.Context) bool {
	id := shorten(workflow.GetCurrentUpdateInfo(ctx).ID)
	if slices.Contains(c.state.UpdateIDs, id) {
		return true
	}
	c.state.UpdateIDs = lastOf(append(c.state.UpdateIDs, id), MaxUpdateIDs)
	return false
}

// checkArgument is the validator of every update. It returns an ApplicationError of
// type InvalidValue where the update does not take the argument. It is not run again
// on replay, so what a later worker checks is not held against an accepted update.
func checkArgument(update owned, argument converter.RawValue) error {
	if update.Type == Trigger {
		return nil
	}
	value, err := readBounded(argument)
	if err != nil {
		return invalidValue("%s: %v", update.Name, err)
	}
	if value == nil {
		return invalidValue("%s: want a value, got none", update.Name)
	}
	if got := jsonType(value); update.Validator != "" && got != update.Validator {
		return invalidValue("%s: want %s, got %s", update.Name, update.Validator, got)
	}
	return nil
}

func invalidValue(format string, values ...any) error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(format, values...), InvalidValue, nil)
}

// jsonType names the type of a valid JSON value.
func jsonType(value json.RawMessage) string {
	switch strings.TrimSpace(string(value))[0] {
	case '{':
		return "object"
	case '[':
		return "list"
	case '"':
		return "text"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	default:
		return "number"
	}
}

// MaxUnregisteredNames is how many names that nobody registered have a value kept.
const MaxUnregisteredNames = 50

const noRoom = "not stored: too many names that nobody registered"

// hasRoom reports whether a value can be kept under the name.
func (s *State) hasRoom(owner, name string) bool {
	_, replaces := s.Data[owner][name]
	return replaces || owner != Unregistered || len(s.Data[owner]) < MaxUnregisteredNames
}

// store keeps the value and returns the one that it replaces.
func (s *State) store(owner, name string, value json.RawMessage) json.RawMessage {
	data := s.dataOf(owner)
	previous := data[name]
	data[name] = value
	s.Data[owner] = data
	return previous
}

// dataOf returns the owner's data, which is never nil.
func (s *State) dataOf(owner string) map[string]json.RawMessage {
	if data := s.Data[owner]; data != nil {
		return data
	}
	return map[string]json.RawMessage{}
}
