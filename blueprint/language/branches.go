package language

import (
	"maps"
	"slices"
)

// Branches are named lists of steps. Whatever order a document gives them in, they are
// taken in the order of their names.
type Branches map[string][]*Step

// Names are the branches' names, in order.
func (b Branches) Names() []string { return slices.Sorted(maps.Keys(b)) }

func (b Branches) blocks(pointer string) []Block {
	var blocks []Block
	for _, name := range b.Names() {
		blocks = append(blocks, Block{Name: name, Pointer: pointer + pointerPart(name), Steps: b[name], Copies: true})
	}
	return blocks
}
