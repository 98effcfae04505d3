package language

import "fmt"

// Wait waits for a message; its output is the message's value.
type Wait struct {
	// Wait is the message's name.
	Wait string `json:"wait"`
	// Schema is a JSON Schema of the value; without one any is taken.
	Schema *Schema `json:"schema,omitempty"`
	// Match is the condition that the value must meet, an expression that sees it as message.
	Match *Value `json:"match,omitempty"`
	// Timeout is how long it waits: a duration, an expression or {until: a time}.
	Timeout *Value `json:"timeout,omitempty"`
	// OnTimeout are the steps when no message came in time. None at all are written as
	// an empty list; without the key a timeout is a failure.
	OnTimeout []*Step `json:"on_timeout,omitzero"`
}

// MessageName is what the match of a wait calls the value of a message.
const MessageName = "message"

// Blocks implements Kind.
func (w *Wait) Blocks() []Block {
	return []Block{{Name: "on_timeout", Pointer: "/on_timeout", Steps: w.OnTimeout}}
}

func (w *Wait) check(c *checker, at spot) result {
	c.messageName(at.at("wait"), w.Wait, false)
	if w.Match != nil {
		again := condition("match")
		again.again = true
		c.value(at.in(at.scope.with(MessageName, w.Schema)).at("match"), w.Match.Raw, again)
	}
	if w.Timeout != nil {
		c.time(at.at("timeout"), w.Timeout, "timeout")
	}
	if w.OnTimeout == nil {
		return result{output: w.Schema}
	}
	if w.Timeout == nil {
		c.report(at.at("on_timeout"), "useless", "without a timeout this never runs")
	}
	c.block(at.node.lists[0], at.scope)
	return result{}
}

func (w *Wait) values() []any { return raw(w.Match, w.Timeout) }

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
