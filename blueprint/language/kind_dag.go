package language

// Dag runs nodes, each as soon as the nodes that it needs have ended; its output is an
// object, from a node's id to its output.
type Dag struct {
	// Dag are the nodes.
	Dag []*Step `json:"dag"`
	// FailFast says that the first failure cancels the other nodes, which it does unless said.
	// With false the others go on, but for those that need a node that failed; then the step
	// fails with the first failure, and its details list all.
	FailFast *bool `json:"failFast,omitempty"`

	// Dependents are, for each node, the places of those that need it, in order. Compile sets
	// them.
	Dependents [][]int `json:"-"`
	BlockOptions
}

// Blocks implements Kind.
func (d *Dag) Blocks() []Block { return []Block{{Pointer: "/dag", Steps: d.Dag, Copies: true}} }

func (d *Dag) check(c *checker, at spot) result {
	inside := at.at("dag")
	c.filled(inside, len(d.Dag), "a dag needs a node")
	if c.tooWide(inside, len(d.Dag), "nodes") {
		return result{}
	}
	list := at.node.lists[0]
	c.ids(list)
	needs := newNeeds(c, list)
	outputs := map[string]*Schema{}
	for _, node := range list.nodes {
		outputs[node.step.ID] = nil
	}
	order := needs.ordered(c)
	for _, i := range order {
		node := list.nodes[i]
		inner := at.scope.apart()
		inner.steps = outputs
		inner.may = func(id string) bool { return needs.beforeID(i, id) }
		if node.step.When != nil {
			c.value(node.spot().in(inner).at("when"), node.step.When.Raw, condition("when"))
		}
		outputs[node.step.ID] = c.step(node.spot().in(inner)).output
	}
	for _, id := range needs.skippable(order) {
		outputs[id] = nil
	}
	return result{output: objectOf(outputs)}
}

// GoesOn reports whether the other nodes go on when one has failed.
func (d *Dag) GoesOn() bool { return d.FailFast != nil && !*d.FailFast }

func (*Dag) values() []any { return nil }

// connect finds what needs each node.
func (d *Dag) connect() {
	places := make(map[string]int, len(d.Dag))
	for at, node := range d.Dag {
		places[node.ID] = at
	}
	d.Dependents = make([][]int, len(d.Dag))
	for at, node := range d.Dag {
		for _, need := range node.Needs {
			if from, known := places[need]; known {
				d.Dependents[from] = append(d.Dependents[from], at)
			}
		}
	}
}
