//go:build e2e

package messagepassing

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"golang.org/x/sync/errgroup"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/e2etest"
	"dynamicsamples/internal/replaytest"
)

// Many callers at a time, each message sent twice, runs that continue when the server
// suggests it, and a worker that is replaced in between: each message counts once.
func TestClusterHandlesEachMessageOnce(t *testing.T) {
	const count = 40
	connection := e2etest.Connect(t, "--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=100")
	stopFirst := runWorker(t, connection)
	run, err := connection.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "cluster", TaskQueue: TaskQueue},
		ClusterManager, ClusterInput{Nodes: count})
	require.NoError(t, err)
	firstRunID := run.GetRunID() // Get moves on to the last
	require.NoError(t, connection.SignalWorkflow(t.Context(), "cluster", "", StartClusterSignal, nil))

	group, ctx := errgroup.WithContext(t.Context())
	group.SetLimit(12)
	nodes := make([][]string, 2*count)
	for i := range 2 * count {
		message := i / 2
		if i == count {
			group.Go(func() error {
				stopFirst()
				runWorker(t, connection)
				return nil
			})
		}
		group.Go(func() (err error) {
			nodes[i], err = UpdateCluster(ctx, connection, "cluster", fmt.Sprintf("assign-%d", message),
				AssignNodesUpdate, Assignment{Job: fmt.Sprintf("job-%d", message), Count: 1})
			return err
		})
		group.Go(func() error {
			repair := Repair{ID: fmt.Sprintf("repair-%d", message), Node: fmt.Sprintf("node-%02d", 1+message)}
			return connection.SignalWorkflow(ctx, "cluster", "", RepairSignal, repair)
		})
	}
	require.NoError(t, group.Wait())
	require.NoError(t, connection.SignalWorkflow(t.Context(), "cluster", "", ShutDownSignal, nil))
	var state ClusterState
	require.NoError(t, run.Get(t.Context(), &state))

	for i := range count {
		assert.Equal(t, nodes[2*i], nodes[2*i+1], "an update sent twice gets one answer")
		assert.Equal(t, 1, state.Nodes[i].Repairs)
		assert.NotEmpty(t, state.Nodes[i].Job)
	}
	histories := chain(t, connection, "cluster", firstRunID)
	assert.Equal(t, state.Run, len(histories))
	assert.Greater(t, state.Run, 3)
	scheduled := map[string]int{}
	for _, history := range histories {
		replaytest.Replay(t, history, Register)
		for _, activity := range replaytest.ScheduledIn(history) {
			scheduled[activity.Name]++
		}
	}
	assert.Equal(t, map[string]int{"MoveNodes": count, "RepairNode": count}, scheduled)
}

// runWorker runs a worker until the returned function is called, or the test ends.
func runWorker(t *testing.T, connection client.Client) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() {
		w := worker.New(connection, TaskQueue, Options())
		Register(w)
		done <- connect.RunUntilDone(ctx, w)
	}()
	stopOnce := func() {
		cancel()
		if err, running := <-done; running {
			assert.NoError(t, err)
			close(done)
		}
	}
	t.Cleanup(stopOnce)
	return stopOnce
}

// chain returns the histories of a run and of those that continued it.
func chain(t *testing.T, connection client.Client, workflowID, runID string) []*historypb.History {
	var histories []*historypb.History
	for runID != "" {
		history := &historypb.History{}
		events := connection.GetWorkflowHistory(t.Context(), workflowID, runID, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		for events.HasNext() {
			event, err := events.Next()
			require.NoError(t, err)
			history.Events = append(history.Events, event)
		}
		histories = append(histories, history)
		last := history.Events[len(history.Events)-1]
		runID = last.GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId()
	}
	return histories
}

// The SDK's order of handlers is the reason for fairLock; see it on a real server.
func TestAssignmentsAreServedInTheOrderOfArrival(t *testing.T) {
	connection := e2etest.Connect(t)
	runWorker(t, connection)
	run, err := connection.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "cluster", TaskQueue: TaskQueue},
		ClusterManager, ClusterInput{Nodes: 6})
	require.NoError(t, err)
	var handles []client.WorkflowUpdateHandle
	for i := range 6 {
		handle, err := connection.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{
			WorkflowID: run.GetID(), UpdateName: AssignNodesUpdate, Args: []any{Assignment{Job: fmt.Sprint(i), Count: 1}},
			WaitForStage: client.WorkflowUpdateStageAccepted,
		})
		require.NoError(t, err)
		handles = append(handles, handle)
	}
	require.NoError(t, connection.SignalWorkflow(t.Context(), run.GetID(), "", StartClusterSignal, nil))
	var order []string
	for _, handle := range handles {
		var nodes []string
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		require.NoError(t, handle.Get(ctx, &nodes))
		cancel()
		order = append(order, nodes...)
	}
	assert.True(t, slices.IsSorted(order), "%v", order)
}
