package engine

import (
	"encoding/json"
	"fmt"

	"go.temporal.io/sdk/workflow"
)

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
	r.eachFrame(func(f *frame) { entries = append(entries, f.Entries...) })
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
		Origin: Origin{WorkflowID: r.id, RunID: r.runID}, At: m.stopped.path, Held: m.stopped.Held != nil,
		By: m.asked.By, Note: m.asked.Note, Children: m.children, Earlier: r.state.Fork.chains(),
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
