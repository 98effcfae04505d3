package language

// Set gives variables new values, all at once; its output is the object of them.
type Set struct {
	// Set are the values by the variables' names.
	Set map[string]any `json:"set"`
}

// Blocks implements Kind.
func (*Set) Blocks() []Block { return nil }

func (s *Set) check(c *checker, at spot) result {
	c.filled(at.at("set"), len(s.Set), "there is nothing to set")
	// All are computed before any is set.
	set := c.value(at.at("set"), s.Set, expected{})
	for name := range s.Set {
		at.scope.variables.set(name)
	}
	return result{output: set.schema}
}

func (s *Set) values() []any { return []any{s.Set} }
