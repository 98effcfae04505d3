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
	// GetData answers with what is stored for the Query's owner.
	GetData = "get_data"
	// GetSignals answers with the Signals of the Query's owner, in the order of their
	// arrival. The workflow's own Query sees the unregistered ones, too.
	GetSignals = "get_signals"
)

// types lists the types that a handler of that kind may have.
func (k kind) types() []string {
	if k == queryKind {
		return []string{GetData, GetSignals, GetStatus}
	}
	return []string{Store, Trigger}
}

// validators lists the types that an Update's value may be restricted to.
func validators() []string { return []string{"number", "object", "text"} }

// Status is what GetStatus answers.
type Status struct {
	// Status is running, finished or canceled.
	Status string `json:"status"`
	// Handled counts the Signals and Updates of all runs.
	Handled int `json:"handled"`
	// EarlierRuns counts the runs before this one.
	EarlierRuns int `json:"earlier_runs"`
}

// Stored is what an Update of type Store answers.
type Stored struct {
	Owner string `json:"owner"`
	Name  string `json:"name"`
	// Previous is the value that was replaced, if there was one.
	Previous json.RawMessage `json:"previous,omitempty"`
	// Repeated is true where an earlier run has handled this Update already, and
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
	return Fallback{Answer: c.answerAny, Validate: c.validateAny, Apply: c.applyAny}.Register(ctx)
}

// registerOne declares one argument more than a handler takes, and refuses it: the SDK
// ignores arguments that are not declared.
func (c *configured) registerOne(ctx workflow.Context, handler owned) error {
	switch handler.kind {
	case queryKind:
		return workflow.SetQueryHandlerWithOptions(ctx, handler.Name,
			func(extra converter.RawValue) (any, error) { return c.answer(handler, extra) },
			workflow.QueryHandlerOptions{Description: handler.describe()})
	case updateKind:
		return workflow.SetUpdateHandlerWithOptions(ctx, handler.Name,
			func(ctx workflow.Context, argument, _ converter.RawValue) (any, error) {
				return c.apply(ctx, handler, argument)
			},
			workflow.UpdateHandlerOptions{
				Validator: func(ctx workflow.Context, argument, extra converter.RawValue) error {
					return validate(ctx, handler, argument, extra)
				},
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

// answer returns what a Query asks for. It fails with an ApplicationError of type
// InvalidValue where there is an argument.
func (c *configured) answer(query owned, extra converter.RawValue) (any, error) {
	if extra.Payload() != nil {
		return nil, invalidValue("%s: want no argument, got one", query.Name)
	}
	switch query.Type {
	case GetData:
		return c.state.dataOf(query.owner), nil
	case GetSignals:
		return c.signalsOf(query.owner), nil
	default:
		return Status{c.status, c.state.Handled, c.state.EarlierRuns}, nil
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

// answerAny answers a registered Query as if it had been sent under its own name, and
// any other with the last value that came under that name. It fails with an
// ApplicationError of type UnknownName. A client gets its text in a
// *serviceerror.QueryFailed.
func (c *configured) answerAny(name string) (any, error) {
	if query, registered := c.configuration.find(queryKind, name); registered {
		return c.answer(query, converter.RawValue{})
	}
	stored := c.state.Data[Unregistered]
	if value, known := stored[name]; known {
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
		fmt.Sprintf("nothing is known under %q; known are %s", shorten(name), strings.Join(known, ", ")), UnknownName, nil)
}

// apply does what an accepted Update asks for.
func (c *configured) apply(ctx workflow.Context, update owned, argument converter.RawValue) (any, error) {
	// A Signal sent before this Update may still wait, because the SDK runs Updates
	// first. Handled after it, the older value would replace the newer.
	c.handleSignals(ctx)
	if c.state.UpdateIDs.Repeated(ctx) {
		return Stored{Owner: update.owner, Name: update.Name, Repeated: true}, nil
	}
	c.count(ctx, update.Name)
	if update.Type == Trigger {
		c.finishedBy = update.Name
		return c.outcome(), nil
	}
	// The validator ran before the Signals above were handled, and they may have taken
	// the last place.
	if !c.state.hasRoom(update.owner, update.Name) {
		return nil, invalidValue("%s: %s", update.Name, noRoom)
	}
	value, err := readValue(ctx, argument)
	if err != nil {
		return nil, err
	}
	return Stored{Owner: update.owner, Name: update.Name, Previous: c.state.store(update.owner, update.Name, value)}, nil
}

// applyAny handles a registered Update as if it had been sent under its own name, and
// stores the argument of any other.
func (c *configured) applyAny(ctx workflow.Context, name string, argument converter.RawValue) (any, error) {
	return c.apply(ctx, c.updateOf(name), argument)
}

// updateOf returns the Update of that name, registered or not.
func (c *configured) updateOf(name string) owned {
	if update, registered := c.configuration.find(updateKind, name); registered {
		return update
	}
	return owned{Handler: Handler{Name: name, Type: Store}, kind: updateKind, owner: Unregistered}
}

// validateAny refuses, beside what validate refuses, a name that cannot be stored.
func (c *configured) validateAny(ctx workflow.Context, name string, argument converter.RawValue) error {
	if problem := nameProblem(name); problem != "" {
		return invalidValue("%s: %s", AnyUpdate, problem)
	}
	update := c.updateOf(name)
	if !c.state.hasRoom(update.owner, update.Name) {
		return invalidValue("%s: %s", update.Name, noRoom)
	}
	return validate(ctx, update, argument, converter.RawValue{})
}

// validate is the validator of every Update. It returns an ApplicationError of type
// InvalidValue where the Update does not take the arguments. It is not run again on
// replay, so that a later Worker may check something else.
func validate(ctx workflow.Context, update owned, argument, extra converter.RawValue) error {
	if err := checkUpdateID(ctx); err != nil {
		return invalidValue("%s: %v", update.Name, err)
	}
	value, err := readBounded(ctx, argument)
	switch {
	case err != nil:
		return invalidValue("%s: %v", update.Name, err)
	case update.Type == Trigger && (value != nil || extra.Payload() != nil):
		return invalidValue("%s: want no argument, got one", update.Name)
	case update.Type == Trigger:
		return nil
	case extra.Payload() != nil:
		return invalidValue("%s: want 1 argument, got more", update.Name)
	case value == nil:
		return invalidValue("%s: want a value, got none", update.Name)
	}
	if got := jsonType(value); update.Validator != "" && got != update.Validator {
		return invalidValue("%s: want %s, got %s", update.Name, update.Validator, got)
	}
	return nil
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
