package language

import (
	"fmt"
	"slices"
	"strings"

	"dynamicsamples/blueprint/expression"
)

// spot is where the checker stands, and what is visible there.
type spot struct {
	node  *stepNode // the step, nil outside the steps
	path  *path
	scope *scope
}

// at is a place inside: the value of a key.
func (p spot) at(parts ...string) spot {
	for _, part := range parts {
		p.path = p.path.key(part)
	}
	return p
}

// item is a place inside: an item of a list.
func (p spot) item(i int) spot {
	p.path = p.path.index(i)
	return p
}

// in is the place with another scope.
func (p spot) in(scope *scope) spot {
	p.scope = scope
	return p
}

// scope is what the expressions of a block see. A nil type is any value.
type scope struct {
	outer     *scope
	names     map[string]*Schema
	steps     map[string]*Schema   // the outputs of the steps of this block
	may       func(id string) bool // which of them can have run; nil: all
	variables *variables
}

// StepName is what the expressions of a step call it, for its key: step.key.
const StepName = "step"

func newScope() *scope {
	scope := (&scope{variables: &variables{}}).inner()
	scope.names = map[string]*Schema{"input": nil, "run": runSchema()}
	return scope
}

// inner is the scope of a block that shares the variables.
func (s *scope) inner() *scope {
	return &scope{outer: s, steps: map[string]*Schema{}, variables: s.variables}
}

// apart is the scope of a block that has variables of its own, or that may not run.
func (s *scope) apart() *scope {
	inner := s.inner()
	inner.variables = &variables{outer: s.variables}
	return inner
}

// with is a scope with one more name.
func (s *scope) with(name string, schema *Schema) *scope {
	inner := s.inner()
	inner.names = map[string]*Schema{name: schema}
	return inner
}

func (s *scope) name(name string) (*Schema, bool) {
	for ; s != nil; s = s.outer {
		if schema, found := s.names[name]; found {
			return schema, true
		}
	}
	return nil, false
}

// step is the output of the step that the id stands for here.
func (s *scope) step(id string) (*Schema, bool) {
	for ; s != nil; s = s.outer {
		schema, found := s.steps[id]
		switch {
		case !found || s.may != nil && !s.may(id):
		case s.may == nil:
			return schema, true
		default:
			return s.eitherStep(id, schema), true
		}
	}
	return nil, false
}

// eitherStep is the type where a step may not have run, and the id then stands for
// another one further out.
func (s *scope) eitherStep(id string, schema *Schema) *Schema {
	if _, another := s.outer.step(id); another {
		return nil
	}
	return schema
}

// visible lists the ids of the steps that can be asked for.
func (s *scope) visible() []string {
	var ids []string
	for ; s != nil; s = s.outer {
		for id := range s.steps {
			if s.may == nil || s.may(id) {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// roots lists the names that can be used.
func (s *scope) roots() []string {
	names := []string{"steps", "vars"}
	for ; s != nil; s = s.outer {
		for name := range s.names {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// sees reports whether a name that an expression uses exists.
func (s *scope) sees(reference expression.Reference) bool {
	return slices.Contains(s.roots(), reference.Root)
}

// variables are the names of the variables that can have been set.
type variables struct {
	outer *variables
	names map[string]bool
	may   func(name string) bool // more of them, or nil
}

func (v *variables) set(name string) {
	if v.names == nil {
		v.names = map[string]bool{}
	}
	v.names[name] = true
}

func (v *variables) has(name string) bool {
	for ; v != nil; v = v.outer {
		if v.names[name] || v.may != nil && v.may(name) {
			return true
		}
	}
	return false
}

// join adds what a block that may have run can have set.
func (v *variables) join(inner *variables) {
	for name := range inner.names {
		v.set(name)
	}
}

// uses are the types of the names that one template uses, and only of those: what is
// visible can be far more.
type uses struct {
	names map[string]*Schema
	steps map[string]*Schema
	vars  map[string]*Schema
}

// types checks the names that a template uses and gives their types.
func (c *checker) types(at spot, references []expression.Reference) *expression.Types {
	uses := uses{names: map[string]*Schema{}, steps: map[string]*Schema{}, vars: map[string]*Schema{}}
	for _, reference := range references {
		c.reference(at, reference, &uses)
	}
	if len(uses.steps) > 0 && !hasName(uses.names, "steps") {
		uses.names["steps"] = objectOf(uses.steps)
	}
	if len(uses.vars) > 0 && !hasName(uses.names, "vars") {
		uses.names["vars"] = objectOf(uses.vars)
	}
	return expression.NewTypes(uses.names)
}

func hasName(names map[string]*Schema, name string) bool {
	_, found := names[name]
	return found
}

// reference checks one use of a name. Each name of a template is reported once.
func (c *checker) reference(at spot, reference expression.Reference, uses *uses) {
	switch {
	case reference.Root == "steps" && len(reference.Path) > 0:
		c.stepUse(at, reference, uses)
	case reference.Root == "vars" && len(reference.Path) > 0:
		c.variableUse(at, reference, uses)
	case reference.Root == "steps" || reference.Root == "vars":
		// Which one is asked for is only known when it runs.
		uses.names[reference.Root] = nil
	case !hasName(uses.names, reference.Root):
		schema, found := at.scope.name(reference.Root)
		if !found && reference.Root == StepName && at.node != nil {
			schema, found = objectOf(map[string]*Schema{"key": typeOf("string")}), true
		}
		uses.names[reference.Root] = schema
		if !found {
			c.unknownName(at, reference)
		}
	}
}

func (c *checker) unknownName(at spot, reference expression.Reference) {
	name := reference.Root
	if name == StepName {
		c.inText(at, reference.Offset, "unknown-name", "only a step has a key: "+quote(name)+" stands for the step in whose keys the expression is", "")
		return
	}
	if name == ErrorName {
		c.inText(at, reference.Offset, "no-error", "there is no error here: only a catch and what follows an on_failure edge have one", "")
		return
	}
	suggestion := c.near(name, at.scope.roots())
	if constant := constantOf(name); constant != "" {
		suggestion = constant
	} else if _, step := at.scope.step(name); step {
		suggestion = "steps." + name
	} else if at.scope.variables.has(name) {
		suggestion = "vars." + name
	}
	c.inText(at, reference.Offset, "unknown-name", "unknown name "+quote(name), suggestion)
}

func (c *checker) variableUse(at spot, reference expression.Reference, uses *uses) {
	name := reference.Path[0]
	if hasName(uses.vars, name) {
		return
	}
	uses.vars[name] = c.constants[name]
	switch {
	case at.scope.variables.has(name):
	case c.declared[name]:
		c.inText(at, reference.Offset, "variable-not-set", "nothing that can have run before sets the variable "+quote(name), "")
	default:
		c.inText(at, reference.Offset, "unknown-variable", "unknown variable "+quote(name), c.near(name, sortedNames(c.declared)))
	}
}

func (c *checker) stepUse(at spot, reference expression.Reference, uses *uses) {
	id := reference.Path[0]
	if hasName(uses.steps, id) {
		return
	}
	schema, found := at.scope.step(id)
	switch {
	case !found:
		uses.steps[id] = nil
		c.explain(at, reference.Offset, id)
	case len(reference.Path) > 1 && reference.Path[1] != "output":
		uses.steps[id] = nil
		c.inText(at, reference.Offset, "unknown-field", fmt.Sprintf("a step has an output and no %s", quote(reference.Path[1])), strings.Join([]string{"steps", id, "output"}, "."))
	default:
		uses.steps[id] = objectOf(map[string]*Schema{"output": schema})
	}
}

// mostCandidates bounds how many steps of one id are looked at.
const mostCandidates = 20

// explain reports a step that is not visible, and says why it is not.
func (c *checker) explain(at spot, offset int, id string) {
	var why hidden
	for _, candidate := range c.byID[id][:min(len(c.byID[id]), mostCandidates)] {
		if found := whyHidden(candidate, at.node); why.reason == "" || found.rank < why.rank {
			why = found
		}
	}
	switch {
	case why.reason == "":
		c.inText(at, offset, "unknown-step", "there is no step "+quote(id)+" here", c.near(id, at.scope.visible()))
	case why.rank == runsLater:
		c.inText(at, offset, "step-not-run", fmt.Sprintf("the step %s cannot have run yet: %s", quote(id), why.reason), "")
	default:
		suggestion := ""
		if _, visible := at.scope.step(why.inside); visible {
			suggestion = "steps." + why.inside + ".output"
		}
		c.inText(at, offset, "step-elsewhere", fmt.Sprintf("the step %s is not visible here: %s", quote(id), why.reason), suggestion)
	}
}

// hidden is why a step is not visible. Of several steps of one id, that of the lowest
// rank was probably meant.
type hidden struct {
	reason string
	rank   int
	inside string // the id of the step that holds it
}

const (
	runsLater = iota
	inAnotherBranch
	insideAnother
)

// whyHidden says why a step is not visible from another one, nil for what stands around
// all steps.
func whyHidden(step, from *stepNode) hidden {
	around := map[*stepList]*stepNode{} // what the lists around hold on the way to from
	for each := from; each != nil; each = each.list.around {
		around[each.list] = each
	}
	for each := step; ; each = each.list.around {
		own, common := around[each.list]
		switch {
		case common && own == step:
			return hidden{reason: "this is part of it", rank: runsLater}
		case common && each == step:
			return hidden{reason: notBefore(own), rank: runsLater}
		case common && own == each && own != from:
			return hidden{reason: "it is in another branch of " + quote(each.step.ID), rank: inAnotherBranch}
		case each == step && each.list.around == nil:
			return hidden{reason: "it comes later", rank: runsLater}
		case common || each.list.around == nil:
			return hidden{reason: "it is inside " + quote(each.step.ID), rank: insideAnother, inside: each.step.ID}
		}
	}
}

// notBefore says why one step of a list does not run before another one.
func notBefore(own *stepNode) string {
	switch own.holder().(type) {
	case *Dag:
		return fmt.Sprintf("%s does not need it", quote(own.step.ID))
	case *Graph:
		return fmt.Sprintf("no edges lead from it to %s", quote(own.step.ID))
	default:
		return "it comes later"
	}
}
