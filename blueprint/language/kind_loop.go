package language

import "fmt"

// Loop repeats steps; its output is that of the last round, or null.
type Loop struct {
	// Loop are the steps of one round.
	Loop []*Step `json:"loop"`
	// Times is how many rounds there are, a number or an expression.
	Times *Value `json:"times,omitempty"`
	// While is the condition before each round, an expression.
	While *Value `json:"while,omitempty"`
	// Until is the condition after each round, an expression that sees the round.
	Until *Value `json:"until,omitempty"`
	// Over is a list, an expression; there is a round for each item, one after the other.
	Over *Value `json:"over,omitempty"`
	// Max bounds the rounds.
	Max int `json:"max,omitempty"`
	// As names the round in expressions, "round" unless said; with over the item, "item" unless said.
	As string `json:"as,omitempty"`
	BlockOptions
}

// Blocks implements Kind.
func (l *Loop) Blocks() []Block { return []Block{{Pointer: "/loop", Steps: l.Loop}} }

// RoundName is the round's name in expressions.
func (l *Loop) RoundName() string { return or(l.As, "round") }

// ItemName is the name of the item in expressions, with over.
func (l *Loop) ItemName() string { return or(l.As, "item") }

// IndexName is the name of the item's position in expressions, with over.
func (l *Loop) IndexName() string { return indexName(l.As) }

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func (l *Loop) check(c *checker, at spot) result {
	c.filled(at.at("loop"), len(l.Loop), "a loop needs a step")
	l.checkBounds(c, at)
	c.as(at.at("as"), l.As)
	if l.Times != nil {
		l.checkTimes(c, at.at("times"))
	}
	// An earlier round can have set them.
	at.node.lists[0].sets(at.scope.variables.set)
	inner := l.inner(c, at)
	if l.While != nil {
		c.value(at.in(inner).at("while"), l.While.Raw, condition("while"))
	}
	_, after := c.sequence(at.node.lists[0], inner)
	if l.Until != nil {
		c.value(at.in(after).at("until"), l.Until.Raw, condition("until"))
	}
	return result{}
}

// inner is the scope of a round.
func (l *Loop) inner(c *checker, at spot) *scope {
	if l.Over == nil {
		return at.scope.with(l.RoundName(), typeOf("integer"))
	}
	over := c.over(at.at("over"), l.Over, c.limits.Rounds)
	inner := at.scope.with(l.IndexName(), typeOf("integer"))
	inner.names[l.ItemName()] = over.Items
	return inner
}

// checkBounds checks how the loop comes to its end.
func (l *Loop) checkBounds(c *checker, at spot) {
	ways := 0
	for _, each := range []*Value{l.Times, l.While, l.Until, l.Over} {
		if each != nil {
			ways++
		}
	}
	counted := false
	if l.Times != nil {
		_, counted = l.Times.Raw.(int64)
	}
	switch {
	case ways != 1:
		c.report(at, "bad-loop", "a loop has exactly one of times, while, until and over")
	case l.Max == 0 && !counted && l.Over == nil:
		c.report(at, "missing-max", "a loop whose rounds are not a plain number needs a maximum: max")
	}
	switch {
	case l.Max < 0:
		c.report(at.at("max"), "bad-loop", "a loop has at least one round: max")
	case l.Max > c.limits.Rounds:
		c.report(at.at("max"), "over-budget", fmt.Sprintf("the budget allows %d rounds", c.limits.Rounds))
	}
}

func (l *Loop) checkTimes(c *checker, at spot) {
	c.value(at, l.Times.Raw, expected{schema: typeOf("integer"), name: "times", expression: true})
	switch times, counted := l.Times.Raw.(int64); {
	case counted && times < 0:
		c.report(at, "bad-loop", "there cannot be fewer than 0 rounds")
	case counted && times > int64(c.limits.Rounds):
		c.report(at, "over-budget", fmt.Sprintf("the budget allows %d rounds", c.limits.Rounds))
	case counted && l.Max > 0 && times > int64(l.Max):
		c.report(at, "bad-loop", fmt.Sprintf("these are more rounds than max allows, %d", l.Max))
	}
}

func (l *Loop) values() []any { return raw(l.Times, l.While, l.Until, l.Over) }
