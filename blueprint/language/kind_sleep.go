package language

// Sleep is a durable timer; its output is null.
type Sleep struct {
	// Sleep is how long: a duration, an expression or {until: a time}.
	Sleep *Value `json:"sleep"`
}

// Blocks implements Kind.
func (*Sleep) Blocks() []Block { return nil }

func (s *Sleep) check(c *checker, at spot) result {
	c.time(at.at("sleep"), s.Sleep, "sleep")
	return result{output: typeOf("null")}
}

func (s *Sleep) values() []any { return raw(s.Sleep) }
