package engine

import (
	"cmp"
	"slices"

	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/expression"
	"dynamicsamples/blueprint/language"
)

// graphStep runs one node after the other along their edges.
type graphStep struct{ noResume }

func (graphStep) enter(_ workflow.Context, r *run, f *frame) {
	r.addScope(f, object{})
	visitNode(r, f, f.step.Kind.(*language.Graph).Start)
}

// visitNode runs the node; "" is the first.
func visitNode(r *run, f *frame, id string) {
	nodes := f.step.Kind.(*language.Graph).Graph
	at := max(0, slices.IndexFunc(nodes, func(each *language.Step) bool { return each.ID == id }))
	if f.Next >= r.record.Budget.Rounds {
		r.fail(f, exceeded("rounds", r.record.Budget.Rounds))
		return
	}
	f.Next++
	r.begin(f, saved{Role: roleBlock, At: at, Limit: f.Next - 1, Scope: &names{}})
}

func (graphStep) ended(_ workflow.Context, r *run, f, below *frame) {
	node := f.step.Kind.(*language.Graph).Graph[below.At]
	switch {
	case below.Role == roleUndo:
		leave(r, f, node.OnFailure)
	case below.outcome.is(succeeded):
		r.grow(f, expression.Size(below.outcome.Output.any)-expression.Size(f.Last.any))
		f.Last = below.outcome.Output
		f.innerScope.output(node.ID, below.outcome.Output.any)
		leave(r, f, cmp.Or(node.OnSuccess, node.Next))
	case below.outcome.is(failed) && node.OnFailure != "":
		f.innerScope.local("error", below.outcome.Failure.value())
		if !r.undo(f, below.At, func(each undoEntry) bool { return within(each.Step, below.path) }) {
			leave(r, f, node.OnFailure)
		}
	default:
		r.end(f, *below.outcome)
	}
}

// leave follows the edge to a node; "" is the end.
func leave(r *run, f *frame, id string) {
	switch {
	case f.Canceling:
		r.end(f, cancellation())
	case id == "":
		r.end(f, success(f.Last.any))
	default:
		visitNode(r, f, id)
	}
}

// block is one node; its number in the path is how many have run before it.
func (graphStep) block(f *frame, at int, s *saved) ([]*language.Step, string) {
	return f.step.Kind.(*language.Graph).Graph[at : at+1], numbered(s.Limit)
}
