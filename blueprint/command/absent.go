package command

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"dynamicsamples/blueprint/command/internal/rehearse"
	"dynamicsamples/blueprint/language"
)

// absentCalls finds what a document calls that has neither a function here nor an outcome.
type absentCalls struct {
	library  *library
	outcomes rehearse.Outcomes
	read     document
	source   *language.Source
	// entered are the blueprints that were looked into.
	entered map[string]bool
	found   language.Diagnostics
}

// absentCalls are those of a document that has been checked.
func (l *library) absentCalls(read document, outcomes rehearse.Outcomes) language.Diagnostics {
	definition, source, problems := language.Load(read.name, read.text, l.budget.DocumentBytes)
	if len(problems) > 0 {
		return problems
	}
	a := &absentCalls{library: l, outcomes: outcomes, read: read, source: source, entered: map[string]bool{}}
	a.steps(definition.Steps, "/steps", "")
	return a.found
}

// steps looks at a block of the document; in a blueprint that a step starts, all is found
// at that step, whose pointer is within.
func (a *absentCalls) steps(steps []*language.Step, pointer, within string) {
	for at, step := range steps {
		own := fmt.Sprintf("%s/%d", pointer, at)
		if within != "" {
			own = within
		}
		var inside []*language.Step
		for _, each := range language.BlocksOf(step) {
			a.steps(each.Steps, own+each.Pointer, within)
			inside = append(inside, each.Steps...)
		}
		a.calls(step, language.Calls(inside), own)
	}
}

// calls looks at what a step calls itself, and not by the steps inside it.
func (a *absentCalls) calls(step *language.Step, inside language.Called, pointer string) {
	called := language.Calls([]*language.Step{step})
	for _, name := range called.Activities {
		if !slices.Contains(inside.Activities, name) && slices.Contains(a.library.absent.Activities, name) && !a.covered(step, name, a.outcomes.Activities) {
			a.report(pointer, "activity", name)
		}
	}
	for _, name := range called.Workflows {
		if !slices.Contains(inside.Workflows, name) && slices.Contains(a.library.absent.Workflows, name) && !a.covered(step, name, a.outcomes.Workflows) {
			a.report(pointer, "workflow", name)
		}
	}
	for _, exact := range called.Blueprints {
		switch {
		case slices.Contains(inside.Blueprints, exact) || a.entered[exact] || a.covered(step, exact, a.outcomes.Workflows):
		case a.library.described[exact]:
			a.report(pointer, "blueprint", exact)
		case a.library.blueprints[exact] != nil:
			a.entered[exact] = true
			a.steps(a.library.blueprints[exact].Steps, "", pointer)
		}
	}
}

// stepSuffix is what a path says behind a step's id: a place in a list, an attempt, the undo.
var stepSuffix = regexp.MustCompile(`(\[[^]]*\]|#\d+)$|/undo$`)

// covered reports whether there is an outcome for the call: for its name, or for a step of
// this id. That of another step of the same id is found only when the call is made.
func (a *absentCalls) covered(step *language.Step, name string, byName map[string]rehearse.Outcome) bool {
	if outcome, has := byName[name]; has && outcome.Ends() {
		return true
	}
	for path, outcome := range a.outcomes.Steps {
		path = stepSuffix.ReplaceAllString(path, "")
		if outcome.Ends() && path[strings.LastIndexAny(path, "/ ")+1:] == step.ID {
			return true
		}
	}
	return false
}

func (a *absentCalls) report(pointer, kind, name string) {
	line, column := a.source.Position(pointer)
	a.found = append(a.found, language.Diagnostic{
		File: a.read.name, Line: line, Column: column, Pointer: pointer, Code: "no-function",
		Message: fmt.Sprintf("%s %q: no function here: give it an outcome", kind, name),
	})
}
