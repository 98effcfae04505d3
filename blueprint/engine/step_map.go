package engine

import (
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
	if reason == nil {
		reason = r.boundsOf(f, step, len(items))
	}
	if reason != nil {
		r.fail(f, reason)
		return
	}
	f.Items, f.Outputs = items, make(values, len(items))
	r.grow(f, f.Items.size())
	nextItems(r, f, step)
}

// boundsOf evaluates how many of the items may run at once, and how many may fail, where these are
// expressions.
func (r *run) boundsOf(f *frame, step *language.Map, items int) *Failure {
	if step.Concurrency != nil && !isNumber(step.Concurrency.Raw) {
		concurrency, reason := r.wholeNumber(f, step.Concurrency, "concurrency", 1, language.MostAtOnce)
		if reason != nil {
			return reason
		}
		f.Limit = concurrency
	}
	text := step.TolerateExpression()
	if text == "" {
		return nil
	}
	result, reason := r.evaluateAs(f, "tolerate", text, f.ownScope)
	if reason != nil {
		return reason
	}
	tolerated, right := language.Tolerated(result, items)
	if !right {
		return &Failure{Type: FailureExpression, Message: `tolerate must be a whole number from 0 or a percentage such as "10%", not ` + textOf(result)}
	}
	f.Tolerated = tolerated
	return nil
}

func isNumber(value any) bool {
	_, is := value.(int64)
	return is
}

// concurrencyOf is how many items may run at once.
func concurrencyOf(f *frame, step *language.Map) int {
	switch {
	case f.Limit > 0:
		return f.Limit
	case step.Concurrency != nil:
		return int(step.Concurrency.Raw.(int64))
	}
	return language.DefaultConcurrency
}

// toleratedOf is how many items may fail.
func toleratedOf(f *frame, step *language.Map) int {
	if step.TolerateExpression() != "" {
		return f.Tolerated
	}
	tolerated, _ := language.Tolerated(step.Tolerate, len(f.Items))
	return tolerated
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
	concurrency := concurrencyOf(f, step)
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
		if f.Failed > toleratedOf(f, step) {
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

func (mapStep) block(f *frame, at int, _ *saved) ([]*language.Step, string) {
	return f.step.Kind.(*language.Map).Map, numbered(at)
}
