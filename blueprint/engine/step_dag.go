package engine

import (
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/expression"
	"dynamicsamples/blueprint/language"
)

// dagStep runs nodes, each as soon as those that it needs have ended.
type dagStep struct{ noResume }

func (dagStep) enter(_ workflow.Context, r *run, f *frame) {
	nodes := f.step.Kind.(*language.Dag).Dag
	r.addScope(f, nil)
	f.Outputs, f.Done = make(values, len(nodes)), make([]bool, len(nodes))
	for at, node := range nodes {
		if len(node.Needs) == 0 {
			r.beginBlock(f, at, true, nil)
		}
	}
}

func (dagStep) ended(_ workflow.Context, r *run, f, node *frame) {
	dag := f.step.Kind.(*language.Dag)
	switch {
	case node.outcome.is(succeeded):
		f.Done[node.At] = true
		r.keepOutput(f, node.At, node.outcome.Output.any)
		f.innerScope.output(dag.Dag[node.At].ID, node.outcome.Output.any)
		if f.Decided == nil && !f.Canceling {
			beginNeeding(r, f, dag, node.At)
		}
	case node.outcome.is(skipped):
		skipFrom(r, f, dag, node.At)
	case node.outcome.is(failed) && dag.GoesOn():
		noteFailure(r, f, node.outcome.Failure)
		skipFrom(r, f, dag, node.At)
	case !node.outcome.is(canceled):
		r.decide(f, *node.outcome)
	}
	if f.Failure != nil && len(f.subframes) == 0 && !f.Canceling {
		r.decide(f, failure(f.Failure.with(f.Failures)))
	}
	r.settle(f, func() any {
		outputs := map[string]any{}
		for at, each := range dag.Dag {
			outputs[each.ID] = f.Outputs[at]
		}
		return outputs
	})
}

// beginNeeding begins the nodes that waited for this one alone.
func beginNeeding(r *run, f *frame, dag *language.Dag, ended int) {
	if f.needs == nil {
		f.needs = needsOf(dag, f.Done)
	} else {
		for _, at := range dag.Dependents[ended] {
			f.needs[at]--
		}
	}
	if r.since(2) {
		r.pace.spent += uint64(len(dag.Dependents[ended]))
	}
	for _, at := range dag.Dependents[ended] {
		if f.needs[at] == 0 && !f.Done[at] {
			r.beginBlock(f, at, true, nil)
		}
	}
}

// enterNode begins a node that has a condition, or skips it.
func enterNode(r *run, block *frame) {
	node := block.steps[0]
	holds, reason := r.condition(block, node.When, block.innerScope)
	switch {
	case reason != nil:
		reason.Step = join(block.path, node.ID)
		r.fail(block, reason)
	case holds:
		nextStep(r, block)
	default:
		r.visits(block)[node.Index].Last = skipped
		r.end(block, outcome{Kind: skipped})
	}
}

// skipFrom skips what needs a node that gives nothing: one that was skipped, or has failed.
func skipFrom(r *run, f *frame, dag *language.Dag, at int) {
	f.Done[at] = true
	for open := []int{at}; len(open) > 0; open = open[1:] {
		r.pace.spent += uint64(len(dag.Dependents[open[0]]))
		for _, each := range dag.Dependents[open[0]] {
			if !f.Done[each] {
				f.Done[each] = true
				r.visits(f)[dag.Dag[each].Index].Last = skipped
				open = append(open, each)
			}
		}
	}
}

// noteFailure keeps the failure of a node for when the others have ended.
func noteFailure(r *run, f *frame, reason *Failure) {
	if f.Failure == nil {
		f.Failure = reason
		r.grow(f, expression.Size(reason.value()))
	}
	if each := reason.brief().value(); f.Failures.size()+expression.Size(each) <= largestDetails {
		f.Failures = append(f.Failures, each)
		r.grow(f, expression.Size(each))
	}
}

// needsOf counts for each node what it needs that has not ended.
func needsOf(dag *language.Dag, done []bool) []int {
	needs := make([]int, len(dag.Dag))
	for at, dependents := range dag.Dependents {
		for _, each := range dependents {
			if !done[at] {
				needs[each]++
			}
		}
	}
	return needs
}

func (dagStep) block(f *frame, at int, _ *saved) ([]*language.Step, string) {
	return f.step.Kind.(*language.Dag).Dag[at : at+1], ""
}

// addScope gives the frame names of its own, for those below.
func (r *run) addScope(f *frame, locals object) {
	f.Scope = &names{Locals: locals}
	f.innerScope = &scope{outer: f.ownScope, run: r, names: f.Scope}
}
