//go:build e2e

package blueprint

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/e2etest"
)

const (
	benchmarkQueue  = "blueprint-benchmark"
	benchmarkWarmUp = 3
	benchmarkRounds = 15
)

// benchmarkLoad is work that a blueprint and a workflow written by hand do alike.
type benchmarkLoad struct {
	name, blueprint string
	byHand          func(ctx workflow.Context) error
}

// benchmarkLoads are those that engines of workflows as data are compared with.
func benchmarkLoads() []benchmarkLoad {
	return []benchmarkLoad{
		{"50-in-sequence", sequenceOf(50), func(ctx workflow.Context) error {
			return stepsByHand(ctx, 50)
		}},
		{"100-in-parallel", parallelOf(100), func(ctx workflow.Context) error {
			var futures []workflow.Future
			for i := range 100 {
				futures = append(futures, stepByHand(ctx, i))
			}
			return getAll(ctx, futures)
		}},
		{"loop-of-200", `{id: l, loop: [{id: s, activity: step, with: "${round}"}], times: 200}`, func(ctx workflow.Context) error {
			return stepsByHand(ctx, 200)
		}},
		{"100-items-of-3", `{id: m, map: [{id: a, activity: step, with: "${item}"}, {id: b, activity: step, with: "${item}"}, {id: c, activity: step, with: "${item}"}], over: "${input}", concurrency: 100}`, itemsByHand},
	}
}

func sequenceOf(count int) string {
	text := ""
	for i := range count {
		text += fmt.Sprintf("{id: s%d, activity: step, with: %d},", i, i)
	}
	return text
}

func parallelOf(count int) string {
	text := "{id: p, parallel: {"
	for i := range count {
		text += fmt.Sprintf("b%d: [{id: s, activity: step, with: %d}],", i, i)
	}
	return text + "}}"
}

func stepByHand(ctx workflow.Context, number int) workflow.Future {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute, Summary: fmt.Sprint("s", number)})
	return workflow.ExecuteActivity(ctx, "step", number)
}

func stepsByHand(ctx workflow.Context, count int) error {
	for i := range count {
		if err := stepByHand(ctx, i).Get(ctx, nil); err != nil {
			return err
		}
	}
	return nil
}

func getAll(ctx workflow.Context, futures []workflow.Future) error {
	for _, each := range futures {
		if err := each.Get(ctx, nil); err != nil {
			return err
		}
	}
	return nil
}

func itemsByHand(ctx workflow.Context) error {
	group := workflow.NewWaitGroup(ctx)
	var failed error
	for i := range 100 {
		group.Go(ctx, func(ctx workflow.Context) {
			for range 3 {
				failed = cmp.Or(failed, stepByHand(ctx, i).Get(ctx, nil))
			}
		})
	}
	group.Wait(ctx)
	return failed
}

// BenchmarkAgainstHand compares blueprints with workflows written by hand that call the
// same activities, on the same server and worker, one run of each after the other.
func BenchmarkAgainstHand(b *testing.B) {
	connection := e2etest.Connect(b)
	catalog := NewCatalog()
	catalog.Activity("step", func(_ context.Context, number int) (int, error) { return number, nil }, ActivityOptions{})
	interpreter, err := New(catalog, Options{})
	require.NoError(b, err)
	e2etest.RunWorker(b, connection, func(ctx context.Context, connection client.Client) error {
		w := worker.New(connection, benchmarkQueue, worker.Options{})
		interpreter.Register(w)
		for _, load := range benchmarkLoads() {
			w.RegisterWorkflowWithOptions(load.byHand, workflow.RegisterOptions{Name: load.name})
		}
		return connect.RunUntilDone(ctx, w)
	})
	for _, load := range benchmarkLoads() {
		b.Run(load.name, func(b *testing.B) {
			for b.Loop() {
				compareWithHand(b, connection, load)
			}
		})
	}
}

func compareWithHand(b *testing.B, connection client.Client, load benchmarkLoad) {
	document := "blueprint: benchmark\nversion: 1.0.0\nsteps: [" + load.blueprint + "]\n"
	items := make([]int, 100)
	for i := range items {
		items[i] = i
	}
	byHand := func() measured { return measureRun(b, connection, load.name) }
	byData := func() measured { return measureRun(b, connection, InlineWorkflow, document, items) }
	var hand, data []measured
	for round := range benchmarkWarmUp + benchmarkRounds {
		first, second := &hand, &data
		one, other := byHand, byData
		if round%2 == 1 {
			first, second, one, other = second, first, other, one
		}
		*first = append(*first, one())
		*second = append(*second, other())
	}
	hand, data = hand[benchmarkWarmUp:], data[benchmarkWarmUp:]
	var ratios []float64
	for i := range hand {
		ratios = append(ratios, data[i].took.Seconds()/hand[i].took.Seconds())
	}
	b.ReportMetric(medianOf(hand).took.Seconds()*1000, "ms/by-hand")
	b.ReportMetric(medianOf(data).took.Seconds()*1000, "ms/blueprint")
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "ratio")
	b.ReportMetric(float64(medianOf(hand).events), "events/by-hand")
	b.ReportMetric(float64(medianOf(data).events), "events/blueprint")
	b.ReportMetric(0, "ns/op")
}

// measured is what one run took.
type measured struct {
	took   time.Duration
	events int
}

func measureRun(b *testing.B, connection client.Client, workflowType string, arguments ...any) measured {
	start := time.Now()
	run, err := connection.ExecuteWorkflow(b.Context(), client.StartWorkflowOptions{TaskQueue: benchmarkQueue}, workflowType, arguments...)
	require.NoError(b, err)
	require.NoError(b, run.Get(b.Context(), nil))
	m := measured{took: time.Since(start)}
	history := connection.GetWorkflowHistory(b.Context(), run.GetID(), run.GetRunID(), false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for history.HasNext() {
		_, err := history.Next()
		require.NoError(b, err)
		m.events++
	}
	return m
}

func medianOf(runs []measured) measured {
	sorted := slices.SortedFunc(slices.Values(runs), func(x, y measured) int { return cmp.Compare(x.took, y.took) })
	return sorted[len(sorted)/2]
}
