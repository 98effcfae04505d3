// Package e2etest helps the end-to-end tests, which carry the build tag e2e: it
// starts a real dev server for a test and runs a sample's scenarios on it through
// the sample's real worker.
package e2etest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/scenario"
)

// Dial returns a client of the default namespace of the server at the address, which is
// closed when the test ends.
func Dial(t testing.TB, address string) client.Client {
	t.Helper()
	return Server{address: address, namespace: client.DefaultNamespace}.Dial(t)
}

// RunWorker runs the Worker until the test ends, and expects that it ends well.
func RunWorker(t testing.TB, connection client.Client, runWorker func(context.Context, client.Client) error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- runWorker(ctx, connection) }()
	t.Cleanup(func() {
		cancel()
		assert.NoError(t, <-done, "the worker must end well when it is told to")
	})
}

// Scenarios runs each of the sample's scenarios as a subtest, on a dev server of its
// own.
func Scenarios(t *testing.T, sample scenario.Sample) {
	connection := Connect(t)
	RunWorker(t, connection, sample.Work)
	for _, each := range sample.Scenarios {
		t.Run(each.Name, func(t *testing.T) {
			outcome := each.Execute(t.Context(), sample, connection, connect.WebUI{})
			require.NoError(t, outcome.Err)
			assert.Equal(t, each.Expected, outcome.Result)
		})
	}
}
