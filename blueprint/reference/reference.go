// Package reference says what a blueprint means, in as few words as possible: it runs
// one as a pure function, without Temporal, goroutines or a clock. Time is a number.
// Everything that happens at once is computed one after the other, each branch from the
// same start; where one branch's end cancels the others, these are computed again with
// the time of the cancel. It is slow, and made to be compared with: the property tests
// run random blueprints here and in the interpreter.
//
// The budget is only stated where it does not depend on the order of concurrent steps:
// the rounds of a loop or graph and the items of a map. Retries and timeouts are the
// world's affair: its answers are final.
package reference

import (
	"time"

	"dynamicsamples/blueprint/expression"
	"dynamicsamples/blueprint/language"
)

// World is everything outside of the run. Its functions must give the same answer to
// the same question, as a question may be asked more than once.
type World struct {
	// Catalog is what a plan may call.
	Catalog language.Catalog
	// Activity answers the Activity step (or plan step, or undo) of that path.
	Activity func(path, name string, argument any) Answer
	// Child answers the workflow step of that path; the answer to one that is detached
	// is that it has started.
	Child func(path, name string, input any, detached bool) Answer
	// A step that was held and begins anew at the same path is asked for at PATH~2, and so on.
	//
	// Decide says what is decided about a failure that is held at the path of a step or an undo
	// for the so-many-th time; nil leaves all of them to the timeouts of the holds. Holds are
	// those that somebody asks for, in order.
	Decide func(path string, times int) Decision
	Holds  []Hold
	// Messages are what is sent to the run.
	Messages []Message
	// CancelAt is when the run is canceled; 0 is never.
	CancelAt time.Duration
	// ID and Started are the run's, for expressions.
	ID      string
	Started time.Time
	// Key is the key of the step of that path; Unique is what uuid() gives there, at a place
	// that is told in any way, but the same for the same one.
	Key    func(path string) string
	Unique func(path, place string) string
	// Search are the types of the Search Attributes that are kept: Bool, Int, Double and Keyword.
	Search map[string]string
	// Limits bound each expression.
	Limits expression.Limits
}

// Answer is how an Activity or a Child Workflow ends.
type Answer struct {
	// Output is its result, a JSON value.
	Output any
	// Failure is set where it failed; Step is left to the run.
	Failure *Failure
	// Takes is how long it takes, with all its attempts.
	Takes time.Duration
}

// Message is one message to the run.
type Message struct {
	// Name is what a wait step asks for.
	Name string
	// Value is a JSON value.
	Value any
	// At is when it arrives, from the start of the run.
	At time.Duration
}

// Failure is a failure as expressions see it.
type Failure struct {
	// Type and Message are those of the Activity, the child, the fail step or the run.
	Type    string
	Message string
	// Step is the path of the step that failed; "" is the run itself.
	Step string
	// Details are further values.
	Details []any
	// NonRetryable says that it is not tried again.
	NonRetryable bool
	// settled says that it has left the step in which it arose: nothing holds it anymore.
	settled bool
}

func (f *Failure) value() map[string]any {
	details := append([]any{}, f.Details...)
	return map[string]any{"type": f.Type, "message": f.Message, "step": f.Step, "details": details}
}

// Ending says how a step or a run ended.
type Ending string

// The endings. A step is Stopped where a stop in it ended the run.
const (
	Completed Ending = "completed"
	Failed    Ending = "failed"
	Canceled  Ending = "canceled"
	Stopped   Ending = "stopped"
)

// Execution is one step that was started.
type Execution struct {
	// Path names the step.
	Path string
	// Ending is how it ended.
	Ending Ending
	// At is when it ended.
	At time.Duration
}

// Call is one Activity or Child Workflow that was called.
type Call struct {
	// Path names the step, or its undo.
	Path string
	// Name is the Activity's or the Child Workflow's.
	Name string
	// Argument is a JSON value; nil is also none.
	Argument any
	// At is when it was called.
	At time.Duration
}

// Outcome is what became of a run.
type Outcome struct {
	// Ending is how the run ended: Completed, Failed or Canceled.
	Ending Ending
	// Output is the result of a run that completed.
	Output any
	// Failure is why a run failed.
	Failure *Failure
	// Ended is how long the run took.
	Ended time.Duration
	// Executed are the steps that were started, and Called the calls that they and their
	// undos made. The order of concurrent ones means nothing.
	Executed []Execution
	Called   []Call
	// Approvals are what plans waited for.
	Approvals []Approval
	// Searched are the Search Attributes at the end; what has no value is not there.
	Searched map[string]any
}

// Approval is a plan that waits for the message that approves it: an object with its hash as
// plan.
type Approval struct {
	// Message is the name of the message, and Plan the hash of the plan at its path.
	Message, Plan string
	// At is when it begins to wait.
	At time.Duration
}

// never is a time after everything.
const never time.Duration = 1 << 61

// Run runs a definition that Check has found to be right.
func Run(definition *language.Definition, input any, world World) Outcome {
	r := &run{world: world, definition: definition, input: input, templates: map[string]*expression.Template{}}
	from := start{cancel: never, shielded: never}
	if world.CancelAt > 0 {
		from.cancel = world.CancelAt
	}
	whole := r.whole(from, definition)
	switch whole.ending {
	case Failed, Canceled:
		whole = r.undo(whole, from.cancel)
	case Stopped:
		whole.ending = Completed
	}
	searched := r.searched(whole)
	if whole.ending != Completed {
		whole.output = nil
	}
	return Outcome{
		Ending: whole.ending, Output: whole.output, Failure: whole.failure, Ended: whole.end,
		Executed: whole.executed, Called: whole.called, Approvals: r.approvals, Searched: searched,
	}
}

func (r *run) whole(from start, definition *language.Definition) part {
	if !fits(definition.Input, r.input) {
		return from.fails(&Failure{Type: "InvalidInput"})
	}
	vars, failure := r.evaluate(from, definition.Vars)
	if failure != nil {
		return from.fails(failure)
	}
	from.scope.vars = vars.(map[string]any)
	if definition.Defaults != nil {
		from = from.under(above{hold: definition.Defaults.Hold})
	} else {
		from = from.under(above{})
	}
	all := func(from start) part {
		steps := r.sequence(from, definition.Steps)
		r.outermost = steps.scope
		return r.leave(from, steps, definition.Output)
	}
	if definition.Timeout == nil {
		return all(from)
	}
	due, failure := r.due(from, definition.Timeout)
	if failure != nil {
		return from.fails(failure)
	}
	done, _ := from.within(due, all)
	return done
}

// searched are the Search Attributes at the end of a run. They see what the output does, and
// after a failure or a cancel the variables alone.
func (r *run) searched(whole part) map[string]any {
	seen := start{scope: scope{vars: whole.scope.vars}}
	if whole.ending == Completed {
		seen.scope = r.outermost
	}
	found := map[string]any{}
	for name, value := range r.definition.Search {
		result, err := r.value(r.names(seen), value, "", name)
		if err == nil && isOf(r.world.Search[name], result) {
			found[name] = result
		}
	}
	return found
}

// isOf reports whether a value is one of a type of Search Attributes.
func isOf(kind string, value any) bool {
	switch value.(type) {
	case bool:
		return kind == "Bool"
	case int64:
		return kind == "Int" || kind == "Double"
	case float64:
		return kind == "Double"
	case string:
		return kind == "Keyword"
	}
	return false
}
