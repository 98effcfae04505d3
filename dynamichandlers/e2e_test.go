//go:build e2e

package dynamichandlers

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"golang.org/x/sync/errgroup"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/e2etest"
)

func runWorker(ctx context.Context, connection client.Client) error {
	w := worker.New(connection, TaskQueue, Options())
	Register(w)
	return connect.RunUntilDone(ctx, w)
}

func startRun(t *testing.T, connection client.Client, id string, workflowType any, args ...any) client.WorkflowRun {
	t.Helper()
	options := client.StartWorkflowOptions{
		ID: id, TaskQueue: TaskQueue,
		WorkflowExecutionTimeout: time.Minute,
		// A task that a stopped worker has taken is handed out again after this time.
		WorkflowTaskTimeout: 2 * time.Second,
	}
	run, err := connection.ExecuteWorkflow(t.Context(), options, workflowType, args...)
	require.NoError(t, err)
	return run
}

func sendSignal(t *testing.T, connection client.Client, id, name string, argument any) {
	t.Helper()
	require.NoError(t, connection.SignalWorkflow(t.Context(), id, "", name, argument))
}

// The server takes reserved names and several arguments from clients other than Go's.
// Neither may leave the run stuck.
func TestSignalsThatWaitForAWorker(t *testing.T) {
	connection := e2etest.Connect(t)
	for id, workflowType := range map[string]any{"by-name": CollectByName, "in-order": CollectInOrder} {
		startRun(t, connection, id, workflowType, Inbox{Open: true})
		sendSignal(t, connection, id, "b", 1)
		sendSignal(t, connection, id, "__temporal_x", 2)
		sendSignal(t, connection, id, "a", 3)
		payloads, err := converter.GetDefaultDataConverter().ToPayloads(4, 5)
		require.NoError(t, err)
		for _, input := range []*commonpb.Payloads{payloads, nil} {
			_, err = connection.WorkflowService().SignalWorkflowExecution(t.Context(), &workflowservice.SignalWorkflowExecutionRequest{
				Namespace: client.DefaultNamespace, SignalName: "c", Input: input,
				WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: id},
			})
			require.NoError(t, err)
		}
		sendSignal(t, connection, id, CloseSignal, nil)
	}
	e2etest.RunWorker(t, connection, runWorker)

	want := map[string][]string{
		"by-name":  {"a 3", "b 1", "c 4", "c"},
		"in-order": {"b 1", "a 3", "c 4 came with 2 arguments, only the first is kept", "c"},
	}
	for id, messages := range want {
		var inbox Inbox
		require.NoError(t, connection.GetWorkflow(t.Context(), id, "").Get(t.Context(), &inbox))
		assert.Equal(t, messages, lines(inbox.Messages))
	}
}

// Runs continue as new again and again while several clients send signals and
// updates. All of them are counted, each once.
func TestNothingIsLostWhileRunsContinueAsNew(t *testing.T) {
	connection := e2etest.Connect(t, "--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=20")
	e2etest.RunWorker(t, connection, runWorker)
	const id, clients, perClient = "chain", 4, 40
	startRun(t, connection, id, Configured, raw(ordersFile), State{})
	startRun(t, connection, "chained-inbox", CollectInOrder, Inbox{Open: true})
	group, ctx := errgroup.WithContext(t.Context())
	for number := range clients {
		group.Go(func() error {
			for i := range perClient {
				for _, run := range []string{id, "chained-inbox"} {
					if err := connection.SignalWorkflow(ctx, run, "", fmt.Sprintf("stranger%d", number), i); err != nil {
						return err
					}
				}
				if i%10 == 0 {
					if _, err := SendUpdate(ctx, connection, id, "price", i); err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
	require.NoError(t, group.Wait())
	answer, err := SendUpdate(t.Context(), connection, id, "end")
	require.NoError(t, err)
	sendSignal(t, connection, "chained-inbox", CloseSignal, nil)

	var outcome Outcome
	require.NoError(t, json.Unmarshal(answer.Payload().GetData(), &outcome))
	assert.Equal(t, clients*perClient+clients*perClient/10+1, outcome.Handled)
	for number := range clients {
		assert.Equal(t, "39", string(outcome.Data[Unregistered][fmt.Sprintf("stranger%d", number)]), "the last one")
	}
	var status Status
	statusAnswer, err := sendQuery(t.Context(), connection, id, "status")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(statusAnswer.Payload().GetData(), &status))
	assert.Greater(t, status.EarlierRuns, 2, "it did continue as new")

	var inbox Inbox
	require.NoError(t, connection.GetWorkflow(t.Context(), "chained-inbox", "").Get(t.Context(), &inbox))
	assert.Equal(t, clients*perClient, inbox.Total)
}

// A worker that lacks the interceptor fails tasks, not runs: with the right worker
// the run goes on.
func TestRunOutlivesAWorkerWithoutTheInterceptor(t *testing.T) {
	connection := e2etest.Connect(t)
	run := startRun(t, connection, "patient", CollectInOrder, Inbox{Open: true})
	sendSignal(t, connection, "patient", "a", 1)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	defer stop()
	stopped := make(chan error, 1)
	go func() {
		wrong := worker.New(connection, TaskQueue, worker.Options{DisableRegistrationAliasing: true})
		Register(wrong)
		stopped <- connect.RunUntilDone(ctx, wrong)
	}()
	failed := false
	events := connection.GetWorkflowHistory(t.Context(), run.GetID(), run.GetRunID(), true, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for !failed && events.HasNext() {
		event, err := events.Next()
		require.NoError(t, err)
		failed = event.GetWorkflowTaskFailedEventAttributes() != nil
	}
	stop()
	require.NoError(t, <-stopped)
	require.True(t, failed)

	e2etest.RunWorker(t, connection, runWorker)
	sendSignal(t, connection, "patient", CloseSignal, nil)
	var inbox Inbox
	require.NoError(t, run.Get(t.Context(), &inbox))
	assert.Equal(t, []string{"a 1"}, lines(inbox.Messages))
}

// The configuration is a run's input: another one, and a worker started anew, change
// nothing for a run that has begun.
func TestEditedConfigurationIsForLaterRuns(t *testing.T) {
	connection := e2etest.Connect(t)
	before := json.RawMessage(`{"signals": [{"name": "stop", "type": "trigger", "description": "before"}]}`)
	after := json.RawMessage(`{"signals": [{"name": "halt", "type": "trigger", "description": "after"}]}`)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	defer stop()
	stopped := make(chan error, 1)
	go func() { stopped <- runWorker(ctx, connection) }()
	startRun(t, connection, "old", "Configured", before)
	firstSignal := func(id string) string {
		definition, err := Definition(t.Context(), connection, id)
		require.NoError(t, err)
		return definition.GetSignalDefinitions()[0].GetName() + " " + definition.GetSignalDefinitions()[0].GetDescription()
	}
	assert.Equal(t, "stop [workflow] trigger: before", firstSignal("old"))
	stop()
	require.NoError(t, <-stopped)

	e2etest.RunWorker(t, connection, runWorker)
	startRun(t, connection, "new", "Configured", after)
	assert.Equal(t, "stop [workflow] trigger: before", firstSignal("old"))
	assert.Equal(t, "halt [workflow] trigger: after", firstSignal("new"))
}

func TestAskAndTellFindTheEnvelope(t *testing.T) {
	connection := e2etest.Connect(t)
	e2etest.RunWorker(t, connection, runWorker)
	startRun(t, connection, "orders", "Configured", raw(ordersFile))
	tell := func(name string, arguments ...json.RawMessage) string {
		answer, err := Tell(t.Context(), connection, "orders", name, arguments...)
		require.NoError(t, err)
		return string(answer.Payload().GetData())
	}
	assert.Equal(t, `{"owner":"workflow","name":"price"}`, tell("price", json.RawMessage(`7`)))
	assert.Equal(t, `{"owner":"unregistered","name":"color"}`, tell("color", json.RawMessage(`"red"`)))
	for name, want := range map[string]string{"data": `{"price":7}`, "color": `"red"`} {
		answer, err := Ask(t.Context(), connection, "orders", name)
		require.NoError(t, err)
		assert.Equal(t, want, string(answer.Payload().GetData()))
	}
}

// The Worker's own converter and codec on a real Worker, in each kind of handler.
func TestConverterOfAWorkersOwn(t *testing.T) {
	server := e2etest.StartServer(t)
	connection, err := client.Dial(client.Options{
		HostPort:      server.Address(),
		DataConverter: workerConverters()["own and aes"],
		Logger:        log.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	require.NoError(t, err)
	t.Cleanup(connection.Close)
	e2etest.RunWorker(t, connection, runWorker)
	run := startRun(t, connection, "own", "Configured", whole(t, ordersFile))
	sendSignal(t, connection, "own", "item", map[string]any{"lamps": 2})
	sendSignal(t, connection, "own", "weather", "rain")
	_, err = SendUpdate(t.Context(), connection, "own", "price", "cheap")
	assert.ErrorContains(t, err, "price: want number, got text")
	_, err = SendUpdate(t.Context(), connection, "own", "price", 7)
	require.NoError(t, err)
	answer, err := connection.QueryWorkflow(t.Context(), "own", "", AnyQuery, Envelope{Name: "weather"})
	require.NoError(t, err)
	var weather json.RawMessage
	require.NoError(t, answer.Get(&weather))
	assert.Equal(t, `"rain"`, string(weather))
	_, err = SendUpdate(t.Context(), connection, "own", "end")
	require.NoError(t, err)
	var outcome Outcome
	require.NoError(t, run.Get(t.Context(), &outcome))
	assert.Equal(t, map[string]json.RawMessage{"item": json.RawMessage(`{"lamps":2}`), "price": json.RawMessage(`7`)}, outcome.Data[Workflow])
}

// What the SDK ignores is refused, and so are two IDs that are alike where they were cut.
func TestArgumentsAndIDsOnAServer(t *testing.T) {
	connection := e2etest.Connect(t)
	e2etest.RunWorker(t, connection, runWorker)
	startRun(t, connection, "strict", "Configured", raw(ordersFile))
	update := func(id string, args ...any) error {
		handle, err := connection.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{
			WorkflowID: "strict", UpdateID: id, UpdateName: "note", Args: args, WaitForStage: client.WorkflowUpdateStageCompleted,
		})
		require.NoError(t, err)
		return handle.Get(t.Context(), nil)
	}
	assert.ErrorContains(t, update("two", 1, 2), "note: want 1 argument, got more")
	assert.ErrorContains(t, update(strings.Repeat("x", MaxUpdateIDLength)+"a", 1), "note: the Update ID has 101 bytes, at most 100 are allowed")
	assert.NoError(t, update("one", 1))
	_, err := connection.QueryWorkflow(t.Context(), "strict", "", "data", 1)
	assert.ErrorContains(t, err, "data: want no argument, got one")
	sendSignal(t, connection, "strict", "done", nil)
}
