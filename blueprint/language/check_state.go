package language

import (
	"fmt"
	"maps"
	"slices"
)

const (
	// mostState is how many queries a document may have of its own.
	mostState = 100
	// mostSearch is how many Search Attributes a document may have: what they may take together
	// is less than the server allows.
	mostSearch = 15
)

// state checks what the queries of a document answer with. The scope is what its output sees.
func (c *checker) state(at spot, state map[string]any) {
	c.named(at, "state", state, mostState, "names", "query", "status", "message", "operate")
}

// search checks the Search Attributes of a document. Which there are, the Worker says.
func (c *checker) search(at spot, search map[string]any) {
	c.named(at, "search", search, mostSearch, "Search Attributes", "Search Attribute")
}

// named checks the values of a key of the document, at most so many, and the names that the
// author has given them.
func (c *checker) named(at spot, key string, values map[string]any, most int, plural, singular string, reserved ...string) {
	code := "bad-" + key
	if len(values) > most {
		c.report(at.at(key), code, fmt.Sprintf("there are %d %s, and at most %d are allowed", len(values), plural, most))
		return
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if c.more {
			break
		}
		each := at.at(key, name)
		switch {
		case !isWord(name, "_-."):
			c.atKey(each, code, fmt.Sprintf("%s is no name of a %s: a letter, then letters, digits, _, - or ., at most %d", quote(name), singular, longestName), "")
		case slices.Contains(reserved, name):
			c.atKey(each, code, "every run answers to "+quote(name)+" itself", "")
		}
		c.value(each, values[name], expected{name: key, again: true})
	}
}
