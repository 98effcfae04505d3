package engine

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
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

// comparison finds what is against a new document: what has begun must be in it as it was.
type comparison struct {
	run      *run
	old, new *language.Program
	matches  map[*language.Step]*language.Step
	// keys are those of the steps, without the steps that they hold, and of the documents.
	keys             map[*language.Step]map[string]any
	oldKeys, newKeys map[string]any
	against          []string
}

// read reads the keys of both documents.
func (c *comparison) read() {
	c.oldKeys, c.newKeys = membersOf(c.old.Definition), membersOf(c.new.Definition)
	for _, each := range slices.Concat(c.old.Steps, c.new.Steps) {
		c.keys[each] = ownKeys(each)
	}
}

func (c *comparison) refuse(format string, arguments ...any) {
	c.against = append(c.against, fmt.Sprintf(format, arguments...))
}

// enough reports whether more is against the document than is told.
func (c *comparison) enough() bool { return len(c.against) > mostReasons }

func (c *comparison) reasons() []string {
	c.definitions()
	c.steps("", c.old.Definition.Steps, c.new.Definition.Steps, true)
	c.frames(c.run.root)
	return c.against
}

// definitions compares the keys of the documents themselves. What they tell of themselves, and the
// output, may change: it is evaluated later.
func (c *comparison) definitions() {
	free := []string{"version", "summary", "steps", "output", "state", "search"}
	for _, key := range differing(c.oldKeys, c.newKeys) {
		if !slices.Contains(free, key) {
			c.refuse("its %s differs", key)
		}
	}
}

// steps compares those that have begun. In a sequence they keep their places, nodes may move.
func (c *comparison) steps(path string, old, replaced []*language.Step, ordered bool) {
	for i, step := range old {
		if c.enough() {
			return
		}
		own := c.run.state.Visits[step.Index]
		if own.Begun == 0 && own.Last != skipped {
			continue
		}
		at := i
		if i >= len(replaced) || replaced[i].ID != step.ID {
			at = placesIn([]*language.Step{step}, replaced)[0]
		}
		here := join(path, step.ID)
		switch {
		case at < 0:
			c.refuse("%s has begun, and is not in it", here)
		case ordered && at != i:
			c.refuse("%s has begun, and stands elsewhere", here)
		default:
			c.step(here, step, replaced[at])
		}
	}
}

func (c *comparison) step(path string, old, replaced *language.Step) {
	c.matches[old] = replaced
	own := c.run.state.Visits[old.Index]
	if own.Ended > 0 && c.new.Uses(old.ID) && !c.old.Uses(old.ID) {
		c.refuse("the output of %s is not there anymore, as nothing used it", path)
	}
	for _, key := range differing(c.keys[old], c.keys[replaced]) {
		c.refuse("%s has begun, and its %s differs", path, key)
	}
	_, nodes := nodesOf(old)
	for _, block := range old.AllBlocks {
		c.steps(path+segmentOf(old, block), block.Steps, blockAt(replaced, block.Pointer), !nodes || block.Name == "on_timeout")
	}
}

// frames looks for what waits to begin, and has to be there, and for nodes that would have begun.
func (c *comparison) frames(f *frame) {
	if f.planned != nil {
		return
	}
	if f.Role == roleBlock {
		c.sequence(f)
	}
	if _, runs := f.executor.(dagStep); runs && c.matches[f.step] != nil {
		c.nodes(f)
	}
	for _, each := range f.subframes {
		c.frames(each)
	}
}

// sequence looks whether the step that waits to begin still has one in its place.
func (c *comparison) sequence(f *frame) {
	if len(f.subframes) == 0 || !f.subframes[0].waiting {
		return
	}
	steps, here := c.blockOf(f), f.subframes[0].path
	if _, runs := nodesRunBy(f.parent); runs {
		if placesIn(f.steps, steps)[0] < 0 {
			c.refuse("%s waits to begin, and is not in it", here)
		}
	} else if f.Next >= len(steps) {
		c.refuse("%s waits to begin, and nothing stands in its place", here)
	}
}

// blockOf are the steps of the block in the new document, or the nodes among which it has one.
func (c *comparison) blockOf(f *frame) []*language.Step {
	if f.parent == c.run.root {
		return c.new.Definition.Steps
	}
	step := c.matches[f.parent.step]
	if step == nil {
		return nil
	}
	if _, runs := nodesRunBy(f.parent); runs {
		nodes, _ := nodesOf(step)
		return nodes
	}
	at := slices.IndexFunc(f.parent.step.AllBlocks, func(each language.Block) bool { return len(each.Steps) > 0 && each.Steps[0] == f.steps[0] })
	return blockAt(step, f.parent.step.AllBlocks[at].Pointer)
}

// blockAt are the steps of the block at a place of the step's document.
func blockAt(step *language.Step, pointer string) []*language.Step {
	for _, each := range step.AllBlocks {
		if each.Pointer == pointer {
			return each.Steps
		}
	}
	return nil
}

// nodes looks for nodes of a dag under way that nothing would begin: all that they need has ended.
func (c *comparison) nodes(f *frame) {
	old, replaced := f.step.Kind.(*language.Dag), c.matches[f.step].Kind.(*language.Dag)
	ended, begun := map[string]bool{}, map[string]bool{}
	for at, each := range old.Dag {
		ended[each.ID], begun[each.ID] = f.Done[at], f.Done[at]
	}
	for _, each := range f.subframes {
		begun[old.Dag[each.At].ID] = true
	}
	for _, each := range replaced.Dag {
		if !begun[each.ID] && !slices.ContainsFunc(each.Needs, func(id string) bool { return !ended[id] }) {
			c.refuse("%s would have begun already: what it needs has ended", join(f.path, each.ID))
		}
	}
}

// ownKeys are the keys of a step without the steps that it holds.
func ownKeys(step *language.Step) map[string]any {
	keys := membersOf(step)
	for _, block := range language.BlocksOf(step) {
		without(keys, strings.Split(strings.TrimPrefix(block.Pointer, "/"), "/"))
	}
	return keys
}

// without takes the steps of a block out of the keys. The name of a branch, and what a case or a catch
// is for, stays.
func without(keys map[string]any, pointer []string) {
	if len(pointer) == 1 {
		delete(keys, pointer[0])
		return
	}
	switch inside := keys[pointer[0]].(type) {
	case map[string]any:
		if _, has := inside[pointer[1]]; has {
			inside[pointer[1]] = nil
		}
	case []any:
		at, err := strconv.Atoi(pointer[1])
		if entry, is := inside[min(at, len(inside)-1)].(map[string]any); err == nil && is {
			delete(entry, "steps")
		}
	}
}

// membersOf are the keys of a definition or a step, as JSON has them.
func membersOf(of json.Marshaler) map[string]any {
	members := map[string]any{}
	if encoded, err := of.MarshalJSON(); err == nil {
		_ = json.Unmarshal(encoded, &members)
	}
	return members
}

// differing are the keys whose values differ, in order.
func differing(a, b map[string]any) []string {
	var keys []string
	for _, key := range workflow.DeterministicKeys(merged(a, b)) {
		if !reflect.DeepEqual(a[key], b[key]) {
			keys = append(keys, key)
		}
	}
	return keys
}

func merged(a, b map[string]any) map[string]any {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}
