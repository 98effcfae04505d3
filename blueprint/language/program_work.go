package language

import (
	"regexp/syntax"

	"dynamicsamples/blueprint/expression"
)

// work is what validating a value against a schema comes to, counted before it is done: a
// hundred for each schema on each part of the value that it looks at, one for each byte
// that is compared or shown, and four for each step of a pattern on each byte. A unit takes
// less than ten nanoseconds.
type work struct {
	patterns map[string]int
	left     int
}

// perStep is the work of a step of a pattern on a byte.
const perStep = 4

// validation counts the work, up to a limit.
func (s schema) validation(from *Schema, value any, most int) int {
	w := &work{patterns: s.steps, left: most}
	w.spend(s.making())
	w.schema(from, value)
	return most - w.left
}

// making is what it is to make a schema ready, whether or not one is kept.
func (s schema) making() int {
	const part, step = 100, 20
	return part*s.parts + step*s.allSteps
}

// spend counts work, and reports whether there is some left.
func (w *work) spend(amount int) bool {
	w.left -= min(amount, w.left+1)
	return w.left >= 0
}

// schema counts what one schema does with a value, and with what is in it, as if no part
// ended the validation.
func (w *work) schema(from *Schema, value any) {
	if from == nil || !w.spend(perPart) {
		return
	}
	if from.Type != "" || from.Types != nil || from.Enum != nil || from.Const != nil || from.Contains != nil {
		// What does not fit is shown in the message.
		if !w.spend(expression.Size(value) * (1 + len(from.Enum))) {
			return
		}
	}
	for _, list := range [][]*Schema{from.AllOf, from.AnyOf, from.OneOf, {from.Not, from.If, from.Then, from.Else}} {
		for _, each := range list {
			w.schema(each, value)
		}
	}
	switch value := value.(type) {
	case string:
		w.spend(len(value))
		w.pattern(from.Pattern, value)
	case []any:
		w.list(from, value)
	case map[string]any:
		w.object(from, value)
	}
}

func (w *work) pattern(pattern, text string) {
	if pattern != "" {
		w.spend((len(text) + 1) * perStep * w.patterns[pattern])
	}
}

func (w *work) list(from *Schema, items []any) {
	if from.UniqueItems {
		const hashed = 10 // what hashing a byte of JSON is
		w.spend(hashed * expression.Size(items))
	}
	for at, item := range items {
		if w.left < 0 {
			return
		}
		if at < len(from.PrefixItems) {
			w.schema(from.PrefixItems[at], item)
		}
		for _, each := range []*Schema{from.Items, from.Contains, from.UnevaluatedItems} {
			w.schema(each, item)
		}
	}
}

func (w *work) object(from *Schema, fields map[string]any) {
	w.spend(perPart * (len(from.Required) + len(from.DependentRequired) + len(from.Properties)))
	for _, name := range sortedKeys(fields) {
		if !w.spend(perPart + len(name)) {
			return
		}
		for pattern, each := range from.PatternProperties {
			w.pattern(pattern, name)
			w.schema(each, fields[name])
		}
		for _, each := range []*Schema{from.Properties[name], from.AdditionalProperties, from.UnevaluatedProperties} {
			w.schema(each, fields[name])
		}
		w.schema(from.PropertyNames, name)
		w.schema(from.DependentSchemas[name], fields)
	}
}

// stepsOf counts the steps of a pattern once its repetitions are written out.
func stepsOf(pattern string) int {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return mostSteps
	}
	return countSteps(parsed)
}

// mostSteps bounds what is counted: more is never taken.
const mostSteps = 1 << 24

func countSteps(of *syntax.Regexp) int {
	steps := 1
	if of.Op == syntax.OpLiteral {
		steps = len(of.Rune)
	}
	for _, part := range of.Sub {
		steps += countSteps(part)
	}
	if of.Op == syntax.OpRepeat {
		steps *= max(of.Min, of.Max, 1)
	}
	return min(steps, mostSteps)
}
