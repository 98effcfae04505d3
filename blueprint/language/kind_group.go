package language

// Group runs steps one after the other; its output is the last step's.
type Group struct {
	// Steps are the group's steps.
	Steps []*Step `json:"steps"`
	BlockOptions
}

// Blocks implements Kind.
func (g *Group) Blocks() []Block { return []Block{{Pointer: "/steps", Steps: g.Steps}} }

func (g *Group) check(c *checker, at spot) result {
	c.filled(at.at("steps"), len(g.Steps), "a group needs a step")
	return c.block(at.node.lists[0], at.scope)
}

func (*Group) values() []any { return nil }
