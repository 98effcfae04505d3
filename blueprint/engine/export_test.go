package engine

// AtVersion starts new runs by the rules of a former version.
func (i *Interpreter) AtVersion(version int) *Interpreter {
	i.version = version
	return i
}

// KeyIn and UUIDIn are the key of a step, and the uuid() at a place of a value, in a blueprint
// that began in the run.
func KeyIn(run, path string) string { return hashed(run, path) }

func UUIDIn(run, path, value, place string) string { return uuidOf(run, path, value, place) }

// Seeking is an interpreter whose runs stop where a step begins for the nth time, and what they
// then hand on to a fork: the arguments of InlineWorkflow, for a run that follows the given one.
func (i *Interpreter) Seeking(path string, nth int, run string) (seeking *Interpreter, found func() ([]any, error)) {
	m := &moment{asked: Fork{At: path, By: "mei"}, nth: nth, undone: map[string]int{}}
	return i.seeking(m), func() ([]any, error) {
		if m.found == nil {
			return nil, m.refused
		}
		m.found.Next.Run = run // the test environment tells no first run
		return []any{value{}, m.found.Input, m.found.Next}, nil
	}
}
