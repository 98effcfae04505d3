package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/expression"
	"dynamicsamples/blueprint/language"
)

// isPause is the timer with which a long computation ends a workflow task.
const isPause = "a pause in a long computation"

func (s *stage) pauses() int {
	count := 0
	for _, each := range s.commands {
		if each.Path == isPause {
			count++
		}
	}
	return count
}

// Guarantee 3: a run that computes for long ends its workflow task now and then. The
// server would take the task away after ten seconds, and another worker would begin it
// anew, forever.
func TestLongComputationsPause(t *testing.T) {
	t.Parallel()
	costly := "${[1,2,3,4,5,6,7,8,9].map(a, [1,2,3,4,5,6,7,8,9].map(b, [1,2,3,4,5,6,7,8,9].map(c, a * b * c)).size())}"
	s := newStage(t, engine.Options{}).inline(document(`
steps:
  - {id: l, loop: [{id: s, set: {n: "`+costly+`"}}], times: "${input}", max: 10000}
output: ${vars}
`), 3000)
	require.NoError(t, s.err)
	assert.NotZero(t, s.pauses())
	assert.Less(t, s.pauses(), 20)

	s = newStage(t, engine.Options{}).inline(document(`
steps: [{id: l, loop: [{id: s, set: {n: "${round}"}}], times: 1000}]
`), nil)
	require.NoError(t, s.err)
	assert.Zero(t, s.pauses(), "what is short needs none")
}

// Guarantee 3: a run that computes gives way again and again, and before it compiles a
// document. Else the SDK would take it for a deadlock after a second.
func TestLongComputationsGiveWay(t *testing.T) {
	t.Parallel()
	costly := "${[1,2,3,4,5,6,7,8,9].map(a, [1,2,3,4,5,6,7,8,9].map(b, [1,2,3,4,5,6,7,8,9].map(c, a * b * c)).size())}"
	ways := func(rounds int) int {
		s := newStage(t, engine.Options{}).inline(document(`
steps:
  - {id: l, loop: [{id: s, set: {n: "`+costly+`"}}], times: "${input}", max: 10000}
output: ${vars}
`), rounds)
		require.NoError(t, s.err)
		return s.coroutines
	}
	assert.Equal(t, 1, ways(1))
	hundred := ways(100)
	assert.Greater(t, hundred, 3)
	assert.InDelta(t, 3*hundred, ways(300), 0.2*float64(3*hundred))
}

// What one value may cost is bounded, not only what each of its expressions may.
func TestTheCostOfAValueIsBounded(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{}).inline(document(`
budget: {cost: 2000}
steps:
  - {id: one, set: {a: "${input.map(x, x + 1).size()}"}}
  - {id: many, set: {a: "${input.map(x, x + 1).size()}", b: "${input.map(x, x + 2).size()}", c: "${input.map(x, x + 3).size()}", d: "${input.map(x, x + 4).size()}", e: "${input.map(x, x + 5).size()}"}}
`), make([]int, 100))
	assert.Equal(t, `failed BudgetExceeded: step many: the budget allows cost: 2000 ["cost",2000]`, s.ending())
}

// The outputs of local activities are a part of the answer to the workflow task in which
// they end. That must not become too large.
func TestLocalOutputsArePartOfTheirTask(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", 400_000)
	for _, kind := range []string{
		`{id: l, loop: [{id: e, activity: echo, local: true, with: "${input}"}, {id: s, set: {x: 1}}], times: 15}`,
		`{id: m, map: [{id: e, activity: echo, local: true, with: "${input}"}, {id: s, set: {x: 1}}], over: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15], concurrency: 15}`,
	} {
		s := newStage(t, engine.Options{}).inline(document(`
steps: [`+kind+`]
output: done`), large)
		require.NoError(t, s.err)
		assert.GreaterOrEqual(t, s.pauses(), 2, kind)
		assert.Len(t, s.calls(), 15)
		assert.LessOrEqual(t, s.mostAtOnce, 4)
	}
}

// After the budget of steps is crossed there is a reserve, so that a catch and a finally
// can do something about it; and it is not endless.
func TestStepsHaveAReserve(t *testing.T) {
	t.Parallel()
	steps := func(rounds string) string {
		return document(`
budget: {steps: 20}
steps:
  - id: t
    try: [{id: l, loop: [{id: a, set: {x: 1}}], while: "${true}", max: 1000}]
    catch: [{types: [BudgetExceeded], steps: [{id: c, activity: work}, {id: d, loop: [{id: e, set: {x: 1}}], times: ` + rounds + `}]}]
    finally: [{id: f, activity: work}]
  - {id: last, activity: echo, with: 1}
`)
	}
	s := newStage(t, engine.Options{}).inline(steps("5"), nil)
	assert.Equal(t, 1.0, s.output())
	s = newStage(t, engine.Options{EventsPerRun: 1}).inline(steps("200"), nil)
	assert.Equal(t, engine.FailureBudgetExceeded, s.failure().Type())
	assert.Contains(t, s.failure().Message(), "t/catch/d[")
}

// manyMessages runs a document to which 20 messages of 20,000 bytes come, in runs of 10
// Events with 200,000 bytes of state.
func manyMessages(t *testing.T, version int, name string) *stage {
	large := strings.Repeat("x", 20_000)
	var events []event
	for i := range 20 {
		events = append(events, signals(1+float64(i)/100, name, large))
	}
	return stageAt(t, version, engine.Options{EventsPerRun: 10, Budget: budget(func(b *language.Budget) { b.StateBytes = 200_000 })}, events...).inline(document(`
steps:
  - {id: a, activity: work, undo: {activity: plain}}
  - id: t
    try: [{id: l, loop: [{id: s, sleep: 1s}], times: 10}, {id: last, wait: kept, timeout: 1s, on_timeout: []}]
    catch: [{types: [BudgetExceeded], steps: [{id: c, activity: plain}]}]
    finally: [{id: f, activity: plain}]
  - {id: done, set: {done: "${steps.t.output != null}"}}
`), nil)
}

// Messages that no step takes never fail a run: what may still be taken is kept, within
// bounds, and the rest is dropped and counted.
func TestMessagesMoreThanTheStateMayBe(t *testing.T) {
	t.Parallel()
	unknown := manyMessages(t, engine.Version, "unknown")
	assert.Equal(t, `{"done":false}`, unknown.ending())
	assert.Equal(t, 20, unknown.status().DroppedSignals)
	assert.Empty(t, unknown.status().Messages)
	kept := manyMessages(t, engine.Version, "kept")
	assert.Equal(t, `{"done":true}`, kept.ending())
	assert.Greater(t, kept.runs, 2)
	// A quarter of 200,000 bytes has room for two of 20,002 with their name.
	assert.Equal(t, 18, kept.status().DroppedSignals)
	assert.Equal(t, map[string]int{"kept": 1}, kept.status().Messages)
}

// A run of version 1 fails when messages that no step takes are more than the next run could
// be given, and undoes what it has done.
func TestMessagesMoreThanTheStateMayBeInVersion1(t *testing.T) {
	t.Parallel()
	s := manyMessages(t, 1, "unknown")
	assert.Equal(t, `failed BudgetExceeded: the budget allows stateBytes: 200000 ["stateBytes",200000]`, s.ending())
	assert.Equal(t, []string{"a", "t/finally/f", "a/undo"}, s.paths())
}

// Blueprints that start each other come to an end, however deep they are allowed to go.
func TestBlueprintsThatStartEachOther(t *testing.T) {
	t.Parallel()
	first := "blueprint: first\nversion: 1.0.0\nsteps: [{id: s, workflow: second@1.0.0}, {id: t, workflow: second@1.0.0}]"
	second := "blueprint: second\nversion: 1.0.0\nsteps: [{id: s, workflow: first@1.0.0}, {id: t, workflow: first@1.0.0}]"
	interpreter, err := engine.New(newCatalog(), engine.Options{
		Definitions: files(first, second), Budget: language.Budget{Children: 20, Depth: 1000},
	})
	require.NoError(t, err)
	s := stageOf(t, interpreter)
	s.real = true
	s.run("first", nil)
	assert.Equal(t, engine.FailureBudgetExceeded, s.failure().Type())
	assert.LessOrEqual(t, len(s.calls()), 20)
	assert.Positive(t, len(s.calls()))
}

// Depth is that of the blocks around, also of those in the parents and the plans.
func TestDepthGoesOnInChildrenAndPlans(t *testing.T) {
	t.Parallel()
	parent := func(depth string) string {
		return `
blueprint: parent
version: 1.0.0
budget: {depth: ` + depth + `}
steps: [{id: g, steps: [{id: c, workflow: child@1.0.0}]}]
`
	}
	child := `
blueprint: child
version: 1.0.0
steps: [{id: g, steps: [{id: t, try: [{id: h, steps: [{id: a, set: {x: deep}}]}], catch: [{types: [BudgetExceeded], steps: [{id: c, set: {caught: "${error}"}}]}]}]}]
`
	for depth, wants := range map[string]string{
		"5": `{"x":"deep"}`,
		"4": `{"caught":{"details":["depth",4],"message":"the budget allows depth: 4","step":"g/t/h","type":"BudgetExceeded"}}`,
	} {
		interpreter, err := engine.New(newCatalog(), engine.Options{Definitions: files(parent(depth), child)})
		require.NoError(t, err)
		s := stageOf(t, interpreter)
		s.real = true
		s.run("parent", nil)
		assert.Equal(t, wants, s.ending(), depth)
	}
}

// A document at the limits of what is read is checked in time.
func TestTheLargestDocuments(t *testing.T) {
	t.Parallel()
	var steps strings.Builder
	for range 9 {
		steps.WriteString("  - {id: a, activity: work, with: {output: \"" + strings.Repeat("x", 30_000) + "\"}}\n")
	}
	s := newStage(t, engine.Options{}).inline(document("steps:\n"+steps.String()), nil)
	assert.Equal(t, engine.FailureInvalidDocument, s.failure().Type())
	assert.Contains(t, s.failure().Message(), "bytes")
}

// An activity may give whatever it likes: an output that is more than can be handed on is
// a failure at once, and a long error loses its end, not its type.
func TestActivitiesThatGiveTooMuch(t *testing.T) {
	t.Parallel()
	catalog := engine.NewCatalog()
	catalog.Activity("large", func(_ context.Context, bytes int) (string, error) { return strings.Repeat("x", bytes), nil },
		engine.ActivityOptions{Local: true})
	catalog.Activity("wordy", func(_ context.Context, bytes int) error {
		text := strings.Repeat("x", bytes)
		return temporal.NewApplicationErrorWithOptions(text, "Wordy", temporal.ApplicationErrorOptions{
			NonRetryable: true, Details: []any{text}, Cause: errors.New(text),
		})
	}, engine.ActivityOptions{Local: true})
	interpreter, err := engine.New(catalog, engine.Options{})
	require.NoError(t, err)
	registered := activities{functions: map[string]any{}}
	interpreter.Register(registered)
	_, err = registered.functions["large"].(func(context.Context, int) (string, error))(t.Context(), 600_000)
	require.ErrorContains(t, err, "the budget allows outputBytes: 524288", "the activity itself has failed")
	err = registered.functions["wordy"].(func(context.Context, int) error)(t.Context(), 5_000_000)
	require.Less(t, len(err.Error()), 64<<10, "the activity itself says less")
	for _, local := range []string{"true", "false"} {
		for call, wants := range map[string]string{
			"activity: large, with: 500000":  `done`,
			"activity: large, with: 600000":  "BudgetExceeded: step a: the budget allows outputBytes: 524288",
			"activity: wordy, with: 10":      "Wordy: step a: xxxxxxxxxx",
			"activity: wordy, with: 5000000": "Wordy: step a: " + strings.Repeat("x", 32<<10) + "…",
		} {
			s := stageOf(t, interpreter)
			s.real = true
			s.inline(document(`
steps: [{id: a, local: `+local+`, `+call+`}]
output: done`), nil)
			if wants == "done" {
				require.NoError(t, s.err)
				continue
			}
			assert.Equal(t, wants, s.failure().Type()+": "+s.failure().Message(), call)
		}
	}
}

// activities are those that are registered on a worker.
type activities struct {
	worker.Registry
	functions map[string]any
}

func (a activities) RegisterActivityWithOptions(function any, options activity.RegisterOptions) {
	a.functions[options.Name] = function
}

func (activities) RegisterWorkflowWithOptions(any, workflow.RegisterOptions) {}

func (activities) RegisterDynamicWorkflow(any, workflow.DynamicRegisterOptions) {}

// The next run is given the input, too, and both have to fit.
func TestTheInputIsHandedOn(t *testing.T) {
	t.Parallel()
	options := engine.Options{EventsPerRun: 1, Budget: language.Budget{StateBytes: 4 << 20}}
	for version, wants := range map[int]string{
		1: `failed BudgetExceeded: the budget allows stateBytes: 4194304 ["stateBytes",4194304]`,
		engine.Version: `failed BudgetExceeded: the next run would be given 2001018 bytes, with the input and the definition, ` +
			`and one payload may have 1994752 ["payloadBytes",1994752]`,
	} {
		s := stageAt(t, version, options).inline(document(`
steps:
  - {id: a, set: {a: "${input}"}}
  - {id: b, set: {b: "${input}"}}
  - {id: c, set: {c: "${input}"}}
  - {id: d, sleep: 1s}
  - {id: e, sleep: 1s}
`), strings.Repeat("x", 500_000))
		assert.Equal(t, wants, s.ending())
	}
}

// What a failure says is bounded, wherever it comes from; a catch sees the same.
func TestWhatFailuresSayIsBounded(t *testing.T) {
	t.Parallel()
	const most = 32 << 10
	for name, steps := range map[string]string{
		"fail":     `{id: s, fail: {type: Bad, message: "${input}", details: ["${input}"]}}`,
		"when":     `{id: s, switch: [{when: "${input}", steps: [{id: a, activity: plain}]}]}`,
		"over":     `{id: s, over: "${input}", map: [{id: a, activity: plain}]}`,
		"times":    `{id: s, times: "${input}", max: 5, loop: [{id: a, activity: plain}]}`,
		"sleep":    `{id: s, sleep: "${input}"}`,
		"activity": `{id: s, activity: work, with: {fail: Bad, details: ["${input}"]}}`,
	} {
		s := newStage(t, engine.Options{}).inline(document(`
steps:
  - id: t
    try: [`+steps+`]
    catch: [{steps: [{id: c, set: {size: "${size(error.message)}", details: "${size(error.details)}"}}]}]
output: ["${vars.size}", "${vars.details}"]
`), strings.Repeat("x", 300_000))
		size := s.output().([]any)[0].(float64)
		assert.LessOrEqual(t, size, most+10.0, name)
		assert.Equal(t, 0.0, s.output().([]any)[1], name)
		failed := newStage(t, engine.Options{}).inline(document("steps: ["+steps+"]"), strings.Repeat("x", 300_000))
		assert.LessOrEqual(t, len(failed.failure().Message()), most+20, name)
	}
	at := newStage(t, engine.Options{}).inline(document(`
steps: [{id: s, fail: {type: Bad, message: "${input}", details: ["${input}"]}}]
`), strings.Repeat("x", most))
	assert.Equal(t, strings.Repeat("x", most), at.failure().Message()[len("step s: "):])
	assert.True(t, at.failure().HasDetails())
}

// The updates that are refused are told why in a text of bounded length, in every version.
func TestWhatRefusalsSayIsBounded(t *testing.T) {
	t.Parallel()
	for _, version := range []int{1, engine.Version} {
		s := stageAt(t, version, engine.Options{}, updates(1, "value", "go", strings.Repeat("x", 400_000)), updates(1, "name", strings.Repeat("n", 400_000), 1)).inline(document(`
steps: [{id: w, wait: go, timeout: 5s, on_timeout: [], schema: {enum: [1, 2]}}]
`), nil)
		for _, id := range []string{"value", "name"} {
			assert.LessOrEqual(t, len(s.replies[id].rejected.Error()), 64<<10, "%s, version %d", id, version)
		}
	}
}

// A value that nests too deep is refused for that, and not for its bytes.
func TestValuesNestOneHundredDeep(t *testing.T) {
	t.Parallel()
	nest := func(depth int) any {
		value := any(1)
		for range depth {
			value = []any{value}
		}
		return value
	}
	steps := document(`steps: [{id: a, set: {x: "${input}"}}]` + "\noutput: done")
	assert.Equal(t, `"done"`, newStage(t, engine.Options{}).inline(steps, nest(99)).ending())
	assert.Equal(t, `failed BudgetExceeded: step a: values may nest 100 deep ["levels",100]`, newStage(t, engine.Options{}).inline(steps, nest(102)).ending())
	assert.Equal(t, `failed BudgetExceeded: step a: the budget allows outputBytes: 524288 ["outputBytes",524288]`, stageAt(t, 1, engine.Options{}).inline(steps, nest(102)).ending())
}

// A message that no expression could use is refused, or dropped where nobody waits for an
// answer.
func TestMessagesNestOneHundredDeep(t *testing.T) {
	t.Parallel()
	deep := any(1)
	for range expression.Levels {
		deep = []any{deep}
	}
	s := newStage(t, engine.Options{}, updates(1, "beyond", "go", []any{deep}), signals(1, "go", []any{deep}), updates(2, "at", "go", deep)).
		inline(document("steps: [{id: a, wait: go}, {id: b, activity: work, with: {input: \"${steps.a.output}\"}}]\noutput: done"), nil)
	require.Equal(t, `"done"`, s.ending())
	assert.ErrorContains(t, s.replies["beyond"].rejected, "the message: values may nest 100 deep")
	assert.NoError(t, s.replies["at"].err)
	assert.Equal(t, 1, s.status().DroppedSignals)
}

// An input is read only if it is no larger than a value may be.
func TestInputsAreBounded(t *testing.T) {
	t.Parallel()
	steps := document(`
budget: {outputBytes: 1000}
steps: [{id: a, activity: work}]
output: ${size(input)}`)
	s := newStage(t, engine.Options{}).inline(steps, strings.Repeat("x", 998))
	assert.Equal(t, "998", s.ending())
	s = newStage(t, engine.Options{}).inline(steps, strings.Repeat("x", 999))
	assert.Equal(t, `failed BudgetExceeded: the budget allows outputBytes: 1000 ["outputBytes",1000]`, s.ending())
	assert.Empty(t, s.calls())
}

// The errors of local activities are part of the answer to their workflow task, too.
func TestLocalErrorsArePartOfTheirTask(t *testing.T) {
	t.Parallel()
	catalog := engine.NewCatalog()
	catalog.Activity("wordy", func(context.Context) error {
		return temporal.NewNonRetryableApplicationError(strings.Repeat("x", 30_000), "Wordy", nil)
	}, engine.ActivityOptions{Local: true})
	interpreter, err := engine.New(catalog, engine.Options{})
	require.NoError(t, err)
	s := stageOf(t, interpreter)
	s.real = true
	s.inline(document(`
steps: [{id: l, loop: [{id: t, try: [{id: a, activity: wordy, local: true}], catch: [{steps: [{id: c, set: {x: 1}}]}]}], times: 100}]
`), nil)
	require.NoError(t, s.err)
	assert.GreaterOrEqual(t, s.pauses(), 2)
}

// A record that is more than a run can be started with is refused.
func TestTooManyDefinitionsForOneRun(t *testing.T) {
	t.Parallel()
	var documents []string
	var steps strings.Builder
	for i := range 5 {
		name := "large-" + string(rune('a'+i))
		documents = append(documents, "blueprint: "+name+"\nversion: 1.0.0\nsteps: [{id: s, set: {x: \""+strings.Repeat("x", 200_000)+"\"}}]")
		steps.WriteString("  - {id: s" + string(rune('a'+i)) + ", workflow: " + name + "@1.0.0}\n")
	}
	interpreter, err := engine.New(newCatalog(), engine.Options{Definitions: files(documents...)})
	require.NoError(t, err)
	s := stageOf(t, interpreter).inline(document("steps:\n"+steps.String()), nil)
	require.Error(t, s.err)
	assert.Equal(t, engine.FailureInvalidDocument, s.failure().Type())

	s = stageOf(t, interpreter)
	s.answers = object{"p": plainYAML(t, "steps:\n"+steps.String())}
	s.inline(document(`steps: [{id: p, plan: plan}]`), nil)
	require.Error(t, s.err)
	assert.Equal(t, engine.FailureInvalidPlan, s.failure().Type())
}

// What a run has to remember is measured before it goes on in a new one: the failures that
// wait for others to end are large, too.
func TestLargeFailuresThatAreRemembered(t *testing.T) {
	t.Parallel()
	for large, wants := range map[int]string{
		300_000: `failed BudgetExceeded: the budget allows stateBytes: 1048576 ["stateBytes",1048576]`,
		3_000:   `"done"`,
	} {
		// Since version 2 what a failure says is bounded before.
		s := stageAt(t, 1, engine.Options{EventsPerRun: 1}).inline(document(`
steps:
  - id: m
    map:
      - id: r
        race:
          a: [{id: f, fail: {type: Bad, message: "${input}", details: ["${input}"]}}]
          b: [{id: s, sleep: "${item}"}]
    over: [1, 2, 3, 4, 5, 6]
output: done
`), strings.Repeat("x", large))
		assert.Equal(t, wants, s.ending())
	}
}
