// Package explain tells from histories alone what a run of a blueprint did: which steps
// called what, how often, with how many attempts, how long that took, and what is under
// way. It needs neither a Worker nor the document: the interpreter leaves both the steps'
// paths, as summaries of Activities, timers and children, and the definition in the
// history. What a step computes by itself, without a call, leaves no trace there.
package explain

import (
	"cmp"
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
)

// Report is what the histories tell.
type Report struct {
	// Blueprint is the name@version, and Hash names its content.
	Blueprint string `json:"blueprint,omitempty"`
	Hash      string `json:"hash,omitempty"`
	// Began is the name@version that it began with, where another has taken its place.
	Began string `json:"began,omitempty"`
	// Outcome is running, completed, failed, canceled, terminated or timed out.
	Outcome string `json:"outcome"`
	// Output is what a completed run gave, Failure why a failed one did not.
	Output  json.RawMessage `json:"output,omitempty"`
	Failure *follow.Failure `json:"failure,omitempty"`
	// Started is when the first run began; Ended when the last one ended.
	Started time.Time  `json:"started"`
	Ended   *time.Time `json:"ended,omitempty"`
	// Runs are the runs that followed each other.
	Runs []Run `json:"runs"`
	// Steps are what the steps called, in the order in which they first did.
	Steps []Step `json:"steps"`
	// Messages are those that came, by name.
	Messages []Count `json:"messages,omitempty"`
	// Left are those that no step has taken, by name, where the run has ended; Dropped counts
	// the signals that no step could take.
	Left    []Count `json:"left,omitempty"`
	Dropped int     `json:"dropped,omitempty"`
	// Fork is where the run has come from, if it is a fork.
	Fork *Fork `json:"fork,omitempty"`
	// Operations are what people have asked of the run, in order.
	Operations []Operation `json:"operations,omitempty"`
	// Standing is what the run itself says waits for people, where it goes on and was asked.
	*Standing
	// Waiting is what is under way.
	Waiting []Waiting `json:"waiting,omitempty"`
	// Waits are the messages that the definition can wait for, where the run goes on.
	Waits []string `json:"waits,omitempty"`
	// TaskFailures are Workflow Tasks that failed: of a run that is stuck, all of the last.
	TaskFailures int    `json:"taskFailures,omitempty"`
	TaskFailure  string `json:"taskFailure,omitempty"`
}

// Run is one of the runs that follow each other.
type Run struct {
	RunID  string `json:"runId"`
	Events int    `json:"events"`
}

// Step is what the calls of a step have in common. Rounds, items and visits of nodes
// are one step, each[*]/price, and so are the attempts after the first, pay#*/charge.
type Step struct {
	Path string `json:"path"`
	// Kind is Activity, Local Activity, child, timer or watch; Name is what was called.
	Kind string `json:"kind"`
	Name string `json:"name,omitempty"`
	// Calls is how many there were; the next three are how many of them ended how.
	Calls     int `json:"calls"`
	Completed int `json:"completed,omitempty"`
	Failed    int `json:"failed,omitempty"`
	Canceled  int `json:"canceled,omitempty"`
	// Attempts are those of all calls together, as far as they have ended.
	Attempts int `json:"attempts,omitempty"`
	// Seconds is how long the calls took together, from their being scheduled; Longest is
	// the longest of them.
	Seconds float64 `json:"seconds"`
	Longest float64 `json:"longest"`
	// LastFailure is the failure of the last call or attempt that failed.
	LastFailure *follow.Failure `json:"lastFailure,omitempty"`
}

// Count is how often something came.
type Count struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// Waiting is a call that is under way.
type Waiting struct {
	Path string `json:"path"`
	Kind string `json:"kind"`
	Name string `json:"name,omitempty"`
	// Since is when it was scheduled; Until is when a timer ends.
	Since time.Time  `json:"since"`
	Until *time.Time `json:"until,omitempty"`
	// Activity is what the server knows of its attempts, where it was asked.
	Activity *follow.Activity `json:"activity,omitempty"`

	id string
}

// Of explains a chain of runs, the first one first. With each, every path is a step of
// its own.
func Of(runs []*historypb.History, each bool) Report {
	r := &reader{each: each, steps: map[string]*Step{}, messages: map[string]int{}}
	for _, history := range runs {
		r.open = map[int64]*call{}
		r.operated = map[int64]int{}
		r.order = nil
		for _, event := range history.GetEvents() {
			r.read(event)
		}
		r.report.Runs = append(r.report.Runs, Run{RunID: r.runID, Events: len(history.GetEvents())})
	}
	r.finish()
	return r.report
}

// Seen adds what the server knows of the Activities that are under way: until they have ended,
// their attempts are not in the history.
func (r *Report) Seen(activities []follow.Activity) {
	for i := range r.Waiting {
		for at := range activities {
			if r.Waiting[i].id != "" && r.Waiting[i].id == activities[at].ID {
				r.Waiting[i].Activity = &activities[at]
			}
		}
	}
}

// call is an Activity, a timer or a child under way.
type call struct {
	step *Step
	path string
	// id is the Activity ID of an Activity.
	id    string
	since time.Time
	until *time.Time
}

// reader goes through histories.
type reader struct {
	each       bool
	report     Report
	runID      string
	definition *language.Definition
	// steps are those found, by kind and path; keys are theirs in the order of appearance.
	steps    map[string]*Step
	keys     []string
	messages map[string]int
	// open are the calls under way, by the event that scheduled them; order are those
	// events.
	open  map[int64]*call
	order []int64
	// operated are the places of the operations of a run, by the events that took them.
	operated map[int64]int
	// taskFailures are those since the last task that went well.
	taskFailures int
	taskFailure  string
}

// begin notes a call that is scheduled.
func (r *reader) begin(event *historypb.HistoryEvent, kind, name string) *call {
	called := pathOf(event)
	step := r.step(called, kind, name)
	step.Calls++
	made := &call{step: step, path: called, since: event.GetEventTime().AsTime(), id: event.GetActivityTaskScheduledEventAttributes().GetActivityId()}
	r.open[event.GetEventId()] = made
	r.order = append(r.order, event.GetEventId())
	return made
}

func (r *reader) step(called, kind, name string) *Step {
	if !r.each {
		called = follow.Anywhere(called)
	}
	key := kind + "\x00" + called
	if r.steps[key] == nil {
		r.steps[key] = &Step{Path: called, Kind: kind, Name: name}
		r.keys = append(r.keys, key)
	}
	return r.steps[key]
}

// pathOf is the path in an event's summary, "" where there is none: no path has a space.
func pathOf(event *historypb.HistoryEvent) string {
	var summary string
	if payload := event.GetUserMetadata().GetSummary(); payload != nil {
		_ = converter.GetDefaultDataConverter().FromPayload(payload, &summary)
	}
	called, _, _ := strings.Cut(summary, ": ")
	if strings.Contains(called, " ") {
		return ""
	}
	return called
}

// end notes how a call has ended.
func (r *reader) end(scheduled int64, event *historypb.HistoryEvent, how string, failure *follow.Failure) {
	ended := r.open[scheduled]
	if ended == nil {
		return
	}
	delete(r.open, scheduled)
	step := ended.step
	took := event.GetEventTime().AsTime().Sub(ended.since).Seconds()
	step.Seconds += took
	step.Longest = max(step.Longest, took)
	switch how {
	case "completed":
		step.Completed++
	case "canceled":
		step.Canceled++
	default:
		step.Failed++
		step.LastFailure = failure
	}
}

// finish puts the report together.
func (r *reader) finish() {
	r.nameTimers()
	r.report.Steps = []Step{}
	for _, key := range r.keys {
		r.report.Steps = append(r.report.Steps, *r.steps[key])
	}
	r.report.Messages = counts(r.messages)
	if r.report.Ended != nil {
		return
	}
	r.report.Outcome = "running"
	r.report.TaskFailures, r.report.TaskFailure = r.taskFailures, r.taskFailure
	for _, scheduled := range r.order {
		if under := r.open[scheduled]; under != nil {
			r.report.Waiting = append(r.report.Waiting, Waiting{
				Path: under.path, Kind: under.step.Kind, Name: under.step.Name, Since: under.since, Until: under.until, id: under.id,
			})
		}
	}
	if r.definition != nil {
		messages := map[string]string{}
		noteWaits(r.definition.Steps, messages)
		r.report.Waits = slices.Compact(slices.Sorted(maps.Values(messages)))
	}
}

// nameTimers says which timers are the timeouts of waits.
func (r *reader) nameTimers() {
	if r.definition == nil {
		return
	}
	messages := map[string]string{}
	noteWaits(r.definition.Steps, messages)
	for _, step := range r.steps {
		message, waits := messages[path.Base(step.Path)]
		if step.Kind == "timer" && waits {
			step.Name = "for message " + message
		}
	}
}

// noteWaits notes the messages that steps wait for, by the steps' ids.
func noteWaits(steps []*language.Step, messages map[string]string) {
	for _, step := range steps {
		if wait, waits := step.Kind.(*language.Wait); waits {
			messages[step.ID] = wait.Wait
		}
		for _, block := range language.BlocksOf(step) {
			noteWaits(block.Steps, messages)
		}
	}
}

// recorded is what the interpreter records of a blueprint.
type recorded struct {
	Name       string          `json:"name"`
	Hash       string          `json:"hash"`
	Definition json.RawMessage `json:"definition"`
}

func (r *reader) note(found recorded) {
	if found.Name == "" || found.Hash == r.report.Hash {
		return
	}
	if r.report.Blueprint != "" {
		r.report.Began = cmp.Or(r.report.Began, r.report.Blueprint)
	}
	r.report.Blueprint, r.report.Hash = found.Name, found.Hash
	definition, _, problems := language.Load("", found.Definition, 0)
	if len(problems) == 0 {
		r.definition = definition
	}
}

// started reads what a run was started with: a run that goes on, or a child, has the
// record among its arguments.
func (r *reader) started(event *historypb.HistoryEvent) {
	started := event.GetWorkflowExecutionStartedEventAttributes()
	r.runID = started.GetOriginalExecutionRunId()
	if r.report.Started.IsZero() {
		r.report.Started = event.GetEventTime().AsTime()
	}
	if started.GetWorkflowType().GetName() == engine.ForkWorkflow {
		r.forked(started)
	}
	for _, payload := range started.GetInput().GetPayloads() {
		var carried struct {
			Record recorded `json:"record"`
			State  struct {
				Fork *engine.Forked `json:"fork"`
			} `json:"state"`
		}
		if json.Unmarshal(payload.GetData(), &carried) == nil {
			r.note(carried.Record)
			r.forkedFrom(carried.State.Fork)
		}
	}
}

func (r *reader) marker(event *historypb.HistoryEvent) {
	marker := event.GetMarkerRecordedEventAttributes()
	switch marker.GetMarkerName() {
	case "SideEffect":
		var found recorded
		for _, payload := range marker.GetDetails()["data"].GetPayloads() {
			if json.Unmarshal(payload.GetData(), &found) == nil {
				r.note(found)
			}
		}
	case "LocalActivity":
		r.localActivity(event, marker)
	}
}

// localActivity reads the only event that a Local Activity leaves.
func (r *reader) localActivity(event *historypb.HistoryEvent, marker *historypb.MarkerRecordedEventAttributes) {
	var data struct {
		ActivityType string
		Attempt      int
	}
	for _, payload := range marker.GetDetails()["data"].GetPayloads() {
		if err := json.Unmarshal(payload.GetData(), &data); err != nil {
			continue
		}
	}
	made := r.begin(event, "local activity", data.ActivityType)
	made.step.Attempts += max(1, data.Attempt)
	if marker.GetFailure() != nil {
		r.end(event.GetEventId(), event, "failed", follow.FailureOf(marker.GetFailure()))
		return
	}
	r.end(event.GetEventId(), event, "completed", nil)
}

func (r *reader) close(event *historypb.HistoryEvent, outcome string) {
	ended := event.GetEventTime().AsTime()
	r.report.Outcome, r.report.Ended = outcome, &ended
}

func jsonOf(payloads *commonpb.Payloads) json.RawMessage {
	if list := payloads.GetPayloads(); len(list) > 0 && json.Valid(list[0].GetData()) {
		return list[0].GetData()
	}
	return json.RawMessage("null")
}

// taskFailed notes a Workflow Task that failed; it is retried.
func (r *reader) taskFailed(event *historypb.HistoryEvent) {
	failed := event.GetWorkflowTaskFailedEventAttributes()
	if failed.GetCause() == enumspb.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW {
		return
	}
	r.taskFailures++
	r.taskFailure = cmp.Or(failed.GetFailure().GetMessage(), failed.GetCause().String())
}

// counts lists how often each name came, in order.
func counts(of map[string]int) []Count {
	var listed []Count
	for _, name := range slices.Sorted(maps.Keys(of)) {
		listed = append(listed, Count{name, of[name]})
	}
	return listed
}
