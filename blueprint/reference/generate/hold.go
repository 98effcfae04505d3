package generate

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"dynamicsamples/blueprint/language"
	"dynamicsamples/blueprint/reference"
)

// drawHeld makes a case as draw does, with holds of all forms in its document.
func drawHeld(seed, attempt uint64, mode Mode, delay uint64) Case {
	c := draw(seed, attempt, mode, delay)
	c.decides = true
	c.holdSteps(c.Definition.Steps)
	if random := c.random("hold", ""); random.IntN(3) == 0 {
		if c.Definition.Defaults == nil {
			c.Definition.Defaults = &language.Defaults{}
		}
		c.Definition.Defaults.Hold = c.holdAt(random, "")
	}
	c.askForHolds()
	return c
}

// holdSteps lets some of the steps, and of those in them, hold failures.
func (c *Case) holdSteps(steps []*language.Step) {
	for _, step := range steps {
		if random := c.random("hold", step.ID); random.IntN(4) == 0 {
			step.Hold = c.holdAt(random, step.ID)
		}
		for _, block := range language.BlocksOf(step) {
			c.holdSteps(block.Steps)
		}
	}
}

// holdAt holds all failures or some, now and then not for long.
func (c *Case) holdAt(random *rand.Rand, id string) *language.Hold {
	hold := &language.Hold{}
	if random.IntN(3) == 0 {
		types := append(failureTypes(), "ExpressionError", "WaitTimeout", "StepTimeout")
		random.Shuffle(len(types), func(i, j int) { types[i], types[j] = types[j], types[i] })
		hold.Types = types[:1+random.IntN(len(types)-1)]
	}
	if random.IntN(3) == 0 {
		hold.Timeout = language.DurationOf(time.Second + upTo(random, c.Mode.pace().sleep) + c.late("hold "+id))
	}
	return hold
}

// askForHolds lets somebody ask for holds while the run goes on.
func (c *Case) askForHolds() {
	random := c.random("ask", "")
	for _, step := range append([]string{""}, topIDs(c.Definition.Steps)...) {
		for asks := random.IntN(5) - 2; asks > 0; asks-- {
			place := fmt.Sprint("ask ", asks, step)
			asked := reference.Hold{Step: step, At: time.Millisecond + upTo(random, c.Mode.pace().sleep) + c.late(place), Off: random.IntN(4) == 0}
			if !asked.Off && random.IntN(2) == 0 {
				asked.Hold = *c.holdAt(random, place)
			}
			c.Holds = append(c.Holds, asked)
		}
	}
	slices.SortFunc(c.Holds, func(a, b reference.Hold) int { return cmp.Compare(a.At, b.At) })
}

func topIDs(steps []*language.Step) []string {
	var ids []string
	for _, step := range steps {
		ids = append(ids, step.ID)
	}
	return ids
}

// Decide is what somebody decides about what is held at the path for the so-many-th time.
func (c Case) Decide(path string, times int) reference.Decision {
	random := c.random(fmt.Sprint("decide ", times), path)
	decision := reference.Decision{
		Op:    "fail",
		After: 10*time.Millisecond + upTo(random, c.Mode.pace().sleep) + c.late(fmt.Sprint("decide ", times, path)),
	}
	id, isUndo := idOf(path)
	step := c.kindOf(id)
	choice := random.IntN(100)
	if times > 3 {
		choice = 99
	}
	if !isUndo && random.IntN(5) == 0 {
		decision.Vars = map[string]any{"n0": int64(random.IntN(9)), "b0": random.IntN(2) == 0}
	}
	switch {
	case choice < 50:
		decision.Op = "retry"
		if _, calls := step.(*language.Activity); choice < 15 && (calls || isUndo) {
			decision.Input = map[string]any{"again": int64(times)}
		}
	case choice < 70 && (step != nil || isUndo):
		decision.Op, decision.Output = "complete", outputFor(step)
	case choice < 80:
		decision.Op = "skip"
	case choice < 90:
		decision.Type, decision.Message = failureTypes()[random.IntN(len(failureTypes()))], "somebody says so"
	case choice < 93:
		return reference.Decision{} // Nobody decides.
	}
	return decision
}

// idOf is the id of the step of the path, and whether the path is that of its undo.
func idOf(path string) (id string, isUndo bool) {
	path, isUndo = strings.CutSuffix(path, "/undo")
	id = path[strings.LastIndexByte(path, '/')+1:]
	id, _, _ = strings.Cut(id, "#")
	return id, isUndo
}

// kindOf is the kind of the step of the id; nil is that of a step in a plan.
func (c Case) kindOf(id string) language.Kind {
	var found language.Kind
	var walk func(steps []*language.Step)
	walk = func(steps []*language.Step) {
		for _, step := range steps {
			if step.ID == id {
				found = step.Kind
			}
			for _, block := range language.BlocksOf(step) {
				walk(block.Steps)
			}
		}
	}
	walk(c.Definition.Steps)
	return found
}

// outputFor is an output that a step could have.
func outputFor(kind language.Kind) any {
	switch kind := kind.(type) {
	case *language.Activity:
		if kind.Activity == "number" {
			return int64(5)
		}
		return aWork()
	case *language.Workflow:
		if kind.Detach {
			return map[string]any{"workflowId": "by hand"}
		}
		return aWork()
	case *language.Wait:
		if kind.Schema != nil && kind.Schema.Minimum != nil {
			return int64(*kind.Schema.Minimum)
		}
		return int64(3)
	case *language.Parallel, *language.Race, *language.Dag, *language.Set:
		return map[string]any{}
	case *language.Map:
		return []any{}
	}
	return nil
}

func aWork() any {
	return map[string]any{"count": int64(1), "name": "by hand", "ok": true, "list": []any{}}
}
