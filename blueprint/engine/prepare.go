package engine

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"

	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/expression"
	"dynamicsamples/blueprint/language"
)

// calls are what documents may call: part of a record.
type callees struct {
	Blueprints map[string]json.RawMessage `json:"blueprints,omitempty"`
	References map[string]string          `json:"references,omitempty"`
	Activities map[string]callee          `json:"activities,omitempty"`
	Workflows  map[string]callee          `json:"workflows,omitempty"`
}

// size is the bytes of the blueprints that may be started.
func (c callees) size() int {
	size := 0
	for _, each := range c.Blueprints {
		size += len(each)
	}
	return size
}

func newCallees() callees {
	return callees{
		Blueprints: map[string]json.RawMessage{}, References: map[string]string{},
		Activities: map[string]callee{}, Workflows: map[string]callee{},
	}
}

// add lets the run call what a plan asks for. What the run began with stays what it is.
func (r *record) add(more callees) {
	// A map that was empty when it was recorded is read back as nil.
	all := newCallees()
	for _, each := range []callees{more, r.Calls} {
		maps.Copy(all.Blueprints, each.Blueprints)
		maps.Copy(all.References, each.References)
		maps.Copy(all.Activities, each.Activities)
		maps.Copy(all.Workflows, each.Workflows)
	}
	r.Calls = all
}

// prepareNamed makes the record of a blueprint of the library.
func (i *Interpreter) prepareNamed(reference string) *record {
	library := i.library()
	definition, _, found := library.Blueprint(reference)
	if !found {
		return &record{Refused: library.unknown(reference)}
	}
	return i.prepare(library, definition)
}

// prepareInline makes the record of a document that came from outside, or of the first of a
// list: that may start the others.
func (i *Interpreter) prepareInline(document any) *record {
	library := i.library()
	list, isList := document.([]any)
	if isList && len(list) > 0 {
		document = list[0]
		var problems language.Diagnostics
		if library, problems = i.with(library, list); len(problems) > 0 {
			return &record{Refused: refusal(FailureInvalidDocument, "a blueprint given along", problems)}
		}
	}
	definition, problems := language.Read("", []byte(textOf(document)), library, i.budget, i.budget.DocumentBytes)
	if len(problems) > 0 {
		return &record{Refused: refusal(FailureInvalidDocument, "the blueprint", problems)}
	}
	return i.prepare(library, definition)
}

// with is the library with the blueprints that were given along: for one run, and in place
// of those of the same version.
func (i *Interpreter) with(all *library, list []any) (*library, language.Diagnostics) {
	grown := &library{catalog: all.catalog, blueprints: maps.Clone(all.blueprints), newest: maps.Clone(all.newest)}
	var problems language.Diagnostics
	sources := map[*language.Definition]*language.Source{}
	for _, each := range list {
		definition, source, found := language.Load("", []byte(textOf(each)), i.budget.DocumentBytes)
		if problems = append(problems, found...); len(found) == 0 {
			sources[definition] = source
			grown.blueprints[definition.Blueprint+"@"+definition.Version] = definition
		}
	}
	for _, definition := range grown.blueprints {
		if source, given := sources[definition]; given && len(problems) == 0 {
			problems = append(problems, language.Check(definition, source, grown, i.budget)...)
		}
	}
	problems.Sort()
	return grown, problems
}

// refusal is the failure of a document with problems.
func refusal(kind, what string, problems language.Diagnostics) *Failure {
	details := make(values, 0, len(problems))
	for _, each := range problems {
		details = append(details, each.String())
	}
	return &Failure{Type: kind, Message: fmt.Sprintf("%s has problems: %v", what, problems), Details: details}
}

func (i *Interpreter) prepare(library *library, definition *language.Definition) *record {
	canonical, err := language.Canonical(definition)
	if err != nil {
		return &record{Refused: &Failure{Type: FailureInvalidDocument, Message: err.Error()}}
	}
	called := newCallees()
	if err := library.collect(called, language.Calls(definition.Steps)); err != nil {
		return &record{Refused: &Failure{Type: FailureInvalidDocument, Message: err.Error()}}
	}
	if size := called.size() + len(canonical); size > i.payload.record() {
		return &record{Refused: tooLarge(FailureInvalidDocument, size, i.payload)}
	}
	return &record{
		Interpreter:   i.version,
		Name:          definition.Blueprint + "@" + definition.Version,
		Hash:          language.Hash(canonical),
		Definition:    canonical,
		Calls:         called,
		Budget:        i.budget,
		ContinueAfter: i.events,
		PayloadBytes:  i.payload,
		Search:        i.search,
		Operations:    i.operations,
	}
}

// tooLarge is the failure of what would make the record too large.
func tooLarge(kind string, size int, payload payloadBytes) *Failure {
	return &Failure{
		Type:    kind,
		Message: fmt.Sprintf("the blueprint and those that it may start have %d bytes, and at most %d are allowed", size, payload.record()),
	}
}

// collect finds what documents call, and what the blueprints that they start call.
func (l *library) collect(found callees, called language.Called) error {
	for _, name := range called.Activities {
		if entry, known := l.catalog.activities[name]; known {
			found.Activities[name] = entry.callee
		}
	}
	for _, name := range called.Workflows {
		if entry, known := l.catalog.workflows[name]; known {
			found.Workflows[name] = entry.callee
		}
	}
	for _, reference := range called.Blueprints {
		definition, exact, known := l.Blueprint(reference)
		if !known {
			continue
		}
		found.References[reference] = exact
		if found.Blueprints[exact] != nil {
			continue
		}
		canonical, err := language.Canonical(definition)
		if err != nil {
			return fmt.Errorf("blueprint %s: %w", exact, err)
		}
		found.Blueprints[exact] = canonical
		if err := l.collect(found, language.Calls(definition.Steps)); err != nil {
			return err
		}
	}
	return nil
}

// forChild is what a child blueprint is started with: resolved when its parent was.
func (r *record) forChild(reference string, depth int) *record {
	exact := r.Calls.References[reference]
	child := *r
	child.Name, child.Definition = exact, r.Calls.Blueprints[exact]
	child.Hash = language.Hash(child.Definition)
	child.Depth = depth
	// Each generation of children may start half as many as the last: a tree of
	// blueprints that start each other ends.
	child.Budget.Children = r.Budget.Children / 2
	child.Budget.Plans = r.Budget.Plans / 2
	return &child
}

// childMemo is what the Web UI shows of a child blueprint.
func (r *record) childMemo(reference string) map[string]any {
	exact, isBlueprint := r.Calls.References[reference]
	if !isBlueprint {
		return nil
	}
	return memoOf(exact, language.Hash(r.Calls.Blueprints[exact]))
}

func memoOf(name, hash string) map[string]any {
	return map[string]any{"blueprint": name, "hash": hash}
}

// verdict is what is recorded about a plan.
type verdict struct {
	// Hash names the plan's content.
	Hash string `json:"hash,omitempty"`
	// Calls are what it may call.
	Calls callees `json:"calls,omitzero"`
	// Refused is why it is not run.
	Refused *Failure `json:"refused,omitempty"`
}

// judge checks a plan with the checker of whole documents, once: the verdict is
// recorded.
func (r *run) judge(ctx workflow.Context, f *frame, output any) ([]byte, verdict) {
	var canonical []byte
	var judged verdict
	outer, replaying := f.outer(r.record.Depth), workflow.IsReplaying(ctx)
	outer.Messages = r.messagesNow()
	outer.EndsLast = !r.since(2)
	r.offThread(ctx, expression.Size(output), func() {
		var plan *language.Plan
		var source *language.Source
		var problems language.Diagnostics
		canonical, plan, source, problems = planOf(r.planBytes(), output)
		if !replaying {
			step := fmt.Sprintf("%s %p %s %s", r.runID, r.interpreter.library(), f.path, language.Hash(canonical))
			judged = r.interpreter.programs.verdict(step, func() verdict {
				return r.verdictOn(canonical, plan, source, problems, outer)
			})
		}
	})
	var given verdict
	encoded := workflow.SideEffect(ctx, func(workflow.Context) any { return judged })
	if err := encoded.Get(&given); err != nil {
		r.giveUpIfLost(err)
		given.Refused = &Failure{Type: FailureInvalidPlan, Message: err.Error()}
	}
	return canonical, given
}

// planBytes is how long a plan may be.
func (r *run) planBytes() int {
	return cmp.Or(r.record.Budget.DocumentBytes, r.record.PayloadBytes.document())
}

// verdictOn checks a plan.
func (r *run) verdictOn(canonical []byte, plan *language.Plan, source *language.Source, problems language.Diagnostics, outer language.Outer) verdict {
	if len(problems) == 0 {
		problems = language.CheckPlan(plan, source, r.interpreter.library(), r.record.Budget, outer)
	}
	if len(problems) == 0 && !r.since(2) {
		problems = tooNew(plan.Steps)
	}
	if len(problems) > 0 {
		return verdict{Refused: refusal(FailureInvalidPlan, "the plan", problems)}
	}
	called := newCallees()
	if err := r.interpreter.library().collect(called, language.Calls(plan.Steps)); err != nil {
		return verdict{Refused: &Failure{Type: FailureInvalidPlan, Message: err.Error()}}
	}
	grown := *r.record
	grown.add(called)
	if size := grown.Calls.size() + len(grown.Definition); size > r.record.PayloadBytes.record() {
		return verdict{Refused: tooLarge(FailureInvalidPlan, size, r.record.PayloadBytes)}
	}
	return verdict{Hash: language.Hash(canonical), Calls: called}
}

// tooNew tells what version 1 would pass over in a plan: it gives a message to a step
// without looking at its match, and knows no message that approves a plan.
func tooNew(steps []*language.Step) language.Diagnostics {
	var problems language.Diagnostics
	for _, step := range steps {
		key := ""
		switch kind := step.Kind.(type) {
		case *language.Wait:
			if kind.Match != nil {
				key = "match"
			}
		case *language.PlanStep:
			if kind.Approve != "" {
				key = "approve"
			}
		}
		if key != "" {
			problems = append(problems, language.Diagnostic{
				Message: fmt.Sprintf("step %s: %s needs version 2 of the interpreter, and this run began with version 1: start a new run", step.ID, key),
			})
		}
		for _, block := range language.BlocksOf(step) {
			problems = append(problems, tooNew(block.Steps)...)
		}
	}
	return problems
}

// planOf reads what a planner returned.
func planOf(mostBytes int, output any) ([]byte, *language.Plan, *language.Source, language.Diagnostics) {
	document, err := json.Marshal(output)
	if err != nil {
		return nil, nil, nil, language.Diagnostics{{Message: err.Error()}}
	}
	plan, source, problems := language.LoadPlan(document, mostBytes)
	if len(problems) > 0 {
		return nil, plan, source, problems
	}
	canonical, err := language.CanonicalPlan(plan)
	if err != nil {
		return nil, plan, source, language.Diagnostics{{Message: err.Error()}}
	}
	return canonical, plan, source, nil
}

// outer is what a plan's expressions see of the blueprint around it.
func (f *frame) outer(depth int) language.Outer {
	outer := language.Outer{Depth: depth + f.depth()}
	for name := range f.ownScope.vars() {
		outer.Vars = append(outer.Vars, name)
	}
	outer.Steps = outputs{f.ownScope}.Fields()
	for each := f.ownScope; each != nil; each = each.outer {
		for name := range each.names.Locals {
			outer.Names = append(outer.Names, name)
		}
	}
	return outer
}
