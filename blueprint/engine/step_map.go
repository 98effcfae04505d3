package engine

import (
	"math"
	"strconv"
	"strings"

	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// mapStep runs the same steps for each item of a list, a number of items at once.
type mapStep struct{ noResume }

func (mapStep) enter(_ workflow.Context, r *run, f *frame) {
	step := f.step.Kind.(*language.Map)
	items, reason := r.list(f, step.Over)
	if reason == nil && len(items) > r.record.Budget.Items {
		reason = exceeded("items", r.record.Budget.Items)
	}
	if reason != nil {
		r.fail(f, reason)
		return
	}
	f.Items, f.Outputs = items, make(values, len(items))
	r.grow(f, f.Items.size())
	nextItems(r, f, step)
}

// list evaluates what a map or a loop is over.
func (r *run) list(f *frame, over *language.Value) (values, *Failure) {
	result, reason := r.evaluate(f, over.Raw, f.ownScope)
	if reason != nil {
		return nil, reason
	}
	items, list := result.([]any)
	if !list {
		return nil, &Failure{Type: FailureExpression, Message: "over must be a list, not " + textOf(result)}
	}
	return items, nil
}

// nextItems begins as many items as may run at once.
func nextItems(r *run, f *frame, step *language.Map) {
	concurrency := step.Concurrency
	if concurrency == 0 {
		concurrency = language.DefaultConcurrency
	}
	for f.Decided == nil && !f.Canceling && f.outcome == nil && f.Next < len(f.Items) && len(f.subframes) < concurrency {
		at := f.Next
		f.Next++
		r.beginBlock(f, at, true, object{step.ItemName(): f.Items[at], step.IndexName(): int64(at)})
	}
	r.settle(f, func() any { return []any(f.Outputs) })
}

func (mapStep) ended(_ workflow.Context, r *run, f, item *frame) {
	step := f.step.Kind.(*language.Map)
	switch {
	case item.Role == roleUndo:
	case item.outcome.is(succeeded):
		r.keepOutput(f, item.At, item.outcome.Output.any)
	case item.outcome.is(failed):
		f.Failed++
		if f.Failed > tolerated(step.Tolerate, len(f.Items)) {
			r.decide(f, *item.outcome)
			break
		}
		r.keepOutput(f, item.At, map[string]any{"error": item.outcome.Failure.value()})
		r.undo(f, item.At, func(each undoEntry) bool { return within(each.Step, item.path) })
	case item.outcome.is(stopped):
		r.decide(f, *item.outcome)
	}
	nextItems(r, f, step)
}

// tolerated is how many of the items may fail.
func tolerated(tolerate any, items int) int {
	switch tolerate := tolerate.(type) {
	case int64:
		return int(tolerate)
	case string:
		percent, err := strconv.ParseFloat(strings.TrimSuffix(tolerate, "%"), 64)
		if err == nil {
			return int(math.Floor(percent * float64(items) / 100))
		}
	}
	return 0
}

func (mapStep) block(f *frame, at int, _ *saved) ([]*language.Step, string) {
	return f.step.Kind.(*language.Map).Map, numbered(at)
}
