package engine

import (
	"slices"

	"go.temporal.io/sdk/workflow"

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
	nodes := f.step.Kind.(*language.Dag).Dag
	switch {
	case node.outcome.is(succeeded):
		f.Done[node.At] = true
		r.keepOutput(f, node.At, node.outcome.Output.any)
		f.innerScope.output(nodes[node.At].ID, node.outcome.Output.any)
		if f.Decided == nil && !f.Canceling {
			beginNeeding(r, f, nodes, nodes[node.At].ID)
		}
	case !node.outcome.is(canceled):
		r.decide(f, *node.outcome)
	}
	r.settle(f, func() any {
		outputs := map[string]any{}
		for at, each := range nodes {
			outputs[each.ID] = f.Outputs[at]
		}
		return outputs
	})
}

// beginNeeding begins the nodes that waited for this one alone.
func beginNeeding(r *run, f *frame, nodes []*language.Step, ended string) {
	for at, node := range nodes {
		if slices.Contains(node.Needs, ended) && !slices.ContainsFunc(nodes, func(each *language.Step) bool {
			return slices.Contains(node.Needs, each.ID) && !f.Done[slices.Index(nodes, each)]
		}) {
			r.beginBlock(f, at, true, nil)
		}
	}
}

func (dagStep) block(f *frame, at int, _ *saved) ([]*language.Step, string) {
	return f.step.Kind.(*language.Dag).Dag[at : at+1], ""
}

// addScope gives the frame names of its own, for those below.
func (r *run) addScope(f *frame, locals object) {
	f.Scope = &names{Locals: locals}
	f.innerScope = &scope{outer: f.ownScope, run: r, names: f.Scope}
}
