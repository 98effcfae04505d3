package language

// Stop ends the whole run well.
type Stop struct {
	// Stop is the run's output, a value.
	Stop *Value `json:"stop"`
}

// Blocks implements Kind.
func (*Stop) Blocks() []Block { return nil }

func (s *Stop) check(c *checker, at spot) result {
	c.needed(at.at("stop"), s.Stop, expected{name: "stop"})
	return result{ends: true}
}

func (s *Stop) values() []any { return raw(s.Stop) }
