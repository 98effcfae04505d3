package explain

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	historypb "go.temporal.io/api/history/v1"
	updatepb "go.temporal.io/api/update/v1"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/command/internal/marked"
	"dynamicsamples/blueprint/engine"
)

// Operation is what somebody has asked of the run. By is what they say of themselves, and so is
// the identity of their client.
type Operation struct {
	engine.Operation
	Time     time.Time `json:"time"`
	Identity string    `json:"identity,omitempty"`
	// Refused is why it was not done, where the run had changed when its turn came.
	Refused string `json:"refused,omitempty"`

	accepted int64
}

// operation reads one that was accepted. What is repeated under an ID is done once.
func (r *reader) operation(event *historypb.HistoryEvent, request *updatepb.Request) {
	asked := Operation{Time: event.GetEventTime().AsTime(), Identity: request.GetMeta().GetIdentity(), accepted: event.GetEventId()}
	if json.Unmarshal(jsonOf(request.GetInput().GetArgs()), &asked.Operation) != nil {
		return
	}
	asked.ID = cmp.Or(asked.ID, request.GetMeta().GetUpdateId())
	if !slices.ContainsFunc(r.report.Operations, func(each Operation) bool { return each.ID == asked.ID }) {
		r.report.Operations = append(r.report.Operations, asked)
	}
}

// updated reads why an operation was refused when its turn came.
func (r *reader) updated(event *historypb.HistoryEvent) {
	completed := event.GetWorkflowExecutionUpdateCompletedEventAttributes()
	reason := follow.FailureOf(completed.GetOutcome().GetFailure())
	if reason == nil {
		return
	}
	// The last of the ID: each run counts its Events anew.
	for at := len(r.report.Operations) - 1; at >= 0; at-- {
		if each := &r.report.Operations[at]; each.accepted == completed.GetAcceptedEventId() {
			each.Refused = reason.String()
			return
		}
	}
}

// paused is what is paused after the operations.
func paused(operations []Operation) []engine.Paused {
	var paused []engine.Paused
	for _, each := range operations {
		if each.Refused != "" {
			continue
		}
		paused = slices.DeleteFunc(paused, func(earlier engine.Paused) bool { return earlier.Step == each.Step })
		if each.Op == "pause" {
			paused = append(paused, engine.Paused{Step: each.Step, Since: each.Time, By: each.By, Note: each.Note})
		}
	}
	return paused
}

// writeOperations writes who has asked what of the run.
func (r Report) writeOperations(out io.Writer) {
	if len(r.Operations) > 0 {
		fmt.Fprintln(out)
	}
	for _, each := range r.Operations {
		text := each.Time.UTC().Format(time.RFC3339) + " " + follow.Done(each.Operation)
		if each.Identity != "" {
			text += ", from " + each.Identity
		}
		if each.Refused != "" {
			text += ", refused: " + each.Refused
		}
		fmt.Fprintln(out, marked.Printable(text))
	}
}
