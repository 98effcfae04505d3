package engine

import (
	"encoding/json"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// moment is what a replay of a run looks for: the last time that a step began or failed. A first
// replay counts these times, and another one stops at the last. Its state is that which the run
// would have had with a gate there, and with the failure held.
type moment struct {
	asked Fork
	// arose is the step that the failure names which is sought; "" seeks a step by its path. inner is
	// the one that the failure of the step names, if that came from inside it last.
	arose, inner string
	// nth is the number of the time; 0 only counts.
	nth int
	// undone counts the calls that take a step back, by their Activity ID, from the beginning of
	// the run that is replayed to the end of the chain.
	undone map[string]int
	// children is the first run of a chain whose children are taken over.
	children string
	// now is when the fork is made.
	now time.Time

	// count is how often the step began or failed, and completed says that it ended well after.
	count     int
	completed bool
	// seen are the tasks of the step that were due in the run, and came the steps in which failures
	// arose, by the step that the failure names.
	seen map[task]bool
	came map[string]string
	// stopped is the frame at whose gate the run stands, and found what is handed on.
	stopped *frame
	found   *forkedRun
	input   json.RawMessage
	// refused is why nothing is; unknown is why there is no such step.
	refused, unknown error
}

// looksCloser reports whether there is something to look at in another replay of the run: where the
// failure arose, if that came from inside the step, or the last time.
func (m *moment) looksCloser() bool {
	switch {
	case m.inner != "":
		m.arose, m.inner, m.count, m.completed = m.inner, "", 0, false
	case m.count > 0:
		m.nth, m.count = m.count, 0
	default:
		return false
	}
	return true
}

// seeking is an interpreter that replays what this one can run, until the moment. It keeps the
// programs for itself: those of a forged history can have the hash of another document.
func (i *Interpreter) seeking(m *moment) *Interpreter {
	seeking := &Interpreter{
		budget: i.budget, events: i.events, payload: i.payload, search: i.search, programs: newPrograms(),
		operations: i.operations, version: i.version, moment: m,
	}
	seeking.current.Store(i.library())
	return seeking
}

// admits refuses a run that no fork can be made of.
func (m *moment) admits(i *Interpreter, started *record) error {
	if m == nil {
		return nil
	}
	switch {
	case started.Interpreter != i.version:
		m.refused = refusedFork("the origin began with version %d of the interpreter: a fork needs one of version %d", started.Interpreter, i.version)
	case started.Budget.Within(i.budget) != started.Budget || started.PayloadBytes.most() > i.payload.most():
		m.refused = refusedFork("the origin was allowed more than this Worker allows: raise the Worker's budget")
	}
	return m.refused
}

// begins notes the input, whether there is such a step, and whether its failure is held.
func (m *moment) begins(r *run, input json.RawMessage) {
	if m == nil {
		return
	}
	m.input, m.unknown = input, r.checkStep(m.asked.At)
	m.seen, m.came = map[task]bool{}, map[string]string{}
	r.eachFrame(func(f *frame) {
		switch {
		case f.Role == roleStep && f.Held != nil && m.failedIn(f, f.Held.Failure) && m.sees(r, f):
			m.stopped.Held.Until = time.Time{}
		case f.Decided.is(failed):
			m.came[f.Decided.Failure.Step] = f.Decided.Failure.Step // in an earlier run
		}
	})
}

// ends notes that the run could not be replayed because it has lost something.
func (m *moment) ends(r *run) {
	if m != nil && m.found == nil && m.refused == nil && r.lost != nil {
		m.refused = refusedFork("the origin cannot be replayed: %s", r.lost.Message)
	}
}

// isNear reports whether the run only comes to rest anymore: no Event of its history does that.
func (m *moment) isNear() bool { return m != nil && m.stopped != nil }

// means reports whether the path is the one that is sought.
func (m *moment) means(path string) bool {
	return path == m.asked.At || unnumbered(path) == m.asked.At
}

// looksAt lets the run stand still where the step that is sought begins or has failed. It reports
// whether the failure is held for that.
func (m *moment) looksAt(r *run, next task) bool {
	f := next.frame
	switch {
	case m == nil || m.stopped != nil || f.Role != roleStep:
	case next.kind == taskEnded && f.outcome.is(failed):
		if m.failedIn(f, f.outcome.Failure) && !m.stillWaits(r, next) && m.sees(r, f) {
			r.holdFailure(f, &language.Hold{})
			return true
		}
	case m.arose != "" || !m.means(f.path):
	case next.kind == taskEnded:
		m.completed = m.completed || m.nth == 0 && f.outcome.is(succeeded)
	case f.outcome == nil && !f.Canceling && !m.stillWaits(r, next):
		m.sees(r, f)
	}
	return false
}

// failedIn reports whether it is the failure that is sought, and arose in the step: one that came
// from inside it is held there.
func (m *moment) failedIn(f *frame, reason *Failure) bool {
	from, came := m.came[reason.Step]
	inside := came && from != f.path && within(from, f.path)
	if !inside {
		m.came[reason.Step] = f.path
	}
	switch {
	case m.arose != "":
		return !inside && reason.Step == m.arose
	case !m.means(f.path):
		return false
	case inside:
		m.inner = reason.Step
	}
	return !inside
}

// stillWaits reports whether the task has been seen, and is still at its gate.
func (m *moment) stillWaits(r *run, next task) bool {
	waits := m.seen[next] && r.gated(next.frame)
	m.seen[next] = true
	return waits
}

// sees counts a time, and reports whether it is the one at which the run stands still.
func (m *moment) sees(r *run, f *frame) bool {
	m.count++
	m.inner = ""
	if m.count != m.nth {
		m.completed = m.completed && m.nth > 0
		return false
	}
	m.stopped = f
	r.pauseFork(m)
	return true
}

// pauseFork closes the gate of the whole run.
func (r *run) pauseFork(m *moment) {
	at := Paused{Since: m.now, By: m.asked.By, Note: m.asked.Note}
	if whole := r.pausedAt(""); whole >= 0 {
		r.state.Paused[whole] = at
	} else {
		r.state.Paused = append(r.state.Paused, at)
	}
	r.gates.close(r.state.Paused)
}

// capture takes the state once all that could be done at once is done, or waits at a gate, and
// ends the replay.
func (m *moment) capture(ctx workflow.Context, r *run) {
	if m == nil || m.stopped == nil || r.lost != nil {
		return
	}
	// Timeouts stand still from the moment on.
	r.setClocks(ctx)
	m.refused = m.refuses(r)
	if m.refused == nil {
		m.keepKeys(r)
		m.refused = m.renewRecord(ctx, r)
	}
	if m.refused == nil {
		m.found, m.refused = m.handedOn(ctx, r)
	}
	r.lost = &Failure{Type: FailureInternal, Message: "the replay ends at the moment that was sought"}
}

// refuses says why no fork can begin there.
func (m *moment) refuses(r *run) error {
	path := m.stopped.path
	if err := m.permits(r); err != nil {
		return err
	}
	switch {
	case r.root.outcome != nil || !r.gated(m.stopped):
		return refusedFork("the origin was ending, or being canceled, before %s: fork an earlier step", path)
	case m.stopped.outcome != nil:
		return refusedFork("the step %s did not begin in the end: fork an earlier step", path)
	}
	for _, each := range r.state.Undo {
		if m.takesBack(r, each.Step) {
			return refusedFork("the origin has undone %s, or begun to, which had completed before %s: fork it before %s", each.Step, path, each.Step)
		}
	}
	return nil
}

// permits refuses a fork that the document does not allow, or the step, or one around it.
func (m *moment) permits(r *run) error {
	const refusal = "no fork can begin at %s: the operate of the %s would have to list fork"
	for f := m.stopped; f != nil; f = f.parent {
		if f.Role == roleStep && !allowsFork(f.step.Operate) {
			return refusedFork(refusal, m.stopped.path, "step "+f.path)
		}
	}
	if !allowsFork(r.root.program.Definition.Operate) {
		return refusedFork(refusal, m.stopped.path, "blueprint")
	}
	return nil
}

// allowsFork reports whether the operations that are allowed are all, or forks among them.
func allowsFork(operate []string) bool {
	return operate == nil || slices.Contains(operate, language.OperationFork)
}

// takesBack reports whether the chain has begun to take back the step after this moment.
func (m *moment) takesBack(r *run, path string) bool {
	id := shortID(join(path, "undo"))
	return m.undone[id] > r.calls.ids[id]
}

// keepKeys lets what was under way, and the step itself if it did not complete, keep its key. A
// step that was taken back later gets another one, and so does all that begins later.
func (m *moment) keepKeys(r *run) {
	r.eachFrame(func(f *frame) {
		underWay := f.Role == roleUndo || f.Role == roleStep && (!f.waiting || f == m.stopped && !m.completed)
		switch {
		case f.Role == roleStep && m.takesBack(r, f.path):
			f.Child, f.Key = nil, ""
		case underWay && f.Key == "":
			f.Key = r.key
		}
	})
}
