//go:build e2e

package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/e2etest"
	"dynamicsamples/internal/replaytest"
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
		{"loop-of-200", loopOf(200), func(ctx workflow.Context) error {
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

func loopOf(rounds int) string { return loopOfCalls(rounds, "activity: step") }

func loopOfCalls(rounds int, call string) string {
	return fmt.Sprintf(`{id: l, loop: [{id: s, %s, with: "${round}"}], times: %d}`, call, rounds)
}

// parcel is an output of some size, as most are.
type parcel struct {
	ID      string   `json:"id"`
	Cents   int      `json:"cents"`
	Weight  float64  `json:"weight"`
	Address string   `json:"address"`
	Lines   []string `json:"lines"`
}

func parcelByHand(ctx workflow.Context, number int) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute, Summary: fmt.Sprint("s", number)})
	var made parcel
	return workflow.ExecuteActivity(ctx, "parcel", number).Get(ctx, &made)
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

// workshop is a server with a worker that runs the loads in both forms.
type workshop struct {
	connection  client.Client
	interpreter *Interpreter
	loads       []benchmarkLoad
}

func newWorkshop(b *testing.B, options Options, loads []benchmarkLoad, arguments ...string) *workshop {
	catalog := NewCatalog()
	catalog.Activity("step", func(_ context.Context, number int) (int, error) { return number, nil }, ActivityOptions{Local: true})
	catalog.Activity("parcel", func(_ context.Context, number int) (parcel, error) {
		return parcel{ID: fmt.Sprint("p", number), Cents: 1250, Weight: 1.5, Address: "12 Harbour Street, Oslo", Lines: []string{"lamp", "chair"}}, nil
	}, ActivityOptions{})
	interpreter, err := New(catalog, options)
	require.NoError(b, err)
	s := &workshop{connection: e2etest.Connect(b, arguments...), interpreter: interpreter, loads: loads}
	e2etest.RunWorker(b, s.connection, func(ctx context.Context, connection client.Client) error {
		w := worker.New(connection, benchmarkQueue, worker.Options{})
		s.register(w)
		return connect.RunUntilDone(ctx, w)
	})
	return s
}

func (s *workshop) register(registry worker.Registry) {
	s.interpreter.Register(registry)
	s.registerByHand(registry)
}

func (s *workshop) registerByHand(registry worker.Registry) {
	for _, load := range s.loads {
		registry.RegisterWorkflowWithOptions(load.byHand, workflow.RegisterOptions{Name: load.name})
	}
}

// byHand runs the load in Go.
func (s *workshop) byHand(b *testing.B, load benchmarkLoad) measured {
	return s.measure(b, load.name)
}

// asData runs the load as a blueprint.
func (s *workshop) asData(b *testing.B, load benchmarkLoad) measured {
	items := make([]int, 100)
	for i := range items {
		items[i] = i
	}
	return s.measure(b, InlineWorkflow, "blueprint: benchmark\nversion: 1.0.0\nsteps: ["+load.blueprint+"]\n", items)
}

// measured is what one run took.
type measured struct {
	took time.Duration
	// events are those of the history; commands are those of them that the workflow has
	// asked for and what came of it. How many workflow tasks there are besides depends on how
	// many results come at once.
	events, commands int
	history          *historypb.History
	id               string
}

func (s *workshop) measure(b *testing.B, workflowType string, arguments ...any) measured {
	start := time.Now()
	run, err := s.connection.ExecuteWorkflow(b.Context(), client.StartWorkflowOptions{TaskQueue: benchmarkQueue}, workflowType, arguments...)
	require.NoError(b, err)
	require.NoError(b, run.Get(b.Context(), nil))
	m := measured{took: time.Since(start), history: &historypb.History{}, id: run.GetID()}
	events := s.connection.GetWorkflowHistory(b.Context(), run.GetID(), run.GetRunID(), false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		require.NoError(b, err)
		m.history.Events = append(m.history.Events, event)
		m.events++
		switch event.GetEventType() {
		case enumspb.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, enumspb.EVENT_TYPE_WORKFLOW_TASK_STARTED, enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
		default:
			m.commands++
		}
	}
	return m
}

// BenchmarkAgainstHand compares blueprints with workflows written by hand that call the
// same activities, on the same server and worker, one run of each after the other. The
// ratio is the median of those of the pairs.
func BenchmarkAgainstHand(b *testing.B) {
	s := newWorkshop(b, Options{}, benchmarkLoads())
	for _, load := range s.loads {
		b.Run(load.name, func(b *testing.B) {
			for b.Loop() {
				hand, data := pairs(
					func() measured { return s.byHand(b, load) },
					func() measured { return s.asData(b, load) },
				)
				reportPairs(b, hand, data)
				b.ReportMetric(median(hand, func(m measured) float64 { return float64(m.events) }), "events/by-hand")
				b.ReportMetric(median(data, func(m measured) float64 { return float64(m.events) }), "events/blueprint")
				more := data[0].commands - hand[0].commands
				b.ReportMetric(float64(more), "events-more-without-workflow-tasks")
				require.LessOrEqual(b, more, 2)
			}
		})
	}
}

// BenchmarkReplay compares how long the replays of two histories of 10,000 events take, one
// of a blueprint and one of a workflow written by hand. Nothing but the workflow's code and the
// SDK runs in a replay, so the difference is what the interpreter itself costs.
func BenchmarkReplay(b *testing.B) {
	const steps = 1666 // of 6 events each
	s := newWorkshop(b, Options{EventsPerRun: 20_000}, []benchmarkLoad{
		{"numbers", loopOf(steps), func(ctx workflow.Context) error { return stepsByHand(ctx, steps) }},
		{"objects", loopOfCalls(steps, "activity: parcel"), func(ctx workflow.Context) error {
			for i := range steps {
				if err := parcelByHand(ctx, i); err != nil {
					return err
				}
			}
			return nil
		}},
	}, "--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=20000")
	for _, load := range s.loads {
		b.Run(load.name, func(b *testing.B) {
			byHand, asData := s.byHand(b, load), s.asData(b, load)
			for b.Loop() {
				hand, data := pairs(
					func() measured { return replayed(b, byHand.history, s.registerByHand) },
					func() measured { return replayed(b, asData.history, s.interpreter.Register) },
				)
				reportPairs(b, hand, data)
				b.ReportMetric(float64(byHand.events), "events/by-hand")
				b.ReportMetric(float64(asData.events), "events/blueprint")
				b.ReportMetric((median(data, took)-median(hand, took))*1000/steps, "us-more/step")
			}
		})
	}
}

func replayed(b *testing.B, history *historypb.History, register func(worker.Registry)) measured {
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{})
	require.NoError(b, err)
	register(replaytest.WorkflowsOnly(replayer))
	start := time.Now()
	require.NoError(b, replayer.ReplayWorkflowHistory(nil, history))
	return measured{took: time.Since(start)}
}

// BenchmarkLarge runs what no single history could hold.
func BenchmarkLarge(b *testing.B) {
	const many = 10_000
	s := newWorkshop(b, Options{}, nil)
	for _, load := range []benchmarkLoad{
		{name: "loop-of-10000", blueprint: loopOf(many)},
		{name: "local-loop-of-10000", blueprint: loopOfCalls(many, "activity: step, local: true")},
		{name: "map-of-10000", blueprint: `{id: m, map: [{id: s, activity: step, with: "${item}"}], over: "${lists.range(10000)}", concurrency: 100}`},
	} {
		b.Run(load.name, func(b *testing.B) {
			for b.Loop() {
				m := s.asData(b, load)
				runs, longest := s.runsOf(b, m.id)
				b.ReportMetric(m.took.Seconds(), "s")
				b.ReportMetric(float64(runs), "runs")
				b.ReportMetric(float64(longest), "events-in-longest-run")
				require.LessOrEqual(b, longest, 4096)
			}
		})
	}
}

// runsOf tells how many runs a workflow had, and the events of the longest.
func (s *workshop) runsOf(b *testing.B, id string) (runs, longest int) {
	require.Eventually(b, func() bool {
		page, err := s.connection.ListWorkflow(b.Context(), &workflowservice.ListWorkflowExecutionsRequest{Query: fmt.Sprintf("WorkflowId = '%s' AND CloseTime IS NOT NULL", id)})
		require.NoError(b, err)
		runs, longest = 0, 0
		completed := false
		for _, run := range page.GetExecutions() {
			runs++
			longest = max(longest, int(run.GetHistoryLength()))
			completed = completed || run.GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED
		}
		return completed
	}, time.Minute, 100*time.Millisecond)
	return runs, longest
}

// pairs runs both again and again, one after the other, in turn the one and the other first.
func pairs(byHand, asData func() measured) (hand, data []measured) {
	for round := range benchmarkWarmUp + benchmarkRounds {
		first, second := &hand, &data
		one, other := byHand, asData
		if round%2 == 1 {
			first, second, one, other = second, first, other, one
		}
		*first = append(*first, one())
		*second = append(*second, other())
	}
	return hand[benchmarkWarmUp:], data[benchmarkWarmUp:]
}

// reportPairs reports the times of both, and the median of the ratios of the pairs.
func reportPairs(b *testing.B, hand, data []measured) {
	var ratios []float64
	for i := range hand {
		ratios = append(ratios, data[i].took.Seconds()/hand[i].took.Seconds())
	}
	b.ReportMetric(median(hand, took), "ms/by-hand")
	b.ReportMetric(median(data, took), "ms/blueprint")
	b.ReportMetric(median(ratios, func(ratio float64) float64 { return ratio }), "ratio")
	b.ReportMetric(0, "ns/op")
}

// took is what a run took, in milliseconds.
func took(m measured) float64 { return m.took.Seconds() * 1000 }

func median[T any](of []T, number func(T) float64) float64 {
	var numbers []float64
	for _, each := range of {
		numbers = append(numbers, number(each))
	}
	slices.Sort(numbers)
	return numbers[len(numbers)/2]
}
