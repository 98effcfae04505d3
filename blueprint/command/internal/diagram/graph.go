package diagram

import (
	"fmt"
	"slices"

	"dynamicsamples/blueprint/language"
)

const (
	// layerGap is between two layers, and passWidth what an edge takes that passes one.
	layerGap  = 44
	passWidth = 8
	slotGap   = 22
	laneGap   = 12
	// headRoom is above the first layer, for edges that lead back to it.
	headRoom = 24.0
)

// joined draws steps that are joined by edges.
func joined(s *language.Step, steps []*language.Step) *element {
	edges := edgesOf(s)
	start := startOf(s)
	places := layers(len(steps), edges, start)
	drawn := make([]*element, len(steps))
	for i, each := range steps {
		drawn[i] = step(each)
	}
	e := &element{}
	at := e.rows(places, drawn)
	boxes := make([]seat, len(steps))
	for row := range places.rows {
		for _, each := range seats(places.rows[row], at[row]) {
			boxes[each.step] = each
		}
	}
	docks := docksOf(places.ways, at)
	lane := e.width + laneGap
	for i, each := range edges {
		if places.ways[i] != nil {
			e.down(each, places.ways[i], at, docks)
			continue
		}
		lane = max(lane, boxes[each.from].right()+widthOf(each.label(longestLabel))+laneGap)
		e.back(each, boxes[each.from], boxes[each.to], lane, i)
		lane += laneGap
		e.width = lane + laneGap
	}
	if start >= 0 {
		first := boxes[start]
		e.over = append(e.over, fmt.Sprintf(`<circle cx="%s" cy="%s" r="5" fill="#1f2933"/>`, number(first.x), number(first.y)))
	}
	return e
}

// rows puts the layers below each other and returns the places of their slots.
func (e *element) rows(places layered, drawn []*element) [][]placed {
	widths := make([]float64, len(places.rows))
	widest := 0.0
	for row, slots := range places.rows {
		for _, each := range slots {
			widths[row] += slotWidth(each, drawn) + slotGap
		}
		widths[row] -= slotGap
		widest = max(widest, widths[row])
	}
	at := make([][]placed, len(places.rows))
	y := headRoom
	for row, slots := range places.rows {
		x := (widest - widths[row]) / 2
		height := 0.0
		for _, each := range slots {
			if each.step >= 0 {
				height = max(height, drawn[each.step].height)
			}
		}
		for _, each := range slots {
			if each.step >= 0 {
				at[row] = append(at[row], e.put(x, y, drawn[each.step]))
			} else {
				at[row] = append(at[row], placed{x, y, &element{width: passWidth, height: height}})
			}
			x += slotWidth(each, drawn) + slotGap
		}
		y += height + layerGap
	}
	// A row may end with the way of an edge.
	e.width = max(e.width, widest)
	return at
}

func slotWidth(at slot, drawn []*element) float64 {
	if at.step < 0 {
		return passWidth
	}
	return drawn[at.step].width
}

// down draws an edge that leads to a lower layer.
func (e *element) down(each edge, way []place, at [][]placed, docks map[dock]float64) {
	point := func(p place) placed { return at[p.row][p.slot] }
	last := len(way) - 1
	x, y := docks[dock{way[0], way[1], false}], point(way[0]).bottom()
	begin := x
	path := fmt.Sprintf("M%s,%s", number(x), number(y))
	for _, passed := range way[1:last] {
		next := point(passed)
		path += curve(x, y, next.center(), next.y) + "V" + number(next.bottom())
		x, y = next.center(), next.bottom()
	}
	path += curve(x, y, docks[dock{way[last], way[last-1], true}], point(way[last]).y)
	e.shapes = append(e.shapes, arrow(each.kind, path))
	label := each.label(longestLabel)
	if label == "" {
		return
	}
	from, beside := point(way[0]), begin+8
	if begin < from.center() {
		beside = begin - 8 - widthOf(label)
	}
	e.over = append(e.over, write(each.kind+" label", beside, from.bottom()+12, label))
}

// longestLabel is how much of what is said about an edge stands at it.
const longestLabel = 24

// dock is where an edge touches a box: at its foot, or at its head, next to the slot
// that it comes from or goes to.
type dock struct {
	at, beside place
	head       bool
}

// docksOf gives the edges at each box places of their own, in the order in which they
// come from or go to the left and the right, so that they do not cross there.
func docksOf(ways [][]place, at [][]placed) map[dock]float64 {
	beside := map[dock][]dock{}
	for _, way := range ways {
		if len(way) < 2 {
			continue
		}
		last := len(way) - 1
		for _, each := range []dock{{way[0], way[1], false}, {way[last], way[last-1], true}} {
			box := dock{at: each.at, head: each.head}
			if !slices.Contains(beside[box], each) {
				beside[box] = append(beside[box], each)
			}
		}
	}
	places := map[dock]float64{}
	for box, docks := range beside {
		slices.SortFunc(docks, func(a, b dock) int { return a.beside.slot - b.beside.slot })
		from := at[box.at.row][box.at.slot]
		for i, each := range docks {
			places[each] = from.x + from.width*float64(i+1)/float64(len(docks)+1)
		}
	}
	return places
}

// curve is a smooth way down.
func curve(x, y, toX, toY float64) string {
	middle := (y + toY) / 2
	return fmt.Sprintf("C%s,%s %s,%s %s,%s", number(x), number(middle), number(toX), number(middle), number(toX), number(toY))
}

// seat is the place of a step in a row: whether others stand to the right of it, and
// where the row ends.
type seat struct {
	placed
	step    int
	crowded bool
	floor   float64
}

func seats(slots []slot, at []placed) []seat {
	var found []seat
	floor := 0.0
	for i, each := range slots {
		if each.step < 0 {
			continue
		}
		if len(found) > 0 {
			found[len(found)-1].crowded = true
		}
		found = append(found, seat{placed: at[i], step: each.step})
		floor = max(floor, at[i].bottom())
	}
	for i := range found {
		found[i].floor = floor
	}
	return found
}

// back draws an edge that leads up, in a lane of its own at the right. Where boxes stand
// between one end and the lane, it goes below or above their row.
func (e *element) back(each edge, from, to seat, lane float64, nth int) {
	apart := float64(4 * (nth % 4))
	startY, endY := from.y+from.height*2/3, to.y+to.height/3
	start, end := fmt.Sprintf("M%s,%s", number(from.right()), number(startY)), "H"+number(to.right())
	labelX := from.right()
	if from.crowded {
		labelX = from.right() - padding - apart
		start = fmt.Sprintf("M%s,%s", number(labelX), number(from.bottom()))
		startY = from.floor + layerGap/2 + apart
		start += "V" + number(startY)
		e.height = max(e.height, startY+padding)
	}
	if to.crowded {
		endY = to.y - padding - apart
		end = fmt.Sprintf("H%sV%s", number(to.right()-padding-apart), number(to.y))
	}
	e.over = append(e.over, arrow(each.kind, fmt.Sprintf("%sH%sV%s%s", start, number(lane), number(endY), end)))
	if label := each.label(longestLabel); label != "" {
		e.over = append(e.over, write(each.kind+" label", labelX+4, startY-4, label))
	}
}
