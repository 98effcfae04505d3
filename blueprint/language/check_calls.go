package language

import (
	"maps"
	"slices"
	"strings"
)

// Called is what a document calls, sorted. It lists what the plans in it do not.
type Called struct {
	// Activities are the names of Activities, those of plans and undos included.
	Activities []string
	// Workflows are the names of Child Workflows of the catalog.
	Workflows []string
	// Blueprints are the references to blueprints as they are written: name@version.
	Blueprints []string
}

// caller is a kind that calls something.
type caller interface {
	calls(called *Called)
}

// Calls lists what the steps of a checked definition or plan call, with those in their
// blocks.
func Calls(steps []*Step) Called {
	var called Called
	called.add(steps)
	for _, names := range []*[]string{&called.Activities, &called.Workflows, &called.Blueprints} {
		slices.Sort(*names)
		*names = slices.Compact(*names)
	}
	return called
}

func (c *Called) add(steps []*Step) {
	for _, step := range steps {
		if calls, is := step.Kind.(caller); is {
			calls.calls(c)
		}
		for _, block := range BlocksOf(step) {
			c.add(block.Steps)
		}
	}
}

func (c *Called) activity(name string) { c.Activities = append(c.Activities, name) }

func (c *Called) workflow(name string) {
	if strings.Contains(name, "@") {
		c.Blueprints = append(c.Blueprints, name)
		return
	}
	c.Workflows = append(c.Workflows, name)
}

func (c *Called) undo(undo *Undo) {
	if undo != nil {
		c.activity(undo.Activity)
	}
}

func sortedNames(names map[string]bool) []string { return slices.Sorted(maps.Keys(names)) }
