//go:build e2e

package dynamicworkflow

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/e2etest"
)

// blockedLetters runs LettersInCommon with activities that end only when they are
// released. The letter x fails as soon as all others are under way.
type blockedLetters struct {
	client.WorkflowRun
	connection client.Client
	started    chan struct{}
	release    chan struct{}
}

func startBlocked(t *testing.T, first, second string) *blockedLetters {
	letters := &blockedLetters{
		connection: e2etest.Connect(t),
		started:    make(chan struct{}, MaxLetters),
		release:    make(chan struct{}),
	}
	e2etest.RunWorker(t, letters.connection, func(ctx context.Context, connection client.Client) error {
		w := worker.New(connection, TaskQueue, worker.Options{})
		w.RegisterWorkflow(LettersInCommon)
		w.RegisterActivityWithOptions(letters.position, activity.RegisterOptions{Name: "LetterPosition"})
		return connect.RunUntilDone(ctx, w)
	})
	run, err := letters.connection.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{TaskQueue: TaskQueue}, LettersInCommon, first, second)
	require.NoError(t, err)
	letters.WorkflowRun = run
	return letters
}

func (l *blockedLetters) position(_ context.Context, letter string) (int, error) {
	if letter == "x" {
		l.awaitStarted(MaxConcurrentLetters - 1)
		return 0, temporal.NewNonRetryableApplicationError("worn out", "WornOut", nil)
	}
	l.started <- struct{}{}
	<-l.release
	return 0, nil
}

func (l *blockedLetters) awaitStarted(count int) {
	for range count {
		<-l.started
	}
}

// count counts the events of the type in the run's history.
func (l *blockedLetters) count(t *testing.T, wanted enumspb.EventType) int {
	found := 0
	all := l.connection.GetWorkflowHistory(t.Context(), l.GetID(), l.GetRunID(), false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for all.HasNext() {
		event, err := all.Next()
		require.NoError(t, err)
		if event.GetEventType() == wanted {
			found++
		}
	}
	return found
}

// releaseOnceCanceled lets the activities end when the server knows that they are
// to be canceled.
func (l *blockedLetters) releaseOnceCanceled(t *testing.T, count int) {
	require.Eventually(t, func() bool {
		return l.count(t, enumspb.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED) >= count
	}, 30*time.Second, 10*time.Millisecond)
	close(l.release)
}

// The test environment ends a canceled activity at once; only a server shows
// whether the workflow waits for it.
func TestFailedLetterWaitsForTheOthers(t *testing.T) {
	letters := startBlocked(t, "aaaax", "aaaaaa")
	letters.releaseOnceCanceled(t, MaxConcurrentLetters-1)

	var failure *temporal.ApplicationError
	require.ErrorAs(t, letters.Get(t.Context(), nil), &failure)
	assert.Equal(t, "WornOut", failure.Type())
	assert.Equal(t, MaxConcurrentLetters, letters.count(t, enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED))
	assert.Equal(t, MaxConcurrentLetters-1, letters.count(t, enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED),
		"every other activity has ended before the workflow")
}

func TestCanceledRunEndsAsCanceled(t *testing.T) {
	letters := startBlocked(t, "aaaaaa", "aaaaaa")
	letters.awaitStarted(MaxConcurrentLetters)
	require.NoError(t, letters.connection.CancelWorkflow(t.Context(), letters.GetID(), letters.GetRunID()))
	letters.releaseOnceCanceled(t, MaxConcurrentLetters)

	var canceled *temporal.CanceledError
	require.ErrorAs(t, letters.Get(t.Context(), nil), &canceled)
	assert.Equal(t, MaxConcurrentLetters, letters.count(t, enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED))
	assert.Equal(t, MaxConcurrentLetters, letters.count(t, enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED),
		"all that was under way has ended, and well")
}
