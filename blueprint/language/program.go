package language

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"dynamicsamples/blueprint/expression"
)

// Program is a blueprint or a plan that can be run: its definition, numbered, with all
// its expressions compiled. It never changes, and any number of runs share one.
type Program struct {
	// Definition is what the program does; of a plan, only steps and output are set.
	Definition *Definition
	// Hash names the content.
	Hash string
	// Steps are all steps, each at its Index.
	Steps []*Step
	// Waits are the steps that wait for a message, by its name, in the order of Steps.
	Waits map[string][]*Step
	// Approvals are the steps whose plan must be approved, by the name of the message.
	Approvals map[string][]*Step

	templates map[string]*expression.Template
	schemas   map[*Schema]schema
	used      map[string]bool
	usesAll   bool
	usesKeys  bool
	shared    *Schemas
}

// AnyLength is for what has been checked, or is going to be: how long a document may be is
// decided once, by whoever checks it.
const AnyLength = math.MaxInt32

// Compile makes a program of a blueprint's canonical bytes, which Check has found to
// be right.
func Compile(canonical []byte) (*Program, error) {
	definition, _, problems := Load("", canonical, AnyLength)
	if len(problems) > 0 {
		return nil, fmt.Errorf("reading the definition: %w", problems)
	}
	return compile(definition, Hash(canonical))
}

// CompilePlan makes a program of a plan's canonical bytes, which CheckPlan has found to
// be right.
func CompilePlan(canonical []byte) (*Program, error) {
	plan, _, problems := LoadPlan(canonical, AnyLength)
	if len(problems) > 0 {
		return nil, fmt.Errorf("reading the plan: %w", problems)
	}
	return compile(&Definition{Steps: plan.Steps, Output: plan.Output}, Hash(canonical))
}

func compile(definition *Definition, hash string) (*Program, error) {
	program := &Program{
		Definition: definition,
		Hash:       hash,
		Waits:      map[string][]*Step{},
		Approvals:  map[string][]*Step{},
		templates:  map[string]*expression.Template{},
		schemas:    map[*Schema]schema{},
		used:       map[string]bool{},
	}
	program.number(definition.Steps)
	if err := program.resolveAll(); err != nil {
		return nil, err
	}
	for _, step := range program.Steps {
		for _, value := range append(step.values(), step.Summary) {
			if err := program.compileValue(value); err != nil {
				return nil, fmt.Errorf("step %s: %w", step.ID, err)
			}
		}
	}
	for name, value := range map[string]*Value{"output": definition.Output, "timeout": definition.Timeout} {
		if value == nil {
			continue
		}
		if err := program.compileValue(value.Raw); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	for _, value := range definition.Search {
		if err := program.compileValue(value); err != nil {
			return nil, fmt.Errorf("search: %w", err)
		}
	}
	for _, value := range definition.State {
		if err := program.compileValue(value); err != nil {
			return nil, fmt.Errorf("state: %w", err)
		}
	}
	for _, value := range definition.Vars {
		if err := program.compileValue(value); err != nil {
			return nil, fmt.Errorf("vars: %w", err)
		}
	}
	return program, nil
}

// number lists the steps in document order.
func (p *Program) number(steps []*Step) {
	for _, step := range steps {
		step.Index = len(p.Steps)
		p.Steps = append(p.Steps, step)
		switch kind := step.Kind.(type) {
		case *PlanStep:
			// What the plan is going to use is not known yet.
			p.usesAll = true
			if kind.Approve != "" {
				p.Approvals[kind.Approve] = append(p.Approvals[kind.Approve], step)
			}
		case *Dag:
			kind.connect()
		case *Wait:
			p.Waits[kind.Wait] = append(p.Waits[kind.Wait], step)
		}
		step.KindName, step.Blocks, step.AllBlocks = KindOf(step), step.Kind.Blocks(), BlocksOf(step)
		step.Sets = setsVariables(step.Kind)
		for _, block := range step.AllBlocks {
			p.number(block.Steps)
			step.Sets = step.Sets || !block.Copies && slices.ContainsFunc(block.Steps, func(each *Step) bool { return each.Sets })
		}
		step.End = len(p.Steps)
	}
}

// setsVariables reports whether a step may set variables itself: what stands in a plan is not
// known.
func setsVariables(kind Kind) bool {
	switch kind.(type) {
	case *Set, *PlanStep:
		return true
	}
	return false
}

// compileValue compiles the texts in a value.
func (p *Program) compileValue(value any) error {
	switch value := value.(type) {
	case string:
		return p.compileText(value)
	case []any:
		for _, each := range value {
			if err := p.compileValue(each); err != nil {
				return err
			}
		}
	case map[string]any:
		// The order does not matter: nothing but the first error depends on it.
		for _, each := range value {
			if err := p.compileValue(each); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *Program) compileText(text string) error {
	if !strings.Contains(text, "${") || p.templates[text] != nil {
		return nil
	}
	template, err := expression.Compile(text)
	if err != nil {
		return fmt.Errorf("%q: %w", text, err)
	}
	p.templates[text] = template
	p.usesKeys = p.usesKeys || len(template.Unique()) > 0
	for _, reference := range template.References() {
		switch {
		case reference.Root == StepName:
			p.usesKeys = true
		case reference.Root != "steps":
		case len(reference.Path) == 0:
			p.usesAll = true
		default:
			p.used[reference.Path[0]] = true
		}
	}
	return nil
}

// Uses reports whether any expression may ask for the output of a step of that id.
func (p *Program) Uses(id string) bool { return p.usesAll || p.used[id] }

// UsesKeys reports whether any expression may ask for the key of its step, or for a uuid().
func (p *Program) UsesKeys() bool { return p.usesKeys }

// Evaluate gives a value of the program's documents with its expressions evaluated.
// The error is an *expression.Error.
func (p *Program) Evaluate(value any, names expression.Names, limits expression.Limits) (any, error) {
	evaluation := evaluation{program: p, names: names, limits: limits}
	return evaluation.value(value, nil)
}

// evaluation spends the bytes that one value may have on its parts.
type evaluation struct {
	program *Program
	names   expression.Names
	limits  expression.Limits
	// spent is what the expressions so far have cost.
	spent uint64
}

func (e *evaluation) value(value any, at *path) (any, error) {
	switch value := value.(type) {
	case string:
		return e.text(value, at)
	case []any:
		list := make([]any, len(value))
		for i, each := range value {
			part, err := e.value(each, e.item(at, i))
			if err != nil {
				return nil, err
			}
			list[i] = part
		}
		return list, nil
	case map[string]any:
		return e.object(value, at)
	default:
		return value, nil
	}
}

// item and field are the places in the value, where anything depends on them.
func (e *evaluation) item(at *path, i int) *path {
	if e.limits.Unique == nil {
		return nil
	}
	return at.index(i)
}

func (e *evaluation) field(at *path, key string) *path {
	if e.limits.Unique == nil {
		return nil
	}
	return at.key(key)
}

func (e *evaluation) object(object map[string]any, at *path) (any, error) {
	result := make(map[string]any, len(object))
	// In order, so that of several errors it is always the same one that is reported.
	for _, key := range sortedKeys(object) {
		part, err := e.value(object[key], e.field(at, key))
		if err != nil {
			return nil, err
		}
		result[key] = part
	}
	return result, nil
}

func (e *evaluation) text(text string, at *path) (any, error) {
	template := e.program.templates[text]
	if template == nil {
		return text, nil
	}
	if literal, fixed := template.Literal(); fixed {
		return literal, nil
	}
	// What the parts of one value cost and take together is bounded, too.
	limits := e.limits
	limits.Cost -= min(limits.Cost, e.spent)
	var spent uint64
	limits.Spent = &spent
	if unique := e.limits.Unique; unique != nil {
		limits.Unique = func(place string) string { return unique(at.String() + ":" + place) }
	}
	result, err := template.Evaluate(e.names, limits)
	e.spent += spent
	if e.limits.Spent != nil {
		*e.limits.Spent += spent
	}
	if err != nil {
		return nil, err
	}
	e.limits.Bytes -= expression.Size(result)
	return result, nil
}
