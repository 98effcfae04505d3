package blueprint

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/scenario"
)

// game is a run that a scenario plays with, and what it has seen.
type game struct {
	session *scenario.Session
	run     client.WorkflowRun
	// firstRunID stays the first run's when the run goes on in a new one.
	firstRunID string
	lines      []string
}

// move is one thing that a scenario does with a run.
type move func(ctx context.Context, g *game) error

func (g *game) say(format string, arguments ...any) {
	g.lines = append(g.lines, fmt.Sprintf(format, arguments...))
}

// play returns a scenario that starts a workflow and makes the moves. What they say is
// what comes back.
func play(workflowType string, arguments []any, moves ...move) func(context.Context, *scenario.Session) (string, error) {
	return func(ctx context.Context, session *scenario.Session) (string, error) {
		g, err := begin(ctx, session, workflowType, arguments...)
		if err != nil {
			return "", err
		}
		return g.play(ctx, moves)
	}
}

// playStored does the same with a client that keeps large values in external storage, on
// the task queue whose worker does so, too.
func playStored(workflowType string, arguments []any, moves ...move) func(context.Context, *scenario.Session) (string, error) {
	return func(ctx context.Context, session *scenario.Session) (string, error) {
		stored, err := WithStorage(ctx, session.Client)
		if err != nil {
			return "", err
		}
		defer stored.Close()
		session.Client = stored
		run, err := session.Start(ctx, LargeTaskQueue, workflowType, arguments...)
		if err != nil {
			return "", err
		}
		return (&game{session: session, run: run, firstRunID: run.GetRunID()}).play(ctx, moves)
	}
}

func (g *game) play(ctx context.Context, moves []move) (string, error) {
	for _, each := range moves {
		if err := each(ctx, g); err != nil {
			return "", err
		}
	}
	return strings.Join(g.lines, "\n"), nil
}

func begin(ctx context.Context, session *scenario.Session, workflowType string, arguments ...any) (*game, error) {
	run, err := session.Start(ctx, TaskQueue, workflowType, arguments...)
	if err != nil {
		return nil, err
	}
	return &game{session: session, run: run, firstRunID: run.GetRunID()}, nil
}

// sayResult says how the run ended.
func sayResult(ctx context.Context, g *game) error {
	ended, err := outcomeOf(ctx, g.run)
	g.lines = append(g.lines, ended)
	return err
}

// outcomeOf words how a run ended.
func outcomeOf(ctx context.Context, run client.WorkflowRun) (string, error) {
	var output converter.RawValue
	err := run.Get(ctx, &output)
	if temporal.IsCanceledError(err) {
		return "canceled", nil
	}
	return scenario.Describe(output, err)
}

// sayDid says what the run has asked for, in that order: its activities, timers and
// children, by the summaries that the Web UI shows.
func sayDid(ctx context.Context, g *game) error { return g.list(ctx, "did", "", func([]string) {}) }

// sayDidSorted says the same sorted, for branches of which either may be faster.
func sayDidSorted(ctx context.Context, g *game) error {
	return g.list(ctx, "did, sorted", "", slices.Sort)
}

// sayDidAt says what the run has asked for at the step and below it.
func sayDidAt(path string) move {
	return func(ctx context.Context, g *game) error { return g.list(ctx, "did", path, func([]string) {}) }
}

func (g *game) list(ctx context.Context, title, path string, order func([]string)) error {
	asked, err := g.asked(ctx)
	if err != nil {
		return err
	}
	order(asked)
	if len(asked) == 0 {
		g.say("did nothing")
		return nil
	}
	g.say("%s:", title)
	for _, each := range asked {
		if _, summary, _ := strings.Cut(each, " "); strings.HasPrefix(summary, path) {
			g.say("  %s", each)
		}
	}
	return nil
}

// asked reads what the run has asked for from its history and those of the runs in which
// it went on.
func (g *game) asked(ctx context.Context) ([]string, error) {
	var asked []string
	for runID := g.firstRunID; runID != ""; {
		events := g.session.Client.GetWorkflowHistory(ctx, g.run.GetID(), runID, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		runID = ""
		for events.HasNext() {
			event, err := events.Next()
			if err != nil {
				return nil, fmt.Errorf("read the history of %s: %w", g.run.GetID(), err)
			}
			if what := kindOfEvent(event); what != "" {
				asked = append(asked, what+" "+summaryIn(event))
			}
			runID = event.GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId()
		}
	}
	return asked, nil
}

// kindOfEvent names what an event asks for, or "".
func kindOfEvent(event *historypb.HistoryEvent) string {
	switch event.GetEventType() {
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
		return "activity"
	case enumspb.EVENT_TYPE_TIMER_STARTED:
		return "timer"
	case enumspb.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
		return "child"
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
		return "new run"
	default:
		return ""
	}
}

func summaryIn(event *historypb.HistoryEvent) string {
	var summary string
	// An event without a summary has none to decode.
	_ = converter.GetDefaultDataConverter().FromPayload(event.GetUserMetadata().GetSummary(), &summary)
	return summary
}

// status asks the run where it stands.
func (g *game) status(ctx context.Context) (engine.Status, error) {
	return statusOf(ctx, g.session.Client, g.run.GetID())
}

func statusOf(ctx context.Context, connection client.Client, id string) (engine.Status, error) {
	var status engine.Status
	encoded, err := connection.QueryWorkflow(ctx, id, "", engine.StatusQuery)
	if err != nil {
		return status, fmt.Errorf("ask %s for its status: %w", id, err)
	}
	return status, encoded.Get(&status)
}

// waitFor waits until a step of the id is running.
func waitFor(id string) move {
	return func(ctx context.Context, g *game) error {
		return poll(ctx, "the step "+id, func() (bool, error) {
			status, err := g.status(ctx)
			return isRunning(status.Steps, id), err
		})
	}
}

// waitForNewRun waits until the first run has gone on in a new one.
func waitForNewRun(ctx context.Context, g *game) error {
	return poll(ctx, "a new run", func() (bool, error) {
		description, err := g.session.Client.DescribeWorkflow(ctx, g.run.GetID(), g.firstRunID)
		return err == nil && description.Status == enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW, err
	})
}

// poll asks again and again until it is so or ctx ends.
func poll(ctx context.Context, what string, isSo func() (bool, error)) error {
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		if so, err := isSo(); so || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", what, ctx.Err())
		case <-ticker.C:
		}
	}
}

func isRunning(steps []engine.StepStatus, id string) bool {
	return slices.ContainsFunc(steps, func(step engine.StepStatus) bool {
		return step.ID == id && step.State == engine.StateRunning || isRunning(step.Steps, id)
	})
}

// sayTree says where each step stands.
func sayTree(ctx context.Context, g *game) error {
	status, err := g.status(ctx)
	if err != nil {
		return err
	}
	g.say("%s", asTree(status))
	return nil
}

// sendSignal brings a message by a signal, which has no answer.
func sendSignal(name string, content any) move {
	return func(ctx context.Context, g *game) error {
		if err := g.session.Client.SignalWorkflow(ctx, g.run.GetID(), "", name, content); err != nil {
			return fmt.Errorf("signal %s: %w", name, err)
		}
		return nil
	}
}

// sendMessage brings a message by the update, and says whether it was taken.
func sendMessage(name string, content any) move {
	return func(ctx context.Context, g *game) error {
		receipt, err := bring(ctx, g.session.Client, g.run.GetID(), engine.NewMessage(name, content))
		var refused *temporal.ApplicationError
		switch {
		case errors.As(err, &refused):
			g.say("message %s: %s, %s", name, refused.Type(), refused.Message())
		case err != nil:
			return err
		default:
			g.say("message %s: %s", name, inWords(receipt))
		}
		return nil
	}
}

// bring sends the message and waits for its receipt.
func bring(ctx context.Context, connection client.Client, id string, message engine.Message) (engine.Receipt, error) {
	var receipt engine.Receipt
	handle, err := connection.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: id, UpdateName: engine.MessageUpdate, Args: []any{message}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return receipt, fmt.Errorf("bring the message %s to %s: %w", message.Name, id, err)
	}
	return receipt, handle.Get(ctx, &receipt)
}

// inWords says what became of a message.
func inWords(receipt engine.Receipt) string {
	if receipt.Step == "" {
		return "kept for a step that has not begun"
	}
	return "taken by " + receipt.Step
}

// asTree is a line for each step, those of a block below its step.
func asTree(status engine.Status) string {
	var text strings.Builder
	text.WriteString(status.Blueprint)
	writeTree(&text, status.Steps, "\n  ")
	return text.String()
}

func writeTree(text *strings.Builder, steps []engine.StepStatus, indent string) {
	for _, step := range steps {
		text.WriteString(indent)
		if step.Block != "" {
			fmt.Fprintf(text, "(%s) ", step.Block)
		}
		fmt.Fprintf(text, "%s %s: %s", step.Kind, step.ID, step.State)
		if step.Attempts > 1 {
			fmt.Fprintf(text, ", %d times", step.Attempts)
		}
		if step.Error != "" {
			fmt.Fprintf(text, ", %s", step.Error)
		}
		writeTree(text, step.Steps, indent+"  ")
	}
}

// cancelRun asks the run to end as cancelled.
func cancelRun(ctx context.Context, g *game) error {
	if err := g.session.Client.CancelWorkflow(ctx, g.run.GetID(), ""); err != nil {
		return fmt.Errorf("cancel %s: %w", g.run.GetID(), err)
	}
	return nil
}

// sayRuns says how many runs it took.
func sayRuns(ctx context.Context, g *game) error {
	asked, err := g.asked(ctx)
	if err != nil {
		return err
	}
	count := 1
	for _, each := range asked {
		if strings.HasPrefix(each, "new run") {
			count++
		}
	}
	g.say("in %d runs", count)
	return nil
}

// tellChild brings a message to the child that a step has started.
func tellChild(path, name string, content any) move {
	return func(ctx context.Context, g *game) error {
		receipt, err := bring(ctx, g.session.Client, engine.ChildID(g.run.GetID(), path), engine.NewMessage(name, content))
		g.say("message %s to %s: %s", name, path, inWords(receipt))
		return err
	}
}

// sayChild says how a child ended, by the path of its step.
func sayChild(path string) move {
	return func(ctx context.Context, g *game) error {
		ended, err := outcomeOf(ctx, g.session.Client.GetWorkflow(ctx, engine.ChildID(g.run.GetID(), path), ""))
		g.say("%s: %s", path, ended)
		return err
	}
}

// saySizes says how large the first activity's output was, and that the histories of all
// runs together are small.
func saySizes(ctx context.Context, g *game) error {
	var stored, history int64
	for runID := g.firstRunID; runID != ""; {
		described, err := g.session.Client.DescribeWorkflow(ctx, g.run.GetID(), runID)
		if err != nil {
			return fmt.Errorf("ask for the size of the history of %s: %w", g.run.GetID(), err)
		}
		history += described.RawResponse.GetWorkflowExecutionInfo().GetHistorySizeBytes()
		events := g.session.Client.GetWorkflowHistory(ctx, g.run.GetID(), runID, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		runID = ""
		for events.HasNext() {
			event, err := events.Next()
			if err != nil {
				return fmt.Errorf("read the history of %s: %w", g.run.GetID(), err)
			}
			if output := event.GetActivityTaskCompletedEventAttributes().GetResult().GetPayloads(); stored == 0 && len(output) > 0 {
				for _, each := range output[0].GetExternalPayloads() {
					stored += each.GetSizeBytes()
				}
			}
			runID = event.GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId()
		}
	}
	g.say("the first output has %.1f MiB, the histories together less than %d KiB", float64(stored)/(1<<20), (history/(100<<10)+1)*100)
	return nil
}
