package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/expression"
	"dynamicsamples/blueprint/language"
)

// secondRules are what version 2 does with messages. A message goes to the first step that
// waits for it and that it fits, at once. What no step takes now is kept if a step may wait
// for it later, and is offered to each wait that begins. What was accepted is never dropped.
type secondRules struct{}

// keptMessage is a message that no step has taken.
type keptMessage struct {
	Name  string `json:"name"`
	Value value  `json:"value"`
}

func (m keptMessage) bytes() int { return len(m.Name) + expression.Size(m.Value.any) }

// answered is an update that has been answered.
type answered struct {
	ID   string `json:"id"`
	Step string `json:"step,omitempty"`
}

// placing is what becomes of a message.
type placing struct {
	// waiting is the step that takes it now.
	waiting *frame
	// later says that a step may take it that has not begun to wait.
	later bool
	// reasons say why no other step takes it; tried are the steps that were asked.
	reasons []string
	tried   map[*language.Step]bool
	// work is that of the schemas, cost that of the expressions, and err that they would take
	// too much.
	work int
	cost uint64
	err  error
}

// workPerCost is how much work of validation there is to a unit of the budget's cost, and
// workPerPace to a unit of what the run does at a time.
const (
	workPerCost = 300
	workPerPace = 12
)

// place finds the step that a message is for: the first that waits for it and that it fits;
// else one that may still begin to wait.
func (r *run) place(message Message, ahead []waitAhead) placing {
	found := placing{tried: map[*language.Step]bool{}}
	for _, f := range r.mailbox.waits {
		if awaited(f.step) != message.Name || f.outcome != nil || f.Canceling {
			continue
		}
		found.tried[f.step] = true
		if found.isFor(r, f, message) {
			found.waiting = f
			return found
		}
	}
	for _, each := range ahead {
		found.tried[each.step] = true
		if found.fits(r, each.program, each.step.Kind.(*language.Wait), pathIn(each.program, each.step), message) {
			found.later = true
			return found
		}
	}
	return found
}

// mostReasons is how many reasons a refusal tells, and longestReason how long each may be.
const (
	mostReasons   = 10
	longestReason = 300
)

// spent is what the tries count for in the pace of the run.
func (p *placing) spent() uint64 { return uint64(p.work/workPerPace) + p.cost }

// left is the cost that the tries may still have: all of one message stay within that of one
// value.
func (p *placing) left(r *run) uint64 {
	most := uint64(r.record.Budget.Cost)
	return most - min(most, p.cost+uint64(p.work/workPerCost))
}

// no notes why a step does not take the message.
func (p *placing) no(path, reason string) bool {
	if len(p.reasons) < mostReasons {
		p.reasons = append(p.reasons, path+": "+reason)
	}
	return false
}

// isFor tries a step that waits.
func (p *placing) isFor(r *run, f *frame, message Message) bool {
	if wait, waits := f.step.Kind.(*language.Wait); waits {
		return p.fits(r, f.program, wait, f.path, message) && p.matches(r, f, message)
	}
	return p.approves(f, message)
}

// matches tries the match of a step that waits. Where it has no value, the message does not
// fit. Why it has none is not told: it can quote what only the run knows.
func (p *placing) matches(r *run, f *frame, message Message) bool {
	match := f.step.Kind.(*language.Wait).Match
	if match == nil {
		return true
	}
	limits := r.limits()
	// A validator must not change the pace of the run.
	var spent uint64
	limits.Cost, limits.Spent = p.left(r), &spent
	result, err := f.program.Evaluate(match.Raw, keyNames{f.ownScope.with(language.MessageName, message.Value.any), f}, limits)
	p.cost += spent
	var failed *expression.Error
	switch {
	case errors.As(err, &failed) && failed.Kind == expression.TooCostly:
		p.err = exceeded("cost", r.record.Budget.Cost).err()
		return false
	case err != nil:
		return p.no(f.path, "its match has no value for this message")
	case result != true:
		return p.no(f.path, "its match does not hold")
	}
	return true
}

// fits tries the schema of a step.
func (p *placing) fits(r *run, program *language.Program, wait *language.Wait, path string, message Message) bool {
	if p.err != nil {
		return false
	}
	work, err := program.FitsWithin(wait.Schema, message.Value.any, int(p.left(r))*workPerCost)
	p.work += work
	if errors.Is(err, language.ErrTooMuchWork) {
		p.err = exceeded("cost", r.record.Budget.Cost).err()
		return false
	}
	if err != nil {
		return p.no(path, shortened(err.Error(), longestReason))
	}
	return true
}

// unusable says why no step could use the message, whatever it waits for.
func (r *run) unusable(message Message) error {
	if message.Value.problem != nil {
		return refusedMessage(ErrInvalidMessage, "the message: %v", message.Value.problem)
	}
	if size := expression.Size(message.Value.any); size > r.record.Budget.OutputBytes {
		return refusedMessage(ErrInvalidMessage, "the message has %d bytes, and the budget allows outputBytes: %d", size, r.record.Budget.OutputBytes)
	}
	if expression.IsTooDeep(message.Value.any) {
		return refusedMessage(ErrInvalidMessage, "the message: values may nest %d deep", expression.Levels)
	}
	return nil
}

// check refuses what no step takes and none can take later.
func (secondRules) check(r *run, message Message) error {
	if err := r.unusable(message); err != nil {
		return err
	}
	// What a validator finds out is not kept: it does not run in a replay.
	found := r.place(message, r.waitsAhead(message.Name))
	switch {
	case found.err != nil:
		return found.err
	case found.waiting != nil:
		return nil
	case !found.later:
		return r.refusal(message, found)
	case !r.canKeep(keptMessage{message.Name, message.Value}):
		return tooManyMessages()
	}
	return nil
}

// refusal says why no step takes the message: for each that waits for one of the name, or
// did.
func (r *run) refusal(message Message, found placing) error {
	reasons, names := found.reasons, []string{}
	for _, program := range r.programsNow() {
		names = append(names, workflow.DeterministicKeys(program.Waits)...)
		names = append(names, workflow.DeterministicKeys(program.Approvals)...)
		for _, each := range program.Waits[message.Name] {
			if !found.tried[each] {
				reasons = append(reasons, pathIn(program, each)+": it has passed")
			}
		}
		for _, each := range program.Approvals[message.Name] {
			if !found.tried[each] {
				reasons = append(reasons, pathIn(program, each)+": no plan of it waits for its approval")
			}
		}
	}
	slices.Sort(names)
	name := shortened(message.Name, longestReason)
	switch {
	case len(reasons) == 0:
		return refusedMessage(ErrUnknownMessage, "no step waits for a message %q; there are: %s", name, listed(slices.Compact(names), ", "))
	case len(found.reasons) == 0:
		return refusedMessage(ErrUnknownMessage, "no step waits for a message %q anymore: %s", name, listed(reasons, "; "))
	default:
		return refusedMessage(ErrInvalidMessage, "the message %q does not fit what the step waits for: %s", name, listed(reasons, "; "))
	}
}

// listed are the first of the texts.
func listed(texts []string, separator string) string {
	if len(texts) > mostReasons {
		texts = append(slices.Clone(texts[:mostReasons]), "...")
	}
	return strings.Join(texts, separator)
}

func refusedMessage(kind, format string, arguments ...any) error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(format, arguments...), kind, nil)
}

func (secondRules) repeated(r *run, id string) (Receipt, bool) {
	at := slices.IndexFunc(r.state.Answered, func(each answered) bool { return each.ID == id })
	if at < 0 {
		return Receipt{}, false
	}
	return Receipt{Step: r.state.Answered[at].Step}, true
}

// take gives the message to its step, or keeps it.
func (secondRules) take(ctx workflow.Context, r *run, id string, message Message) (Receipt, error) {
	// What a message before it has begun comes first: which steps wait depends on it.
	detachedCtx, stop := workflow.NewDisconnectedContext(ctx)
	defer stop()
	_ = workflow.Await(detachedCtx, func() bool {
		return r.idle() && signalsOf(detachedCtx, message.Name).Len() == 0
	})
	r.mailbox.news = true
	receipt, err := r.accept(message)
	if err != nil {
		// The validator has seen another state.
		return Receipt{}, err
	}
	r.state.Answered = append(r.state.Answered, answered{ID: id, Step: receipt.Step})
	if len(r.state.Answered) > maxMessageIDs {
		r.state.Answered = r.state.Answered[1:]
	}
	return receipt, nil
}

// accept gives a message to its step, or keeps it, or says why neither can be done.
func (r *run) accept(message Message) (Receipt, error) {
	if r.mailbox.ahead == nil {
		r.mailbox.ahead = map[string][]waitAhead{}
	}
	ahead, known := r.mailbox.ahead[message.Name]
	if !known {
		ahead = r.waitsAhead(message.Name)
		r.mailbox.ahead[message.Name] = ahead
	}
	found := r.place(message, ahead)
	r.pace.spent += costOfTask + found.spent()
	kept := keptMessage{message.Name, message.Value}
	switch {
	case found.err != nil:
		return Receipt{}, found.err
	case found.waiting != nil:
		path := found.waiting.path
		r.give(found.waiting, message.Value.any)
		return Receipt{Step: path}, nil
	case !found.later:
		return Receipt{}, r.refusal(message, found)
	case !r.canKeep(kept):
		return Receipt{}, tooManyMessages()
	}
	r.state.Kept = append(r.state.Kept, kept)
	r.mailbox.bytes += kept.bytes()
	return Receipt{}, nil
}

// give ends the wait with the message.
func (r *run) give(f *frame, content any) {
	r.mailbox.remove(f)
	r.pace.progressed = true
	received(r, f, content)
	r.mailbox.ahead = nil
}

// canKeep reports whether the message is within the bounds of those that are kept.
func (r *run) canKeep(message keptMessage) bool {
	return len(r.state.Kept) < maxMessages && r.mailbox.bytes+message.bytes() <= r.record.Budget.StateBytes/4
}

// begins offers the step that has begun to wait what has been kept, in the order of
// arrival. What would take too much work to try stays where it is: a run does not fail for
// what outsiders send.
func (secondRules) begins(ctx workflow.Context, r *run, f *frame) {
	wait := f.step.Kind.(*language.Wait)
	for i, each := range r.state.Kept {
		if each.Name != wait.Wait {
			continue
		}
		tries := placing{}
		fits := tries.isFor(r, f, Message{Name: each.Name, Value: each.Value})
		r.pace.spent += tries.spent()
		if fits {
			r.state.Kept = slices.Delete(r.state.Kept, i, i+1)
			r.mailbox.bytes -= each.bytes()
			r.give(f, each.Value.any)
			return
		}
		// Nothing else changes what is kept meanwhile.
		r.rest(ctx)
	}
}

func (secondRules) ready(ctx workflow.Context, r *run) bool {
	return r.mailbox.news || len(workflow.GetUnhandledSignalNames(ctx)) > 0
}

func (secondRules) deliver(ctx workflow.Context, r *run) {
	if r.mailbox.news {
		r.mailbox.news, r.pace.progressed = false, true
	}
	for _, name := range unhandledSignals(ctx) {
		r.receiveSignals(ctx, name)
	}
}

// receiveSignals takes the signals of a name that are there, and does what each begins
// before it takes the next. Nobody waits for an answer: one that no step takes, or can take
// later, is dropped.
func (r *run) receiveSignals(ctx workflow.Context, name string) {
	channel := signalsOf(ctx, name)
	for there := channel.Len(); there > 0; there = channel.Len() {
		r.pace.progressed = true
		content, received := r.receive(ctx, name)
		// The SDK passes over what it cannot read.
		for range there - channel.Len() - 1 {
			r.dropSignal(name, ErrInvalidMessage)
		}
		if !received {
			r.dropSignal(name, ErrInvalidMessage)
		} else if err := r.acceptSignal(Message{Name: name, Value: content}); err != nil {
			r.dropSignal(name, typeOf(err))
		}
		r.turn(ctx)
		r.rest(ctx)
	}
}

// dropSignal counts a signal that no step takes. The log has nothing that the sender chose but the
// beginning of the name.
func (r *run) dropSignal(name, reason string) {
	r.state.Dropped++
	r.logger.Warn("A signal that no step takes is dropped.", "message", shortened(name, longestReason), "reason", reason)
}

func (r *run) acceptSignal(message Message) error {
	if err := r.unusable(message); err != nil {
		return err
	}
	_, err := r.accept(message)
	return err
}

// typeOf is the type of a failure, which holds nothing of what outsiders have sent.
func typeOf(err error) string {
	var failed *temporal.ApplicationError
	if errors.As(err, &failed) {
		return failed.Type()
	}
	return FailureInternal
}

func (secondRules) leave(workflow.Context, *run) {}

// quiet reports whether every message that has come has its answer.
func (rules secondRules) quiet(ctx workflow.Context, r *run) bool {
	return !rules.ready(ctx, r) && workflow.AllHandlersFinished(ctx)
}

func (secondRules) left(r *run) map[string]int {
	left := map[string]int{}
	for _, each := range r.state.Kept {
		left[each.Name]++
	}
	return left
}
