package reference

import (
	"fmt"
	"slices"
	"time"

	"dynamicsamples/blueprint/language"
)

// Decision is what somebody decides about a failure that is held.
type Decision struct {
	// Op is retry, complete, skip or fail; "" is that nobody decides anything.
	Op string
	// After is how long after the failure came.
	After time.Duration
	// Input is what a step is tried again with, instead of its own argument; nil is its own.
	Input any
	// Output is what a step is completed with.
	Output any
	// Type and Message are those of the failure that it is to have; without them it is its own.
	Type, Message string
	// Vars are variables that are set before.
	Vars map[string]any
}

// Hold is one that somebody asks for, in the place of an earlier one: of the step of that path, or of
// the whole run. Off takes it back.
type Hold struct {
	Step string
	At   time.Duration
	Off  bool
	language.Hold
}

// above is what is around a part, from the inside out: what does something about its failures, and
// the steps that may hold them.
type above struct {
	next *above
	// takes reports whether a failure that comes then, with these variables, goes no further.
	takes func(at time.Duration, vars map[string]any, failure *Failure) bool
	// step is the path of a step, and hold what it holds.
	step string
	hold *language.Hold
	// vars are the variables of what is around a part that has a copy of its own.
	vars map[string]any
}

func (s start) under(a above) start {
	a.next = s.above
	s.above = &a
	return s
}

// of is the start of what is in a step.
func (s start) of(step *language.Step) start {
	return s.under(above{step: s.path, hold: step.Hold})
}

// copied is the start of a part with a copy of the variables.
func (s start) copied() start { return s.under(above{vars: s.scope.vars}) }

// letsGo is when what is held is let go: something around it is canceled.
func (s start) letsGo() time.Duration { return min(s.cancel, s.shielded) }

// span is a time in which a failure is held.
type span struct{ from, to time.Duration }

// stands is the time with that added in which the clocks of what is around a part stand still.
func (p part) stands(due time.Duration) time.Duration {
	last := time.Duration(0)
	for _, each := range slices.SortedStableFunc(slices.Values(p.held), func(a, b span) int { return int(a.from - b.from) }) {
		if from := max(each.from, last); from < due && each.to > from {
			due += each.to - from
		}
		last = max(last, each.to)
	}
	return due
}

// held runs a step until its failure is not held, or is decided about.
func (r *run) held(s start, step *language.Step) part {
	first, path, tries := s.scope.vars, s.path, 0
	done, attempts := r.inTime(s.of(step), step, 0)
	for times := 1; ; times++ {
		hold := r.holdOf(s, step, done)
		if hold == nil {
			return done
		}
		var decision Decision
		done, decision = r.await(s.path, times, hold, done, s.letsGo())
		if done.end >= s.cancel {
			return done.canceled()
		}
		done.scope.vars, done.byHand = all(done.scope.vars, decision.Vars), all(done.byHand, decision.Vars)
		if decision.Op != "retry" {
			done = r.decided(s, step, done, decision)
			continue
		}
		failed := Execution{Path: path, Ending: Failed, At: done.end}
		done = r.undo(done, s.letsGo())
		if done.end >= s.cancel {
			return done.canceled()
		}
		done.executed, done.undoFailed = append(slices.Clone(done.executed), failed), false
		s = s.after(done)
		switch {
		case language.RetryOf(step) == nil && (done.planned || len(step.Kind.Blocks()) > 0):
			tries, times = tries+1, 0
			s.path = fmt.Sprintf("%s#%d", path, tries+1)
		case language.RetryOf(step) == nil:
			s.again++
		case attempts > 0:
			s.scope.vars = all(first, done.byHand)
		}
		if decision.Input != nil {
			s.input = decision.Input
		}
		var next part
		next, attempts = r.inTime(s.of(step), step, attempts)
		done = done.then(next)
	}
}

// decided ends a step as somebody has decided.
func (r *run) decided(s start, step *language.Step, done part, decision Decision) part {
	failure := *done.failure
	switch decision.Op {
	case "complete":
		done.ending, done.failure, done.output = Completed, nil, decision.Output
		return r.remembered(s.of(step), done, step.ID, undoOf(step))
	case "skip":
		done.ending, done.failure, done.output = Completed, nil, nil
		return done
	}
	if decision.Type != "" {
		failure = Failure{Type: decision.Type, Message: decision.Message, Step: s.path}
	}
	failure.settled = true
	return done.or(&failure)
}

func undoOf(step *language.Step) *language.Undo {
	switch kind := step.Kind.(type) {
	case *language.Activity:
		return kind.Undo
	case *language.Workflow:
		return kind.Undo
	}
	return nil
}

// await waits until somebody decides about a failure, or the hold is over, or it is let go.
func (r *run) await(path string, times int, hold *language.Hold, p part, letsGo time.Duration) (part, Decision) {
	decision := Decision{}
	if r.world.Decide != nil {
		decision = r.world.Decide(path, times)
	}
	if decision.Op == "" {
		decision.After = never
	}
	if hold.Timeout != "" {
		if timeout, err := hold.Timeout.Parse(); err == nil && timeout < decision.After {
			decision = Decision{Op: "fail", After: timeout}
		}
	}
	due := never
	if decision.After < never-p.end {
		due = p.end + decision.After
	}
	if due >= letsGo {
		due, decision = letsGo, Decision{Op: "fail"}
	}
	p.held = append(slices.Clone(p.held), span{p.end, due})
	p.end = due
	return p, decision
}

// holdOf is what holds the failure of a step: a hold of its own, else one around it, if nothing
// between them takes the failure. A failure is held only in the step in which it arose.
func (r *run) holdOf(s start, step *language.Step, done part) *language.Hold {
	if done.ending != Failed || done.failure.settled || done.end >= s.letsGo() {
		return nil
	}
	_, explicit := step.Kind.(*language.Fail)
	vars := done.scope.vars
	for each := s.of(step).above; each != nil; each = each.next {
		switch {
		case each.vars != nil:
			vars = each.vars
		case each.takes != nil && each.takes(done.end, vars, done.failure):
			return nil
		case each.takes == nil:
			if hold := r.holdsAt(each, done.end, done.failure.Type); hold != nil {
				return hold
			}
		}
		if explicit {
			return nil
		}
	}
	return nil
}

// holdsAt is what the step holds, or somebody has asked it to.
func (r *run) holdsAt(a *above, at time.Duration, failure string) *language.Hold {
	if a.hold.Holds(failure) {
		return a.hold
	}
	for _, each := range r.askedFor(at) {
		if (each.Step == a.step || a.step != "" && each.Step == unnumbered(a.step)) && each.Holds(failure) {
			return &each.Hold
		}
	}
	return nil
}

// askedFor are the holds that somebody has asked for by then, and not taken back.
func (r *run) askedFor(at time.Duration) []Hold {
	var found []Hold
	for _, each := range r.world.Holds {
		same := slices.IndexFunc(found, func(other Hold) bool { return other.Step == each.Step })
		switch {
		case each.At > at:
			return found
		case each.Off && same >= 0:
			found = slices.Delete(found, same, same+1)
		case each.Off:
		case same >= 0:
			found[same] = each
		default:
			found = append(found, each)
		}
	}
	return found
}

// unnumbered is the path without the numbers of rounds, items, visits and attempts.
func unnumbered(path string) string {
	var text []rune
	skips := false
	for _, letter := range path {
		skips = letter == '[' || letter == '#' || skips && letter != '/'
		if !skips {
			text = append(text, letter)
		}
	}
	return string(text)
}

// isHeld reports whether anything holds what is not taken there.
func (r *run) isHeld(s start) bool {
	for each := s.above; each != nil; each = each.next {
		if each.hold != nil {
			return true
		}
	}
	return len(r.world.Holds) > 0
}

// tolerant runs parts of which so many may fail: the failures of others are not taken.
func (r *run) tolerant(s start, most int, runAll func(start) []*part) []*part {
	if !r.isHeld(s) {
		return runAll(s)
	}
	until := func(last time.Duration) []*part {
		return runAll(s.under(above{takes: func(at time.Duration, _ map[string]any, _ *Failure) bool { return at <= last }}))
	}
	if most <= 0 {
		return until(-1)
	}
	parts := until(never)
	failures := firstFailures(parts, most)
	if len(failures) < most {
		return parts
	}
	return until(failures[most-1].end)
}
