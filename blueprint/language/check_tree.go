package language

import (
	"fmt"
	"strings"
)

// stepNode is a step where it stands in the document.
type stepNode struct {
	step  *Step
	path  *path
	list  *stepList   // that it stands in
	lists []*stepList // the blocks that it holds, as its kind's Blocks lists them
	late  *stepList   // on_timeout, where the step and not its kind has it
}

// stepList is a list of steps where it stands in the document.
type stepList struct {
	around *stepNode // the step that holds it, nil at the top
	nodes  []*stepNode
	copies bool // the steps have variables of their own
}

// holder is the kind of the step in whose block the node stands, nil at the top and in an
// on_timeout, which is no block of the kind.
func (n *stepNode) holder() Kind {
	if n.list.around == nil || n.list == n.list.around.late {
		return nil
	}
	return n.list.around.step.Kind
}

// spot is the node's place, with nothing visible.
func (n *stepNode) spot() spot { return spot{node: n, path: n.path} }

// list notes all steps of a list and of the blocks in them. It bounds what the checker
// walks: however a definition was made, what is returned is a tree of bounded depth.
func (c *checker) list(steps []*Step, path *path, around *stepNode, depth int) *stepList {
	all := &stepList{around: around}
	if len(steps) > 0 && depth > c.limits.Depth {
		c.report(spot{path: path}, "over-budget", fmt.Sprintf("blocks are nested deeper than the %d levels that the budget allows", c.limits.Depth))
		return all
	}
	for i, step := range steps {
		if c.counted(); c.tooMany {
			return all
		}
		at := path.index(i)
		if step == nil {
			c.report(spot{path: at}, "missing-kind", "there is no step here")
			continue
		}
		all.nodes = append(all.nodes, c.tree(step, at, all, depth))
	}
	return all
}

func (c *checker) tree(step *Step, path *path, in *stepList, depth int) *stepNode {
	node := &stepNode{step: step, path: path, list: in}
	c.byID[step.ID] = append(c.byID[step.ID], node)
	c.remember(step.Kind)
	if step.Kind == nil {
		return node
	}
	for _, block := range step.Kind.Blocks() {
		inner := c.list(block.Steps, path.join(block.Pointer), node, depth+1)
		inner.copies = block.Copies
		node.lists = append(node.lists, inner)
	}
	node.late = c.list(step.OnTimeout, path.key(onTimeout), node, depth+1)
	return node
}

// remember notes what a step does to variables, wherever it is.
func (c *checker) remember(kind Kind) {
	switch kind := kind.(type) {
	case *Set:
		for name := range kind.Set {
			c.assigned[name] = true
			c.declared[name] = true
		}
	case *PlanStep:
		c.hasPlans = true
	}
}

func (c *checker) counted() {
	c.count++
	if c.count > c.limits.Steps {
		c.tooMany = true
		c.problems, c.more = nil, false
		c.report(spot{}, "over-budget", fmt.Sprintf("there are more steps than the %d that the budget allows", c.limits.Steps))
	}
}

// sets lists the variables that the steps of a list set, as far as what stands around
// the list shares them.
func (l *stepList) sets(add func(name string)) {
	for _, node := range l.nodes {
		node.sets(add)
	}
}

func (n *stepNode) sets(add func(name string)) {
	if set, is := n.step.Kind.(*Set); is {
		for name := range set.Set {
			add(name)
		}
	}
	for _, inner := range n.lists {
		if !inner.copies {
			inner.sets(add)
		}
	}
	if n.late != nil {
		n.late.sets(add)
	}
}

// join is the path that a JSON pointer leads on to.
func (p *path) join(pointer string) *path {
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		p = p.key(pointerKey(part))
	}
	return p
}
