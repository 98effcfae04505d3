package generate

import (
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"dynamicsamples/blueprint/language"
)

// Catalog is what generated blueprints may call: the Activities work, fragile (fails now
// and then), number, take_back (an undo) and plan_..., the Child Workflows sub and
// fragile_sub, and Detached.
type Catalog struct{}

// Detached is the Child Workflow that is always detached, and the only one.
const Detached = "aside"

// Activity implements language.Catalog.
func (Catalog) Activity(name string) (language.Signature, bool) {
	switch {
	case name == "work", name == "fragile":
		return language.Signature{Output: work()}, true
	case name == "number":
		return language.Signature{Output: typed("integer"), Local: true}, true
	case name == "take_back", strings.HasPrefix(name, "plan_"):
		return language.Signature{}, true
	}
	return language.Signature{}, false
}

// Workflow implements language.Catalog.
func (Catalog) Workflow(name string) (language.Signature, bool) {
	return language.Signature{Output: work()}, name == "sub" || name == "fragile_sub" || name == Detached
}

// Blueprint implements language.Catalog: there are none.
func (Catalog) Blueprint(string) (*language.Definition, string, bool) { return nil, "", false }

// Names implements language.Catalog.
func (Catalog) Names() (activities, workflows, blueprints []string) {
	return []string{"work", "fragile", "number", "take_back"}, []string{"sub", "fragile_sub", Detached}, nil
}

func mayFail(name string) bool {
	return name == "fragile" || name == "fragile_sub" || name == "take_back"
}

// failureTypes are the types of the failures that Activities, children and fail steps
// make.
func failureTypes() []string { return []string{"Declined", "Broken", "Lost"} }

func work() *language.Schema {
	return &jsonschema.Schema{
		Type:     "object",
		Required: []string{"count", "name", "ok", "list"},
		Properties: map[string]*jsonschema.Schema{
			"count": typed("integer"), "name": typed("string"), "ok": typed("boolean"),
			"list": {Type: "array", Items: typed("integer")},
		},
	}
}

func typed(name string) *language.Schema { return &jsonschema.Schema{Type: name} }
