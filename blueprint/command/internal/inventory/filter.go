package inventory

import (
	"fmt"
	"slices"
	"strings"

	"dynamicsamples/blueprint/engine"
)

// Filter says which runs are listed; the zero value is all that have not continued as new.
type Filter struct {
	// Definition and Version are those of the blueprint, TaskQueue is the run's own.
	Definition, Version, TaskQueue string
	// Outcomes are those of Outcomes.
	Outcomes []string
	// Query is one of the server's visibility store, which a run must satisfy as well.
	Query string
	// Held lists the runs with a failure that is held, Paused those of which something is paused.
	Held, Paused bool
	// Waiting lists the runs in which a step waits for a message: for that of the name
	// Message, where there is one.
	Waiting bool
	Message string
	// Attributes says that runs may have set Search Attributes of their own, see engine.NameAttribute.
	Attributes bool
	// Known are names of definitions: a run that no Worker has begun does not say that it is one
	// of a blueprint.
	Known []string
}

// outcome is a way in which a run can stand, and what the server calls it.
type outcome struct{ name, status string }

func outcomes() []outcome {
	return []outcome{
		{"running", "Running"}, {"completed", "Completed"}, {"failed", "Failed"}, {"canceled", "Canceled"},
		{"terminated", "Terminated"}, {"timed out", "TimedOut"}, {"continued", "ContinuedAsNew"},
	}
}

// Outcomes are the names of the outcomes.
func Outcomes() []string {
	var names []string
	for _, each := range outcomes() {
		names = append(names, each.name)
	}
	return names
}

// byState reports whether only open runs can say whether they are meant.
func (f Filter) byState() bool { return len(f.states()) > 0 }

// query is the filter as far as the server can tell.
func (f Filter) query() string {
	clauses := append([]string{f.byOutcome(), f.byDefinition()}, f.byAttributes()...)
	if f.TaskQueue != "" {
		clauses = append(clauses, "TaskQueue = "+quoted(f.TaskQueue))
	}
	if f.Query != "" {
		clauses = append(clauses, "("+f.Query+")")
	}
	return strings.Join(clauses, " AND ")
}

func (f Filter) byOutcome() string {
	var statuses []string
	for _, each := range outcomes() {
		if slices.Contains(f.Outcomes, each.name) {
			statuses = append(statuses, quoted(each.status))
		}
	}
	switch {
	case f.byState():
		return "ExecutionStatus = 'Running'"
	case len(statuses) == 0:
		return "ExecutionStatus != 'ContinuedAsNew'"
	default:
		return "ExecutionStatus IN (" + strings.Join(statuses, ", ") + ")"
	}
}

// byDefinition is by what the run says that it runs, or else by its type.
func (f Filter) byDefinition() string {
	if f.Definition == "" || !f.Attributes {
		return f.byType()
	}
	return fmt.Sprintf("(%s = %s OR %s IS NULL AND %s)", engine.NameAttribute, quoted(f.Definition), engine.NameAttribute, f.byType())
}

// byAttributes is by what runs say of themselves. Those that do not are asked.
func (f Filter) byAttributes() []string {
	if !f.Attributes {
		return nil
	}
	var clauses []string
	if f.Version != "" {
		clauses = append(clauses, fmt.Sprintf("(%s = %s OR %s IS NULL)", engine.VersionAttribute, quoted(f.Version), engine.NameAttribute))
	}
	for _, each := range f.states() {
		clauses = append(clauses, fmt.Sprintf("(%s = %s OR %s IS NULL)", engine.StatesAttribute, quoted(each), engine.NameAttribute))
	}
	return clauses
}

// states are those that the runs must be in.
func (f Filter) states() []string {
	var states []string
	if f.Held {
		states = append(states, "held")
	}
	if f.Paused {
		states = append(states, "paused")
	}
	if f.Waiting {
		states = append(states, "waiting")
	}
	return states
}

// byType is by the Workflow Type: that of a run with a document of its own tells nothing.
func (f Filter) byType() string {
	if f.Definition == "" {
		return "WorkflowType != " + quoted(engine.CatalogWorkflow)
	}
	return fmt.Sprintf("(WorkflowType = %s OR WorkflowType STARTS_WITH %s OR WorkflowType = %s)",
		quoted(f.Definition), quoted(f.Definition+"@"), quoted(engine.InlineWorkflow))
}

func quoted(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text) + "'"
}

// runs reports whether the run is one of the blueprint that is meant.
func (f Filter) runs(run Run) bool {
	name, version, _ := strings.Cut(run.Blueprint, "@")
	return (f.Definition == "" || f.Definition == name) && (f.Version == "" || f.Version == version)
}

// isIn reports whether the run is in the state that is meant, by what it has answered, and whether
// that is known: without an answer, by its Search Attributes.
func (f Filter) isIn(run Run) (is, known bool) {
	if run.Unanswered != "" {
		isIn := func(state string) bool { return slices.Contains(run.States, state) }
		return true, f.Message == "" && !slices.ContainsFunc(f.states(), func(state string) bool { return !isIn(state) })
	}
	waits := func(each engine.Awaited) bool { return f.Message == "" || each.Message == f.Message }
	return (!f.Waiting || slices.ContainsFunc(run.Awaited, waits)) && (!f.Paused || len(run.Paused) > 0) && (!f.Held || len(run.Held) > 0), true
}
