package engine

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// Types of the errors with which an operation is refused.
const (
	// ErrInvalidOperation is an operation that is not one: a name or a field that does not
	// exist, a text that is too long.
	ErrInvalidOperation = "InvalidOperation"
	// ErrUnknownStep is an operation on a step that the document does not have.
	ErrUnknownStep = "UnknownStep"
	// ErrOperationRefused is an operation that the run does not admit as it stands.
	ErrOperationRefused = "OperationRefused"
	// ErrOperationNotAllowed is an operation that the interpreter, the document or the step does not
	// allow.
	ErrOperationNotAllowed = "OperationNotAllowed"
)

// Operation is what somebody asks of a run: to pause at its gates or to resume, to hold failures,
// or to do something about a step that is held or waits at a gate.
type Operation struct {
	// Op is pause, resume, hold, retry, complete, skip, fail, set or replace.
	Op string `json:"op"`
	// ID names the operation: what has been done under an ID is not done again. It is the
	// Update's own where it is left out.
	ID string `json:"id,omitempty"`
	// Step is the path of the step that is meant, or without the numbers of rounds and items,
	// that of each of them; "" is the whole run.
	Step string `json:"step,omitempty"`
	// By is who asks, as they say themselves, and Note why.
	By   string `json:"by,omitempty"`
	Note string `json:"note,omitempty"`
	// Input is the argument with which a step is tried again, instead of its own.
	Input json.RawMessage `json:"input,omitempty"`
	// Output is what a step is completed with.
	Output json.RawMessage `json:"output,omitempty"`
	// Type and Message are those of the failure that a step is to have; without them it is its own.
	Type    string `json:"type,omitempty"`
	Message string `json:"message,omitempty"`
	// Vars are variables with their new values, an object.
	Vars json.RawMessage `json:"vars,omitempty"`
	// Types are those of the failures that are held, and Timeout is how long each is, a duration; Off
	// takes back what was asked for before.
	Types   []string          `json:"types,omitempty"`
	Timeout language.Duration `json:"timeout,omitempty"`
	Off     bool              `json:"off,omitempty"`
	// Document takes the place of the run's own, as an object, or as a text in YAML or JSON; DryRun
	// only tells what is against it.
	Document json.RawMessage `json:"document,omitempty"`
	DryRun   bool            `json:"dryRun,omitempty"`
}

// brief is the operation without the values, which may be large.
func (o Operation) brief() Operation {
	o.Input, o.Output, o.Vars, o.Document = nil, nil, nil, nil
	return o
}

// asked is an operation as it comes in.
type asked struct {
	Operation
	problem error
}

// UnmarshalJSON implements json.Unmarshaler. What is wrong is told by the validator.
func (a *asked) UnmarshalJSON(data []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	a.problem = decoder.Decode(&a.Operation)
	// It is how a path is written that means all rounds or items.
	a.Step = strings.ReplaceAll(a.Step, "[*]", "")
	return nil
}

// OperationAnswer says what has been done.
type OperationAnswer struct {
	Operation
	// Paused is what is paused now, and AtGates what waits.
	Paused  []Paused `json:"paused,omitempty"`
	AtGates []AtGate `json:"atGates,omitempty"`
	// Holds are the steps whose failures somebody has asked to hold, and Held what is held now.
	Holds []Paused   `json:"holds,omitempty"`
	Held  []HeldStep `json:"held,omitempty"`
	// Activities and Children are the Activity IDs and the Workflow IDs of what is under way in
	// what the operation is on: it goes on, and the server tries Activities again. Of very many
	// Activities the first are told, and MoreActivities counts the others.
	Activities     []string `json:"activities,omitempty"`
	MoreActivities int      `json:"moreActivities,omitempty"`
	Children       []string `json:"children,omitempty"`
}

// Operated is an operation that was done, or that came too late.
type Operated struct {
	Operation
	// Time is when.
	Time time.Time `json:"time"`
	// Refused is why it was not done, where the run had changed when its turn came.
	Refused string `json:"refused,omitempty"`
}

// Bounds of operations, and of what is kept of them.
const (
	maxOperations = 100
	maxPaused     = 50
	longestOpID   = 200
	longestOpStep = 2000
	longestBy     = 200
	longestNote   = 500
	longestOpType = language.LongestType
)

// operations are those that wait for their turn; answered says that one has its answer since the
// loop last went on, in case that is what it waited for.
type operations struct {
	queue    []*queued
	answered bool
}

// queued is an operation that waits for its turn.
type queued struct {
	operation Operation
	answered  bool
	answer    OperationAnswer
	err       error
}

func (q *queued) refuse(err error) { q.answered, q.err = true, err }

// serveOperations lets people operate the run.
func (r *run) serveOperations(ctx workflow.Context) error {
	if !r.since(2) {
		return nil
	}
	err := workflow.SetUpdateHandlerWithOptions(ctx, OperateUpdate, r.operate, workflow.UpdateHandlerOptions{
		Validator:   r.checkOperation,
		Description: "Pause the run or a step at the gates where things begin, resume it, hold failures, and decide about what is held",
	})
	if err != nil {
		return fmt.Errorf("offering the update %s: %w", OperateUpdate, err)
	}
	return nil
}

// checkOperation refuses what is no operation, and what the run does not admit now.
func (r *run) checkOperation(ctx workflow.Context, operation asked) error {
	if err := operation.check(); err != nil {
		return err
	}
	if r.operated(operation.named(ctx).ID) != nil {
		return nil
	}
	if err := r.permits(operation.Operation); err != nil {
		return err
	}
	if err := r.admits(operation.Operation); err != nil {
		return err
	}
	return r.checkTypes(operation.Operation)
}

// check refuses what is no operation.
func (o asked) check() error {
	ops := language.Operations()
	switch {
	case o.problem != nil:
		return refusedOperation(ErrInvalidOperation, "an operation is an object {op, id, step, by, note, input, output, type, message, vars, types, timeout, off, document, dryRun}: %s", shortened(textOfJSONError(o.problem), longestReason))
	case !slices.Contains(ops, o.Op):
		return refusedOperation(ErrInvalidOperation, "there is no operation %q%s; there are: %s",
			shortened(o.Op, longestReason), didYouMean(o.Op, ops), strings.Join(ops, ", "))
	}
	if err := o.checkFields(); err != nil {
		return err
	}
	for _, each := range []struct {
		field, text string
		most        int
	}{{"id", o.ID, longestOpID}, {"step", o.Step, longestOpStep}, {"by", o.By, longestBy}, {"note", o.Note, longestNote}, {"type", o.Type, longestOpType}, {"message", o.Message, longestOpStep}} {
		if len(each.text) > each.most {
			return refusedOperation(ErrInvalidOperation, "%s must have at most %d bytes, got %d", each.field, each.most, len(each.text))
		}
	}
	return nil
}

// checkFields refuses a field that the operation does not have, and asks for those that it needs.
func (o asked) checkFields() error {
	for _, each := range []struct {
		field, of string
		given     bool
	}{
		{"input", "retry", o.Input != nil}, {"output", "complete", o.Output != nil}, {"vars", "set", o.Vars != nil},
		{"document", "replace", o.Document != nil}, {"dryRun", "replace", o.DryRun},
		{"types", "hold", o.Types != nil}, {"timeout", "hold", o.Timeout != ""}, {"off", "hold", o.Off},
		{"type", "fail", o.Type != ""}, {"message", "fail", o.Message != ""},
	} {
		if each.given && o.Op != each.of {
			return refusedOperation(ErrInvalidOperation, "%s is for %s, not for %s", each.field, each.of, o.Op)
		}
	}
	vars, _ := valueOf(o.Vars).(map[string]any)
	switch {
	case o.Op == "hold":
		return o.checkHold()
	case o.isOn() && o.Step == "":
		return refusedOperation(ErrInvalidOperation, "%s is about one step: step is missing, its path", o.Op)
	case o.Op == "replace" && o.Document == nil:
		return refusedOperation(ErrInvalidOperation, "replace needs the new document: document is missing")
	case o.Op == "replace" && o.Step != "":
		return refusedOperation(ErrInvalidOperation, "replace is about the whole document, and not about a step")
	case o.Op == "complete" && o.Output == nil:
		return refusedOperation(ErrInvalidOperation, "complete needs the output of the step: output is missing")
	case o.Op == "set" && len(vars) == 0:
		return refusedOperation(ErrInvalidOperation, "set needs vars, an object of variables and their values")
	case o.Message != "" && o.Type == "":
		return refusedOperation(ErrInvalidOperation, "a failure with a message needs a type")
	case o.Type == "Canceled":
		return refusedOperation(ErrInvalidOperation, "a cancel is no failure that can be made: cancel the run")
	case o.Type != "":
		if err := language.CheckType(o.Type); err != nil {
			return refusedOperation(ErrInvalidOperation, "%v", err)
		}
	}
	return nil
}

// textOfJSONError says what cannot be read, without the names of Go.
func textOfJSONError(err error) string {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Field == "" {
		return "it is a JSON " + wrong.Value
	}
	if errors.As(err, &wrong) {
		wanted := map[reflect.Kind]string{reflect.Bool: "true or false", reflect.Slice: "a list of texts"}[wrong.Type.Kind()]
		return fmt.Sprintf("%s must be %s, not a JSON %s", wrong.Field, cmp.Or(wanted, "a text"), wrong.Value)
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

func didYouMean(wrong string, known []string) string {
	if meant := language.Suggest(wrong, known); meant != "" {
		return fmt.Sprintf("; did you mean %q?", meant)
	}
	return ""
}

// named is the operation with its ID.
func (o Operation) named(ctx workflow.Context) Operation {
	if o.ID == "" {
		o.ID = shortened(workflow.GetCurrentUpdateInfo(ctx).ID, longestOpID)
	}
	return o
}

func refusedOperation(kind, format string, arguments ...any) error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(format, arguments...), kind, nil)
}

// operated is the operation of the ID, if it is among the last.
func (r *run) operated(id string) *Operated {
	at := slices.IndexFunc(r.state.Operations, func(each Operated) bool { return each.ID == id })
	if at < 0 {
		return nil
	}
	return &r.state.Operations[at]
}

// admits refuses what cannot be done as the run stands, and says what can. It changes nothing.
func (r *run) admits(operation Operation) error {
	if r.root.outcome != nil || r.root.Canceling {
		return refusedOperation(ErrOperationRefused, "the run is ending: it admits no operation")
	}
	if r.replacement != nil {
		return refusedOperation(ErrOperationRefused, "the document is being replaced: ask again")
	}
	if operation.Op == "replace" {
		return r.admitsReplace(operation)
	}
	if operation.isOn() {
		if err := r.checkValues(operation); err != nil {
			return err
		}
		_, err := r.operandOf(operation)
		return err
	}
	if operation.Step != "" {
		if err := r.checkStep(operation.Step); err != nil {
			return err
		}
	}
	at := r.pausedAt(operation.Step)
	switch {
	case operation.Op == "hold":
		return r.admitsHold(operation)
	case operation.Op == "pause" && at >= 0:
		return refusedOperation(ErrOperationRefused, "%s is already paused, since %s: it admits resume", whatOf(operation.Step), r.state.Paused[at])
	case operation.Op == "pause" && len(r.state.Paused) >= maxPaused:
		return refusedOperation(ErrOperationRefused, "%d steps are already paused, which is the most: resume some, or pause the whole run", maxPaused)
	case operation.Op == "resume" && at < 0 && len(r.state.Paused) == 0:
		return refusedOperation(ErrOperationRefused, "%s is not paused, and nothing else is: it admits pause", whatOf(operation.Step))
	case operation.Op == "resume" && at < 0:
		return refusedOperation(ErrOperationRefused, "%s itself is not paused: it admits pause; resume what is: %s", whatOf(operation.Step), r.listPaused())
	}
	return nil
}

func whatOf(step string) string {
	if step == "" {
		return "the run"
	}
	return "the step " + step
}

func (r *run) pausedAt(step string) int {
	return slices.IndexFunc(r.state.Paused, func(each Paused) bool { return each.Step == step })
}

func (r *run) listPaused() string {
	var names []string
	for _, each := range r.state.Paused {
		names = append(names, whatOf(each.Step))
	}
	return listed(names, ", ")
}

// operate queues an operation, and waits for its turn: the run's loop does it when nothing
// else is to be done.
func (r *run) operate(ctx workflow.Context, operation asked) (OperationAnswer, error) {
	next := &queued{operation: operation.named(ctx)}
	if r.root.outcome != nil || r.lost != nil {
		return OperationAnswer{}, hasEnded()
	}
	r.operations.queue = append(r.operations.queue, next)
	detached, stop := workflow.NewDisconnectedContext(ctx)
	defer stop()
	_ = workflow.Await(detached, func() bool { return next.answered })
	r.operations.answered = true
	return next.answer, next.err
}

func hasEnded() error {
	return refusedOperation(ErrOperationRefused, "the run has ended: it admits no operation")
}

// operateAll does the operations that wait, each in its turn.
func (r *run) operateAll(ctx workflow.Context) {
	for len(r.operations.queue) > 0 && r.root.outcome == nil && r.lost == nil {
		next := r.operations.queue[0]
		r.operations.queue = r.operations.queue[1:]
		r.pace.spent += costOfTask + r.costOf(next.operation)
		if earlier := r.operated(next.operation.ID); earlier != nil {
			// That is no progress: somebody who repeats it would let runs follow each other forever.
			r.answerAgain(next, *earlier)
			continue
		}
		r.pace.progressed = true
		err := r.admits(next.operation)
		switch {
		case err != nil:
		case next.operation.Op == "replace":
			err = r.replace(ctx, next.operation)
		default:
			r.apply(ctx, next.operation)
			r.turn(ctx)
		}
		r.noteOperation(next.operation, err)
		next.answered, next.err = true, err
		if err == nil {
			next.answer = r.answerTo(next.operation)
		}
	}
}

// costOf is about how much work it is to find the step of an operation, and to read its values.
func (r *run) costOf(operation Operation) uint64 {
	const bytesPerCost = 10
	values := len(operation.Input) + len(operation.Output) + len(operation.Vars)
	return uint64(len(r.holds.frames) + len(r.gates.tasks) + len(r.gates.calls) + len(r.calls.pending) + values/bytesPerCost)
}

// ready reports whether one waits for its turn, or has its answer.
func (o *operations) ready() bool { return len(o.queue) > 0 || o.answered }

// refuseAll refuses what waits in a run that has ended.
func (o *operations) refuseAll() {
	for _, each := range o.queue {
		each.refuse(hasEnded())
	}
	o.queue = nil
}

// answerAgain answers an operation that has been done with what has come of it.
func (r *run) answerAgain(repeated *queued, earlier Operated) {
	if earlier.Refused != "" {
		repeated.refuse(refusedOperation(ErrOperationRefused, "%s", earlier.Refused))
		return
	}
	repeated.answered, repeated.answer = true, r.answerTo(earlier.Operation)
}

// apply does what was asked.
func (r *run) apply(ctx workflow.Context, operation Operation) {
	switch operation.Op {
	default:
		on, _ := r.operandOf(operation)
		r.operateStep(ctx, on, operation)
	case "hold":
		r.holdByHand(operation)
	case "pause":
		r.state.Paused = append(r.state.Paused, Paused{Step: operation.Step, Since: r.now, By: operation.By, Note: operation.Note})
	case "resume":
		at := r.pausedAt(operation.Step)
		r.state.Paused = slices.Delete(r.state.Paused, at, at+1)
	}
	r.gates.close(r.state.Paused)
}

// noteOperation keeps what was asked, and whether it was done.
func (r *run) noteOperation(operation Operation, err error) {
	note := Operated{Operation: operation.brief(), Time: r.now}
	var refused *temporal.ApplicationError
	if errors.As(err, &refused) {
		note.Refused = shortened(refused.Message(), longestReason)
	}
	r.state.Operations = append(r.state.Operations, note)
	if len(r.state.Operations) > maxOperations {
		r.state.Operations = slices.Delete(r.state.Operations, 0, 1)
	}
}

// bytes are those of the operations in the state.
func (o *operations) bytes(s *state) int {
	if len(s.Operations) == 0 { // Nothing is paused or held by hand then.
		return 0
	}
	encoded, _ := json.Marshal([]any{s.Operations, s.Paused, s.Holds})
	return len(encoded)
}
