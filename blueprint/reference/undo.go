package reference

import (
	"fmt"
	"slices"
	"time"

	"dynamicsamples/blueprint/language"
)

// holdsUndo is what holds the failure of an undo: a hold of the step that it takes back, or of what
// that stood in.
func (r *run) holdsUndo(step completed, at time.Duration, failure string) *language.Hold {
	around := map[string]bool{}
	for each := step.above; each != nil; each = each.next {
		if each.hold.Holds(failure) {
			return each.hold
		}
		around[each.step], around[unnumbered(each.step)] = true, true
	}
	for _, each := range r.askedFor(at) {
		if around[each.Step] && each.Holds(failure) {
			return &each.Hold
		}
	}
	return nil
}

// undo takes back what completed in the part, the last first, one after the other. Nothing
// cancels it, and that an undo fails does not matter to the others; what is held is let go then.
func (r *run) undo(p part, letsGo time.Duration) part {
	p.called = slices.Clone(p.called)
	for _, step := range slices.Backward(p.completed) {
		p = r.takeBack(p, step, letsGo)
	}
	p.completed = nil
	return p
}

func (r *run) takeBack(p part, step completed, letsGo time.Duration) part {
	call := step.undo
	for times := 1; ; times++ {
		call.At = p.end
		p.called = append(p.called, call)
		answer := r.world.Activity(asked(call.Path, times-1), call.Name, call.Argument)
		p.end += answer.Takes
		if answer.Failure == nil {
			return p
		}
		hold := r.holdsUndo(step, p.end, answer.Failure.Type)
		if hold == nil || p.end >= letsGo {
			p.undoFailed = true
			return p
		}
		var decision Decision
		p, decision = r.await(call.Path, times, hold, p, letsGo)
		switch decision.Op {
		case "fail":
			p.undoFailed = true
			return p
		case "complete", "skip":
			return p
		}
		if decision.Input != nil {
			call.Argument = decision.Input
		}
	}
}

// asked is the path by which the world is asked for a step, or an undo, that is tried again.
func asked(path string, again int) string {
	if again == 0 {
		return path
	}
	return fmt.Sprintf("%s~%d", path, again+1)
}
