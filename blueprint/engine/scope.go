package engine

import (
	"maps"
	"slices"
	"time"

	"dynamicsamples/blueprint/expression"
)

// scope is what expressions see at a place: what the scopes around it have, and what
// the block or step that opened it adds.
type scope struct {
	outer *scope
	run   *run
	names *names
	// bytes is about what the scope takes in the state.
	bytes int
}

// grow notes that the scope takes so many bytes more.
func (s *scope) grow(bytes int) {
	s.bytes += bytes
	s.run.bytes += bytes
}

// Lookup implements expression.Names.
func (s *scope) Lookup(name string) (any, bool) {
	switch name {
	case "input":
		return s.run.input, true
	case "vars":
		return s.vars(), true
	case "steps":
		return outputs{s}, true
	case "run":
		return s.run.describe(), true
	}
	for each := s; each != nil; each = each.outer {
		if found, exists := each.names.Locals[name]; exists {
			return found, true
		}
	}
	return nil, false
}

// vars are the variables: those of the nearest scope that has a copy of its own.
func (s *scope) vars() map[string]any {
	owner := s.owner()
	if owner.names.Vars == nil {
		return map[string]any{}
	}
	return owner.names.Vars
}

func (s *scope) owner() *scope {
	for s.outer != nil && s.names.Vars == nil {
		s = s.outer
	}
	return s
}

// set gives variables new values. The map is replaced, not changed: what an
// expression gave out as `vars` stays what it was.
func (s *scope) set(values map[string]any) {
	owner := s.owner()
	changed := make(object, len(owner.names.Vars)+len(values))
	maps.Copy(changed, owner.names.Vars)
	for name, each := range values {
		owner.grow(len(name) + expression.Size(each) - expression.Size(changed[name]))
		changed[name] = each
	}
	owner.names.Vars = changed
}

// setAll makes the variables those that they were.
func (s *scope) setAll(values object) {
	owner := s.owner()
	owner.grow(counted(values) - counted(owner.names.Vars))
	owner.names.Vars = values
}

// counted is what variables take, as they are counted one by one.
func counted(variables object) int {
	bytes := 0
	for name, each := range variables {
		bytes += len(name) + expression.Size(each)
	}
	return bytes
}

// output keeps the output of a step of the scope's block.
func (s *scope) output(id string, output any) {
	if s.names.Outputs == nil {
		s.names.Outputs = object{}
	}
	s.grow(len(id) + expression.Size(output) - expression.Size(s.names.Outputs[id]))
	s.names.Outputs[id] = output
}

// with is the scope with a name more, for one evaluation.
func (s *scope) with(name string, content any) *scope {
	return &scope{outer: s, run: s.run, names: &names{Locals: object{name: content}}}
}

// local gives a name of the scope itself a value.
func (s *scope) local(name string, content any) {
	if s.names.Locals == nil {
		s.names.Locals = object{}
	}
	s.grow(expression.Size(content) - expression.Size(s.names.Locals[name]))
	s.names.Locals[name] = content
}

// outputs are the outputs of the steps that have run in a scope and those around it:
// `steps`.
type outputs struct{ scope *scope }

// Field implements expression.Object.
func (o outputs) Field(id string) (any, bool) {
	for each := o.scope; each != nil; each = each.outer {
		if output, exists := each.names.Outputs[id]; exists {
			return map[string]any{"output": output}, true
		}
	}
	return nil, false
}

// Fields implements expression.Object.
func (o outputs) Fields() []string {
	ids := map[string]bool{}
	for each := o.scope; each != nil; each = each.outer {
		for id := range each.names.Outputs {
			ids[id] = true
		}
	}
	return slices.Sorted(maps.Keys(ids))
}

// describe is `run`: what expressions may know of the run itself.
func (r *run) describe() map[string]any {
	return map[string]any{
		"id":      r.id,
		"started": r.state.Started.UTC().Format(time.RFC3339Nano),
		"now":     r.now.UTC().Format(time.RFC3339Nano),
	}
}
