package engine

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// Status is where a run stands.
type Status struct {
	// Blueprint is the name@version; Hash names its content.
	Blueprint string `json:"blueprint"`
	Hash      string `json:"hash"`
	// Started is when the first run began.
	Started time.Time `json:"started"`
	// Steps is the tree of the steps, in the order of the document.
	Steps []StepStatus `json:"steps"`
	// Approvals are the plans that wait until somebody approves them.
	Approvals []Approval `json:"approvals,omitempty"`
	// Awaited are the first of the messages that wait steps wait for.
	Awaited []Awaited `json:"awaited,omitempty"`
	// ChildRuns are the Workflow IDs of the first children that steps wait for, by the steps' paths.
	ChildRuns map[string]string `json:"childRuns,omitempty"`
	// Messages counts the messages that no step has taken, by name.
	Messages map[string]int `json:"messages,omitempty"`
	// DroppedSignals counts the signals that no step could take.
	DroppedSignals int `json:"droppedSignals,omitempty"`
	// Paused is what is paused, AtGates the first of what waits there, and Operations the last
	// that were done.
	Paused     []Paused   `json:"paused,omitempty"`
	AtGates    []AtGate   `json:"atGates,omitempty"`
	Operations []Operated `json:"operations,omitempty"`
	// Fork is where a fork has come from.
	Fork *Forked `json:"fork,omitempty"`
	// Holds are the steps whose failures somebody has asked to hold. Held are the first failures
	// that are held, HeldCount all of them, and NotHeld those for which there was no room.
	Holds     []Paused   `json:"holds,omitempty"`
	Held      []HeldStep `json:"held,omitempty"`
	HeldCount int        `json:"heldCount,omitempty"`
	NotHeld   int        `json:"notHeld,omitempty"`
	// Budget is what the run may consume, and Used what it has.
	Budget language.Budget `json:"budget"`
	Used   Used            `json:"used"`
}

// Used is what a run has consumed of its budget.
type Used struct {
	Steps      int `json:"steps"`
	Plans      int `json:"plans"`
	Children   int `json:"children"`
	StateBytes int `json:"stateBytes"`
}

// StepStatus is where a step stands: a step of the document, however often it runs.
type StepStatus struct {
	// ID and Kind are those of the document.
	ID   string `json:"id"`
	Kind string `json:"kind"`
	// Block is the block of the step above that it stands in, where that has several: a
	// branch's name, catch, finally, on_timeout, else, or case 1 and so on.
	Block string `json:"block,omitempty"`
	// Summary is the author's, as it stands in the document.
	Summary string `json:"summary,omitempty"`
	State   State  `json:"state"`
	// Attempts is how often the step has begun: more than once in a loop, a map or a graph.
	Attempts int `json:"attempts,omitempty"`
	// Failures is how often it failed.
	Failures int `json:"failures,omitempty"`
	// Running is how many of it are under way.
	Running int `json:"running,omitempty"`
	// Waiting are how many of it wait at a gate, because they, or the run, are paused.
	Waiting int `json:"waiting,omitempty"`
	// Held are how many of it are held: their failures wait for what people decide.
	Held int `json:"held,omitempty"`
	// Undone says that what it has completed has been taken back, all of it.
	Undone bool `json:"undone,omitempty"`
	// Started and Ended are the first beginning and the last end.
	Started *time.Time `json:"started,omitempty"`
	Ended   *time.Time `json:"ended,omitempty"`
	// Error is the last failure.
	Error string `json:"error,omitempty"`
	// Steps are those that the step holds, also those of its plan.
	Steps []StepStatus `json:"steps,omitempty"`
}

// State is where a step stands.
type State string

// The states of a step: before it begins, while it runs, where a dag has skipped it or the
// step above has ended without it, and the ways to end.
const (
	StatePending   State = "pending"
	StateRunning   State = "running"
	StateSkipped         = State(skipped)
	StateSucceeded       = State(succeeded)
	StateFailed          = State(failed)
	StateCanceled        = State(canceled)
	StateStopped         = State(stopped)
)

// Mark is the state as one character, for trees of steps.
func (s State) Mark() string {
	switch s {
	case StatePending:
		return "○"
	case StateSkipped:
		return "–"
	case StateRunning:
		return "▶"
	case StateSucceeded:
		return "✓"
	case StateCanceled:
		return "⊘"
	case StateStopped:
		return "■"
	default:
		return "✗"
	}
}

// visit is what is kept of a step for the status. Times are in seconds since the run
// started, so that it stays small.
type visit struct {
	Begun    int         `json:"b,omitempty"`
	Ended    int         `json:"e,omitempty"`
	Failed   int         `json:"f,omitempty"`
	Last     outcomeKind `json:"l,omitempty"`
	First    float64     `json:"s,omitempty"`
	Finished float64     `json:"t,omitempty"`
	Error    string      `json:"x,omitempty"`
}

// over reports whether the step has ended, or never begins, as what is in it.
func (v *visit) over(around bool) bool {
	return v.Begun == v.Ended && (v.Begun > 0 || v.Last == skipped || around)
}

// visits are those of the program that the frame's step belongs to.
func (r *run) visits(f *frame) []visit {
	for each := f.parent; each != nil; each = each.parent {
		if each.planned != nil && each.planned == f.program {
			return each.Visits
		}
	}
	return r.state.Visits
}

func (r *run) visited(f *frame) {
	v := &r.visits(f)[f.step.Index]
	if v.Begun == 0 {
		v.First = r.now.Sub(r.state.Started).Seconds()
	}
	v.Begun++
}

func (r *run) visitEnded(f *frame) {
	const longestError = 200
	v := &r.visits(f)[f.step.Index]
	v.Ended++
	v.Last = f.outcome.Kind
	v.Finished = r.now.Sub(r.state.Started).Seconds()
	if f.outcome.is(failed) {
		v.Failed++
		v.Error = f.outcome.Failure.Type + ": " + f.outcome.Failure.Message
		v.Error = shortened(v.Error, longestError)
	}
}

func (r *run) serveStatus(ctx workflow.Context) error {
	err := workflow.SetQueryHandlerWithOptions(ctx, StatusQuery, func() (Status, error) { return r.status(), nil },
		workflow.QueryHandlerOptions{Description: "Where the run stands, step by step"})
	if err != nil {
		return fmt.Errorf("offering the query %s: %w", StatusQuery, err)
	}
	return nil
}

func (r *run) status() Status {
	status := Status{
		Blueprint: r.record.Name,
		Hash:      r.record.Hash,
		Started:   r.state.Started,
		Steps:     r.stepsStatus(r.root.program.Definition.Steps, r.top(), r.plansUnderWay()),
		Budget:    r.record.Budget,

		Approvals:      r.approvals(),
		Awaited:        r.awaitedNow(),
		ChildRuns:      r.childRuns(),
		DroppedSignals: r.state.Dropped,

		Paused: r.state.Paused, AtGates: r.atGates(), Operations: r.state.Operations,
		Holds: r.state.Holds, Held: r.heldWithAdmitted(), HeldCount: len(r.holds.frames), NotHeld: r.state.NotHeld,
		Fork: r.state.Fork,

		Used: Used{
			Steps: r.state.Used.Steps, Plans: r.state.Used.Plans, Children: r.state.Used.Children, StateBytes: r.bytes + r.mailbox.bytes,
		},
	}
	if left := r.mailbox.rules.left(r); len(left) > 0 {
		status.Messages = left
	}
	return status
}

// plansUnderWay are the frames of plan steps that run their plan, by the step.
func (r *run) plansUnderWay() map[*language.Step]*frame {
	found := map[*language.Step]*frame{}
	r.eachFrame(func(f *frame) {
		if f.planned != nil && found[f.step] == nil {
			found[f.step] = f
		}
	})
	return found
}

// place is where a list of steps stands in the tree of all.
type place struct {
	visits []visit
	// block is the name of the block, and depth how many steps are above.
	block string
	depth int
	// over says that the step above has ended: what has not begun never does.
	over bool
	// waiting counts what waits at gates, by the step.
	waiting map[*language.Step]int
	// held counts what is held, by the step.
	held map[*language.Step]int
	// path is that of the step around, without numbers, and kept are those of the steps that have
	// not been taken back for sure.
	path string
	kept map[string]bool
}

// below is the place of a block of a step.
func (p place) below(step *language.Step, block language.Block) place {
	inside := p
	inside.block, inside.depth, inside.over = block.Name, p.depth+1, p.visits[step.Index].over(p.over)
	inside.path = join(p.path, step.ID) + segmentOf(step, block)
	return inside
}

// state is that of a step at the place.
func (p place) state(step *language.Step) State {
	switch v := &p.visits[step.Index]; {
	case v.Begun == 0 && (p.over || v.Last == skipped):
		return StateSkipped
	case v.Begun == 0:
		return StatePending
	case v.Begun > v.Ended:
		return StateRunning
	default:
		return State(v.Last)
	}
}

// top is the place of the blueprint's own steps.
func (r *run) top() place {
	return place{visits: r.state.Visits, over: r.root.outcome != nil, waiting: r.atGatesOf(), held: r.heldOf(), kept: r.notUndone()}
}

// planned is the place of the steps of a plan.
func (p place) planned(f *frame) place {
	inside := p.below(f.step, language.Block{})
	_, segment := planStep{}.block(f, 0, nil)
	inside.visits, inside.path = f.Visits, unnumbered(f.path)+segment
	return inside
}

func (r *run) stepsStatus(steps []*language.Step, at place, plans map[*language.Step]*frame) []StepStatus {
	var tree []StepStatus
	for _, step := range steps {
		status := r.stepStatus(step, at)
		for _, block := range step.AllBlocks {
			status.Steps = append(status.Steps, r.stepsStatus(block.Steps, at.below(step, block), plans)...)
		}
		if planned := plans[step]; planned != nil {
			status.Steps = r.stepsStatus(planned.planned.Definition.Steps, at.planned(planned), plans)
		}
		tree = append(tree, status)
	}
	return tree
}

func (r *run) stepStatus(step *language.Step, at place) StepStatus {
	v := at.visits[step.Index]
	status := StepStatus{
		ID: step.ID, Kind: step.KindName, Block: at.block, Summary: step.Summary,
		State: at.state(step), Attempts: v.Begun, Failures: v.Failed, Running: v.Begun - v.Ended, Waiting: at.waiting[step], Held: at.held[step], Error: v.Error,
		Undone: at.undone(step),
	}
	if v.Begun > 0 {
		started := r.state.Started.Add(seconds(v.First))
		status.Started = &started
	}
	if v.Ended > 0 {
		ended := r.state.Started.Add(seconds(v.Finished))
		status.Ended = &ended
	}
	return status
}

// publish shows the status in the Web UI.
func (r *run) publish(ctx workflow.Context) {
	workflow.SetCurrentDetails(ctx, r.details())
}

// maxDetailLines bounds what is shown.
const maxDetailLines = 100

// details is the status as Markdown.
func (r *run) details() string {
	var text strings.Builder
	fmt.Fprintf(&text, "**%s** `%.8s`\n\n", r.record.Name, r.record.Hash)
	text.WriteString(r.pausedLines())
	text.WriteString(r.heldLines())
	lines := 0
	r.writeDetails(&text, r.root.program.Definition.Steps, r.top(), r.plansUnderWay(), &lines)
	return text.String()
}

func (r *run) writeDetails(text *strings.Builder, steps []*language.Step, at place, plans map[*language.Step]*frame, lines *int) {
	for _, step := range steps {
		if *lines++; *lines > maxDetailLines {
			if *lines == maxDetailLines+1 {
				text.WriteString("- …\n")
			}
			return
		}
		writeStep(text, step, at)
		if planned := plans[step]; planned != nil {
			r.writeDetails(text, planned.planned.Definition.Steps, at.planned(planned), plans, lines)
			continue
		}
		for _, block := range step.AllBlocks {
			r.writeDetails(text, block.Steps, at.below(step, block), plans, lines)
		}
	}
}

func writeStep(text *strings.Builder, step *language.Step, at place) {
	v := at.visits[step.Index]
	for range at.depth {
		text.WriteString("  ")
	}
	text.WriteString("- ")
	text.WriteString(at.state(step).Mark())
	if at.block != "" {
		text.WriteString(" ")
		text.WriteString(at.block)
		text.WriteString(":")
	}
	text.WriteString(" `")
	text.WriteString(step.ID)
	text.WriteString("` ")
	text.WriteString(step.KindName)
	if at.waiting[step] > 0 {
		text.WriteString(" ⏸")
	}
	if at.held[step] > 0 {
		text.WriteString(" ✋")
	}
	if v.Begun > 1 {
		text.WriteString(" ×")
		text.WriteString(strconv.Itoa(v.Begun))
	}
	if v.Error != "" {
		text.WriteString(" — ")
		text.WriteString(strings.ReplaceAll(v.Error, "\n", " "))
	}
	text.WriteString("\n")
}
