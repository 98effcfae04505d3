package language

import "slices"

// Edges lead from a node of a graph to others: the first that fits is taken. In a document
// it is the id of a node, or a list.
type Edges []Edge

// Edge is one way from a node of a graph to another one.
type Edge struct {
	// Types are those of the failures that an edge of on_failure takes; none takes every failure.
	Types []string `json:"types,omitempty"`
	// When is the condition, an expression; without one the edge always fits.
	When *Value `json:"when,omitempty"`
	// To is the node.
	To string `json:"to"`
}

// To is the edge to one node.
func To(node string) Edges { return Edges{{To: node}} }

// always reports whether the edge fits whatever has happened.
func (e Edge) always() bool { return e.When == nil && len(e.Types) == 0 }

// Names reports whether failures of the type are named, or any are.
func (e Edge) Names(failure string) bool { return names(e.Types, failure) }

// Names reports whether failures of the type are named, or any are.
func (c Catch) Names(failure string) bool { return names(c.Types, failure) }

func names(types []string, failure string) bool {
	return len(types) == 0 || slices.Contains(types, failure)
}

// AfterSuccess are the edges for when the node has succeeded.
func (s *Step) AfterSuccess() Edges {
	if len(s.OnSuccess) > 0 {
		return s.OnSuccess
	}
	return s.Next
}

// edgeKey is a key of a node with its edges.
type edgeKey struct {
	key   string
	edges Edges
}

// edgesOf are the edges that a step has, by their keys.
func edgesOf(step *Step) []edgeKey {
	var keys []edgeKey
	for _, each := range []edgeKey{{"next", step.Next}, {"on_success", step.OnSuccess}, {"on_failure", step.OnFailure}} {
		if len(each.edges) > 0 {
			keys = append(keys, each)
		}
	}
	return keys
}

// plain reports whether the edges are written as the id of a node.
func (e Edges) plain() bool { return len(e) == 1 && e[0].always() }

// spot is the place of an edge: of the id, or of the item of a list.
func (k edgeKey) spot(c *checker, node *stepNode, at int) (whole, to spot) {
	whole = node.spot().at(k.key)
	if item := whole.item(at); !k.edges.plain() || c.source != nil && !c.absent(item) {
		return item, item.at("to")
	}
	return whole, whole
}

// checkList checks the order of the edges of one key, and what they may have.
func (k edgeKey) checkList(c *checker, node *stepNode) {
	caught := map[string]bool{}
	for i, each := range k.edges {
		at, _ := k.spot(c, node, i)
		if i > 0 && k.edges[i-1].always() {
			c.report(at, "unreachable", "this edge is never taken: the one before it always is")
		}
		if k.key != "on_failure" && len(each.Types) > 0 {
			c.report(at.at("types"), "misplaced-key", "only edges of on_failure name types of failures")
			continue
		}
		c.caughtTypes(at.at("types"), each.Types, each.When != nil, caught)
	}
	if last := k.edges[len(k.edges)-1]; k.key != "on_failure" && last.When != nil {
		at, _ := k.spot(c, node, len(k.edges)-1)
		c.report(at, "missing-edge", "the last edge has no condition, so that there is always a way: add {to: ...}")
	}
}

// caughtTypes checks types of failures that are taken, in the order in which they are tried. With
// a condition they may be named again.
func (c *checker) caughtTypes(at spot, types []string, conditional bool, caught map[string]bool) {
	for i, name := range types {
		inside := at.item(i)
		c.failureType(inside, name)
		if caught[name] {
			c.report(inside, "duplicate-type", quote(name)+" is caught before")
		}
		caught[name] = caught[name] || !conditional
	}
}

// edgeConditions checks the conditions of a node's edges. They see what the node sees, and what
// it has done.
func (f *flow) edgeConditions(c *checker, i int, inner *scope) {
	node := f.list.nodes[i]
	for _, key := range edgesOf(node.step) {
		seen := inner.inner()
		seen.variables = &variables{outer: inner.variables, may: func(name string) bool { return slices.Contains(f.setters[name], i) }}
		if key.key == "on_failure" {
			seen.names = map[string]*Schema{ErrorName: errorSchema()}
		} else {
			seen.steps[node.step.ID] = nil
		}
		for j, each := range key.edges {
			if each.When != nil {
				at, _ := key.spot(c, node, j)
				c.value(at.in(seen).at("when"), each.When.Raw, condition("when"))
			}
		}
	}
}
