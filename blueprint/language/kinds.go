package language

import (
	"reflect"
	"strings"
)

// kinds are the kinds of steps: the key that names the kind in a document, and what
// makes an empty one. A new kind is a file of its own and a line here.
func kinds() []kindEntry {
	return []kindEntry{
		{"activity", func() Kind { return &Activity{} }},
		{"workflow", func() Kind { return &Workflow{} }},
		{"steps", func() Kind { return &Group{} }},
		{"parallel", func() Kind { return &Parallel{} }},
		{"race", func() Kind { return &Race{} }},
		{"switch", func() Kind { return &Switch{} }},
		{"loop", func() Kind { return &Loop{} }},
		{"map", func() Kind { return &Map{} }},
		{"dag", func() Kind { return &Dag{} }},
		{"graph", func() Kind { return &Graph{} }},
		{"plan", func() Kind { return &PlanStep{} }},
		{"wait", func() Kind { return &Wait{} }},
		{"sleep", func() Kind { return &Sleep{} }},
		{"set", func() Kind { return &Set{} }},
		{"try", func() Kind { return &Try{} }},
		{"fail", func() Kind { return &Fail{} }},
		{"stop", func() Kind { return &Stop{} }},
	}
}

type kindEntry struct {
	key  string
	make func() Kind
}

// KindOf is the key of the step's kind in a document: "activity". It is that of the first
// field of the kind's type.
func KindOf(step *Step) string {
	key, _, _ := strings.Cut(reflect.TypeOf(step.Kind).Elem().Field(0).Tag.Get("json"), ",")
	return key
}
