package follow

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"dynamicsamples/blueprint/engine"
)

// mostNotes is how much of what is paused is shown one by one.
const mostNotes = 20

// noteLines are what waits for people: what is held, what is paused, and what waits there.
func noteLines(status engine.Status) []line {
	lines := heldLines(status)
	for _, each := range status.Paused {
		lines = append(lines, line{"⏸", "1;33", fmt.Sprintf(" %s is paused since %s", whatOf(each.Step), oneLine(each.String()))})
	}
	for _, each := range status.AtGates {
		text := fmt.Sprintf(" %s waits to %s", each.Step, each.Waits)
		if each.Error != "" {
			text += " — " + oneLine(each.Error)
		}
		lines = append(lines, line{"  ⏸", "33", text})
	}
	return bounded(lines)
}

// heldLines are what is held, with what can be done about it.
func heldLines(status engine.Status) []line {
	const most = 10
	var lines []line
	for _, each := range status.Held[:min(len(status.Held), most)] {
		lines = append(lines, line{"✋", "1;31", " " + oneLine(heldText(each))})
	}
	if more := max(status.HeldCount, len(status.Held)) - most; more > 0 {
		lines = append(lines, line{text: fmt.Sprintf("✋ and %d more", more)})
	}
	return lines
}

func heldText(held engine.HeldStep) string {
	text := fmt.Sprintf("%s is held since %s", held.Step, held.Since.UTC().Format(time.RFC3339))
	if !held.Until.IsZero() {
		text += " until " + held.Until.UTC().Format(time.RFC3339)
	}
	text += " — " + held.Error
	if len(held.Admits) > 0 {
		text += "; it admits " + strings.Join(held.Admits, ", ")
	}
	return text
}

func bounded(lines []line) []line {
	if more := len(lines) - mostNotes; more > 0 {
		lines = append(lines[:mostNotes], line{text: fmt.Sprintf("… %d more", more)})
	}
	return lines
}

func whatOf(step string) string {
	if step == "" {
		return "the run"
	}
	return step
}

// Notes are what has been held, paused and resumed between two statuses.
func Notes(before, after engine.Status) []string {
	var news []string
	for _, each := range after.Held {
		known := func(other engine.HeldStep) bool { return other.Step == each.Step && other.Since.Equal(each.Since) }
		if !slices.ContainsFunc(before.Held, known) {
			news = append(news, "held      "+oneLine(heldText(each)))
		}
	}
	for _, each := range missing(after.Paused, before.Paused) {
		news = append(news, fmt.Sprintf("paused    %s since %s", whatOf(each.Step), oneLine(each.String())))
	}
	for _, each := range missing(before.Paused, after.Paused) {
		news = append(news, "resumed   "+whatOf(each.Step))
	}
	return news
}

// missing are those of a list that another one has not.
func missing(of, from []engine.Paused) []engine.Paused {
	return slices.DeleteFunc(slices.Clone(of), func(each engine.Paused) bool {
		return slices.ContainsFunc(from, func(other engine.Paused) bool { return other.Step == each.Step && other.Since.Equal(each.Since) })
	})
}

// Operations are the last that were done, or refused when their turn came, and who asked for
// them, as they say themselves.
func Operations(status engine.Status) []string {
	const most = 10
	var lines []string
	for _, each := range status.Operations[max(0, len(status.Operations)-most):] {
		text := fmt.Sprintf("%s %s of %s", each.Time.UTC().Format(time.RFC3339), each.Op, whatOf(each.Step))
		if each.By != "" {
			text += " by " + each.By
		}
		if each.Note != "" {
			text += ": " + each.Note
		}
		if each.Refused != "" {
			text += " — refused: " + each.Refused
		}
		lines = append(lines, oneLine(text))
	}
	return lines
}
