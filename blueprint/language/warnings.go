package language

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"dynamicsamples/blueprint/expression"
)

// LevelWarning is the level of what is probably not meant and refuses no document.
const LevelWarning = "warning"

// Warnings finds what is probably not meant in a document that Read takes, in the order of
// the places, the first hundred of them. Of a document with problems it says nothing: mend
// those first.
func Warnings(name string, document []byte, catalog Catalog, limits Budget, mostBytes int) Diagnostics {
	definition, source, problems := Load(name, document, mostBytes)
	if len(problems) > 0 {
		return nil
	}
	c := newChecker(source, catalog, limits)
	w := newWarnings(c, definition)
	w.file = name
	return w.of(c.definition(definition))
}

// PlanWarnings is Warnings for a plan that CheckPlan takes. The timeouts in the defaults of the
// document around it are not known, and so of timeouts it says nothing.
func PlanWarnings(plan *Plan, source *Source, catalog Catalog, limits Budget, outer Outer) Diagnostics {
	c := newChecker(source, catalog, limits)
	w := newWarnings(c, &Definition{Defaults: &Defaults{Options: Options{StartToClose: "1m", Heartbeat: "1m"}}})
	return w.of(c.plan(plan, outer))
}

func newWarnings(c *checker, definition *Definition) *warnings {
	c.warnings = &warnings{
		checker: c, definition: definition, asked: map[string]bool{}, reads: map[string][]reading{}, perhapsNull: map[*Schema]*stepNode{},
	}
	return c.warnings
}

// of finds the warnings of steps that are checked.
func (w *warnings) of(steps *stepList) Diagnostics {
	if len(w.checker.problems) > 0 {
		return nil
	}
	w.walk(steps)
	w.finish()
	return w.sorted()
}

// warnings collects what the checker finds beside problems.
type warnings struct {
	checker    *checker
	definition *Definition
	file       string
	found      Diagnostics

	// uses are those that fail where something is missing; asked is what some expression
	// asks for before it uses it.
	uses  []use
	asked map[string]bool
	// reads are where variables are read: "" is any of them.
	reads map[string][]reading
	// perhapsNull are the outputs of steps that may have run nothing.
	perhapsNull map[*Schema]*stepNode
	// sets are the steps that set variables.
	sets []*stepNode
	// untimed are the calls of Activities without a timeout.
	untimed []spot
}

// use is one of something that may be missing.
type use struct {
	of      string // as in asked
	warning Diagnostic
}

// reading is one of a variable, at a step or, without one, in the output of the document.
type reading struct {
	node *stepNode
	own  bool // to set the variable anew
}

func (w *warnings) sorted() Diagnostics {
	w.found.Sort()
	if len(w.found) > mostProblems {
		w.found = append(w.found[:mostProblems], Diagnostic{File: w.file, Code: "too-many-problems", Message: "there are more warnings", Level: LevelWarning})
	}
	return w.found
}

// warn notes a warning of a value.
func (c *checker) warn(at spot, code, message string) {
	if c.warnings != nil {
		line, column := c.source.Position(at.path.String())
		c.warnings.add(at, line, column, code, message, "")
	}
}

// warnKey notes a warning of a key.
func (c *checker) warnKey(at spot, code, message string) {
	line, column := c.source.KeyPosition(at.path.String())
	c.warnings.add(at, line, column, code, message, "")
}

// warnText notes a warning of a place in a text.
func (c *checker) warnText(at spot, offset int, code, message, suggestion string) {
	line, column := c.source.StringPosition(at.path.String(), offset)
	c.warnings.add(at, line, column, code, message, suggestion)
}

func (w *warnings) add(at spot, line, column int, code, message, suggestion string) {
	w.found = append(w.found, w.diagnostic(at, line, column, code, message, suggestion))
}

func (w *warnings) diagnostic(at spot, line, column int, code, message, suggestion string) Diagnostic {
	return Diagnostic{File: w.file, Line: line, Column: column, Pointer: at.path.String(), Code: code,
		Message: message, Suggestion: suggestion, Level: LevelWarning}
}

// expression notes what an expression reads, and what it asks for.
func (w *warnings) expression(at spot, text string, references []expression.Reference) {
	for _, each := range references {
		switch each.Root {
		case "input":
			w.input(at, each)
		case "vars":
			w.variable(at, each)
		case "steps":
			w.step(at, each, len(references) > 1 || !isWhole(text, each))
		}
	}
}

// isWhole reports whether a text is nothing but the use of a name.
func isWhole(text string, reference expression.Reference) bool {
	whole := reference.Root
	for _, part := range reference.Path {
		whole += "." + part
	}
	return text == "${"+whole+"}"
}

func (w *warnings) variable(at spot, reference expression.Reference) {
	name, own := "", false
	if len(reference.Path) > 0 {
		name = reference.Path[0]
	}
	if at.node != nil {
		set, is := at.node.step.Kind.(*Set)
		own = is && hasKey(set.Set, name)
	}
	w.reads[name] = append(w.reads[name], reading{at.node, own})
}

func hasKey(values map[string]any, name string) bool {
	_, has := values[name]
	return has
}

// input notes the use of a field of the input that may be missing.
func (w *warnings) input(at spot, reference expression.Reference) {
	name := "input"
	schema := w.definition.Input
	if reference.Asked != "" {
		w.asked[name+"."+reference.Asked] = true
	}
	for i, part := range reference.Path {
		name += "." + part
		field, optional := optionalField(schema, part)
		switch {
		case i >= reference.Sure:
			w.asked[name] = true
		case optional:
			w.later(at, reference, name, "maybe-missing", fmt.Sprintf(
				"%s may be missing: the schema of the input does not require %s; write %s.orValue(...), ask has(%s) first, or require it",
				name, quote(part), strings.TrimSuffix(name, part)+"?"+part, name))
		}
		schema = field
	}
}

// optionalField is a field of a schema, and whether it may be missing as far as the schema
// says so by itself.
func optionalField(schema *Schema, name string) (*Schema, bool) {
	if !descends(schema) || schema.AllOf != nil || schema.AnyOf != nil || schema.OneOf != nil || schema.If != nil ||
		schema.DependentRequired != nil || schema.DependentSchemas != nil || schema.Properties[name] == nil {
		return nil, false
	}
	return schema.Properties[name], !slices.Contains(schema.Required, name)
}

// step notes the use of a field of an output that may be null.
func (w *warnings) step(at spot, reference expression.Reference, more bool) {
	if len(reference.Path) < 2 {
		return
	}
	id := reference.Path[0]
	schema, _ := at.scope.step(id)
	node := w.perhapsNull[schema]
	if schema == nil || node == nil {
		return
	}
	name := "steps." + id + ".output"
	switch {
	case len(reference.Path) > 2 && reference.Sure > 2:
		w.later(at, reference, node.path.String(), "maybe-null", fmt.Sprintf("%s is null when %s; write %s.?%s.orValue(...) or ask %s != null first",
			name, whyNull(node.step), name, reference.Path[2], name))
	case len(reference.Path) > 2 || more:
		w.asked[node.path.String()] = true
	}
}

func (w *warnings) later(at spot, reference expression.Reference, of, code, message string) {
	line, column := w.checker.source.StringPosition(at.path.String(), reference.Offset)
	w.uses = append(w.uses, use{of, w.diagnostic(at, line, column, code, message, "")})
}

// output marks the output of a step that may have run nothing.
func (w *warnings) output(node *stepNode, output *Schema) *Schema {
	if whyNull(node.step) == "" {
		return output
	}
	marked := &Schema{}
	w.perhapsNull[marked] = node
	return marked
}

// whyNull says when the output of a step is null although it has run, or "".
func whyNull(step *Step) string {
	switch kind := step.Kind.(type) {
	case *Switch:
		if len(kind.Else) == 0 && !slices.ContainsFunc(kind.Switch, always) {
			return "no case of the switch holds"
		}
	}
	if step.OnTimeout == nil || len(step.OnTimeout) > 0 {
		return ""
	}
	if _, waits := step.Kind.(*Wait); waits {
		return "no message came in time"
	}
	return "it was not done in time"
}

// always reports whether a case is written so that it holds.
func always(each Case) bool {
	return each.When != nil && (each.When.Raw == true || each.When.Raw == "${true}")
}

// finish adds what is only known at the end of the document.
func (w *warnings) finish() {
	slices.SortStableFunc(w.uses, func(a, b use) int {
		return cmp.Or(cmp.Compare(a.warning.Line, b.warning.Line), cmp.Compare(a.warning.Column, b.warning.Column))
	})
	for _, each := range w.uses {
		if !w.asked[each.of] {
			w.asked[each.of] = true // once is enough
			w.found = append(w.found, each.warning)
		}
	}
	w.lostVariables()
	w.noTimeout()
}
