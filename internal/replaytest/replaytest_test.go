package replaytest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// greetHistory is that of a workflow "greet" that gives the activity "say" one
// input, and returns or fails with what the activity said.
func greetHistory(t *testing.T) *historypb.History {
	encoded := func(values ...any) *commonpb.Payloads {
		payloads, err := converter.GetDefaultDataConverter().ToPayloads(values...)
		require.NoError(t, err)
		return payloads
	}
	queue := &taskqueuepb.TaskQueue{Name: "queue"}
	history := &historypb.History{Events: []*historypb.HistoryEvent{
		{EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, Attributes: &historypb.HistoryEvent_WorkflowExecutionStartedEventAttributes{
			WorkflowExecutionStartedEventAttributes: &historypb.WorkflowExecutionStartedEventAttributes{
				WorkflowType: &commonpb.WorkflowType{Name: "greet"}, TaskQueue: queue, Input: encoded("Ana"), OriginalExecutionRunId: "run"}}},
		{EventType: enumspb.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, Attributes: &historypb.HistoryEvent_WorkflowTaskScheduledEventAttributes{
			WorkflowTaskScheduledEventAttributes: &historypb.WorkflowTaskScheduledEventAttributes{TaskQueue: queue}}},
		{EventType: enumspb.EVENT_TYPE_WORKFLOW_TASK_STARTED, Attributes: &historypb.HistoryEvent_WorkflowTaskStartedEventAttributes{
			WorkflowTaskStartedEventAttributes: &historypb.WorkflowTaskStartedEventAttributes{ScheduledEventId: 2}}},
		{EventType: enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED, Attributes: &historypb.HistoryEvent_WorkflowTaskCompletedEventAttributes{
			WorkflowTaskCompletedEventAttributes: &historypb.WorkflowTaskCompletedEventAttributes{ScheduledEventId: 2, StartedEventId: 3}}},
		{EventType: enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, Attributes: &historypb.HistoryEvent_ActivityTaskScheduledEventAttributes{
			ActivityTaskScheduledEventAttributes: &historypb.ActivityTaskScheduledEventAttributes{
				ActivityId: "5", ActivityType: &commonpb.ActivityType{Name: "say"}, TaskQueue: queue, Input: encoded("Hello", "Ana"), WorkflowTaskCompletedEventId: 4}}},
		{EventType: enumspb.EVENT_TYPE_ACTIVITY_TASK_STARTED, Attributes: &historypb.HistoryEvent_ActivityTaskStartedEventAttributes{
			ActivityTaskStartedEventAttributes: &historypb.ActivityTaskStartedEventAttributes{ScheduledEventId: 5}}},
		{EventType: enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED, Attributes: &historypb.HistoryEvent_ActivityTaskCompletedEventAttributes{
			ActivityTaskCompletedEventAttributes: &historypb.ActivityTaskCompletedEventAttributes{ScheduledEventId: 5, StartedEventId: 6, Result: encoded("Hello, Ana!")}}},
		{EventType: enumspb.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, Attributes: &historypb.HistoryEvent_WorkflowTaskScheduledEventAttributes{
			WorkflowTaskScheduledEventAttributes: &historypb.WorkflowTaskScheduledEventAttributes{TaskQueue: queue}}},
		{EventType: enumspb.EVENT_TYPE_WORKFLOW_TASK_STARTED, Attributes: &historypb.HistoryEvent_WorkflowTaskStartedEventAttributes{
			WorkflowTaskStartedEventAttributes: &historypb.WorkflowTaskStartedEventAttributes{ScheduledEventId: 8}}},
		{EventType: enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED, Attributes: &historypb.HistoryEvent_WorkflowTaskCompletedEventAttributes{
			WorkflowTaskCompletedEventAttributes: &historypb.WorkflowTaskCompletedEventAttributes{ScheduledEventId: 8, StartedEventId: 9}}},
		{EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, Attributes: &historypb.HistoryEvent_WorkflowExecutionCompletedEventAttributes{
			WorkflowExecutionCompletedEventAttributes: &historypb.WorkflowExecutionCompletedEventAttributes{Result: encoded("Hello, Ana!"), WorkflowTaskCompletedEventId: 10}}},
	}}
	for i, event := range history.Events {
		event.EventId = int64(i + 1)
	}
	return history
}

func say(context.Context, string, string) (string, error) { return "", nil }

// greetWith returns a version of the workflow that differs from the recorded one in
// what the arguments say.
func greetWith(greeting, suffix string, failure error) func(worker.Registry) {
	greet := func(ctx workflow.Context, name string) (string, error) {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Second})
		var said string
		if err := workflow.ExecuteActivity(ctx, "say", greeting, name).Get(ctx, &said); err != nil {
			return "", err
		}
		return said + suffix, failure
	}
	return func(registry worker.Registry) {
		registry.RegisterWorkflowWithOptions(greet, workflow.RegisterOptions{Name: "greet"})
		registry.RegisterActivity(say)
	}
}

// findings collects what a check finds.
type findings struct{ texts []string }

func (f *findings) Errorf(format string, values ...any) {
	f.texts = append(f.texts, fmt.Sprintf(format, values...))
}
func (f *findings) FailNow() { panic("stopped") }

func TestReplayComparesInputsAndOutcomes(t *testing.T) {
	cases := []struct {
		name     string
		register func(worker.Registry)
		finding  string
	}{
		{"another input", greetWith("Hola", "", nil), "what the workflow scheduled"},
		{"another result", greetWith("Hello", "?", nil), "how the workflow ended"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			found := &findings{}
			Replay(found, greetHistory(t), c.register)
			require.Len(t, found.texts, 1)
			assert.Contains(t, found.texts[0], c.finding)
		})
	}
}

func TestUnchangedWorkflowReplays(t *testing.T) {
	Replay(t, greetHistory(t), greetWith("Hello", "", nil))
}

func TestWorkflowIsReplayedUnderItsOwnID(t *testing.T) {
	greetUnder := func(history *historypb.History) (ids []string) {
		greet := func(ctx workflow.Context, name string) (string, error) {
			ids = append(ids, workflow.GetInfo(ctx).WorkflowExecution.ID, workflow.GetInfo(ctx).WorkflowExecution.RunID)
			ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Second})
			var said string
			err := workflow.ExecuteActivity(ctx, "say", "Hello", name).Get(ctx, &said)
			return said, err
		}
		Replay(t, history, func(registry worker.Registry) {
			registry.RegisterWorkflowWithOptions(greet, workflow.RegisterOptions{Name: "greet"})
		})
		return ids
	}
	history := greetHistory(t)
	assert.Equal(t, []string{"ReplayId", "run"}, greetUnder(history), "the history does not have the id")
	history.Events[0].GetWorkflowExecutionStartedEventAttributes().WorkflowId = "greet-Ana"
	assert.Equal(t, []string{"greet-Ana", "run"}, greetUnder(history))
}

func TestOtherCommandsStopTheReplay(t *testing.T) {
	failing := greetWith("Hello", "", temporal.NewApplicationError("no", "No"))
	assert.Panics(t, func() { Replay(&findings{}, greetHistory(t), failing) })
}

func TestOpenHistoryIsReplayedAsFarAsItGoes(t *testing.T) {
	history := greetHistory(t)
	history.Events = history.Events[:7]
	found := &findings{}
	Replay(found, history, greetWith("Hello", "?", nil))
	assert.Empty(t, found.texts)
	Replay(found, history, greetWith("Hola", "", nil))
	assert.Len(t, found.texts, 1)
}
