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
	lines := append(heldLines(status), holdLines(status)...)
	for _, each := range status.Paused {
		lines = append(lines, line{"⏸", "1;33", fmt.Sprintf(" %s is paused since %s", whatOf(each.Step), OneLine(each.String()))})
	}
	for _, each := range status.AtGates {
		text := fmt.Sprintf(" %s waits to %s", each.Step, each.Waits)
		if each.Error != "" {
			text += " — " + OneLine(each.Error)
		}
		lines = append(lines, line{"  ⏸", "33", text})
	}
	return bounded(lines)
}

// ForPeople is what waits for people, as text.
func ForPeople(status engine.Status) []string {
	var texts []string
	for _, each := range noteLines(status) {
		texts = append(texts, each.within(0, false))
	}
	return texts
}

// heldLines are the failures that are held, and what can be done about them.
func heldLines(status engine.Status) []line {
	const most = 10
	var lines []line
	shown := min(len(status.Held), most)
	for _, each := range status.Held[:shown] {
		text := fmt.Sprintf(" %s is held since %s — %s", each.Step, each.Since.UTC().Format(time.RFC3339), OneLine(each.Error))
		if !each.Until.IsZero() {
			text += ", until " + each.Until.UTC().Format(time.RFC3339)
		}
		lines = append(lines, line{"✋", "1;31", text + admits(each)})
	}
	if more := max(status.HeldCount, len(status.Held)) - shown; more > 0 {
		lines = append(lines, line{"✋", "1;31", fmt.Sprintf(" %d more are held", more)})
	}
	if status.NotHeld > 0 {
		lines = append(lines, line{"✋", "1;31", fmt.Sprintf(" %d failures could not be held: there was no room", status.NotHeld)})
	}
	return lines
}

// holdLines are the steps whose failures somebody has asked to hold.
func holdLines(status engine.Status) []line {
	var lines []line
	for _, each := range status.Holds {
		lines = append(lines, line{"✋", "33", fmt.Sprintf(" failures of %s are held from %s", whatOf(each.Step), OneLine(each.String()))})
	}
	return lines
}

// admits is what can be done about what is held.
func admits(held engine.HeldStep) string {
	if len(held.Admits) == 0 {
		return ""
	}
	return "; it admits " + strings.Join(held.Admits, ", ")
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
	for _, each := range missing(after.Paused, before.Paused, pausedSince) {
		news = append(news, fmt.Sprintf("paused    %s since %s", whatOf(each.Step), OneLine(each.String())))
	}
	for _, each := range missing(after.Held, before.Held, heldSince) {
		news = append(news, fmt.Sprintf("held      %s — %s%s", each.Step, OneLine(each.Error), admits(each)))
	}
	for _, each := range missing(before.Held, after.Held, heldSince) {
		news = append(news, "released  "+each.Step)
	}
	for _, each := range missing(before.Paused, after.Paused, pausedSince) {
		news = append(news, "resumed   "+whatOf(each.Step))
	}
	return news
}

// missing are those of a list that another one has not, by their step and since when.
func missing[T any](of, from []T, since func(T) (string, time.Time)) []T {
	return slices.DeleteFunc(slices.Clone(of), func(each T) bool {
		step, moment := since(each)
		return slices.ContainsFunc(from, func(other T) bool {
			otherStep, otherMoment := since(other)
			return otherStep == step && otherMoment.Equal(moment)
		})
	})
}

func pausedSince(each engine.Paused) (string, time.Time) { return each.Step, each.Since }

func heldSince(each engine.HeldStep) (string, time.Time) { return each.Step, each.Since }

// Origin is where a fork has come from, and who has asked for it, as they say themselves.
func Origin(fork engine.Forked) string {
	text := fmt.Sprintf("forked from %s, run %s, before %s", fork.Origin.WorkflowID, fork.Origin.RunID, fork.At)
	if fork.Held {
		text = fmt.Sprintf("forked from %s, run %s, with the failure of %s held", fork.Origin.WorkflowID, fork.Origin.RunID, fork.At)
	}
	if fork.By != "" {
		text += " by " + fork.By
	}
	if fork.Note != "" {
		text += ": " + fork.Note
	}
	return OneLine(text)
}

// Operations are the last that were done, or refused when their turn came, and who asked for
// them, as they say themselves.
func Operations(status engine.Status) []string {
	const most = 10
	var lines []string
	before := max(0, len(status.Operations)-most)
	if before > 0 {
		lines = append(lines, fmt.Sprintf("operations before those that follow: %d; explain tells more", before))
	}
	for _, each := range status.Operations[before:] {
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
		lines = append(lines, OneLine(text))
	}
	return lines
}
