package engine

import (
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// replacement is a document that takes the place of the run's own in the next run. What has begun is
// in both; places in the saved state are those of the same ids.
type replacement struct {
	record *record
	// matches are the steps that have begun, with those of the same ids in the new document.
	matches map[*language.Step]*language.Step
	program *language.Program
	// places are those of the nodes of dags and graphs in the new document.
	places map[*language.Step][]int
}

// admitsReplace refuses a new document where the run is not at rest.
func (r *run) admitsReplace(operation Operation) error {
	switch {
	case len(operation.Document) > r.record.Budget.DocumentBytes:
		return refusedOperation(ErrInvalidOperation, "document must have at most %d bytes (documentBytes of the budget), got %d", r.record.Budget.DocumentBytes, len(operation.Document))
	case r.pausedAt("") < 0:
		return refusedOperation(ErrOperationRefused, "the document is replaced while the whole run is paused: it admits pause")
	case r.calls.holdRun():
		return refusedOperation(ErrOperationRefused, "what is under way must end first: %s", strings.Join(r.activitiesUnderWay(), ", "))
	}
	return nil
}

// activitiesUnderWay are the paths of what is called and has not ended, the first of many.
func (r *run) activitiesUnderWay() []string {
	var paths []string
	for _, each := range r.calls.pending {
		if each.holdsRun && len(paths) < mostListed {
			paths = append(paths, each.frame.path)
		}
	}
	return paths
}

// replace checks a new document, and lets the next run go on by it. It tells all that is against it.
func (r *run) replace(ctx workflow.Context, operation Operation) error {
	document, isText := valueOf(operation.Document).(string)
	if !isText {
		document = string(operation.Document)
	}
	made := r.interpreter.recorded(ctx, "replaced by "+language.Hash([]byte(document)), func() *record { return r.interpreter.prepareInline(document) })
	if made.Refused != nil {
		return refusedOperation(ErrOperationRefused, "%s", made.Refused.Message)
	}
	if made.Hash == r.record.Hash {
		return refusedOperation(ErrOperationRefused, "the run goes on by this document already: nothing is replaced")
	}
	program, err := r.programOf(ctx, made)
	if err != nil {
		return refusedOperation(ErrOperationRefused, "the document cannot be run: %v", err)
	}
	next := comparison{run: r, old: r.root.program, new: program, keys: map[*language.Step]map[string]any{}, matches: map[*language.Step]*language.Step{}}
	// The programs never change: what is long is read beside the thread.
	beside(ctx, next.read)
	// Checking it has let others go on.
	if err := r.admits(operation); err != nil {
		return err
	}
	r.pace.spent += uint64(len(next.keys))
	if reasons := next.reasons(); len(reasons) > 0 {
		return refusedOperation(ErrOperationRefused, "the document cannot take the place of %s: %s", r.record.Name, listed(reasons, "; "))
	}
	if !operation.DryRun {
		r.replacement = &replacement{record: r.replacedBy(made), matches: next.matches, program: program, places: map[*language.Step][]int{}}
		r.pace.leaving = true
	}
	return nil
}

// programOf is the program of a record.
func (r *run) programOf(ctx workflow.Context, made *record) (program *language.Program, err error) {
	offThread(ctx, len(made.Definition), func() { program, err = r.interpreter.programs.blueprint(made.Hash, made.Definition) })
	return program, err
}

// replacedBy is the run's record with another definition: what it may consume, and what people may
// ask of it, stays, and so does what plans under way may call.
func (r *run) replacedBy(made *record) *record {
	next := *r.record
	next.Name, next.Hash, next.Definition = made.Name, made.Hash, made.Definition
	next.add(made.Calls)
	return &next
}

// noteReplacement notes the new document in the memo.
func (r *run) noteReplacement(ctx workflow.Context) error {
	if r.replacement == nil {
		return nil
	}
	next := r.replacement.record
	if err := workflow.UpsertMemo(ctx, memoOf(next.Name, next.Hash)); err != nil {
		return fmt.Errorf("noting the new document in the memo: %w", err)
	}
	return nil
}

// replaced is the state as the next run goes on from it, by the new document.
func (r *run) replaced(s state) state {
	visits := make([]visit, len(r.replacement.program.Steps))
	for old, step := range r.replacement.matches {
		visits[step.Index] = s.Visits[old.Index]
	}
	s.Visits = visits
	r.replacement.moved(r.root, &s.Root)
	return s
}

// moved changes the places of nodes, which are those of the new document, in what the frame has saved.
func (p *replacement) moved(f *frame, s *saved) {
	if nodes, runs := nodesRunBy(f); runs {
		replaced, _ := nodesOf(p.matches[f.step])
		if p.places[f.step] == nil {
			p.places[f.step] = placesIn(nodes, replaced)
		}
		places := p.places[f.step]
		if len(s.Done) > 0 {
			s.Done, s.Outputs = atPlaces(s.Done, places, len(replaced)), atPlaces(s.Outputs, places, len(replaced))
		}
		for i := range s.Below {
			s.Below[i].At = places[s.Below[i].At]
		}
	}
	for i, each := range f.subframes {
		if each.planned == nil {
			p.moved(each, &s.Below[i])
		}
	}
}

// nodesRunBy are the nodes of a dag or a graph that the frame runs: a frame around it sees to its time
// and its attempts.
func nodesRunBy(f *frame) ([]*language.Step, bool) {
	switch f.executor.(type) {
	case dagStep, graphStep:
		return nodesOf(f.step)
	}
	return nil, false
}

// nodesOf are the nodes of a dag or a graph.
func nodesOf(step *language.Step) ([]*language.Step, bool) {
	if step == nil {
		return nil, false
	}
	switch kind := step.Kind.(type) {
	case *language.Dag:
		return kind.Dag, true
	case *language.Graph:
		return kind.Graph, true
	}
	return nil, false
}

// placesIn are the places of nodes among others, by their ids; -1 is none.
func placesIn(nodes, others []*language.Step) []int {
	places := make([]int, len(nodes))
	for i, each := range nodes {
		places[i] = slices.IndexFunc(others, func(other *language.Step) bool { return other.ID == each.ID })
	}
	return places
}

func atPlaces[T any](list []T, places []int, length int) []T {
	moved := make([]T, length)
	for i, each := range list {
		if places[i] >= 0 {
			moved[places[i]] = each
		}
	}
	return moved
}
