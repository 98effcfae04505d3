package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"dynamicsamples/blueprint/language"
)

// Paused is a run or a step that is paused.
type Paused struct {
	// Step is the path of the step; "" is the whole run.
	Step string `json:"step,omitempty"`
	// Since is when it was paused, By who says to have done so, and Note why.
	Since time.Time `json:"since"`
	By    string    `json:"by,omitempty"`
	Note  string    `json:"note,omitempty"`
	// Hold says which failures are held, and for how long, where it is not paused but held.
	language.Hold
}

// String is since when, by whom, and why.
func (p Paused) String() string {
	text := p.Since.UTC().Format(time.RFC3339)
	if p.By != "" {
		text += " by " + p.By
	}
	if p.Note != "" {
		text += ": " + p.Note
	}
	return text
}

// Covers reports whether the step of the path is paused by it.
func (p Paused) Covers(path string) bool {
	return p.Step == "" || within(path, p.Step) || within(unnumbered(path), p.Step)
}

// AtGate is what waits at a gate.
type AtGate struct {
	// Step is the path of the step that is to begin, or has ended.
	Step string `json:"step"`
	// Waits is what for: begin, undo, or with Error, fail; or win, a branch of a race.
	Waits string `json:"waits"`
	Error string `json:"error,omitempty"`
}

// mostListed is how many of each are told of what waits, and of what is under way.
const mostListed = 100

// atGates is what waits at gates, in the order in which it was due.
func (r *run) atGates() []AtGate {
	var waiting []AtGate
	for _, each := range r.gates.tasks {
		if len(waiting) == mostListed {
			return waiting
		}
		waiting = append(waiting, atGateOf(each))
	}
	for _, each := range r.gates.calls {
		if len(waiting) == mostListed {
			return waiting
		}
		waiting = append(waiting, AtGate{Step: each.frame.path, Waits: beginning(each.frame)})
	}
	return waiting
}

func atGateOf(waiting task) AtGate {
	f := waiting.frame
	told := AtGate{Step: f.path, Waits: beginning(f)}
	switch {
	case waiting.kind == taskEnter:
	case f.outcome.is(succeeded):
		told.Waits = "win"
	default:
		told.Waits = "fail"
		if reason := f.outcome.Failure; reason != nil {
			told.Error = shortened(reason.Type+": "+reason.Message, longestReason)
		}
	}
	return told
}

func beginning(f *frame) string {
	if f.Role == roleUndo {
		return "undo"
	}
	return "begin"
}

// atGatesOf counts what waits at gates, by the step.
func (r *run) atGatesOf() map[*language.Step]int {
	if len(r.gates.paused) == 0 {
		return nil
	}
	counts := map[*language.Step]int{}
	note := func(f *frame) {
		if f.step != nil {
			counts[f.step]++
		}
	}
	for _, each := range r.gates.tasks {
		note(each.frame)
	}
	for _, each := range r.gates.calls {
		note(each.frame)
	}
	return counts
}

// answerTo tells how the run stands after an operation.
func (r *run) answerTo(operation Operation) OperationAnswer {
	answer := OperationAnswer{
		Operation: operation.brief(), Paused: slices.Clone(r.state.Paused), AtGates: r.atGates(), Holds: slices.Clone(r.state.Holds), Held: r.heldSteps(),
	}
	for _, each := range r.calls.pending {
		switch {
		case !r.concerns(operation.Step, each.frame):
		case each.activity != "" && len(answer.Activities) < mostListed:
			answer.Activities = append(answer.Activities, each.activity)
		case each.activity != "":
			answer.MoreActivities++
		case each.frame.Child != nil && each.slot:
			answer.Children = append(answer.Children, each.frame.Child.WorkflowID)
		}
	}
	return answer
}

// concerns reports whether an operation on the step is about the frame.
func (r *run) concerns(step string, f *frame) bool {
	for each := f; each != nil; each = each.parent {
		if step == "" || each.path == step || unnumbered(each.path) == step {
			return true
		}
	}
	return false
}

// pausedLines are what is paused, for people.
func (r *run) pausedLines() string {
	var text strings.Builder
	for _, each := range r.state.Paused {
		fmt.Fprintf(&text, "⏸ **%s is paused** since %s\n\n", whatOf(each.Step), strings.Join(strings.Fields(each.String()), " "))
	}
	return text.String()
}
