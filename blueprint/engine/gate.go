package engine

import (
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/expression"
)

// gates are what a paused run, or a paused step, lets wait. A gate stands where things begin:
// before a step, before another attempt of a block, before an undo, and so before a round, an
// item, a catch and a finally, which begin with a step. A failure waits as well, and so does the
// winner of a race: nothing is undone or canceled for them before the gate opens. What is under
// way goes on and ends.
type gates struct {
	// tasks are the beginnings and endings that wait, in the order in which they were due.
	tasks []task
	// calls are those of steps that had begun, and waited for a slot.
	calls []heldCall
	// paused are the paths of the steps that are paused; "" is the run itself.
	paused map[string]bool
	// stopped counts the clocks that stand still.
	stopped int
	// last is the number of what came to a gate last.
	last int
	// changed says that gates have opened or closed since they were looked at.
	changed bool
}

// waits lets a task wait at its gate, if that is closed.
func (r *run) waits(next task) bool {
	f := next.frame
	if len(r.gates.paused) == 0 || !atGate(next) || !r.gated(f) {
		f.Gate = 0
		return false
	}
	if f.Gate == 0 {
		r.gates.last++
		f.Gate = r.gates.last
		if next.kind == taskEnded {
			r.grow(f, f.outcome.bytes())
		}
	}
	r.gates.tasks = append(r.gates.tasks, next)
	return true
}

// atGate reports whether there is a gate for what the task does.
func atGate(next task) bool {
	f := next.frame
	switch {
	case f.Role == roleRun:
		return false
	case next.kind == taskEnter:
		// The steps of a block have gates of their own.
		return f.Role != roleBlock
	case f.outcome.is(succeeded):
		_, race := f.parent.executor.(raceStep)
		return race && f.Role == roleBlock
	default:
		return true
	}
}

// gated reports whether the frame is in what is paused. A cancel opens each gate in what it
// cancels, also that of a finally, which it does not reach.
func (r *run) gated(f *frame) bool {
	if len(r.gates.paused) == 0 {
		return false
	}
	paused := r.gates.paused[""]
	for each := f; each != nil; each = each.parent {
		if each.Canceling {
			return false
		}
		paused = paused || each.Role == roleStep && r.gates.has(each.path)
	}
	return paused
}

// has reports whether the step of the path is paused. A path without numbers is that of each
// round, item and visit.
func (g *gates) has(path string) bool {
	return g.paused[path] || strings.ContainsAny(path, "[#") && g.paused[unnumbered(path)]
}

// unnumbered is the path without the numbers of rounds, items, visits and attempts.
func unnumbered(path string) string {
	var text strings.Builder
	skips := false
	for _, letter := range path {
		switch letter {
		case '[', '#':
			skips = true
		case '/':
			skips = false
		}
		if !skips {
			text.WriteRune(letter)
		}
	}
	return text.String()
}

// close remembers which steps are paused, and lets what waits be looked at.
func (g *gates) close(paused []Paused) {
	g.changed, g.paused = true, make(map[string]bool, len(paused))
	for _, each := range paused {
		g.paused[each.Step] = true
	}
}

// pass lets what waits at gates go on where they have opened, before what was due later.
func (r *run) pass(ctx workflow.Context) {
	if !r.gates.changed {
		return
	}
	r.gates.changed = false
	r.letCanceledGo(ctx)
	r.pace.spent += uint64(len(r.gates.tasks) + len(r.gates.calls))
	r.tasks = append(r.gates.tasks, r.tasks...)
	held := append(r.gates.calls, r.calls.held...)
	r.gates.tasks, r.gates.calls, r.calls.held = nil, nil, nil
	for _, each := range held {
		r.queue(each)
	}
}

// queue lets a call wait for its slot, or at the gate.
func (r *run) queue(call heldCall) {
	if call.frame.outcome == nil && r.gated(call.frame) {
		r.gates.calls = append(r.gates.calls, call)
		return
	}
	r.calls.held = append(r.calls.held, call)
}

// cancelAtGate cancels a frame that has ended and waits at a gate.
func (r *run) cancelAtGate(f *frame) {
	if f.Gate > 0 && f.outcome != nil && !f.Canceling && !f.Shielded {
		ended := cancellation()
		f.Canceling, f.outcome, r.gates.changed = true, &ended, true
	}
}

// bytes is what the outcome takes in the state.
func (o *outcome) bytes() int {
	bytes := expression.Size(o.Output.any)
	if o.Failure != nil {
		bytes += expression.Size(o.Failure.value())
	}
	return bytes
}

// reopenGates lets wait again what waited when the last run ended.
func (r *run) reopenGates() {
	r.gates.close(r.state.Paused)
	r.eachFrame(func(f *frame) {
		if !f.Stopped.IsZero() {
			r.gates.stopped++
		}
		if f.Gate > 0 {
			r.gates.tasks = append(r.gates.tasks, r.reopenGate(f))
		}
	})
	slices.SortFunc(r.gates.tasks, func(a, b task) int { return a.frame.Gate - b.frame.Gate })
	if waiting := len(r.gates.tasks); waiting > 0 {
		r.gates.last = r.gates.tasks[waiting-1].frame.Gate
	}
}

func (r *run) reopenGate(f *frame) task {
	if f.Ended == nil {
		f.waiting = true
		return task{f, taskEnter}
	}
	f.outcome, f.Ended = f.Ended, nil
	r.grow(f, f.outcome.bytes())
	return task{f, taskEnded}
}
