package language

import "slices"

// Hold says that failures wait for what people decide, instead of going up. In a document it is
// true, or an object.
type Hold struct {
	// Types are those of the failures that are held; without them all are.
	Types []string `json:"types,omitempty"`
	// Timeout is how long a failure is held, a duration; then it goes up as if nothing held it.
	Timeout Duration `json:"timeout,omitempty"`
}

// Holds reports whether failures of the type are held.
func (h *Hold) Holds(failure string) bool { return h != nil && names(h.Types, failure) }

// always reports whether the hold is written as true.
func (h Hold) always() bool { return len(h.Types) == 0 && h.Timeout == "" }

// Operations are what people can ask of a run.
func Operations() []string {
	return []string{"pause", "resume", "hold", "retry", "complete", "skip", "fail", "set", "replace"}
}

// OperationFork is the name of a fork among what can be asked of a run: it is asked when the run has
// ended.
const OperationFork = "fork"

// Operable are the names that operate lists: what people can ask of a run, and a fork of it.
func Operable() []string { return append(Operations(), OperationFork) }

// stepHold checks what a step holds.
func (c *checker) stepHold(at spot) {
	step := at.node.step
	c.hold(at.at("hold"), step.Hold)
	if c.warnings != nil && step.Hold != nil {
		c.warnings.types(at.at("hold").at("types"), step.Hold.Types, raised([]*Step{step}), "nothing in this step can raise %s: it is never held")
	}
}

// hold checks which failures are held, and for how long.
func (c *checker) hold(at spot, hold *Hold) {
	if hold == nil {
		return
	}
	for i, name := range hold.Types {
		c.failureType(at.at("types").item(i), name)
	}
	if hold.Timeout.IsExpression() {
		c.report(at.at("timeout"), "bad-duration", `how long a failure is held is written out: a duration such as "2d"`)
		return
	}
	c.duration(at.at("timeout"), hold.Timeout)
}

// operate checks what may be asked of a run, or of a step.
func (c *checker) operate(at spot, allowed []string) {
	for i, name := range allowed {
		if !slices.Contains(Operable(), name) {
			c.suggesting(at.item(i), "unknown-operation", "there is no operation "+quote(name)+"; there are "+joined(Operable()), c.near(name, Operable()))
		}
	}
}
