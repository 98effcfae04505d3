package follow

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"dynamicsamples/blueprint/engine"
)

// mostWaits is how many of each that a run waits for are shown.
const mostWaits = 10

// waitLines are what a run waits for besides people's decisions, and the messages that wait for it.
func waitLines(view View) []line {
	var lines []line
	if view.Ended == "" {
		lines = slices.Concat(
			firstOf(view.Approvals, func(each engine.Approval) string {
				return fmt.Sprintf("%s waits until its plan is approved, by the message %s with the hash %.8s", each.Step, each.Message, each.Plan)
			}),
			firstOf(view.Awaited, func(each engine.Awaited) string {
				return fmt.Sprintf("%s waits for the message %s", each.Step, each.Message)
			}),
			firstOf(slices.Sorted(maps.Keys(view.ChildRuns)), func(step string) string {
				return fmt.Sprintf("%s waits for the child %s", step, view.ChildRuns[step])
			}))
	}
	kept := "messages kept for steps that have not begun: "
	if view.Ended != "" {
		kept = "messages that no step has taken: "
	}
	if len(view.Messages) > 0 {
		lines = append(lines, line{"✉", "33", " " + kept + OneLine(countsOf(view.Messages))})
	}
	if view.DroppedSignals > 0 {
		lines = append(lines, line{"✉", "33", fmt.Sprintf(" signals dropped, as no step could take them: %d", view.DroppedSignals)})
	}
	return lines
}

// firstOf are the first of a list as lines, and how many more there are.
func firstOf[T any](list []T, text func(T) string) []line {
	var lines []line
	for _, each := range list[:min(len(list), mostWaits)] {
		lines = append(lines, line{"⌛", "36", " " + OneLine(text(each))})
	}
	if more := len(list) - mostWaits; more > 0 {
		lines = append(lines, line{"⌛", "36", fmt.Sprintf(" %d more wait in the same way", more)})
	}
	return lines
}

// countsOf says how often each name is counted, of the first.
func countsOf(counts map[string]int) string {
	var texts []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		if len(texts) == mostWaits {
			return strings.Join(texts, ", ") + fmt.Sprintf(", and %d more names", len(counts)-mostWaits)
		}
		texts = append(texts, fmt.Sprintf("%s (%d)", name, counts[name]))
	}
	return strings.Join(texts, ", ")
}
