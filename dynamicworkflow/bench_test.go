//go:build e2e

package dynamicworkflow

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/e2etest"
)

const (
	benchmarkWarmUp = 50
	benchmarkPairs  = 400
)

// BenchmarkDispatch compares the catch-all with the same workflow written by hand
// and registered by name. Each pair of runs is made one after the other, the
// catch-all first in every second pair.
func BenchmarkDispatch(b *testing.B) {
	connection := e2etest.Connect(b)
	e2etest.RunWorker(b, connection, func(ctx context.Context, connection client.Client) error {
		w := worker.New(connection, TaskQueue, worker.Options{})
		Register(w)
		w.RegisterWorkflowWithOptions(greetByHand, workflow.RegisterOptions{Name: "by-hand"})
		return connect.RunUntilDone(ctx, w)
	})
	for range benchmarkWarmUp {
		timeRun(b, connection, "by-hand")
		timeRun(b, connection, "greet-anyone")
	}
	for b.Loop() {
		var byHand, catchAll []time.Duration
		for pair := range benchmarkPairs {
			if pair%2 == 0 {
				byHand = append(byHand, timeRun(b, connection, "by-hand"))
				catchAll = append(catchAll, timeRun(b, connection, "greet-anyone"))
			} else {
				catchAll = append(catchAll, timeRun(b, connection, "greet-anyone"))
				byHand = append(byHand, timeRun(b, connection, "by-hand"))
			}
		}
		b.ReportMetric(median(byHand).Seconds()*1000, "ms/by-hand")
		b.ReportMetric(median(catchAll).Seconds()*1000, "ms/catch-all")
		b.ReportMetric(median(catchAll).Seconds()/median(byHand).Seconds(), "ratio")
	}
}

func greetByHand(ctx workflow.Context, name string) (string, error) {
	return greet(ctx, "Hello", []string{name})
}

func timeRun(b *testing.B, connection client.Client, workflowType string) time.Duration {
	start := time.Now()
	run, err := connection.ExecuteWorkflow(b.Context(), client.StartWorkflowOptions{TaskQueue: TaskQueue}, workflowType, "Ana")
	require.NoError(b, err)
	var greeting string
	require.NoError(b, run.Get(b.Context(), &greeting))
	require.Equal(b, "Hello, Ana!", greeting)
	return time.Since(start)
}

func median(durations []time.Duration) time.Duration {
	slices.Sort(durations)
	return durations[len(durations)/2]
}
