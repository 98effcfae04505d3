//go:build e2e

package connect_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/e2etest"
)

func TestMissingNamespace(t *testing.T) {
	server := e2etest.StartServer(t)
	_, err := connect.Dial(t.Context(), client.Options{HostPort: server.Address(), Namespace: "nowhere"})

	var missing *connect.NamespaceError
	require.ErrorAs(t, err, &missing)
	assert.ErrorContains(t, err, `the Temporal server at `+server.Address()+` has no namespace "nowhere"`)
	assert.ErrorContains(t, err, "temporal operator namespace create --address "+server.Address()+" --namespace nowhere")
}

func TestRunUntilDone(t *testing.T) {
	server := e2etest.StartServer(t)
	connection := server.Dial(t)

	for name, ctx := range map[string]func() context.Context{
		"ended before": func() context.Context { ctx, cancel := context.WithCancel(t.Context()); cancel(); return ctx },
		"ends at a time": func() context.Context {
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			t.Cleanup(cancel)
			return ctx
		},
	} {
		t.Run(name, func(t *testing.T) {
			assert.NoError(t, connect.RunUntilDone(ctx(), worker.New(connection, "queue", worker.Options{})))
		})
	}
	elsewhere, err := client.Dial(client.Options{HostPort: server.Address(), Namespace: "nowhere"})
	require.NoError(t, err)
	defer elsewhere.Close()
	err = connect.RunUntilDone(t.Context(), worker.New(elsewhere, "queue", worker.Options{}))
	assert.ErrorContains(t, err, "run the worker", "a worker that cannot go on is an error")
}

// However a call waits, what it meets at its deadline is worded alike.
func TestCallsWithoutAWorkerTimeOut(t *testing.T) {
	connection := e2etest.Connect(t)
	run, err := connection.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "greeting", TaskQueue: "queue"}, "greet")
	require.NoError(t, err)
	calls := map[string]func(context.Context) error{
		"result": func(ctx context.Context) error { return run.Get(ctx, nil) },
		"query": func(ctx context.Context) error {
			_, err := connection.QueryWorkflow(ctx, "greeting", "", "language")
			return err
		},
		"update": func(ctx context.Context) error {
			_, err := connection.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
				WorkflowID: "greeting", UpdateName: "language", WaitForStage: client.WorkflowUpdateStageAccepted,
			})
			return err
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			late, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			var timeout *connect.TimeoutError
			require.ErrorAs(t, connect.Explain(call(late), client.Options{}), &timeout)

			interrupted, interrupt := context.WithCancel(t.Context())
			time.AfterFunc(200*time.Millisecond, interrupt)
			err := call(interrupted)
			require.Error(t, err)
			assert.Equal(t, err, connect.Explain(err, client.Options{}), "nobody asks whether a Worker runs after Ctrl-C")
		})
	}
}
