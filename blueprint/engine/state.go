package engine

import (
	"fmt"

	"go.temporal.io/sdk/workflow"
)

// StateAnswer is what a query of the document's own answers with: the value of an entry of its
// state, or null and why there is none, or none yet.
type StateAnswer struct {
	Value any    `json:"value"`
	Error string `json:"error,omitempty"`
}

// serveState offers the queries of the document.
func (r *run) serveState(ctx workflow.Context) error {
	state := r.root.program.Definition.State
	for _, name := range workflow.DeterministicKeys(state) {
		err := workflow.SetQueryHandlerWithOptions(ctx, name, func() (StateAnswer, error) { return r.answer(state[name]), nil },
			workflow.QueryHandlerOptions{Description: "What the blueprint tells of its state"})
		if err != nil {
			return fmt.Errorf("offering the query %s: %w", name, err)
		}
	}
	return nil
}

// answer evaluates a value of the state as the steps of the document see it, between two of
// them. It changes nothing of the run, not even what decides when it lets others go on.
func (r *run) answer(raw any) StateAnswer {
	limits := r.limits()
	limits.Spent = nil
	result, err := r.root.program.Evaluate(raw, r.outside(), limits)
	if err != nil {
		return StateAnswer{Error: err.Error()}
	}
	return StateAnswer{Value: result}
}

// outside is the scope of what a document tells of itself between two of its steps.
func (r *run) outside() *scope {
	// A run that fails takes back what its steps did, also in its next run, which does not know
	// their outputs anymore.
	if ending := r.root.Decided; r.outermost != nil && (ending == nil || ending.is(succeeded) || ending.is(stopped)) {
		return r.outermost
	}
	return r.root.innerScope
}
