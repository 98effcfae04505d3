package language

import "strconv"

// Try runs steps, other steps where a failure is caught, and last steps in any case;
// its output is that of the steps or of the catch that ran.
type Try struct {
	// Try are the steps.
	Try []*Step `json:"try"`
	// Catch are what failures are caught and what is done then; the first that fits.
	Catch []Catch `json:"catch,omitempty"`
	// Finally are the steps that run in any case.
	Finally []*Step `json:"finally,omitempty"`
	BlockOptions
}

// Catch is what is done about failures of some types.
type Catch struct {
	// Types are the failures' types; none catches every failure.
	Types []string `json:"types,omitempty"`
	// When is a condition, an expression that sees the error; where it cannot be evaluated, it is
	// false.
	When *Value `json:"when,omitempty"`
	// Steps are what is done.
	Steps []*Step `json:"steps"`
}

// Blocks implements Kind: the steps, each catch, then finally.
func (t *Try) Blocks() []Block {
	blocks := []Block{{Pointer: "/try", Steps: t.Try}}
	for i, each := range t.Catch {
		blocks = append(blocks, Block{Name: "catch", Pointer: "/catch/" + strconv.Itoa(i) + "/steps", Steps: each.Steps})
	}
	return append(blocks, Block{Name: "finally", Pointer: "/finally", Steps: t.Finally})
}

func (t *Try) check(c *checker, at spot) result {
	c.filled(at.at("try"), len(t.Try), "a try needs a step")
	if len(t.Catch) == 0 && len(t.Finally) == 0 {
		c.report(at, "useless", "a try without catch and finally does nothing more than its steps")
	}
	t.checkTypes(c, at.at("catch"))
	lists := at.node.lists
	tried := c.block(lists[0], at.scope)
	after := make([]*variables, len(t.Catch))
	ends := tried.ends
	for i := range t.Catch {
		inner := at.scope.apart().with(ErrorName, errorSchema())
		if when := t.Catch[i].When; when != nil {
			c.value(at.at("catch").item(i).in(inner).at("when"), when.Raw, condition("when"))
		}
		ends = c.block(lists[1+i], inner).ends && ends
		after[i] = inner.variables
	}
	for _, each := range after {
		at.scope.variables.join(each)
	}
	last := c.block(lists[len(lists)-1], at.scope)
	if len(t.Catch) > 0 {
		tried.output = nil
	}
	return result{output: tried.output, ends: ends || len(t.Finally) > 0 && last.ends}
}

// checkTypes checks that each catch can be reached.
func (t *Try) checkTypes(c *checker, at spot) {
	caught := map[string]bool{}
	for i, each := range t.Catch {
		if i > 0 && len(t.Catch[i-1].Types) == 0 && t.Catch[i-1].When == nil {
			c.report(at.item(i), "unreachable", "this never runs: the catch before it takes every failure")
		}
		c.caughtTypes(at.item(i).at("types"), each.Types, each.When != nil, caught)
	}
}

func (t *Try) values() []any {
	var values []any
	for _, each := range t.Catch {
		values = append(values, raw(each.When)...)
	}
	return values
}
