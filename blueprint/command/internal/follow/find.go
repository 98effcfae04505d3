package follow

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"dynamicsamples/blueprint/engine"
)

// planned is the part of a path that names a plan: the steps of a status stand in the step that has it.
var planned = regexp.MustCompile(`/plan:[^/]+`)

// Found are the steps of a path, of all rounds, items and visits together, or of an ID.
func Found(status engine.Status, path string) []engine.StepStatus {
	path = planned.ReplaceAllString(strings.TrimSuffix(Unnumbered(path), "/undo"), "")
	return found(engine.StepStatus{Steps: status.Steps}, "", path)
}

func found(above engine.StepStatus, at, path string) []engine.StepStatus {
	var steps []engine.StepStatus
	for _, each := range above.Steps {
		place := below(at, above, each)
		if place == path || each.ID == path {
			steps = append(steps, each)
		}
		steps = append(steps, found(each, place, path)...)
	}
	return steps
}

// Paths are those of all steps, without the numbers of rounds, items and visits.
func Paths(status engine.Status) []string { return paths(engine.StepStatus{Steps: status.Steps}, "") }

func paths(above engine.StepStatus, at string) []string {
	var all []string
	for _, each := range above.Steps {
		place := below(at, above, each)
		if !slices.Contains(all, place) {
			all = append(all, place)
		}
		all = append(all, paths(each, place)...)
	}
	return all
}

// MayComeYet reports whether a plan may bring steps that a status does not have yet.
func MayComeYet(steps []engine.StepStatus) bool {
	return slices.ContainsFunc(steps, func(step engine.StepStatus) bool {
		open := step.State == engine.StatePending || step.State == engine.StateRunning
		return open && (step.Kind == "plan" || MayComeYet(step.Steps))
	})
}

// Standing is how the steps of a path stand, and what is held, or waits at a gate, there.
func Standing(status engine.Status, path string) []string {
	own := func(step string) bool { return step == path || Unnumbered(step) == path }
	held := slices.DeleteFunc(slices.Clone(status.Held), func(each engine.HeldStep) bool { return !own(each.Step) })
	gates := slices.DeleteFunc(slices.Clone(status.AtGates), func(each engine.AtGate) bool { return !own(each.Step) })
	if len(held)+len(gates) > 0 {
		return ForPeople(engine.Status{Held: held, AtGates: gates})
	}
	var lines []string
	for _, each := range Found(status, path) {
		if line := fmt.Sprintf("%s is %s", path, each.State); !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// Given is what an operation is given: the argument, the output, the variables or the failure.
func Given(o engine.Operation) string {
	const longest = 200
	var text string
	for _, each := range []struct {
		name  string
		value json.RawMessage
	}{{"with", o.Input}, {"output", o.Output}, {"vars", o.Vars}} {
		if each.value != nil {
			text += fmt.Sprintf(", %s %s", each.name, each.value)
		}
	}
	if o.Type != "" {
		text += ", " + Failure{Type: o.Type, Message: o.Message}.String()
	}
	if o.DryRun {
		text += ", dry run"
	}
	if characters := []rune(text); len(characters) > longest {
		return string(characters[:longest]) + "…"
	}
	return text
}
