package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/expression"
	"dynamicsamples/blueprint/language"
)

// standing is how a step stands that somebody operates.
type standing int

const (
	// stepHeld is one whose failure is held, stepAtGate one that waits at a gate before its
	// beginning, stepAtSlot one that has begun, and waits at a gate before its call; stepCalls is
	// one whose Activity is under way.
	stepHeld standing = iota + 1
	stepAtGate
	stepAtSlot
	stepCalls
)

// operand is a step that an operation is on.
type operand struct {
	frame    *frame
	standing standing
	call     *call
}

// path is the path by which the step is operated.
func (o operand) path() string {
	if o.frame.Role == roleUndo {
		return o.frame.Held.Failure.Step
	}
	return o.frame.path
}

// admitted are the operations that a step admits.
func (o operand) admitted() []string {
	switch o.standing {
	case stepCalls:
		return []string{"pause", "hold", "retry", "fail"}
	case stepHeld:
		if o.frame.Role == roleUndo {
			return []string{"retry", "complete", "skip", "fail"}
		}
		return []string{"retry", "complete", "skip", "fail", "set"}
	default:
		return []string{"resume", "hold", "retry with an input", "complete", "skip", "fail", "set"}
	}
}

// isOn reports whether an operation is on a step that waits, and not on a gate or a hold.
func (o Operation) isOn() bool {
	return !slices.Contains([]string{"pause", "resume", "hold", "replace"}, o.Op)
}

// stepOf is the frame of the step that a frame does something for.
func stepOf(f *frame) *frame {
	for f.Role == roleAttempt {
		f = f.parent
	}
	return f
}

// operands are the steps that can be operated and that the path names: one, or without the numbers
// of rounds and items, all of them.
func (r *run) operands(path string) []operand {
	var found []operand
	note := func(o operand) {
		if own := o.path(); own == path || unnumbered(own) == path {
			found = append(found, o)
		}
	}
	for _, each := range r.holds.frames {
		note(operand{frame: each, standing: stepHeld})
	}
	for _, each := range r.gates.tasks {
		if each.kind == taskEnter && each.frame.Role == roleStep {
			note(operand{frame: each.frame, standing: stepAtGate})
		}
	}
	for _, each := range r.gates.calls {
		if each.frame.Role != roleUndo {
			note(operand{frame: stepOf(each.frame), standing: stepAtSlot})
		}
	}
	for _, each := range r.calls.pending {
		if each.stops {
			note(operand{frame: stepOf(each.frame), standing: stepCalls, call: each})
		}
	}
	return found
}

// operandOf is the step that the operation is on, or why there is none that admits it.
func (r *run) operandOf(operation Operation) (operand, error) {
	found := r.operands(operation.Step)
	if len(found) == 0 {
		return operand{}, r.notOperable(operation)
	}
	if len(found) > 1 {
		var paths []string
		for _, each := range found {
			paths = append(paths, each.path())
		}
		return operand{}, refusedOperation(ErrOperationRefused, "%s is %d steps: name one of them: %s", whatOf(operation.Step), len(found), listed(paths, ", "))
	}
	return found[0], r.admitsOn(found[0], operation)
}

// admitsOn refuses what the step does not admit as it stands.
func (r *run) admitsOn(on operand, operation Operation) error {
	admitted := on.admitted()
	if slices.Contains([]standing{stepAtGate, stepAtSlot}, on.standing) && operation.Op == "retry" && operation.Input != nil {
		return nil
	}
	switch {
	case on.call != nil && on.call.frame.asked != nil:
		return refusedOperation(ErrOperationRefused, "%s is already being stopped, for %s: wait for its end", whatOf(on.path()), on.call.frame.asked.Op)
	case on.frame.isCanceled():
		return refusedOperation(ErrOperationRefused, "%s is being canceled: it admits no operation", whatOf(on.path()))
	case !slices.Contains(admitted, operation.Op):
		return refusedOperation(ErrOperationRefused, "%s %s: it admits %s", whatOf(on.path()), on.standing, strings.Join(admitted, ", "))
	case operation.Op == "retry" && operation.Input != nil && !takesInput(on.frame):
		return refusedOperation(ErrOperationRefused, "%s takes no input: only activity, workflow and plan steps do; set a variable instead", whatOf(on.path()))
	case operation.Op == "fail" && operation.Type == "" && on.standing != stepHeld:
		return refusedOperation(ErrOperationRefused, "%s has not failed: say the type of the failure", whatOf(on.path()))
	}
	return nil
}

// String says how the step stands.
func (s standing) String() string {
	switch s {
	case stepHeld:
		return "is held"
	case stepCalls:
		return "has an Activity under way"
	default:
		return "waits at a gate to begin"
	}
}

// takesInput reports whether the step has an argument that can be given.
func takesInput(f *frame) bool {
	if f.Role == roleUndo {
		return true
	}
	switch f.step.Kind.(type) {
	case *language.Activity, *language.Workflow, *language.PlanStep:
		return true
	}
	return false
}

// notOperable says why no step of the path can be operated: there is none, or it stands otherwise.
func (r *run) notOperable(operation Operation) error {
	at := located{run: r, path: operation.Step}
	if err := at.find(); err != nil {
		return err
	}
	const needs = "needs a step that is held, or that waits at a gate before its beginning"
	what := whatOf(operation.Step)
	if below := r.heldBelow(operation.Step); len(below) > 0 {
		return refusedOperation(ErrOperationRefused, "%s is under way, and %s %s; held in it: %s", what, operation.Op, needs, listed(below, ", "))
	}
	switch state := r.stateOf(at); {
	case at.single:
		return refusedOperation(ErrOperationRefused, "%s is not held, and does not wait at a gate before its beginning, as %s needs: %s", what, operation.Op, r.alwaysAdmits(operation.Step))
	case state == StatePending:
		return refusedOperation(ErrOperationRefused, "%s has not begun, and %s %s: %s", what, operation.Op, needs, r.alwaysAdmits(operation.Step))
	case state == StateRunning:
		return refusedOperation(ErrOperationRefused, "%s is under way, and %s %s: %s%s", what, operation.Op, needs, r.alwaysAdmits(operation.Step), goesOnWith(at.found[0]))
	default:
		return refusedOperation(ErrOperationRefused, "%s has ended (%s), and %s %s: to have it done again, fork the run before it", what, state, operation.Op, needs)
	}
}

// alwaysAdmits is what a step admits however it stands, but for what has been done.
func (r *run) alwaysAdmits(step string) string {
	var admitted []string
	if r.pausedAt(step) < 0 {
		admitted = append(admitted, "pause")
	}
	if r.holdAt(step) < 0 {
		admitted = append(admitted, "hold")
	}
	if len(admitted) == 0 {
		return "it is paused already, and its failures will be held"
	}
	return "it admits " + strings.Join(admitted, " and ")
}

// goesOnWith is what else lets the step, which is under way, go on.
func goesOnWith(step *language.Step) string {
	switch kind := step.Kind.(type) {
	case *language.Wait:
		return fmt.Sprintf("; or send it the message %q", kind.Wait)
	case *language.Workflow:
		return "; or operate the child"
	}
	return ""
}

// stateOf is how the step stands that was found: of several, that which has begun.
func (r *run) stateOf(at located) State {
	inside := r.top()
	if len(at.plans) > 0 {
		inside = place{visits: at.plans[len(at.plans)-1].Visits}
	}
	for _, each := range at.found {
		if state := inside.state(each); state != StatePending {
			return state
		}
	}
	return StatePending
}

// heldBelow are the paths of what is held in the step.
func (r *run) heldBelow(path string) []string {
	var found []string
	for _, each := range r.holds.frames {
		if own := (operand{frame: each}).path(); within(own, path) || within(unnumbered(own), path) {
			found = append(found, own)
		}
	}
	return found
}

// operateStep does what was asked of the step.
func (r *run) operateStep(ctx workflow.Context, on operand, operation Operation) {
	switch operation.Op {
	case "retry":
		r.retryStep(ctx, on, operation)
	case "fail":
		r.failStep(ctx, on, operation)
	case "complete":
		r.completeStep(ctx, on, valueOf(operation.Output))
	case "skip":
		on.frame.noUndo = true
		r.completeStep(ctx, on, nil)
	case "set":
		vars, _ := valueOf(operation.Vars).(map[string]any)
		r.setVars(on.frame, vars)
	}
}

// setVars sets variables where the step is, also for further attempts of it, and of what it is in.
func (r *run) setVars(f *frame, vars map[string]any) {
	f.ownScope.set(vars)
	for each := f; each != nil; each = each.parent {
		if each.Before == nil || each.ownScope.owner() != f.ownScope.owner() {
			continue
		}
		before := maps.Clone(each.Before)
		maps.Copy(before, vars)
		r.grow(each, before.size()-each.Before.size())
		each.Before = before
	}
}

// retryStep lets the step begin anew, or with another input when its gate opens.
func (r *run) retryStep(ctx workflow.Context, on operand, operation Operation) {
	f := on.frame
	if operation.Input != nil {
		r.giveInput(f, valueOf(operation.Input))
	}
	switch {
	case on.standing == stepCalls:
		on.call.frame.asked = &operation
		on.call.cancel()
	case on.standing == stepAtGate:
	case f.Role == roleUndo:
		r.release(f)
		undoNext(ctx, r, f)
	default:
		r.beginAgain(f)
	}
}

// given is an input that somebody has given to a step in place of its own.
type given struct {
	Value value `json:"value"`
}

func (g *given) bytes() int {
	if g == nil {
		return 0
	}
	return expression.Size(g.Value.any)
}

// giveInput gives the step, or the undo that failed last, another input.
func (r *run) giveInput(f *frame, input any) {
	if f.Role == roleUndo {
		entry := &f.Entries[len(f.Entries)-1]
		r.grow(f, -entry.bytes())
		entry.Argument = &value{any: input}
		r.grow(f, entry.bytes())
		return
	}
	r.grow(f, -f.Input.bytes())
	f.Input = &given{value{any: input}}
	r.grow(f, f.Input.bytes())
}

// argument is what the step calls with: the input that somebody has given, or its own.
func (r *run) argument(f *frame, own *language.Value) (*value, *Failure) {
	if input := stepOf(f).Input; input != nil {
		return &input.Value, nil
	}
	return r.optional(f, own)
}

// beginAgain lets a step that has failed, or was stopped, begin anew, once what had completed in
// it is taken back.
func (r *run) beginAgain(f *frame) {
	ended := cancellation()
	if f.Held != nil {
		ended = failure(r.release(f))
	}
	r.clear(f)
	f.Again, f.Decided = true, &ended
	if !r.undo(f, 0, func(each undoEntry) bool { return within(each.Step, f.path) }) {
		r.beginAnew(f)
	}
}

// beginAnew puts a new frame in the place of one. What is in it has another path than what was
// taken back, and so other keys: a step that has a retry has one attempt more.
func (r *run) beginAnew(f *frame) {
	if f.Canceling {
		r.end(f, cancellation())
		return
	}
	f.outcome = f.Decided
	r.visitEnded(f)
	r.drop(f)
	again := saved{At: f.At, Input: f.Input, Tries: f.Tries, Key: f.Key}
	switch {
	case language.RetryOf(f.step) != nil:
		again.Next, again.Before = f.Next, f.Before
	case len(f.step.Blocks) > 0 || f.Plan != nil || f.Planned:
		again.Tries++
	}
	r.begin(f.parent, again)
}

// clear leaves what the step waits for: at a gate, or for its time.
func (r *run) clear(f *frame) {
	of := func(each *frame) bool { return stepOf(each) == f && each.Role != roleBlock && each.Role != roleUndo }
	r.gates.tasks = slices.DeleteFunc(r.gates.tasks, func(each task) bool { return of(each.frame) })
	r.gates.calls = slices.DeleteFunc(r.gates.calls, func(each heldCall) bool { return of(each.frame) })
	f.Gate = 0
	r.calls.forget(f)
	for _, each := range slices.Clone(f.subframes) {
		if each.Role == roleAttempt {
			r.drop(each)
		}
	}
}

// failStep lets the step fail: with what is asked for, or as it has.
func (r *run) failStep(ctx workflow.Context, on operand, operation Operation) {
	f := on.frame
	switch on.standing {
	case stepHeld:
		r.letGo(ctx, f, operation.failure(on.path()))
	case stepCalls:
		on.call.frame.asked = &operation
		on.call.cancel()
	default:
		r.failNow(f, operation)
	}
}

// failure is what the operation lets a step fail with; nil is its own failure.
func (o Operation) failure(path string) *Failure {
	if o.Type == "" {
		return nil
	}
	return &Failure{Type: o.Type, Message: o.Message, Step: path}
}

// failNow ends a step that has not failed, or whose Activity was stopped.
func (r *run) failNow(f *frame, operation Operation) {
	r.beginsByHand(f)
	f.Settled = true
	r.end(f, failure(operation.failure(f.path)))
}

// beginsByHand counts a step that is operated before it begins.
func (r *run) beginsByHand(f *frame) {
	r.clear(f)
	if f.waiting {
		f.waiting = false
		r.visited(f)
		r.state.Used.Steps++
	}
}

// completeStep ends the step, or the undo, as if it had given the output.
func (r *run) completeStep(ctx workflow.Context, on operand, output any) {
	f := on.frame
	if on.standing == stepHeld {
		r.release(f)
	}
	if f.Role == roleUndo {
		r.undoneNext(ctx, f)
		return
	}
	r.beginsByHand(f)
	f.byHand = true
	r.end(f, success(output))
}

// stopped goes on with what was asked of a step whose Activity was stopped for it. It reports
// whether anything was: an Activity that completes all the same counts.
func (r *run) stopped(f *frame, err error) bool {
	asked := f.asked
	f.asked = nil
	if asked == nil || err == nil || f.Canceling || stepOf(f).Canceling {
		return false
	}
	step := stepOf(f)
	if asked.Op == "retry" {
		r.beginAgain(step)
		return true
	}
	r.failNow(step, *asked)
	return true
}
