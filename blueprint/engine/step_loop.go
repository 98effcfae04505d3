package engine

import (
	"fmt"
	"strconv"

	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/expression"
	"dynamicsamples/blueprint/language"
)

// loopStep runs the same steps round after round.
type loopStep struct{ noResume }

func (loopStep) enter(_ workflow.Context, r *run, f *frame) {
	loop := f.step.Kind.(*language.Loop)
	limit, reason := rounds(r, f, loop)
	if reason != nil {
		r.fail(f, reason)
		return
	}
	f.Limit = limit
	nextRound(r, f, loop)
}

// rounds is how many rounds there are, or how many there may be.
func rounds(r *run, f *frame, loop *language.Loop) (int, *Failure) {
	switch {
	case loop.Over != nil:
		return roundsOver(r, f, loop)
	case loop.Times == nil:
		return loop.Max, nil
	}
	times, reason := r.evaluate(f, loop.Times.Raw, f.ownScope)
	if reason != nil {
		return 0, reason
	}
	count, whole := times.(int64)
	if !whole || count < 0 {
		return 0, &Failure{Type: FailureExpression, Message: "times must be a whole number from 0, not " + textOf(times)}
	}
	return r.allowedRounds(loop, "times is "+strconv.FormatInt(count, 10), count)
}

// roundsOver keeps the list, whose items have a round each.
func roundsOver(r *run, f *frame, loop *language.Loop) (int, *Failure) {
	items, reason := r.list(f, loop.Over)
	if reason != nil {
		return 0, reason
	}
	count, reason := r.allowedRounds(loop, fmt.Sprintf("over has %d items", len(items)), int64(len(items)))
	if reason == nil {
		f.Items = items
		r.grow(f, f.Items.size())
	}
	return count, reason
}

// allowedRounds is the number, if there may be so many rounds.
func (r *run) allowedRounds(loop *language.Loop, wants string, count int64) (int, *Failure) {
	if loop.Max > 0 && count > int64(loop.Max) {
		return 0, &Failure{Type: FailureBudgetExceeded, Message: fmt.Sprintf("%s, and the loop's max is %d", wants, loop.Max), Details: values{"max", int64(loop.Max)}}
	}
	if count > int64(r.record.Budget.Rounds) {
		return 0, exceeded("rounds", r.record.Budget.Rounds)
	}
	return int(count), nil
}

func nextRound(r *run, f *frame, loop *language.Loop) {
	counted := loop.Times != nil || loop.Over != nil
	if counted && f.Next >= f.Limit {
		r.end(f, success(f.Last.any))
		return
	}
	if loop.While != nil {
		more, reason := r.condition(f, loop.While, f.ownScope.with(loop.RoundName(), int64(f.Next)))
		if reason != nil {
			r.fail(f, reason)
			return
		}
		if !more {
			r.end(f, success(f.Last.any))
			return
		}
	}
	if f.Next >= r.record.Budget.Rounds {
		r.fail(f, exceeded("rounds", r.record.Budget.Rounds))
		return
	}
	if !counted && f.Next >= f.Limit {
		r.fail(f, &Failure{Type: FailureBudgetExceeded, Message: fmt.Sprintf("the loop is not done after its max of %d rounds", f.Limit), Details: values{"max", int64(f.Limit)}})
		return
	}
	f.Next++
	r.beginBlock(f, f.Next-1, false, namesOf(loop, f))
}

// namesOf are what the round that begins is called in expressions, or its item.
func namesOf(loop *language.Loop, f *frame) object {
	at := f.Next - 1
	if loop.Over != nil {
		return object{loop.ItemName(): f.Items[at], loop.IndexName(): int64(at)}
	}
	return object{loop.RoundName(): int64(at)}
}

func (loopStep) ended(_ workflow.Context, r *run, f, round *frame) {
	if !round.outcome.is(succeeded) {
		r.end(f, *round.outcome)
		return
	}
	loop := f.step.Kind.(*language.Loop)
	r.grow(f, expression.Size(round.outcome.Output.any)-expression.Size(f.Last.any))
	f.Last = round.outcome.Output
	if loop.Until != nil {
		done, reason := r.condition(f, loop.Until, round.innerScope)
		if reason != nil {
			r.fail(f, reason)
			return
		}
		if done {
			r.end(f, success(f.Last.any))
			return
		}
	}
	if f.Canceling {
		r.end(f, cancellation())
		return
	}
	nextRound(r, f, loop)
}

func (loopStep) block(f *frame, at int, _ *saved) ([]*language.Step, string) {
	return f.step.Kind.(*language.Loop).Loop, numbered(at)
}
