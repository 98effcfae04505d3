package inventory

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"dynamicsamples/blueprint/command/internal/marked"
)

// Write writes the runs as a person reads them. What is from outside cannot drive the terminal.
func (l Listing) Write(out io.Writer) {
	if len(l.Runs) == 0 {
		return
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "workflow\tblueprint\toutcome\tstarted\tstate")
	for _, each := range l.Runs {
		name := each.Blueprint
		if name == "" {
			name = "-"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", inCell(each.WorkflowID), inCell(name), each.Outcome,
			each.Started.UTC().Format(time.RFC3339), inCell(each.state()))
	}
	// The writer below reports its own errors.
	_ = table.Flush()
}

// Notes says what was left off.
func (l Listing) Notes() []string {
	var notes []string
	if l.Unanswered > 0 {
		notes = append(notes, fmt.Sprintf("open runs that have not told their state, and are left off: %d; list --outcome running says why", l.Unanswered))
	}
	switch {
	case len(l.Runs) == 0 && len(notes) > 0:
		notes = append(notes, "no other run of a blueprint was found")
	case len(l.Runs) == 0:
		notes = append(notes, "no run of a blueprint was found")
	case l.More:
		notes = append(notes, "there are more: narrow the list, or raise --limit")
	}
	if l.LeftOff != "" {
		notes = append(notes, l.LeftOff+": narrow the list")
	}
	return notes
}

// state is what an open run has said, in a few words.
func (r Run) state() string {
	if r.Unanswered != "" {
		return strings.Join(append(slices.Clone(r.States), r.Unanswered), "; ")
	}
	var parts []string
	if len(r.Held) > 0 {
		parts = append(parts, r.heldPart())
	}
	if len(r.Paused) > 0 {
		parts = append(parts, r.pausedParts())
	}
	var messages []string
	for _, each := range r.Awaited {
		if !slices.Contains(messages, each.Message) {
			messages = append(messages, each.Message)
		}
	}
	if len(messages) > 0 {
		parts = append(parts, "waits for "+listed(messages))
	}
	return strings.Join(parts, "; ")
}

// heldPart is the first failure that is held, and how many more are.
func (r Run) heldPart() string {
	const longest = 80
	reason := []rune(r.Held[0].Error)
	if len(reason) > longest {
		reason = append(reason[:longest], '…')
	}
	text := fmt.Sprintf("held at %s: %s", r.Held[0].Step, string(reason))
	if r.HeldCount > 1 {
		text += fmt.Sprintf(", and %d more", r.HeldCount-1)
	}
	return text
}

// pausedParts is what is paused.
func (r Run) pausedParts() string {
	var steps []string
	for _, each := range r.Paused {
		if each.Step == "" {
			return "paused"
		}
		steps = append(steps, each.Step)
	}
	return "paused at " + listed(steps)
}

// inCell is a text on one line.
func inCell(text string) string {
	const longest = 200
	text = marked.Printable(strings.Join(strings.Fields(text), " "))
	if characters := []rune(text); len(characters) > longest {
		text = string(characters[:longest]) + "…"
	}
	return text
}

// listed are the first of some texts, and how many more there are.
func listed(all []string) string {
	const most = 3
	text := strings.Join(all[:min(most, len(all))], ", ")
	if len(all) > most {
		text += fmt.Sprintf(" and %d more", len(all)-most)
	}
	return text
}
