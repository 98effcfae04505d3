package explain

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"dynamicsamples/blueprint/command/internal/follow"
)

func stringField(object json.RawMessage, name string) string {
	var fields map[string]json.RawMessage
	var text string
	if json.Unmarshal(object, &fields) != nil || json.Unmarshal(fields[name], &text) != nil {
		return ""
	}
	return text
}

// Write writes the report as a person reads it; now is the time of reading.
func (r Report) Write(out io.Writer, workflowID string, now time.Time) {
	fmt.Fprintf(out, "%s runs %s\n", workflowID, r.name())
	if r.Fork != nil {
		fmt.Fprintln(out, r.Fork.line())
	}
	fmt.Fprintln(out, r.outcome(now))
	if r.Output != nil {
		fmt.Fprintf(out, "output: %s\n", r.Output)
	}
	if len(r.Steps) > 0 {
		fmt.Fprintln(out)
		r.writeSteps(out)
	}
	if len(r.Messages) > 0 {
		fmt.Fprintln(out)
		for _, each := range r.Messages {
			fmt.Fprintf(out, "message %s came %s\n", each.Name, times(each.Count))
		}
	}
	r.writeLeft(out)
	r.writeOperations(out)
	if r.Outcome == "running" {
		fmt.Fprintln(out)
		r.writeWaiting(out, now)
	}
}

// writeLeft writes the messages that no step has taken.
func (r Report) writeLeft(out io.Writer) {
	for _, each := range r.Left {
		fmt.Fprintf(out, "message %s: %d accepted that no step has taken\n", each.Name, each.Count)
	}
	if r.Dropped > 0 {
		fmt.Fprintf(out, "signals dropped, as no step could take them: %d\n", r.Dropped)
	}
}

func (r Report) name() string {
	switch {
	case r.Blueprint == "" && r.Fork != nil:
		return "a fork that has not begun"
	case r.Blueprint == "":
		return "a workflow that is no blueprint"
	}
	text := fmt.Sprintf("%s, content %.8s", r.Blueprint, r.Hash)
	if r.Began != "" {
		text += ", in place of " + r.Began
	}
	return text
}

func (r Report) outcome(now time.Time) string {
	events := 0
	for _, each := range r.Runs {
		events += each.Events
	}
	history := fmt.Sprintf("history events: %d", events)
	if len(r.Runs) > 1 {
		history += fmt.Sprintf(" in %d runs", len(r.Runs))
	}
	switch {
	case r.Ended == nil:
		return fmt.Sprintf("running for %s, %s", follow.Length(now.Sub(r.Started)), history)
	case r.Failure != nil:
		return fmt.Sprintf("failed after %s, %s\n%s", follow.Length(r.Ended.Sub(r.Started)), history, r.Failure)
	default:
		return fmt.Sprintf("%s after %s, %s", r.Outcome, follow.Length(r.Ended.Sub(r.Started)), history)
	}
}

// writeSteps writes the table; times come last, since their width varies.
func (r Report) writeSteps(out io.Writer) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "step\twhat\tcalls\tattempts\tended\ttime")
	for _, each := range r.Steps {
		path := each.Path
		if path == "" {
			path = "-"
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%s\t%s\n", path, strings.TrimSpace(each.Kind+" "+each.Name),
			each.Calls, attempts(each), ended(each), lengths(each))
	}
	// The writer below reports its own errors.
	_ = table.Flush()
	for _, each := range r.Steps {
		if each.LastFailure != nil {
			fmt.Fprintf(out, "%s: last failure %s\n", each.Path, each.LastFailure)
		}
	}
}

func attempts(step Step) string {
	if step.Attempts == 0 {
		return "-"
	}
	return fmt.Sprint(step.Attempts)
}

func ended(step Step) string {
	var parts []string
	for _, each := range []struct {
		count int
		how   string
	}{
		{step.Completed, "ok"}, {step.Failed, "failed"}, {step.Canceled, "canceled"},
		{step.Calls - step.Completed - step.Failed - step.Canceled, "open"},
	} {
		switch {
		case each.count == 0:
		case each.count == step.Calls:
			parts = append(parts, each.how)
		default:
			parts = append(parts, fmt.Sprintf("%d %s", each.count, each.how))
		}
	}
	return strings.Join(parts, ", ")
}

func lengths(step Step) string {
	if step.Kind == "local activity" || step.Completed+step.Failed+step.Canceled == 0 {
		return "-"
	}
	total := follow.Length(time.Duration(step.Seconds * float64(time.Second)))
	if step.Calls == 1 {
		return total
	}
	return fmt.Sprintf("%s, longest %s", total, follow.Length(time.Duration(step.Longest*float64(time.Second))))
}

// mostWaiting is how many of the calls that are open are told one by one.
const mostWaiting = 50

func (r Report) writeWaiting(out io.Writer, now time.Time) {
	if r.TaskFailures > 0 {
		fmt.Fprintf(out, "stuck: the last %s of the run failed: %s\n", tasks(r.TaskFailures), r.TaskFailure)
	}
	r.Standing.write(out)
	for _, each := range r.Waiting[:min(mostWaiting, len(r.Waiting))] {
		text := fmt.Sprintf("waits for %s: %s, open for %s", each.Path, strings.TrimSpace(each.Kind+" "+each.Name), follow.Length(now.Sub(each.Since)))
		if each.Until != nil {
			text += ", until " + each.Until.Format(time.RFC3339)
		}
		if each.Activity != nil {
			text += ", " + each.Activity.Progress(now)
		}
		fmt.Fprintln(out, text)
	}
	if more := len(r.Waiting) - mostWaiting; more > 0 {
		fmt.Fprintf(out, "waits for %d more calls; --json has all\n", more)
	}
	if len(r.Waits) > 0 {
		fmt.Fprintf(out, "steps of it wait for the messages %s; a wait without a timeout leaves no trace\n", strings.Join(r.Waits, ", "))
	}
}

func tasks(count int) string {
	if count == 1 {
		return "workflow task"
	}
	return fmt.Sprintf("%d workflow tasks", count)
}

func times(count int) string {
	if count == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", count)
}
