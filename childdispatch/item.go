package childdispatch

import (
	"regexp"
	"time"
)

// InvalidItem is the type of the Failure of an item that cannot be given to any child.
const InvalidItem = "InvalidItem"

// Item is one thing to process. Dispatch and the window know of an item only what the
// methods of this type say: to process other things, replace this type.
type Item struct {
	// ID has 1 to 64 letters, digits, dots, dashes or underscores.
	ID string `json:"id"`
	// Type selects the Child Workflow: "image", "video", "document".
	Type string `json:"type"`
	// Workflow names the Child Workflow itself, instead of Type; it may be empty.
	Workflow string `json:"workflow,omitempty"`
	// Size is in bytes.
	Size int64 `json:"size"`
	// Delay stands for work that takes long, in nanoseconds.
	Delay time.Duration `json:"delay,omitempty"`
}

// route returns the Child Workflow that processes the item, or why there is none.
func (i Item) route(table Table) (Route, *Failure) {
	if failure := i.check(); failure != nil {
		return Route{}, failure
	}
	if i.Workflow != "" {
		return table.named(i.Workflow)
	}
	return table.forType(i.Type)
}

// name is readable, and short where the item has a route.
func (i Item) name() string { return i.ID }

// measure is what the window sums up of the items that were processed.
func (i Item) measure() int64 { return i.Size }

// check keeps the ids of children readable and their inputs small.
func (i Item) check() *Failure {
	const allowed = `^[A-Za-z0-9._-]{1,64}$`
	if matches, err := regexp.MatchString(allowed, i.ID); err != nil || !matches {
		return &Failure{InvalidItem, "an item's id has 1 to 64 letters, digits, dots, dashes or underscores"}
	}
	if max(len(i.Type), len(i.Workflow)) > 64 {
		return &Failure{InvalidItem, "an item's type and workflow have at most 64 bytes"}
	}
	if i.Size < 0 || i.Delay < 0 {
		return &Failure{InvalidItem, "an item's size and delay are not negative"}
	}
	return nil
}
