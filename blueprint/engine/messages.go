package engine

import (
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/expression"
	"dynamicsamples/blueprint/language"
	"dynamicsamples/blueprint/storage"
)

// MessageUpdate is the name of the update that brings a message to a run. Its
// argument is a Message; its answer a Receipt. A signal of a message's own name
// brings one, too, without telling whether it was taken.
const MessageUpdate = "message"

// Types of the errors with which a message is refused.
const (
	// ErrUnknownMessage is a name that no wait of the blueprint has.
	ErrUnknownMessage = "UnknownMessage"
	// ErrInvalidMessage is a value that does not fit the wait's schema.
	ErrInvalidMessage = "InvalidMessage"
	// ErrTooManyMessages is a run that already keeps as many messages as it can.
	ErrTooManyMessages = "TooManyMessages"
)

// Message is what a wait step waits for.
type Message struct {
	// Name is the name in the wait step.
	Name string `json:"name"`
	// Value is the step's output.
	Value value `json:"value"`

	lost *storage.LostError
}

// Lose implements storage.Receiver.
func (m *Message) Lose(lost *storage.LostError) { m.lost = lost }

// NewMessage is a message with a value that can be JSON.
func NewMessage(name string, content any) Message { return Message{Name: name, Value: value{content}} }

// Receipt says what became of a message that was taken.
type Receipt struct {
	// Step is the path of the step that waited for the message, or "" where the message is
	// kept for a step that has not begun.
	Step string `json:"step,omitempty"`
}

// Bounds of what a run keeps of messages.
const (
	maxMessages   = 1000
	maxMessageIDs = 500
)

// mailbox is who waits for messages, and how many signals have come.
type mailbox struct {
	// waits are the frames that wait for a message, in order.
	waits []*frame
	// signals counts those received.
	signals int
}

// add lets the frame wait, in the order of the tickets.
func (m *mailbox) add(f *frame) {
	m.waits = append(m.waits, f)
	// A run that goes on finds the frames in the order of the document.
	slices.SortStableFunc(m.waits, func(a, b *frame) int { return a.Ticket - b.Ticket })
}

// remove lets the frame wait no longer.
func (m *mailbox) remove(f *frame) {
	m.waits = slices.DeleteFunc(m.waits, func(each *frame) bool { return each == f })
}

// serveMessages lets clients bring messages by the update.
func (r *run) serveMessages(ctx workflow.Context) error {
	err := workflow.SetUpdateHandlerWithOptions(ctx, MessageUpdate, r.take, workflow.UpdateHandlerOptions{
		Validator:   r.check,
		Description: "brings a message that a wait step waits for, and tells whether it was taken",
	})
	if err != nil {
		return fmt.Errorf("offering the update %s: %w", MessageUpdate, err)
	}
	return nil
}

// check refuses a message that no wait can take.
func (r *run) check(ctx workflow.Context, message Message) error {
	if message.lost != nil {
		return failureOf(message.lost).err()
	}
	if slices.Contains(r.state.MessageIDs, workflow.GetCurrentUpdateInfo(ctx).ID) {
		return nil
	}
	names, schemas := r.waitsNow()
	if !slices.Contains(names, message.Name) {
		return temporal.NewNonRetryableApplicationError(
			fmt.Sprintf("no step waits for a message %q; there are: %s", message.Name, strings.Join(names, ", ")), ErrUnknownMessage, nil)
	}
	if r.kept() >= maxMessages {
		return temporal.NewNonRetryableApplicationError(fmt.Sprintf("the run already keeps %d messages", maxMessages), ErrTooManyMessages, nil)
	}
	// The step that is going to take it decides; the first of that name where none waits yet.
	if waiting := r.waiting(message.Name); waiting != nil {
		return r.fitting(waiting.program, waiting.step.Kind.(*language.Wait).Schema, message)
	}
	var problem error
	for _, each := range schemas[message.Name] {
		if problem = r.fitting(each.program, each.schema, message); problem == nil {
			return nil
		}
	}
	return problem
}

func (r *run) fitting(program *language.Program, schema *language.Schema, message Message) error {
	if err := program.Fits(schema, message.Value.any); err != nil {
		return temporal.NewNonRetryableApplicationError(
			fmt.Sprintf("the message %q does not fit what the step waits for: %v", message.Name, err), ErrInvalidMessage, nil)
	}
	return nil
}

// take keeps the message for its wait. It neither blocks nor calls anything, so that it
// ends in the task in which it began.
func (r *run) take(ctx workflow.Context, message Message) (Receipt, error) {
	if message.lost != nil {
		// It was there when it was checked.
		r.giveUpIfLost(message.lost)
		return Receipt{}, failureOf(message.lost).err()
	}
	id := workflow.GetCurrentUpdateInfo(ctx).ID
	if slices.Contains(r.state.MessageIDs, id) {
		return Receipt{}, nil
	}
	r.state.MessageIDs = append(r.state.MessageIDs, id)
	if len(r.state.MessageIDs) > maxMessageIDs {
		r.state.MessageIDs = r.state.MessageIDs[1:]
	}
	// What a signal brought before comes before.
	r.takeSignals(ctx, message.Name)
	receipt := Receipt{}
	if waiting := r.waiting(message.Name); waiting != nil {
		receipt.Step = waiting.path
	}
	r.keep(message.Name, message.Value.any)
	return receipt, nil
}

// waiting is the step that is going to take the next message of that name.
func (r *run) waiting(name string) *frame {
	kept := len(r.state.Messages[name])
	for _, each := range r.mailbox.waits {
		if each.step.Kind.(*language.Wait).Wait != name || each.outcome != nil {
			continue
		}
		if kept == 0 {
			return each
		}
		kept--
	}
	return nil
}

func (r *run) keep(name string, content any) {
	if r.state.Messages == nil {
		r.state.Messages = map[string]values{}
	}
	r.state.Messages[name] = append(r.state.Messages[name], content)
	r.bytes += expression.Size(content)
}

func (r *run) kept() int {
	count := 0
	for _, each := range r.state.Messages {
		count += len(each)
	}
	return count
}

// messageReady reports whether a step waits for a message that is there.
func (r *run) messageReady(ctx workflow.Context) bool {
	return slices.ContainsFunc(r.mailbox.waits, func(f *frame) bool {
		name := f.step.Kind.(*language.Wait).Wait
		return len(r.state.Messages[name]) > 0 || workflow.GetSignalChannel(ctx, name).Len() > 0
	})
}

// deliver gives the messages that are there to the steps that wait for them, first come,
// first served. A signal that does not fit is dropped: nobody waits for an answer.
func (r *run) deliver(ctx workflow.Context) {
	r.mailbox.waits = slices.DeleteFunc(r.mailbox.waits, func(f *frame) bool { return f.outcome != nil || f.Canceling })
	for _, f := range slices.Clone(r.mailbox.waits) {
		if content, there := r.nextFor(ctx, f); there {
			r.mailbox.remove(f)
			r.pace.progressed = true
			received(r, f, content)
		}
	}
}

// nextFor takes the next message that fits what the frame waits for.
func (r *run) nextFor(ctx workflow.Context, f *frame) (any, bool) {
	wait := f.step.Kind.(*language.Wait)
	for {
		content, there := r.next(ctx, wait.Wait)
		if !there {
			return nil, false
		}
		err := f.program.Fits(wait.Schema, content)
		if err == nil {
			return content, true
		}
		r.logger.Warn("A message does not fit what the step waits for.", "message", wait.Wait, "step", f.path, "error", err)
	}
}

// next takes the next message of a name.
func (r *run) next(ctx workflow.Context, name string) (any, bool) {
	if kept := r.state.Messages[name]; len(kept) > 0 {
		r.state.Messages[name] = kept[1:]
		if len(kept) == 1 {
			delete(r.state.Messages, name)
		}
		r.bytes -= expression.Size(kept[0])
		return kept[0], true
	}
	return r.receive(ctx, name)
}

// takeAllSignals keeps the signals that no wait has taken, for the next run.
func (r *run) takeAllSignals(ctx workflow.Context) {
	names := workflow.GetUnhandledSignalNames(ctx)
	// The SDK tells them in the order of a Go map.
	slices.Sort(names)
	for _, name := range names {
		r.takeSignals(ctx, name)
	}
}

// takeSignals keeps the signals of a name that are there.
func (r *run) takeSignals(ctx workflow.Context, name string) {
	for content, there := r.receive(ctx, name); there; content, there = r.receive(ctx, name) {
		r.keep(name, content)
	}
}

// signal is what a signal brings.
type signal struct {
	value
	lost *storage.LostError
}

// Lose implements storage.Receiver.
func (s *signal) Lose(lost *storage.LostError) { s.lost = lost }

// receive takes a signal that is there. One whose value is lost ends the run: the sender
// believes that it was taken.
func (r *run) receive(ctx workflow.Context, name string) (any, bool) {
	var received signal
	if !workflow.GetSignalChannel(ctx, name).ReceiveAsync(&received) {
		return nil, false
	}
	r.mailbox.signals++
	if lost := r.lossOf(ctx, fmt.Sprintf("signal %d, %s,", r.mailbox.signals, name), received.err()); lost != nil {
		r.decide(r.root, failure(failureOf(lost)))
		return nil, false
	}
	return received.any, true
}

func (s *signal) err() error {
	if s.lost == nil {
		return nil
	}
	return s.lost
}

// schemaOf is the schema of a wait, with the program that has it.
type schemaOf struct {
	program *language.Program
	schema  *language.Schema
}

// waitsNow are the names that steps wait for, in the blueprint and in the plans under
// way, with their schemas.
func (r *run) waitsNow() ([]string, map[string][]schemaOf) {
	schemas := map[string][]schemaOf{}
	var names []string
	for _, program := range r.programsNow() {
		for _, step := range program.Steps {
			if wait, waits := step.Kind.(*language.Wait); waits {
				if schemas[wait.Wait] == nil {
					names = append(names, wait.Wait)
				}
				schemas[wait.Wait] = append(schemas[wait.Wait], schemaOf{program, wait.Schema})
			}
		}
	}
	slices.Sort(names)
	return names, schemas
}

// programsNow are the blueprint's program and those of the plans under way.
func (r *run) programsNow() []*language.Program {
	found := []*language.Program{r.root.program}
	var walk func(f *frame)
	walk = func(f *frame) {
		if !slices.Contains(found, f.program) {
			found = append(found, f.program)
		}
		for _, each := range f.subframes {
			walk(each)
		}
	}
	walk(r.root)
	return found
}
