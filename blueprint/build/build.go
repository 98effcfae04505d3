// Package build writes blueprints in Go. Each kind of step is a function that takes
// what the kind needs and gives a builder with exactly the options that the kind has,
// so that the compiler refuses the others:
//
//	definition, err := build.New("order", "1.0.0").
//		Steps(
//			build.Activity("charge", "charge_card").
//				With(build.Args{"order": "${input.id}"}).
//				StartToClose(30*time.Second).
//				Undo(build.Undo("refund_card").With(build.Args{"charge": "${steps.charge.output.id}"})),
//			build.Sleep("pause", time.Minute),
//		).
//		Output("${steps.charge.output}").
//		Definition()
//
// The definition is the one that the same document in YAML gives, byte for byte.
package build

import (
	"errors"
	"fmt"

	"dynamicsamples/blueprint/language"
)

// Args are named values: an argument, variables. As every value they are what
// encoding/json makes of them, and their strings may hold expressions.
type Args map[string]any

// Budget bounds what one run may consume; 0 leaves a limit as it is.
type Budget = language.Budget

// Schema is a JSON Schema.
type Schema = language.Schema

// Blueprint builds a definition.
type Blueprint struct {
	definition language.Definition
	steps      []Step
}

// New begins a blueprint of a name and a version, major.minor.patch.
func New(name, version string) *Blueprint {
	return &Blueprint{definition: language.Definition{Blueprint: name, Version: version}}
}

// Summary says in a line what the blueprint is for.
func (b *Blueprint) Summary(text string) *Blueprint {
	b.definition.Summary = text
	return b
}

// Input is the schema of the input.
func (b *Blueprint) Input(schema *Schema) *Blueprint {
	b.definition.Input = schema
	return b
}

// Defaults are the options of steps that say nothing else.
func (b *Blueprint) Defaults(defaults *DefaultOptions) *Blueprint {
	b.definition.Defaults = &defaults.defaults
	return b
}

// Budget lowers what one run may consume.
func (b *Blueprint) Budget(budget Budget) *Blueprint {
	b.definition.Budget = &budget
	return b
}

// Timeout is how long a run may take: a time.Duration, a text like "2d", an expression, or the
// Until of a time.
func (b *Blueprint) Timeout(length any) *Blueprint {
	b.definition.Timeout = value(length)
	return b
}

// Operate are the operations that people may ask of its runs; none at all is none.
func (b *Blueprint) Operate(operations ...string) *Blueprint {
	b.definition.Operate = append([]string{}, operations...)
	return b
}

// Vars are the variables and their first values.
func (b *Blueprint) Vars(values Args) *Blueprint {
	b.definition.Vars = values
	return b
}

// State are what queries of these names answer with.
func (b *Blueprint) State(values Args) *Blueprint {
	b.definition.State = values
	return b
}

// Search are the Search Attributes of its runs.
func (b *Blueprint) Search(values Args) *Blueprint {
	b.definition.Search = values
	return b
}

// Steps are what the blueprint does, one after the other.
func (b *Blueprint) Steps(steps ...Step) *Blueprint {
	b.steps = append(b.steps, steps...)
	return b
}

// Output is the result; without it the last step's output is.
func (b *Blueprint) Output(value any) *Blueprint {
	b.definition.Output = &language.Value{Raw: value}
	return b
}

// Definition is the blueprint as data, read back from its canonical bytes as from a
// document. What a document could not say either is an error, language.Diagnostics
// without lines. Whether the blueprint means something only language.Check tells.
func (b *Blueprint) Definition() (*language.Definition, error) {
	whole, assembly := b.definition, &assembly{}
	whole.Steps = assembly.steps(b.steps)
	if err := errors.Join(assembly.problems...); err != nil {
		return nil, fmt.Errorf("building blueprint %s: %w", whole.Blueprint, err)
	}
	canonical, err := language.Canonical(&whole)
	if err != nil {
		return nil, fmt.Errorf("building blueprint %s: %w", whole.Blueprint, err)
	}
	definition, _, problems := language.Load("", canonical, language.AnyLength)
	if len(problems) > 0 {
		return nil, fmt.Errorf("building blueprint %s: %w", whole.Blueprint, withoutLines(problems))
	}
	return definition, nil
}

// Steps builds a plan, for an Activity that returns one.
type Steps struct {
	steps  []Step
	output *language.Value
}

// NewPlan begins a plan: steps, one after the other.
func NewPlan(steps ...Step) *Steps { return &Steps{steps: steps} }

// Output is the plan's result; without it the last step's output is.
func (s *Steps) Output(value any) *Steps {
	s.output = &language.Value{Raw: value}
	return s
}

// Plan is the plan as data, as Definition gives a blueprint.
func (s *Steps) Plan() (*language.Plan, error) {
	assembly := &assembly{}
	whole := &language.Plan{Steps: assembly.steps(s.steps), Output: s.output}
	if err := errors.Join(assembly.problems...); err != nil {
		return nil, fmt.Errorf("building a plan: %w", err)
	}
	canonical, err := language.CanonicalPlan(whole)
	if err != nil {
		return nil, fmt.Errorf("building a plan: %w", err)
	}
	plan, _, problems := language.LoadPlan(canonical, language.AnyLength)
	if len(problems) > 0 {
		return nil, fmt.Errorf("building a plan: %w", withoutLines(problems))
	}
	return plan, nil
}

// withoutLines takes away the places in bytes that nobody wrote.
func withoutLines(problems language.Diagnostics) language.Diagnostics {
	for i := range problems {
		problems[i].Line, problems[i].Column = 0, 0
	}
	return problems
}
