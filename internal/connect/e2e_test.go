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
