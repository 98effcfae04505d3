package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Search Attributes that a run sets itself, where Options.RunAttributes enables them.
const (
	// NameAttribute and VersionAttribute are those of the blueprint, as Keywords.
	NameAttribute    = "BlueprintName"
	VersionAttribute = "BlueprintVersion"
	// StatesAttribute is a KeywordList of what the run is in: held, paused, waiting (for a message). One
	// that has continued as new keeps it: look for those with ExecutionStatus = 'Running'.
	StatesAttribute = "BlueprintStates"
)

// runAttributes are the types of the Search Attributes that a run sets itself.
func runAttributes() map[string]string {
	return map[string]string{NameAttribute: "Keyword", VersionAttribute: "Keyword", StatesAttribute: "KeywordList"}
}

// searchOf are the Search Attributes that the options enable, with their types.
func searchOf(options Options) (map[string]string, error) {
	if err := checkTypes(options.SearchAttributes); err != nil {
		return nil, err
	}
	search := maps.Clone(options.SearchAttributes)
	for _, name := range slices.Sorted(maps.Keys(runAttributes())) {
		if _, taken := search[name]; taken {
			return nil, fmt.Errorf("the Search Attribute %s is one that runs set themselves: enable it with RunAttributes, and give that of the documents another name", name)
		}
		if options.RunAttributes {
			if search == nil {
				search = map[string]string{}
			}
			search[name] = runAttributes()[name]
		}
	}
	return search, nil
}

// runAttribute is a Search Attribute that the run sets itself.
type runAttribute struct {
	name  string
	value any
}

// runAttributes are those, if they are enabled.
func (r *run) runAttributes() []runAttribute {
	if r.record.Search[StatesAttribute] == "" {
		return nil
	}
	name, version, _ := strings.Cut(r.record.Name, "@")
	return []runAttribute{{NameAttribute, name}, {VersionAttribute, version}, {StatesAttribute, r.states()}}
}

// states are what the run is in.
func (r *run) states() any {
	var states []any
	if r.root.outcome != nil {
		return nil
	}
	if len(r.holds.frames) > 0 {
		states = append(states, "held")
	}
	if len(r.state.Paused) > 0 {
		states = append(states, "paused")
	}
	if slices.ContainsFunc(r.mailbox.waits, func(f *frame) bool { return f.outcome == nil && !f.Canceling }) {
		states = append(states, "waiting")
	}
	if states == nil {
		return nil
	}
	return states
}
