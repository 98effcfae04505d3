package explain_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	historypb "go.temporal.io/api/history/v1"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/temporalproto"
	updatepb "go.temporal.io/api/update/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/types/known/timestamppb"

	"dynamicsamples/blueprint/command/internal/explain"
	"dynamicsamples/blueprint/engine"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The histories are those of real runs.
func TestRealHistories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			content, err := os.ReadFile(file)
			require.NoError(t, err)
			var history historypb.History
			require.NoError(t, temporalproto.CustomJSONUnmarshalOptions{DiscardUnknown: true}.Unmarshal(content, &history))
			var out bytes.Buffer
			end := history.Events[len(history.Events)-1].GetEventTime().AsTime()
			explain.Of([]*historypb.History{&history}, false).Write(&out, "the-run", end.Add(90*time.Second))
			out.WriteString("\n")
			encoder := json.NewEncoder(&out)
			encoder.SetIndent("", "  ")
			require.NoError(t, encoder.Encode(explain.Of([]*historypb.History{&history}, true)))
			golden := file[:len(file)-len(".json")] + ".golden"
			if *update {
				require.NoError(t, os.WriteFile(golden, out.Bytes(), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), out.String())
		})
	}
}

func payload(t *testing.T, value any) *commonpb.Payload {
	made, err := converter.GetDefaultDataConverter().ToPayload(value)
	require.NoError(t, err)
	return made
}

// events are numbered, a second apart.
func events(list ...*historypb.HistoryEvent) *historypb.History {
	for i, each := range list {
		each.EventId = int64(i + 1)
		each.EventTime = timestamppb.New(time.Date(2026, 1, 1, 0, 0, i, 0, time.UTC))
	}
	return &historypb.History{Events: list}
}

func started(runID string, input ...*commonpb.Payload) *historypb.HistoryEvent {
	return &historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
		Attributes: &historypb.HistoryEvent_WorkflowExecutionStartedEventAttributes{WorkflowExecutionStartedEventAttributes: &historypb.WorkflowExecutionStartedEventAttributes{
			OriginalExecutionRunId: runID, Input: &commonpb.Payloads{Payloads: input},
		}}}
}

func scheduled(t *testing.T, path, name string) *historypb.HistoryEvent {
	return &historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
		UserMetadata: &sdkpb.UserMetadata{Summary: payload(t, path)},
		Attributes: &historypb.HistoryEvent_ActivityTaskScheduledEventAttributes{ActivityTaskScheduledEventAttributes: &historypb.ActivityTaskScheduledEventAttributes{
			ActivityType: &commonpb.ActivityType{Name: name},
		}}}
}

func completed(scheduled int64) *historypb.HistoryEvent {
	return &historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
		Attributes: &historypb.HistoryEvent_ActivityTaskCompletedEventAttributes{ActivityTaskCompletedEventAttributes: &historypb.ActivityTaskCompletedEventAttributes{
			ScheduledEventId: scheduled,
		}}}
}

func taskFailed() *historypb.HistoryEvent {
	return &historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_WORKFLOW_TASK_FAILED,
		Attributes: &historypb.HistoryEvent_WorkflowTaskFailedEventAttributes{WorkflowTaskFailedEventAttributes: &historypb.WorkflowTaskFailedEventAttributes{
			Cause: enumspb.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR,
		}}}
}

// What happened in the runs of a chain is added up, and the record that a run was handed
// tells what it runs.
func TestChain(t *testing.T) {
	record := map[string]any{"record": map[string]any{"name": "pages@1.0.0", "hash": "0123456789",
		"definition": map[string]any{"blueprint": "pages", "version": "1.0.0", "steps": []any{map[string]any{"id": "w", "wait": "go"}}}}}
	first := events(started("run-1"), scheduled(t, "each[0]/page: the first", "read_page"), completed(2))
	second := events(started("run-2", payload(t, nil), payload(t, record)),
		scheduled(t, "each[1]/page", "read_page"), completed(2), scheduled(t, "each[2]/page", "read_page"), taskFailed(), taskFailed())

	report := explain.Of([]*historypb.History{first, second}, false)
	assert.Equal(t, "pages@1.0.0", report.Blueprint)
	assert.Equal(t, "running", report.Outcome)
	assert.Equal(t, []explain.Run{{"run-1", 3}, {"run-2", 6}}, report.Runs)
	assert.Equal(t, []explain.Step{{Path: "each[*]/page", Kind: "activity", Name: "read_page", Calls: 3, Completed: 2, Seconds: 2, Longest: 1}}, report.Steps)
	require.Len(t, report.Waiting, 1)
	assert.Equal(t, "each[2]/page", report.Waiting[0].Path)
	assert.Equal(t, []string{"go"}, report.Waits)
	assert.Equal(t, 2, report.TaskFailures)

	apart := explain.Of([]*historypb.History{first, second}, true)
	assert.Len(t, apart.Steps, 3)
}

// A run whose document was replaced runs the new one, and what it began with is told.
func TestReplacedDocuments(t *testing.T) {
	record := func(version, waits string) map[string]any {
		return map[string]any{"record": map[string]any{"name": "pages@" + version, "hash": "hash of " + version,
			"definition": map[string]any{"blueprint": "pages", "version": version, "steps": []any{map[string]any{"id": "w", "wait": waits}}}}}
	}
	var runs []*historypb.History
	for number, version := range []string{"1.0.0", "1.0.0", "1.0.1", "1.0.2"} {
		runs = append(runs, events(started(fmt.Sprint("run-", number), payload(t, nil), payload(t, record(version, "go "+version)))))
	}
	report := explain.Of(runs, false)
	assert.Equal(t, "pages@1.0.2", report.Blueprint)
	assert.Equal(t, "hash of 1.0.2", report.Hash)
	assert.Equal(t, "pages@1.0.0", report.Began)
	assert.Equal(t, []string{"go 1.0.2"}, report.Waits)
	var out bytes.Buffer
	report.Write(&out, "p-1", time.Now())
	assert.Contains(t, out.String(), "p-1 runs pages@1.0.2, content hash of , in place of pages@1.0.0\n")
	assert.Empty(t, explain.Of(runs[:2], false).Began)
}

// The attempts of a step after the first are one step.
func TestAttemptsOfSteps(t *testing.T) {
	report := explain.Of([]*historypb.History{events(started("run"), scheduled(t, "pay/charge", "charge"), scheduled(t, "pay#2/charge", "charge"), scheduled(t, "pay#3/charge", "charge"))}, false)
	require.Len(t, report.Steps, 2)
	assert.Equal(t, []string{"pay/charge", "pay#*/charge"}, []string{report.Steps[0].Path, report.Steps[1].Path})
	assert.Equal(t, 2, report.Steps[1].Calls)
}

// A run that was refused, or that is no blueprint, is explained as far as it goes.
func TestNoBlueprint(t *testing.T) {
	var out bytes.Buffer
	explain.Of([]*historypb.History{events(started("run-1"))}, false).Write(&out, "x", time.Date(2026, 1, 1, 0, 1, 0, 0, time.UTC))
	assert.Equal(t, "x runs a workflow that is no blueprint\nrunning for 1m, history events: 1\n\n", out.String())
}

func asked(t *testing.T, operation engine.Operation) *historypb.HistoryEvent {
	return &historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
		Attributes: &historypb.HistoryEvent_WorkflowExecutionUpdateAcceptedEventAttributes{WorkflowExecutionUpdateAcceptedEventAttributes: &historypb.WorkflowExecutionUpdateAcceptedEventAttributes{
			AcceptedRequest: &updatepb.Request{Meta: &updatepb.Meta{Identity: "cli@host"}, Input: &updatepb.Input{
				Name: engine.OperateUpdate, Args: &commonpb.Payloads{Payloads: []*commonpb.Payload{payload(t, operation)}},
			}},
		}}}
}

func answered(accepted int64, outcome *updatepb.Outcome) *historypb.HistoryEvent {
	return &historypb.HistoryEvent{EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED,
		Attributes: &historypb.HistoryEvent_WorkflowExecutionUpdateCompletedEventAttributes{WorkflowExecutionUpdateCompletedEventAttributes: &historypb.WorkflowExecutionUpdateCompletedEventAttributes{
			AcceptedEventId: accepted, Outcome: outcome,
		}}}
}

// Who asked for what, and what came of it, is told as they say it, and does not drive the terminal. An
// answer belongs to the operation of its own run.
func TestOperations(t *testing.T) {
	done := &updatepb.Outcome{Value: &updatepb.Outcome_Success{Success: &commonpb.Payloads{Payloads: []*commonpb.Payload{payload(t, map[string]any{"op": "pause"})}}}}
	refused := &updatepb.Outcome{Value: &updatepb.Outcome_Failure{Failure: &failurepb.Failure{
		Message:     "the run is ending",
		FailureInfo: &failurepb.Failure_ApplicationFailureInfo{ApplicationFailureInfo: &failurepb.ApplicationFailureInfo{Type: engine.ErrOperationRefused}},
	}}}
	first := events(started("run-1"), asked(t, engine.Operation{Op: "pause"}), asked(t, engine.Operation{Op: "resume", Step: "a/b", By: "Mei\x1b[2J", Note: "it\nis up"}), answered(3, refused), answered(2, done))
	second := events(started("run-2"), asked(t, engine.Operation{Op: "pause", By: "Bo"}), answered(3, done))
	report := explain.Of([]*historypb.History{first, second}, false)
	require.Len(t, report.Operations, 3)
	assert.JSONEq(t, `{"op": "pause"}`, string(report.Operations[0].Answer))
	assert.Equal(t, "OperationRefused: the run is ending", report.Operations[1].Refused)
	assert.Empty(t, report.Operations[1].Answer)
	assert.Empty(t, report.Messages)
	var out bytes.Buffer
	report.Write(&out, "x", time.Date(2026, 1, 1, 0, 1, 0, 0, time.UTC))
	assert.Contains(t, out.String(), `
operation pause, 2026-01-01T00:00:01Z (cli@host): done
operation resume a/b, 2026-01-01T00:00:02Z, by Mei`+"\ufffd"+`[2J (cli@host), "it\nis up": refused, OperationRefused: the run is ending
operation pause, 2026-01-01T00:00:01Z, by Bo (cli@host): no answer yet
`)
}

// A fork names its origin, who has asked for it and why; the run that had the moment, and the whole
// path, are those that it has found.
func TestForksNameTheirOrigin(t *testing.T) {
	named := func(event *historypb.HistoryEvent) *historypb.HistoryEvent {
		attributes := event.GetWorkflowExecutionStartedEventAttributes()
		attributes.WorkflowType, attributes.Identity = &commonpb.WorkflowType{Name: engine.ForkWorkflow}, "cli@host"
		return event
	}
	first := events(named(started("run-3", payload(t, engine.Fork{Origin: engine.Origin{WorkflowID: "o-1", RunID: "run-2"}, At: "m/ship", By: "Mei\x1b", Note: "a new\ncarrier"}))))
	found := func(held bool) *historypb.History {
		return events(started("run-4", payload(t, map[string]any{}), payload(t, map[string]any{
			"record": map[string]any{"name": "order@1.0.0", "hash": "0123456789"},
			"state":  map[string]any{"fork": engine.Forked{Origin: engine.Origin{WorkflowID: "o-1", RunID: "run-1"}, At: "m[2]/ship", Held: held}},
		})))
	}
	for _, test := range []struct {
		chain []*historypb.History
		want  string
	}{
		{[]*historypb.History{first}, "x runs a fork that has not begun\nforked from o-1, run run-2, before m/ship, by Mei\ufffd (cli@host), \"a new\\ncarrier\"\n"},
		{[]*historypb.History{first, found(false)}, "x runs order@1.0.0, content 01234567\nforked from o-1, run run-1, before m[2]/ship, by Mei\ufffd (cli@host), \"a new\\ncarrier\"\n"},
		{[]*historypb.History{first, found(true)}, "x runs order@1.0.0, content 01234567\nforked from o-1, run run-1, with the failure of m[2]/ship held, by Mei\ufffd (cli@host), \"a new\\ncarrier\"\n"},
		{[]*historypb.History{found(false)}, "x runs order@1.0.0, content 01234567\nforked from o-1, run run-1, before m[2]/ship\n"},
	} {
		var out bytes.Buffer
		explain.Of(test.chain, false).Write(&out, "x", time.Date(2026, 1, 1, 0, 1, 0, 0, time.UTC))
		assert.True(t, strings.HasPrefix(out.String(), test.want), out.String())
	}
}

// What waits for people in an open run is told, by what the run says, or why it does not.
func TestWhatWaitsForPeople(t *testing.T) {
	since := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	written := func(status engine.Status, err error) string {
		report := explain.Of([]*historypb.History{events(started("run-1"))}, false)
		report.Asked(status, err)
		var out bytes.Buffer
		report.Write(&out, "x", since.Add(time.Minute))
		return out.String()
	}
	assert.True(t, strings.HasSuffix(written(engine.Status{
		Held:   []engine.HeldStep{{Step: "ship", Error: "NoCarrier: no", Since: since, Admits: []string{"retry", "fail"}}},
		Paused: []engine.Paused{{Since: since, By: "Mei", Note: "the bank"}}, AtGates: []engine.AtGate{{Step: "m[0]/a", Waits: "begin"}}, HeldCount: 3,
	}, nil), `
✋ ship is held since 2026-01-01T00:00:00Z — NoCarrier: no; it admits retry, fail
✋ 2 more are held
⏸ the run is paused since 2026-01-01T00:00:00Z by Mei: the bank
  ⏸ m[0]/a waits to begin
`))
	assert.True(t, strings.HasSuffix(written(engine.Status{}, serviceerror.NewQueryFailed("unknown query")), "\nwhat is held or paused is not known: it cannot tell: unknown query\n"))
}

// What an operation was given is told, as far as it is short.
func TestWhatOperationsWereGiven(t *testing.T) {
	long := strings.Repeat("x", 300)
	var out bytes.Buffer
	explain.Of([]*historypb.History{events(started("run-1"),
		asked(t, engine.Operation{Op: "retry", Step: "a", Input: json.RawMessage(`{"address":"harbor"}`), By: "Mei"}),
		asked(t, engine.Operation{Op: "complete", Step: "a", Output: json.RawMessage(`"` + long + `"`)}),
		asked(t, engine.Operation{Op: "set", Step: "a", Vars: json.RawMessage(`{"n":1}`)}),
		asked(t, engine.Operation{Op: "fail", Step: "a", Type: "Down", Message: "for good"}),
		asked(t, engine.Operation{Op: "replace", DryRun: true}),
	)}, false).Write(&out, "x", time.Date(2026, 1, 1, 0, 1, 0, 0, time.UTC))
	assert.Contains(t, out.String(), `
operation retry a, 2026-01-01T00:00:01Z, with {"address":"harbor"}, by Mei (cli@host): no answer yet
operation complete a, 2026-01-01T00:00:02Z, output "`+strings.Repeat("x", 190)+`… (cli@host): no answer yet
operation set a, 2026-01-01T00:00:03Z, vars {"n":1} (cli@host): no answer yet
operation fail a, 2026-01-01T00:00:04Z, Down: for good (cli@host): no answer yet
operation replace, 2026-01-01T00:00:05Z, dry run (cli@host): no answer yet
`)
}

// Of very many open calls the first are told.
func TestManyOpenCalls(t *testing.T) {
	for count, more := range map[int]string{50: "", 51: "waits for 1 more calls; --json has all\n"} {
		list := []*historypb.HistoryEvent{started("run-1")}
		for i := range count {
			list = append(list, scheduled(t, fmt.Sprintf("m[%d]/a", i), "work"))
		}
		var out bytes.Buffer
		explain.Of([]*historypb.History{events(list...)}, false).Write(&out, "x", time.Date(2026, 1, 1, 0, 1, 0, 0, time.UTC))
		assert.Equal(t, 50, strings.Count(out.String(), "waits for m["))
		assert.True(t, strings.HasSuffix(out.String(), "s\n"+more), out.String())
	}
}

// Of very many operations the last are told.
func TestManyOperations(t *testing.T) {
	for count, before := range map[int]string{50: "", 51: "operations before those that follow: 1\n"} {
		list := []*historypb.HistoryEvent{started("run-1")}
		for i := range count {
			list = append(list, asked(t, engine.Operation{Op: "pause", Step: fmt.Sprint("s", i)}))
		}
		report := explain.Of([]*historypb.History{events(list...)}, false)
		assert.Len(t, report.Operations, count)
		var out bytes.Buffer
		report.Write(&out, "x", time.Date(2026, 1, 1, 0, 1, 0, 0, time.UTC))
		assert.Equal(t, 50, strings.Count(out.String(), "\noperation pause "))
		assert.Equal(t, before != "", strings.Contains(out.String(), "\noperations before"), out.String())
		assert.Contains(t, out.String(), "\n\n"+before+"operation pause s"+fmt.Sprint(count-50))
	}
}
