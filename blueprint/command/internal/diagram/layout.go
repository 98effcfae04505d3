// Package diagram draws a blueprint. SVG is a picture of nested boxes: steps one below
// the other, branches and cases beside each other, dags and graphs in layers with their
// edges, so that what a block holds is always inside it. It needs nothing but itself: no
// script, no font, no network. Mermaid is the same structure as text, for pages that
// draw it themselves. (Graphviz would have to be shipped as 1 MB of WebAssembly and lays
// out a hierarchy of blocks as flat layers; a few hundred lines do it better here.)
package diagram

import (
	"fmt"
	"strings"

	"dynamicsamples/blueprint/language"
)

// SVG draws the definition as an SVG document.
func SVG(definition *language.Definition) []byte {
	title := definition.Blueprint + "@" + definition.Version
	return document(title, oneLine(shorten(definition.Summary, 160)), sequence(definition.Steps, tallest))
}

const (
	// tallest is how high a sequence may be before it goes on in another column, and
	// widest how wide branches may be before they go on in another row.
	tallest = 1400
	widest  = 1700
	// longestText is how many characters a box shows of a text.
	longestText = 40
)

// step draws one step.
func step(s *language.Step) *element {
	if parts, late := partsOf(s), lateOf(s); len(parts)+len(late) > 0 {
		return container(s, parts, late)
	}
	return leaf(s)
}

// leaf draws a step that holds no others.
func leaf(s *language.Step) *element {
	w := wordsOf(s)
	lines := []string{}
	for _, each := range []string{w.detail, w.note} {
		if each != "" {
			lines = append(lines, shorten(each, longestText))
		}
	}
	head := widthOf(w.id) + widthOf("  "+w.kind)
	e := &element{width: head + 2*padding, height: 2*padding - 4 + lineHeight*float64(1+len(lines))}
	for _, each := range lines {
		e.width = max(e.width, widthOf(each)+2*padding)
	}
	e.shapes = append(e.shapes, tooltip(told(w)), rectangle(classOf(s.Kind), 0, 0, e.width, e.height),
		write("id", padding, padding+fontSize-2, w.id), write("small", padding+widthOf(w.id+"  "), padding+fontSize-2, w.kind))
	for i, each := range lines {
		e.shapes = append(e.shapes, write("text", padding, padding+fontSize-2+lineHeight*float64(i+1), each))
	}
	return e
}

// told is all that is said of a step, without anything left out.
func told(w words) string {
	var lines []string
	for _, each := range []string{w.id + ": " + w.kind, w.summary, w.detail, w.note} {
		if each != "" {
			lines = append(lines, each)
		}
	}
	return strings.Join(lines, "\n")
}

func classOf(kind language.Kind) string {
	switch kind.(type) {
	case *language.Activity:
		return "call"
	case *language.Workflow:
		return "child"
	case *language.PlanStep:
		return "plan"
	case *language.Wait, *language.Sleep:
		return "wait"
	case *language.Fail, *language.Stop:
		return "end"
	default:
		return "set"
	}
}

// container draws a step that holds others: a frame with what it holds.
func container(s *language.Step, parts, late []part) *element {
	w := wordsOf(s)
	inner := below(kindIn(s, parts), late)
	detail := shorten(w.detail, 2*longestText)
	e := &element{}
	e.put(padding, headHeight+6, inner)
	e.width = max(e.width+padding, widthOf(w.id+"  "+w.kind+"  "+detail)+2*padding)
	e.height += padding
	class := "frame"
	if _, waits := s.Kind.(*language.Wait); waits {
		class = "wait"
	}
	e.shapes = []string{tooltip(told(w)), rectangle(class, 0, 0, e.width, e.height),
		write("id", padding, 17, w.id), write("small", padding+widthOf(w.id+"  "), 17, w.kind),
		write("text", padding+widthOf(w.id+"  "+w.kind+"  "), 17, detail)}
	e.parts[0].x = (e.width - inner.width) / 2
	return e
}

// kindIn draws what a step's kind holds, nil for nothing.
func kindIn(s *language.Step, parts []part) *element {
	if len(parts) == 0 {
		return nil
	}
	switch s.Kind.(type) {
	case *language.Parallel, *language.Race, *language.Switch:
		return lanes(parts)
	case *language.Try:
		return try(parts)
	case *language.Dag, *language.Graph:
		return joined(s, parts[0].steps)
	default:
		return sequence(parts[0].steps, tallest)
	}
}

// below draws a further block below what there is.
func below(above *element, late []part) *element {
	switch {
	case len(late) == 0:
		return above
	case above == nil:
		return region(late[0])
	}
	e := &element{}
	e.put(0, 0, above)
	e.put(0, e.height+gap, region(late[0]))
	return e
}

// sequence draws steps one below the other; a long one goes on in further columns.
func sequence(steps []*language.Step, limit float64) *element {
	drawn := make([]*element, len(steps))
	total := 0.0
	for i, each := range steps {
		drawn[i] = step(each)
		total += drawn[i].height + gap
	}
	columns := 1.0
	if total > limit*1.3 {
		columns = float64(int(total/limit) + 1)
	}
	e := &element{}
	var column []*element
	height := 0.0
	var last *placed
	for i, each := range drawn {
		column = append(column, each)
		height += each.height + gap
		if height >= total/columns || i == len(drawn)-1 {
			last = e.column(column, last)
			column, height = nil, 0
		}
	}
	return e
}

// column adds a column of steps to a sequence, joined to the last of the column before.
func (e *element) column(steps []*element, before *placed) *placed {
	left := e.width
	if before != nil {
		left += 2 * gap
	}
	width := 0.0
	for _, each := range steps {
		width = max(width, each.width)
	}
	y := 0.0
	if before != nil {
		y = gap
	}
	var last *placed
	for i, each := range steps {
		at := e.put(left+(width-each.width)/2, y, each)
		switch {
		case i > 0:
			e.shapes = append(e.shapes, arrow("then", fmt.Sprintf("M%s,%sV%s", number(at.center()), number(last.bottom()), number(at.y))))
		case before != nil:
			e.shapes = append(e.shapes, turn(*before, at, left-gap))
		}
		last, y = &at, at.bottom()+gap
	}
	return last
}

// turn is the way from the foot of one column to the head of the next.
func turn(from, to placed, between float64) string {
	return arrow("then", fmt.Sprintf("M%s,%sV%sH%sV%sH%sV%s",
		number(from.center()), number(from.bottom()), number(from.bottom()+gap/2), number(between),
		number(to.y-gap/2), number(to.center()), number(to.y)))
}

// region draws a block with a label of its own.
func region(p part) *element {
	class := map[string]string{"catch": "catch", "finally": "finally", "timeout": "timeout"}[p.kind]
	if class == "" {
		class = "lane"
	}
	inner := sequence(p.steps, tallest)
	label := shorten(p.label, 3*longestText/2)
	e := &element{}
	e.put(padding, headHeight, inner)
	e.width = max(e.width+padding, widthOf(label)+2*padding)
	e.height += padding
	e.parts[0].x = (e.width - inner.width) / 2
	e.shapes = []string{tooltip(p.label), rectangle(class, 0, 0, e.width, e.height), write("label", padding, 16, label)}
	return e
}

// lanes draws blocks beside each other; many go on in further rows.
func lanes(parts []part) *element {
	e := &element{}
	x, y := 0.0, 0.0
	for _, each := range parts {
		drawn := region(each)
		if x > 0 && x+drawn.width > widest {
			x, y = 0, e.height+gap
		}
		x = e.put(x, y, drawn).right() + gap
	}
	return e
}

// try draws the steps, with the catches beside them and finally below.
func try(parts []part) *element {
	e := &element{}
	var first placed
	x, y := 0.0, 0.0
	for _, each := range parts {
		drawn := region(each)
		switch each.kind {
		case "finally":
			e.put(0, e.height+gap, drawn)
		case "catch":
			at := e.put(x, y, drawn)
			y = at.bottom() + gap
			e.shapes = append(e.shapes, arrow("failure", fmt.Sprintf("M%s,%sH%s", number(first.right()), number(at.y+headHeight/2), number(at.x))))
			if at.y+headHeight/2 > first.bottom() {
				// There is no edge of the steps at this height: lead down from the one above.
				e.shapes[len(e.shapes)-1] = arrow("failure", fmt.Sprintf("M%s,%sV%sH%s",
					number(first.right()-padding), number(first.bottom()), number(at.y+headHeight/2), number(at.x)))
			}
		default:
			first = e.put(0, 0, drawn)
			x = first.right() + 2*gap
		}
	}
	return e
}
