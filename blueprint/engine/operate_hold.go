package engine

import (
	"slices"

	"dynamicsamples/blueprint/language"
)

// Bounds of what a hold says.
const (
	maxHoldTypes    = 50
	longestHoldTime = 30
)

// checkHold refuses what no hold can say.
func (o asked) checkHold() error {
	if o.Off && (o.Types != nil || o.Timeout != "") {
		return refusedOperation(ErrInvalidOperation, "a hold that is taken back has neither types nor a timeout: leave out off, or these")
	}
	if len(o.Types) > maxHoldTypes {
		return refusedOperation(ErrInvalidOperation, "types must be at most %d, got %d", maxHoldTypes, len(o.Types))
	}
	for _, each := range o.Types {
		switch {
		case each == "" || each == "Canceled":
			return refusedOperation(ErrInvalidOperation, "types has %q, which is no failure that can be held", each)
		case len(each) > longestOpType:
			return refusedOperation(ErrInvalidOperation, "each of the types must have at most %d bytes, got %d", longestOpType, len(each))
		}
	}
	if o.Timeout == "" {
		return nil
	}
	if len(o.Timeout) > longestHoldTime {
		return refusedOperation(ErrInvalidOperation, "timeout must have at most %d bytes, got %d", longestHoldTime, len(o.Timeout))
	}
	wait, err := o.Timeout.Parse()
	switch {
	case err != nil:
		return refusedOperation(ErrInvalidOperation, "timeout: %v", err)
	case wait <= 0:
		return refusedOperation(ErrInvalidOperation, "timeout must be longer than nothing: leave it out to hold failures for any time")
	}
	return nil
}

func (r *run) holdAt(step string) int {
	return slices.IndexFunc(r.state.Holds, func(each Paused) bool { return each.Step == step })
}

// admitsHold refuses to hold what is held in the same way, or too much, and to take back what is not there.
func (r *run) admitsHold(operation Operation) error {
	at := r.holdAt(operation.Step)
	switch {
	case operation.Off && at < 0:
		return refusedOperation(ErrOperationRefused, "nobody has asked to hold the failures of %s: there is nothing to take back", whatOf(operation.Step))
	case operation.Off:
	case at >= 0 && r.state.Holds[at].isAs(operation):
		return refusedOperation(ErrOperationRefused, "the failures of %s are already held, since %s", whatOf(operation.Step), r.state.Holds[at])
	case at < 0 && len(r.state.Holds) >= maxPaused:
		return refusedOperation(ErrOperationRefused, "the failures of %d steps are already held, which is the most: hold those of the whole run", maxPaused)
	}
	return nil
}

// isAs reports whether a hold is already what the operation asks for.
func (p Paused) isAs(operation Operation) bool {
	return slices.Equal(p.Types, operation.Types) && p.Timeout == operation.Timeout
}

// holdByHand keeps a hold, in the place of an earlier one of the same step, or takes it back. What is
// held by then stays held.
func (r *run) holdByHand(operation Operation) {
	next := Paused{
		Step: operation.Step, Since: r.now, By: operation.By, Note: operation.Note,
		Hold: language.Hold{Types: operation.Types, Timeout: operation.Timeout},
	}
	at := r.holdAt(operation.Step)
	switch {
	case operation.Off:
		r.state.Holds = slices.Delete(slices.Clone(r.state.Holds), at, at+1)
	case at < 0:
		r.state.Holds = append(r.state.Holds, next)
	default:
		r.state.Holds = slices.Clone(r.state.Holds)
		r.state.Holds[at] = next
	}
}

// holdsByHand are the holds that somebody has asked for of the step, or of the run, that a frame is.
func (r *run) holdsByHand(f *frame) []*language.Hold {
	var found []*language.Hold
	for i := range r.state.Holds {
		step := r.state.Holds[i].Step
		if f.Role == roleRun && step == "" || f.Role == roleStep && (step == f.path || step != "" && step == unnumbered(f.path)) {
			found = append(found, &r.state.Holds[i].Hold)
		}
	}
	return found
}

// holdsByHandAround is the first hold of the failure that somebody has asked for, of the step or of
// something that it stands in.
func (r *run) holdsByHandAround(path, failure string) *language.Hold {
	for i := range r.state.Holds {
		if each := &r.state.Holds[i]; each.Covers(path) && each.Holds(failure) {
			return &each.Hold
		}
	}
	return nil
}
