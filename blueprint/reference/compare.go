package reference

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Fingerprint is what the outside sees of a run: its calls and its end, as text to be
// compared. It says nothing about the order of calls, but timed adds when they were
// made. Messages of failures that the interpreter makes are left out.
func (o Outcome) Fingerprint(timed bool) string {
	at := func(time time.Duration) string {
		if timed {
			return time.String() + " "
		}
		return ""
	}
	var lines []string
	for _, each := range o.Called {
		lines = append(lines, fmt.Sprintf("%s%s calls %s(%s)", at(each.At), each.Path, each.Name, compact(each.Argument)))
	}
	slices.Sort(lines)
	lines = append(lines, fmt.Sprintf("%s%s with %s", at(o.Ended), o.Ending, compact(o.Output)))
	if len(o.Searched) > 0 {
		lines = append(lines, "found by "+compact(o.Searched))
	}
	if o.Failure != nil {
		lines = append(lines, "because of "+compact(o.Failure.value()))
	}
	return strings.Join(lines, "\n")
}

// Attempts counts how often a step ran.
type Attempts struct {
	Started, Failed int
}

// Attempts counts for each step, by its id alone, how often it ran.
func (o Outcome) Attempts() map[string]Attempts {
	counts := map[string]Attempts{}
	for _, each := range o.Executed {
		id := each.Path[strings.LastIndexByte(each.Path, '/')+1:]
		count := counts[id]
		count.Started++
		if each.Ending == Failed {
			count.Failed++
		}
		counts[id] = count
	}
	return counts
}

// compact is a value as JSON, without what the interpreter says about failures that it
// makes itself: that is for people.
func compact(value any) string {
	text, err := json.Marshal(withoutMessages(value))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func withoutMessages(value any) any {
	switch value := value.(type) {
	case []any:
		list := make([]any, len(value))
		for i, each := range value {
			list[i] = withoutMessages(each)
		}
		return list
	case map[string]any:
		object := map[string]any{}
		for name, each := range value {
			object[name] = withoutMessages(each)
		}
		delete(object, "runId") // the server makes it up
		switch value["type"] {
		case "ExpressionError", "BudgetExceeded", "InvalidPlan", "WaitTimeout", "StepTimeout":
			delete(object, "message")
		}
		return object
	}
	return value
}
