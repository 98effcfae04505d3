package language

import (
	"fmt"
	"maps"
	"slices"
)

// mostState is how many queries a document may have of its own.
const mostState = 100

// state checks what the queries of a document answer with. The scope is what its output sees.
func (c *checker) state(at spot, state map[string]any) {
	if len(state) > mostState {
		c.report(at.at("state"), "bad-state", fmt.Sprintf("there are %d names, and at most %d are allowed", len(state), mostState))
		return
	}
	for _, name := range slices.Sorted(maps.Keys(state)) {
		if c.more {
			break
		}
		each := at.at("state", name)
		switch {
		case !isWord(name, "_-."):
			c.atKey(each, "bad-state", fmt.Sprintf("%s is no name of a query: a letter, then letters, digits, _, - or ., at most %d", quote(name), longestName), "")
		case slices.Contains([]string{"status", "message", "operate"}, name):
			c.atKey(each, "bad-state", "every run answers to "+quote(name)+" itself", "")
		}
		c.value(each, state[name], expected{name: "state", again: true})
	}
}
