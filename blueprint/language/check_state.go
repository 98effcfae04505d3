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

// mostSearch is how many Search Attributes a document may have: what they may take together is
// less than the server allows.
const mostSearch = 15

// search checks the Search Attributes of a document. Which there are, the Worker says.
func (c *checker) search(at spot, search map[string]any) {
	if len(search) > mostSearch {
		c.report(at.at("search"), "bad-search", fmt.Sprintf("there are %d Search Attributes, and at most %d are allowed", len(search), mostSearch))
		return
	}
	for _, name := range slices.Sorted(maps.Keys(search)) {
		if c.more {
			break
		}
		each := at.at("search", name)
		if !isWord(name, "_-.") {
			c.atKey(each, "bad-search", fmt.Sprintf("%s is no name of a Search Attribute: a letter, then letters, digits, _, - or ., at most %d", quote(name), longestName), "")
		}
		c.value(each, search[name], expected{name: "search", again: true})
	}
}
