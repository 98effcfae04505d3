package follow

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"

	"dynamicsamples/blueprint/engine"
)

// Tree is what is seen as lines, one for each step, for what is paused, and for each Activity that
// was not well at once; at most height of them, each at most width wide; 0 is no bound. Where there are too
// many, the steps inside blocks that have ended or not begun are left out first.
func Tree(view View, now time.Time, width, height int, colors bool) []string {
	status, notes := view.Status, slices.Concat(waitLines(view), activityLines(view.Activities, now))
	if view.Ended == "" {
		notes = append(noteLines(status), notes...)
	}
	if height > 0 {
		// The steps have at least half of the room.
		notes = notes[:min(len(notes), height/2)]
		height -= len(notes)
	}
	shown := func(engine.StepStatus) bool { return true }
	lines := tree(status.Steps, now, 0, shown)
	for _, stricter := range []func(engine.StepStatus) bool{
		func(s engine.StepStatus) bool { return s.Attempts > 0 },
		func(s engine.StepStatus) bool { return s.State == engine.StateRunning },
	} {
		if height > 0 && len(lines) > height {
			lines = tree(status.Steps, now, 0, stricter)
		}
	}
	if height > 0 && len(lines) > height {
		lines = append(lines[:height-1], line{text: fmt.Sprintf("… %d more", len(lines)-height+1)})
	}
	lines = append(lines, notes...)
	texts := make([]string, len(lines))
	for i, each := range lines {
		texts[i] = each.within(width, colors)
	}
	return texts
}

// line is a step's line and the color of its mark.
type line struct{ mark, color, text string }

func (l line) within(width int, colors bool) string {
	text, mark := l.text, l.mark
	if width > 0 {
		text = runewidth.Truncate(text, width-runewidth.StringWidth(mark), "…")
	}
	if colors && mark != "" {
		mark = "\x1b[" + l.color + "m" + mark + "\x1b[0m"
	}
	return mark + text
}

func tree(steps []engine.StepStatus, now time.Time, depth int, opens func(engine.StepStatus) bool) []line {
	var lines []line
	for _, each := range steps {
		lines = append(lines, stepLine(each, now, depth))
		if opens(each) {
			lines = append(lines, tree(each.Steps, now, depth+1, opens)...)
		}
	}
	return lines
}

func stepLine(step engine.StepStatus, now time.Time, depth int) line {
	text := fmt.Sprintf(" %s %s", step.ID, step.Kind)
	if step.Block != "" {
		text = " " + step.Block + ":" + text
	}
	if step.Attempts > 1 {
		text += fmt.Sprintf(" ×%d", step.Attempts)
	}
	if step.Running > 1 {
		text += fmt.Sprintf(", %d running", step.Running)
	}
	if step.Waiting > 0 {
		text += fmt.Sprintf(", %d at the gate", step.Waiting)
	}
	if step.Held > 0 {
		text += fmt.Sprintf(", %d held", step.Held)
	}
	if step.Started != nil {
		end := now
		if step.Ended != nil && step.State != engine.StateRunning {
			end = *step.Ended
		}
		if took := end.Sub(*step.Started); took >= 0 {
			text += " " + Length(took)
		}
	}
	if step.Undone {
		text += ", undone"
	}
	if step.Error != "" {
		text += " — " + OneLine(step.Error)
	}
	mark := step.State.Mark()
	if step.Undone {
		mark = "↶"
	}
	return line{strings.Repeat("  ", depth) + mark, colorOf(step.State), text}
}

// colorOf is the terminal's color for the mark of a state.
func colorOf(state engine.State) string {
	switch state {
	case engine.StateRunning:
		return "1;36"
	case engine.StateSucceeded, engine.StateStopped:
		return "32"
	case engine.StateFailed:
		return "1;31"
	case engine.StateCanceled:
		return "33"
	default:
		return "2"
	}
}

// Length is a length of time with as many digits as a person cares for.
func Length(of time.Duration) string {
	switch {
	case of >= 24*time.Hour:
		days := of / (24 * time.Hour)
		rest := of % (24 * time.Hour)
		if rest < time.Minute {
			return fmt.Sprintf("%dd", days)
		}
		return fmt.Sprintf("%dd%s", days, Length(rest))
	case of >= time.Minute:
		text := of.Round(time.Second).String()
		for _, zero := range []string{"m0s", "h0m"} {
			if strings.HasSuffix(text, zero) {
				text = text[:len(text)-2]
			}
		}
		return text
	case of >= time.Second:
		return of.Round(100 * time.Millisecond).String()
	default:
		return of.Round(time.Millisecond).String()
	}
}

// Screen draws lines in place on a terminal.
type Screen struct {
	Out   io.Writer
	drawn int
}

// Draw replaces what was drawn last.
func (s *Screen) Draw(lines []string) {
	var text strings.Builder
	if s.drawn > 0 {
		fmt.Fprintf(&text, "\x1b[%dA", s.drawn)
	}
	for _, each := range lines {
		text.WriteString("\x1b[2K" + each + "\n")
	}
	text.WriteString("\x1b[J")
	s.drawn = len(lines)
	_, _ = io.WriteString(s.Out, text.String())
}
