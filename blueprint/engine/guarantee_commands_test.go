package engine_test

import (
	"context"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
)

// Each kind of command that a run gives, with all its options: as the interpreter has them
// where nobody says anything, and as the catalog, the blueprint and the step have them.
func TestOptionsOfEveryCommand(t *testing.T) {
	t.Parallel()
	catalog := newCatalog()
	catalog.Activity("far", func(context.Context, any) (any, error) { return nil, nil }, engine.ActivityOptions{
		TaskQueue: "elsewhere", Remote: true, Options: language.Options{Heartbeat: "30s", Retry: &language.Retry{MaximumAttempts: 4}},
	})
	catalog.Workflow("remote", func(workflow.Context, any) (any, error) { return nil, nil }, engine.WorkflowOptions{TaskQueue: "elsewhere", Remote: true})
	interpreter, err := engine.New(catalog, engine.Options{EventsPerRun: 1, Definitions: files("blueprint: small\nversion: 1.0.0\nsteps: [{id: s, set: {x: 1}}]")})
	require.NoError(t, err)
	s := stageOf(t, interpreter).inline(document(`
steps:
  - {id: unsaid, activity: work}
  - {id: said, activity: work, summary: all of it, startToClose: 1s, scheduleToClose: 20s, scheduleToStart: 3s, heartbeat: 4s,
     retry: {initialInterval: 1s, backoffCoefficient: 1.5, maximumInterval: 4s, maximumAttempts: 5, nonRetryableErrorTypes: [A, B]}}
  - {id: far, activity: far}
  - {id: undone, activity: work, undo: {activity: plain, scheduleToClose: 6s}}
  - {id: local, activity: echo, with: 1, local: true}
  - {id: localsaid, activity: echo, with: 1, local: true, startToClose: 1s, scheduleToClose: 2s, retry: {maximumAttempts: 3}}
  - {id: plan, plan: work, scheduleToClose: 7s, with: {output: {steps: [{id: planned, activity: work}]}}}
  - {id: child, workflow: sub}
  - {id: childsaid, workflow: sub, summary: all of it, executionTimeout: 1h, runTimeout: 1m, retry: {maximumAttempts: 7}}
  - {id: remote, workflow: remote}
  - {id: detached, workflow: sub, detach: true}
  - {id: small, workflow: small@1.0.0}
  - id: watched
    parallel:
      left: [{id: long, workflow: sub, with: {takes: 60}}]
      right: [{id: first, activity: work}, {id: second, activity: work}]
  - {id: f, fail: {type: Bad}}
`), nil)
	require.Equal(t, "Bad", s.failure().Type(), s.failure().Message())
	assert.Equal(t, []string{
		`Activity blueprint.watch_child {StartToCloseTimeout: 1m0s, WaitForCancellation: true, RetryPolicy: {InitialInterval: 200ms, BackoffCoefficient: 1.5, MaximumInterval: 10s}, Summary: "watched/left/long: watching the child"}`,
		`Activity far {TaskQueue: elsewhere, StartToCloseTimeout: 1m0s, HeartbeatTimeout: 30s, WaitForCancellation: true, RetryPolicy: {MaximumAttempts: 4}, Summary: "far"}`,
		`Activity plain {ScheduleToCloseTimeout: 6s, WaitForCancellation: true, Summary: "undone/undo"}`,
		`Activity work {ScheduleToCloseTimeout: 20s, ScheduleToStartTimeout: 3s, StartToCloseTimeout: 1s, HeartbeatTimeout: 4s, WaitForCancellation: true, RetryPolicy: {InitialInterval: 1s, BackoffCoefficient: 1.5, MaximumInterval: 4s, MaximumAttempts: 5, NonRetryableErrorTypes: [A B]}, Summary: "said: all of it"}`,
		`Activity work {ScheduleToCloseTimeout: 7s, WaitForCancellation: true, Summary: "plan"}`,
		`Activity work {StartToCloseTimeout: 1m0s, WaitForCancellation: true, Summary: "plan/plan:HASH/planned"}`,
		`Activity work {StartToCloseTimeout: 1m0s, WaitForCancellation: true, Summary: "undone"}`,
		`Activity work {StartToCloseTimeout: 1m0s, WaitForCancellation: true, Summary: "unsaid"}`,
		`Activity work {StartToCloseTimeout: 1m0s, WaitForCancellation: true, Summary: "watched/right/first"}`,
		`Activity work {StartToCloseTimeout: 1m0s, WaitForCancellation: true, Summary: "watched/right/second"}`,
		`Child Workflow remote {TaskQueue: elsewhere, WaitForCancellation: true, ParentClosePolicy: Abandon, StaticSummary: "remote"}`,
		`Child Workflow small@1.0.0 {WaitForCancellation: true, Memo: map[blueprint:small@1.0.0 hash:HASH], ParentClosePolicy: Abandon, StaticSummary: "small"}`,
		`Child Workflow sub {WaitForCancellation: true, ParentClosePolicy: Abandon, StaticSummary: "child"}`,
		`Child Workflow sub {WaitForCancellation: true, ParentClosePolicy: Abandon, StaticSummary: "detached"}`,
		`Child Workflow sub {WaitForCancellation: true, ParentClosePolicy: Abandon, StaticSummary: "watched/left/long"}`,
		`Child Workflow sub {WorkflowExecutionTimeout: 1h0m0s, WorkflowRunTimeout: 1m0s, WaitForCancellation: true, RetryPolicy: {MaximumAttempts: 7}, ParentClosePolicy: Abandon, StaticSummary: "childsaid: all of it"}`,
		// The SDK itself retries Local Activities, and fills the policy in.
		`Local Activity echo {ScheduleToCloseTimeout: 2s, StartToCloseTimeout: 1s, RetryPolicy: {InitialInterval: 1s, BackoffCoefficient: 2, MaximumInterval: 1m40s, MaximumAttempts: 3}, Summary: "localsaid"}`,
		`Local Activity echo {StartToCloseTimeout: 1m0s, RetryPolicy: {InitialInterval: 1s, BackoffCoefficient: 2, MaximumInterval: 1m40s}, Summary: "local"}`,
		`Timer {Summary: "waiting for activities before continuing as new"}`,
	}, hideHashes(s.options.Lines()))
}

// hideHashes hides the hashes of documents and plans.
func hideHashes(lines []string) []string {
	hash := regexp.MustCompile(`(plan|hash):[0-9a-f#]+`)
	for i, line := range lines {
		lines[i] = hash.ReplaceAllString(line, "$1:HASH")
	}
	return lines
}
