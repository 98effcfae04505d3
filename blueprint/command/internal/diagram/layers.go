package diagram

import (
	"cmp"
	"slices"
)

// A block whose steps are joined by edges is drawn in layers: each step stands below
// those that lead to it. Edges that lead back, in a graph with circles, do not count.
// An edge that passes a layer has a place of its own there, so that it crosses no box.

// widestLayer is how many steps stand beside each other; more make another layer.
const widestLayer = 8

// layered are the places of steps in layers.
type layered struct {
	// rows are the slots of each layer, from left to right.
	rows [][]slot
	// ways are, for each edge that leads down, the slots it passes; nil for one that leads
	// back.
	ways [][]place
}

// slot holds a step, or is passed by an edge.
type slot struct {
	step int // -1 for an edge
	edge int
}

// place is a row and a slot in it.
type place struct{ row, slot int }

func layers(steps int, edges []edge, start int) layered {
	back := backEdges(steps, edges, start)
	levels := levelsOf(steps, edges, back)
	l := layered{ways: make([][]place, len(edges)), rows: make([][]slot, slices.Max(levels)+1)}
	for i, level := range levels {
		l.rows[level] = append(l.rows[level], slot{step: i})
	}
	for i, each := range edges {
		if back[i] {
			continue
		}
		for level := levels[each.from] + 1; level < levels[each.to]; level++ {
			l.rows[level] = append(l.rows[level], slot{step: -1, edge: i})
		}
	}
	l.sortRows(levels, edges, back)
	l.findWays(levels, edges, back)
	return l
}

// backEdges finds the edges that close a circle, from the start.
func backEdges(steps int, edges []edge, start int) []bool {
	const unseen, open, done = 0, 1, 2
	state, back := make([]int, steps), make([]bool, len(edges))
	var visit func(step int)
	visit = func(step int) {
		state[step] = open
		for i, each := range edges {
			switch {
			case each.from != step:
			case state[each.to] == open:
				back[i] = true
			case state[each.to] == unseen:
				visit(each.to)
			}
		}
		state[step] = done
	}
	if start >= 0 && start < steps {
		visit(start)
	}
	for step := range steps {
		if state[step] == unseen {
			visit(step)
		}
	}
	return back
}

// levelsOf gives each step the first layer below all that lead to it in which there is
// room.
func levelsOf(steps int, edges []edge, back []bool) []int {
	levels, missing := make([]int, steps), make([]int, steps)
	for i, each := range edges {
		if !back[i] {
			missing[each.to]++
		}
	}
	var ready []int
	for step := range steps {
		if missing[step] == 0 {
			ready = append(ready, step)
		}
	}
	taken := map[int]int{}
	for len(ready) > 0 {
		step := ready[0]
		ready = ready[1:]
		for taken[levels[step]] >= widestLayer {
			levels[step]++
		}
		taken[levels[step]]++
		for i, each := range edges {
			if each.from != step || back[i] {
				continue
			}
			levels[each.to] = max(levels[each.to], levels[step]+1)
			if missing[each.to]--; missing[each.to] == 0 {
				ready = append(ready, each.to)
			}
		}
	}
	return levels
}

// sortRows puts the slots of each row near those that they are joined to, going down
// and up a few times.
func (l *layered) sortRows(levels []int, edges []edge, back []bool) {
	const sweeps = 6
	for sweep := range sweeps {
		if sweep%2 == 0 {
			for row := 1; row < len(l.rows); row++ {
				l.sortRow(row, row-1, levels, edges, back)
			}
			continue
		}
		for row := len(l.rows) - 2; row >= 0; row-- {
			l.sortRow(row, row+1, levels, edges, back)
		}
	}
}

func (l *layered) sortRow(row, beside int, levels []int, edges []edge, back []bool) {
	positions := l.positions(beside)
	weight := map[slot]float64{}
	for i, each := range l.rows[row] {
		sum, neighbors := 0.0, 0
		for j, joined := range edges {
			if back[j] || !touches(each, j, joined, levels, row) {
				continue
			}
			if position, found := positions[end(j, joined, levels, beside)]; found {
				sum, neighbors = sum+position, neighbors+1
			}
		}
		weight[each] = (float64(i) + 0.5) / float64(len(l.rows[row]))
		if neighbors > 0 {
			weight[each] = sum / float64(neighbors)
		}
	}
	slices.SortStableFunc(l.rows[row], func(a, b slot) int { return cmp.Compare(weight[a], weight[b]) })
}

// touches reports whether an edge begins, ends or passes at the slot.
func touches(at slot, index int, joined edge, levels []int, row int) bool {
	return at == end(index, joined, levels, row)
}

// end is the slot of an edge in a row.
func end(index int, joined edge, levels []int, row int) slot {
	switch row {
	case levels[joined.from]:
		return slot{step: joined.from}
	case levels[joined.to]:
		return slot{step: joined.to}
	default:
		return slot{step: -1, edge: index}
	}
}

// positions are the places of a row's slots, between 0 and 1.
func (l *layered) positions(row int) map[slot]float64 {
	positions := map[slot]float64{}
	for i, each := range l.rows[row] {
		positions[each] = (float64(i) + 0.5) / float64(len(l.rows[row]))
	}
	return positions
}

func (l *layered) findWays(levels []int, edges []edge, back []bool) {
	for i, each := range edges {
		if back[i] {
			continue
		}
		for row := levels[each.from]; row <= levels[each.to]; row++ {
			at := slices.Index(l.rows[row], end(i, each, levels, row))
			l.ways[i] = append(l.ways[i], place{row, at})
		}
	}
}
