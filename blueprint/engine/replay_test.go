package engine

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
	"dynamicsamples/blueprint/storage"
	"dynamicsamples/internal/replaytest"
)

// histories are the folders with the golden histories of each version: those of the
// examples, and those of TestRecordedRuns.
func histories() []string {
	var folders []string
	for version := 1; version <= Version; version++ {
		for _, folder := range []string{"../testdata/histories", "testdata/histories"} {
			folders = append(folders, fmt.Sprintf("%s/v%d", folder, version))
		}
	}
	return folders
}

// All that a run needs is in its own history: a worker that has neither the definitions
// nor the activities replays it. One child is no blueprint, but a workflow in Go.
func TestGoldenHistoriesOnAWorkerThatHasNothing(t *testing.T) {
	nothing, err := New(NewCatalog(), Options{})
	require.NoError(t, err)
	for _, folder := range histories() {
		replaytest.Sealed(t, folder)
		replaytest.HistoriesIn(t, folder, func(registry worker.Registry) {
			nothing.Register(registry)
			registry.RegisterWorkflowWithOptions(processDocument, workflow.RegisterOptions{Name: "process_document"})
		})
	}
}

// A run that has met a damaged value does the same in a replay, whatever the storage has by
// then: here, nothing.
func TestGoldenHistoriesWithDamagedValues(t *testing.T) {
	nothing, err := New(NewCatalog(), Options{})
	require.NoError(t, err)
	for version := 1; version <= Version; version++ {
		folder := fmt.Sprintf("testdata/histories/v%d-large", version)
		replaytest.Sealed(t, folder)
		for _, name := range []string{"damaged-output", "damaged-signal"} {
			t.Run(name, func(t *testing.T) {
				file := filepath.Join(folder, name+".json")
				options := worker.WorkflowReplayerOptions{DisableRegistrationAliasing: true}
				require.NoError(t, storage.UseInReplay(&options, converter.ExternalStorage{Drivers: []converter.StorageDriver{emptyDirectory(t, file)}}))
				replayer, err := worker.NewWorkflowReplayerWithOptions(options)
				require.NoError(t, err)
				nothing.Register(replaytest.WorkflowsOnly(replayer))
				original := worker.ReplayWorkflowHistoryOptions{OriginalExecution: workflow.Execution{ID: name}}
				assert.NoError(t, replayer.ReplayWorkflowHistoryWithOptions(nil, replaytest.Load(t, file), original))
			})
		}
	}
}

// renamed is a directory under the name of another one.
type renamed struct {
	*storage.Directory
	name string
}

func (r renamed) Name() string { return r.name }

// emptyDirectory stands in for the directory that the history was recorded with.
func emptyDirectory(t *testing.T, file string) renamed {
	recorded, err := os.ReadFile(file)
	require.NoError(t, err)
	directory, err := storage.NewDirectory(t.TempDir())
	require.NoError(t, err)
	for _, data := range regexp.MustCompile(`"data": "([^"]*)"`).FindAllSubmatch(recorded, -1) {
		text, err := base64.StdEncoding.DecodeString(string(data[1]))
		require.NoError(t, err)
		if name := regexp.MustCompile(`directory-[A-Z2-7]+`).Find(text); name != nil {
			return renamed{directory, string(name)}
		}
	}
	require.Fail(t, "no stored value", file)
	return renamed{}
}

// A record of a newer interpreter is left to a newer Worker: the Workflow Task fails, and
// the run does not.
func TestARunOfANewerInterpreterIsLeftToNewerWorkers(t *testing.T) {
	nothing, err := New(NewCatalog(), Options{})
	require.NoError(t, err)
	for version, want := range map[int]string{Version + 1: fmt.Sprintf("version %d of the interpreter, and this Worker has version %d", Version+1, Version), Version: "reading the definition"} {
		var suite testsuite.WorkflowTestSuite
		environment := suite.NewTestWorkflowEnvironment()
		environment.ExecuteWorkflow(func(ctx workflow.Context) (any, error) {
			return nothing.run(ctx, &continuation{Record: &record{Interpreter: version}}, nil, nil)
		})
		require.ErrorContains(t, environment.GetWorkflowError(), want)
		var panicked *temporal.PanicError
		assert.Equal(t, version > Version, errors.As(environment.GetWorkflowError(), &panicked))
	}
}

// processDocument is what the examples' child in Go does.
func processDocument(ctx workflow.Context, document struct{ ID string }) ([]string, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: 10 * time.Second})
	var made string
	err := workflow.ExecuteActivity(ctx, "convert_media", map[string]string{"id": document.ID, "to": "index"}).Get(ctx, &made)
	return []string{made}, err
}

func TestGoldenHistoriesHaveEveryKind(t *testing.T) {
	have := map[string]bool{}
	for _, folder := range histories() {
		files, err := filepath.Glob(filepath.Join(folder, "*.json"))
		require.NoError(t, err)
		for _, file := range files {
			for _, step := range stepsIn(t, file) {
				have[language.KindOf(step)] = true
			}
		}
	}
	for _, kind := range []string{
		"activity", "workflow", "steps", "parallel", "race", "switch", "loop", "map", "dag", "graph", "plan", "wait", "sleep",
		"set", "try", "fail", "stop",
	} {
		assert.True(t, have[kind], kind)
	}
}

// stepsIn are the steps of the blueprint that the history's run was started with.
func stepsIn(t *testing.T, file string) []*language.Step {
	for _, event := range replaytest.Load(t, file).GetEvents() {
		data := event.GetMarkerRecordedEventAttributes().GetDetails()["data"]
		var started record
		if data == nil || converter.GetDefaultDataConverter().FromPayloads(data, &started) != nil || started.Definition == nil {
			continue
		}
		program, err := language.Compile(started.Definition)
		require.NoError(t, err)
		return program.Steps
	}
	return nil
}
