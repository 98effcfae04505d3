package engine

import (
	"encoding/json"
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"
)

// moment is what a replay of a run looks for: the beginning of a step. A first replay counts the
// beginnings, and another one stops before the last. Its state is that which the run would have
// had with a gate there.
type moment struct {
	asked Fork
	// nth is the number of the beginning; 0 only counts them.
	nth int
	// undone counts the calls that take a step back, by their Activity ID, from the beginning of
	// the run that is replayed to the end of the chain.
	undone map[string]int
	// children is the first run of a chain whose children are taken over.
	children string
	// now is when the fork is made.
	now time.Time

	// began counts the beginnings, and completed says that the last one ended well.
	began     int
	completed bool
	// seen are the frames that were due in the run.
	seen map[*frame]bool
	// stopped is the frame at whose gate the run stands, and found what is handed on.
	stopped *frame
	found   *forkedRun
	input   json.RawMessage
	// refused is why nothing is; unknown is why there is no such step.
	refused, unknown error
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

// begins notes the input, and whether there is such a step.
func (m *moment) begins(r *run, input json.RawMessage) {
	if m != nil {
		m.input, m.unknown = input, r.checkStep(m.asked.At)
	}
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

// looksAt lets the run stand still where the step that is sought begins.
func (m *moment) looksAt(r *run, next task) {
	f := next.frame
	switch {
	case m == nil || m.stopped != nil || f.Role != roleStep || !m.means(f.path):
	case next.kind == taskEnded:
		m.completed = m.completed || m.nth == 0 && f.outcome.is(succeeded)
	case f.outcome != nil || f.Canceling || m.seen[f] && r.gated(f):
		// It still waits.
	default:
		m.sees(r, f)
	}
}

// sees counts the beginning of a step that is due, or that goes through its gate.
func (m *moment) sees(r *run, f *frame) {
	if m.seen == nil {
		m.seen = map[*frame]bool{}
	}
	m.seen[f] = true
	m.began++
	switch m.began {
	case m.nth:
		m.stopped = f
		r.pauseFork(m)
	default:
		m.completed = m.completed && m.nth > 0
	}
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

// takesBack reports whether the chain has begun to take back the step after this moment.
func (m *moment) takesBack(r *run, path string) bool {
	id := shortID(join(path, "undo"))
	return m.undone[id] > r.calls.ids[id]
}

// keepKeys lets what was under way, and the step itself if it did not complete, keep its key. A
// step that was taken back later gets another one, and so does all that begins later.
func (m *moment) keepKeys(r *run) {
	var walk func(f *frame)
	walk = func(f *frame) {
		underWay := f.Role == roleUndo || f.Role == roleStep && (!f.waiting || f == m.stopped && !m.completed)
		switch {
		case f.Role == roleStep && m.takesBack(r, f.path):
			f.Child, f.Key = nil, ""
		case underWay && f.Key == "":
			f.Key = r.key
		}
		for _, each := range f.subframes {
			walk(each)
		}
	}
	walk(r.root)
}

// renewRecord makes the record anew from the document, with what this Worker has: what the
// history says may be called is not believed.
func (m *moment) renewRecord(ctx workflow.Context, r *run) (err error) {
	beside(ctx, func() {
		var renewed *record
		if renewed, err = r.interpreter.renewed(r.record); err == nil {
			r.record = renewed
			err = r.renewPlans()
		}
	})
	return err
}

// renewed makes a record anew. Blueprints that were given along with the document are known
// from it alone.
func (i *Interpreter) renewed(old *record) (*record, error) {
	documents := []any{string(old.Definition)}
	for _, exact := range workflow.DeterministicKeys(old.Calls.Blueprints) {
		if _, known := i.library().blueprints[exact]; !known {
			documents = append(documents, string(old.Calls.Blueprints[exact]))
		}
	}
	renewed := i.prepareInline(documents)
	switch {
	case renewed.Refused != nil:
		return nil, refusedFork("this Worker does not admit the origin's document: %s", renewed.Refused.Message)
	case renewed.Hash != old.Hash:
		return nil, refusedFork("this Worker reads the origin's document otherwise: it has the hash %s, and was recorded with %s", renewed.Hash, old.Hash)
	}
	renewed.Depth = max(0, old.Depth)
	program, err := i.programs.blueprint(renewed.Hash, renewed.Definition)
	if err != nil {
		return nil, refusedFork("this Worker does not admit the origin's document: %v", err)
	}
	if own := program.Definition.Budget; own != nil {
		renewed.Budget = own.Within(renewed.Budget)
	}
	return renewed, nil
}

// renewPlans checks the plans under way with what this Worker has, and looks up the Activities
// that take steps back which a plan had that is over.
func (r *run) renewPlans() error {
	for _, each := range r.allUndo() {
		entry, known := r.interpreter.library().catalog.activities[each.Activity]
		if !known {
			return refusedFork("this Worker's catalog has no Activity %q, which undoes %s", each.Activity, each.Step)
		}
		called := newCallees()
		called.Activities[each.Activity] = entry.callee
		r.record.add(called)
	}
	return r.renewPlan(r.root)
}

// allUndo are the entries that wait, and those of what is being taken back.
func (r *run) allUndo() []undoEntry {
	entries := append([]undoEntry(nil), r.state.Undo...)
	var walk func(f *frame)
	walk = func(f *frame) {
		entries = append(entries, f.Entries...)
		for _, each := range f.subframes {
			walk(each)
		}
	}
	walk(r.root)
	return entries
}

func (r *run) renewPlan(f *frame) error {
	if f.Plan != nil {
		canonical, plan, source, problems := planOf(r.planBytes(), f.Plan)
		outer := f.outer(r.record.Depth)
		outer.Messages = r.messagesBut(f)
		verdict := r.verdictOn(canonical, plan, source, problems, outer)
		switch {
		case verdict.Refused != nil:
			return refusedFork("this Worker does not admit the plan of %s: %s", f.path, verdict.Refused.Message)
		case verdict.Hash != f.PlanHash:
			return refusedFork("the plan of %s has the hash %s, and was recorded with %s", f.path, verdict.Hash, f.PlanHash)
		}
		f.Plan = canonical
		r.record.add(verdict.Calls)
	}
	for _, each := range f.subframes {
		if err := r.renewPlan(each); err != nil {
			return err
		}
	}
	return nil
}

// handedOn is what the fork's next run is given, if one payload can have it.
func (m *moment) handedOn(ctx workflow.Context, r *run) (*forkedRun, error) {
	info := workflow.GetInfo(ctx)
	r.state.Fork = &Forked{
		Origin: Origin{WorkflowID: r.id, RunID: r.runID}, At: m.stopped.path, By: m.asked.By, Note: m.asked.Note, Children: m.children,
	}
	for _, each := range []*int{&r.state.Used.Steps, &r.state.Used.Plans, &r.state.Used.Children} {
		*each = max(0, *each)
	}
	next := r.carried(ctx)
	// The keys of what begins later, and the Search Attributes, are the fork's own.
	next.State.Key, next.State.Searched = "", nil
	found := &forkedRun{Type: info.WorkflowType.Name, Input: m.input, Next: next}
	encoded, err := json.Marshal(found)
	if err != nil {
		return nil, fmt.Errorf("encoding the state of the fork: %w", err)
	}
	switch allowed := r.record.PayloadBytes.carried(); {
	case r.bytes > r.record.Budget.StateBytes:
		return nil, refusedFork("the origin remembered %d bytes, and the budget allows stateBytes: %d", r.bytes, r.record.Budget.StateBytes)
	case len(encoded) > allowed:
		return nil, refusedFork("the fork would be given %d bytes, and one payload may have %d", len(encoded), allowed)
	}
	// What is handed on does not change with what the replay still does.
	kept := &forkedRun{}
	if err := json.Unmarshal(encoded, kept); err != nil {
		return nil, fmt.Errorf("reading the state of the fork: %w", err)
	}
	return kept, nil
}
