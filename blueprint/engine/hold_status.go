package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"dynamicsamples/blueprint/language"
)

// HeldStep is a step whose failure is held: it waits for an operation, or until a time.
type HeldStep struct {
	// Step is the path of the step, or of its undo.
	Step string `json:"step"`
	// Error is its failure.
	Error string `json:"error"`
	// Since is when it was held, and Until when it goes on by itself.
	Since time.Time `json:"since"`
	Until time.Time `json:"until,omitzero"`
	// Admits are the operations that it admits and that are allowed: the status tells those of the
	// first 20.
	Admits []string `json:"admits,omitempty"`
}

// heldWithAdmitted are the first failures that are held, and what can be done about them.
func (r *run) heldWithAdmitted() []HeldStep {
	const most = 20
	told := r.heldSteps()
	for i := range told[:min(len(told), most)] {
		for _, op := range (operand{frame: r.holds.frames[i], standing: stepHeld}).admitted() {
			if r.permits(Operation{Op: op, Step: told[i].Step}) == nil {
				told[i].Admits = append(told[i].Admits, op)
			}
		}
	}
	return told
}

// heldSteps are the first failures that are held.
func (r *run) heldSteps() []HeldStep {
	var told []HeldStep
	for _, f := range r.holds.frames[:min(len(r.holds.frames), mostListed)] {
		reason := f.Held.Failure
		told = append(told, HeldStep{
			Step: operand{frame: f}.path(), Error: shortened(reason.Type+": "+reason.Message, longestReason), Since: f.Held.Since, Until: f.Held.Until,
		})
	}
	return told
}

// heldOf counts what is held, by the step.
func (r *run) heldOf() map[*language.Step]int {
	if len(r.holds.frames) == 0 {
		return nil
	}
	counts := map[*language.Step]int{}
	for _, f := range r.holds.frames {
		if f.step != nil {
			counts[f.step]++
		}
	}
	return counts
}

// heldLines are what is held, for people.
func (r *run) heldLines() string {
	const shown = 10
	var text strings.Builder
	for _, each := range r.heldSteps()[:min(len(r.holds.frames), shown)] {
		fmt.Fprintf(&text, "✋ **the step %s is held** since %s: %s\n\n", each.Step, each.Since.UTC().Format(time.RFC3339), strings.Join(strings.Fields(each.Error), " "))
	}
	if more := len(r.holds.frames) - shown; more > 0 {
		fmt.Fprintf(&text, "✋ and %d more\n\n", more)
	}
	return text.String()
}

// checkOperations refuses what cannot be switched on.
func checkOperations(switched []string) error {
	for _, each := range switched {
		if each == language.OperationFork {
			return errors.New("Options.Forks allows forks, not Options.Operations")
		}
		if known := language.Operations(); !slices.Contains(known, each) {
			return fmt.Errorf("there is no operation %q to be allowed%s; there are: %s", each, didYouMean(each, known), strings.Join(known, ", "))
		}
	}
	return nil
}
