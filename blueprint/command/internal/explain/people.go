package explain

import (
	"encoding/json"
	"fmt"
	"io"

	historypb "go.temporal.io/api/history/v1"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/engine"
)

// Fork is where a fork has come from, and who has asked for it.
type Fork struct {
	engine.Forked
	// Identity is the client that started it, as it says itself.
	Identity string `json:"identity,omitempty"`
}

// forked reads what the first run of a fork was asked for.
func (r *reader) forked(started *historypb.WorkflowExecutionStartedEventAttributes) {
	var asked engine.Fork
	if json.Unmarshal(jsonOf(started.GetInput()), &asked) != nil {
		return
	}
	r.report.Fork = &Fork{
		Forked:   engine.Forked{Origin: asked.Origin, At: asked.At, By: asked.By, Note: asked.Note},
		Identity: started.GetIdentity(),
	}
}

// forkedFrom notes the run that had the moment, and the whole path, which the fork has found. A
// fork whose first run the server has deleted has nothing else.
func (r *reader) forkedFrom(found *engine.Forked) {
	if found == nil {
		return
	}
	if r.report.Fork == nil {
		r.report.Fork = &Fork{Forked: *found}
	}
	r.report.Fork.Origin, r.report.Fork.At, r.report.Fork.Held = found.Origin, found.At, found.Held
}

func (f Fork) line() string {
	return follow.OneLine(follow.Origin(engine.Forked{Origin: f.Origin, At: f.At, Held: f.Held}) + asker(f.By, f.Identity, f.Note))
}

// Standing is what waits for people in an open run, by what the run says itself.
type Standing struct {
	Held      []engine.HeldStep `json:"held,omitempty"`
	HeldCount int               `json:"heldCount,omitempty"`
	NotHeld   int               `json:"notHeld,omitempty"`
	Paused    []engine.Paused   `json:"paused,omitempty"`
	AtGates   []engine.AtGate   `json:"atGates,omitempty"`
	// Unanswered is why the run has not said it.
	Unanswered string `json:"unanswered,omitempty"`
}

// Asked adds what an open run has answered for its status.
func (r *Report) Asked(status engine.Status, err error) {
	if err != nil {
		r.Standing = &Standing{Unanswered: follow.WhyUnanswered(err)}
		return
	}
	r.Standing = &Standing{
		Held: status.Held, HeldCount: status.HeldCount, NotHeld: status.NotHeld,
		Paused: status.Paused, AtGates: status.AtGates,
	}
}

func (s *Standing) write(out io.Writer) {
	if s == nil {
		return
	}
	if s.Unanswered != "" {
		fmt.Fprintf(out, "what is held or paused is not known: %s\n", follow.OneLine(s.Unanswered))
	}
	for _, each := range follow.ForPeople(engine.Status{
		Held: s.Held, HeldCount: s.HeldCount, NotHeld: s.NotHeld, Paused: s.Paused, AtGates: s.AtGates,
	}) {
		fmt.Fprintln(out, each)
	}
}
