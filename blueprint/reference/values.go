package reference

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"dynamicsamples/blueprint/expression"
	"dynamicsamples/blueprint/language"
)

// run is what does not change while a run goes on.
type run struct {
	definition *language.Definition
	input      any
	world      World
	templates  map[string]*expression.Template // compiled so far, by text
	approvals  []Approval
	outermost  scope // after the steps of the document
}

// names are what expressions see at one moment.
type names map[string]any

// Lookup implements expression.Names.
func (n names) Lookup(name string) (any, bool) {
	value, found := n[name]
	return value, found
}

func (r *run) names(s start) names {
	all := names{
		"input": r.input,
		"vars":  s.scope.vars,
		"steps": s.scope.outputs,
		"run": map[string]any{
			"id":      r.world.ID,
			"started": r.world.Started.Format(time.RFC3339Nano),
			"now":     r.world.Started.Add(s.at).Format(time.RFC3339Nano),
		},
	}
	if s.path != "" {
		all["step"] = map[string]any{"key": r.world.Key(s.path)}
	}
	maps.Copy(all, s.scope.names)
	return all
}

// evaluate gives a value of the document with its expressions evaluated, or the
// failure of the step.
func (r *run) evaluate(s start, value any) (any, *Failure) {
	result, err := r.value(r.names(s), value, s.path, "")
	if err == nil {
		return result, nil
	}
	failure := &Failure{Type: "ExpressionError", Message: err.Error(), Step: s.path}
	if problem, ok := errors.AsType[*expression.Error](err); ok && problem.Kind != expression.Failed {
		failure.Type = "BudgetExceeded"
	}
	return nil, failure
}

// value evaluates what stands at a place, a JSON pointer, of the step of the path.
func (r *run) value(names names, value any, path, at string) (any, error) {
	switch value := value.(type) {
	case string:
		return r.template(names, value, path, at)
	case []any:
		list := []any{}
		for i, each := range value {
			result, err := r.value(names, each, path, fmt.Sprint(at, "/", i))
			if err != nil {
				return nil, err
			}
			list = append(list, result)
		}
		return list, nil
	case map[string]any:
		object := map[string]any{}
		for _, key := range slices.Sorted(maps.Keys(value)) {
			result, err := r.value(names, value[key], path, at+"/"+key)
			if err != nil {
				return nil, err
			}
			object[key] = result
		}
		return object, nil
	}
	return value, nil
}

func (r *run) template(names names, text, path, at string) (any, error) {
	template := r.templates[text]
	if template == nil {
		compiled, err := expression.Compile(text)
		if err != nil {
			return nil, err
		}
		template = compiled
		r.templates[text] = template
	}
	limits := r.world.Limits
	limits.Unique = func(place string) string { return r.world.Unique(path, at+":"+place) }
	return template.Evaluate(names, limits)
}

// optional is null where nothing is written.
func (r *run) optional(s start, value *language.Value) (any, *Failure) {
	if value == nil {
		return nil, nil
	}
	return r.evaluate(s, value.Raw)
}

func (r *run) text(s start, template string) (string, *Failure) {
	value, failure := r.evaluate(s, template)
	if text, ok := value.(string); ok || failure != nil {
		return text, failure
	}
	text, err := json.Marshal(value)
	if err != nil {
		return "", mistake(s, err.Error())
	}
	return string(text), nil
}

func (r *run) condition(s start, value *language.Value) (bool, *Failure) {
	result, failure := r.optional(s, value)
	holds, ok := result.(bool)
	if failure == nil && !ok {
		failure = mistake(s, "not a boolean")
	}
	return holds, failure
}

func (r *run) count(s start, value *language.Value) (int64, *Failure) {
	result, failure := r.optional(s, value)
	count, ok := result.(int64)
	if failure == nil && (!ok || count < 0) {
		failure = mistake(s, "not a whole number from 0")
	}
	return count, failure
}

func (r *run) list(s start, value *language.Value) ([]any, *Failure) {
	result, failure := r.optional(s, value)
	list, ok := result.([]any)
	if failure == nil && !ok {
		failure = mistake(s, "not a list")
	}
	return list, failure
}

// duration is a text such as "5m", or a number of seconds.
func (r *run) duration(s start, value *language.Value) (time.Duration, *Failure) {
	result, failure := r.optional(s, value)
	if failure != nil {
		return 0, failure
	}
	const hundredYears = 100 * 365 * 24 * 3600
	var seconds float64
	switch result := result.(type) {
	case string:
		duration, err := language.Duration(strings.TrimPrefix(result, "-")).Parse()
		if strings.HasPrefix(result, "-") {
			duration = 0
		}
		if err != nil {
			failure = mistake(s, err.Error())
		}
		return duration, failure
	case int64:
		seconds = float64(result)
	case float64:
		seconds = result
	default:
		return 0, mistake(s, "not a duration")
	}
	if seconds > hundredYears {
		return 0, mistake(s, "out of bounds")
	}
	return time.Duration(max(0, seconds) * float64(time.Second)), nil
}

// due is when a length of time that begins now has passed, or the time in {until: T}.
func (r *run) due(s start, value *language.Value) (time.Duration, *Failure) {
	object, written := value.Raw.(map[string]any)
	if !written {
		length, failure := r.duration(s, value)
		return s.at + length, failure
	}
	result, failure := r.evaluate(s, object["until"])
	if failure != nil {
		return 0, failure
	}
	text, _ := result.(string)
	moment, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return 0, mistake(s, err.Error())
	}
	return max(s.at, moment.Sub(r.world.Started)), nil
}

func mistake(s start, message string) *Failure {
	return &Failure{Type: "ExpressionError", Message: message, Step: s.path}
}

// exceeds is the failure of a step that needs more of something than the budget has.
func (r *run) exceeds(s start, limit string, last int64, allowed, standard int) *Failure {
	if allowed == 0 {
		allowed = standard
	}
	if last < int64(allowed) {
		return nil
	}
	return &Failure{Type: "BudgetExceeded", Step: s.path, Details: []any{limit, int64(allowed)}}
}

func (r *run) budget() language.Budget {
	if r.definition.Budget == nil {
		return language.Budget{}
	}
	return *r.definition.Budget
}

func (r *run) messages() []Message {
	return slices.SortedStableFunc(slices.Values(r.world.Messages), func(a, b Message) int { return int(a.At - b.At) })
}

func fits(schema *language.Schema, value any) bool {
	if schema == nil {
		return true
	}
	resolved, err := schema.Resolve(nil)
	return err == nil && resolved.Validate(value) == nil
}
