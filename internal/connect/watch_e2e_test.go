//go:build e2e

package connect_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/e2etest"
)

// notes is a writer that can be read meanwhile.
type notes struct {
	mutex sync.Mutex
	text  strings.Builder
}

func (n *notes) Write(text []byte) (int, error) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return n.text.Write(text)
}

func (n *notes) String() string {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return n.text.String()
}

func (n *notes) await(t *testing.T, text string) {
	t.Helper()
	require.Eventually(t, func() bool { return strings.Contains(n.String(), text) }, 10*time.Second, 10*time.Millisecond, n.String())
}

const (
	nobodyPolls = "no Worker polls Task Queue \"queue\"; start one with\n  go run ./x/worker\n"
	timedOut    = "timed out: no Worker on Task Queue \"queue\" has taken the first Workflow Task of \"greeting\"; start one with\n  go run ./x/worker\n"
)

func untaken(patience string) string {
	return "no Worker has taken the first Workflow Task of \"greeting\" for " + patience + "; start one with\n  go run ./x/worker\n"
}

func startGreeting(t *testing.T, connection client.Client) {
	_, err := connection.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "greeting", TaskQueue: "queue"}, "greet")
	require.NoError(t, err)
}

func TestWatchWorkerSaysAtOnceThatNobodyPolls(t *testing.T) {
	connection := e2etest.Connect(t)
	startGreeting(t, connection)
	out := &notes{}
	stop := connect.WatchWorker(t.Context(), connection, "queue", "greeting", "go run ./x/worker", out)
	assert.Equal(t, nobodyPolls, out.String())
	stop()
	assert.Equal(t, nobodyPolls, out.String(), "a wait that ends before its deadline says nothing more")
	assert.LessOrEqual(t, connect.WatchPatience+2*time.Second, 10*time.Second)
}

func TestWatchWorkerSeesThroughAStalePoller(t *testing.T) {
	server := e2etest.StartServer(t)
	connection := server.Dial(t)
	pollAndLeave(t, connection, server.Namespace()) // before there is a task that it would take
	startGreeting(t, connection)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	out := &notes{}
	stop := connect.WatchWorkerFor(ctx, 200*time.Millisecond, connection, "queue", "greeting", "go run ./x/worker", out)
	assert.Empty(t, out.String(), "a poller is listed")
	out.await(t, untaken("200ms"))
	<-ctx.Done()
	stop()
	stop()
	assert.Equal(t, untaken("200ms")+timedOut, out.String(), "at its deadline once more")
}

// pollAndLeave does what a Worker does that is killed while it polls: the server goes
// on listing it for some minutes.
func pollAndLeave(t *testing.T, connection client.Client, namespace string) {
	ctx, leave := context.WithTimeout(t.Context(), time.Minute) // the server wants a deadline
	left := make(chan struct{})
	go func() {
		defer close(left)
		_, _ = connection.WorkflowService().PollWorkflowTaskQueue(ctx, &workflowservice.PollWorkflowTaskQueueRequest{
			Namespace: namespace, Identity: "gone", TaskQueue: &taskqueuepb.TaskQueue{Name: "queue"}})
	}()
	require.Eventually(t, func() bool {
		queue, err := connection.DescribeTaskQueue(t.Context(), "queue", enumspb.TASK_QUEUE_TYPE_WORKFLOW)
		return err == nil && len(queue.GetPollers()) > 0
	}, 10*time.Second, 10*time.Millisecond)
	leave()
	<-left
}

func TestWatchWorkerIsSilentWhereAWorkerRuns(t *testing.T) {
	connection := e2etest.Connect(t)
	startGreeting(t, connection)
	w := worker.New(connection, "queue", worker.Options{})
	w.RegisterWorkflowWithOptions(func(workflow.Context) error { return nil }, workflow.RegisterOptions{Name: "greet"})
	require.NoError(t, w.Start())
	defer w.Stop()
	require.NoError(t, connection.GetWorkflow(t.Context(), "greeting", "").Get(t.Context(), nil))
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	out := &notes{}
	stop := connect.WatchWorkerFor(ctx, time.Millisecond, connection, "queue", "greeting", "go run ./x/worker", out)
	<-ctx.Done()
	stop()
	assert.Empty(t, out.String())
}
