package follow

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"dynamicsamples/blueprint/command/internal/marked"
	"dynamicsamples/blueprint/engine"
)

// Change is something that has happened to a step.
type Change struct {
	// Time is when, by the run's clock.
	Time time.Time
	// Path is the step's, without the numbers of rounds, items and visits.
	Path string
	// Kind is the step's kind, State what it is now.
	Kind  string
	State engine.State
	// Attempts is how often it has begun.
	Attempts int
	// Error is why it failed.
	Error string
}

// String is the change on one line; since is when the run began.
func (c Change) String() string {
	text := fmt.Sprintf("%-9s %s (%s)", c.State, c.Path, c.Kind)
	if c.Attempts > 1 {
		text += fmt.Sprintf(" ×%d", c.Attempts)
	}
	if c.Error != "" && c.State == engine.StateFailed {
		text += ": " + OneLine(c.Error)
	}
	return text
}

// Changes are what has happened between two statuses, in order. A step that has begun
// and ended in between has two.
func Changes(before, after engine.Status) []Change {
	var changes []Change
	compare(engine.StepStatus{Steps: before.Steps}, engine.StepStatus{Steps: after.Steps}, "", &changes)
	slices.SortStableFunc(changes, func(a, b Change) int { return a.Time.Compare(b.Time) })
	return changes
}

// compare finds what has happened to the steps that a step holds.
func compare(before, after engine.StepStatus, path string, changes *[]Change) {
	for i, now := range after.Steps {
		var earlier engine.StepStatus
		if i < len(before.Steps) {
			earlier = before.Steps[i]
		}
		place := below(path, after, now)
		begun := now.Attempts > earlier.Attempts
		if begun && earlier.Attempts == 0 {
			*changes = append(*changes, change(now, place, engine.StateRunning, now.Started))
		}
		compare(earlier, now, place, changes)
		if now.State != engine.StateRunning && now.Attempts > 0 && (begun || now.State != earlier.State) {
			*changes = append(*changes, change(now, place, now.State, now.Ended))
		}
	}
}

func change(step engine.StepStatus, path string, state engine.State, at *time.Time) Change {
	made := Change{Path: path, Kind: step.Kind, State: state, Error: step.Error}
	if state != engine.StateRunning {
		made.Attempts = step.Attempts
	}
	if at != nil {
		made.Time = *at
	}
	return made
}

// below is the path of a step that another one holds. It has the block's name, unless that
// is a case, or the else: only one of them can run.
func below(path string, above, step engine.StepStatus) string {
	parts := []string{path, step.Block, step.ID}
	if above.Kind == "switch" && step.Block != "on_timeout" {
		parts[1] = ""
	}
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), "/")
}

// OneLine is a text from outside on one line, on which it cannot drive the terminal.
func OneLine(text string) string { return marked.Printable(strings.Join(strings.Fields(text), " ")) }

// Leaves are the paths of the steps that are running and hold none that are.
func Leaves(status engine.Status) []string {
	return leaves(engine.StepStatus{Steps: status.Steps}, "")
}

func leaves(above engine.StepStatus, path string) []string {
	var found []string
	for _, each := range above.Steps {
		if each.State != engine.StateRunning {
			continue
		}
		place := below(path, above, each)
		inside := leaves(each, place)
		if len(inside) == 0 {
			inside = []string{fmt.Sprintf("%s (%s)", place, each.Kind)}
		}
		found = append(found, inside...)
	}
	return found
}
