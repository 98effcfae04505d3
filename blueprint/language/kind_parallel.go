package language

// Parallel runs named branches at once and joins them; its output is an object, from
// a branch's name to its output.
type Parallel struct {
	// Parallel are the branches by name.
	Parallel Branches `json:"parallel"`
	BlockOptions
}

// Blocks implements Kind.
func (p *Parallel) Blocks() []Block { return p.Parallel.blocks("/parallel/") }

func (p *Parallel) check(c *checker, at spot) result {
	c.branches(at.at("parallel"), p.Parallel)
	outputs, ends := map[string]*Schema{}, false
	for i, name := range p.Parallel.Names() {
		branch := c.block(at.node.lists[i], at.scope.apart())
		outputs[name] = branch.output
		ends = ends || branch.ends
	}
	return result{output: objectOf(outputs), ends: ends}
}

func (*Parallel) values() []any { return nil }
