package engine

import (
	"slices"

	"dynamicsamples/blueprint/language"
)

// waitAhead is a step that may still begin to wait.
type waitAhead struct {
	program *language.Program
	step    *language.Step
}

// waitsAhead are the steps that may still begin to wait for a message of the name: those in
// blocks that have not been passed for good.
func (r *run) waitsAhead(name string) []waitAhead {
	found := ahead{name: name, seen: map[*language.Step]bool{}}
	if len(r.root.subframes) == 0 && r.root.Decided == nil && r.root.outcome == nil {
		found.all(r.root.program, 0, len(r.root.program.Steps))
	}
	found.below(r.root)
	return found.steps
}

// ahead collects the steps that may still begin to wait.
type ahead struct {
	name  string
	steps []waitAhead
	seen  map[*language.Step]bool
}

// all adds the waits among the steps of the program from one index to before another.
func (a *ahead) all(program *language.Program, from, to int) {
	waits := program.Waits[a.name]
	first, _ := slices.BinarySearchFunc(waits, from, func(each *language.Step, at int) int { return each.Index - at })
	for _, each := range waits[first:] {
		if each.Index >= to {
			return
		}
		if !a.seen[each] {
			a.seen[each] = true
			a.steps = append(a.steps, waitAhead{program, each})
		}
	}
}

// inside adds the waits in a step that may begin, with the step itself.
func (a *ahead) inside(f *frame, step *language.Step) { a.all(f.program, step.Index, step.End) }

// block adds the waits in a block of the frame's step.
func (a *ahead) block(f *frame, at int) {
	if steps := f.step.Blocks[at].Steps; len(steps) > 0 {
		a.all(f.program, steps[0].Index, steps[len(steps)-1].End)
	}
}

// below adds what may still begin in what is under way below the frame.
func (a *ahead) below(f *frame) {
	for _, each := range f.subframes {
		if each.outcome == nil {
			a.frame(each)
			a.below(each)
		}
	}
}

// frame adds what the frame may still begin itself.
func (a *ahead) frame(f *frame) {
	switch {
	case f.Role == roleBlock && !f.Canceling:
		a.sequence(f)
	case f.Role == roleStep && (f.waiting || f.Held != nil || f.Again) && !f.Canceling:
		a.inside(f, f.step)
	case f.Role == roleStep && !f.waiting && isGuarded(f.step):
		if !f.Canceling {
			a.attempts(f)
			a.late(f)
		}
	case f.Role == roleStep && !f.waiting, f.Role == roleAttempt && !f.waiting:
		a.step(f)
	case f.Role == roleAttempt && !f.Canceling:
		a.kind(f)
	}
}

// attempts adds what another attempt of the step may begin.
func (a *ahead) attempts(f *frame) {
	if retry := language.RetryOf(f.step); retry != nil && f.Decided == nil && f.Next < int(retry.MaximumAttempts) {
		a.kind(f)
	}
}

// kind adds the waits in a step that may begin, but for those in its on_timeout.
func (a *ahead) kind(f *frame) {
	end := f.step.End
	if late := f.step.OnTimeout; len(late) > 0 {
		end = late[0].Index
	}
	a.all(f.program, f.step.Index, end)
}

// late adds what a step may still begin when it was not done in time.
func (a *ahead) late(f *frame) {
	if late := f.step.OnTimeout; len(late) > 0 && f.Phase != phaseCatch {
		a.all(f.program, late[0].Index, f.step.End)
	}
}

// sequence adds the steps that come after the one under way.
func (a *ahead) sequence(f *frame) {
	next := f.Next
	if len(f.subframes) > 0 {
		next++
	}
	if next < len(f.steps) {
		a.all(f.program, f.steps[next].Index, f.steps[len(f.steps)-1].End)
	}
}

// step adds what a step under way may still begin in its blocks.
func (a *ahead) step(f *frame) {
	if try, is := f.step.Kind.(*language.Try); is {
		a.try(f, try)
		return
	}
	if f.Canceling || f.Decided != nil {
		return
	}
	switch kind := f.step.Kind.(type) {
	case *language.Switch:
		if len(f.subframes) == 0 {
			a.inside(f, f.step) // It decides on the case.
		}
	case *language.Loop:
		if f.Next < f.Limit {
			a.block(f, 0)
		}
	case *language.Map:
		if f.Next < len(f.Items) {
			a.block(f, 0)
		}
	case *language.Dag:
		a.nodes(f, kind)
	case *language.Graph:
		a.edges(f, kind)
	case *language.Wait:
		a.late(f)
	}
}

// try adds a try's blocks that come after the one under way. A cancel does not reach the
// last.
func (a *ahead) try(f *frame, try *language.Try) {
	last := len(try.Catch) + 1
	switch f.Phase {
	case phaseBegin:
		for at := range try.Catch {
			if !f.Canceling {
				a.block(f, 1+at)
			}
		}
		a.block(f, last)
	case phaseUndo:
		if !f.Canceling {
			a.block(f, 1+f.Next)
		}
		a.block(f, last)
	case phaseCatch:
		a.block(f, last)
	}
}

// nodes adds the nodes of a dag that have not begun.
func (a *ahead) nodes(f *frame, dag *language.Dag) {
	begun := slices.Clone(f.Done)
	for _, each := range f.subframes {
		begun[each.At] = true
	}
	for at, node := range dag.Dag {
		if !begun[at] {
			a.inside(f, node)
		}
	}
}

// edges adds the nodes of a graph that the one under way leads to.
func (a *ahead) edges(f *frame, graph *language.Graph) {
	places := make(map[string]int, len(graph.Graph))
	for at, node := range graph.Graph {
		places[node.ID] = at
	}
	reached := make([]bool, len(graph.Graph))
	var open []int
	for _, each := range f.subframes {
		open = append(open, each.At)
	}
	if len(open) == 0 {
		a.block(f, 0) // It decides on the next node.
	}
	for len(open) > 0 {
		node := graph.Graph[open[0]]
		open = open[1:]
		for _, each := range slices.Concat(node.AfterSuccess(), node.OnFailure) {
			if at, known := places[each.To]; known && !reached[at] {
				reached[at] = true
				a.inside(f, graph.Graph[at])
				open = append(open, at)
			}
		}
	}
}

// pathIn is the path of a step in its document, without the numbers of rounds and items.
func pathIn(program *language.Program, step *language.Step) string {
	path, steps := "", program.Definition.Steps
	for {
		around := steps[0]
		for _, each := range steps {
			if each.Index <= step.Index {
				around = each
			}
		}
		path = join(path, around.ID)
		if around == step {
			return path
		}
		segment := ""
		for _, block := range around.AllBlocks {
			if len(block.Steps) > 0 && block.Steps[0].Index <= step.Index {
				steps, segment = block.Steps, segmentOf(around, block)
			}
		}
		path += segment
	}
}

// segmentOf is what the name of a block adds to the paths of its steps.
func segmentOf(step *language.Step, block language.Block) string {
	if block.Name == "on_timeout" {
		return "/on_timeout"
	}
	switch step.Kind.(type) {
	case *language.Parallel, *language.Race, *language.Try:
		if block.Name != "" {
			return "/" + block.Name
		}
	}
	return ""
}
