package engine

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Bounds of what is read of an origin: of one run a little more than the server lets it have.
const (
	mostOriginRuns   = 200
	mostOriginEvents = 60_000
	mostOriginBytes  = 64 << 20
)

// origin reads the chain of runs that is forked.
type origin struct {
	interpreter *Interpreter
	client      client.Client
	asked       Fork
	// arose is the step that the failure names which is sought, once that is known to have come
	// from inside the step that was asked for.
	arose string
	// undone counts the calls that take steps back, of the runs that were read, by the
	// Activity ID.
	undone map[string]int
}

// readOrigin is the Activity that finds the moment at which a fork begins. It reads the chain
// from its end: what the origin took back later is known when the moment is found.
func (i *Interpreter) readOrigin(ctx context.Context, asked Fork) (*forkedRun, error) {
	info := activity.GetInfo(ctx)
	switch {
	case i.forks == nil:
		return nil, refusedFork("this Worker forks no runs: that is for those who run it to switch on (Options.Forks)")
	case asked.Origin.WorkflowID != info.WorkflowExecution.ID && !asked.DryRun:
		return nil, refusedFork("a fork has the Workflow ID of its origin, %q, so that no two of them run at once, not %q",
			shortened(asked.Origin.WorkflowID, longestReason), shortened(info.WorkflowExecution.ID, longestReason))
	case asked.Origin.RunID == info.WorkflowExecution.RunID:
		return nil, refusedFork("a run is not its own origin")
	}
	o := &origin{interpreter: i, client: activity.GetClient(ctx), asked: asked, undone: map[string]int{}}
	last, status, err := o.last(ctx)
	if err != nil {
		return nil, err
	}
	found, err := o.find(ctx, last, status)
	if err != nil {
		return nil, err
	}
	if asked.DryRun {
		return &forkedRun{Forked: found.Next.State.Fork}, nil
	}
	return found, o.settleChildren(ctx, &found.Next.State.Root, status)
}

// last follows the chain to its last run, which must have ended.
func (o *origin) last(ctx context.Context) (string, enumspb.WorkflowExecutionStatus, error) {
	run := o.asked.Origin.RunID
	for range mostOriginRuns {
		described, err := o.client.DescribeWorkflow(ctx, o.asked.Origin.WorkflowID, run)
		switch {
		case isNotFound(err):
			return "", 0, refusedFork("the server does not have the run %s of the origin, or not anymore", run)
		case err != nil:
			return "", 0, fmt.Errorf("describing the origin: %w", err)
		case described.Status == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING && o.asked.DryRun:
			return run, enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED, nil // It would be.
		case described.Status == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING:
			return "", 0, refusedFork("the origin still runs: terminate it first")
		case described.Status != enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW:
			return run, described.Status, nil
		}
		events := o.client.GetWorkflowHistory(ctx, o.asked.Origin.WorkflowID, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT)
		event, err := events.Next()
		if err != nil {
			return "", 0, fmt.Errorf("reading how the run %s of the origin ended: %w", run, err)
		}
		run = event.GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId()
	}
	return "", 0, tooLongOrigin()
}

func tooLongOrigin() error {
	return refusedFork("no more than %d runs of a chain are read: the step is not among them, or too many came after the run that was named", mostOriginRuns)
}

// find looks for the moment from the last run back.
func (o *origin) find(ctx context.Context, run string, status enumspb.WorkflowExecutionStatus) (*forkedRun, error) {
	var unknown error
	for range mostOriginRuns {
		activity.RecordHeartbeat(ctx, run)
		history, err := o.read(ctx, run)
		if err != nil {
			return nil, err
		}
		began := history.Events[0].GetWorkflowExecutionStartedEventAttributes()
		if began.GetWorkflowType().GetName() == ForkWorkflow {
			return nil, o.notBegun(unknown, "since the origin was forked itself: fork the run that it was forked from")
		}
		m, err := o.seek(ctx, run, began.GetFirstExecutionRunId(), history, status)
		if m.found != nil || err != nil {
			return m.found, err
		}
		unknown = m.unknown
		if began.GetInitiator() != enumspb.CONTINUE_AS_NEW_INITIATOR_WORKFLOW {
			return nil, o.notBegun(unknown, "in the origin")
		}
		run = began.GetContinuedExecutionRunId()
	}
	return nil, tooLongOrigin()
}

// notBegun says why there is no moment.
func (o *origin) notBegun(unknown error, where string) error {
	if unknown != nil && !strings.Contains(o.asked.At, "/plan:") {
		return refusedFork("%s", failureOf(unknown).Message)
	}
	return refusedFork("the step %s has not begun %s", shortened(o.asked.At, longestReason), where)
}

// read reads the history of a run.
func (o *origin) read(ctx context.Context, run string) (*historypb.History, error) {
	history, size := &historypb.History{}, 0
	events := o.client.GetWorkflowHistory(ctx, o.asked.Origin.WorkflowID, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		switch {
		case isNotFound(err):
			return nil, refusedFork("the server does not have the run %s of the origin anymore", run)
		case err != nil:
			return nil, fmt.Errorf("reading the run %s of the origin: %w", run, err)
		}
		history.Events = append(history.Events, event)
		if size += event.Size(); size > mostOriginBytes || len(history.Events) > mostOriginEvents {
			return nil, refusedFork("the run %s of the origin has more than %d events, or more than %d MiB", run, mostOriginEvents, mostOriginBytes>>20)
		}
		o.countUndo(event)
	}
	if len(history.Events) == 0 || history.Events[0].GetWorkflowExecutionStartedEventAttributes() == nil {
		return nil, refusedFork("the run %s of the origin has no history", run)
	}
	return history, nil
}

// countUndo counts a call that takes a step back; a call that is made again has a number.
func (o *origin) countUndo(event *historypb.HistoryEvent) {
	id, _, _ := strings.Cut(event.GetActivityTaskScheduledEventAttributes().GetActivityId(), "~")
	if id != "" {
		o.undone[id]++
	}
}

// seek looks for the moment in one run, closer with each replay.
func (o *origin) seek(ctx context.Context, run, first string, history *historypb.History, status enumspb.WorkflowExecutionStatus) (*moment, error) {
	m := &moment{asked: o.asked, arose: o.arose, undone: o.undone, now: time.Now()}
	if takesOver(status) {
		m.children = first
	}
	for {
		err := o.replay(m, run, history)
		activity.RecordHeartbeat(ctx, run)
		switch {
		case m.found != nil:
			// The replay was stopped on its way: what is in the history and was not replayed is no fault.
			return m, nil
		case m.refused != nil:
			return m, m.refused
		case m.nth > 0:
			return m, fmt.Errorf("the replay of the run %s did not reach the step again: %w", run, err)
		case err != nil || !m.looksCloser():
			return m, err
		}
		o.arose = m.arose
	}
}

// replay replays the run by the interpreter. What is none of its runs cannot be replayed.
func (o *origin) replay(m *moment, run string, history *historypb.History) error {
	replayer, err := worker.NewWorkflowReplayerWithOptions(*o.interpreter.forks)
	if err != nil {
		return fmt.Errorf("making a replayer of Options.Forks: %w", err)
	}
	replayer.RegisterDynamicWorkflow(o.interpreter.seeking(m).runNamed, workflow.DynamicRegisterOptions{})
	err = replayer.ReplayWorkflowHistoryWithOptions(log.NewStructuredLogger(slog.New(slog.DiscardHandler)), history,
		worker.ReplayWorkflowHistoryOptions{OriginalExecution: workflow.Execution{ID: o.asked.Origin.WorkflowID, RunID: run}})
	switch {
	case err == nil:
		return nil
	case strings.Contains(err.Error(), "deadlock"):
		return fmt.Errorf("this Worker is too busy to replay the origin: %w", err)
	default:
		return refusedFork("the run %s of the origin cannot be replayed: it is no run of a blueprint, or something of it is missing: %s", run, shortened(err.Error(), longestReason))
	}
}

// takesOver reports whether a fork takes the children over that still run: only where nobody
// has told them to end.
func takesOver(status enumspb.WorkflowExecutionStatus) bool {
	return status == enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED || status == enumspb.WORKFLOW_EXECUTION_STATUS_TIMED_OUT
}

// settleChildren leaves each child that gives its result, or still runs and is taken over. Any
// other is started anew.
func (o *origin) settleChildren(ctx context.Context, s *saved, status enumspb.WorkflowExecutionStatus) error {
	if s.Child != nil {
		child, err := o.statusOf(ctx, *s.Child)
		if err != nil {
			return err
		}
		running := child == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING && takesOver(status)
		if child != enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED && !running {
			s.Child = nil
		}
	}
	for at := range s.Below {
		if err := o.settleChildren(ctx, &s.Below[at], status); err != nil {
			return err
		}
	}
	return nil
}

// statusOf is how the child stands, whichever run of its chain is the last.
func (o *origin) statusOf(ctx context.Context, child childRef) (enumspb.WorkflowExecutionStatus, error) {
	described, err := o.client.DescribeWorkflow(ctx, child.WorkflowID, "")
	if err == nil && described.RawResponse.GetWorkflowExecutionInfo().GetFirstRunId() != child.RunID {
		described, err = o.client.DescribeWorkflow(ctx, child.WorkflowID, child.RunID)
	}
	switch {
	case isNotFound(err):
		return enumspb.WORKFLOW_EXECUTION_STATUS_UNSPECIFIED, nil
	case err != nil:
		return 0, fmt.Errorf("describing the child %s: %w", child.WorkflowID, err)
	}
	return described.Status, nil
}
