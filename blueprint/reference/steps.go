package reference

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"dynamicsamples/blueprint/language"
)

// step runs one step. One that is reached by a cancel before it starts never starts.
func (r *run) step(s start, step *language.Step) part {
	if s.at >= s.cancel {
		return s.ends(Canceled, nil)
	}
	done := r.held(s, step)
	if done.ending == Failed {
		settled := *done.failure
		settled.settled = true
		done.failure = &settled
	}
	done.executed = append(slices.Clone(done.executed), Execution{Path: s.path, Ending: done.ending, At: done.end})
	return done
}

// inTime runs a step that must be done by a time: then what is in it is canceled and awaited,
// and other steps follow, or it fails. A wait sees to its own timeout. It returns how many
// attempts there have been, after those before.
func (r *run) inTime(s start, step *language.Step, before int) (part, int) {
	if _, waits := step.Kind.(*language.Wait); waits || step.Timeout == nil {
		return r.attempts(s, step, before, s.letsGo())
	}
	due, failure := r.due(s, step.Timeout)
	if failure != nil {
		return s.fails(failure), before
	}
	attempts := before
	done, late := s.within(due, func(inside start) (done part) {
		done, attempts = r.attempts(inside, step, before, s.letsGo())
		return done
	})
	if !late || step.OnTimeout == nil {
		return done, attempts
	}
	done = r.undo(done, s.letsGo())
	if done.end >= s.cancel {
		return done.canceled(), attempts
	}
	return done.then(r.block(s.after(done).in("on_timeout"), step.OnTimeout)), attempts
}

// attempts runs a step until it does not fail, or may not be tried again. Between two attempts
// what had completed is undone; the next begins with the variables that the first began with. What
// is held meanwhile is let go then.
func (r *run) attempts(s start, step *language.Step, before int, letsGo time.Duration) (part, int) {
	retry := language.RetryOf(step)
	if retry == nil {
		return r.kind(s, step), before + 1
	}
	done, attempt := s.ends(Failed, nil), before+1
	for next := s; ; attempt++ {
		if attempt > 1 {
			next.path = fmt.Sprintf("%s#%d", s.path, attempt)
		}
		done = done.then(r.kind(next.triedAgain(retry, attempt), step))
		if done.end >= s.cancel || !again(done, retry, attempt) {
			return done, attempt
		}
		failure := done.failure
		done.executed = append(slices.Clone(done.executed), Execution{Path: s.path, Ending: Failed, At: done.end})
		done.undoFailed = false
		done = r.undo(done, letsGo)
		switch {
		case done.end >= s.cancel:
			return done.canceled(), attempt
		case done.undoFailed:
			return done.or(failure), attempt
		}
		done = done.then(s.after(done).until(done.end + retry.Interval(attempt)))
		if done.ending != Completed {
			return done, attempt
		}
		next = s.after(done)
		next.scope.vars = all(s.scope.vars, done.byHand)
	}
}

// triedAgain is the start of an attempt, whose failure may be followed by another.
func (s start) triedAgain(retry *language.BlockRetry, attempt int) start {
	return s.under(above{takes: func(_ time.Duration, _ map[string]any, failure *Failure) bool {
		return again(part{ending: Failed, failure: failure}, retry, attempt)
	}})
}

func again(done part, retry *language.BlockRetry, attempts int) bool {
	return done.ending == Failed && attempts < int(retry.MaximumAttempts) && retry.Names(done.failure.Type) && !done.failure.NonRetryable
}

func (r *run) kind(s start, step *language.Step) part {
	switch kind := step.Kind.(type) {
	case *language.Activity:
		if _, failure := kind.Evaluated(r.timeout(s)); failure != nil {
			return s.fails(mistake(s, failure.Error()))
		}
		return r.call(s, kind.Activity, kind.With, r.world.Activity, step.ID, kind.Undo)
	case *language.Workflow:
		if _, failure := kind.Evaluated(r.timeout(s)); failure != nil {
			return s.fails(mistake(s, failure.Error()))
		}
		child := func(path, name string, input any) Answer {
			return r.world.Child(path, name, input, kind.Detach)
		}
		return r.call(s, kind.Workflow, kind.With, child, step.ID, kind.Undo)
	case *language.Group:
		return r.block(s, kind.Steps)
	case *language.Parallel:
		return r.parallel(s, kind)
	case *language.Race:
		return r.race(s, kind)
	case *language.Switch:
		return r.choose(s, kind)
	case *language.Loop:
		return r.loop(s, kind)
	case *language.Map:
		return r.each(s, kind)
	case *language.Dag:
		return r.dag(s, kind)
	case *language.Graph:
		return r.graph(s, kind)
	case *language.PlanStep:
		return r.plan(s, kind, step.ID)
	case *language.Wait:
		return r.wait(s, kind, step)
	case *language.Sleep:
		return r.sleep(s, kind)
	case *language.Set:
		return r.set(s, kind)
	case *language.Try:
		return r.try(s, kind)
	case *language.Fail:
		return r.fail(s, kind)
	case *language.Stop:
		return r.stop(s, kind)
	}
	return s.fails(&Failure{Type: "InternalError", Message: fmt.Sprintf("there is no meaning of a %T", step.Kind), Step: s.path})
}

// sequence runs steps one after the other. Its scope is that at its end, inside.
func (r *run) sequence(s start, steps []*language.Step) part {
	whole := s.ends(Completed, nil)
	for _, step := range steps {
		whole = whole.then(r.step(s.after(whole).in(step.ID), step))
		if whole.ending != Completed {
			break
		}
		if whole.end >= s.cancel {
			return whole.canceled()
		}
		whole.scope.outputs = withOutputOf(whole.scope, step.ID, whole)
	}
	return whole
}

// block is a sequence in a scope of its own.
func (r *run) block(s start, steps []*language.Step) part {
	return r.leave(s, r.sequence(s, steps), nil)
}

// leave ends the block of a sequence, which may say itself what its output is.
func (r *run) leave(s start, whole part, output *language.Value) part {
	if whole.ending == Completed && output != nil {
		value, failure := r.evaluate(s.after(whole), output.Raw)
		whole.output = value
		whole = whole.or(failure)
	}
	whole.scope = s.scope.leave(whole.scope)
	return whole
}

// timeout checks one that is an expression. What it bounds is the world's.
func (r *run) timeout(s start) func(string, language.Duration) (language.Duration, error) {
	return func(key string, of language.Duration) (language.Duration, error) {
		length, failure := r.duration(s, &language.Value{Raw: string(of)})
		switch {
		case failure != nil:
			return "", errors.New(failure.Message)
		case length <= 0:
			return "", errors.New(key + " is nothing")
		}
		return language.DurationOf(length), nil
	}
}

// call asks the world, and remembers how to undo what it did.
func (r *run) call(s start, name string, with *language.Value, ask func(path, name string, argument any) Answer, id string, undo *language.Undo) part {
	argument, failure := s.input, (*Failure)(nil)
	if argument == nil {
		argument, failure = r.optional(s, with)
	}
	if failure != nil {
		return s.fails(failure)
	}
	answer := ask(asked(s.path, s.again), name, argument)
	done := s.until(s.at + answer.Takes)
	done.called = []Call{{Path: s.path, Name: name, Argument: argument, At: s.at}}
	if done.ending == Canceled {
		return done
	}
	if answer.Failure != nil {
		failure := *answer.Failure
		failure.Step = s.path
		return done.or(&failure)
	}
	done.output = answer.Output
	return r.remembered(s, done, id, undo)
}

// remembered is a call that has completed, which can be undone.
func (r *run) remembered(s start, done part, id string, undo *language.Undo) part {
	if undo == nil {
		return done
	}
	after := s.after(done)
	after.scope.outputs = withOutputOf(after.scope, id, done)
	argument, failure := r.optional(after, undo.With)
	if failure != nil {
		return done.or(failure)
	}
	done.completed = []completed{{at: done.end, above: s.above, undo: Call{Path: s.path + "/undo", Name: undo.Activity, Argument: argument}}}
	return done
}

func withOutputOf(s scope, id string, p part) map[string]any {
	return with(s.outputs, id, any(map[string]any{"output": p.output}))
}

func (r *run) set(s start, kind *language.Set) part {
	values, failure := r.evaluate(s, kind.Set)
	if failure != nil {
		return s.fails(failure)
	}
	for name, value := range values.(map[string]any) {
		s.scope.vars = with(s.scope.vars, name, value)
	}
	return s.ends(Completed, values)
}

func (r *run) sleep(s start, kind *language.Sleep) part {
	due, failure := r.due(s, kind.Sleep)
	if failure != nil {
		return s.fails(failure)
	}
	return s.until(due)
}

// wait takes the oldest message that fits it and that no earlier wait took.
func (r *run) wait(s start, kind *language.Wait, step *language.Step) part {
	deadline := never
	if step.Timeout != nil {
		due, failure := r.due(s, step.Timeout)
		if failure != nil {
			return s.fails(failure)
		}
		deadline = due
	}
	place, message := r.message(kind, s)
	done := s.until(min(max(message.At, s.at), deadline))
	switch {
	case done.ending == Canceled:
		return done
	case message.At <= deadline:
		done.output = message.Value
		done.scope.taken = with(done.scope.taken, place, true)
		return done
	case step.OnTimeout != nil:
		return r.block(s.after(done).in("on_timeout"), step.OnTimeout)
	default:
		return done.or(&Failure{Type: "WaitTimeout", Step: s.path, Details: []any{kind.Wait}})
	}
}

// message is the one that a wait takes and its place in the order of arrival, one that never
// comes where there is none.
func (r *run) message(kind *language.Wait, s start) (int, Message) {
	for i, each := range r.messages() {
		if each.Name == kind.Wait && !s.scope.taken[i] && each.At >= s.planned && fits(kind.Schema, each.Value) && r.matches(kind, s, each.Value) {
			return i, each
		}
	}
	return 0, Message{At: never}
}

// matches reports whether the match of a wait holds for a message. Where it has no value, it
// does not.
func (r *run) matches(kind *language.Wait, s start, message any) bool {
	if kind.Match == nil {
		return true
	}
	all := r.names(s)
	all[language.MessageName] = message
	holds, err := r.value(all, kind.Match.Raw, s.path, "")
	return err == nil && holds == true
}

func (r *run) fail(s start, kind *language.Fail) part {
	if kind.Fail.Caught {
		return r.rethrow(s)
	}
	name, failure := r.evaluate(s, kind.Fail.Type)
	if failure != nil {
		return s.fails(failure)
	}
	if text, _ := name.(string); language.CheckType(text) != nil {
		return s.fails(mistake(s, "not a type"))
	}
	message, failure := r.text(s, kind.Fail.Message)
	if failure != nil {
		return s.fails(failure)
	}
	details, failure := r.evaluate(s, kind.Fail.Details)
	if failure != nil {
		return s.fails(failure)
	}
	return s.fails(&Failure{Type: name.(string), Message: message, Step: s.path, Details: details.([]any)})
}

// rethrow fails with the failure that was caught.
func (r *run) rethrow(s start) part {
	if s.scope.caught == nil {
		return s.fails(mistake(s, "nothing has failed"))
	}
	caught := *s.scope.caught
	caught.settled = false
	return s.fails(&caught)
}

func (r *run) stop(s start, kind *language.Stop) part {
	value, failure := r.optional(s, kind.Stop)
	if failure != nil {
		return s.fails(failure)
	}
	return s.ends(Stopped, value)
}
