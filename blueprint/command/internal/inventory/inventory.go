// Package inventory lists runs of blueprints: by what the server's visibility store knows of
// them, and by what the open ones say of themselves. However many there are, and whether a
// Worker answers or not, it ends.
package inventory

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"

	"dynamicsamples/blueprint/engine"
)

// Server is what is asked of a server.
type Server interface {
	// List is a page of its visibility store, whose memos can be read.
	List(ctx context.Context, query string, page []byte) (*workflowservice.ListWorkflowExecutionsResponse, error)
	// Status is what a run says of itself.
	Status(ctx context.Context, workflowID, runID string) (engine.Status, error)
	// Polled reports whether a Worker polls the Task Queue.
	Polled(ctx context.Context, queue string) bool
}

// Run is one of a blueprint.
type Run struct {
	WorkflowID   string `json:"workflowId"`
	RunID        string `json:"runId"`
	WorkflowType string `json:"workflowType"`
	TaskQueue    string `json:"taskQueue"`
	// Blueprint is the name@version, or the name as long as no Worker has begun the run, and
	// Hash names its content.
	Blueprint string `json:"blueprint,omitempty"`
	Hash      string `json:"hash,omitempty"`
	// Outcome is one of Outcomes.
	Outcome string     `json:"outcome"`
	Started time.Time  `json:"started"`
	Ended   *time.Time `json:"ended,omitempty"`
	// Held are the first failures that are held, and HeldCount is how many are.
	Held      []engine.HeldStep `json:"held,omitempty"`
	HeldCount int               `json:"heldCount,omitempty"`
	// Paused is what is paused of it.
	Paused []engine.Paused `json:"paused,omitempty"`
	// Awaited are the messages that the run waits for, those that approve plans among them.
	Awaited []engine.Awaited `json:"awaited,omitempty"`
	// States are what the run is in by its Search Attributes, where it sets them.
	States []string `json:"states,omitempty"`
	// Unanswered is why an open run has not said how it stands.
	Unanswered string `json:"unanswered,omitempty"`

	skipped bool
}

// Listing is what was found.
type Listing struct {
	// Runs come as the server orders them: the open ones first, then those that ended last.
	Runs []Run `json:"runs"`
	// More says that there are more than the limit.
	More bool `json:"more,omitempty"`
	// Unanswered counts the open runs of which it is not known whether they are in the state
	// that was asked for.
	Unanswered int `json:"unanswered,omitempty"`
	// LeftOff is why not all were looked at.
	LeftOff string `json:"leftOff,omitempty"`
}

// Bounds of what one listing does.
const (
	// MostListed is the highest limit.
	MostListed = 1000
	// mostSeen is how many Workflow Executions of the visibility store are looked at, and
	// mostAsked how many open runs are asked for their status.
	mostSeen  = 10_000
	mostAsked = 500
	// atOnce is how many are asked at a time.
	atOnce = 8
)

// Find lists the first runs that are as the filter says; asking them ends after patience.
func Find(ctx context.Context, server Server, filter Filter, limit int, patience time.Duration) (Listing, error) {
	asking, stop := context.WithTimeout(ctx, patience)
	defer stop()
	f := &finder{server: server, filter: filter, limit: limit, asks: newAsker(asking, server), found: Listing{Runs: []Run{}}}
	var page []byte
	for {
		listed, err := server.List(ctx, filter.query(), page)
		if err != nil {
			return f.found, fmt.Errorf("asking the server for its Workflow Executions: %w", err)
		}
		page = listed.GetNextPageToken()
		if over := f.take(listed.GetExecutions()); over || len(page) == 0 {
			return f.found, ctx.Err()
		}
		if f.seen >= mostSeen {
			f.found.LeftOff = fmt.Sprintf("only the first %d Workflow Executions were looked at", f.seen)
			return f.found, nil
		}
	}
}

type finder struct {
	server Server
	filter Filter
	limit  int
	asks   *asker
	seen   int
	found  Listing
}

// take adds the runs of a page that are meant, and reports whether no more are to be looked at.
func (f *finder) take(page []*workflowpb.WorkflowExecutionInfo) (over bool) {
	f.seen += len(page)
	var runs []Run
	for _, each := range page {
		if run, is := f.runOf(each); is && f.filter.runs(run) {
			runs = append(runs, run)
		}
	}
	for len(runs) > 0 {
		// By a state many may be asked for the few that are in it.
		count := 4 * atOnce
		if !f.filter.byState() {
			count = f.limit - len(f.found.Runs)
		}
		part := runs[:min(count, len(runs))]
		runs = runs[len(part):]
		f.asks.all(part)
		if f.add(part) {
			return true
		}
		if f.found.More = len(runs) > 0 && len(f.found.Runs) == f.limit; f.found.More {
			return true
		}
	}
	return false
}

// add adds those of the runs that are in the state that is meant.
func (f *finder) add(runs []Run) (over bool) {
	if f.filter.byState() && f.asks.skipped > 0 {
		f.found.LeftOff = f.asks.why()
		runs = runs[:slices.IndexFunc(runs, func(each Run) bool { return each.skipped })]
		over = true
	}
	for _, each := range runs {
		is, known := f.filter.isIn(each)
		switch {
		case !known:
			f.found.Unanswered++
		case !is:
		case len(f.found.Runs) == f.limit:
			f.found.More = true
			return true
		default:
			f.found.Runs = append(f.found.Runs, each)
		}
	}
	return over
}

// runOf is a run of a blueprint, if the Workflow Execution is one: its memo says so, or else
// its type.
func (f *finder) runOf(info *workflowpb.WorkflowExecutionInfo) (Run, bool) {
	run := Run{
		WorkflowID: info.GetExecution().GetWorkflowId(), RunID: info.GetExecution().GetRunId(),
		WorkflowType: info.GetType().GetName(), TaskQueue: info.GetTaskQueue(),
		Outcome: outcomeOf(info.GetStatus()), Started: info.GetStartTime().AsTime(),
		Blueprint: textOf(info.GetMemo().GetFields()["blueprint"]), Hash: textOf(info.GetMemo().GetFields()["hash"]),
	}
	// What is no list of texts is none of the interpreter's.
	_ = json.Unmarshal(info.GetSearchAttributes().GetIndexedFields()[engine.StatesAttribute].GetData(), &run.States)
	if info.GetCloseTime() != nil {
		ended := info.GetCloseTime().AsTime()
		run.Ended = &ended
	}
	if strings.Contains(run.Blueprint, "@") {
		return run, true
	}
	run.Blueprint, run.Hash = "", ""
	if run.WorkflowType == engine.InlineWorkflow {
		return run, true
	}
	run.Blueprint = run.WorkflowType
	name, _, _ := strings.Cut(run.WorkflowType, "@")
	return run, name == f.filter.Definition || slices.Contains(f.filter.Known, name)
}

func outcomeOf(status enumspb.WorkflowExecutionStatus) string {
	for _, each := range outcomes() {
		if each.status == status.String() {
			return each.name
		}
	}
	return strings.ToLower(status.String())
}
