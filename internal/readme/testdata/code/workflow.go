// Package greeting is shown by the README beside it.
package greeting

import "fmt"

// Greeting is what is said.
type Greeting struct {
	Text string // never empty
}

// Limits of a greeting.
const (
	// Shortest is the least number of letters.
	Shortest = 2
	Longest  = 80
)

var separator = ", " // between salutation and name

type list[Key comparable, Value any] struct{}

// Say says the greeting.
//
//go:noinline
func (g *Greeting) Say(name string) string {
	return fmt.Sprint(g.Text, separator, name)
}

func (l *list[Key, Value]) Add(Key, Value) {}

// Usage shows a Markdown block.
func Usage() string {
	return "```go\n```"
}
