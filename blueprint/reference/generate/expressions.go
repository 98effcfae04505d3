package generate

import (
	"fmt"
	"slices"

	"dynamicsamples/blueprint/language"
)

// scope is what a step may use: expressions of what is there, by their types, and what
// the place allows.
type scope struct {
	numbers, texts, truths, lists, others []string

	index    string // the item's position, where the step may run for several items at once
	repeated bool   // the step may run more than once
	planned  bool   // it stands in a plan
	caught   bool   // a failure was caught: there is an error
}

// with is the scope with further expressions. It shares nothing with the old one.
func (s scope) with(change func(*scope)) scope {
	s.numbers, s.texts, s.truths = slices.Clone(s.numbers), slices.Clone(s.texts), slices.Clone(s.truths)
	s.lists, s.others = slices.Clone(s.lists), slices.Clone(s.others)
	change(&s)
	return s
}

func (s *scope) addWork(output string) {
	s.numbers = append(s.numbers, output+".count")
	s.texts = append(s.texts, output+".name")
	s.truths = append(s.truths, output+".ok")
	s.lists = append(s.lists, output+".list")
}

func braces(expression string) string { return "${" + expression + "}" }

func (g *generator) pick(from []string) string { return from[g.random.IntN(len(from))] }

func (g *generator) chance(percent int) bool { return g.random.IntN(100) < percent }

// number is an expression of a whole number.
func (g *generator) number(s scope, depth int) string {
	if depth == 0 || g.chance(40) {
		if g.chance(25) {
			return fmt.Sprint(g.random.IntN(10))
		}
		return g.pick(s.numbers)
	}
	a, b := g.number(s, depth-1), g.number(s, depth-1)
	switch g.random.IntN(6) {
	case 0:
		return fmt.Sprintf("(%s + %s)", a, b)
	case 1:
		return fmt.Sprintf("(%s - %s)", a, b)
	case 2:
		return fmt.Sprintf("(%s * 3 %% 101)", a)
	case 3:
		return fmt.Sprintf("(%s ? %s : %s)", g.truth(s, depth-1), a, b)
	case 4:
		return fmt.Sprintf("size(%s)", g.list(s, depth-1))
	default:
		if g.chance(30) {
			return g.pick([]string{"input.items[97]", "[1, 2][" + a + "]"}) // an error, sometimes
		}
		return a
	}
}

func (g *generator) truth(s scope, depth int) string {
	if depth == 0 || g.chance(30) {
		return g.pick(s.truths)
	}
	switch g.random.IntN(4) {
	case 0:
		return fmt.Sprintf("%s %s %s", g.number(s, depth-1), g.pick([]string{"<", ">=", "==", "!="}), g.number(s, depth-1))
	case 1:
		return fmt.Sprintf("!(%s)", g.truth(s, depth-1))
	case 2:
		return fmt.Sprintf("(%s %s %s)", g.truth(s, depth-1), g.pick([]string{"&&", "||"}), g.truth(s, depth-1))
	default:
		return fmt.Sprintf("(%s == %s)", g.text(s), g.text(s))
	}
}

func (g *generator) text(s scope) string {
	if g.chance(40) {
		return fmt.Sprintf("%q", g.pick([]string{"n1", "n2", "x"}))
	}
	return g.pick(s.texts)
}

func (g *generator) list(s scope, depth int) string {
	if depth == 0 || g.chance(50) {
		return g.pick(s.lists)
	}
	switch g.random.IntN(4) {
	case 0:
		return fmt.Sprintf("[%s, %s]", g.number(s, 0), g.number(s, 0))
	case 1:
		return fmt.Sprintf("%s.map(x, x + 1)", g.list(s, 0))
	case 2:
		return fmt.Sprintf("%s.filter(x, x > 3)", g.list(s, 0))
	default:
		return fmt.Sprintf("[%s] + %s", g.number(s, 0), g.list(s, 0))
	}
}

// argument is a value with expressions in it.
func (g *generator) argument(s scope) *language.Value {
	object := map[string]any{}
	for range 1 + g.random.IntN(2) {
		object[g.pick([]string{"a", "b", "c"})] = g.value(s)
	}
	return &language.Value{Raw: object}
}

func (g *generator) value(s scope) any {
	switch g.random.IntN(8) {
	case 0:
		return int64(g.random.IntN(100))
	case 1:
		return []any{braces(g.number(s, 1)), nil, true, 1.5}
	case 2:
		return map[string]any{"deep": braces(g.list(s, 1))}
	case 3:
		return "text $${x} with " + braces(g.number(s, 2)) + " and " + braces(g.truth(s, 1))
	case 4:
		return braces(g.truth(s, 2))
	case 5:
		if len(s.others) > 0 {
			return braces(g.pick(s.others))
		}
		return braces(g.text(s))
	case 6:
		return braces(g.number(s, 1) + " / 4")
	default:
		return braces(g.number(s, 2))
	}
}

// keyed is the argument of a step that may ask for its key: every fifth does.
func (g *generator) keyed(s scope) *language.Value {
	argument := g.argument(s)
	if g.lastID%5 == 0 {
		argument.Raw.(map[string]any)["key"] = []any{"${step.key}", "as ${uuid()} and ${uuid()}"}
	}
	return argument
}

// safe is a value that can always be evaluated.
func (g *generator) safe(s scope) *language.Value {
	return &language.Value{Raw: map[string]any{"of": braces(g.pick(s.numbers)), "because": "it was " + braces(g.pick(s.texts))}}
}
