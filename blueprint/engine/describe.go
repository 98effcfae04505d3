package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// DescriptionVersion is the version of the form of a Description.
const DescriptionVersion = 1

// describedBytes is about how much of a description one answer of CatalogWorkflow has.
const describedBytes = 256 << 10

// Description is what an interpreter has, as data: what documents may call, with types, and
// what bounds them. It is enough to check a document and to rehearse it.
type Description struct {
	// Catalog is the DescriptionVersion that it was written in.
	Catalog int `json:"catalog"`
	// Interpreter is the Version that new runs have.
	Interpreter int `json:"interpreter"`
	// Activities and Workflows are the catalog's functions, by name.
	Activities map[string]DescribedFunction `json:"activities,omitempty"`
	Workflows  map[string]DescribedFunction `json:"workflows,omitempty"`
	// Blueprints are the definitions, by exact name@version.
	Blueprints map[string]DescribedBlueprint `json:"blueprints,omitempty"`
	// Problems are why other definitions are not among them.
	Problems language.Diagnostics `json:"problems,omitempty"`
	// Budget is what a run may consume at most, EventsPerRun how long a history may become,
	// and PayloadBytes what one payload may have.
	Budget       language.Budget `json:"budget,omitzero"`
	EventsPerRun int             `json:"eventsPerRun,omitempty"`
	PayloadBytes int             `json:"payloadBytes,omitempty"`
	// Next is where the next part begins; "" is the end.
	Next string `json:"next,omitempty"`
}

// DescribedFunction is an Activity or a Child Workflow of a catalog.
type DescribedFunction struct {
	// Description is for people and planners.
	Description string `json:"description,omitempty"`
	// Input and Output are the JSON Schemas of the argument and the result; nil is any value.
	Input  *language.Schema `json:"input,omitempty"`
	Output *language.Schema `json:"output,omitempty"`
	// NoInput says that it takes no argument.
	NoInput bool `json:"noInput,omitempty"`
	// Local allows steps to call it as a Local Activity.
	Local bool `json:"local,omitempty"`
	// Remote says that another Worker has it, on the TaskQueue.
	Remote    bool   `json:"remote,omitempty"`
	TaskQueue string `json:"taskQueue,omitempty"`
	// Options are those that neither a step nor a document sets.
	Options language.Options `json:"options,omitzero"`
}

// DescribedBlueprint is a definition.
type DescribedBlueprint struct {
	// Hash names its content.
	Hash string `json:"hash"`
	// Summary is the author's, and Input the schema of its input.
	Summary string           `json:"summary,omitempty"`
	Input   *language.Schema `json:"input,omitempty"`
}

// Describe tells what the interpreter has.
func (i *Interpreter) Describe() Description { return i.describe("", 0) }

// answerCatalog is the workflow CatalogWorkflow.
func (i *Interpreter) answerCatalog(_ workflow.Context, after string) (Description, error) {
	return i.describe(after, describedBytes), nil
}

// What a part of a description may begin behind.
const (
	describedActivity  = "activity/"
	describedBlueprint = "blueprint/"
	describedWorkflow  = "workflow/"
)

// describe tells what comes behind a place, until it has so many bytes; 0 is all of it.
func (i *Interpreter) describe(after string, mostBytes int) Description {
	described := Description{
		Catalog: DescriptionVersion, Interpreter: i.version,
		Activities: map[string]DescribedFunction{}, Workflows: map[string]DescribedFunction{}, Blueprints: map[string]DescribedBlueprint{},
		Budget: i.budget, EventsPerRun: i.events, PayloadBytes: i.payload.most(),
	}
	library := i.library()
	if after == "" {
		described.Problems = library.problems
	}
	bytes, last := 0, ""
	for _, place := range library.places() {
		if place <= after {
			continue
		}
		if mostBytes > 0 && bytes >= mostBytes {
			described.Next = last
			break
		}
		encoded, err := json.Marshal(described.take(library, place))
		if err != nil {
			// Schemas and options are JSON values.
			panic(fmt.Sprintf("describing %s: %v", place, err))
		}
		bytes, last = bytes+len(place)+len(encoded), place
	}
	return described
}

// places are what there is to describe, in order.
func (l *library) places() []string {
	var places []string
	activities, workflows, blueprints := l.Names()
	for kind, names := range map[string][]string{describedActivity: activities, describedBlueprint: blueprints, describedWorkflow: workflows} {
		for _, name := range names {
			places = append(places, kind+name)
		}
	}
	slices.Sort(places)
	return places
}

// take takes what is at a place into the description, and returns it.
func (d *Description) take(from *library, place string) any {
	if name, is := strings.CutPrefix(place, describedActivity); is {
		d.Activities[name] = from.catalog.activities[name].describe()
		return d.Activities[name]
	}
	if name, is := strings.CutPrefix(place, describedWorkflow); is {
		d.Workflows[name] = from.catalog.workflows[name].describe()
		return d.Workflows[name]
	}
	name := strings.TrimPrefix(place, describedBlueprint)
	definition := from.blueprints[name]
	// It has been read and checked, so it can be written.
	canonical, _ := language.Canonical(definition)
	d.Blueprints[name] = DescribedBlueprint{Hash: language.Hash(canonical), Summary: definition.Summary, Input: definition.Input}
	return d.Blueprints[name]
}

func (c cataloged) describe() DescribedFunction {
	return DescribedFunction{
		Description: c.signature.Description,
		Input:       c.signature.Input, Output: c.signature.Output, NoInput: c.signature.NoInput,
		Local: c.signature.Local, Remote: c.remote, TaskQueue: c.callee.TaskQueue, Options: c.callee.Options,
	}
}

// AddDescribed lets blueprints call what a description has, with its types. That has no
// functions: calls fail with FailureNotInCatalog. It is for checking documents, and for
// rehearsing them with outcomes in place of calls.
func (c *Catalog) AddDescribed(described Description) {
	for _, name := range slices.Sorted(maps.Keys(described.Activities)) {
		each := described.Activities[name]
		function := any(func(context.Context, any) (any, error) { return nil, noFunction(name) })
		if each.NoInput {
			function = func(context.Context) (any, error) { return nil, noFunction(name) }
		}
		c.addDescribed(c.activities, "activity", name, each, function)
	}
	for _, name := range slices.Sorted(maps.Keys(described.Workflows)) {
		each := described.Workflows[name]
		function := any(func(workflow.Context, any) (any, error) { return nil, noFunction(name) })
		if each.NoInput {
			function = func(workflow.Context) (any, error) { return nil, noFunction(name) }
		}
		c.addDescribed(c.workflows, "workflow", name, each, function)
	}
}

func (c *Catalog) addDescribed(to map[string]cataloged, what, name string, described DescribedFunction, function any) {
	if _, twice := to[name]; twice {
		c.problems = append(c.problems, fmt.Errorf("%s %q is in the catalog twice", what, name))
	}
	added := cataloged{
		function: function,
		signature: language.Signature{
			Input: described.Input, Output: described.Output, NoInput: described.NoInput,
			Description: described.Description, Local: described.Local,
		},
		callee: callee{TaskQueue: described.TaskQueue, Options: described.Options},
	}
	added.signature.Options = described.Options
	c.mustBeAccepted(what, name, added.callee)
	to[name] = added
}

// noFunction is the failure of a call that only a description knows.
func noFunction(name string) error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf("there is no function %q here: give it an outcome", name), FailureNotInCatalog, nil)
}
