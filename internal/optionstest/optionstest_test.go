package optionstest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

func say(context.Context) error { return nil }

func child(workflow.Context) error { return nil }

func parent(ctx workflow.Context) error {
	calls := []workflow.ActivityOptions{
		{StartToCloseTimeout: time.Second, Summary: "say 1"},
		{StartToCloseTimeout: time.Second, Summary: "say 22"},
		{
			ScheduleToCloseTimeout: time.Minute, HeartbeatTimeout: time.Second, WaitForCancellation: true, ActivityID: "x",
			RetryPolicy: &temporal.RetryPolicy{MaximumAttempts: 3, NonRetryableErrorTypes: []string{"NoInk"}},
		},
	}
	for _, options := range calls {
		if err := workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, options), say).Get(ctx, nil); err != nil {
			return err
		}
	}
	local := workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{StartToCloseTimeout: time.Second})
	if err := workflow.ExecuteLocalActivity(local, say).Get(ctx, nil); err != nil {
		return err
	}
	_ = workflow.Sleep(ctx, time.Second)
	_ = workflow.NewTimer(ctx, time.Second).Get(ctx, nil)
	_ = workflow.NewTimerWithOptions(ctx, time.Second, workflow.TimerOptions{Summary: "pause 1"}).Get(ctx, nil)
	ctx = workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID: "child", TaskQueue: "elsewhere", ParentClosePolicy: enumspb.PARENT_CLOSE_POLICY_ABANDON, StaticSummary: "item 7",
	})
	return workflow.ExecuteChildWorkflow(ctx, child).Get(ctx, nil)
}

func TestRecorderListsTheOptionsOfEveryCommand(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	environment := suite.NewTestWorkflowEnvironment()
	recorder := &Recorder{}
	environment.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{recorder}})
	environment.RegisterWorkflow(child)
	environment.RegisterActivity(say)
	environment.ExecuteWorkflow(parent)

	require.NoError(t, environment.GetWorkflowError())
	assert.Equal(t, []string{
		`Activity say {ScheduleToCloseTimeout: 1m0s, HeartbeatTimeout: 1s, WaitForCancellation: true, RetryPolicy: {MaximumAttempts: 3, NonRetryableErrorTypes: [NoInk]}}`,
		`Activity say {StartToCloseTimeout: 1s, Summary: "say #"}`,
		`Child Workflow child {TaskQueue: elsewhere, ParentClosePolicy: Abandon, StaticSummary: "item #"}`,
		`Local Activity say {StartToCloseTimeout: 1s, RetryPolicy: {InitialInterval: 1s, BackoffCoefficient: 2, MaximumInterval: 1m40s}}`,
		`Timer {Summary: "pause #"}`,
	}, recorder.Lines())
}

func TestOwnTaskQueueIsTheDefault(t *testing.T) {
	assert.Empty(t, describe(workflow.ActivityOptions{TaskQueue: "own"}, "own"), "the workflow's own Task Queue is the default")
	assert.Equal(t, "TaskQueue: other", describe(workflow.ActivityOptions{TaskQueue: "other"}, "own"))
}
