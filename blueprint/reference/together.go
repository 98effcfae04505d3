package reference

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"dynamicsamples/blueprint/language"
)

// together runs parts at once. runAll runs them all, canceled at a time; nil are those
// that never started. The part that decided, if there is one, ends the others: those that
// have not ended by then are canceled.
func together(cancel time.Duration, runAll func(cancel time.Duration) []*part, decided func([]*part) *part) ([]*part, *part) {
	parts := runAll(cancel)
	decisive := decided(parts)
	if decisive == nil {
		return parts, nil
	}
	others := runAll(min(cancel, decisive.end))
	for i, each := range parts {
		if each != nil && each.end <= decisive.end {
			others[i] = each
		}
	}
	return others, decisive
}

// first is the part that ended first among those that are wanted, or nil.
func first(parts []*part, wanted func(*part) bool) *part {
	var found *part
	for _, each := range parts {
		if each != nil && wanted(each) && (found == nil || each.end < found.end) {
			found = each
		}
	}
	return found
}

func wasCanceled(p *part) bool { return p == nil || p.ending == Canceled }

// canceled is the part, canceled after all.
func (p part) canceled() part {
	p.ending, p.output, p.failure = Canceled, nil, nil
	return p
}

// join is all the parts together. It ends when the last of them does, and as the
// decisive one. Without a decisive one it is canceled if any of them is, or the caller
// gives the output.
func (s start) join(parts []*part, decisive *part) part {
	whole := s.ends(Completed, nil)
	for _, each := range parts {
		if wasCanceled(each) {
			whole.ending = Canceled
		}
		if each == nil {
			continue
		}
		joined := whole.then(*each)
		whole.completed, whole.executed, whole.called, whole.held = joined.completed, joined.executed, joined.called, joined.held
		whole.end = max(whole.end, each.end)
		for place := range each.scope.taken {
			whole.scope.taken = with(whole.scope.taken, place, true)
		}
	}
	slices.SortStableFunc(whole.completed, func(a, b completed) int { return cmp.Compare(a.at, b.at) })
	if decisive != nil {
		whole.ending, whole.output, whole.failure = decisive.ending, decisive.output, decisive.failure
	}
	return whole
}

// endsAll says that a part's end is the end of those beside it: it has failed, or
// stops the run. One that was canceled only does what it was told.
func endsAll(p *part) bool { return p.ending == Failed || p.ending == Stopped }

func (r *run) branches(s start, branches language.Branches) []*part {
	var parts []*part
	for _, name := range branches.Names() {
		branch := r.block(s.in(name), branches[name])
		parts = append(parts, &branch)
	}
	return parts
}

// racing runs the branches of a race, of which so many may fail.
func (r *run) racing(s start, branches language.Branches, most int) func(time.Duration) []*part {
	return func(cancel time.Duration) []*part {
		return r.tolerant(s.copied().canceledAt(cancel), most, func(s start) []*part { return r.branches(s, branches) })
	}
}

func (r *run) parallel(s start, kind *language.Parallel) part {
	parts, decisive := together(s.cancel, func(cancel time.Duration) []*part {
		return r.branches(s.copied().canceledAt(cancel), kind.Parallel)
	}, func(parts []*part) *part {
		return first(parts, endsAll)
	})
	whole := s.join(parts, decisive)
	if decisive == nil {
		outputs := map[string]any{}
		for i, name := range kind.Parallel.Names() {
			outputs[name] = parts[i].output
		}
		whole.output = outputs
	}
	return whole
}

// race ends with the first branch that ends well or stops the run; where all fail, with
// the last failure, unless it is canceled before.
func (r *run) race(s start, kind *language.Race) part {
	if kind.First != nil {
		return r.raceOfSeveral(s, kind)
	}
	parts, decisive := together(s.cancel, r.racing(s, kind.Race, len(kind.Race)-1), func(parts []*part) *part {
		return first(parts, func(p *part) bool { return p.ending == Completed || p.ending == Stopped })
	})
	if decisive == nil {
		decisive = slices.MaxFunc(parts, func(a, b *part) int { return int(a.end - b.end) })
		if decisive.end >= s.cancel {
			return s.join(parts, nil).canceled()
		}
	}
	if decisive.ending != Completed {
		return s.join(parts, decisive)
	}
	winner := slices.Index(parts, decisive)
	kept := decisive.completed
	decisive.completed = nil
	whole := r.undo(s.join(parts, decisive), s.letsGo())
	whole.completed = kept
	whole.output = map[string]any{"winner": kind.Race.Names()[winner], "output": decisive.output}
	return whole
}

// raceOfSeveral ends with the last branch that wins, with one that stops the run, or with the failure
// after which too few can win.
func (r *run) raceOfSeveral(s start, kind *language.Race) part {
	wanted, failure := r.count(s, kind.First)
	if failure == nil && (wanted < 1 || wanted > int64(len(kind.Race))) {
		failure = mistake(s, "not a number of branches")
	}
	if failure != nil {
		return s.fails(failure)
	}
	var winners []*part
	parts, decisive := together(s.cancel, r.racing(s, kind.Race, len(kind.Race)-int(wanted)), func(parts []*part) *part {
		var last *part
		winners, last = firstOf(parts, int(wanted))
		return last
	})
	if decisive == nil {
		return s.join(parts, nil).canceled()
	}
	if decisive.ending != Completed {
		return s.join(parts, decisive)
	}
	names, outputs, kept := []any{}, map[string]any{}, []completed{}
	for _, each := range winners {
		at := slices.Index(parts, each)
		name := kind.Race.Names()[at]
		names, outputs[name] = append(names, name), each.output
		kept = append(kept, each.completed...)
		each.completed = nil
	}
	whole := s.join(parts, decisive)
	whole = r.undo(whole, s.letsGo())
	slices.SortStableFunc(kept, func(a, b completed) int { return cmp.Compare(a.at, b.at) })
	whole.completed, whole.output = kept, map[string]any{"winners": names, "outputs": outputs}
	return whole
}

// firstOf are the branches that win, and the one that decides, if one does.
func firstOf(parts []*part, wanted int) (winners []*part, decisive *part) {
	byEnd, failed := slices.Clone(parts), 0
	slices.SortStableFunc(byEnd, func(a, b *part) int { return cmp.Compare(a.end, b.end) })
	for _, each := range byEnd {
		switch each.ending {
		case Completed:
			winners = append(winners, each)
		case Failed:
			failed++
		}
		if each.ending == Stopped || len(winners) == wanted || failed > len(parts)-wanted {
			return winners, each
		}
	}
	return winners, nil
}

// each runs the steps for each item, an item as soon as there is room for it.
func (r *run) each(s start, kind *language.Map) part {
	list, failure := r.list(s, kind.Over)
	if failure == nil {
		failure = r.exceeds(s, "items", int64(len(list))-1, r.budget().Items, 10_000)
	}
	if failure != nil {
		return s.fails(failure)
	}
	most, tolerated, failure := r.bounds(s, kind, len(list))
	if failure != nil {
		return s.fails(failure)
	}
	parts, decisive := together(s.cancel, r.items(s, kind, list, most, tolerated), func(parts []*part) *part {
		taken := firstFailures(parts, tolerated)
		return first(parts, func(p *part) bool { return endsAll(p) && !slices.Contains(taken, p) })
	})
	for _, each := range firstFailures(parts, tolerated) {
		*each = r.tolerate(*each, s.letsGo())
	}
	whole := s.join(parts, decisive)
	if whole.ending == Completed {
		outputs := []any{}
		for _, each := range parts {
			outputs = append(outputs, each.output)
		}
		whole.output = outputs
	}
	return whole
}

// items runs the items as if every failure were tolerated: what comes after one that is
// not is canceled anyway.
func (r *run) items(s start, kind *language.Map, list []any, most, tolerated int) func(time.Duration) []*part {
	return func(cancel time.Duration) []*part {
		return r.tolerant(s.copied().canceledAt(cancel), tolerated, func(inside start) []*part { return r.itemsOf(inside, kind, list, most, s.letsGo()) })
	}
}

func (r *run) itemsOf(s start, kind *language.Map, list []any, most int, letsGo time.Duration) []*part {
	parts := make([]*part, len(list))
	var busy []time.Duration // when the items that take room end
	for i, item := range list {
		if len(busy) == most {
			s.at = slices.Min(busy)
			busy = slices.Delete(busy, slices.Index(busy, s.at), slices.Index(busy, s.at)+1)
		}
		if s.at >= s.cancel {
			break
		}
		inside := s
		inside.path = fmt.Sprintf("%s[%d]", s.path, i)
		inside.scope.names = with(with(s.scope.names, kind.ItemName(), item), kind.IndexName(), any(int64(i)))
		done := r.block(inside, kind.Map)
		parts[i] = &done
		busy = append(busy, r.tolerate(done, letsGo).end)
	}
	return parts
}

// bounds are how many items may run at once, and how many may fail.
func (r *run) bounds(s start, kind *language.Map, items int) (most, tolerated int, failure *Failure) {
	most = language.DefaultConcurrency
	if kind.Concurrency != nil {
		concurrency, failure := r.count(s, kind.Concurrency)
		if failure == nil && (concurrency < 1 || concurrency > 1000) {
			failure = mistake(s, "not between 1 and 1000")
		}
		if failure != nil {
			return 0, 0, failure
		}
		most = int(concurrency)
	}
	tolerate := kind.Tolerate
	if text := kind.TolerateExpression(); text != "" {
		if tolerate, failure = r.evaluate(s, text); failure != nil {
			return 0, 0, failure
		}
		if count, whole := tolerate.(int64); !whole || count < 0 {
			return 0, 0, mistake(s, "not a whole number from 0")
		}
	}
	return most, tolerable(tolerate, items), nil
}

// tolerate takes the failure of an item.
func (r *run) tolerate(item part, letsGo time.Duration) part {
	if item.ending != Failed {
		return item
	}
	item = r.undo(item, letsGo)
	item.ending, item.output, item.failure = Completed, map[string]any{"error": item.failure.value()}, nil
	return item
}

// tolerable is how many items may fail; a percentage is rounded down.
func tolerable(tolerate any, items int) int {
	switch tolerate := tolerate.(type) {
	case int64:
		return int(tolerate)
	case string:
		percent, _ := strconv.ParseFloat(strings.TrimSuffix(tolerate, "%"), 64)
		return int(percent * float64(items) / 100)
	}
	return 0
}

// firstFailures are the parts that failed first, at most so many.
func firstFailures(parts []*part, most int) []*part {
	var failures []*part
	for len(failures) < most {
		next := first(parts, func(p *part) bool { return p.ending == Failed && !slices.Contains(failures, p) })
		if next == nil {
			break
		}
		failures = append(failures, next)
	}
	return failures
}

// dag starts each node when all its needs have ended. Where the others go on after a failure,
// it fails with the first one once all have ended.
func (r *run) dag(s start, kind *language.Dag) part {
	parts, decisive := together(s.cancel, func(cancel time.Duration) []*part {
		nodes := map[string]*part{}
		for len(nodes) < len(kind.Dag) {
			for _, node := range kind.Dag {
				if _, known := nodes[node.ID]; !known {
					r.node(s, cancel, node, nodes)
				}
			}
		}
		parts := make([]*part, len(kind.Dag))
		for i, node := range kind.Dag {
			parts[i] = nodes[node.ID]
		}
		return parts
	}, func(parts []*part) *part {
		return first(parts, func(p *part) bool { return p.ending == Stopped || p.ending == Failed && !kind.GoesOn() })
	})
	whole := s.join(parts, decisive)
	if failures := firstFailures(parts, len(parts)); decisive == nil && len(failures) > 0 {
		return whole.failedTogether(s, failures)
	}
	if whole.ending == Completed {
		outputs := map[string]any{}
		for i, node := range kind.Dag {
			outputs[node.ID] = parts[i].output
		}
		whole.output = outputs
	}
	return whole
}

// failedTogether is the end of a dag whose nodes went on after a failure.
func (p part) failedTogether(s start, failures []*part) part {
	if p.end >= s.cancel {
		return p.canceled()
	}
	failure := *failures[0].failure
	failure.Details = nil
	for _, each := range failures {
		failure.Details = append(failure.Details, each.failure.value())
	}
	p.ending = Completed
	return p.or(&failure)
}

// node runs a node of a dag if all its needs are known. It sees what they see, and them.
func (r *run) node(s start, cancel time.Duration, node *language.Step, nodes map[string]*part) {
	s = s.copied().canceledAt(cancel)
	skipped := false
	for _, id := range node.Needs {
		need, known := nodes[id]
		if !known {
			return
		}
		if need == nil || need.ending != Completed && need.ending != Failed {
			nodes[node.ID] = nil
			return
		}
		skipped = skipped || need.skipped || need.ending == Failed
		s.at = max(s.at, need.end)
		for name, value := range need.scope.outputs {
			s.scope.outputs = with(s.scope.outputs, name, value)
		}
	}
	if s.at >= cancel {
		nodes[node.ID] = nil
		return
	}
	if !skipped && node.When != nil {
		holds, failure := r.condition(s.in(node.ID), node.When)
		if failure != nil {
			failure.settled = true // It is that of no step that has begun.
			failed := s.fails(failure)
			nodes[node.ID] = &failed
			return
		}
		skipped = !holds
	}
	if skipped {
		nodes[node.ID] = &part{ending: Completed, end: s.at, scope: s.scope, skipped: true}
		return
	}
	done := r.step(s.in(node.ID), node)
	done.scope.outputs = withOutputOf(s.scope, node.ID, done)
	nodes[node.ID] = &done
}
