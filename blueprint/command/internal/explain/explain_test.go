package explain_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/api/temporalproto"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/types/known/timestamppb"

	"dynamicsamples/blueprint/command/internal/explain"
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

// Who has asked what of a run, over all its runs, and what is paused then.
func TestOperations(t *testing.T) {
	var runs []*historypb.History
	for _, name := range []string{"", "-2", "-3", "-4", "-5", "-6", "-7", "-8"} {
		content, err := os.ReadFile("../../../engine/testdata/histories/v2/pause-and-resume" + name + ".json")
		require.NoError(t, err)
		var history historypb.History
		require.NoError(t, temporalproto.CustomJSONUnmarshalOptions{DiscardUnknown: true}.Unmarshal(content, &history))
		runs = append(runs, &history)
	}
	report := explain.Of(runs, false)
	var asked []string
	for _, each := range report.Operations {
		assert.Equal(t, "mei", each.By)
		asked = append(asked, strings.TrimSpace(each.Op+" "+each.Step))
	}
	assert.Equal(t, []string{"pause p/x/g/b", "pause", "resume p/x/g/b", "resume", "pause t", "resume t", "pause", "resume"}, asked)
	assert.Empty(t, report.Paused)
	last := runs[0].Events
	for at, event := range last {
		if event.GetWorkflowExecutionUpdateCompletedEventAttributes() != nil {
			last = last[:at+1]
			break
		}
	}
	report = explain.Of([]*historypb.History{{Events: last}}, false)
	require.Len(t, report.Paused, 1)
	assert.Equal(t, "p/x/g/b", report.Paused[0].Step)
	var out bytes.Buffer
	report.Write(&out, "the-run", report.Started)
	since := report.Paused[0].Since.UTC().Format(time.RFC3339)
	assert.Contains(t, out.String(), "\n"+since+" pause p/x/g/b by mei: the bank is down")
	assert.Contains(t, out.String(), "\np/x/g/b is paused since "+since+" by mei: the bank is down\n")
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

// A run that was refused, or that is no blueprint, is explained as far as it goes.
func TestNoBlueprint(t *testing.T) {
	var out bytes.Buffer
	explain.Of([]*historypb.History{events(started("run-1"))}, false).Write(&out, "x", time.Date(2026, 1, 1, 0, 1, 0, 0, time.UTC))
	assert.Equal(t, "x runs a workflow that is no blueprint\nrunning for 1m, history events: 1\n\n", out.String())
}
