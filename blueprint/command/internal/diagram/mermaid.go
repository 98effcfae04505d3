package diagram

import (
	"fmt"
	"strings"

	"dynamicsamples/blueprint/language"
)

// Mermaid writes the definition as a Mermaid flowchart.
func Mermaid(definition *language.Definition) string {
	m := &mermaid{}
	m.line("---")
	m.line("title: %q", definition.Blueprint+"@"+definition.Version)
	m.line("---")
	m.line("flowchart TB")
	m.depth++
	m.steps(definition.Steps)
	for _, each := range fills()[:stepClasses] {
		m.line("classDef %s fill:%s,stroke:%s", className(each.class), each.fill, each.line)
	}
	return m.text.String()
}

// className is a class in Mermaid, where "call" and "end" are words of the language.
func className(class string) string { return "step_" + class }

type mermaid struct {
	text  strings.Builder
	depth int
	// number names the nodes: ids of the document may be words of Mermaid.
	number int
}

func (m *mermaid) line(format string, values ...any) {
	m.text.WriteString(strings.Repeat("  ", m.depth))
	fmt.Fprintf(&m.text, format+"\n", values...)
}

func (m *mermaid) name() string {
	m.number++
	return fmt.Sprintf("n%d", m.number)
}

// steps writes steps that follow each other.
func (m *mermaid) steps(steps []*language.Step) {
	names := m.nodes(steps)
	for i := 1; i < len(names); i++ {
		m.line("%s --> %s", names[i-1], names[i])
	}
}

// nodes writes steps without the ways between them.
func (m *mermaid) nodes(steps []*language.Step) []string {
	var names []string
	for _, each := range steps {
		names = append(names, m.step(each))
	}
	return names
}

func (m *mermaid) step(s *language.Step) string {
	name, w := m.name(), wordsOf(s)
	parts, late := partsOf(s), lateOf(s)
	if len(parts)+len(late) == 0 {
		m.line("%s%s:::%s", name, shape(s.Kind, labelOf(w)), className(classOf(s.Kind)))
		return name
	}
	m.open(name, strings.TrimSpace(w.id+": "+w.kind+" "+shorten(w.detail, 2*longestText)))
	if len(parts) > 0 {
		m.kind(s, parts)
	}
	for _, each := range late {
		m.part(each)
	}
	m.close()
	return name
}

// kind writes what a step's kind holds.
func (m *mermaid) kind(s *language.Step, parts []part) {
	switch s.Kind.(type) {
	case *language.Dag, *language.Graph:
		m.joined(s, parts[0].steps)
	case *language.Try:
		m.try(parts)
	case *language.Parallel, *language.Race, *language.Switch:
		for _, each := range parts {
			m.part(each)
		}
	default:
		m.steps(parts[0].steps)
	}
}

func (m *mermaid) open(name, label string) {
	m.line("subgraph %s[\"%s\"]", name, escape(label))
	m.depth++
	m.line("direction TB")
}

func (m *mermaid) close() {
	m.depth--
	m.line("end")
}

// part writes a block with a label.
func (m *mermaid) part(p part) string {
	name := m.name()
	m.open(name, shorten(p.label, longestText))
	m.steps(p.steps)
	m.close()
	return name
}

func (m *mermaid) try(parts []part) {
	first := ""
	for _, each := range parts {
		name := m.part(each)
		switch {
		case first == "":
			first = name
		case each.kind == "catch":
			m.line("%s -. failure .-> %s", first, name)
		default:
			m.line("%s --> %s", first, name)
		}
	}
}

func (m *mermaid) joined(s *language.Step, steps []*language.Step) {
	names := m.nodes(steps)
	for _, each := range edgesOf(s) {
		label := each.label(longestText)
		if each.choice != "" {
			label = `"` + escape(label) + `"`
		}
		switch {
		case each.kind == "failure":
			m.line("%s -. %s .-> %s", names[each.from], label, names[each.to])
		case label != "":
			m.line("%s -- %s --> %s", names[each.from], label, names[each.to])
		default:
			m.line("%s --> %s", names[each.from], names[each.to])
		}
	}
}

func labelOf(w words) string {
	label := escape(w.id) + "<br/>" + escape(strings.TrimSpace(w.kind+" "+shorten(w.detail, longestText)))
	if w.note != "" {
		label += "<br/>" + escape(shorten(w.note, longestText))
	}
	return label
}

// shape is a node's outline with its label.
func shape(kind language.Kind, label string) string {
	quoted := `"` + label + `"`
	switch kind.(type) {
	case *language.Workflow:
		return "[[" + quoted + "]]"
	case *language.PlanStep:
		return "[/" + quoted + "/]"
	case *language.Wait, *language.Sleep:
		return "{{" + quoted + "}}"
	case *language.Fail, *language.Stop:
		return "([" + quoted + "])"
	default:
		return "[" + quoted + "]"
	}
}

// escape writes text so that Mermaid takes it for nothing else inside double quotes: what
// ends the text, or is markup, as its code.
func escape(text string) string {
	var out strings.Builder
	for _, c := range oneLine(text) {
		if strings.ContainsRune("\"#&<>`\\;", c) {
			fmt.Fprintf(&out, "#%d;", c)
			continue
		}
		out.WriteRune(c)
	}
	return out.String()
}
