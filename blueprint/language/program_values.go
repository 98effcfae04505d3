package language

import (
	"maps"
	"slices"
)

// raw lists the values that are written.
func raw(values ...*Value) []any {
	var written []any
	for _, value := range values {
		if value != nil {
			written = append(written, value.Raw)
		}
	}
	return written
}

// values are those of the step itself and of its kind.
func (s *Step) values() []any {
	values := append(s.Kind.values(), raw(s.When, s.Timeout)...)
	for _, key := range edgesOf(s) {
		for _, each := range key.edges {
			values = append(values, raw(each.When)...)
		}
	}
	return values
}

func (u *Undo) values() []any {
	if u == nil {
		return nil
	}
	return append(raw(u.With), expressionsOf(u.timeouts())...)
}

// expressionsOf are the timeouts that are expressions.
func expressionsOf(timeouts []timeout) []any {
	var expressions []any
	for _, each := range timeouts {
		if each.length.IsExpression() {
			expressions = append(expressions, string(*each.length))
		}
	}
	return expressions
}

func sortedKeys(object map[string]any) []string { return slices.Sorted(maps.Keys(object)) }
