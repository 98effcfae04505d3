package language

import "errors"

// PlanSchema is what a planner may return, for the structured output of a model: a narrower
// form than the checker takes. Each Activity and Child Workflow has an alternative of its
// own; steps can be put into a dag, a map, a switch or a sleep, one inside another once. It
// has none of what providers of models refuse: every object is closed, nothing refers to
// itself, and there are no patterns and bounds.
func PlanSchema(catalog Catalog) ([]byte, error) {
	p := planner{callables: callablesOf(catalog), form: argumentForm{
		expression: &Schema{Type: "string", Description: "an expression such as ${steps.first.output}"},
		anything:   &Schema{AnyOf: []*Schema{{Type: "string"}, {Type: "number"}, {Type: "boolean"}, {Type: "null"}}},
		closed:     true,
	}}
	calls, nodes := p.calls(), p.calls()
	if len(calls) == 0 {
		return nil, errors.New("the catalog has nothing that a plan could call")
	}
	for _, each := range nodes {
		each.Properties["needs"] = listOf(&Schema{Type: "string", Description: "the id of a node of this dag that comes first"})
		each.Required = append(each.Required, "needs")
		each.PropertyOrder = each.Required
	}
	plan := closed("steps", listOf(p.step()))
	plan.Defs = map[string]*Schema{"call": {AnyOf: calls}, "node": {AnyOf: nodes}}
	plan.Schema, plan.Title = schemaVersion, "Plan"
	return written(plan)
}

// planner makes the schema of a plan.
type planner struct {
	callables callables
	form      argumentForm
}

// closed is an object with these keys, all of which it has; keys and values take turns.
func closed(members ...any) *Schema {
	object := &Schema{Type: "object", Properties: map[string]*Schema{}, AdditionalProperties: &Schema{Not: &Schema{}}}
	for at := 0; at < len(members); at += 2 {
		key := members[at].(string)
		object.Properties[key] = members[at+1].(*Schema)
		object.Required = append(object.Required, key)
	}
	object.PropertyOrder = object.Required
	return object
}

func (p planner) id() *Schema {
	return &Schema{Type: "string", Description: "unique in its list: letters, digits and _, a letter first"}
}

// step is a call, or a block of calls.
func (p planner) step() *Schema {
	inside := listOf(reference("call"))
	list := &Schema{Type: "string", Description: "an expression that is a list, such as ${steps.first.output}"}
	condition := &Schema{Type: "string", Description: "an expression that is true or false, such as ${steps.first.output > 3}"}
	return &Schema{AnyOf: []*Schema{
		reference("call"),
		closed("id", p.id(), "dag", listOf(reference("node"))),
		closed("id", p.id(), "map", inside, "over", list),
		closed("id", p.id(), "switch", listOf(closed("when", condition, "steps", inside)), "else", inside),
		closed("id", p.id(), "sleep", &Schema{Type: "string", Description: "a length of time such as 30s, 5m or 2d"}),
	}}
}

// calls has an alternative for each name.
func (p planner) calls() []*Schema {
	var all []*Schema
	for _, each := range p.callables.activities {
		all = append(all, p.call("activity", each))
	}
	for _, each := range p.callables.workflows {
		all = append(all, p.call("workflow", each))
	}
	return all
}

func (p planner) call(key string, called callable) *Schema {
	step := closed("id", p.id(), key, &Schema{Type: "string", Enum: []any{called.name}})
	if !called.signature.NoInput {
		step.Properties["with"] = p.form.of(called.signature.Input)
		step.Required = append(step.Required, "with")
		step.PropertyOrder = step.Required
	}
	step.Description = called.signature.Description
	return step
}
