package engine

import (
	"strings"

	"dynamicsamples/blueprint/language"
)

// notUndone are the paths, without numbers, of steps that have not been taken back for sure: whose undo is
// registered, under way, or has failed, and that somebody has skipped. It is nil where nobody knows,
// as only the first and the last of them are remembered.
func (r *run) notUndone() map[string]bool {
	if len(r.state.UndoFailures) >= mostUndoFailures || len(r.state.Operations) >= maxOperations {
		return nil
	}
	kept := map[string]bool{}
	for _, each := range r.state.Undo {
		kept[unnumbered(each.Step)] = true
	}
	for _, each := range r.state.UndoFailures {
		kept[unnumbered(strings.TrimSuffix(each.Step, "/undo"))] = true
	}
	for _, each := range r.state.Operations {
		if each.Op == "skip" {
			kept[unnumbered(strings.TrimSuffix(each.Step, "/undo"))] = true
		}
	}
	r.root.keepUndoing(kept)
	return kept
}

// keepUndoing adds the steps whose undo is under way.
func (f *frame) keepUndoing(kept map[string]bool) {
	for _, each := range f.Entries {
		kept[unnumbered(each.Step)] = true
	}
	for _, each := range f.subframes {
		each.keepUndoing(kept)
	}
}

// undone reports whether all that the step has completed has been taken back.
func (p place) undone(step *language.Step) bool {
	own := p.visits[step.Index]
	return p.kept != nil && undoOf(step) != nil && own.Ended > 0 && p.state(step) == StateSucceeded && !p.kept[join(p.path, step.ID)]
}
