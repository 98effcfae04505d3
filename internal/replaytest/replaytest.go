// Package replaytest replays golden histories: what earlier runs recorded must still
// be what the code does. The SDK's replayer compares the kind and name of each
// command and nothing else, so a changed Activity input or a changed result would
// replay clean; this package compares those too.
package replaytest

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Folder is where a sample keeps its golden histories, below its own folder.
const Folder = "testdata/histories"

// Histories replays every golden history of the calling package as a subtest, with
// the workflows that register registers and the interceptors of their worker.
func Histories(t *testing.T, register func(worker.Registry), interceptors ...interceptor.WorkerInterceptor) {
	HistoriesIn(t, Folder, register, interceptors...)
}

// HistoriesIn does so with those of a folder.
func HistoriesIn(t *testing.T, folder string, register func(worker.Registry), interceptors ...interceptor.WorkerInterceptor) {
	for _, file := range Files(t, folder) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			Replay(t, Load(t, file), register, interceptors...)
		})
	}
}

// Files are the golden histories of a folder. Without any, the test fails.
func Files(t require.TestingT, folder string) []string {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files, "no golden histories: record them with go run ./cmd/samples record")
	return files
}

// Load reads one history as `temporal workflow show --output json` writes it.
func Load(t require.TestingT, file string) *historypb.History {
	reader, err := os.Open(file)
	require.NoError(t, err)
	defer reader.Close()
	history, err := client.HistoryFromJSON(reader, client.HistoryJSONOptions{})
	require.NoError(t, err)
	return history
}

// Replay replays the history and checks that the workflow schedules the same
// Activities and children with the same inputs, and ends with the same outcome: the
// same result, failure, or input of the next run.
func Replay(t require.TestingT, history *historypb.History, register func(worker.Registry), interceptors ...interceptor.WorkerInterceptor) {
	recorder := &Recorder{}
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{
		Interceptors:                append(slices.Clone(interceptors), recorder),
		DisableRegistrationAliasing: true,
	})
	require.NoError(t, err)
	register(WorkflowsOnly(replayer))
	// Without its id the workflow would be replayed as "ReplayId", and what it makes of
	// its id, such as its children's ids, would not be what was recorded.
	original := worker.ReplayWorkflowHistoryOptions{OriginalExecution: workflow.Execution{ID: workflowIDIn(history)}}
	require.NoError(t, replayer.ReplayWorkflowHistoryWithOptions(nil, history, original))

	assert.Equal(t, ScheduledIn(history), recorder.Scheduled, "what the workflow scheduled")
	if recorded, closed := outcomeIn(history); closed {
		assert.Equal(t, recorded, recorder.Outcome, "how the workflow ended")
	}
}

// WorkflowsOnly lets a sample's Register work on a replayer, which knows no Activities.
func WorkflowsOnly(replayer worker.WorkflowReplayer) worker.Registry {
	return workflowsOnly{WorkflowRegistry: replayer}
}

type workflowsOnly struct {
	worker.WorkflowRegistry
	worker.NexusServiceRegistry
}

func (workflowsOnly) RegisterActivity(any)                                         {}
func (workflowsOnly) RegisterActivityWithOptions(any, activity.RegisterOptions)    {}
func (workflowsOnly) RegisterDynamicActivity(any, activity.DynamicRegisterOptions) {}
