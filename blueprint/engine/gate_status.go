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

// checkStep refuses the path of a step that does not exist, and says what was meant.
func (r *run) checkStep(path string) error {
	at := located{run: r, path: path}
	return at.find()
}

// located is a path on the way through the document. It can name several steps: those of one id in
// the clauses of a catch.
type located struct {
	run  *run
	path string
	// numbered and unnumbered count the rounds, items and visits with and without a number.
	numbered, unnumbered int
	// found are the steps that it names, steps all those on the ways there, and plans the plans.
	found, steps []*language.Step
	plans        []*frame
}

func (l *located) find() error {
	return l.in(l.run.root.program.Definition.Steps, strings.Split(l.path, "/"), "")
}

// in finds the rest of the path among the steps; above is the path up to there.
func (l *located) in(steps []*language.Step, rest []string, above string) error {
	id, number, isNumbered := strings.Cut(rest[0], "[")
	id, _, _ = strings.Cut(id, "#")
	var ids []string
	var failure error
	for _, step := range steps {
		if step.ID != id {
			ids = append(ids, step.ID)
			continue
		}
		way := located{run: l.run, path: l.path, numbered: l.numbered, unnumbered: l.unnumbered}
		if failure = way.step(step, rest, join(above, rest[0]), isNumbered && strings.HasSuffix(number, "]")); failure == nil {
			l.found, l.steps, l.plans = append(l.found, way.found...), append(l.steps, way.steps...), append(l.plans, way.plans...)
		}
	}
	switch {
	case len(l.found) > 0:
		return nil
	case failure != nil:
		return failure
	}
	return l.unknown(rest[0], ids)
}

func (l *located) step(step *language.Step, rest []string, path string, isNumbered bool) error {
	l.steps = append(l.steps, step)
	switch {
	case !repeats(step):
	case isNumbered:
		l.numbered++
	case len(rest) > 1:
		l.unnumbered++
	}
	if len(rest) == 1 {
		if l.numbered > 0 && l.unnumbered > 0 {
			return refusedOperation(ErrUnknownStep, "a path has the number of each round, item and visit, or none: %q", shortened(l.path, longestReason))
		}
		l.found = []*language.Step{step}
		return nil
	}
	return l.below(step, rest[1:], path)
}

// below finds the rest of the path in the blocks of the step, or in its plan.
func (l *located) below(step *language.Step, rest []string, path string) error {
	if strings.HasPrefix(rest[0], "plan:") && len(rest) > 1 {
		if planned := l.run.root.plannedAt(path + "/" + rest[0]); planned != nil {
			l.plans = append(l.plans, planned)
			return l.in(planned.planned.Definition.Steps, rest[1:], path+"/"+rest[0])
		}
	}
	var names []string
	var named, direct []*language.Step
	for _, block := range step.Blocks {
		segment := strings.TrimPrefix(segmentOf(step, block), "/")
		switch {
		case segment == "":
			direct = append(direct, block.Steps...)
			for _, each := range block.Steps {
				names = append(names, each.ID)
			}
		case segment == rest[0] && len(rest) > 1:
			named = append(named, block.Steps...)
		case !slices.Contains(names, segment):
			names = append(names, segment)
		}
	}
	switch {
	case len(named) > 0:
		return l.in(named, rest[1:], path+"/"+rest[0])
	case len(direct) > 0:
		return l.in(direct, rest, path)
	}
	return l.unknown(rest[0], names)
}

// repeats reports whether the paths in the step have numbers.
func repeats(step *language.Step) bool {
	switch step.Kind.(type) {
	case *language.Loop, *language.Map, *language.Graph:
		return true
	}
	return false
}

func (l *located) unknown(segment string, known []string) error {
	there := "no steps are there"
	if len(known) > 0 {
		there = "there are: " + listed(known, ", ")
	}
	return refusedOperation(ErrUnknownStep, "there is no step %q: nothing there is %q%s; %s", shortened(l.path, longestReason),
		shortened(segment, longestReason), didYouMean(segment, known), there)
}

// plannedAt is the step whose plan is the block of the path, if it is under way.
func (f *frame) plannedAt(path string) *frame {
	if f.Role == roleBlock && f.parent.planned != nil && f.path == path {
		return f.parent
	}
	for _, each := range f.subframes {
		if found := each.plannedAt(path); found != nil {
			return found
		}
	}
	return nil
}
