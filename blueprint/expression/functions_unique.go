package expression

import (
	"errors"
	"fmt"

	"cel.dev/cel-go/common/ast"
)

// uuidFunction is uuid(), whose value depends on where it stands.
var uuidFunction = signature{"uuid", plain}

// uuid compiles a call of uuid(): its place is where it stands in the text, and the how many
// it is in this evaluation.
func (c *compiler) uuid(node ast.Expr) step {
	offset := c.source.offset(node)
	c.unique = append(c.unique, offset)
	return func(r *run) (any, error) {
		const cost = 20 // for the hash
		r.charge(cost)
		if r.unique == nil {
			return nil, errors.New("uuid() has no value here")
		}
		r.ordinal++
		return r.unique(fmt.Sprintf("%d#%d", offset, r.ordinal)), nil
	}
}

// Unique lists where uuid() is called, in bytes within the text.
func (t *Template) Unique() []int {
	var offsets []int
	for _, part := range t.parts {
		if part.expression != nil {
			offsets = append(offsets, part.expression.unique...)
		}
	}
	return offsets
}
