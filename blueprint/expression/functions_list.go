package expression

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// listFunctions work on lists.
func listFunctions() map[signature]function {
	return map[signature]function{
		{"distinct", member}: {takes: []kinds{list}, gives: same, run: distinct},
		{"flatten", member}:  {takes: []kinds{list, integer}, optional: 1, gives: always(list), run: flatten},
		{"reverse", member}:  {takes: []kinds{list | text}, gives: same, run: reverse},
		{"slice", member}:    {takes: []kinds{list, integer, integer}, gives: same, run: slice},
		{"sort", member}: {takes: []kinds{list}, gives: same, run: func(r *run, a []any) (any, error) {
			return r.sortBy(a[0].([]any), a[0].([]any))
		}},
		{"first", member}: {takes: []kinds{list}, gives: optionalItem, run: func(_ *run, a []any) (any, error) {
			return perhaps(listItem(a[0].([]any), int64(0)))
		}},
		{"last", member}: {takes: []kinds{list}, gives: optionalItem, run: func(_ *run, a []any) (any, error) {
			items := a[0].([]any)
			return perhaps(listItem(items, int64(len(items)-1)))
		}},
		{"lists.range", plain}: {takes: []kinds{integer}, gives: listOf(integer), run: numbersTo},
		{"sets.contains", plain}: {takes: []kinds{list, list}, gives: always(boolean), run: func(r *run, a []any) (any, error) {
			return r.containsAll(a[0].([]any), a[1].([]any)), nil
		}},
		{"sets.equivalent", plain}: {takes: []kinds{list, list}, gives: always(boolean), run: func(r *run, a []any) (any, error) {
			left, right := a[0].([]any), a[1].([]any)
			return r.containsAll(left, right) && r.containsAll(right, left), nil
		}},
		{"sets.intersects", plain}: {takes: []kinds{list, list}, gives: always(boolean), run: func(r *run, a []any) (any, error) {
			left, right := a[0].([]any), a[1].([]any)
			return slices.ContainsFunc(right, func(item any) bool { return r.contains(left, item) }), nil
		}},
	}
}

func (r *run) containsAll(items, wanted []any) bool {
	return !slices.ContainsFunc(wanted, func(item any) bool { return !r.contains(items, item) })
}

// distinct keeps the first of equal items.
func distinct(r *run, a []any) (any, error) {
	seen := map[any]bool{}
	kept, compound := []any{}, []any{}
	for _, item := range a[0].([]any) {
		r.work(tenths + length(item))
		if kindOf(item)&(null|boolean|numeric|text) != 0 {
			if !seen[item] {
				seen[item] = true
				kept = append(kept, item)
			}
		} else if !r.contains(compound, item) {
			compound = append(compound, item)
			kept = append(kept, item)
		}
	}
	return kept, nil
}

// flatten replaces the lists in a list by their items, to a depth of 1 unless it says.
func flatten(r *run, a []any) (any, error) {
	depth := 1
	if len(a) == 2 {
		depth = atMost(a, 1)
	}
	if depth < 0 {
		return nil, errors.New("flatten takes a depth that is not negative")
	}
	items := a[0].([]any)
	return r.flattenInto(make([]any, 0, len(items)), items, depth), nil
}

func (r *run) flattenInto(flat, items []any, depth int) []any {
	r.work(1 + len(items))
	for _, item := range items {
		if nested, isList := item.([]any); isList && depth > 0 {
			flat = r.flattenInto(flat, nested, depth-1)
		} else {
			flat = append(flat, item)
		}
	}
	return flat
}

func reverse(r *run, a []any) (any, error) {
	if items, isList := a[0].([]any); isList {
		r.work(len(items))
		reversed := slices.Clone(items)
		slices.Reverse(reversed)
		return reversed, nil
	}
	characters := r.characters(a[0])
	slices.Reverse(characters)
	return string(characters), nil
}

// slice shares the items with the list.
func slice(_ *run, a []any) (any, error) {
	items, start, end := a[0].([]any), a[1].(int64), a[2].(int64)
	if start < 0 || start > end || end > int64(len(items)) {
		return nil, fmt.Errorf("there are no items %d to %d in a list of %d", start, end, len(items))
	}
	return slices.Clip(items[start:end]), nil
}

// sortBy sorts the items in the order of their keys; those that are alike stay as they
// are.
func (r *run) sortBy(items, keys []any) (any, error) {
	bytes := 0
	for _, key := range keys {
		bytes += length(key)
	}
	r.work(tenths*len(items) + bytes*int(math.Log2(float64(len(keys)+2))))
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
		if _, err := r.compare(keys[0], keys[i]); err != nil {
			return nil, fmt.Errorf("the list cannot be sorted: %w", err)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int {
		compared, _ := r.compare(keys[i], keys[j])
		return compared
	})
	sorted := make([]any, len(items))
	for i, from := range order {
		sorted[i] = items[from]
	}
	return sorted, nil
}

func numbersTo(r *run, a []any) (any, error) {
	count := a[0].(int64)
	if count < 0 {
		return nil, errors.New("lists.range takes a number that is not negative")
	}
	r.charge(int(min(count, math.MaxInt32)))
	items := make([]any, count)
	for i := range items {
		items[i] = int64(i)
	}
	return items, nil
}
