package language

// Graph runs one node after the other along their edges; its output is that of the
// last node.
type Graph struct {
	// Graph are the nodes.
	Graph []*Step `json:"graph"`
	// Start is the node to begin with; the first unless said.
	Start string `json:"start,omitempty"`
	BlockOptions
}

// Blocks implements Kind.
func (g *Graph) Blocks() []Block { return []Block{{Pointer: "/graph", Steps: g.Graph}} }

func (g *Graph) check(c *checker, at spot) result {
	inside := at.at("graph")
	c.filled(inside, len(g.Graph), "a graph needs a node")
	if c.tooWide(inside, len(g.Graph), "nodes") {
		return result{}
	}
	list := at.node.lists[0]
	c.ids(list)
	flow := newFlow(c, list)
	flow.begin(c, at, g.Start)
	outputs := map[string]*Schema{}
	for _, node := range list.nodes {
		outputs[node.step.ID] = nil
	}
	for i, node := range list.nodes {
		inner := at.scope.inner()
		if flow.failed[i] {
			inner = inner.with(ErrorName, errorSchema())
		}
		inner.variables = &variables{outer: at.scope.variables, may: func(name string) bool { return flow.sets(i, name) }}
		inner.steps = outputs
		inner.may = func(id string) bool { return flow.beforeID(i, id) }
		outputs[node.step.ID] = c.step(node.spot().in(inner)).output
		flow.edgeConditions(c, i, inner)
	}
	list.sets(at.scope.variables.set)
	return result{}
}

func (*Graph) values() []any { return nil }
