package engine

import (
	"encoding/json"
	"strings"

	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// remember notes how the step is taken back, with the argument as it is now that the
// step has completed.
func (r *run) remember(f *frame) {
	undo := undoOf(f.step)
	if undo == nil {
		return
	}
	entry, reason := r.undoEntryOf(f, undo)
	if reason != nil {
		reason.Step = f.path
		f.outcome = &outcome{Kind: failed, Failure: reason}
		return
	}
	r.bytes += entry.bytes()
	r.state.Undo = append(r.state.Undo, entry)
}

func (r *run) undoEntryOf(f *frame, undo *language.Undo) (entry undoEntry, reason *Failure) {
	where := withOutput(f)
	entry = undoEntry{Step: f.path, Activity: undo.Activity}
	for each := f; each != nil; each = each.parent {
		if hold := r.holdWritten(each); hold != nil {
			entry.Holds = append(entry.Holds, *hold)
		}
	}
	if undo.With != nil {
		argument, reason := r.evaluateAs(f, "undo", undo.With.Raw, where)
		if reason != nil {
			return entry, reason
		}
		entry.Argument = &value{any: argument}
	}
	entry.Options, reason = r.timeoutsOf(f, undo.Options, where)
	return entry, reason
}

// bytes is what the entry takes in the state.
func (e undoEntry) bytes() int {
	encoded, _ := json.Marshal(e)
	return len(encoded)
}

// withOutput is the step's scope with the step's own output, which is there even where no
// other step asks for it.
func withOutput(f *frame) *scope {
	own := &names{Outputs: object{f.step.ID: f.outcome.Output.any}}
	return &scope{outer: f.ownScope, run: f.ownScope.run, names: own}
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

// undo begins to take back those of the completed steps that the test picks, as a frame
// below that no cancel reaches. It reports whether there are any.
func (r *run) undo(f *frame, at int, picks func(undoEntry) bool) bool {
	var kept, entries []undoEntry
	for _, each := range r.state.Undo {
		if picks(each) {
			entries = append(entries, each)
			r.bytes -= each.bytes()
		} else {
			kept = append(kept, each)
		}
	}
	if len(entries) == 0 {
		return false
	}
	r.state.Undo = kept
	r.begin(f, saved{Role: roleUndo, At: at, Shielded: true, Entries: entries})
	return true
}

// within reports whether the step is at the path or below it, in whichever attempt, round or item.
func within(step, path string) bool {
	below, is := strings.CutPrefix(step, path)
	return is && (below == "" || strings.ContainsRune("/[#", rune(below[0])))
}

// undoing takes completed steps back, the last first. One that fails does not keep the
// others from it.
type undoing struct{ noBlocks }

func (undoing) enter(ctx workflow.Context, r *run, f *frame) { undoNext(ctx, r, f) }

func (undoing) resume(ctx workflow.Context, r *run, f *frame) { undoNext(ctx, r, f) }

func undoNext(ctx workflow.Context, r *run, f *frame) {
	if len(f.Entries) == 0 {
		r.end(f, success(nil))
		return
	}
	entry := f.Entries[len(f.Entries)-1]
	r.callActivity(ctx, f, activityCall{
		path:     join(entry.Step, "undo"),
		name:     entry.Activity,
		argument: entry.Argument,
		options:  entry.Options,
	}, func(ctx workflow.Context, _ any, err error) {
		if err != nil {
			reason := failureOf(err)
			reason.Step = join(entry.Step, "undo")
			if r.holdsUndo(f, entry, reason) {
				return
			}
			r.undoFailed(f, reason)
		}
		r.undoneNext(ctx, f)
	})
}

// undoneNext goes on with the step before the one that has been taken back, or could not be.
func (r *run) undoneNext(ctx workflow.Context, f *frame) {
	last := len(f.Entries) - 1
	r.grow(f, -f.Entries[last].bytes())
	f.Entries = f.Entries[:last]
	undoNext(ctx, r, f)
}

// mostUndoFailures is how many failures of undos are remembered.
const mostUndoFailures = 20

// undoFailed notes the failure for the message of the run's own: the first ones, and the
// beginning of what they say.
func (r *run) undoFailed(f *frame, reason *Failure) {
	if f.isTriedAgain() {
		f.Failed++
	}
	const longest = 200
	if len(r.state.UndoFailures) < mostUndoFailures {
		r.state.UndoFailures = append(r.state.UndoFailures, Failure{Type: reason.Type, Message: shortened(reason.Message, longest), Step: reason.Step})
	}
}
