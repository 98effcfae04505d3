package messagepassing

import (
	"context"
	"fmt"
	"slices"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"golang.org/x/sync/errgroup"

	"dynamicsamples/internal/scenario"
)

// conversation is one scenario's talk with one workflow. It collects what comes back
// line by line, and keeps the first error that is not an answer.
type conversation struct {
	ctx     context.Context
	session *scenario.Session
	run     client.WorkflowRun
	lines   []string
	err     error
}

func start(ctx context.Context, session *scenario.Session, workflow any, arguments ...any) *conversation {
	talk := &conversation{ctx: ctx, session: session}
	talk.run, talk.err = session.Start(ctx, TaskQueue, workflow, arguments...)
	return talk
}

func (c *conversation) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

func (c *conversation) say(format string, values ...any) {
	c.lines = append(c.lines, fmt.Sprintf(format, values...))
}

// answer words what came back. The label tells several apart.
func (c *conversation) answer(label string, value converter.RawValue, err error) {
	text := "canceled"
	if !temporal.IsCanceledError(err) {
		var problem error
		text, problem = scenario.Describe(value, err)
		c.fail(problem)
	}
	if label != "" {
		text = label + ": " + text
	}
	c.lines = append(c.lines, text)
}

func (c *conversation) signal(name string, argument any) {
	if c.err == nil {
		c.fail(c.session.Client.SignalWorkflow(c.ctx, c.run.GetID(), "", name, argument))
	}
}

func (c *conversation) query(label, name string, arguments ...any) {
	if c.err != nil {
		return
	}
	var value converter.RawValue
	encoded, err := c.session.Client.QueryWorkflow(c.ctx, c.run.GetID(), "", name, arguments...)
	if err == nil {
		err = encoded.Get(&value)
	}
	c.answer(label, value, err)
}

// startUpdate returns when the update is accepted.
func (c *conversation) startUpdate(name, id string, argument any) client.WorkflowUpdateHandle {
	if c.err != nil {
		return nil
	}
	handle, err := c.session.Client.UpdateWorkflow(c.ctx, client.UpdateWorkflowOptions{
		WorkflowID:   c.run.GetID(),
		UpdateID:     id,
		UpdateName:   name,
		Args:         []any{argument},
		WaitForStage: client.WorkflowUpdateStageAccepted,
	})
	c.fail(err)
	return handle
}

// get waits for the answer of an update.
func (c *conversation) get(label string, handle client.WorkflowUpdateHandle) {
	if c.err != nil {
		return
	}
	var value converter.RawValue
	err := handle.Get(c.ctx, &value)
	c.answer(label, value, err)
}

// update sends an update and waits for its answer.
func (c *conversation) update(label, name, id string, argument any) {
	c.get(label, c.startUpdate(name, id, argument))
}

// wait waits for the workflow.
func (c *conversation) wait(label string) {
	if c.err != nil {
		return
	}
	var value converter.RawValue
	err := c.run.Get(c.ctx, &value)
	c.answer(label, value, err)
}

// finish waits for a workflow whose result is beside the point.
func (c *conversation) finish() {
	if c.err == nil {
		c.fail(c.run.Get(c.ctx, nil))
	}
}

// count counts the events of the type in the history.
func (c *conversation) count(eventType enumspb.EventType) int {
	if c.err != nil {
		return 0
	}
	count := 0
	events := c.session.Client.GetWorkflowHistory(c.ctx, c.run.GetID(), c.run.GetRunID(), false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		if err != nil {
			c.fail(err)
			return 0
		}
		if event.GetEventType() == eventType {
			count++
		}
	}
	return count
}

func (c *conversation) countUpdates() {
	c.say("in the history: %d updates accepted, %d completed",
		c.count(enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED),
		c.count(enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED))
}

// end returns what came back, as a scenario does.
func (c *conversation) end() (string, error) { return strings.Join(c.lines, "\n"), c.err }

func approve(ctx context.Context, session *scenario.Session) (string, error) {
	talk := start(ctx, session, Greeting, GreetingInput{})
	talk.signal(ApproveSignal, Approval{Name: "Ana"})
	talk.wait("")
	return talk.end()
}

func languages(ctx context.Context, session *scenario.Session) (string, error) {
	talk := start(ctx, session, Greeting, GreetingInput{})
	talk.query("known", LanguagesQuery, LanguagesInput{})
	talk.query("all", LanguagesQuery, LanguagesInput{IncludeUnsupported: true})
	talk.signal(ApproveSignal, Approval{Name: "Ana"})
	talk.finish()
	return talk.end()
}

func setLanguage(ctx context.Context, session *scenario.Session) (string, error) {
	talk := start(ctx, session, Greeting, GreetingInput{})
	talk.update("update", SetLanguageUpdate, "", "chinese")
	talk.signal(ApproveSignal, Approval{Name: "Ana"})
	talk.wait("workflow")
	return talk.end()
}

func reject(ctx context.Context, session *scenario.Session) (string, error) {
	talk := start(ctx, session, Greeting, GreetingInput{})
	talk.update("update", SetLanguageUpdate, "", "french")
	talk.countUpdates()
	talk.signal(ApproveSignal, Approval{Name: "Ana"})
	talk.finish()
	return talk.end()
}

func learnLanguage(ctx context.Context, session *scenario.Session) (string, error) {
	talk := start(ctx, session, Greeting, GreetingInput{})
	first := talk.startUpdate(LearnLanguageUpdate, "", "french")
	second := talk.startUpdate(LearnLanguageUpdate, "", "french")
	talk.get("first", first)
	talk.get("second", second)
	talk.say("in the history: %d activity", talk.count(enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED))
	talk.signal(ApproveSignal, Approval{Name: "Ana"})
	talk.wait("workflow")
	return talk.end()
}

func failAfterAcceptance(ctx context.Context, session *scenario.Session) (string, error) {
	talk := start(ctx, session, Greeting, GreetingInput{})
	talk.update("update", LearnLanguageUpdate, "", "klingon")
	talk.countUpdates()
	talk.signal(ApproveSignal, Approval{Name: "Ana"})
	talk.finish()
	return talk.end()
}

func queryAfterCompletion(ctx context.Context, session *scenario.Session) (string, error) {
	talk := start(ctx, session, Greeting, GreetingInput{})
	talk.signal(ApproveSignal, Approval{Name: "Ana"})
	talk.finish()
	talk.query("", LanguageQuery)
	return talk.end()
}

func signalFromWorkflow(ctx context.Context, session *scenario.Session) (string, error) {
	talk := start(ctx, session, Greeting, GreetingInput{})
	if talk.err != nil {
		return talk.end()
	}
	id := talk.run.GetID()
	if _, err := session.Execute(ctx, TaskQueue, ApproveAnother, id, Approval{Name: "Luis"}); err != nil {
		return "", err
	}
	talk.wait("greeting")
	again, err := session.Execute(ctx, TaskQueue, ApproveAnother, id, Approval{Name: "Luis"})
	talk.fail(err)
	talk.say("again: %s", strings.ReplaceAll(again, id, "<greeting>"))
	err = session.Client.SignalWorkflow(ctx, id, "", ApproveSignal, Approval{Name: "Luis"})
	talk.say("from a client: %T", err)
	return talk.end()
}

func signalWithStart(ctx context.Context, session *scenario.Session) (string, error) {
	options := session.StartOptions(TaskQueue)
	// The first is no approval, so that the workflow is still running at the second.
	first, err := session.Client.SignalWithStartWorkflow(ctx, options.ID, ApproveSignal, Approval{}, options, Greeting, GreetingInput{})
	if err != nil {
		return "", err
	}
	session.Remember(first)
	second, err := session.Client.SignalWithStartWorkflow(ctx, options.ID, ApproveSignal, Approval{Name: "Ana"}, options, Greeting, GreetingInput{})
	if err != nil {
		return "", err
	}
	talk := &conversation{ctx: ctx, session: session, run: second}
	talk.say("the same run: %v", first.GetRunID() == second.GetRunID())
	talk.wait("workflow")
	return talk.end()
}

func fetchLater(ctx context.Context, session *scenario.Session) (string, error) {
	talk := start(ctx, session, Greeting, GreetingInput{})
	talk.startUpdate(LearnLanguageUpdate, "learn-french", "french")
	if talk.err != nil {
		return talk.end()
	}
	// All that another process needs is the two ids.
	fetched := client.GetWorkflowUpdateHandleOptions{WorkflowID: talk.run.GetID(), UpdateID: "learn-french"}
	talk.get("later", session.Client.GetWorkflowUpdateHandle(fetched))
	talk.signal(ApproveSignal, Approval{Name: "Ana"})
	talk.finish()
	talk.get("again", session.Client.GetWorkflowUpdateHandle(fetched)) // also of a closed workflow
	return talk.end()
}

func waitStages(ctx context.Context, session *scenario.Session) (string, error) {
	talk := start(ctx, session, Trip)
	hotel := talk.startUpdate(BookUpdate, "", "hotel")
	talk.say("accepted, with the trip still open: %v", talk.count(enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED) == 0)
	talk.signal(ConfirmSignal, nil)
	talk.get("completed", hotel)
	talk.finish()
	return talk.end()
}

// byName uses none of the sample's Go types, as a program that cannot import them
// would.
func byName(ctx context.Context, session *scenario.Session) (string, error) {
	talk := start(ctx, session, "Greeting", map[string]any{"language": "english"})
	talk.query("query", "languages", map[string]any{"include_unsupported": false})
	talk.update("update", "set-language", "", "chinese")
	talk.signal("approve", map[string]any{"name": "Ana"})
	talk.wait("workflow")
	return talk.end()
}

func sameUpdateID(ctx context.Context, session *scenario.Session) (string, error) {
	talk := start(ctx, session, Greeting, GreetingInput{})
	talk.update("first", SetLanguageUpdate, "set-1", "chinese")
	talk.update("again", SetLanguageUpdate, "set-1", "english")
	talk.query("language", LanguageQuery)
	talk.signal(ApproveSignal, Approval{Name: "Ana"})
	talk.finish()
	return talk.end()
}

func mainLoop(ctx context.Context, session *scenario.Session) (string, error) {
	talk := start(ctx, session, Printer)
	talk.signal(PrintSignal, "a")
	b := talk.startUpdate(PrintAndWaitUpdate, "", "b")
	talk.signal(PrintSignal, "c")
	d := talk.startUpdate(PrintAndWaitUpdate, "", "d")
	talk.get("b", b)
	talk.get("d", d)
	talk.signal(ClosePrinterSignal, nil)
	talk.wait("workflow")
	return talk.end()
}

func tripConfirmed(ctx context.Context, session *scenario.Session) (string, error) {
	talk := start(ctx, session, Trip)
	hotel := talk.startUpdate(BookUpdate, "", "hotel")
	flight := talk.startUpdate(BookUpdate, "", "flight")
	talk.signal(NoteSignal, "pack an umbrella")
	talk.signal(ConfirmSignal, nil)
	talk.get("hotel", hotel)
	talk.get("flight", flight)
	talk.wait("workflow")
	return talk.end()
}

func tripAbandoned(ctx context.Context, session *scenario.Session) (string, error) {
	talk := start(ctx, session, Trip)
	hotel := talk.startUpdate(BookUpdate, "", "hotel")
	talk.signal(AbandonSignal, "rain")
	talk.get("hotel", hotel)
	talk.wait("workflow")
	talk.query("report", TripQuery)
	return talk.end()
}

func tripCanceled(ctx context.Context, session *scenario.Session) (string, error) {
	talk := start(ctx, session, Trip)
	hotel := talk.startUpdate(BookUpdate, "", "hotel")
	if talk.err == nil {
		talk.fail(session.Client.CancelWorkflow(ctx, talk.run.GetID(), ""))
	}
	talk.get("hotel", hotel)
	talk.wait("workflow")
	talk.query("report", TripQuery)
	return talk.end()
}

func abandonedHandler(ctx context.Context, session *scenario.Session) (string, error) {
	talk := start(ctx, session, Bulletin)
	poll := talk.startUpdate(NextHeadlineUpdate, "", 0)
	talk.signal(CloseBulletinSignal, nil)
	talk.get("update", poll)
	talk.wait("workflow")
	return talk.end()
}

func clusterAssigns(ctx context.Context, session *scenario.Session) (string, error) {
	talk := start(ctx, session, ClusterManager, ClusterInput{Nodes: 4})
	talk.signal(StartClusterSignal, nil)
	red := talk.startUpdate(AssignNodesUpdate, "", Assignment{Job: "red", Count: 2})
	blue := talk.startUpdate(AssignNodesUpdate, "", Assignment{Job: "blue", Count: 2})
	talk.get("red", red)
	talk.get("blue", blue)
	talk.update("green", AssignNodesUpdate, "", Assignment{Job: "green", Count: 1})
	talk.signal(ShutDownSignal, nil)
	talk.finish()
	return talk.end()
}

func clusterContinues(ctx context.Context, session *scenario.Session) (string, error) {
	const count = 12
	talk := start(ctx, session, ClusterManager, ClusterInput{Nodes: count, MessagesPerRun: 5})
	talk.signal(StartClusterSignal, nil)
	if talk.err != nil {
		return talk.end()
	}
	id := talk.run.GetID()
	assigned, err := assignAndRepair(ctx, session.Client, id, count)
	if err != nil {
		return "", err
	}
	again, err := UpdateCluster(ctx, session.Client, id, "assign-0", AssignNodesUpdate, Assignment{Job: "job-0", Count: 1})
	if err != nil {
		return "", err
	}
	talk.signal(ShutDownSignal, nil)
	var state ClusterState
	talk.fail(talk.run.Get(ctx, &state))
	repairs := 0
	for _, node := range state.Nodes {
		repairs += node.Repairs
	}
	different := slices.Compact(slices.Sorted(slices.Values(assigned)))
	talk.say("assigned: %d of %d nodes, each once", len(different), count)
	talk.say("repaired: %d times", repairs)
	talk.say("more than one run: %v", state.Run > 1)
	if slices.Equal(again, assigned[:1]) {
		talk.say("again: the same node")
	}
	return talk.end()
}

// assignAndRepair sends so many updates and so many signals at a time, each for one
// node, and returns the nodes in the order of the updates.
func assignAndRepair(ctx context.Context, connection client.Client, workflowID string, count int) ([]string, error) {
	assigned := make([]string, count)
	group, ctx := errgroup.WithContext(ctx)
	for i := range count {
		group.Go(func() error {
			nodes, err := UpdateCluster(ctx, connection, workflowID,
				fmt.Sprintf("assign-%d", i), AssignNodesUpdate, Assignment{Job: fmt.Sprintf("job-%d", i), Count: 1})
			if err == nil {
				assigned[i] = nodes[0]
			}
			return err
		})
		group.Go(func() error {
			repair := Repair{ID: fmt.Sprintf("repair-%d", i), Node: fmt.Sprintf("node-%02d", i+1)}
			return connection.SignalWorkflow(ctx, workflowID, "", RepairSignal, repair)
		})
	}
	return assigned, group.Wait()
}
