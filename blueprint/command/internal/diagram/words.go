package diagram

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"dynamicsamples/blueprint/language"
)

// words are what a picture says of a step.
type words struct {
	// id and kind name the step.
	id, kind string
	// detail is what matters most of its kind, in a few words.
	detail string
	// note is a second line: what takes the step back, where an edge leads.
	note string
	// summary is the author's.
	summary string
}

func wordsOf(step *language.Step) words {
	w := words{id: step.ID, summary: step.Summary}
	if step.Kind == nil {
		return w
	}
	w.kind = language.KindOf(step)
	switch kind := step.Kind.(type) {
	case *language.Activity:
		w.detail, w.note = kind.Activity, undoOf(kind.Undo)
		if kind.Local {
			w.kind = "local activity"
		}
	case *language.Workflow:
		w.detail, w.note = kind.Workflow, undoOf(kind.Undo)
		if kind.Detach {
			w.kind = "workflow, detached"
		}
	case *language.PlanStep:
		w.detail, w.note = kind.Plan, "returns the steps"
		if kind.Approve != "" {
			w.note += ", approved by " + kind.Approve
		}
	case *language.Wait:
		w.detail = kind.Wait
		if kind.Match != nil {
			w.note = "where " + text(kind.Match.Raw)
		}
	case *language.Sleep:
		w.detail = howLong("", kind.Sleep)
	case *language.Set:
		w.detail = strings.Join(slices.Sorted(maps.Keys(kind.Set)), ", ")
	case *language.Fail:
		w.detail, w.note = kind.Fail.Type, kind.Fail.Message
		if kind.Fail.Caught {
			w.detail = "with the error that was caught"
		}
	case *language.Stop:
		w.detail = value(kind.Stop)
	case *language.Loop:
		w.detail = loopWords(kind)
	case *language.Map:
		w.detail = mapWords(kind)
	case *language.Race:
		w.detail = "the first wins"
		if kind.First != nil {
			w.detail = "the first " + value(kind.First) + " win"
		}
	case *language.Parallel:
		w.detail = "all at once"
	case *language.Dag:
		if kind.GoesOn() {
			w.detail = "goes on after a failure"
		}
	}
	if step.When != nil {
		w.note = strings.TrimPrefix(w.note+", when "+value(step.When), ", ")
	}
	if retry := language.RetryOf(step); retry != nil {
		w.detail = strings.TrimPrefix(fmt.Sprintf("%s, up to %d attempts", w.detail, retry.MaximumAttempts), ", ")
	}
	if step.Timeout != nil {
		w.detail = strings.TrimPrefix(w.detail+", "+howLong("at most ", step.Timeout), ", ")
	}
	if step.Hold != nil {
		w.note = strings.TrimPrefix(w.note+", "+holdWords(step.Hold), ", ")
	}
	return w
}

// howLong is a length of time, after the words for one, or the time until which it is.
func howLong(words string, of *language.Value) string {
	if of == nil {
		return ""
	}
	if until, written := of.Raw.(map[string]any); written {
		return "until " + text(until["until"])
	}
	return words + text(of.Raw)
}

// holdWords say which failures wait for people, and how long.
func holdWords(hold *language.Hold) string {
	words := "holds failures"
	if len(hold.Types) > 0 {
		words = "holds " + strings.Join(hold.Types, ", ")
	}
	if hold.Timeout != "" {
		words += " for " + string(hold.Timeout)
	}
	return words
}

func undoOf(undo *language.Undo) string {
	if undo == nil {
		return ""
	}
	return "undo: " + undo.Activity
}

func loopWords(loop *language.Loop) string {
	var parts []string
	if loop.Over != nil {
		parts = append(parts, "each "+loop.ItemName()+" of "+value(loop.Over)+", one after the other")
	}
	for _, each := range []struct {
		name  string
		value *language.Value
	}{{"times", loop.Times}, {"while", loop.While}, {"until", loop.Until}} {
		if each.value != nil {
			parts = append(parts, each.name+" "+value(each.value))
		}
	}
	if loop.Max > 0 {
		parts = append(parts, fmt.Sprintf("max %d", loop.Max))
	}
	return strings.Join(parts, ", ")
}

func mapWords(each *language.Map) string {
	detail := "each " + each.ItemName() + " of " + value(each.Over)
	if each.Concurrency != nil {
		detail += ", " + value(each.Concurrency) + " at once"
	}
	if each.Tolerate != nil {
		detail += ", " + text(each.Tolerate) + " may fail"
	}
	return detail
}

// part is a block of a step with the words on its edge: a branch's name, a condition.
type part struct {
	label string
	kind  string // "branch", "case", "try", "catch", "finally", "timeout", "body"
	steps []*language.Step
}

// lateOf are the steps for a step that was not done in time, if there are any.
func lateOf(step *language.Step) []part {
	if len(step.OnTimeout) == 0 {
		return nil
	}
	return []part{{label: "on timeout", kind: "timeout", steps: step.OnTimeout}}
}

// partsOf are the blocks of a step's kind that hold steps.
func partsOf(step *language.Step) []part {
	var parts []part
	add := func(kind, label string, steps []*language.Step) {
		if len(steps) > 0 {
			parts = append(parts, part{label: label, kind: kind, steps: steps})
		}
	}
	switch kind := step.Kind.(type) {
	case *language.Parallel:
		for _, name := range kind.Parallel.Names() {
			add("branch", name, kind.Parallel[name])
		}
	case *language.Race:
		for _, name := range kind.Race.Names() {
			add("branch", name, kind.Race[name])
		}
	case *language.Switch:
		for _, each := range kind.Switch {
			add("case", "when "+value(each.When), each.Steps)
		}
		add("case", "else", kind.Else)
	case *language.Try:
		add("try", "try", kind.Try)
		for _, each := range kind.Catch {
			add("catch", catchWords(each), each.Steps)
		}
		add("finally", "finally", kind.Finally)
	case nil:
	default:
		for _, each := range kind.Blocks() {
			add("body", "", each.Steps)
		}
	}
	return parts
}

func catchWords(catch language.Catch) string {
	return strings.TrimSpace("catch " + cmp.Or(choiceWords(catch.Types, catch.When), "everything"))
}

// choiceWords are the types of failures and the condition for which something is chosen.
func choiceWords(types []string, when *language.Value) string {
	words := strings.Join(types, ", ")
	if when != nil {
		words += " when " + value(when)
	}
	return strings.TrimSpace(words)
}

// value is a value in words; an expression without its braces.
func value(of *language.Value) string {
	if of == nil {
		return ""
	}
	return text(of.Raw)
}

func text(raw any) string {
	written, isText := raw.(string)
	if !isText {
		encoded, err := json.Marshal(raw)
		if err != nil {
			return ""
		}
		written = string(encoded)
	}
	inner, isExpression := strings.CutPrefix(written, "${")
	if closed := strings.TrimSuffix(inner, "}"); isExpression && closed != inner && !strings.Contains(closed, "${") {
		written = closed
	}
	return oneLine(written)
}

// oneLine is text without line breaks and what no picture can show.
func oneLine(text string) string {
	fields := strings.FieldsFunc(text, func(c rune) bool { return unicode.IsSpace(c) || !unicode.IsPrint(c) })
	return strings.Join(fields, " ")
}

// shorten cuts text to so many characters.
func shorten(text string, most int) string {
	characters := []rune(text)
	if len(characters) <= most {
		return text
	}
	return string(characters[:most-1]) + "…"
}

// edge is a way from one step of a block to another.
type edge struct {
	from, to int
	// kind is "needs", "next", "success" or "failure".
	kind string
	// choice says when the edge is taken, where that is not always.
	choice string
}

// label is what stands at the edge, with so much of its choice; most have none.
func (e edge) label(most int) string {
	label := ""
	if e.kind == "success" || e.kind == "failure" {
		label = e.kind
	}
	return strings.TrimSpace(label + " " + shorten(e.choice, most))
}

// edgesOf are the edges between the steps of a dag or a graph; those that lead nowhere
// are the checker's matter.
func edgesOf(step *language.Step) []edge {
	var edges []edge
	switch kind := step.Kind.(type) {
	case *language.Dag:
		for to, node := range kind.Dag {
			for _, need := range node.Needs {
				edges = appendEdge(edges, kind.Dag, need, to, "needs")
			}
		}
	case *language.Graph:
		for from, node := range kind.Graph {
			for _, each := range []struct {
				targets language.Edges
				kind    string
			}{{node.Next, "next"}, {node.OnSuccess, "success"}, {node.OnFailure, "failure"}} {
				for _, target := range each.targets {
					if to := indexOf(kind.Graph, target.To); to >= 0 {
						edges = append(edges, edge{from, to, each.kind, choiceWords(target.Types, target.When)})
					}
				}
			}
		}
	}
	return edges
}

func appendEdge(edges []edge, nodes []*language.Step, from string, to int, kind string) []edge {
	if index := indexOf(nodes, from); index >= 0 {
		return append(edges, edge{from: index, to: to, kind: kind})
	}
	return edges
}

func indexOf(nodes []*language.Step, id string) int {
	if id == "" {
		return -1
	}
	return slices.IndexFunc(nodes, func(step *language.Step) bool { return step.ID == id })
}

// startOf is the index of the node that a graph begins with, or -1.
func startOf(step *language.Step) int {
	graph, isGraph := step.Kind.(*language.Graph)
	switch {
	case !isGraph:
		return -1
	case graph.Start != "":
		return indexOf(graph.Graph, graph.Start)
	default:
		return 0
	}
}
