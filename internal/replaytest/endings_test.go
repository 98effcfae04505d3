package replaytest

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

func payloads(t *testing.T, values ...any) *commonpb.Payloads {
	encoded, err := converter.GetDefaultDataConverter().ToPayloads(values...)
	require.NoError(t, err)
	return encoded
}

// began is the history of a workflow "greet" up to the commands of its first Workflow Task,
// which are the events that follow.
func began(t *testing.T, events ...*historypb.HistoryEvent) *historypb.History {
	history := greetHistory(t)
	history.Events = append(history.Events[:4:4], events...)
	for i, event := range history.Events {
		event.EventId = int64(i + 1)
	}
	return history
}

func failed(failure *failurepb.Failure) *historypb.HistoryEvent {
	return &historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED, Attributes: &historypb.HistoryEvent_WorkflowExecutionFailedEventAttributes{
		WorkflowExecutionFailedEventAttributes: &historypb.WorkflowExecutionFailedEventAttributes{Failure: failure, WorkflowTaskCompletedEventId: 4}}}
}

func canceledEvent() *historypb.HistoryEvent {
	return &historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED, Attributes: &historypb.HistoryEvent_WorkflowExecutionCanceledEventAttributes{
		WorkflowExecutionCanceledEventAttributes: &historypb.WorkflowExecutionCanceledEventAttributes{WorkflowTaskCompletedEventId: 4}}}
}

func continuedEvent(input *commonpb.Payloads) *historypb.HistoryEvent {
	return &historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW, Attributes: &historypb.HistoryEvent_WorkflowExecutionContinuedAsNewEventAttributes{
		WorkflowExecutionContinuedAsNewEventAttributes: &historypb.WorkflowExecutionContinuedAsNewEventAttributes{
			WorkflowType: &commonpb.WorkflowType{Name: "greet"}, Input: input, WorkflowTaskCompletedEventId: 4}}}
}

func childEvent(input *commonpb.Payloads) *historypb.HistoryEvent {
	return &historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED, Attributes: &historypb.HistoryEvent_StartChildWorkflowExecutionInitiatedEventAttributes{
		StartChildWorkflowExecutionInitiatedEventAttributes: &historypb.StartChildWorkflowExecutionInitiatedEventAttributes{
			WorkflowId: "child", WorkflowType: &commonpb.WorkflowType{Name: "sing"}, Input: input, WorkflowTaskCompletedEventId: 4}}}
}

type greeting = func(ctx workflow.Context, name string) error

func failsWith(err error) greeting { return func(workflow.Context, string) error { return err } }

func continuesWith(input string) greeting {
	return func(ctx workflow.Context, _ string) error { return workflow.NewContinueAsNewError(ctx, "greet", input) }
}

func callsChild(input string) greeting {
	return func(ctx workflow.Context, _ string) error {
		ctx = workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{WorkflowID: "child"})
		return workflow.ExecuteChildWorkflow(ctx, "sing", input).Get(ctx, nil)
	}
}

// Each is replayed by the code that recorded it, and by code that differs in what the SDK's
// replayer does not look at.
func TestReplayComparesEachEnding(t *testing.T) {
	failure := &failurepb.Failure{Message: "no ink", FailureInfo: &failurepb.Failure_ApplicationFailureInfo{
		ApplicationFailureInfo: &failurepb.ApplicationFailureInfo{Type: "NoInk"}}}
	for name, each := range map[string]struct {
		history *historypb.History
		same    greeting
		others  []greeting
	}{
		"failed": {
			began(t, failed(failure)), failsWith(temporal.NewApplicationError("no ink", "NoInk")),
			[]greeting{failsWith(temporal.NewApplicationError("no ink", "NoPaper")), failsWith(temporal.NewApplicationError("no paper", "NoInk"))},
		},
		"canceled":  {began(t, canceledEvent()), failsWith(temporal.NewCanceledError()), nil},
		"continued": {began(t, continuedEvent(payloads(t, "Luis"))), continuesWith("Luis"), []greeting{continuesWith("Emi")}},
		"child":     {began(t, childEvent(payloads(t, "la"))), callsChild("la"), []greeting{callsChild("li")}},
	} {
		t.Run(name, func(t *testing.T) {
			register := func(greet greeting) func(worker.Registry) {
				return func(registry worker.Registry) {
					registry.RegisterWorkflowWithOptions(greet, workflow.RegisterOptions{Name: "greet"})
				}
			}
			Replay(t, each.history, register(each.same))
			for _, other := range each.others {
				found := &findings{}
				Replay(found, each.history, register(other))
				assert.Len(t, found.texts, 1)
			}
		})
	}
}

func TestOutcomes(t *testing.T) {
	failure := &failurepb.Failure{Message: "no ink", FailureInfo: &failurepb.Failure_ApplicationFailureInfo{
		ApplicationFailureInfo: &failurepb.ApplicationFailureInfo{Type: "NoInk"}}}
	withdrawn := &failurepb.Failure{Message: "canceled", FailureInfo: &failurepb.Failure_CanceledFailureInfo{
		CanceledFailureInfo: &failurepb.CanceledFailureInfo{}}}
	for name, each := range map[string]struct {
		history *historypb.History
		outcome Outcome
		closed  bool
	}{
		"completed":            {greetHistory(t), Outcome{Result: []string{`"Hello, Ana!"`}}, true},
		"failed":               {began(t, failed(failure)), Outcome{FailureType: "NoInk", FailureMessage: "no ink"}, true},
		"failed as canceled":   {began(t, failed(withdrawn)), Outcome{FailureType: "Canceled"}, true},
		"canceled":             {began(t, canceledEvent()), Outcome{FailureType: "Canceled"}, true},
		"continued":            {began(t, continuedEvent(payloads(t, "Luis", 1))), Outcome{NextRun: Scheduled{"greet", []string{`"Luis"`, "1"}}}, true},
		"open":                 {began(t), Outcome{}, false},
		"open, with something": {began(t, childEvent(nil)), Outcome{}, false},
	} {
		outcome, closed := outcomeIn(each.history)
		assert.Equal(t, each.outcome, outcome, name)
		assert.Equal(t, each.closed, closed, name)
	}
}

func TestScheduledAreActivitiesAndChildren(t *testing.T) {
	history := greetHistory(t)
	history.Events = append(history.Events, childEvent(payloads(t, "la", 2)))
	assert.Equal(t, []Scheduled{{"say", []string{`"Hello"`, `"Ana"`}}, {"sing", []string{`"la"`, "2"}}}, ScheduledIn(history))
}

// What the recorder notes in a test environment is what a history would show.
func TestRecorderInATestEnvironment(t *testing.T) {
	for name, each := range map[string]struct {
		greet     greeting
		outcome   Outcome
		scheduled []Scheduled
	}{
		"fails":        {failsWith(temporal.NewApplicationError("no ink", "NoInk")), Outcome{FailureType: "NoInk", FailureMessage: "no ink"}, nil},
		"is canceled":  {failsWith(temporal.NewCanceledError()), Outcome{FailureType: "Canceled"}, nil},
		"continues":    {continuesWith("Luis"), Outcome{NextRun: Scheduled{"greet", []string{`"Luis"`}}}, nil},
		"gives a note": {callsChild("la"), Outcome{}, []Scheduled{{"sing", []string{`"la"`}}}},
	} {
		t.Run(name, func(t *testing.T) {
			var suite testsuite.WorkflowTestSuite
			environment := suite.NewTestWorkflowEnvironment()
			recorder := &Recorder{}
			environment.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{recorder}})
			environment.RegisterWorkflowWithOptions(each.greet, workflow.RegisterOptions{Name: "greet"})
			environment.RegisterWorkflowWithOptions(func(workflow.Context, string) error { return nil }, workflow.RegisterOptions{Name: "sing"})
			environment.ExecuteWorkflow("greet", "Ana")

			assert.Equal(t, each.outcome, recorder.Outcome)
			assert.Equal(t, each.scheduled, recorder.Scheduled)
		})
	}
	assert.Contains(t, encode(make(chan int))[0], "cannot be encoded: ")
	assert.Contains(t, encode(make(chan int))[0], "chan int")
}

// A function that is registered under another name does not answer to its own, as on the
// samples' Workers.
func TestReplayRegistersNoAliases(t *testing.T) {
	history := greetHistory(t)
	history.Events[0].GetWorkflowExecutionStartedEventAttributes().WorkflowType.Name = "sayHello"
	assert.Panics(t, func() {
		Replay(&findings{}, history, func(registry worker.Registry) {
			registry.RegisterWorkflowWithOptions(sayHello, workflow.RegisterOptions{Name: "greet"})
		})
	})
	Replay(t, history, func(registry worker.Registry) { registry.RegisterWorkflow(sayHello) })
}

func sayHello(ctx workflow.Context, name string) (string, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Second})
	var said string
	err := workflow.ExecuteActivity(ctx, "say", "Hello", name).Get(ctx, &said)
	return said, err
}

func TestHistoriesReplayEachFileOfTheFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.MkdirAll(filepath.FromSlash(Folder), 0o750))
	text, err := Encode(greetHistory(t))
	require.NoError(t, err)
	for _, name := range []string{"first.json", "second.json", "notes.txt"} {
		require.NoError(t, os.WriteFile(filepath.Join(filepath.FromSlash(Folder), name), text, 0o600))
	}
	replays := 0
	Histories(t, func(registry worker.Registry) {
		replays++
		greetWith("Hello", "", nil)(registry)
	})
	assert.Equal(t, 2, replays)
}

func TestFolderWithoutHistories(t *testing.T) {
	for _, folder := range []string{t.TempDir(), "missing", "["} {
		found := &findings{}
		assert.Panics(t, func() { Files(found, folder) }, folder)
	}
	found := &findings{}
	assert.Panics(t, func() { Files(found, "missing") })
	assert.Contains(t, found.texts[0], "no golden histories: record them with go run ./cmd/samples record")
}

func TestEncodedHistoryIsReadAgain(t *testing.T) {
	text, err := Encode(greetHistory(t))
	require.NoError(t, err)
	assert.Contains(t, string(text), "\n  \"events\": [\n    {")
	assert.Equal(t, "}\n", string(text[len(text)-2:]))
	file := filepath.Join(t.TempDir(), "greet.json")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	again, err := temporalproto.CustomJSONMarshalOptions{}.Marshal(Load(t, file))
	require.NoError(t, err)
	want, err := temporalproto.CustomJSONMarshalOptions{}.Marshal(greetHistory(t))
	require.NoError(t, err)
	assert.JSONEq(t, string(want), string(again))
}

func TestHistoryWithoutAnID(t *testing.T) {
	assert.Empty(t, workflowIDIn(greetHistory(t)), "of an old server")
	assert.Empty(t, workflowIDIn(&historypb.History{}), "without a beginning")
}

func TestUnreadableHistoryStopsTheTest(t *testing.T) {
	file := filepath.Join(t.TempDir(), "greet.json")
	found := &findings{}
	assert.Panics(t, func() { Load(found, file) }, "missing")
	assert.Contains(t, found.texts[0], "no such file")
	require.NoError(t, os.WriteFile(file, []byte(`{"events": [`), 0o600))
	assert.Panics(t, func() { Load(&findings{}, file) }, "broken")
}
