package language

import "fmt"

// Wait waits for a message; its output is the message's value. Its timeout is how long it
// waits.
type Wait struct {
	// Wait is the message's name.
	Wait string `json:"wait"`
	// Schema is a JSON Schema of the value; without one any is taken.
	Schema *Schema `json:"schema,omitempty"`
}

// Blocks implements Kind.
func (*Wait) Blocks() []Block { return nil }

func (w *Wait) check(c *checker, at spot) result {
	switch {
	case !isWord(w.Wait, "_-."):
		c.report(at.at("wait"), "bad-wait", fmt.Sprintf("%s is no name of a message: a letter, then letters, digits, _, - or ., at most %d", quote(w.Wait), longestName))
	case w.Wait == "status" || w.Wait == "message":
		c.report(at.at("wait"), "bad-wait", "every run answers to "+quote(w.Wait)+" itself")
	}
	return result{output: w.Schema}
}

func (*Wait) values() []any { return nil }
