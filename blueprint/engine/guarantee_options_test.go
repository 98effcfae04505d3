package engine_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
)

// optionCase is an option as a document writes it, and what it does to what the SDK is
// told.
type optionCase struct {
	written string
	set     func(*workflow.ActivityOptions)
}

func optionCases() []optionCase {
	retry := func(policy temporal.RetryPolicy) func(*workflow.ActivityOptions) {
		return func(o *workflow.ActivityOptions) { o.RetryPolicy = &policy }
	}
	return []optionCase{
		{"startToClose: 7s", func(o *workflow.ActivityOptions) { o.StartToCloseTimeout = 7 * time.Second }},
		{"scheduleToClose: 2m", func(o *workflow.ActivityOptions) {
			o.ScheduleToCloseTimeout = 2 * time.Minute
			o.StartToCloseTimeout = 0
		}},
		{"scheduleToStart: 1h", func(o *workflow.ActivityOptions) { o.ScheduleToStartTimeout = time.Hour }},
		{"heartbeat: 1d", func(o *workflow.ActivityOptions) { o.HeartbeatTimeout = 24 * time.Hour }},
		{"retry: {initialInterval: 3s}", retry(temporal.RetryPolicy{InitialInterval: 3 * time.Second})},
		{"retry: {backoffCoefficient: 1.5}", retry(temporal.RetryPolicy{BackoffCoefficient: 1.5})},
		{"retry: {maximumInterval: 4s}", retry(temporal.RetryPolicy{MaximumInterval: 4 * time.Second})},
		{"retry: {maximumAttempts: 5}", retry(temporal.RetryPolicy{MaximumAttempts: 5})},
		{"retry: {nonRetryableErrorTypes: [A, B]}", retry(temporal.RetryPolicy{NonRetryableErrorTypes: []string{"A", "B"}})},
	}
}

// A timeout may be an expression: of a call it is evaluated when its step begins, of an undo when its
// step has completed.
func TestTimeoutsThatAreExpressions(t *testing.T) {
	t.Parallel()
	const steps = `
vars: {beat: 5s, n: 1}
steps:
  - id: c
    workflow: sub
    executionTimeout: ${input.seconds}d
    runTimeout: ${vars.n * 60}
  - id: a
    activity: work
    with: {output: 7}
    startToClose: ${input.seconds + 0.5}
    scheduleToClose: ${input.seconds * 2}m
    scheduleToStart: "1h"
    heartbeat: ${vars.beat}
    undo: {activity: plain, startToClose: "${steps.a.output}s", heartbeat: "${vars.beat}"}
  - {id: l, local: true, activity: work, startToClose: "${1.5}"}
  - {id: s, set: {beat: 6s}}
  - {id: p, plan: work, heartbeat: "${vars.beat}", with: {output: {steps: [{id: planned, activity: work, startToClose: "${input.seconds}"}]}}}
  - {id: f, fail: {type: Bad}}
`
	for _, events := range []int{0, 1} {
		s := newStage(t, engine.Options{EventsPerRun: events}).inline(document(strings.ReplaceAll(steps, "\"${input.seconds}\"", "\"$${input.seconds}\"")), map[string]any{"seconds": 30})
		require.Equal(t, "failed Bad: step f: ", s.ending())
		assert.Equal(t, 30*24*time.Hour, s.call("c").Child.WorkflowExecutionTimeout)
		assert.Equal(t, time.Minute, s.call("c").Child.WorkflowRunTimeout)
		want := plainOptions()
		want.StartToCloseTimeout, want.ScheduleToCloseTimeout, want.ScheduleToStartTimeout, want.HeartbeatTimeout = 30500*time.Millisecond, time.Hour, time.Hour, 5*time.Second
		assert.Equal(t, want, optionsSeen(s.call("a")))
		want = shielded(plainOptions())
		want.StartToCloseTimeout, want.HeartbeatTimeout = 7*time.Second, 5*time.Second
		assert.Equal(t, want, optionsSeen(s.call("a/undo")))
		assert.Equal(t, 1500*time.Millisecond, s.call("l").Local.StartToCloseTimeout)
		assert.Equal(t, 6*time.Second, optionsSeen(s.call("p")).HeartbeatTimeout)
		for _, each := range s.calls() {
			if lastIDs([]string{each.Path})[0] == "planned" {
				assert.Equal(t, 30*time.Second, each.Activity.StartToCloseTimeout)
			}
		}
	}
}

// A timeout that has no length is no command that the server would refuse, or take for none, but a failure.
func TestTimeoutsThatAreNone(t *testing.T) {
	t.Parallel()
	for input, wants := range map[any]string{
		0:      "startToClose: it must be longer than nothing, not 0",
		-1:     "startToClose: it must be longer than nothing, not -1",
		"0s":   "startToClose: it must be longer than nothing, not 0s",
		"soon": `startToClose: "soon" is no duration such as "30s", "1h30m" or "2d": it is a number with a unit, of ms, s, m, h and d`,
		true:   "startToClose: a duration must be a text such as 5m or a number of seconds, not true",
		1e-3:   "",
	} {
		for _, call := range []string{"activity: plain, startToClose", "plan: work, startToClose", "workflow: sub, runTimeout"} {
			s := newStage(t, engine.Options{}).inline(document(`
steps: [{id: a, `+call+`: "${input}"}]
output: done`), input)
			wants := strings.Replace(wants, "startToClose", call[strings.LastIndex(call, " ")+1:], 1)
			switch {
			case wants != "":
				assert.Equal(t, "failed ExpressionError: step a: "+wants, s.ending())
				assert.Empty(t, s.calls())
			case call[0] != 'p':
				assert.Equal(t, `"done"`, s.ending())
			}
		}
		undone := newStage(t, engine.Options{}).inline(document(`
steps: [{id: a, activity: echo, with: 1, undo: {activity: plain, startToClose: "${input}"}}, {id: b, activity: plain}]
output: done`), input)
		if wants != "" {
			assert.Equal(t, "failed ExpressionError: step a: "+wants, undone.ending())
			assert.Equal(t, []string{"a"}, undone.paths())
		}
	}
}

// plainOptions are those of an activity for which nobody says anything.
func plainOptions() workflow.ActivityOptions {
	return workflow.ActivityOptions{StartToCloseTimeout: time.Minute, WaitForCancellation: true}
}

func optionsSeen(c *command) workflow.ActivityOptions {
	seen := c.Activity
	seen.Summary, seen.TaskQueue, seen.ActivityID = "", "", ""
	return seen
}

// An option that is set on one step touches no other, whichever it is.
func TestAnOptionOfOneStepTouchesNoOther(t *testing.T) {
	t.Parallel()
	for _, each := range optionCases() {
		t.Run(each.written, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, engine.Options{}).inline(document(`
steps:
  - {id: before, activity: work}
  - {id: set, activity: work, `+each.written+`, undo: {activity: plain}}
  - {id: after, activity: work, undo: {activity: plain, `+each.written+`}}
  - {id: plan, plan: work, `+each.written+`, with: {output: {steps: [{id: planned, activity: work}]}}}
  - {id: last, activity: plain}
  - {id: f, fail: {type: Bad}}
`), nil)
			with := plainOptions()
			each.set(&with)
			for path, wants := range map[string]workflow.ActivityOptions{
				"before": plainOptions(), "set": with, "set/undo": shielded(plainOptions()), "after": plainOptions(), "after/undo": shielded(with),
				"plan": with, "last": plainOptions(),
			} {
				assert.Equal(t, wants, optionsSeen(s.call(path)), path)
			}
			for _, each := range s.calls() {
				if lastIDs([]string{each.Path})[0] == "planned" {
					assert.Equal(t, plainOptions(), optionsSeen(each))
				}
			}
		})
	}
}

// shielded are the options where no cancel reaches the call: what says nothing of retries has
// ten attempts within an hour.
func shielded(options workflow.ActivityOptions) workflow.ActivityOptions {
	if options.RetryPolicy == nil && options.ScheduleToCloseTimeout == 0 {
		options.RetryPolicy, options.ScheduleToCloseTimeout = &temporal.RetryPolicy{MaximumAttempts: 10}, max(time.Hour, options.StartToCloseTimeout)
	}
	return options
}

// An undo, and an Activity in a finally, that say nothing of retries have ten attempts within
// an hour, wherever they stand; in version 1 they are retried forever.
func TestWhatNoCancelReachesIsBounded(t *testing.T) {
	t.Parallel()
	for _, version := range []int{1, engine.Version} {
		for _, events := range []int{0, 1} {
			s := stageAt(t, version, engine.Options{EventsPerRun: events}).inline(document(`
steps:
  - {id: a, activity: work, undo: {activity: plain}}
  - {id: c, workflow: sub, with: {takes: 1}, undo: {activity: plain, retry: {initialInterval: 1s}}}
  - id: t
    try: [{id: in, activity: plain}]
    finally:
      - {id: f, activity: plain}
      - {id: l, activity: work, local: true}
      - {id: p, plan: work, with: {output: {steps: [{id: deep, map: [{id: m, activity: plain}], over: [1]}]}}}
      - {id: own, activity: plain, scheduleToClose: 5s}
      - {id: long, activity: plain, startToClose: 2h}
  - {id: f, fail: {type: Bad}}
`), nil)
			wants := plainOptions()
			if version > 1 {
				wants = shielded(wants)
			}
			for path, wants := range map[string]workflow.ActivityOptions{
				"a": plainOptions(), "t/in": plainOptions(), "a/undo": wants, "t/finally/f": wants, "t/finally/p": wants,
			} {
				assert.Equal(t, wants, optionsSeen(s.call(path)), "%s, version %d", path, version)
			}
			long := plainOptions()
			long.StartToCloseTimeout = 2 * time.Hour
			if version > 1 {
				long = shielded(long)
			}
			assert.Equal(t, long, optionsSeen(s.call("t/finally/long")), "the time of an attempt is not cut short")
			assert.Equal(t, 5*time.Second, s.call("t/finally/own").Activity.ScheduleToCloseTimeout)
			assert.Equal(t, &temporal.RetryPolicy{InitialInterval: time.Second}, s.call("c/undo").Activity.RetryPolicy)
			attempts := map[bool]int32{false: 0, true: 10}[version > 1]
			assert.Equal(t, attempts, s.call("t/finally/l").Local.RetryPolicy.MaximumAttempts)
			assert.Equal(t, wants.ScheduleToCloseTimeout, s.call("t/finally/l").Local.ScheduleToCloseTimeout)
			for _, each := range s.calls() {
				if lastIDs([]string{each.Path})[0] == "m" {
					assert.Equal(t, wants, optionsSeen(each))
				}
			}
		}
	}
}

// The blueprint's defaults are for all steps, also of its plans, and a step's own come
// before them.
func TestDefaults(t *testing.T) {
	t.Parallel()
	for _, each := range optionCases() {
		t.Run(each.written, func(t *testing.T) {
			t.Parallel()
			for _, events := range []int{0, 1} {
				s := newStage(t, engine.Options{EventsPerRun: events}).inline(document(`
defaults: {`+each.written+`}
steps:
  - {id: a, activity: work, undo: {activity: plain}}
  - {id: own, activity: work, startToClose: 1s, scheduleToClose: 2s, scheduleToStart: 3s, heartbeat: 4s, retry: {maximumAttempts: 77}}
  - {id: plan, plan: work, with: {output: {steps: [{id: planned, activity: work}]}}}
  - {id: f, fail: {type: Bad}}
`), nil)
				with := plainOptions()
				each.set(&with)
				for _, call := range s.calls() {
					if call.Path == "own" {
						assert.Equal(t, workflow.ActivityOptions{
							StartToCloseTimeout: time.Second, ScheduleToCloseTimeout: 2 * time.Second, ScheduleToStartTimeout: 3 * time.Second,
							HeartbeatTimeout: 4 * time.Second, RetryPolicy: &temporal.RetryPolicy{MaximumAttempts: 77}, WaitForCancellation: true,
						}, optionsSeen(call))
						continue
					}
					wants := with
					if call.Path == "a/undo" {
						wants = shielded(with)
					}
					assert.Equal(t, wants, optionsSeen(call), call.Path)
				}
				assert.Len(t, s.calls(), 5)
			}
		})
	}
}

// What the catalog says comes after the step and the blueprint.
func TestTheCatalogsOptions(t *testing.T) {
	t.Parallel()
	catalog := engine.NewCatalog()
	catalog.Activity("a", func(context.Context) error { return nil }, engine.ActivityOptions{
		TaskQueue: "elsewhere", Remote: true,
		Options: language.Options{
			StartToClose: "1s", ScheduleToClose: "2s", Heartbeat: "3s", Retry: &language.Retry{MaximumAttempts: 4},
		},
	})
	catalog.Workflow("w", func(workflow.Context) error { return nil }, engine.WorkflowOptions{TaskQueue: "far", Remote: true})
	interpreter, err := engine.New(catalog, engine.Options{})
	require.NoError(t, err)
	s := stageOf(t, interpreter).inline(document(`
defaults: {scheduleToClose: 20s, heartbeat: 30s}
steps:
  - {id: a, activity: a, heartbeat: 300s}
  - {id: b, activity: a, retry: {maximumAttempts: 9}}
  - {id: w, workflow: w}
`), nil)
	require.NoError(t, s.err)
	wants := workflow.ActivityOptions{
		ActivityID: "a", TaskQueue: "elsewhere", Summary: "a", WaitForCancellation: true, StartToCloseTimeout: time.Second, ScheduleToCloseTimeout: 20 * time.Second,
		HeartbeatTimeout: 5 * time.Minute, RetryPolicy: &temporal.RetryPolicy{MaximumAttempts: 4},
	}
	assert.Equal(t, wants, s.call("a").Activity)
	wants.ActivityID, wants.Summary, wants.HeartbeatTimeout, wants.RetryPolicy = "b", "b", 30*time.Second, &temporal.RetryPolicy{MaximumAttempts: 9}
	assert.Equal(t, wants, s.call("b").Activity)
	assert.Equal(t, "far", s.call("w").Child.TaskQueue)
}

func TestLocalOptions(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{}).inline(document(`
defaults: {retry: {maximumAttempts: 3}}
steps:
  - {id: a, activity: echo, with: 1, local: true}
  - {id: b, activity: echo, with: 1, local: true, startToClose: 2s, scheduleToClose: 3s, retry: {initialInterval: 4s}}
  - {id: c, activity: echo, with: 1}
`), nil)
	require.NoError(t, s.err)
	// The SDK itself retries local activities, and fills the policy in.
	retry := func(attempts int32, initial time.Duration) *temporal.RetryPolicy {
		return &temporal.RetryPolicy{InitialInterval: initial, BackoffCoefficient: 2, MaximumInterval: 100 * initial, MaximumAttempts: attempts}
	}
	assert.Equal(t, "local", s.call("a").Kind)
	assert.Equal(t, workflow.LocalActivityOptions{
		StartToCloseTimeout: time.Minute, RetryPolicy: retry(3, time.Second), Summary: "a",
	}, s.call("a").Local)
	assert.Equal(t, workflow.LocalActivityOptions{
		StartToCloseTimeout: 2 * time.Second, ScheduleToCloseTimeout: 3 * time.Second, RetryPolicy: retry(0, 4*time.Second), Summary: "b",
	}, s.call("b").Local)
	assert.Equal(t, "activity", s.call("c").Kind)
}

func TestChildOptions(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{}).inline(document(`
defaults: {executionTimeout: 1h, retry: {maximumAttempts: 3}, startToClose: 5s}
steps:
  - {id: a, workflow: sub, runTimeout: 1m}
  - {id: b, workflow: sub, executionTimeout: 2h, retry: {maximumAttempts: 7, nonRetryableErrorTypes: [X]}}
  - {id: c, workflow: sub, detach: true}
`), nil)
	require.NoError(t, s.err)
	seen := func(path string) workflow.ChildWorkflowOptions {
		options := s.call(path).Child
		assert.Equal(t, enumspb.PARENT_CLOSE_POLICY_ABANDON, options.ParentClosePolicy, "it outlives the run that starts it")
		assert.True(t, options.WaitForCancellation)
		return workflow.ChildWorkflowOptions{
			WorkflowExecutionTimeout: options.WorkflowExecutionTimeout, WorkflowRunTimeout: options.WorkflowRunTimeout, RetryPolicy: options.RetryPolicy,
		}
	}
	assert.Equal(t, workflow.ChildWorkflowOptions{WorkflowExecutionTimeout: time.Hour, WorkflowRunTimeout: time.Minute}, seen("a"))
	assert.Equal(t, workflow.ChildWorkflowOptions{
		WorkflowExecutionTimeout: 2 * time.Hour, RetryPolicy: &temporal.RetryPolicy{MaximumAttempts: 7, NonRetryableErrorTypes: []string{"X"}},
	}, seen("b"))
	assert.Equal(t, workflow.ChildWorkflowOptions{WorkflowExecutionTimeout: time.Hour}, seen("c"))
}

// The Web UI shows which blueprint a run is of.
func TestTheMemoNamesTheBlueprint(t *testing.T) {
	t.Parallel()
	interpreter := interpreterOf(t, newCatalog(), "blueprint: child\nversion: 1.0.0\nsteps: [{id: s, set: {x: 1}}]")
	s := stageOf(t, interpreter).inline(document(`
steps: [{id: c, workflow: child@1.0.0}, {id: d, workflow: sub}]`), nil)
	require.NoError(t, s.err)
	assert.Equal(t, "child@1.0.0", s.call("c").Child.Memo["blueprint"])
	assert.Len(t, s.call("c").Child.Memo["hash"], 64)
	assert.Nil(t, s.call("d").Child.Memo)
	assert.Equal(t, "tested@1.0.0", s.memos[0]["blueprint"])
	assert.Equal(t, s.status().Hash, s.memos[0]["hash"])
	assert.Len(t, s.memos, 1)
}
