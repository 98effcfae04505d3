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
	"dynamicsamples/internal/devserver"
)

func startServer(t *testing.T) *devserver.Server {
	program, err := devserver.ProvideCLI(t.Context(), t.Output())
	require.NoError(t, err)
	server, err := devserver.Start(context.WithoutCancel(t.Context()), devserver.Options{CLI: program})
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Stop() })
	return server
}

func TestMissingNamespace(t *testing.T) {
	server := startServer(t)
	_, err := connect.Dial(t.Context(), client.Options{HostPort: server.Address(), Namespace: "nowhere"})

	var missing *connect.NamespaceError
	require.ErrorAs(t, err, &missing)
	assert.ErrorContains(t, err, `the Temporal server at `+server.Address()+` has no namespace "nowhere"`)
	assert.ErrorContains(t, err, "temporal operator namespace create --address "+server.Address()+" --namespace nowhere")
}

func TestRunUntilDone(t *testing.T) {
	server := startServer(t)
	connection, err := connect.Dial(t.Context(), client.Options{HostPort: server.Address(), Namespace: client.DefaultNamespace})
	require.NoError(t, err)
	defer connection.Close()

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
