//go:build e2e

package engine_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint"
	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/devserver"
	"dynamicsamples/internal/e2etest"
)

// workerVariable makes the test program a worker of the examples. While there is a file of the path in
// holdVariable, it does not end reading the origin of a fork.
const (
	workerVariable = "BLUEPRINT_TEST_WORKER"
	holdVariable   = "BLUEPRINT_TEST_HOLD"
)

func TestMain(m *testing.M) {
	if os.Getenv(workerVariable) != "" {
		os.Exit(connect.Main(insistOnWorking))
	}
	os.Exit(m.Run())
}

// insistOnWorking starts the worker again where the server is away just when it begins, as
// what looks after a program would. Later on a worker waits for its server by itself.
func insistOnWorking(ctx context.Context) error {
	for {
		err := connect.Run(ctx, slog.LevelError+1, func(ctx context.Context, connection client.Client, _ client.Options) error {
			return runSlowWorker(ctx, connection)
		})
		var away *connect.ServerError
		if ctx.Err() != nil || !errors.As(err, &away) {
			return err
		}
		wait(ctx, 100*time.Millisecond)
	}
}

// runSlowWorker runs the sample's worker, with activities that take long enough to be hit.
func runSlowWorker(ctx context.Context, connection client.Client) error {
	w := worker.New(connection, blueprint.TaskQueue, worker.Options{
		Interceptors:                 []interceptor.WorkerInterceptor{&slowness{}},
		DisableRegistrationAliasing:  true,
		WorkflowTaskPollerBehavior:   worker.NewPollerBehaviorAutoscaling(worker.PollerBehaviorAutoscalingOptions{}),
		StickyScheduleToStartTimeout: time.Second,
		MaxHeartbeatThrottleInterval: time.Second,
	})
	if err := blueprint.Register(w); err != nil {
		return err
	}
	return connect.RunUntilDone(ctx, w)
}

// slowness lets each activity take some time before and after what it does.
type slowness struct {
	interceptor.WorkerInterceptorBase
}

func (slowness) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &slowActivity{interceptor.ActivityInboundInterceptorBase{Next: next}}
}

func (slowness) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &hastyWorkflow{interceptor.WorkflowInboundInterceptorBase{Next: next}}
}

type hastyWorkflow struct {
	interceptor.WorkflowInboundInterceptorBase
}

func (w *hastyWorkflow) Init(outbound interceptor.WorkflowOutboundInterceptor) error {
	return w.Next.Init(&hasty{interceptor.WorkflowOutboundInterceptorBase{Next: outbound}})
}

type slowActivity struct {
	interceptor.ActivityInboundInterceptorBase
}

func (a *slowActivity) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	wait(ctx, 20*time.Millisecond)
	defer wait(ctx, 20*time.Millisecond)
	if activity.GetInfo(ctx).ActivityType.Name == readsOrigin {
		holdReading(ctx)
	}
	return a.Next.ExecuteActivity(ctx, in)
}

// job is a kind of run that is under way while machines are killed.
type job struct {
	name     string
	workflow string
	input    any
	// messages come after the run has started, in order.
	messages []delivery
	// loose says that which steps complete depends on who is faster.
	loose bool
}

// delivery is a message for the run, or for a child of it.
type delivery struct {
	to      string
	message engine.Message
	after   time.Duration
}

func jobs() []job {
	order := func(amount int, address string) object {
		return object{"id": "o", "sku": "lamp", "amount": amount, "card": "visa", "address": address}
	}
	approval := []delivery{{message: engine.NewMessage("approve", object{"approved": true, "by": "Mei"})}}
	return []job{
		{name: "sequence", workflow: "activity-pipeline", input: object{"source": "database"}},
		{name: "parallel", workflow: "dynamic-pipeline", input: object{"source": "database"}},
		{name: "map", workflow: "import-rows", input: object{"rows": []string{"Ana, 12", "Luis, many", "Mei, 7", "Noor, 3", "Ben, 1", "Eva, 2"}}},
		{name: "failing map", workflow: "import-rows", input: object{"rows": []string{"Ana, 12", "Luis, many", "Mei, 7"}}, loose: true},
		{name: "race", workflow: "fastest-quote", input: object{"parcel": "p", "answers": object{"east": "1h", "north": "10ms", "west": "1h"}}, loose: true},
		{name: "small order", workflow: "order", input: order(4_999, "home")},
		{name: "wait", workflow: "order", input: order(25_000, "home"), messages: approval},
		{name: "undo", workflow: "order", input: order(25_000, "moon"), messages: approval},
		{name: "plan", workflow: "letters-in-common", input: object{"first": "Apple", "second": "paella"}},
		{name: "plans in plans", workflow: "merge-sort", input: object{"numbers": []int{5, 3, 9, 1, 12, 3, -4, 8, 0, 7, 3, 2}}},
		{name: "children", workflow: "media-batch", input: object{"items": []any{
			object{"id": "cat.png", "type": "image"}, object{"id": "talk.mp4", "type": "video"},
			object{"id": "song.ogg", "type": "audio"}, object{"id": "terms.pdf", "type": "document"},
		}}},
		{name: "runs", workflow: "read-pages", input: object{"pages": 40}},
		{name: "child that outlives a run", workflow: "book", input: object{"pages": 40}, messages: []delivery{
			{message: engine.NewMessage("publish", "in spring")},
			{to: "/make/cover/cover", message: engine.NewMessage("approve", "Mei"), after: 3 * time.Second},
		}},
		{name: "dag", workflow: "build", input: object{"commit": "a1b2"}},
		{name: "graph", workflow: "conditional-graph", input: object{"source": "import"}},
		{name: "loop", workflow: "poll-until-ready", input: object{"job": "j", "pause": "1s"}},
		{name: "local", workflow: "label", input: object{"name": "Ana"}},
	}
}

// Whatever is killed, and whenever: each run comes to its right end, and each of its steps
// completes once. Three workers, each a process of its own, share the work; one after
// the other is killed and started again, and so is the server.
func TestKilledMachines(t *testing.T) {
	count, kills, seed := 100, 12, uint64(1)
	if isSoak() {
		count, kills, seed = 600, 200, uint64(time.Now().UnixNano())
	}
	t.Log("seed", seed)
	h := newHall(t, rand.New(rand.NewPCG(seed, 0)))
	// What is right is what happens while nothing is killed.
	wants := map[string]account{}
	var undisturbed sync.WaitGroup
	for _, each := range jobs() {
		undisturbed.Go(func() { h.run(each.name, each) })
	}
	undisturbed.Wait()
	for _, each := range jobs() {
		wants[each.name] = h.account(each.name)
	}

	var started sync.WaitGroup
	killing := make(chan struct{})
	started.Go(func() {
		for i := range count {
			started.Go(func() { h.run(idOf(i), jobs()[i%len(jobs())]) })
			wait(t.Context(), time.Duration(kills)*600*time.Millisecond/time.Duration(count))
		}
		<-killing
	})
	for i := range kills {
		h.kill(i)
	}
	close(killing)
	started.Wait()

	for i := range count {
		job := jobs()[i%len(jobs())]
		got, want := h.account(idOf(i)), wants[job.name]
		assert.Equal(t, want.result, got.result, job.name)
		for path, times := range got.completed {
			assert.Equal(t, 1, times, "%s of %s", path, idOf(i))
		}
		if !job.loose {
			assert.Equal(t, want.completed, got.completed, job.name)
			assert.Equal(t, want.children, got.children, job.name)
		}
	}
	t.Log(h.killed, "killed; workflow tasks given up:", h.givenUp)
	assert.Positive(t, h.killed["server"])
	assert.Positive(t, h.givenUp, "nothing that was under way was hit")
}

func idOf(i int) string { return fmt.Sprintf("run-%03d", i) }

// hall is where the machines stand: a server with a database, and three workers.
type hall struct {
	*plant
	random  *rand.Rand
	options devserver.Options
	server  *devserver.Server
	workers [3]*exec.Cmd
	killed  map[string]int
	// hold is the path of the file during which no worker ends reading the origin of a fork.
	hold string
	// givenUp counts the workflow tasks whose worker did not answer.
	givenUp int
}

func newHall(t *testing.T, random *rand.Rand) *hall {
	program := e2etest.CLI(t)
	folder := t.TempDir()
	h := &hall{
		plant: &plant{t: t}, random: random, killed: map[string]int{}, hold: filepath.Join(folder, "hold"),
		options: devserver.Options{CLI: program, Database: filepath.Join(folder, "database")},
	}
	h.startServer()
	t.Cleanup(func() { h.server.Kill() })
	h.connection = e2etest.Dial(t, h.server.Address())
	for i := range h.workers {
		h.startWorker(i)
	}
	t.Cleanup(func() {
		for i := range h.workers {
			h.killWorker(i)
		}
	})
	return h
}

func (h *hall) startServer() {
	h.t.Helper()
	server, err := devserver.Start(context.WithoutCancel(h.t.Context()), h.options)
	require.NoError(h.t, err)
	h.server, h.options.Address = server, server.Address()
}

func (h *hall) startWorker(i int) {
	h.t.Helper()
	program, err := os.Executable()
	require.NoError(h.t, err)
	process := exec.Command(program)
	process.Env = append(os.Environ(), workerVariable+"=1", holdVariable+"="+h.hold, "TEMPORAL_ADDRESS="+h.server.Address())
	process.Stderr = os.Stderr
	require.NoError(h.t, process.Start())
	h.workers[i] = process
}

func (h *hall) killWorker(i int) {
	assert.NoError(h.t, h.workers[i].Process.Kill(), "it had ended by itself")
	assert.ErrorContains(h.t, h.workers[i].Wait(), "killed")
}

// kill kills a machine after a while and starts it again: every sixth time the server.
func (h *hall) kill(number int) {
	pause := func() { wait(h.t.Context(), time.Duration(h.random.IntN(1000))*time.Millisecond) }
	pause()
	if number%6 == 3 {
		h.server.Kill()
		pause()
		h.startServer()
		h.killed["server"]++
		return
	}
	i := h.random.IntN(len(h.workers))
	h.killWorker(i)
	pause()
	h.startWorker(i)
	h.killed["worker"]++
}

// run starts a run and brings its messages, however often the server is away.
func (h *hall) run(id string, job job) {
	options := client.StartWorkflowOptions{
		ID: id, TaskQueue: blueprint.TaskQueue, WorkflowExecutionTimeout: 5 * time.Minute, WorkflowTaskTimeout: 3 * time.Second,
		WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
	}
	h.insist(func(ctx context.Context) error {
		_, err := h.connection.ExecuteWorkflow(ctx, options, job.workflow, job.input)
		return err
	})
	for _, each := range job.messages {
		h.deliver(id, each)
	}
}

// deliver brings a message to a run, however often the server is away.
func (h *hall) deliver(id string, each delivery) {
	wait(h.t.Context(), each.after)
	h.insist(func(ctx context.Context) error {
		handle, err := h.connection.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
			WorkflowID: id + each.to, UpdateID: each.message.Name, UpdateName: engine.MessageUpdate, Args: []any{each.message},
			WaitForStage: client.WorkflowUpdateStageCompleted,
		})
		if err != nil {
			return err
		}
		return handle.Get(ctx, nil)
	})
}

// insist does it until it succeeds.
func (h *hall) insist(do func(ctx context.Context) error) {
	for {
		ctx, stop := context.WithTimeout(h.t.Context(), 5*time.Second)
		err := do(ctx)
		stop()
		if err == nil || !assert.NoError(h.t, h.t.Context().Err(), err) {
			return
		}
		wait(h.t.Context(), 100*time.Millisecond)
	}
}

// until waits for what may take long.
func (h *hall) until(condition func() bool) {
	h.insist(func(context.Context) error {
		if !condition() {
			return errors.New("not yet")
		}
		return nil
	})
}

// account is how a run ended, and what it did in all the runs of its chain.
type account struct {
	result string
	// completed are how often each step completed, by its path, and children how often
	// each child was started.
	completed, children map[string]int
}

func (h *hall) account(id string) account {
	h.t.Helper()
	run := h.lastOf(id)
	run.took()
	got := account{result: run.ending(), completed: map[string]int{}, children: map[string]int{}}
	for _, history := range historiesOf(h.t, h.connection, id, run.first) {
		for path, count := range completedIn(history) {
			got.completed[path] += count
		}
		for _, event := range history.Events {
			if child := event.GetStartChildWorkflowExecutionInitiatedEventAttributes(); child != nil {
				got.children[strings.TrimPrefix(child.GetWorkflowId(), id)]++
			}
			if event.EventType == enumspb.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT {
				h.givenUp++
			}
		}
		// A killed worker takes its tasks along, and what it knew of its runs.
		troubled := troubleIn(history, func(string) bool { return true })
		assert.Empty(h.t, slices.DeleteFunc(troubled, isOfForgetting), id)
	}
	return got
}

// lastOf is the last run of the id, with the first one of its chain.
func (h *hall) lastOf(id string) *ran {
	h.t.Helper()
	described, err := h.connection.DescribeWorkflow(h.t.Context(), id, "")
	require.NoError(h.t, err)
	return &ran{h.connection.GetWorkflow(h.t.Context(), id, ""), h.plant, described.RawResponse.GetWorkflowExecutionInfo().GetFirstRunId()}
}

// completedIn counts how often each activity, local activity and child completed in the
// history, by the path of its step.
func completedIn(history *historypb.History) map[string]int {
	found, paths := map[string]int{}, map[int64]string{}
	for _, event := range history.Events {
		switch event.EventType {
		case enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, enumspb.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
			paths[event.EventId] = summaryIn(event)
		case enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
			found[paths[event.GetActivityTaskCompletedEventAttributes().GetScheduledEventId()]]++
		case enumspb.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED:
			found[paths[event.GetChildWorkflowExecutionCompletedEventAttributes().GetInitiatedEventId()]]++
		case enumspb.EVENT_TYPE_MARKER_RECORDED:
			if summary := summaryIn(event); summary != "" {
				found[summary]++
			}
		}
	}
	return byPath(found)
}

// byPath leaves the author's words out of the summaries; that a child is watched is the
// completion of its step.
func byPath(summaries map[string]int) map[string]int {
	found := map[string]int{}
	for _, summary := range slices.Sorted(maps.Keys(summaries)) {
		found[pathIn(summary)] += summaries[summary]
	}
	return found
}
