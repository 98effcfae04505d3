package engine

import (
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/expression"
	"dynamicsamples/blueprint/language"
)

// firstRules are what version 1 does with messages: it keeps all, and gives them to the
// steps that wait when the run goes on.
type firstRules struct{}

// check refuses a message that no wait can take.
func (firstRules) check(r *run, message Message) error {
	names, schemas := r.waitsNow()
	if !slices.Contains(names, message.Name) {
		return temporal.NewNonRetryableApplicationError(
			fmt.Sprintf("no step waits for a message %q; there are: %s", message.Name, strings.Join(names, ", ")), ErrUnknownMessage, nil)
	}
	if r.kept() >= maxMessages {
		return tooManyMessages()
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

func (firstRules) repeated(r *run, id string) (Receipt, bool) {
	return Receipt{}, slices.Contains(r.state.MessageIDs, id)
}

// take keeps the message for its wait.
func (firstRules) take(ctx workflow.Context, r *run, id string, message Message) (Receipt, error) {
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

// ready reports whether a step waits for a message that is there.
func (firstRules) ready(ctx workflow.Context, r *run) bool {
	return slices.ContainsFunc(r.mailbox.waits, func(f *frame) bool {
		name := f.step.Kind.(*language.Wait).Wait
		return len(r.state.Messages[name]) > 0 || signalsOf(ctx, name).Len() > 0
	})
}

func (rules firstRules) begins(ctx workflow.Context, r *run, _ *frame) { rules.deliver(ctx, r) }

// deliver gives the messages that are there to the steps that wait for them, first come,
// first served. A signal that does not fit is dropped: nobody waits for an answer.
func (firstRules) deliver(ctx workflow.Context, r *run) {
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
		if f.program.Fits(wait.Schema, content) == nil {
			return content, true
		}
		r.logger.Warn("A message does not fit what the step waits for.", "message", wait.Wait, "step", f.path)
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
	content, there := r.receive(ctx, name)
	return content.any, there
}

func (firstRules) quiet(workflow.Context, *run) bool { return true }

// leave keeps the signals that no wait has taken, for the next run.
func (firstRules) leave(ctx workflow.Context, r *run) {
	for _, name := range unhandledSignals(ctx) {
		r.takeSignals(ctx, name)
	}
}

// takeSignals keeps the signals of a name that are there.
func (r *run) takeSignals(ctx workflow.Context, name string) {
	for content, there := r.receive(ctx, name); there; content, there = r.receive(ctx, name) {
		r.keep(name, content.any)
	}
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

func (firstRules) left(r *run) map[string]int {
	left := map[string]int{}
	for name, kept := range r.state.Messages {
		left[name] = len(kept)
	}
	return left
}
