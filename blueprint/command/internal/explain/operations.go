package explain

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	historypb "go.temporal.io/api/history/v1"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/engine"
)

// Operation is what somebody has asked of the run by the update operate.
type Operation struct {
	engine.Operation
	// Time is when the run took it, and Identity the client that brought it, as it says itself.
	Time     time.Time `json:"time"`
	Identity string    `json:"identity,omitempty"`
	// Answer is what the run answered, and Refused why it did not do it.
	Answer  json.RawMessage `json:"answer,omitempty"`
	Refused string          `json:"refused,omitempty"`
}

// operation reads an operation that a run has taken.
func (r *reader) operation(event *historypb.HistoryEvent) {
	request := event.GetWorkflowExecutionUpdateAcceptedEventAttributes().GetAcceptedRequest()
	made := Operation{Time: event.GetEventTime().AsTime(), Identity: request.GetMeta().GetIdentity()}
	if json.Unmarshal(jsonOf(request.GetInput().GetArgs()), &made.Operation) != nil {
		return
	}
	r.operated[event.GetEventId()] = len(r.report.Operations)
	r.report.Operations = append(r.report.Operations, made)
}

// answered reads the answer to an operation.
func (r *reader) answered(event *historypb.HistoryEvent) {
	completed := event.GetWorkflowExecutionUpdateCompletedEventAttributes()
	at, is := r.operated[completed.GetAcceptedEventId()]
	if !is {
		return
	}
	operation := &r.report.Operations[at]
	if failure := follow.FailureOf(completed.GetOutcome().GetFailure()); failure != nil {
		operation.Refused = failure.String()
		return
	}
	operation.Answer = jsonOf(completed.GetOutcome().GetSuccess())
}

// mostOperations is how many operations are told of, the last ones.
const mostOperations = 50

// writeOperations writes who did what, as they say themselves.
func (r Report) writeOperations(out io.Writer) {
	if len(r.Operations) == 0 {
		return
	}
	fmt.Fprintln(out)
	before := max(0, len(r.Operations)-mostOperations)
	if before > 0 {
		fmt.Fprintf(out, "operations before those that follow: %d\n", before)
	}
	done := map[string]bool{}
	for at, each := range r.Operations {
		if at >= before {
			fmt.Fprintln(out, follow.OneLine(each.line(done[each.ID] && each.ID != "")))
		}
		done[each.ID] = done[each.ID] || each.Answer != nil
	}
}

// asker is who has asked, as they say themselves and as their client does, and why.
func asker(by, identity, note string) string {
	var text string
	if by != "" {
		text += ", by " + by
	}
	if identity != "" {
		text += " (" + identity + ")"
	}
	if note != "" {
		text += fmt.Sprintf(", %q", note)
	}
	return text
}

// line is the operation on one line; again says that one with its ID has been done before.
func (o Operation) line(again bool) string {
	text := "operation " + o.Op
	if o.Step != "" {
		text += " " + o.Step
	}
	text += ", " + o.Time.UTC().Format(time.RFC3339)
	text += follow.Given(o.Operation) + asker(o.By, o.Identity, o.Note)
	switch {
	case o.Refused != "":
		return text + ": refused, " + o.Refused
	case o.Answer == nil:
		return text + ": no answer yet"
	case again:
		return text + ": done before"
	default:
		return text + ": done"
	}
}
