//go:build e2e

package engine_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/replaytest"
)

// Guarantees 1, 6, 7, 8 and 9: a run that goes on in new runs, on workers that forget it
// again and again, and then on a worker that has neither the definitions nor the
// catalog's options, does what it would have done in one go. Each history replays, also
// where the catalog would now refuse the plans.
func TestARunOnAServer(t *testing.T) {
	p := newPlant(t)
	forget(t)
	text := quickly(everyKind)
	want := newStage(t, engine.Options{}, signals(0.25, "go", "first"), signals(3, "go", "second")).inline(text, 7)
	stop := p.work("queue", p.interpreter(engine.Options{EventsPerRun: 40, Definitions: files(text)}))
	run := p.start("queue", "run", "every", 7)
	for _, message := range []string{"first", "second"} {
		require.NoError(t, p.connection.SignalWorkflow(t.Context(), "run", "", "go", message))
	}
	// An activity that a stopped worker takes along is late by five seconds: the winner of the
	// race could be another one.
	eventually(t, func() bool { return slices.Contains(p.steps(t, run), "p/two/d/e") && !p.isCalling(t, run) })
	stop()
	// What this worker has of its own would change what the run does.
	p.work("queue", p.interpreter(engine.Options{EventsPerRun: 5000}))
	assert.Equal(t, want.ending(), run.ending())
	assert.Empty(t, p.trouble(t, run))

	histories := historiesOf(t, p.connection, "run", run.first)
	assert.Greater(t, len(histories), 3)
	strict, err := engine.New(engine.NewCatalog(), engine.Options{})
	require.NoError(t, err)
	for _, history := range histories {
		replaytest.Replay(t, history, strict.Register)
	}
	var started []string
	for _, each := range want.calls() {
		started = append(started, each.Path)
	}
	assert.ElementsMatch(t, started, p.steps(t, run), "each step is done once, under its path")
}

// Guarantee 5: a cancel reaches all that runs, which is waited for, and only then is
// undone what had completed. Guarantee 4: nothing is left behind.
func TestACancelOnAServer(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	cases := []struct {
		name   string
		events int
		// branches run beside a child; begun are the ids of the activities among them.
		branches string
		begun    []string
	}{
		{"in one run", 0, `
      activity: [{id: a, activity: work, with: {takes: 900, ack: 4}, heartbeat: 2s}]
      after: [{id: v, wait: go, timeout: 10ms, on_timeout: [{id: d, activity: work, with: {takes: 900, ack: 1}, heartbeat: 2s}]}]
      plan: [{id: q, plan: work, with: {output: {steps: [{id: e, activity: work, with: {takes: 900}, heartbeat: 2s}]}}}]
      tried: [{id: t, try: [{id: f, fail: {type: Bad}}], catch: [{steps: [{id: g, activity: work, with: {takes: 900}, heartbeat: 2s}]}]}]
`, []string{"a", "d", "e", "g"}},
		{"after continue-as-new", 15, `
      more: [{id: m, loop: [{id: s, sleep: 50ms}], times: 10}]
`, nil},
	}
	for _, each := range cases {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			p.work(each.name, p.interpreter(engine.Options{EventsPerRun: each.events}))
			run := p.start(each.name, each.name, engine.InlineWorkflow, document(`
steps:
  - {id: l, loop: [{id: first, activity: work, undo: {activity: work, with: {takes: 1}}}], times: 4}
  - {id: away, workflow: sub, detach: true, with: {takes: 100}}
  - id: p
    parallel:
      child: [{id: c, workflow: sub, with: {takes: 900, ack: 6}}]
      closing: [{id: t, try: [{id: s, sleep: 1h}], finally: [{id: h, activity: work, with: {takes: 2}}]}]
      wait: [{id: w, wait: go, timeout: 1h, on_timeout: [{id: never, activity: work}]}]
`+each.branches), nil)
			child := each.name + "/p/child/c"
			eventually(t, func() bool {
				steps := lastIDs(p.steps(t, run))
				begun := !slices.ContainsFunc(each.begun, func(id string) bool { return !slices.Contains(steps, id) })
				again := each.events == 0 || len(historiesOf(t, p.connection, each.name, run.first)) > 3
				return begun && again && p.isRunning(t, child)
			})
			require.NoError(t, p.connection.CancelWorkflow(t.Context(), each.name, ""))
			assert.Equal(t, "canceled", run.ending())
			assert.Empty(t, p.trouble(t, run))
			steps := p.steps(t, run)
			assert.NotContains(t, steps, "p/wait/w/on_timeout/never")
			assert.Contains(t, steps, "p/closing/t/finally/h")
			assert.Equal(t, []string{"l[3]/first/undo", "l[2]/first/undo", "l[1]/first/undo", "l[0]/first/undo"}, steps[len(steps)-4:])
			assert.True(t, p.isRunning(t, each.name+"/away"), "nobody cancels a detached child")
			// The undo begins when everything has acknowledged the cancel.
			described, err := p.connection.DescribeWorkflow(t.Context(), child, "")
			require.NoError(t, err)
			closed := *described.WorkflowCloseTime
			acknowledged := 0
			for _, history := range historiesOf(t, p.connection, each.name, run.first) {
				for _, event := range history.Events {
					if event.EventType == enumspb.EVENT_TYPE_ACTIVITY_TASK_CANCELED {
						acknowledged++
					}
					if event.EventType == enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED && strings.HasSuffix(summaryIn(event), "/undo") {
						assert.Equal(t, len(each.begun), acknowledged)
						assert.True(t, closed.Before(event.GetEventTime().AsTime()))
					}
				}
			}
			run.replays(p.interpreter(engine.Options{}))
		})
	}
}

// Guarantee 4: the loser of a race, and what runs beside a failure, has ended before the
// step does.
func TestJoinsOnAServer(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.work("queue", p.interpreter(engine.Options{}))
	run := p.start("queue", "joins", engine.InlineWorkflow, document(`
steps:
  - id: r
    race:
      slow: [{id: a, activity: work, with: {takes: 900, ack: 5}, heartbeat: 2s}]
      quick: [{id: b, activity: work, with: {takes: 1}}]
  - {id: next, activity: work}
  - id: t
    try:
      - id: p
        parallel:
          slow: [{id: a, activity: work, with: {takes: 900, ack: 5}, heartbeat: 2s}]
          bad: [{id: b, activity: work, with: {takes: 1, fail: Bad}}]
    catch: [{steps: [{id: caught, activity: work}]}]
`), nil)
	assert.Equal(t, "null", run.ending())
	running := map[int64]string{}
	for _, event := range historiesOf(t, p.connection, "joins", run.first)[0].Events {
		if event.EventType == enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED {
			if name := summaryIn(event); name == "next" || name == "t/catch/caught" {
				assert.Empty(t, running, name)
			}
			running[event.EventId] = summaryIn(event)
		}
		delete(running, event.GetActivityTaskCompletedEventAttributes().GetScheduledEventId())
		delete(running, event.GetActivityTaskFailedEventAttributes().GetScheduledEventId())
		delete(running, event.GetActivityTaskCanceledEventAttributes().GetScheduledEventId())
	}
	assert.Empty(t, p.trouble(t, run))
}

// Guarantee 6: a child runs on while its parent goes on in new runs, is started once, and
// its result arrives, whatever it is.
func TestChildrenThatOutliveARun(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.work("queue", p.interpreter(engine.Options{EventsPerRun: 10}))
	run := p.start("queue", "parent", engine.InlineWorkflow, document(`
steps:
  - id: p
    parallel:
      result: [{id: c, workflow: sub, with: {takes: 50, output: {n: 7}}}]
      again: [{id: c, workflow: sub, with: {takes: 8, again: 5, output: again}}]
      failure:
        - id: t
          try: [{id: c, workflow: sub, with: {takes: 40, fail: OutOfStock, details: [1, {x: 2}]}}]
          catch: [{types: [OutOfStock], steps: [{id: e, set: {error: "${error}"}}]}]
      race: [{id: r, race: {child: [{id: c, workflow: sub, with: {takes: 900, ack: 1}}], timer: [{id: s, sleep: 4s}]}}]
      terminated: [{id: t, try: [{id: c, workflow: sub, with: {takes: 900}}], catch: [{types: [ChildTerminated], steps: [{id: e, set: {x: 1}}]}]}]
      work: [{id: l, loop: [{id: a, activity: work, with: {takes: 1}}], times: 40}]
`), nil)
	child := "parent/p/terminated/t/c"
	eventually(t, func() bool {
		return p.isRunning(t, child) && len(historiesOf(t, p.connection, "parent", run.first)) > 2
	})
	require.NoError(t, p.connection.TerminateWorkflow(t.Context(), child, "", ""))
	assert.Equal(t, `{"again":"again","failure":{"error":{"details":[1,{"x":2}],"message":"as told","step":"p/failure/t/c",`+
		`"type":"OutOfStock"}},"race":{"output":null,"winner":"timer"},"result":{"n":7},"terminated":{"x":1},"work":null}`, run.ending())
	assert.Empty(t, p.trouble(t, run))
	started := map[string]int{}
	for _, history := range historiesOf(t, p.connection, "parent", run.first) {
		for _, event := range history.Events {
			if event.EventType == enumspb.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED {
				started[event.GetStartChildWorkflowExecutionInitiatedEventAttributes().GetWorkflowId()]++
			}
		}
	}
	assert.Equal(t, map[string]int{
		"parent/p/result/c": 1, "parent/p/again/c": 1, "parent/p/failure/t/c": 1, "parent/p/race/r/child/c": 1, child: 1,
	}, started)
	assert.False(t, p.isRunning(t, "parent/p/race/r/child/c"))
	run.replays(p.interpreter(engine.Options{}))
}

// A blueprint as a child runs with what its parent recorded, on a worker that has no
// definitions at all. One whose id is taken is a failure that can be caught.
func TestChildBlueprintsOnAServer(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	parent := `
blueprint: parent
version: 1.0.0
steps:
  - {id: wait, wait: go}
  - {id: c, workflow: child@1.0.0, with: {n: 4}}
  - id: t
    try: [{id: d, workflow: sub}]
    catch: [{types: [ChildAlreadyRunning], steps: [{id: e, set: {taken: true}}]}]
output: ["${steps.c.output}", "${steps.t.output}"]
`
	child := `
blueprint: child
version: 1.0.0
input: {type: object, required: [n], properties: {n: {type: integer}}}
steps:
  - {id: a, activity: work, with: {output: "${input.n + 1}"}}
  - id: deep
    try: [{id: b, workflow: leaf@1.0.0}]
    catch: [{types: [Leaf], steps: [{id: c, set: {leaf: "${error.message}"}}]}]
output: ["${steps.a.output}", "${steps.deep.output}"]
`
	leaf := "blueprint: leaf\nversion: 1.0.0\nsteps: [{id: f, fail: {type: Leaf, message: fell}}]"
	stop := p.work("queue", p.interpreter(engine.Options{Definitions: files(parent, child, leaf)}))
	_ = p.start("queue", "parent/t/d", engine.InlineWorkflow, document(`steps: [{id: s, sleep: 1h}]`), nil)
	run := p.start("queue", "parent", "parent", nil)
	eventually(t, func() bool { return p.status(t, "parent").Steps[0].State == "running" })
	stop()
	p.work("queue", p.interpreter(engine.Options{}))
	require.NoError(t, p.connection.SignalWorkflow(t.Context(), "parent", "", "go", nil))
	assert.Equal(t, `[[5,{"leaf":"step f: fell"}],{"taken":true}]`, run.ending())
	described, err := p.connection.DescribeWorkflow(t.Context(), "parent/c", "")
	require.NoError(t, err)
	memo := described.Memo.GetFields()
	assert.Equal(t, `"child@1.0.0"`, string(memo["blueprint"].GetData()))
}

// Guarantee 2: a client cannot hand over what only a run of the interpreter may hand
// over, not even to the second run of a schedule, which follows another run, too.
func TestAClientCannotHandOverARecordToALaterRun(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	honest := "blueprint: honest\nversion: 1.0.0\nsteps: [{id: good, activity: plain}]"
	p.work("queue", p.interpreter(engine.Options{Definitions: files(honest)}))
	forged := handed(t, `steps: [{id: evil, activity: work}]`, object{"activities": object{"work": object{}}})
	options := client.StartWorkflowOptions{ID: "cron", TaskQueue: "queue", CronSchedule: "@every 1s"}
	_, err := p.connection.ExecuteWorkflow(t.Context(), options, "honest", nil, forged)
	require.NoError(t, err)
	var last string
	for range 3 {
		eventually(t, func() bool {
			described, err := p.connection.DescribeWorkflow(t.Context(), "cron", "")
			require.NoError(t, err)
			now := described.WorkflowExecution.RunID
			changed := now != last
			last = now
			return changed
		})
	}
	require.NoError(t, p.connection.TerminateWorkflow(t.Context(), "cron", "", ""))
	assert.Empty(t, p.calls, "the activity work is only in the forged record")
}

// Updates: what is taken, kept and refused, and sent twice, also to the run that follows.
func TestUpdatesOnAServer(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.work("queue", p.interpreter(engine.Options{EventsPerRun: 8}))
	run := p.start("queue", "updated", engine.InlineWorkflow, document(`
steps:
  - {id: w, wait: number, schema: {type: integer}}
  - {id: l, loop: [{id: s, sleep: 100ms}], times: 15}
  - {id: x, wait: number, schema: {type: integer}}
output: ["${steps.w.output}", "${steps.x.output}"]
`), nil)
	send := func(id string, message engine.Message) (engine.Receipt, error) {
		return p.update(t, "updated", id, message)
	}
	eventually(t, func() bool { return p.status(t, "updated").Steps[0].State == "running" })
	_, err := send("unknown", engine.NewMessage("nubmer", 1))
	assert.ErrorContains(t, err, engine.ErrUnknownMessage)
	_, err = send("wrong", engine.NewMessage("number", "one"))
	assert.ErrorContains(t, err, engine.ErrInvalidMessage)
	receipt, err := send("first", engine.NewMessage("number", 1))
	require.NoError(t, err)
	assert.Equal(t, engine.Receipt{Step: "w"}, receipt)
	eventually(t, func() bool { return len(historiesOf(t, p.connection, "updated", run.first)) > 2 })
	_, err = send("first", engine.NewMessage("number", 1))
	require.NoError(t, err, "it has been taken")
	_, err = send("second", engine.NewMessage("number", 2))
	require.NoError(t, err)
	assert.Equal(t, "[1,2]", run.ending())
	assert.Empty(t, p.trouble(t, run))
	run.replays(p.interpreter(engine.Options{}))
}

// An update for a run that its worker has just forgotten costs a workflow task that fails,
// and nothing else: https://github.com/temporalio/temporal/issues/7741.
func TestUpdatesForARunThatWasForgotten(t *testing.T) {
	runsAlone(t)
	p := newPlant(t)
	p.work("queue", p.interpreter(engine.Options{}))
	run := p.start("queue", "forgotten", engine.InlineWorkflow, document(`
vars: {log: []}
steps: [{id: l, loop: [{id: w, wait: number}, {id: s, set: {log: "${vars.log + [steps.w.output]}"}}], times: 5}]
output: ${vars.log}
`), nil)
	eventually(t, func() bool { return p.status(t, "forgotten").Steps[0].State == "running" })
	for number := range 5 {
		worker.PurgeStickyWorkflowCache()
		_, err := p.update(t, "forgotten", "", engine.NewMessage("number", number))
		require.NoError(t, err)
	}
	assert.Equal(t, "[0,1,2,3,4]", run.ending())
	assert.NotEmpty(t, p.trouble(t, run))
	assert.Empty(t, p.mishaps(t, run))
	run.replays(p.interpreter(engine.Options{}))
}

// A message that comes with its timeout is in time, and a cancel that comes with it is a
// cancel: both are there when the worker comes back.
func TestWhatComesAtOnce(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	stop := p.work("queue", p.interpreter(engine.Options{}))
	steps := document(`
steps: [{id: w, wait: go, timeout: 1s, on_timeout: [{id: never, activity: work}]}]`)
	runs := map[string]*ran{}
	for _, id := range []string{"message", "cancel"} {
		runs[id] = p.start("queue", id, engine.InlineWorkflow, steps, nil)
	}
	for id := range runs {
		eventually(t, func() bool { return p.has(t, runs[id], enumspb.EVENT_TYPE_TIMER_STARTED) })
	}
	stop()
	require.NoError(t, p.connection.SignalWorkflow(t.Context(), "message", "", "go", "in time"))
	require.NoError(t, p.connection.CancelWorkflow(t.Context(), "cancel", ""))
	for id := range runs {
		eventually(t, func() bool { return p.has(t, runs[id], enumspb.EVENT_TYPE_TIMER_FIRED) })
	}
	p.work("queue", p.interpreter(engine.Options{}))
	assert.Equal(t, `"in time"`, runs["message"].ending())
	assert.Equal(t, "canceled", runs["cancel"].ending())
	assert.Empty(t, p.calls)
}

// Signals that come in one Workflow Task: what the first has ended takes no second one, and
// what the SDK cannot read is counted.
func TestSignalsOfOneTask(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	race := p.start("queue", "race", engine.InlineWorkflow, document(`
steps:
  - {id: r, race: {a: [{id: w, wait: go}], b: [{id: w, wait: go}]}}
  - {id: x, wait: go}
output: ["${steps.r.output.output}", "${steps.x.output}"]
`), nil)
	unread := p.start("queue", "unread", engine.InlineWorkflow, document("steps: [{id: w, wait: go}]"), nil)
	for _, value := range []any{"first", "second"} {
		require.NoError(t, p.connection.SignalWorkflow(t.Context(), "race", "", "go", value))
	}
	for _, value := range []any{[]byte{1}, []byte{2}, []byte{3}, "read"} {
		require.NoError(t, p.connection.SignalWorkflow(t.Context(), "unread", "", "go", value))
	}
	p.work("queue", p.interpreter(engine.Options{}))
	assert.Equal(t, `["first","second"]`, race.ending())
	assert.Equal(t, `"read"`, unread.ending())
	assert.Equal(t, 3, p.status(t, "unread").DroppedSignals)
}

// A Worker without a Local Activity that the run was started with, as in a deployment, leaves
// the Workflow Task to a Worker that has it.
func TestALocalActivityThatAWorkerLacks(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	stop := p.work("queue", p.interpreter(engine.Options{}))
	steps := document("steps: [{id: w, wait: go}, {id: a, activity: echo, local: true, with: 5}]")
	run := p.start("queue", "lacks", engine.InlineWorkflow, steps, nil)
	eventually(t, func() bool { return isRunning(p.status(t, "lacks").Steps, "w") })
	stop()
	lacking, err := engine.New(engine.NewCatalog(), engine.Options{})
	require.NoError(t, err)
	stopLacking := p.work("queue", lacking)
	require.NoError(t, p.connection.SignalWorkflow(t.Context(), "lacks", "", "go", 1))
	eventually(t, func() bool { return p.has(t, run, enumspb.EVENT_TYPE_WORKFLOW_TASK_FAILED) })
	stopLacking()
	p.work("queue", p.interpreter(engine.Options{}))
	assert.Equal(t, "5", run.ending())
}

// What the server takes of retries at the very bounds that the checker has.
func TestRetriesAtTheServersBounds(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.work("queue", p.interpreter(engine.Options{}))
	for i, retry := range []string{
		"initialInterval: 25620h", "maximumInterval: 1s", "initialInterval: 2000d, maximumInterval: 2000d",
		"initialInterval: 100y", "maximumInterval: 500ms, maximumAttempts: 1", "nonRetryableErrorTypes: ['TemporalTimeout:StartToClose']",
		"nonRetryableErrorTypes: ['TemporalTimeout:ScheduleToClose', 'TemporalTimeout:ScheduleToStart', 'TemporalTimeout:TIMEOUT_TYPE_HEARTBEAT']",
		"nonRetryableErrorTypes: ['TemporalTimeout:Never'], maximumAttempts: 1",
	} {
		retry = strings.Replace(retry, "100y", "36500d, maximumAttempts: 1", 1)
		run := p.start("queue", "retry-"+strconv.Itoa(i), engine.InlineWorkflow, document("steps: [{id: a, activity: echo, with: 5, retry: {"+retry+"}}, {id: c, workflow: sub, with: {output: 5}, retry: {"+retry+"}}]"), nil)
		assert.Equal(t, "5", run.ending(), retry)
		assert.Empty(t, p.trouble(t, run), retry)
	}
}

// What real activities give: nothing, what is no JSON, what is too large, a panic.
func TestWhatActivitiesGive(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.work("queue", p.interpreter(engine.Options{}))
	for steps, wants := range map[string]string{
		`{id: a, activity: plain}`:                                    "null",
		`{id: a, activity: bytes}`:                                    "failed InvalidOutput: step a: the output is no JSON",
		`{id: a, activity: plain_error, retry: {maximumAttempts: 2}}`: "failed InternalError: step a: no type",
		`{id: t, try: [{id: a, activity: panics, retry: {maximumAttempts: 1}}], catch: [{types: [PanicError], steps: [{id: c, set: {x: "${error.message}"}}]}]}`:                                    `{"x":"on purpose"}`,
		`{id: t, try: [{id: a, activity: work, with: {takes: 900}, startToClose: 50ms, retry: {maximumAttempts: 1}}], catch: [{types: [Timeout], steps: [{id: c, set: {x: "${error.details}"}}]}]}`: `{"x":["StartToClose"]}`,
		`{id: a, activity: typed, with: {n: 3}}`:                                                       "4",
		`{id: a, activity: typed, local: true, with: {n: 3}}`:                                          "4",
		`{id: a, activity: typed, local: true}`:                                                        "1",
		`{id: a, activity: echo, local: true, with: null}`:                                             "null",
		`{id: a, activity: work, with: {takes: 900}, startToClose: 50ms, retry: {maximumAttempts: 1}}`: `failed Timeout: step a: `,
		// One that heeds its context could come first with an error of its own.
		`{id: a, activity: work, with: {takes: 100, deaf: true}, local: true, startToClose: 50ms, retry: {maximumAttempts: 1}}`: `failed Timeout: step a: `,
		`{id: a, workflow: sub, with: {takes: 900}, executionTimeout: 1s}`:                                                      `failed Timeout: step a: `,
		`{id: a, activity: local_error, local: true, retry: {maximumAttempts: 1}}`:                                              `failed Odd: step a: odd [1]`,
		`{id: a, activity: no_text}`:              "failed Odd\uFFFD: step a: odd \uFFFD text",
		`{id: a, activity: no_text, local: true}`: "failed Odd\uFFFD: step a: odd \uFFFD text",
		`{id: t, try: [{id: a, activity: long_panic, retry: {maximumAttempts: 1}}], catch: [{types: [PanicError], steps: [{id: c, set: {x: "${size(error.message) > 1000}"}}]}]}`:              `{"x":true}`,
		`{id: t, try: [{id: a, activity: long_panic, local: true, retry: {maximumAttempts: 1}}], catch: [{types: [PanicError], steps: [{id: c, set: {x: "${size(error.message) > 1000}"}}]}]}`: `{"x":true}`,
	} {
		t.Run(steps, func(t *testing.T) {
			t.Parallel()
			run := p.start("queue", steps, engine.InlineWorkflow, document(`
steps: [`+steps+`]`), nil)
			assert.True(t, strings.HasPrefix(run.ending(), wants), run.ending())
			assert.Empty(t, p.trouble(t, run))
		})
	}
}

// A message can come with the start of the run, before its first task.
func TestAMessageThatComesWithTheStart(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.work("queue", p.interpreter(engine.Options{}))
	steps := document(`steps: [{id: w, wait: go}]`)
	for i := range 5 {
		options := client.StartWorkflowOptions{ID: "update" + strconv.Itoa(i), TaskQueue: "queue", WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_FAIL}
		handle, err := p.connection.UpdateWithStartWorkflow(t.Context(), client.UpdateWithStartWorkflowOptions{
			StartWorkflowOperation: p.connection.NewWithStartWorkflowOperation(options, engine.InlineWorkflow, steps, nil),
			UpdateOptions: client.UpdateWorkflowOptions{
				UpdateName: engine.MessageUpdate, Args: []any{engine.NewMessage("go", i)}, WaitForStage: client.WorkflowUpdateStageCompleted,
			},
		})
		require.NoError(t, err)
		require.NoError(t, handle.Get(t.Context(), nil))
		run, err := p.connection.SignalWithStartWorkflow(t.Context(), "signal"+strconv.Itoa(i), "go", i,
			client.StartWorkflowOptions{TaskQueue: "queue"}, engine.InlineWorkflow, steps, nil)
		require.NoError(t, err)
		for _, id := range []string{options.ID, run.GetID()} {
			var output int
			require.NoError(t, p.connection.GetWorkflow(t.Context(), id, "").Get(t.Context(), &output))
			assert.Equal(t, i, output)
		}
	}
}
