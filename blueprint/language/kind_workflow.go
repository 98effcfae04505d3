package language

import "slices"

// Workflow starts a Child Workflow of the catalog, or another blueprint by
// name@version; its output is the child's result.
type Workflow struct {
	// Workflow is a name of the catalog, or a blueprint's name@version.
	Workflow string `json:"workflow"`
	// With is its input, a value.
	With *Value `json:"with,omitempty"`
	// Detach leaves the child running; the output is then {workflowId, runId}.
	Detach bool `json:"detach,omitempty"`
	ChildOptions
	// Undo takes the step back.
	Undo *Undo `json:"undo,omitempty"`
}

// Blocks implements Kind.
func (*Workflow) Blocks() []Block { return nil }

func (w *Workflow) check(c *checker, at spot) result {
	signature := c.workflow(at.at("workflow"), w.Workflow)
	c.argument(at, w.With, w.Workflow, signature)
	c.childOptions(at, w.ChildOptions)
	output := signature.Output
	if w.Detach {
		text := typeOf("string")
		output = objectOf(map[string]*Schema{"workflowId": text, "runId": text})
	}
	c.undo(at, w.Undo, output)
	return result{output: output}
}

func (w *Workflow) calls(called *Called) {
	called.workflow(w.Workflow)
	called.undo(w.Undo)
}

func (w *Workflow) values() []any {
	return slices.Concat(raw(w.With), expressionsOf(w.timeouts()), w.Undo.values())
}
