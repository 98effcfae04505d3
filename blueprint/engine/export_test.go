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
