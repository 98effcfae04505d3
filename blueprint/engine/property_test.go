package engine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	commonpb "go.temporal.io/api/common/v1"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/expression"
	"dynamicsamples/blueprint/language"
	"dynamicsamples/blueprint/reference"
	"dynamicsamples/blueprint/reference/generate"
)

// cases is how many random blueprints each property is tried with.
func cases(standard uint64) uint64 {
	if number, err := strconv.ParseUint(os.Getenv("BLUEPRINT_CASES"), 10, 64); err == nil {
		return number
	}
	return standard
}

// TestItDoesWhatTheReferenceDoes compares random blueprints: what is called with which
// arguments and when, how often each step runs and fails, and how the run ends.
func TestItDoesWhatTheReferenceDoes(t *testing.T) {
	t.Parallel()
	for seed := range cases(150) {
		agree(t, generate.New(seed, generate.Timed), 0)
	}
}

// TestContinueAsNewIsInvisible compares random blueprints that go on in a new run again
// and again.
func TestContinueAsNewIsInvisible(t *testing.T) {
	t.Parallel()
	for seed := range cases(100) {
		agree(t, generate.New(seed, generate.Calm), 1+int(seed%40))
	}
}

func FuzzItDoesWhatTheReferenceDoes(f *testing.F) {
	f.Add(uint64(0))
	f.Fuzz(func(t *testing.T, seed uint64) { agree(t, generate.New(seed, generate.Timed), 0) })
}

func FuzzContinueAsNewIsInvisible(f *testing.F) {
	f.Add(uint64(0), uint8(5))
	f.Fuzz(func(t *testing.T, seed uint64, events uint8) {
		agree(t, generate.New(seed, generate.Calm), 1+int(events))
	})
}

// agree runs the case in the reference and in the interpreter. With a number of events
// the interpreter goes on in a new run after so many. It returns how many failures were held.
func agree(t *testing.T, c generate.Case, events int) int {
	t.Helper()
	timed := events == 0
	want := reference.Run(c.Definition, c.Input, worldOf(c, testRunID))
	world := newFakeWorld(c.World())
	got, attempts, runs := interpretIn(t, c, events, world)
	message := fmt.Sprintf("%d runs, a new one after %d events, of %v", runs, events, c)
	require.Equal(t, want.Fingerprint(timed), got.Fingerprint(timed), message)
	require.Equal(t, documented(want.Attempts(), attempts), attempts, message)
	return world.held
}

// worldOf is the world of the case where the blueprint began in the run.
func worldOf(c generate.Case, run string) reference.World {
	world := c.World()
	world.Key = func(path string) string { return engine.KeyIn(run, path) }
	world.Unique = func(path, place string) string { return engine.UUIDIn(run, path, "", place) }
	return world
}

// documented are the attempts of the steps that the document has, also of those that
// never ran. What ran of a plan is no longer told when the run has ended.
func documented(all, known map[string]reference.Attempts) map[string]reference.Attempts {
	documented := map[string]reference.Attempts{}
	for id := range known {
		documented[id] = all[id]
	}
	return documented
}

// interpretIn runs the case in the SDK's test environment, in a world, run after run.
func interpretIn(t *testing.T, c generate.Case, events int, world *fakeWorld) (outcome reference.Outcome, attempts map[string]reference.Attempts, runs int) {
	t.Helper()
	interpreter, err := engine.New(catalogOf("", slices.Collect(maps.Keys(c.Plans))...), engine.Options{EventsPerRun: events, SearchAttributes: world.world.Search, Operations: switched()})
	require.NoError(t, err)
	canonical, err := language.Canonical(c.Definition)
	require.NoError(t, err)
	arguments := []any{json.RawMessage(canonical), c.Input}
	now := world.world.Started
	for {
		runs++
		environment := environmentAt(now, world, interpreter)
		if runs > 1 {
			environment.SetContinuedExecutionRunID(testRunID)
		}
		// Not earlier: while a run has not begun, the environment's clock goes by itself.
		world.history = 0
		environment.SetOnTimerFiredListener(func(string) { world.newTask(environment) })
		world.begun = func() { deliver(environment, world, now) }
		world.answered = map[string]bool{}
		world.waits = func() { world.look(environment) }
		environment.ExecuteWorkflow(engine.InlineWorkflow, arguments...)
		now = environment.Now()
		var next *workflow.ContinueAsNewError
		if errors.As(environment.GetWorkflowError(), &next) {
			arguments = raw(next.Input)
			continue
		}
		outcome = outcomeOf(t, environment, world)
		status, err := environment.QueryWorkflow(engine.StatusQuery)
		require.NoError(t, err)
		return outcome, attemptsIn(t, status, c), runs
	}
}

func environmentAt(now time.Time, world *fakeWorld, interpreter *engine.Interpreter) *testsuite.TestWorkflowEnvironment {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	environment := suite.NewTestWorkflowEnvironment()
	environment.SetTestTimeout(time.Minute)
	environment.SetStartTime(now)
	environment.SetWorkerOptions(worker.Options{
		Interceptors:             []interceptor.WorkerInterceptor{world},
		DeadlockDetectionTimeout: time.Minute, // the machine may be busy
	})
	environment.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: world.world.ID})
	interpreter.Register(environment)
	return environment
}

// deliver lets what is still to come from the outside come.
func deliver(environment *testsuite.TestWorkflowEnvironment, world *fakeWorld, now time.Time) {
	passed := now.Sub(world.world.Started)
	world.operate(environment, passed)
	world.askForHolds(environment, passed)
	if world.operators != nil {
		world.operators.world = world
		world.operators.comeTo(environment)
	}
	for i, each := range world.world.Messages {
		if each.At > passed {
			environment.RegisterDelayedCallback(func() {
				world.newTask(environment)
				bring(environment, i, each)
			}, each.At-passed)
		}
	}
	if cancel := world.world.CancelAt; cancel > passed {
		environment.RegisterDelayedCallback(func() {
			world.newTask(environment)
			environment.CancelWorkflow()
		}, cancel-passed)
	}
}

// bring sends every other message by an update; one that is refused is dropped as a signal is.
func bring(environment *testsuite.TestWorkflowEnvironment, number int, message reference.Message) {
	if number%2 == 0 {
		environment.SignalWorkflow(message.Name, message.Value)
		return
	}
	answers := &testsuite.TestUpdateCallback{OnAccept: func() {}, OnReject: func(error) {}, OnComplete: func(any, error) {}}
	environment.UpdateWorkflow(engine.MessageUpdate, fmt.Sprint("message ", number), answers, engine.NewMessage(message.Name, message.Value))
}

func outcomeOf(t *testing.T, environment *testsuite.TestWorkflowEnvironment, world *fakeWorld) reference.Outcome {
	t.Helper()
	var output json.RawMessage
	err := environment.GetWorkflowError()
	if err == nil {
		require.NoError(t, environment.GetWorkflowResult(&output))
	}
	outcome := ended(t, output, err)
	outcome.Called, outcome.Ended = world.called, environment.Now().Sub(world.world.Started)
	outcome.Searched = map[string]any{}
	for key, each := range world.searched.GetUntypedValues() {
		outcome.Searched[key.GetName()] = each
	}
	return outcome
}

// ended is how a run ended, as its caller sees it.
func ended(t *testing.T, output json.RawMessage, err error) reference.Outcome {
	t.Helper()
	if err == nil {
		return reference.Outcome{Ending: reference.Completed, Output: decoded(output)}
	}
	if temporal.IsCanceledError(err) {
		return reference.Outcome{Ending: reference.Canceled}
	}
	var failed *temporal.ApplicationError
	require.ErrorAs(t, err, &failed, "%v", err)
	require.NotEqual(t, engine.FailureInvalidDocument, failed.Type(), failed.Message())
	return reference.Outcome{Ending: reference.Failed, Failure: failureIn(t, failed)}
}

// failureIn is the failure that the caller of a run gets.
func failureIn(t *testing.T, err *temporal.ApplicationError) *reference.Failure {
	t.Helper()
	failure := &reference.Failure{Type: err.Type()}
	if text, ofStep := strings.CutPrefix(err.Message(), "step "); ofStep {
		failure.Step, failure.Message, _ = strings.Cut(text, ": ")
	}
	failure.Message, _, _ = strings.Cut(failure.Message, "; ") // what could not be undone
	for count := 1; ; count++ {
		details, pointers := make([]json.RawMessage, count), make([]any, count)
		for i := range details {
			pointers[i] = &details[i]
		}
		if err.Details(pointers...) != nil || details[count-1] == nil {
			return failure
		}
		failure.Details = append(failure.Details, decoded(details[count-1]))
	}
}

// attemptsIn counts how often each step of the document ran, by what the run tells of
// itself.
func attemptsIn(t *testing.T, answer converter.EncodedValue, c generate.Case) map[string]reference.Attempts {
	t.Helper()
	var status engine.Status
	require.NoError(t, answer.Get(&status))
	attempts := map[string]reference.Attempts{}
	var count func(steps []engine.StepStatus)
	count = func(steps []engine.StepStatus) {
		for _, each := range steps {
			assert.Zero(t, each.Running, "step %s still runs in %v", each.ID, c)
			attempts[each.ID] = reference.Attempts{Started: each.Attempts, Failed: each.Failures}
			count(each.Steps)
		}
	}
	count(status.Steps)
	return attempts
}

// catalogOf is the generator's catalog, for the interpreter, with activities that plan. The
// functions only tell their types. startToClose may be "", for the interpreter's own.
func catalogOf(startToClose language.Duration, planners ...string) *engine.Catalog {
	catalog := engine.NewCatalog()
	options := engine.ActivityOptions{Options: language.Options{StartToClose: startToClose}}
	worked := func(context.Context, any) (work, error) { return work{}, nil }
	anything := func(context.Context, any) (any, error) { return nil, nil }
	catalog.Activity("work", worked, options)
	catalog.Activity("fragile", worked, options)
	catalog.Activity("number", func(context.Context, any) (int, error) { return 0, nil }, engine.ActivityOptions{Local: true})
	for _, name := range append(planners, "take_back") {
		catalog.Activity(name, anything, options)
	}
	for _, name := range []string{"sub", "fragile_sub", generate.Detached} {
		catalog.Workflow(name, func(workflow.Context, any) (work, error) { return work{}, nil }, engine.WorkflowOptions{})
	}
	return catalog
}

type work struct {
	Count int    `json:"count"`
	Name  string `json:"name"`
	OK    bool   `json:"ok"`
	List  []int  `json:"list"`
}

// raw are the arguments as they are, to be passed on.
func raw(payloads *commonpb.Payloads) []any {
	var arguments []any
	for _, each := range payloads.GetPayloads() {
		arguments = append(arguments, converter.NewRawValue(each))
	}
	return arguments
}

// decoded is a value as it comes out of JSON.
func decoded(value any) any {
	text, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("%v is no JSON: %v", value, err))
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var result any
	if err := decoder.Decode(&result); err != nil {
		panic(fmt.Sprintf("%s is no JSON: %v", text, err))
	}
	return expression.Normalize(result)
}

func payloadsOf(value any) *commonpb.Payloads {
	payloads, err := converter.GetDefaultDataConverter().ToPayloads(value)
	if err != nil {
		panic(fmt.Sprintf("%v is no JSON: %v", value, err))
	}
	return payloads
}

// TestAPauseIsInvisible pauses random blueprints, whose result does not depend on time, before
// some of their calls, and resumes them: the run does what it would have done. Half of them go on
// in a new run again and again.
func TestAPauseIsInvisible(t *testing.T) {
	t.Parallel()
	waited := 0
	for seed := range cases(200) {
		c := generate.New(seed, generate.Calm)
		want := reference.Run(c.Definition, c.Input, worldOf(c, testRunID))
		events := 0
		if seed%2 == 1 {
			events = 1 + int(seed%40)
		}
		world := newFakeWorld(c.World())
		world.pauses = pausesOf(want, seed, world.world.CancelAt)
		got, attempts, runs := interpretIn(t, c, events, world)
		message := fmt.Sprintf("%d runs, paused at %v, of %v", runs, world.pauses, c)
		require.Equal(t, want.Fingerprint(false), got.Fingerprint(false), message)
		require.Equal(t, documented(want.Attempts(), attempts), attempts, message)
		waited += world.waited
	}
	require.Greater(t, waited, 100, "what waits at gates")
}

// pause is one that begins after a time, and lasts for some.
type pause struct {
	at, lasts time.Duration
	step      string
	// replace is a document that takes the place of the run's meanwhile.
	replace json.RawMessage
}

// pausesOf are some pauses of the run, or of a step, where something is called.
func pausesOf(outcome reference.Outcome, seed uint64, cancelAt time.Duration) []pause {
	var pauses []pause
	at := time.Duration(0)
	for i, each := range outcome.Called {
		if uint64(i)%2 != seed%2 || each.At < at || cancelAt > each.At && cancelAt < each.At+time.Minute {
			continue // A cancel ends what waits.
		}
		// Short enough that nothing beside overtakes what waits.
		made := pause{at: max(0, each.At-time.Millisecond), lasts: time.Duration(1+seed%7) * time.Second}
		if seed%4 > 1 && !strings.Contains(each.Path, "plan:") {
			made.step = strings.TrimSuffix(each.Path, "/undo")
		}
		pauses = append(pauses, made)
		if at = made.at + made.lasts + time.Second; len(pauses) == 5 {
			return pauses
		}
	}
	return pauses
}

// countReplaced counts the documents that were replaced.
func (w *fakeWorld) countReplaced() *testsuite.TestUpdateCallback {
	return &testsuite.TestUpdateCallback{OnAccept: func() {}, OnReject: func(error) {}, OnComplete: func(_ any, err error) {
		if err == nil {
			w.replaced++
		}
	}}
}

// operate pauses and resumes, and looks at what waits in between. A resume comes again and again:
// it may come between two runs.
func (w *fakeWorld) operate(environment *testsuite.TestWorkflowEnvironment, passed time.Duration) {
	ask := func(at time.Duration, operation engine.Operation) {
		if at > passed || at == passed && !w.asksOnce {
			environment.RegisterDelayedCallback(func() {
				environment.UpdateWorkflow(engine.OperateUpdate, fmt.Sprint(operation, at), ignoreAnswer(), operation)
			}, at-passed)
		}
	}
	for _, each := range w.pauses {
		ask(each.at, engine.Operation{Op: "pause", Step: each.step})
		if at := each.at + each.lasts/2; each.replace != nil && at >= passed {
			environment.RegisterDelayedCallback(func() {
				environment.UpdateWorkflow(engine.OperateUpdate, fmt.Sprint("replace", at), w.countReplaced(), engine.Operation{Op: "replace", Document: each.replace})
			}, at-passed)
		}
		for again := range 5 {
			ask(each.at+each.lasts+time.Duration(again)*time.Hour, engine.Operation{Op: "resume", Step: each.step})
		}
		if look := each.at + each.lasts - time.Millisecond; look >= passed {
			environment.RegisterDelayedCallback(func() {
				if answer, err := environment.QueryWorkflow(engine.StatusQuery); err == nil {
					var status engine.Status
					_ = answer.Get(&status)
					w.waited += len(status.AtGates)
				}
			}, look-passed)
		}
	}
}

func ignoreAnswer() *testsuite.TestUpdateCallback {
	return &testsuite.TestUpdateCallback{OnAccept: func() {}, OnReject: func(error) {}, OnComplete: func(any, error) {}}
}
