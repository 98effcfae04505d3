package engine

// AtVersion starts new runs by the rules of a former version.
func (i *Interpreter) AtVersion(version int) *Interpreter {
	i.version = version
	return i
}
