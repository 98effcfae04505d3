package format

import (
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"dynamicsamples/blueprint/language"
)

// orderDocument puts a whole document into order. A comment above it stays there, though
// the library takes it for one of the first key.
func orderDocument(root *yaml.Node, from reflect.Value) {
	if len(root.Content) == 0 {
		return
	}
	first := root.Content[0]
	above := first.HeadComment
	first.HeadComment = ""
	order(root, from)
	first = root.Content[0]
	first.HeadComment = strings.Trim(above+"\n"+first.HeadComment, "\n")
}

// order puts the keys of what the language defines into its order. What is the author's
// own, such as arguments, stays as it is. The value is what the node was read as.
func order(node *yaml.Node, from reflect.Value) {
	for from.IsValid() && from.Kind() == reflect.Pointer && from.Type() != reflect.TypeFor[*language.Step]() {
		from = from.Elem()
	}
	if !from.IsValid() || node.Kind == yaml.AliasNode {
		return
	}
	switch {
	case isAuthors(from.Type()):
	case from.Type() == reflect.TypeFor[*language.Step]():
		orderStep(node, from)
	case from.Kind() == reflect.Struct && node.Kind == yaml.MappingNode:
		orderKeys(node, keys(from))
	case from.Kind() == reflect.Slice && node.Kind == yaml.SequenceNode:
		for i, item := range node.Content {
			if i < from.Len() {
				order(item, from.Index(i))
			}
		}
	case from.Kind() == reflect.Map && node.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			name := reflect.ValueOf(node.Content[i].Value).Convert(from.Type().Key())
			order(node.Content[i+1], from.MapIndex(name))
		}
	}
}

// isAuthors reports whether the author decides on the order of the keys.
func isAuthors(kind reflect.Type) bool {
	return slices.Contains([]reflect.Type{
		reflect.TypeFor[language.Value](), reflect.TypeFor[language.Schema](),
		reflect.TypeFor[map[string]any](), reflect.TypeFor[[]any](),
	}, kind)
}

// key is a key of the language, and what was read for it.
type key struct {
	name  string
	value reflect.Value
}

// keys lists the keys of a struct, with those of the structs that it embeds in their
// places.
func keys(from reflect.Value) []key {
	var found []key
	for _, each := range reflect.VisibleFields(from.Type()) {
		name, _, _ := strings.Cut(each.Tag.Get("json"), ",")
		if !each.Anonymous && name != "-" && name != "" {
			found = append(found, key{name, from.FieldByIndex(each.Index)})
		}
	}
	return found
}

// orderStep puts the kind's keys between the id and the summary, and the edges.
func orderStep(node *yaml.Node, from reflect.Value) {
	step, isStep := from.Interface().(*language.Step)
	if !isStep || step == nil || step.Kind == nil || node.Kind != yaml.MappingNode {
		return
	}
	const common = 2
	own := keys(from.Elem())
	orderKeys(node, slices.Concat(own[:common], keys(reflect.ValueOf(step.Kind).Elem()), own[common:]))
}

func orderKeys(node *yaml.Node, known []key) {
	type member struct {
		place      int
		key, value *yaml.Node
	}
	var members []member
	for i := 0; i+1 < len(node.Content); i += 2 {
		name, value := node.Content[i], node.Content[i+1]
		place := slices.IndexFunc(known, func(each key) bool { return each.name == name.Value })
		switch {
		case place < 0 && strings.HasPrefix(name.Value, language.ExtraPrefix):
			// Before the steps, where aliases of what is in it can stand.
			place = slices.IndexFunc(known, func(each key) bool { return each.name == "summary" })
		case place < 0:
			place = len(known)
		default:
			order(value, known[place].value)
		}
		members = append(members, member{place, name, value})
	}
	slices.SortStableFunc(members, func(a, b member) int { return a.place - b.place })
	node.Content = node.Content[:0]
	for _, each := range members {
		node.Content = append(node.Content, each.key, each.value)
	}
}
