package reference

import (
	"maps"
	"slices"
	"time"
)

// start is where a part of the run begins: the path of the step, what expressions see,
// the time, and the time at which the part is canceled.
type start struct {
	path       string
	scope      scope
	at, cancel time.Duration
	// planned is when the plan began that the step is in: a message that came before was for
	// nobody.
	planned time.Duration
}

func (s start) in(name string) start {
	if s.path != "" {
		name = s.path + "/" + name
	}
	s.path = name
	return s
}

// after is the same place once what came before has ended.
func (s start) after(before part) start {
	s.scope, s.at = before.scope, before.end
	return s
}

// scope is what expressions see. Nothing in it is ever changed, only copied.
type scope struct {
	vars    map[string]any // shared with the blocks around
	outputs map[string]any // of the steps in this block and the blocks around
	names   map[string]any // item, index, round, error
	taken   map[int]bool   // the messages that were taken, by their place in the order of arrival
	caught  *Failure       // what error is the value of
}

// catching is the scope in which the failure is called error.
func (s scope) catching(failure *Failure) scope {
	s.names, s.caught = with(s.names, "error", any(failure.value())), failure
	return s
}

func with[K comparable, V any](names map[K]V, name K, value V) map[K]V {
	more := maps.Clone(names)
	if more == nil {
		more = map[K]V{}
	}
	more[name] = value
	return more
}

// leave is the scope after a block: what its steps put out and its own names are gone.
func (s scope) leave(block scope) scope {
	s.vars, s.taken = block.vars, block.taken
	return s
}

// part is what became of a part of the run.
type part struct {
	ending    Ending
	output    any
	failure   *Failure
	end       time.Duration
	scope     scope
	completed []completed // in order of completion
	executed  []Execution
	called    []Call
	skipped   bool // a node of a dag that never ran
	// undoFailed says that it is not taken back whole.
	undoFailed bool
}

// completed is a step that can be taken back.
type completed struct {
	undo Call
	at   time.Duration
}

func (s start) ends(ending Ending, output any) part {
	return part{ending: ending, output: output, end: s.at, scope: s.scope}
}

func (s start) fails(failure *Failure) part {
	return s.ends(Failed, nil).or(failure)
}

// or is the part, failed where there is a failure.
func (p part) or(failure *Failure) part {
	if failure != nil {
		p.ending, p.output, p.failure = Failed, nil, failure
	}
	return p
}

// until waits, unless it is canceled meanwhile.
func (s start) until(end time.Duration) part {
	if end >= s.cancel {
		return part{ending: Canceled, end: s.cancel, scope: s.scope}
	}
	return part{ending: Completed, end: end, scope: s.scope}
}

// within runs a part that must be done by a time: then what is in it is canceled, and it fails.
func (s start) within(due time.Duration, run func(start) part) (done part, late bool) {
	if due >= s.cancel {
		return run(s), false
	}
	inside := s
	inside.cancel = due
	done = s.ends(Canceled, nil)
	if due > s.at {
		done = run(inside)
	}
	if done.end < due {
		return done, false
	}
	return done.or(&Failure{Type: "StepTimeout", Step: s.path}), true
}

// then is the part with the next one after it.
func (p part) then(next part) part {
	next.completed = slices.Concat(p.completed, next.completed)
	next.executed = slices.Concat(p.executed, next.executed)
	next.called = slices.Concat(p.called, next.called)
	return next
}

// undo takes back what completed in the part, the last first, one after the other.
// Nothing cancels it, and that an undo fails does not matter to the others.
func (r *run) undo(p part) part {
	p.called = slices.Clone(p.called)
	for _, step := range slices.Backward(p.completed) {
		call := step.undo
		call.At = p.end
		p.called = append(p.called, call)
		answer := r.world.Activity(call.Path, call.Name, call.Argument)
		p.end += answer.Takes
		p.undoFailed = p.undoFailed || answer.Failure != nil
	}
	p.completed = nil
	return p
}
