//go:build e2e

package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/internal/e2etest"
)

// Each row is a subtest: the caller gets what the row says, and the message has the
// effect that the row says.
func TestRows(t *testing.T) {
	server := e2etest.StartServer(t)
	bench := newBench(server.Dial(t), server.Namespace())
	stop, err := bench.work(bench.healthyQueue(), patient{})
	require.NoError(t, err)
	t.Cleanup(stop)
	t.Cleanup(bench.workers.Wait)
	for _, row := range rows() {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			assert.NoError(t, row.provoke(t.Context(), bench))
		})
	}
}
