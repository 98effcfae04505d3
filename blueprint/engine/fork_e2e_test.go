//go:build e2e

package engine_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
	"dynamicsamples/blueprint/storage"
)

// forks are options with forks.
var forks = engine.Options{Forks: &worker.WorkflowReplayerOptions{DisableRegistrationAliasing: true}}

// fork forks the run, which has ended.
func (r *ran) fork(at string) *ran {
	r.plant.t.Helper()
	return r.plant.start("queue", r.GetID(), engine.ForkWorkflow, engine.Fork{
		Origin: engine.Origin{WorkflowID: r.GetID(), RunID: r.first}, At: at, By: "mei", Note: "try again",
	})
}

// standsPaused waits until the fork does, and tells where.
func (r *ran) standsPaused() engine.Status {
	r.plant.t.Helper()
	var status engine.Status
	eventually(r.plant.t, func() bool {
		status = r.plant.status(r.plant.t, r.GetID())
		return len(status.Paused) > 0
	})
	return status
}

func (r *ran) resume() {
	r.plant.t.Helper()
	update, err := r.plant.connection.UpdateWorkflow(r.plant.t.Context(), client.UpdateWorkflowOptions{
		WorkflowID: r.GetID(), UpdateName: engine.OperateUpdate, WaitForStage: client.WorkflowUpdateStageCompleted,
		Args: []any{engine.Operation{Op: "resume"}},
	})
	require.NoError(r.plant.t, err)
	require.NoError(r.plant.t, update.Get(r.plant.t.Context(), nil))
}

func (r *ran) terminate() {
	r.plant.t.Helper()
	require.NoError(r.plant.t, r.plant.connection.TerminateWorkflow(r.plant.t.Context(), r.GetID(), "", "to be forked"))
}

// A run that failed goes on from the step that failed: nothing that had completed is called
// again. It has come from many runs, and its own history replays.
func TestAForkGoesOn(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	options := forks
	options.EventsPerRun = 20
	interpreter := p.interpreter(options)
	p.work("queue", interpreter)
	origin := p.start("queue", "run", engine.InlineWorkflow, document(`
steps:
  - {id: l, times: 10, loop: [{id: a, activity: echo, with: "${round}"}]}
  - {id: w, wait: go}
  - {id: s, switch: [{when: "${steps.w.output == 'bad'}", steps: [{id: f, activity: work, with: {fail: Bad}}]}]}
output: ["${steps.l.output}", "${steps.w.output}", "${run.id}", "${input}"]
`), 123)
	eventually(t, func() bool { return isRunning(p.status(t, "run").Steps, "w") })
	require.NoError(t, p.connection.SignalWorkflow(t.Context(), "run", "", "go", "bad"))
	assert.Contains(t, origin.ending(), "failed Bad")

	fork := origin.fork("w")
	status := fork.standsPaused()
	assert.Equal(t, &engine.Forked{Origin: engine.Origin{WorkflowID: "run", RunID: status.Fork.Origin.RunID}, At: "w", By: "mei", Note: "try again"}, status.Fork)
	assert.Equal(t, "mei", status.Paused[0].By)
	assert.Equal(t, "try again", status.Paused[0].Note)
	assert.Equal(t, []engine.AtGate{{Step: "w", Waits: "begin"}}, status.AtGates)
	assert.Equal(t, map[string]any{"origin": map[string]any{"runId": status.Fork.Origin.RunID, "workflowId": "run"}, "at": "w", "by": "mei", "note": "try again"}, memoOf(t, p, "run", "fork"))
	fork.resume()
	require.NoError(t, p.connection.SignalWorkflow(t.Context(), "run", "", "go", "good"))
	assert.Equal(t, `[9,"good","run",123]`, fork.ending())
	assert.Empty(t, p.steps(t, fork))
	assert.Empty(t, p.trouble(t, fork))
	fork.replays(interpreter)

	again := fork.fork("l/a")
	assert.Equal(t, "failed ForkRefused: the step l/a has not begun since the origin was forked itself: fork the run that it was forked from", again.ending())
	again = origin.fork("l[3]/a")
	status = again.standsPaused()
	assert.Equal(t, "l[3]/a", status.Fork.At)
	again.resume()
	require.NoError(t, p.connection.SignalWorkflow(t.Context(), "run", "", "go", "third"))
	assert.Equal(t, `[9,"third","run",123]`, again.ending())
	assert.Equal(t, []string{"l[3]/a", "l[4]/a", "l[5]/a", "l[6]/a", "l[7]/a", "l[8]/a", "l[9]/a"}, p.steps(t, again))
}

func memoOf(t *testing.T, p *plant, id, name string) (content any) {
	t.Helper()
	described, err := p.connection.DescribeWorkflow(t.Context(), id, "")
	require.NoError(t, err)
	require.NoError(t, converter.GetDefaultDataConverter().FromPayload(described.RawResponse.GetWorkflowExecutionInfo().GetMemo().GetFields()[name], &content))
	return content
}

// What was under way is called again, with the same key; what begins later has another.
func TestAForkOfWhatWasUnderWay(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.work("queue", p.interpreter(forks))
	origin := p.start("queue", "run", engine.InlineWorkflow, document(`
steps:
  - id: p
    parallel:
      slow: [{id: a, activity: work, with: {takes: 900, until: forked, output: "${step.key}"}, heartbeat: 5s}]
      quick: [{id: b, activity: echo, with: "${step.key}"}, {id: c, activity: echo, with: "${step.key}"}, {id: w, wait: go}]
      child: [{id: s, workflow: sub, with: {takes: 900, until: forked, output: from the child}}]
output: ["${steps.p.output.child}"]
`))
	eventually(t, func() bool { return isRunning(p.status(t, "run").Steps, "w") && p.isRunning(t, "run/p/child/s") })
	origin.terminate()
	arguments := argumentsOf(t, p, origin)
	fork := origin.fork("p/quick/c")
	fork.standsPaused()
	fork.resume()
	p.finish("forked")
	require.NoError(t, p.connection.SignalWorkflow(t.Context(), "run/p/child/s", "", "forked", 1))
	require.NoError(t, p.connection.SignalWorkflow(t.Context(), "run", "", "go", 1))
	assert.Equal(t, `["from the child"]`, fork.ending())
	forked := argumentsOf(t, p, fork)
	assert.Equal(t, arguments["p/slow/a"], forked["p/slow/a"])
	assert.NotEqual(t, arguments["p/quick/c"], forked["p/quick/c"])
	assert.NotContains(t, forked, "p/quick/b")
	assert.ElementsMatch(t, []string{"p/slow/a", "p/quick/c"}, p.steps(t, fork), "the child is taken over")
}

// argumentsOf are the arguments of the Activities that a run and those that followed have called.
func argumentsOf(t *testing.T, p *plant, run *ran) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, history := range historiesOf(t, p.connection, run.GetID(), run.first) {
		for _, event := range history.Events {
			if scheduled := event.GetActivityTaskScheduledEventAttributes(); scheduled != nil {
				found[scheduled.ActivityId] = string(scheduled.GetInput().GetPayloads()[0].GetData())
			}
		}
	}
	return found
}

// What the origin has undone is not completed: a fork after it is refused, and told where
// one can be made.
func TestAForkOfWhatWasUndone(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.work("queue", p.interpreter(forks))
	origin := p.start("queue", "run", engine.InlineWorkflow, document(`
steps:
  - {id: a, activity: echo, with: a}
  - {id: b, activity: echo, with: b, undo: {activity: plain}}
  - {id: c, activity: echo, with: c, undo: {activity: plain}}
  - {id: w, wait: go}
  - {id: f, activity: work, with: "${steps.w.output}"}
`))
	eventually(t, func() bool { return isRunning(p.status(t, "run").Steps, "w") })
	require.NoError(t, p.connection.SignalWorkflow(t.Context(), "run", "", "go", map[string]any{"fail": "Bad"}))
	assert.Contains(t, origin.ending(), "failed Bad")
	for _, at := range []string{"f", "w", "c"} {
		assert.Equal(t, "failed ForkRefused: the origin has undone b, or begun to, which had completed before "+at+": fork it before b", origin.fork(at).ending())
	}
	fork := origin.fork("b")
	fork.standsPaused()
	fork.resume()
	require.NoError(t, p.connection.SignalWorkflow(t.Context(), "run", "", "go", map[string]any{"output": "good"}))
	assert.Equal(t, `"good"`, fork.ending())
	assert.Equal(t, []string{"b", "c", "f"}, p.steps(t, fork))
}

// Whatever is no origin of a fork is refused, and says so.
func TestForksThatAreRefused(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.work("queue", p.interpreter(forks))
	p.work("off", p.interpreter(engine.Options{}))
	steps := document("steps: [{id: one, activity: echo, with: 1}, {id: w, wait: go}]")
	open := p.start("queue", "open", engine.InlineWorkflow, steps)
	closed := p.start("queue", "closed", engine.InlineWorkflow, steps)
	eventually(t, func() bool { return isRunning(p.status(t, "closed").Steps, "w") })
	closed.terminate()
	narrow := p.start("queue", "narrow", engine.InlineWorkflow, document("operate: [pause]\nsteps: [{id: one, activity: echo, with: 1}]"))
	assert.Equal(t, "1", narrow.ending())
	assert.Equal(t, "failed ForkRefused: no fork can begin at one: the operate of the blueprint would have to list fork", narrow.fork("one").ending())
	other := p.start("queue", "other", "sub", map[string]any{"output": 1})
	assert.Equal(t, "1", other.ending())
	ofClosed := engine.Origin{WorkflowID: "closed", RunID: closed.first}
	type asked struct {
		Origin engine.Origin `json:"origin"`
		At     string        `json:"at"`
		State  any           `json:"state,omitempty"`
	}
	for want, test := range map[string]struct {
		id        string
		arguments []any
	}{
		"a fork takes one argument, {origin: {workflowId, runId}, at, by, note, dryRun}, not 0":                   {"closed", nil},
		"a fork takes one argument, {origin: {workflowId, runId}, at, by, note, dryRun}, not 2":                   {"closed", []any{asked{ofClosed, "one", nil}, map[string]any{"state": map[string]any{}}}},
		`a fork is an object {origin: {workflowId, runId}, at, by, note, dryRun}: unknown field "state"`:          {"closed", []any{asked{ofClosed, "one", 1}}},
		"at is missing: a fork is an object {origin: {workflowId, runId}, at, by, note, dryRun}":                  {"closed", []any{asked{ofClosed, "", nil}}},
		`a fork has the Workflow ID of its origin, "closed", so that no two of them run at once, not "elsewhere"`: {"elsewhere", []any{asked{ofClosed, "one", nil}}},
		"the server does not have the run 00000000-0000-0000-0000-000000000000 of the origin, or not anymore":     {"closed", []any{asked{engine.Origin{WorkflowID: "closed", RunID: "00000000-0000-0000-0000-000000000000"}, "one", nil}}},
		`there is no step "on": nothing there is "on"; did you mean "one"?; there are: one, w`:                    {"closed", []any{asked{ofClosed, "on", nil}}},
	} {
		run := p.start("queue", test.id, engine.ForkWorkflow, test.arguments...)
		assert.Equal(t, "failed ForkRefused: "+want, run.ending())
	}
	run := p.start("off", "closed", engine.ForkWorkflow, asked{ofClosed, "one", nil})
	assert.Equal(t, "failed ForkRefused: this Worker forks no runs: that is for those who run it to switch on (Options.Forks)", run.ending())
	run = other.fork("one")
	assert.Contains(t, run.ending(), "of the origin cannot be replayed: it is no run of a blueprint, or something of it is missing: ")
	_, err := p.connection.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "open", TaskQueue: "queue", WorkflowExecutionErrorWhenAlreadyStarted: true},
		engine.ForkWorkflow, asked{engine.Origin{WorkflowID: "open", RunID: open.first}, "one", nil})
	require.Error(t, err, "the server itself lets no two run at once")
	open.terminate()
}

// Before anything is terminated for it, a fork is tried: under a Workflow ID of its own, it tells where
// it would stand, or why it cannot, and the origin runs on.
func TestAForkThatIsTried(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.work("queue", p.interpreter(forks))
	p.work("off", p.interpreter(engine.Options{}))
	run := p.start("queue", "run", engine.InlineWorkflow, document("steps: [{id: one, activity: echo, with: 1}, {id: child, workflow: sub, with: {takes: 900}, detach: true}, {id: w, wait: go}]"))
	eventually(t, func() bool { return isRunning(p.status(t, "run").Steps, "w") })
	try := func(queue, at string) string {
		fork := engine.Fork{Origin: engine.Origin{WorkflowID: "run", RunID: run.first}, At: at, By: "mei", DryRun: true}
		return p.start(queue, "try "+at+" at "+queue, engine.ForkWorkflow, fork).ending()
	}
	assert.Equal(t, fmt.Sprintf(`{"at":"one","by":"mei","children":%q,"origin":{"runId":%q,"workflowId":"run"}}`, run.first, run.first), try("queue", "one"))
	assert.Equal(t, `failed ForkRefused: there is no step "on": nothing there is "on"; did you mean "one"?; there are: one, child, w`, try("queue", "on"))
	assert.Contains(t, try("off", "one"), "failed ForkRefused: this Worker forks no runs")
	require.NoError(t, p.connection.SignalWorkflow(t.Context(), "run", "", "go", 1))
	assert.Equal(t, "1", run.ending(), "it is as it was")
	assert.Empty(t, p.trouble(t, run))
}

// A Worker of somebody else in the same namespace can write any history. Nothing of it is
// believed but values.
func TestAForkOfAForgedHistory(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.work("queue", p.interpreter(forks))
	honest := p.start("queue", "run", engine.InlineWorkflow, document("steps: [{id: b, activity: echo, with: 1}]"))
	assert.Equal(t, "1", honest.ending())
	started := startedWith(t, p, honest)
	evil := `{"blueprint":"x","steps":[{"activity":"rm","id":"b"}],"version":"1.0.0"}`
	for name, test := range map[string]struct {
		forge func(record map[string]any)
		want  string
		calls string
	}{
		"another budget": {func(record map[string]any) {
			record["budget"].(map[string]any)["outputBytes"] = 1 << 40
		}, "the origin was allowed more than this Worker allows: raise the Worker's budget", ""},
		"another version": {func(record map[string]any) { record["interpreter"] = 1 }, "the origin began with version 1 of the interpreter: a fork needs one of version 2", ""},
		"another hash":    {func(record map[string]any) { record["hash"] = "0000" }, "this Worker reads the origin's document otherwise: it has the hash ", ""},
		"another document": {func(record map[string]any) {
			record["definition"], record["hash"] = json.RawMessage(evil), language.Hash([]byte(evil))
			record["calls"] = map[string]any{"activities": map[string]any{"rm": map[string]any{}}}
		}, `there is no activity "rm" in the catalog`, "rm"},
	} {
		t.Run(name, func(t *testing.T) {
			record := maps.Clone(started)
			record["budget"] = maps.Clone(started["budget"].(map[string]any))
			test.forge(record)
			p.forge(t, name, cmp.Or(test.calls, "echo"), record)
			run := p.start(name, name, engine.InlineWorkflow, "forged")
			eventually(t, func() bool { return p.isCalling(t, run) })
			run.terminate()
			assert.Contains(t, run.fork("b").ending(), test.want)
		})
	}
}

// startedWith is the record of the run.
func startedWith(t *testing.T, p *plant, run *ran) (record map[string]any) {
	t.Helper()
	for _, event := range historiesOf(t, p.connection, run.GetID(), run.first)[0].Events {
		if data := event.GetMarkerRecordedEventAttributes().GetDetails()["data"]; data != nil {
			require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(data, &record))
		}
	}
	return record
}

// forge runs a Worker whose workflow does what a run with the record would do.
func (p *plant) forge(t *testing.T, queue, calls string, record map[string]any) {
	forger := worker.New(p.connection, queue, worker.Options{})
	forger.RegisterWorkflowWithOptions(func(ctx workflow.Context, _ any) error {
		var recorded map[string]any
		_ = workflow.SideEffect(ctx, func(workflow.Context) any { return record }).Get(&recorded)
		_ = workflow.UpsertMemo(ctx, map[string]any{"blueprint": "x", "hash": "y"})
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{ActivityID: "b", StartToCloseTimeout: time.Minute})
		return workflow.ExecuteActivity(ctx, calls).Get(ctx, nil)
	}, workflow.RegisterOptions{Name: engine.InlineWorkflow})
	require.NoError(t, forger.Start())
	t.Cleanup(forger.Stop)
}

// The history of a fork is kept for as long as there are runs of this version: with a plan, with
// what was under way, and with what is registered to be undone.
func TestRecordedForks(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.work("queue", p.interpreter(forks))
	origin := p.start("queue", "fork", engine.InlineWorkflow, document(`
steps:
  - {id: a, activity: echo, with: a, undo: {activity: echo, with: "${steps.a.output + ' undone'}"}}
  - id: p
    parallel:
      plan: [{id: q, plan: echo, with: {steps: [{id: w, wait: go}, {id: l, times: 6, loop: [{id: b, activity: echo, with: "$${round}"}]}]}}]
      beside: [{id: c, activity: work, with: {takes: 900, until: forked, output: "${step.key}"}, heartbeat: 5s}]
      other: [{id: l, times: 4, loop: [{id: d, activity: echo, with: "${round}"}]}]
      child: [{id: s, workflow: sub, with: {takes: 900, until: forked, output: 1}}]
  - {id: last, activity: work, with: {fail: Last}}
`))
	eventually(t, func() bool { return isRunning(p.status(t, "fork").Steps, "w") && p.isRunning(t, "fork/p/child/s") })
	eventually(t, func() bool { return slices.Contains(p.steps(t, origin), "p/other/l[3]/d") })
	origin.terminate()
	fork := origin.fork("p/other/l[3]/d")
	fork.standsPaused()
	fork.resume()
	p.finish("forked")
	require.NoError(t, p.connection.SignalWorkflow(t.Context(), "fork/p/child/s", "", "forked", 1))
	require.NoError(t, p.connection.SignalWorkflow(t.Context(), "fork", "", "go", 1))
	assert.Equal(t, "failed Last: step last: as told", fork.ending())
	assert.Subset(t, p.steps(t, fork), []string{"p/beside/c", "p/other/l[3]/d", "last", "a/undo"})
	keepHistories(t, p, fork, "")
}

// A value in external storage that is lost cannot be replayed: the fork is refused, and made where
// it is there.
func TestAForkWithoutItsStoredValues(t *testing.T) {
	runsAlone(t)
	p := newPlant(t)
	s := p.storeLarge()
	replay := worker.WorkflowReplayerOptions{DisableRegistrationAliasing: true}
	require.NoError(t, storage.UseInReplay(&replay, s.external()))
	options := large
	options.Forks = &replay
	p.work("queue", p.interpreter(options))
	long := strings.Repeat("x", 20<<10)
	for _, id := range []string{"kept", "lost"} {
		run := p.start("queue", id, engine.InlineWorkflow, document("steps: [{id: a, activity: echo, with: \"${input + ' this'}\"}, {id: w, wait: go}]\noutput: ${size(steps.a.output)}"), id+long)
		eventually(t, func() bool { return isRunning(p.status(t, id).Steps, "w") })
		run.terminate()
		if id == "lost" {
			s.lose("this")
			assert.Contains(t, run.fork("w").ending(), "failed ForkRefused: the origin cannot be replayed: the stored value ")
			continue
		}
		fork := run.fork("w")
		fork.standsPaused()
		fork.resume()
		require.NoError(t, p.connection.SignalWorkflow(t.Context(), id, "", "go", 1))
		assert.Equal(t, "20489", fork.ending())
	}
}
