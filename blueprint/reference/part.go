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
	// shielded is when what is around a finally is canceled.
	shielded time.Duration
	// above is what is around, input what somebody has given to the step, and again how often it
	// was held and has begun anew.
	above *above
	input any
	again int
	// planned is when the plan began that the step is in: a message that came before was for
	// nobody.
	planned time.Duration
}

func (s start) in(name string) start {
	if s.path != "" {
		name = s.path + "/" + name
	}
	s.path, s.input, s.again = name, nil, 0
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

// all are variables, with others that come after them.
func all(vars, more map[string]any) map[string]any {
	for name, value := range more {
		vars = with(vars, name, value)
	}
	return vars
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
	held      []span
	// byHand are the variables that somebody has set: they stay for further attempts.
	byHand  map[string]any
	skipped bool // a node of a dag that never ran
	// undoFailed says that it is not taken back whole.
	undoFailed bool
	// planned says that its plan was found to be right.
	planned bool
}

// completed is a step that can be taken back.
type completed struct {
	undo  Call
	at    time.Duration
	above *above
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

// canceledAt is the start of a part that is canceled at a time.
func (s start) canceledAt(at time.Duration) start {
	s.cancel = at
	return s
}

// within runs a part that must be done by a time: then what is in it is canceled, and it fails. The
// time stands still while a failure in it is held.
func (s start) within(due time.Duration, run func(start) part) (done part, late bool) {
	if due > s.at {
		done = run(s)
		due = done.stands(due)
		if due >= s.cancel || done.end < due {
			return done, false
		}
	} else if due >= s.cancel {
		return run(s), false
	}
	done = s.ends(Canceled, nil)
	if due > s.at {
		done = run(s.canceledAt(due))
	}
	return done.or(&Failure{Type: "StepTimeout", Step: s.path}), true
}

// then is the part with the next one after it.
func (p part) then(next part) part {
	next.completed = slices.Concat(p.completed, next.completed)
	next.executed = slices.Concat(p.executed, next.executed)
	next.called = slices.Concat(p.called, next.called)
	next.held = slices.Concat(p.held, next.held)
	next.byHand = all(p.byHand, next.byHand)
	return next
}
