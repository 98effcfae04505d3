package language

import "fmt"

// Race runs named branches at once; the first that ends well wins, and the others are
// canceled and awaited. Its output is {winner, output}, with first {winners, outputs}.
type Race struct {
	// Race are the branches by name.
	Race Branches `json:"race"`
	// First is how many branches win, a number or an expression; one unless said.
	First *Value `json:"first,omitempty"`
	BlockOptions
}

// Blocks implements Kind.
func (r *Race) Blocks() []Block { return r.Race.blocks("/race/") }

func (r *Race) check(c *checker, at spot) result {
	c.branches(at.at("race"), r.Race)
	ends := len(r.Race) > 0
	for _, list := range at.node.lists {
		ends = c.block(list, at.scope.apart()).ends && ends
	}
	if r.First != nil {
		r.checkFirst(c, at.at("first"))
		return result{output: objectOf(map[string]*Schema{"winners": listOf(typeOf("string")), "outputs": typeOf("object")}), ends: ends}
	}
	return result{output: objectOf(map[string]*Schema{"winner": typeOf("string"), "output": nil}), ends: ends}
}

func (r *Race) checkFirst(c *checker, at spot) {
	c.value(at, r.First.Raw, expected{schema: typeOf("integer"), name: "first", expression: true})
	if first, written := r.First.Raw.(int64); written && (first < 1 || first > int64(len(r.Race))) {
		c.report(at, "out-of-range", fmt.Sprintf("of %d branches, between 1 and %d win", len(r.Race), len(r.Race)))
	}
}

func (r *Race) values() []any { return raw(r.First) }
