package language

import (
	"errors"
	"fmt"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"dynamicsamples/blueprint/expression"
	"dynamicsamples/blueprint/internal/recent"
)

// schema is a schema of a program that is ready to validate values.
type schema struct {
	from *Schema
	// parts counts the schemas in it, patterns the bytes of its regular expressions.
	parts, patterns int
	// steps are those of each pattern, and allSteps those of all places of patterns together.
	steps    map[string]int
	allSteps int
}

// resolve makes a schema ready to validate values.
func (p *Program) resolve(from *Schema) error {
	if from == nil {
		return nil
	}
	if _, err := from.Resolve(nil); err != nil {
		return fmt.Errorf("resolving a schema: %w", err)
	}
	ready := schema{from: from, steps: map[string]int{}}
	ready.measure(from)
	p.schemas[from] = ready
	return nil
}

// measure counts what validating depends on.
func (s *schema) measure(from *Schema) {
	if from == nil {
		return
	}
	s.parts++
	s.patterns += len(from.Pattern)
	if from.Pattern != "" {
		s.measurePattern(from.Pattern)
	}
	for pattern, each := range from.PatternProperties {
		s.patterns += len(pattern)
		s.measurePattern(pattern)
		s.measure(each)
	}
	for _, each := range from.Properties {
		s.measure(each)
	}
	for _, each := range from.DependentSchemas {
		s.measure(each)
	}
	for _, list := range [][]*Schema{from.AllOf, from.AnyOf, from.OneOf, from.PrefixItems} {
		for _, each := range list {
			s.measure(each)
		}
	}
	for _, each := range []*Schema{
		from.Items, from.Contains, from.Not, from.If, from.Then, from.Else,
		from.AdditionalProperties, from.PropertyNames, from.UnevaluatedItems, from.UnevaluatedProperties,
	} {
		s.measure(each)
	}
}

func (s *schema) measurePattern(pattern string) {
	if _, known := s.steps[pattern]; !known {
		s.steps[pattern] = stepsOf(pattern)
	}
	s.allSteps += s.steps[pattern]
}

// resolveAll resolves the schemas of the program's input and waits.
func (p *Program) resolveAll() error {
	if err := p.resolve(p.Definition.Input); err != nil {
		return err
	}
	for _, step := range p.Steps {
		if wait, waits := step.Kind.(*Wait); waits {
			if err := p.resolve(wait.Schema); err != nil {
				return fmt.Errorf("step %s: %w", step.ID, err)
			}
		}
	}
	return nil
}

// mostValidation bounds the work of validating one value, so that no schema and no value
// keep a Worker busy for a noticeable time: about a quarter of a second.
const mostValidation = 30_000_000

// perPart is how much work one schema on one part of a value is, against one byte of
// a pattern on one byte of the value.
const perPart = 100

// ErrTooMuchWork is a value that would take too much work to validate.
var ErrTooMuchWork = errors.New("the value is too large to be validated against the schema")

// FitsWithin reports what keeps a value from fitting one of the program's schemas, as Fits
// does, and what finding out has cost: a unit takes less than ten nanoseconds. Where it would
// be more than the most, nothing is validated, and the error is ErrTooMuchWork.
func (p *Program) FitsWithin(wanted *Schema, value any, most int) (work int, err error) {
	if wanted == nil {
		return 0, nil
	}
	ready, known := p.schemas[wanted]
	if !known {
		return 0, errors.New("the schema is not the program's")
	}
	if work = ready.validation(wanted, value, most); work > most {
		return work, ErrTooMuchWork
	}
	if err := p.validate(ready, value); err != nil {
		return work, refusalOf(err, wanted)
	}
	return work, nil
}

// FitsSchema reports what keeps a value from fitting a schema that is no program's, as of a
// catalog: within so much work, as FitsWithin.
func FitsSchema(wanted *Schema, value any, most int) error {
	alone := &Program{schemas: map[*Schema]schema{}}
	if err := alone.resolve(wanted); err != nil {
		return err
	}
	_, err := alone.FitsWithin(wanted, value, most)
	return err
}

// Fits is FitsWithin by the rules of runs of version 1. It reports what keeps a value from fitting one of the program's schemas; nil fits
// every value. The text of the error is not always the same.
func (p *Program) Fits(wanted *Schema, value any) error {
	if wanted == nil {
		return nil
	}
	ready, known := p.schemas[wanted]
	if !known {
		return errors.New("the schema is not the program's")
	}
	if ready.parts*perPart*countParts(value)+ready.patterns*expression.Size(value) > mostValidation {
		return ErrTooMuchWork
	}
	return p.validate(ready, value)
}

// Schemas keeps schemas that are ready to validate values, of all documents, as many as there
// is room for.
type Schemas struct {
	kept *recent.Cache[*Schema, *jsonschema.Resolved]
}

// NewSchemas keeps schemas of so many bytes together, about.
func NewSchemas(bytes int) *Schemas {
	return &Schemas{recent.New[*Schema, *jsonschema.Resolved](bytes)}
}

// Bytes are about those of the schemas that are kept.
func (s *Schemas) Bytes() int { return s.kept.Weight() }

// Share lets the program keep its schemas with those of others. It is for who has just
// compiled it.
func (p *Program) Share(schemas *Schemas) { p.shared = schemas }

// resolved is the schema, ready to validate values: kept, or made anew.
func (p *Program) resolved(s schema) (*jsonschema.Resolved, error) {
	if p.shared == nil {
		return s.from.Resolve(nil)
	}
	if found, known := p.shared.kept.Get(s.from); known {
		return found, nil
	}
	made, err := s.from.Resolve(nil)
	if err == nil {
		p.shared.kept.Put(s.from, made, s.bytes())
	}
	return made, err
}

// bytes are about those of a schema that is ready.
func (s schema) bytes() int {
	const part, step = 1000, 100
	return part*s.parts + step*s.allSteps
}

func (p *Program) validate(s schema, value any) error {
	resolved, err := p.resolved(s)
	if err != nil {
		return fmt.Errorf("resolving a schema: %w", err)
	}
	if err := resolved.Validate(value); err != nil {
		return errors.New(strings.ReplaceAll(err.Error(), "<invalid reflect.Value>", "null"))
	}
	return nil
}

// countParts counts the value with all that is in it.
func countParts(value any) int {
	parts := 1
	switch value := value.(type) {
	case []any:
		for _, each := range value {
			parts += countParts(each)
		}
	case map[string]any:
		for _, each := range value {
			parts += countParts(each)
		}
	}
	return parts
}
