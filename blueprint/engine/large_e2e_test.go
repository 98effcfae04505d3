//go:build e2e

package engine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint"
	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
	"dynamicsamples/blueprint/storage"
)

// large are the options for values of any size.
var large = engine.Options{
	PayloadBytes: 64 << 20,
	Budget:       language.Budget{OutputBytes: 8 << 20, StateBytes: 32 << 20, Cost: 100_000_000},
}

// store is a plant's external storage, which can lose things.
type store struct {
	*storage.Directory
	t    *testing.T
	path string
	// gone are what was lost, with their contents.
	mutex sync.Mutex
	gone  map[string][]byte
}

// What is stored with one of these words in it is lost at once.
const (
	drops   = "drop this"
	damages = "damage this"
)

// storeLarge makes the plant's clients and workers use external storage.
func (p *plant) storeLarge() *store {
	path := p.t.TempDir()
	directory, err := storage.NewDirectory(path)
	require.NoError(p.t, err)
	s := &store{Directory: directory, t: p.t, path: path, gone: map[string][]byte{}}
	options := client.Options{Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler))}
	require.NoError(p.t, storage.Use(&options, s.external()))
	p.connection, err = client.NewClientFromExistingWithContext(p.t.Context(), p.connection, options)
	require.NoError(p.t, err)
	p.t.Cleanup(p.connection.Close)
	return s
}

func (s *store) external() converter.ExternalStorage {
	return converter.ExternalStorage{Drivers: []converter.StorageDriver{s}, PayloadSizeThreshold: 16 << 10}
}

// Store implements converter.StorageDriver.
func (s *store) Store(ctx converter.StorageDriverStoreContext, payloads []*commonpb.Payload) ([]converter.StorageDriverClaim, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	claims, err := s.Directory.Store(ctx, payloads)
	for i := range claims {
		file := filepath.Join(s.path, claims[i].ClaimData["sha256"])
		content, err := os.ReadFile(file)
		require.NoError(s.t, err)
		if bytes.Contains(content, []byte(drops)) {
			assert.NoError(s.t, os.Remove(file))
			s.gone[file] = content
		}
		if bytes.Contains(content, []byte(damages)) {
			assert.NoError(s.t, os.Truncate(file, 100))
			s.gone[file] = content
		}
	}
	return claims, err
}

// findAgain brings back what was lost with the text in it.
func (s *store) findAgain(text string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found := 0
	for file, content := range s.gone {
		if bytes.Contains(content, []byte(text)) {
			assert.NoError(s.t, os.WriteFile(file, content, 0o600))
			found++
		}
	}
	assert.NotZero(s.t, found)
}

// objects are the files of what is stored, with their contents.
func (s *store) objects() map[string][]byte {
	files, err := filepath.Glob(filepath.Join(s.path, strings.Repeat("?", 64)))
	require.NoError(s.t, err)
	found := map[string][]byte{}
	for _, each := range files {
		found[each], err = os.ReadFile(each)
		require.NoError(s.t, err)
	}
	return found
}

// lose removes each object that has the text in it.
func (s *store) lose(text string) {
	lost := 0
	for file, content := range s.objects() {
		if bytes.Contains(content, []byte(text)) {
			require.NoError(s.t, os.Remove(file))
			lost++
		}
	}
	require.NotZero(s.t, lost)
}

// replayed replays each history of the run, with the storage.
func (s *store) replayed(run *ran, interpreter *engine.Interpreter) error {
	options := worker.WorkflowReplayerOptions{DisableRegistrationAliasing: true}
	require.NoError(s.t, storage.UseInReplay(&options, s.external()))
	for _, history := range historiesOf(s.t, run.plant.connection, run.GetID(), run.first) {
		replayer, err := worker.NewWorkflowReplayerWithOptions(options)
		require.NoError(s.t, err)
		interpreter.Register(onlyWorkflows{WorkflowRegistry: replayer})
		original := worker.ReplayWorkflowHistoryOptions{OriginalExecution: workflow.Execution{ID: run.GetID()}}
		if err := replayer.ReplayWorkflowHistoryWithOptions(nil, history, original); err != nil {
			return err
		}
	}
	return nil
}

// onlyWorkflows lets an interpreter register on a replayer.
type onlyWorkflows struct {
	worker.WorkflowRegistry
	worker.ActivityRegistry
	worker.NexusServiceRegistry
}

func (onlyWorkflows) RegisterActivityWithOptions(any, activity.RegisterOptions) {}

// mishaps is the trouble of a run, without what comes of purging the cache.
func (p *plant) mishaps(t *testing.T, run *ran) []string {
	return slices.DeleteFunc(p.trouble(t, run), isOfForgetting)
}

// isOfForgetting reports whether the trouble is that of a run that its worker has forgotten: the
// server then has a task for a longer history than it sends.
func isOfForgetting(trouble string) bool { return strings.Contains(trouble, "premature end of stream") }

// historyBytes is how large the histories of the run are together.
func (r *ran) historyBytes() (bytes int) {
	for _, history := range historiesOf(r.plant.t, r.plant.connection, r.GetID(), r.first) {
		encoded, err := json.Marshal(history)
		require.NoError(r.plant.t, err)
		bytes += len(encoded)
	}
	return bytes
}

// A plan of 5 MiB runs, on workers that forget the run again and again, goes on in a new
// run, and replays; the history has none of it.
func TestALargePlan(t *testing.T) {
	p := newPlant(t)
	p.taskTimeout = time.Minute // The race detector is slow with megabytes.
	s := p.storeLarge()
	forget(t)
	examples, err := blueprint.LargeExamples()
	require.NoError(t, err)
	p.work("queue", examples)
	run := p.start("queue", "run", "large-plan", object{"chapters": 64, "words": 23_405})
	assert.Equal(t, "1497920", run.ending())
	assert.Empty(t, p.mishaps(t, run))
	assert.Len(t, historiesOf(t, p.connection, "run", run.first), 2, "it has gone on with the plan in its state")
	assert.Less(t, run.historyBytes(), 300<<10)
	var largest int
	for _, each := range s.objects() {
		largest = max(largest, len(each))
	}
	assert.Greater(t, largest, 5<<20)

	nothing, err := engine.New(engine.NewCatalog(), engine.Options{})
	require.NoError(t, err)
	assert.NoError(t, s.replayed(run, nothing), "what the run needs is in its history and in the storage")
	s.lose("so it goes on")
	assert.Error(t, s.replayed(run, nothing), "without its values nobody can replay it")
}

// A definition of several MiB comes inline, its values go from step to step, through a
// local activity and to a child, and back by a message. The test runs before the parallel
// ones: the race detector is slow with megabytes, and a replay has a second for a task.
func TestLargeDefinitionsAndOutputs(t *testing.T) {
	p := newPlant(t)
	p.taskTimeout = time.Minute // The race detector is slow with megabytes.
	s := p.storeLarge()
	p.work("queue", p.interpreter(large))
	text := "text" + strings.Repeat("0123456789", 220<<10)
	run := p.start("queue", "run", engine.InlineWorkflow, document(`
vars: {text: `+text+`}
steps:
  - {id: a, activity: echo, with: "${vars.text}"}
  - {id: b, activity: echo, local: true, with: "${steps.a.output}"}
  - {id: c, workflow: sub, with: {output: "${steps.b.output}"}}
  - {id: d, wait: given}
output: ["${size(steps.c.output)}", "${steps.c.output == steps.d.output}", "${steps.a.output == input}"]
`), text)
	require.NoError(t, p.connection.SignalWorkflow(t.Context(), "run", "", "given", text))
	assert.Equal(t, `[2252804,true,true]`, run.ending())
	assert.Empty(t, p.trouble(t, run))
	assert.Less(t, run.historyBytes(), 100<<10)
	assert.NoError(t, s.replayed(run, p.interpreter(engine.Options{})))
}

// lossy is the plant's catalog with an activity whose output can be lost, and a child
// whose output can.
func (p *plant) lossy() *engine.Interpreter {
	catalog := p.catalog()
	catalog.Activity("assemble", func(_ context.Context, parts struct {
		Word string `json:"word"`
		Long string `json:"long"`
	}) (string, error) {
		return parts.Word + " this" + parts.Long, nil
	}, engine.ActivityOptions{Local: true})
	catalog.Activity("lengthen", func(_ context.Context, text string) (string, error) {
		return text + strings.Repeat("x", 20<<10), nil
	}, engine.ActivityOptions{})
	options := large
	options.Definitions = files(`
blueprint: part
version: 1.0.0
steps: [{id: w, sleep: 1ms}]
output: ${input.word + ' this' + input.long}
`)
	interpreter, err := engine.New(catalog, options)
	require.NoError(p.t, err)
	return interpreter
}

// What is lost before a step has it fails the step, at the first attempt, with a type that
// a catch can name. The run does the same in a replay, also when the value is there again.
func TestALostValueFailsTheStep(t *testing.T) {
	runsAlone(t)
	p := newPlant(t)
	s := p.storeLarge()
	p.work("queue", p.lossy())
	long := strings.Repeat("x", 20<<10)
	for name, step := range map[string]string{
		"an output":        `activity: assemble, with: "${input}"`,
		"an argument":      `activity: echo, with: "${input.word + ' this' + input.long}"`,
		"a child's input":  `workflow: sub, with: {output: "${input.word + ' this' + input.long}"}`,
		"a child's output": `workflow: part@1.0.0, with: "${input}"`,
	} {
		for word, want := range map[string]string{"drop": storage.Missing, "damage": storage.Damaged} {
			t.Run(name+" "+word, func(t *testing.T) {
				t.Parallel()
				id := name + word
				run := p.start("queue", id, engine.InlineWorkflow, document(`
vars: {caught: ""}
steps:
  - id: t
    try: [{id: lost, `+step+`}]
    catch: [{types: [`+want+`], steps: [{id: note, set: {caught: "${error.type}"}}]}]
  - {id: w, wait: go}
  - {id: last, activity: echo, with: "${vars.caught}"}
`), object{"word": word, "long": id + long})
				eventually(t, func() bool { return p.hasLost(t, run) })
				s.findAgain(" this" + id)
				worker.PurgeStickyWorkflowCache()
				require.NoError(t, p.connection.SignalWorkflow(t.Context(), id, "", "go", nil))
				assert.Equal(t, `"`+want+`"`, run.ending())
				assert.Empty(t, p.mishaps(t, run))
				for _, history := range historiesOf(t, p.connection, id, run.first) {
					for _, event := range history.Events {
						assert.LessOrEqual(t, event.GetActivityTaskStartedEventAttributes().GetAttempt(), int32(1))
					}
				}
				assert.NoError(t, s.replayed(run, p.interpreter(engine.Options{})))
			})
		}
	}
}

// hasLost reports whether the history tells of a loss. A query could be answered from a
// state that is not in the history yet.
func (p *plant) hasLost(t *testing.T, run *ran) bool {
	return slices.ContainsFunc(historiesOf(t, p.connection, run.GetID(), run.first)[0].Events, func(event *historypb.HistoryEvent) bool {
		return event.GetMarkerRecordedEventAttributes().GetMarkerName() == "Version" ||
			event.EventType == enumspb.EVENT_TYPE_ACTIVITY_TASK_FAILED || event.EventType == enumspb.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED
	})
}

// What a run was given, by its caller or by a message, and is lost, fails the run with its
// type; an update is refused.
func TestALostInputFailsTheRun(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	s := p.storeLarge()
	p.work("queue", p.lossy())
	waiting := document("steps: [{id: t, try: [{id: w, wait: go}], finally: [{id: f, activity: echo, with: 1}]}]")
	long := strings.Repeat("x", 20<<10)
	for word, want := range map[string]string{drops: storage.Missing, damages: storage.Damaged} {
		t.Run(word, func(t *testing.T) {
			for i, arguments := range [][]any{{waiting, word + long}, {waiting + "# " + word + long}} {
				run := p.start("queue", word+strconv.Itoa(i), engine.InlineWorkflow, arguments...)
				assert.Contains(t, run.ending(), "failed "+want+": ")
				assert.Empty(t, p.trouble(t, run))
			}
			run := p.start("queue", word+"named", "part", object{"word": word, "long": long})
			assert.Contains(t, run.ending(), "failed "+want+": ")

			run = p.start("queue", word, engine.InlineWorkflow, waiting)
			eventually(t, func() bool { return p.isRunning(t, word) })
			update, err := p.connection.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{
				WorkflowID: word, UpdateName: engine.MessageUpdate, WaitForStage: client.WorkflowUpdateStageCompleted,
				Args: []any{engine.NewMessage("go", word+long)},
			})
			require.NoError(t, err)
			var refused *temporal.ApplicationError
			require.ErrorAs(t, update.Get(t.Context(), nil), &refused)
			assert.Equal(t, want, refused.Type())
			require.NoError(t, p.connection.SignalWorkflow(t.Context(), word, "", "go", word+long))
			assert.Contains(t, run.ending(), "failed "+want+": ")
			assert.Contains(t, p.steps(t, run), "t/finally/f", "it ends as it would for any other failure")
			assert.Empty(t, p.trouble(t, run))
			assert.NoError(t, s.replayed(run, p.interpreter(engine.Options{})))
		})
	}
}

// A value that is lost when the run has used it fails the run when its worker has to
// replay it: nobody can tell what the run did with it.
func TestALossAfterwardsEndsTheRun(t *testing.T) {
	runsAlone(t)
	p := newPlant(t)
	s := p.storeLarge()
	p.work("queue", p.lossy())
	inputs := map[string]string{"the input": "the input this"}
	long := strings.Repeat("x", 20<<10)
	for name, step := range map[string]string{
		"an output":   `{id: a, activity: assemble, with: {word: "${run.id}", long: "${input}"}}`,
		"a local one": `{id: a, activity: assemble, local: true, with: {word: "${run.id}", long: "${input}"}}`,
		"a message":   `{id: a, wait: first}`,
		"a plan":      `{id: a, plan: work, with: {output: {steps: [{id: x, sleep: "1ms", summary: "${run.id + ' this' + input}"}]}}}`,
		"the input":   `{id: a, sleep: 1ms}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := p.start("queue", name, engine.InlineWorkflow, document(`
steps:
  - id: t
    try: [`+step+`]
    catch: [{steps: [{id: never, activity: echo, with: 2}]}]
  - {id: beside, parallel: {timer: [{id: s, sleep: 1h}], call: [{id: b, activity: echo, with: 1}], wait: [{id: w, wait: go}]}}
`), inputs[name]+long)
			if name == "a message" {
				require.NoError(t, p.connection.SignalWorkflow(t.Context(), name, "", "first", name+" this"+long))
			}
			eventually(t, func() bool { return slices.Contains(p.steps(t, run), "beside/call/b") })
			eventually(t, func() bool { return p.has(t, run, enumspb.EVENT_TYPE_TIMER_STARTED) })
			s.lose(name + " this")
			// A worker that is about to end a task keeps the run all the same.
			eventually(t, func() bool {
				worker.PurgeStickyWorkflowCache()
				_ = p.connection.SignalWorkflow(t.Context(), name, "", "other", nil)
				return !p.isRunning(t, name)
			})
			assert.Contains(t, run.ending(), "failed "+storage.Missing+": ")
			assert.NotContains(t, p.steps(t, run), "t/catch/never")
			assert.Empty(t, p.mishaps(t, run))
		})
	}
}

// A worker with another directory has lost nothing: its tasks fail until one with the
// right directory comes. By then the child has outlived the run that started it; its
// output, which is lost, fails the step all the same.
func TestALostOutputOfAChildThatIsWatched(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	wrong := &plant{t: t, connection: p.connection}
	wrong.storeLarge()
	p.storeLarge()
	options := large
	options.EventsPerRun = 20
	options.Definitions = files(`
blueprint: part
version: 1.0.0
steps: [{id: w, wait: go}]
output: ${input.word + ' this' + input.long}
`)
	stop := wrong.work("queue", wrong.interpreter(options))
	run := p.start("queue", "run", engine.InlineWorkflow, document(`
steps:
  - id: p
    parallel:
      child: [{id: t, try: [{id: c, workflow: part@1.0.0, with: "${input}"}], catch: [{types: [LargeValueMissing], steps: [{id: caught, set: {caught: "${error.step}"}}]}]}]
      more: [{id: l, times: 10, loop: [{id: e, activity: echo, with: "${round}"}]}]
vars: {caught: nothing}
output: ${steps.p.output.child}
`), object{"word": "drop", "long": strings.Repeat("x", 20<<10)})
	eventually(t, func() bool { return p.has(t, run, enumspb.EVENT_TYPE_WORKFLOW_TASK_FAILED) })
	assert.Contains(t, p.trouble(t, run)[0], "no storage driver registered")
	stop()
	p.work("queue", p.interpreter(options))
	eventually(t, func() bool { return len(historiesOf(t, p.connection, "run", run.first)) > 2 })
	require.NoError(t, p.connection.SignalWorkflow(t.Context(), "run/p/child/t/c", "", "go", nil))
	assert.Equal(t, `{"caught":"p/child/t/c"}`, run.ending())
}
