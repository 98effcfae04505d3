package engine

import (
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

func (graphStep) ended(ctx workflow.Context, r *run, f, below *frame) {
	node := f.step.Kind.(*language.Graph).Graph[below.At]
	switch {
	case below.Role == roleUndo:
		leave(r, f, node.OnFailure[f.Limit].To)
	case below.outcome.is(succeeded):
		r.grow(f, expression.Size(below.outcome.Output.any)-expression.Size(f.Last.any))
		f.Last = below.outcome.Output
		f.innerScope.output(node.ID, below.outcome.Output.any)
		id, reason := r.wayFrom(ctx, f, node)
		if reason != nil {
			reason.Step = join(below.path, node.ID)
			r.fail(f, reason)
			return
		}
		leave(r, f, id)
	case below.outcome.is(failed):
		failedNode(ctx, r, f, below)
	default:
		r.end(f, *below.outcome)
	}
}

// wayFrom is the node that follows one that has succeeded; "" is the end.
func (r *run) wayFrom(ctx workflow.Context, f *frame, node *language.Step) (string, *Failure) {
	for _, each := range node.AfterSuccess() {
		if each.When == nil {
			return each.To, nil
		}
		r.rest(ctx)
		if holds, reason := r.condition(f, each.When, f.innerScope); holds || reason != nil {
			return each.To, reason
		}
	}
	return "", nil
}

// failedNode follows the first edge that takes the failure, once what the node had completed is
// undone.
func failedNode(ctx workflow.Context, r *run, f, below *frame) {
	reason := below.outcome.Failure
	node := f.step.Kind.(*language.Graph).Graph[below.At]
	at := r.edgeOf(ctx, f, below, reason)
	if at < 0 {
		r.end(f, *below.outcome)
		return
	}
	f.Limit, f.Retryable, f.NonRetryable = at, reason.Retryable, reason.NonRetryable
	f.innerScope.local(language.ErrorName, reason.value())
	if !r.undo(f, below.At, func(each undoEntry) bool { return within(each.Step, below.path) }) {
		leave(r, f, node.OnFailure[at].To)
	}
}

// edgeOf is the place of the edge that takes the failure of a node, or -1.
func (r *run) edgeOf(ctx workflow.Context, f, below *frame, reason *Failure) int {
	node := f.step.Kind.(*language.Graph).Graph[below.At]
	return slices.IndexFunc(node.OnFailure, func(each language.Edge) bool {
		return each.Names(reason.Type) && r.takes(ctx, f, f.innerScope, each.When, reason)
	})
}

// takes reports whether a condition that sees the failure holds. One that cannot be evaluated
// does not.
func (r *run) takes(ctx workflow.Context, f *frame, where *scope, when *language.Value, reason *Failure) bool {
	if when == nil {
		return true
	}
	r.rest(ctx)
	holds, problem := r.condition(f, when, where.with(language.ErrorName, reason.value()))
	return problem == nil && holds
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
