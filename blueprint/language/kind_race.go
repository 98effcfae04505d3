package language

// Race runs named branches at once; the first that ends well wins, and the others are
// canceled and awaited. Its output is {winner, output}.
type Race struct {
	// Race are the branches by name.
	Race Branches `json:"race"`
}

// Blocks implements Kind.
func (r *Race) Blocks() []Block { return r.Race.blocks("/race/") }

func (r *Race) check(c *checker, at spot) result {
	c.branches(at.at("race"), r.Race)
	ends := len(r.Race) > 0
	for _, list := range at.node.lists {
		ends = c.block(list, at.scope.apart()).ends && ends
	}
	return result{output: objectOf(map[string]*Schema{"winner": typeOf("string"), "output": nil}), ends: ends}
}

func (*Race) values() []any { return nil }
