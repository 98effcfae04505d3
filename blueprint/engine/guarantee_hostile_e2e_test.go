//go:build e2e

package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/engine"
)

// Guarantee 3: hostile documents, plans and outputs end as typed failures within seconds,
// and other runs of the same worker go on undisturbed.
func TestHostileInput(t *testing.T) {
	p := newPlant(t)
	p.work("hostile", p.hostile())
	stop := p.bystanders("hostile")
	t.Run("cases", func(t *testing.T) {
		for _, each := range hostileInput() {
			t.Run(each.name, func(t *testing.T) {
				t.Parallel()
				run := p.start("hostile", strings.ReplaceAll(each.name, " ", "-"), engine.InlineWorkflow, document(each.document), each.input)
				assert.Less(t, run.took(), longestHostile)
				failure := run.failure(t)
				assert.Equal(t, each.kind, failure.Type())
				assert.Contains(t, failure.Message(), each.message)
				assert.Empty(t, p.trouble(t, run))
			})
		}
	})
	stop(t)
}

// hostile is the interpreter of a catalog whose activities are no better than the documents.
func (p *plant) hostile() *engine.Interpreter {
	catalog := p.catalog()
	large := func(_ context.Context, megabytes int) (string, error) { return strings.Repeat("x", megabytes<<20), nil }
	catalog.Activity("large", large, engine.ActivityOptions{Local: true})
	wordy := func(_ context.Context, megabytes int) error {
		return temporal.NewNonRetryableApplicationError(strings.Repeat("x", megabytes<<20), "Wordy", nil)
	}
	catalog.Activity("wordy", wordy, engine.ActivityOptions{Local: true})
	catalog.Workflow("large_sub", func(workflow.Context) (string, error) { return strings.Repeat("x", 3<<20), nil }, engine.WorkflowOptions{})
	plan := func(steps ...any) func(context.Context) (any, error) {
		return func(context.Context) (any, error) { return object{"steps": steps}, nil }
	}
	again := object{"id": "a", "plan": "plan_again"}
	catalog.Activity("plan_again", plan(again), engine.ActivityOptions{})
	catalog.Activity("plan_and_plan", plan(object{"id": "l", "loop": []any{object{"id": "a", "plan": "plan_nothing"}}, "times": 1000}), engine.ActivityOptions{})
	catalog.Activity("plan_nothing", plan(object{"id": "s", "set": object{"x": 1}}), engine.ActivityOptions{})
	interpreter, err := engine.New(catalog, engine.Options{})
	require.NoError(p.t, err)
	return interpreter
}

type hostileCase struct {
	name, document string
	input          any
	kind, message  string
}

func hostileInput() []hostileCase {
	const invalid, exceeded = engine.FailureInvalidDocument, engine.FailureBudgetExceeded
	return []hostileCase{
		{"deep steps", "steps: [" + nested("{id: a, steps: [", "{id: a, sleep: 1s}", "]}", 5000) + "]", nil, invalid, "values are nested more than 200 deep"},
		{"deep blocks", "steps: [" + nested("{id: a, steps: [", "{id: a, sleep: 1s}", "]}", 40) + "]", nil, invalid, "blocks are nested deeper than the 32 levels that the budget allows"},
		{"deep values", "steps: [{id: a, set: {x: " + nested("[", "1", "]", 100_000) + "}}]", nil, invalid, "values are nested more than 200 deep"},
		{"alias bomb", aliasBomb(10) + "steps: [{id: a, set: {x: 1}}]", nil, invalid, "there are more than 100000 values, with what aliases stand for"},
		{"a million items", `steps: [{id: m, map: [{id: a, activity: work}], over: "${input}"}]`, make([]int, 1_000_000), exceeded, "the budget allows outputBytes: 524288"},
		{"many items", `steps: [{id: m, map: [{id: a, activity: work}], over: "${input}", concurrency: 1000}]`, make([]int, 10_001), exceeded, "the budget allows items: 10000"},
		{"endless while", `steps: [{id: l, loop: [{id: a, set: {x: 1}}], while: "${true}", max: 10000}]`, nil, exceeded, "the budget allows rounds: 10000"},
		{"endless by a large maximum", `steps: [{id: l, loop: [{id: a, set: {x: 1}}], while: "${true}", max: 1000000000}]`, nil, invalid, "the budget allows 10000 rounds"},
		{"endless graph", `steps: [{id: g, graph: [{id: a, set: {x: 1}, next: b}, {id: b, set: {x: 2}, next: a}]}]`, nil, exceeded, "the budget allows rounds: 10000"},
		{"exploding expression", `steps: [{id: a, set: {x: "${` + nested("[1,2,3,4,5,6,7,8,9].map(a, ", "1", ")", 9) + `}"}}]`, nil, exceeded, "the budget allows cost: 100000"},
		{"doubling text", "vars: {x: xxxxxxxxxx}\nsteps: [{id: l, loop: [{id: a, set: {x: \"${vars.x + vars.x}\"}}], times: 100}]", nil, exceeded, "the budget allows outputBytes: 524288"},
		// The server refuses more than 2 MiB, and more than 4 MiB never reach it.
		{"output over 2 MiB", "steps: [{id: a, activity: large, with: 3}]", nil, exceeded, "the budget allows outputBytes: 524288"},
		{"output over 4 MiB", "steps: [{id: a, activity: large, with: 5}]", nil, exceeded, "the budget allows outputBytes: 524288"},
		{"local output over 2 MiB", "steps: [{id: a, activity: large, with: 3, local: true}]", nil, exceeded, "the budget allows outputBytes: 524288"},
		{"local output over 4 MiB", "steps: [{id: a, activity: large, with: 5, local: true}]", nil, exceeded, "the budget allows outputBytes: 524288"},
		{"error over 4 MiB", "steps: [{id: a, activity: wordy, with: 5}]", nil, "Wordy", "step a: xxx"},
		{"local error over 4 MiB", "steps: [{id: a, activity: wordy, with: 5, local: true}]", nil, "Wordy", "step a: xxx"},
		{"output of a child over 2 MiB", "steps: [{id: a, workflow: large_sub}]", nil, engine.FailureChildTerminated, "terminated"},
		{"unknown activity", "steps: [{id: a, activity: rm, with: /}]", nil, invalid, `there is no activity "rm" in the catalog`},
		{"unknown child", "steps: [{id: a, workflow: rm}]", nil, invalid, `there is no child workflow "rm" in the catalog`},
		{"unknown activity in a plan", "steps: [{id: a, plan: echo, with: {steps: [{id: b, activity: rm}]}}]", nil, engine.FailureInvalidPlan, `there is no activity "rm" in the catalog`},
		{"a plan that plans itself", "steps: [{id: a, plan: plan_again}]", nil, engine.FailureInvalidPlan, "blocks are nested deeper than the 32 levels that the budget allows"},
		{"a plan that never stops planning", "steps: [{id: a, plan: plan_and_plan}]", nil, exceeded, "the budget allows plans: 100"},
	}
}

func nested(open, inside, end string, depth int) string {
	return strings.Repeat(open, depth) + inside + strings.Repeat(end, depth)
}

// aliasBomb is some variables, each ten times the one before.
func aliasBomb(count int) string {
	bomb := "vars:\n  a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n"
	for i := range count {
		bomb += fmt.Sprintf("  a%d: &a%d [%s]\n", i+1, i+1, many(10, func(int) string { return fmt.Sprintf("*a%d", i) }))
	}
	return bomb
}

// failure is that with which the run ends.
func (r *ran) failure(t *testing.T) *temporal.ApplicationError {
	t.Helper()
	var failure *temporal.ApplicationError
	require.ErrorAs(t, r.Get(t.Context(), nil), &failure)
	return failure
}

// took waits until the run has ended and tells how long that took by the server's clock.
// It asks again and again: a server that has much to do sometimes forgets to tell a
// client that waits, which then asks again after 20 seconds.
func (r *ran) took() time.Duration {
	ctx, stop := context.WithTimeout(r.plant.t.Context(), time.Minute)
	defer stop()
	for ctx.Err() == nil {
		described, err := r.plant.connection.DescribeWorkflow(ctx, r.GetID(), "")
		if err == nil && described.WorkflowCloseTime != nil {
			return described.WorkflowCloseTime.Sub(described.WorkflowStartTime)
		}
		wait(ctx, 20*time.Millisecond)
	}
	return time.Minute
}

// longestOrdinary is how long an ordinary run may take beside hostile ones. It takes 30 ms
// on a machine with nothing else to do; a worker that is blocked, or a task that is lost,
// costs ten seconds.
const longestOrdinary = 5 * time.Second

// bystanders starts small ordinary runs on the queue, one after the other, until it is
// stopped, and then expects that nothing has disturbed them.
func (p *plant) bystanders(queue string) (stop func(t *testing.T)) {
	ctx, cancel := context.WithCancel(p.t.Context())
	done := make(chan struct{})
	var runs []*ran
	var took []time.Duration
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			run := p.start(queue, fmt.Sprint("ordinary-", len(runs)), engine.InlineWorkflow, document(ordinary), 7)
			runs, took = append(runs, run), append(took, run.took())
			wait(ctx, 50*time.Millisecond)
		}
	}()
	return func(t *testing.T) {
		cancel()
		<-done
		for _, run := range runs {
			require.Equal(t, `[{"left":7,"right":14},"worked"]`, run.ending())
			require.Empty(t, p.trouble(t, run))
		}
		slices.Sort(took)
		t.Log(len(runs), "ordinary runs took", took[len(took)/2], "and at most", took[len(took)-1])
		assert.Greater(t, len(runs), 20)
		assert.Less(t, took[len(took)-1], longestOrdinary)
	}
}

const ordinary = `
steps:
  - id: p
    parallel:
      left: [{id: a, activity: work, with: {output: "${input}"}}]
      right: [{id: b, activity: echo, local: true, with: "${input * 2}"}]
  - {id: w, activity: work, with: {output: worked}}
output: ["${steps.p.output}", "${steps.w.output}"]
`

// Guarantee 3: no blueprint, however hostile, leaves a run stuck on a failing workflow
// task, or blocks a worker until the deadlock detector finds it.
func TestHostileDocuments(t *testing.T) {
	p := newPlant(t)
	p.work("hostile", p.interpreter(engine.Options{}))
	outer, inner := 3, 100
	if isSoak() {
		outer, inner = 10, 300
	}
	stop := p.bystanders("hostile")
	costly := "${[1,2,3,4,5,6,7,8,9,10].map(a, [1,2,3,4,5,6,7,8,9,10].map(b, [1,2,3,4,5,6,7,8,9,10].map(c, [1,2,3,4,5,6].map(d, a * b * c * d)).size()).size()).size()}"
	half := strings.Repeat("x", 400_000)
	cases := []struct {
		name, steps string
		input       any
		ending      string
	}{
		{"rounds of nothing", `
steps:
  - id: outer
    loop: [{id: inner, loop: [{id: s, set: {n: "${round}"}}], times: 9900}]
    times: ` + fmt.Sprint(outer) + `
output: done`, nil, `"done"`},
		{"costly expressions", `
steps: [{id: l, loop: [{id: s, set: {n: "` + costly + `"}}], times: ` + fmt.Sprint(inner) + `}]
output: done`, nil, `"done"`},
		{"a retry that never ends", `
budget: {steps: 60}
steps: [{id: g, retry: {maximumAttempts: 2000000000, initialInterval: 1ns, backoffCoefficient: 1}, steps: [{id: s, set: {n: "` + costly + `"}}, {id: f, fail: {type: Down}}]}]`,
			nil, `failed BudgetExceeded: step g#21: the budget allows steps: 60 ["steps",60]`},
		{"many blocks that are tried again at once", `
steps: [{id: m, over: "${input}", concurrency: 1000, tolerate: 100%, map: [{id: g, retry: {maximumAttempts: 4, initialInterval: 1ms}, steps: [{id: e, activity: echo, local: true, with: 1, undo: {activity: echo, with: 2}}, {id: f, fail: {type: Down}}]}]}]
output: done`, make([]int, 100), `"done"`},
		{"as many timers as there may be", `
steps: [{id: m, map: [{id: s, sleep: 2s}], over: "${input}", concurrency: 1000}]
output: done`, make([]int, 500), `"done"`},
		{"many costly expressions in a value", `
steps: [{id: s, set: {` + many(40, func(i int) string {
			return fmt.Sprintf(`n%d: "%s"`, i, strings.Replace(costly, "1,", fmt.Sprint(i+1, ","), 1))
		}) + `}}]
output: done`, nil, `failed BudgetExceeded: step s: the budget allows cost: 100000 ["cost",100000]`},
		{"large local outputs at once", `
steps: [{id: m, map: [{id: e, activity: echo, local: true, with: "${input}"}, {id: s, set: {x: 1}}], over: [1,2,3,4,5,6,7,8,9,10,11,12]}]
output: done`, half, `"done"`},
		{"large local outputs one after the other", `
steps: [{id: l, loop: [{id: e, activity: echo, local: true, with: "${input}"}, {id: s, set: {x: 1}}], times: 15}]
output: done`, half, `"done"`},
		{"large arguments at once", `
steps: [{id: m, map: [{id: e, activity: work, with: {input: "${input}"}}], over: [1,2,3,4,5,6,7,8,9,10,11,12], concurrency: 12}]
output: done`, half, `"done"`},
		{"large inputs of children at once", `
steps: [{id: m, map: [{id: e, workflow: sub, with: {input: "${input}"}}], over: [1,2,3,4,5,6,7,8,9,10,11,12], concurrency: 12}]
output: done`, half, `"done"`},
		{"many timers", `
steps: [{id: m, map: [{id: n, map: [{id: s, sleep: 3s}], over: "${input}", concurrency: 1000}, {id: e, set: {x: 1}}], over: "${input}", concurrency: 1000}]
output: done`, make([]int, 150), `failed BudgetExceeded: step m[4]/n[0]/s: the budget allows timers: 500 ["timers",500]`},
	}
	t.Run("cases", func(t *testing.T) {
		for _, each := range cases {
			t.Run(each.name, func(t *testing.T) {
				t.Parallel()
				id := strings.ReplaceAll(each.name, " ", "-")
				run := p.start("hostile", id, engine.InlineWorkflow, document(each.steps), each.input)
				took := run.took()
				if !assert.Less(t, took, time.Minute, "it is stuck") {
					assert.NoError(t, p.connection.TerminateWorkflow(t.Context(), id, "", ""))
				}
				assert.Equal(t, each.ending, run.ending())
				assert.Empty(t, p.trouble(t, run))
				t.Log(took, len(historiesOf(t, p.connection, id, run.first)))
			})
		}
	})
	stop(t)
}

// A server that has more than 100 events for a run whose workflow task is at a worker takes
// that task back and hands it out again with all of them. It looks like a failure in the
// history, and is none: nothing is lost or done twice but a local activity.
func TestMoreAtOnceThanTheServerKeepsBack(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	catalog := p.catalog()
	holding, release := make(chan struct{}), make(chan struct{})
	hold := func(context.Context) error {
		select {
		case holding <- struct{}{}:
		case <-release:
		}
		<-release
		return nil
	}
	catalog.Activity("hold", hold, engine.ActivityOptions{Local: true})
	interpreter, err := engine.New(catalog, engine.Options{})
	require.NoError(t, err)
	p.work("queue", interpreter)
	run := p.start("queue", "crowd", engine.InlineWorkflow, document(`
vars: {sum: 0}
steps:
  - {id: h, activity: hold, local: true}
  - {id: l, loop: [{id: w, wait: number}, {id: s, set: {sum: "${vars.sum + steps.w.output}"}}, {id: a, activity: work, with: {output: "${round}"}}], times: 150}
output: ${vars.sum}
`), nil)
	<-holding
	for i := range 150 {
		require.NoError(t, p.connection.SignalWorkflow(t.Context(), "crowd", "", "number", i))
	}
	close(release)
	assert.Equal(t, "11175", run.ending())
	assert.Len(t, p.calls, 150)
	for argument, count := range p.calls {
		assert.Equal(t, 1, count, argument)
	}
	taken := 0
	for _, event := range historiesOf(t, p.connection, "crowd", run.first)[0].Events {
		if event.GetWorkflowTaskFailedEventAttributes().GetCause() == enumspb.WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND {
			taken++
		}
	}
	assert.Positive(t, taken)
	assert.Empty(t, p.trouble(t, run))
}

func many(count int, each func(i int) string) string {
	var all []string
	for i := range count {
		all = append(all, each(i))
	}
	return strings.Join(all, ", ")
}
