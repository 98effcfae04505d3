package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// What a Search Attribute may take: a keyword what any store does, and each value, as JSON, what
// the server does.
const (
	mostKeywordBytes   = 255
	mostAttributeBytes = 2048
)

// checkTypes refuses types of Search Attributes that there are not.
func checkTypes(types map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(types)) {
		if update, _ := attribute(name, types[name], nil); update == nil {
			return fmt.Errorf("the Search Attribute %s has the type %q: Bool, Datetime, Double, Int, Keyword, KeywordList or Text is expected", name, types[name])
		}
	}
	return nil
}

// CheckSearchAttributes reports the Search Attributes that documents may set, or runs set
// themselves, and that are not registered in the namespace with their type: one of them would hold up the Workflow Task of each
// run that sets it. A Worker calls it before it starts.
func (i *Interpreter) CheckSearchAttributes(ctx context.Context, connection client.Client, namespace string) error {
	if len(i.search) == 0 {
		return nil
	}
	known, err := connection.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	if err != nil {
		return fmt.Errorf("asking for the Search Attributes of the namespace %s: %w", namespace, err)
	}
	var problems []string
	for _, name := range slices.Sorted(maps.Keys(i.search)) {
		registered, found := known.GetCustomAttributes()[name]
		wanted, _ := enumspb.IndexedValueTypeFromString(i.search[name])
		switch {
		case !found:
			problems = append(problems, fmt.Sprintf("%s is not registered: temporal operator search-attribute create --namespace %s --name %s --type %s", name, namespace, name, wanted))
		case registered != wanted:
			problems = append(problems, fmt.Sprintf("%s is registered as %s, not as %s", name, registered, wanted))
		}
	}
	if len(problems) > 0 {
		return fmt.Errorf("the Search Attributes of the blueprints: %s", strings.Join(problems, "; "))
	}
	return nil
}

// tellSearch sets the Search Attributes before the run waits, once all has been done that came
// with this Workflow Task. A Local Activity ends in the same one.
func (r *run) tellSearch(ctx, detached workflow.Context) {
	if len(r.searchNames()) == 0 && r.record.Search[StatesAttribute] == "" {
		return
	}
	passes := 0
	_ = workflow.Await(detached, func() bool {
		passes++
		return passes > 1 || r.canGoOn(ctx, detached)
	})
	for !r.canGoOn(ctx, detached) && r.calls.locals == 0 && !r.setSearch(detached) {
	}
}

// searchNames are the Search Attributes of the document that it may set, in order.
func (r *run) searchNames() []string {
	var names []string
	for _, name := range workflow.DeterministicKeys(r.root.program.Definition.Search) {
		if r.record.Search[name] != "" && runAttributes()[name] == "" {
			names = append(names, name)
		}
	}
	return names
}

// setSearch sets the Search Attributes that have changed. Where this Workflow Task has set some
// before, it waits for another one and reports false: something may have come meanwhile.
func (r *run) setSearch(ctx workflow.Context) bool {
	updates, values := r.searchChanges(ctx)
	length := workflow.GetInfo(ctx).GetCurrentHistoryLength()
	if len(updates) > 0 && length > 0 && r.searchedAt == length {
		summary := "setting Search Attributes in another Workflow Task"
		_ = workflow.NewTimerWithOptions(ctx, time.Millisecond, workflow.TimerOptions{Summary: summary}).Get(ctx, nil)
		return false
	}
	if r.state.Searched == nil && len(values) > 0 {
		r.state.Searched = object{}
	}
	maps.Copy(r.state.Searched, values)
	if len(updates) == 0 {
		return true
	}
	r.searchedAt = length
	if err := workflow.UpsertTypedSearchAttributes(ctx, updates...); err != nil {
		r.logger.Error("setting Search Attributes", "error", err)
	}
	return true
}

// searchChanges are the Search Attributes that have changed, and the values of all. Where there is
// no value, or one of the wrong type, the attribute is to be unset. All together cost what one
// value may.
func (r *run) searchChanges(ctx workflow.Context) ([]temporal.SearchAttributeUpdate, object) {
	if r.lost != nil {
		return nil, nil
	}
	limits, spent := r.limits(), uint64(0)
	limits.Spent = &spent
	var updates []temporal.SearchAttributeUpdate
	values := object{}
	for _, name := range r.searchNames() {
		limits.Cost = uint64(r.record.Budget.Cost) - min(uint64(r.record.Budget.Cost), spent)
		result, err := r.root.program.Evaluate(r.root.program.Definition.Search[name], r.outside(), limits)
		if err != nil {
			result = nil
		}
		update, set := attribute(name, r.record.Search[name], result)
		if !set {
			result = nil
		}
		if r.searchDiffers(ctx, name, result) {
			updates = append(updates, update)
		}
		values[name] = result
	}
	r.pace.spent += spent
	for _, each := range r.runAttributes() {
		if r.searchDiffers(ctx, each.name, each.value) {
			update, _ := attribute(each.name, r.record.Search[each.name], each.value)
			updates = append(updates, update)
		}
		values[each.name] = each.value
	}
	return updates, values
}

// searchDiffers reports whether a Search Attribute has another value than this one.
func (r *run) searchDiffers(ctx workflow.Context, name string, value any) bool {
	before, known := r.state.Searched[name]
	if known || value != nil {
		return !known || textOf(before) != textOf(value)
	}
	// A client, or a run that this one begins anew, may have set it.
	for key := range workflow.GetTypedSearchAttributes(ctx).GetUntypedValues() {
		if key.GetName() == name {
			return true
		}
	}
	return false
}

// attribute is the update that gives a Search Attribute of the type the value, and whether it
// does: a value that is of another type, or too long, unsets it. There is none of another type.
func attribute(name, kind string, value any) (update temporal.SearchAttributeUpdate, set bool) {
	text, isText := value.(string)
	switch kind {
	case "Bool":
		holds, is := value.(bool)
		return either(temporal.NewSearchAttributeKeyBool(name), holds, is)
	case "Datetime":
		at, err := time.Parse(time.RFC3339, text)
		return either(temporal.NewSearchAttributeKeyTime(name), at, err == nil)
	case "Double":
		number, is := value.(float64)
		if whole, isWhole := value.(int64); isWhole {
			number, is = float64(whole), true
		}
		return either(temporal.NewSearchAttributeKeyFloat64(name), number, is)
	case "Int":
		number, is := value.(int64)
		return either(temporal.NewSearchAttributeKeyInt64(name), number, is)
	case "Keyword":
		return either(temporal.NewSearchAttributeKeyKeyword(name), text, isText && len(text) <= mostKeywordBytes)
	case "KeywordList":
		list, is := keywords(value)
		return either(temporal.NewSearchAttributeKeyKeywordList(name), list, is)
	case "Text":
		return either(temporal.NewSearchAttributeKeyString(name), text, isText && isSmall(text))
	}
	return nil, false
}

// either sets the key to the value, or unsets it.
func either[T any](key interface {
	ValueSet(value T) temporal.SearchAttributeUpdate
	ValueUnset() temporal.SearchAttributeUpdate
}, value T, set bool) (temporal.SearchAttributeUpdate, bool) {
	if !set {
		return key.ValueUnset(), false
	}
	return key.ValueSet(value), true
}

// keywords are the texts of a list of keywords.
func keywords(value any) ([]string, bool) {
	list, isList := value.([]any)
	var all []string
	for _, each := range list {
		text, isText := each.(string)
		if !isText || len(text) > mostKeywordBytes {
			return nil, false
		}
		all = append(all, text)
	}
	return all, isList && len(all) > 0 && isSmall(all)
}

// isSmall reports whether the server takes the value, which the SDK writes as JSON.
func isSmall(value any) bool {
	text, err := json.Marshal(value)
	return err == nil && len(text) <= mostAttributeBytes
}
