package engine

import (
	"fmt"
	"slices"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
	"dynamicsamples/blueprint/storage"
)

// Types of the errors with which a message is refused.
const (
	// ErrUnknownMessage is a name for which no step waits, or is going to wait.
	ErrUnknownMessage = "UnknownMessage"
	// ErrInvalidMessage is a value that does not fit the waits of its name.
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
func NewMessage(name string, content any) Message {
	return Message{Name: name, Value: value{any: content}}
}

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
	// rules are those of the run's version.
	rules messageRules
	// waits are the frames that wait for a message, in order.
	waits []*frame
	// signals counts those received.
	signals int
	// bytes are those of the messages that are kept, where the state does not count them.
	bytes int
	// news says that an update has brought something since the run last went on.
	news bool
	// ahead are the waits that may still begin, by name, as long as no step begins or ends.
	ahead map[string][]waitAhead
}

// messageRules say what becomes of a message.
type messageRules interface {
	// check refuses the message of an update. It changes nothing.
	check(r *run, message Message) error
	// repeated is the answer to an update that has been answered.
	repeated(r *run, id string) (Receipt, bool)
	// take takes the message of an update that was not refused.
	take(ctx workflow.Context, r *run, id string, message Message) (Receipt, error)
	// begins is notified that a step has begun to wait.
	begins(ctx workflow.Context, r *run, f *frame)
	// ready reports whether there is something to deliver, and deliver does it.
	ready(ctx workflow.Context, r *run) bool
	deliver(ctx workflow.Context, r *run)
	// quiet reports whether nothing has come that this run has to deal with.
	quiet(ctx workflow.Context, r *run) bool
	// leave is notified that the run is about to continue as new.
	leave(ctx workflow.Context, r *run)
	// left counts the messages that no step has taken, by name.
	left(r *run) map[string]int
}

// add lets the frame wait, in the order of the tickets.
func (m *mailbox) add(ctx workflow.Context, f *frame) {
	signalsOf(ctx, awaited(f.step)) // so that the Web UI and the CLI offer it
	m.waits = append(m.waits, f)
	// A run that goes on finds the frames in the order of the document.
	slices.SortStableFunc(m.waits, func(a, b *frame) int { return a.Ticket - b.Ticket })
}

// awaited is the name of the message that a step waits for: one that it takes, or one that
// approves its plan.
func awaited(step *language.Step) string {
	switch kind := step.Kind.(type) {
	case *language.Wait:
		return kind.Wait
	case *language.PlanStep:
		return kind.Approve
	default:
		return ""
	}
}

// remove lets the frame wait no longer.
func (m *mailbox) remove(f *frame) {
	m.waits = slices.DeleteFunc(m.waits, func(each *frame) bool { return each == f })
}

// rulesOf are the rules of the version that the run was started with.
func (r *run) rulesOf() messageRules {
	if r.since(2) {
		return secondRules{}
	}
	return firstRules{}
}

// serveMessages lets clients bring messages by the update.
func (r *run) serveMessages(ctx workflow.Context) error {
	err := workflow.SetUpdateHandlerWithOptions(ctx, MessageUpdate, r.take, workflow.UpdateHandlerOptions{
		Validator:   r.check,
		Description: "Send a message that a step waits for, and learn which step has taken it",
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
	if _, repeated := r.mailbox.rules.repeated(r, workflow.GetCurrentUpdateInfo(ctx).ID); repeated {
		return nil
	}
	if err := r.mailbox.rules.check(r, message); err != nil {
		return boundedError(err)
	}
	return nil
}

// take takes the message. It neither blocks nor calls anything, so that it ends in the
// task in which it began.
func (r *run) take(ctx workflow.Context, message Message) (Receipt, error) {
	if message.lost != nil {
		// It was there when it was checked.
		r.giveUpIfLost(message.lost)
		return Receipt{}, failureOf(message.lost).err()
	}
	id := workflow.GetCurrentUpdateInfo(ctx).ID
	if answer, repeated := r.mailbox.rules.repeated(r, id); repeated {
		return answer, nil
	}
	return r.mailbox.rules.take(ctx, r, id, message)
}

func tooManyMessages() error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf("the run already keeps %d messages", maxMessages), ErrTooManyMessages, nil)
}

// unhandledSignals are the names of the signals that are there, in order.
func unhandledSignals(ctx workflow.Context) []string {
	names := workflow.GetUnhandledSignalNames(ctx)
	// The SDK lists them in the order of a Go map.
	slices.Sort(names)
	return names
}

// signalsOf is where the signals of a name arrive.
func signalsOf(ctx workflow.Context, name string) workflow.ReceiveChannel {
	return workflow.GetSignalChannelWithOptions(ctx, name, workflow.SignalChannelOptions{
		Description: "The message of this name, which a step waits for",
	})
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
func (r *run) receive(ctx workflow.Context, name string) (value, bool) {
	var received signal
	if !signalsOf(ctx, name).ReceiveAsync(&received) {
		return value{}, false
	}
	r.mailbox.signals++
	if lost := r.lossOf(ctx, fmt.Sprintf("signal %d, %s,", r.mailbox.signals, name), received.err()); lost != nil {
		r.decide(r.root, failure(failureOf(lost)))
		return value{}, false
	}
	return received.value, true
}

func (s *signal) err() error {
	if s.lost == nil {
		return nil
	}
	return s.lost
}

// programsNow are the blueprint's program and those of the plans under way.
func (r *run) programsNow() []*language.Program { return r.programsBut(nil) }

// programsBut are the same without what is below a frame.
func (r *run) programsBut(without *frame) []*language.Program {
	found := []*language.Program{r.root.program}
	var walk func(f *frame)
	walk = func(f *frame) {
		if !slices.Contains(found, f.program) {
			found = append(found, f.program)
		}
		if f == without {
			return
		}
		for _, each := range f.subframes {
			walk(each)
		}
	}
	walk(r.root)
	return found
}
