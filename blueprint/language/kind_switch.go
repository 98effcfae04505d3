package language

import "strconv"

// Switch runs the steps of the first case whose condition holds, or those of else; its
// output is theirs, or null where nothing ran.
type Switch struct {
	// Switch are the cases.
	Switch []Case `json:"switch"`
	// Else are the steps when no case holds.
	Else []*Step `json:"else,omitempty"`
	BlockOptions
}

// Case is one case of a switch.
type Case struct {
	// When is the condition, an expression.
	When *Value `json:"when"`
	// Steps are what the case does.
	Steps []*Step `json:"steps"`
}

// Blocks implements Kind: the cases, then else.
func (s *Switch) Blocks() []Block {
	var blocks []Block
	for i, each := range s.Switch {
		blocks = append(blocks, Block{Name: "case " + strconv.Itoa(i+1), Pointer: "/switch/" + strconv.Itoa(i) + "/steps", Steps: each.Steps})
	}
	return append(blocks, Block{Name: "else", Pointer: "/else", Steps: s.Else})
}

func (s *Switch) check(c *checker, at spot) result {
	c.filled(at.at("switch"), len(s.Switch), "a switch needs a case")
	after := make([]*variables, len(at.node.lists))
	ends := len(s.Else) > 0
	for i, list := range at.node.lists {
		inside := at.at("switch").item(i)
		if i < len(s.Switch) {
			c.needed(inside.at("when"), s.Switch[i].When, condition("when"))
		}
		inner := at.scope.apart()
		ends = c.block(list, inner).ends && ends
		after[i] = inner.variables
	}
	for _, each := range after {
		at.scope.variables.join(each)
	}
	return result{ends: ends}
}

func (s *Switch) values() []any {
	var values []any
	for _, each := range s.Switch {
		values = append(values, raw(each.When)...)
	}
	return values
}
