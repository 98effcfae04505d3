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

// Seek lets play run interpreters that look for where a step began or failed last, each closer, until
// one stops there. It returns what is handed on to a fork, the arguments of InlineWorkflow for a run
// that follows the given one, and whether it stands held; or why there is nothing.
func (i *Interpreter) Seek(path, run string, play func(*Interpreter)) (arguments []any, held bool, err error) {
	m := &moment{asked: Fork{At: path, By: "mei"}, undone: map[string]int{}}
	for {
		play(i.seeking(m))
		switch {
		case m.found != nil:
			m.found.Next.Run = run // the test environment tells no first run
			return []any{value{}, m.found.Input, m.found.Next}, m.found.Next.State.Fork.Held, nil
		case m.refused != nil || m.nth > 0 || !m.looksCloser():
			return nil, false, m.refused
		}
	}
}
