package follow

import (
	"fmt"
	"slices"

	"dynamicsamples/blueprint/engine"
)

// pausedLines are what is paused, and what waits there.
func pausedLines(status engine.Status) []line {
	var lines []line
	for _, each := range status.Paused {
		lines = append(lines, line{"⏸", "1;33", " " + PausedLine(each)})
	}
	for _, each := range status.AtGates {
		lines = append(lines, line{"  ⏸", "33", " " + gateLine(each)})
	}
	if len(lines) > mostTroubled {
		lines = append(lines[:mostTroubled], line{text: fmt.Sprintf("… %d more that are paused, or wait", len(lines)-mostTroubled)})
	}
	return lines
}

// PausedLine is what is paused, since when, by whom and why.
func PausedLine(each engine.Paused) string {
	return oneLine(fmt.Sprintf("%s is paused since %s", RunOr(each.Step), each))
}

func gateLine(each engine.AtGate) string {
	text := fmt.Sprintf("%s waits to %s", each.Step, each.Waits)
	if each.Error != "" {
		text += " — " + oneLine(each.Error)
	}
	return text
}

// RunOr is a path, or what the empty one stands for.
func RunOr(step string) string {
	if step == "" {
		return "the run"
	}
	return step
}

// Done is an operation on one line: what was asked, of what, by whom and why.
func Done(operation engine.Operation) string {
	text := fmt.Sprintf("%s %s", operation.Op, RunOr(operation.Step))
	if operation.By != "" {
		text += " by " + operation.By
	}
	if operation.Note != "" {
		text += ": " + operation.Note
	}
	return oneLine(text)
}

// Operations are those that were done, or refused, since an earlier look.
func Operations(before, after engine.Status) []string {
	var news []string
	for _, each := range after.Operations {
		known := func(earlier engine.Operated) bool { return earlier.ID == each.ID && earlier.Time.Equal(each.Time) }
		if slices.ContainsFunc(before.Operations, known) {
			continue
		}
		text := fmt.Sprintf("%-9s %s", "operation", Done(each.Operation))
		if each.Refused != "" {
			text += " — refused: " + oneLine(each.Refused)
		}
		news = append(news, text)
	}
	return news
}
