package language

import "fmt"

// Wait waits for a message; its output is the message's value. Its timeout is how long it
// waits.
type Wait struct {
	// Wait is the message's name.
	Wait string `json:"wait"`
	// Schema is a JSON Schema of the value; without one any is taken.
	Schema *Schema `json:"schema,omitempty"`
	// Match is the condition that the value must meet, an expression that sees it as message.
	Match *Value `json:"match,omitempty"`
}

// MessageName is what the match of a wait calls the value of a message.
const MessageName = "message"

// Blocks implements Kind.
func (*Wait) Blocks() []Block { return nil }

func (w *Wait) check(c *checker, at spot) result {
	c.messageName(at.at("wait"), w.Wait, false)
	if w.Match != nil {
		again := condition("match")
		again.again = true
		c.value(at.in(at.scope.with(MessageName, w.Schema)).at("match"), w.Match.Raw, again)
	}
	return result{output: w.Schema}
}

func (w *Wait) values() []any { return raw(w.Match) }

// messageName checks the name of a message that a wait takes, or that approves a plan.
func (c *checker) messageName(at spot, name string, approves bool) {
	other, known := c.messages[name]
	if !known {
		c.messages[name] = approves
	}
	switch {
	case !isWord(name, "_-."):
		c.report(at, "bad-wait", fmt.Sprintf("%s is no name of a message: a letter, then letters, digits, _, - or ., at most %d", quote(name), longestName))
	case name == "status" || name == "message":
		c.report(at, "bad-wait", "every run answers to "+quote(name)+" itself")
	case known && other != approves:
		c.report(at, "bad-wait", "the message "+quote(name)+" approves a plan, and a wait takes it: give them different names")
	}
}
