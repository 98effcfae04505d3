//go:build e2e

package engine_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"

	"dynamicsamples/blueprint"
	"dynamicsamples/blueprint/engine"
)

// forkedOrder waits for an address with a child under way. With many rows it takes more than one run
// until then. To the moon it fails.
const forkedOrder = `
blueprint: forked-order
version: 1.0.0
defaults: {startToClose: 5s}
steps:
  - {id: stock, activity: reserve_stock, with: {order: o, sku: lamp}}
  - {id: l, times: 3, loop: [{id: page, activity: read_page, with: {page: "${round}"}}]}
  - {id: m, over: %s, map: [{id: row, activity: read_page, with: {page: "${item}"}}], concurrency: 20}
  - {id: charge, activity: charge_card, with: {order: o, card: visa, amount: 5}}
  - id: p
    parallel:
      cover: [{id: cover, workflow: cover@1.0.0, with: {title: "Numbers"}}]
      parcel:
        - {id: packed, wait: packed}
        - {id: address, wait: address}
        - {id: ship, activity: ship_order, with: {order: o, address: "${steps.address.output}"}}
  - {id: tell, activity: notify_customer, with: {order: o, text: shipped}}
output: ["${steps.p.output.cover}", "${steps.p.output.parcel}"]
`

// killedFork is a kind of fork that is under way while machines are killed.
type killedFork struct {
	// rows is how long the origin is, and terminated how it ends: else it fails.
	rows       int
	terminated bool
	at         string
	messages   []delivery
	// calls are the steps that the fork calls: the others had completed, or are under way still.
	calls []string
}

func killedForks() []killedFork {
	const rows, cover, ship = 70, "p/cover/cover", "p/parcel/ship"
	packed := delivery{message: engine.NewMessage("packed", nil)}
	home := delivery{message: engine.NewMessage("address", "home")}
	approved := delivery{to: "/" + cover, message: engine.NewMessage("approve", "Mei")}
	long := []string{"l[1]/page", "l[2]/page", "charge", cover, ship, "tell"}
	for row := range rows {
		long = append(long, fmt.Sprintf("m[%d]/row", row))
	}
	return []killedFork{
		{at: "p/parcel/address", messages: []delivery{home, approved}, calls: []string{cover, ship, "tell"}},
		{at: "p/parcel/address", messages: []delivery{home, approved}, calls: []string{ship, "tell"}, terminated: true},
		{at: "p/parcel/packed", messages: []delivery{packed, home, approved}, calls: []string{cover, ship, "tell"}, terminated: true},
		{at: "l[1]/page", messages: []delivery{packed, home, approved}, calls: long, rows: rows},
	}
}

// killedForkOf is the kind of the fork of that number.
func killedForkOf(i int) killedFork { return killedForks()[i%len(killedForks())] }

// Whatever is killed while runs are forked, some that have failed and some that were terminated: while
// the origin is read, while the fork stands paused, and when it goes on. Nothing that had completed is
// called again, and each fork comes to its end.
func TestKilledWhileForked(t *testing.T) {
	t.Parallel()
	count, kills := 12, 4
	if isSoak() {
		count, kills = 60, 40
	}
	h := newHall(t, 5)
	h.each(count, 0, func(i int, id string) { h.makeOrigin(id, killedForkOf(i)) }).Wait()
	require.NoError(t, os.WriteFile(h.hold, nil, 0o600))
	h.each(count, 0, func(i int, id string) {
		h.fork(id, killedForkOf(i).at)
		h.until(func() bool { return h.reader(id) != "" })
	}).Wait()
	h.killReader(idOf(0))
	h.kill(kills)
	resumed := h.each(count, 0, func(i int, id string) {
		h.mustOperate(id, engine.Operation{Op: "resume", ID: "resume"})
		for _, message := range killedForkOf(i).messages {
			h.deliver(id, message)
		}
	})
	h.kill(kills)
	resumed.Wait()

	readAgain := 0
	for i := range count {
		id, kind := idOf(i), killedForkOf(i)
		assert.Equal(t, kind.account(), h.account(id), "%s: %v", id, kind)
		assert.ElementsMatch(t, kind.calls, h.called(id), "%s: %v", id, kind)
		assert.Equal(t, []string{"resume"}, h.operated(id), id)
		assert.Equal(t, kind.at, h.status(t, id).Fork.At)
		readAgain += h.readAgain(id)
	}
	h.reports()
	assert.Positive(t, readAgain, "no reading was hit")
}

// account is how a fork of the kind ends, and what it does.
func (k killedFork) account() account {
	want := account{result: `["Numbers, approved by Mei","parcel-o"]`, completed: map[string]int{"reading the origin": 1, "p/cover/cover": 1}, children: map[string]int{}}
	for _, step := range k.calls {
		want.completed[step] = 1
	}
	if slices.Contains(k.calls, "p/cover/cover") {
		want.children["/p/cover/cover"] = 1
		if k.terminated {
			// The origin's still runs, and is found before it is watched.
			want.completed["p/cover/cover"]++
		}
	}
	return want
}

// makeOrigin runs an order until it fails, or is terminated while it waits for the address.
func (h *hall) makeOrigin(id string, kind killedFork) {
	h.run(id, job{workflow: engine.InlineWorkflow, input: fmt.Sprintf(forkedOrder, compact(make([]int, kind.rows)))})
	h.until(func() bool {
		return slices.ContainsFunc(historiesOf(h.t, h.connection, id, h.lastOf(id).first), func(history *historypb.History) bool {
			return slices.ContainsFunc(history.Events, func(event *historypb.HistoryEvent) bool {
				return event.EventType == enumspb.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED
			})
		})
	})
	h.deliver(id, delivery{message: engine.NewMessage("packed", nil)})
	if kind.terminated {
		h.lastOf(id).terminate()
		return
	}
	h.deliver(id, delivery{message: engine.NewMessage("address", "moon")})
	assert.Equal(h.t, "failed NoCarrier: step p/parcel/ship: no carrier goes to the moon", h.account(id).result)
}

// fork starts the fork of a run that has ended.
func (h *hall) fork(id, at string) {
	h.t.Helper()
	options := client.StartWorkflowOptions{
		ID: id, TaskQueue: blueprint.TaskQueue, WorkflowExecutionTimeout: 5 * time.Minute, WorkflowTaskTimeout: 3 * time.Second,
	}
	asked := engine.Fork{Origin: engine.Origin{WorkflowID: id, RunID: h.lastOf(id).first}, At: at}
	h.insist(func(ctx context.Context) error {
		_, err := h.connection.ExecuteWorkflow(ctx, options, engine.ForkWorkflow, asked)
		return err
	})
}

// reader is the identity of the worker that reads the origin of a fork.
func (h *hall) reader(id string) string {
	h.t.Helper()
	described, err := h.connection.DescribeWorkflow(h.t.Context(), id, "")
	require.NoError(h.t, err)
	for _, each := range described.RawResponse.GetPendingActivities() {
		if each.GetActivityType().GetName() == readsOrigin && each.State == enumspb.PENDING_ACTIVITY_STATE_STARTED {
			return each.LastWorkerIdentity
		}
	}
	return ""
}

// killReader kills the worker that reads the origin of a fork, and the server, while the other workers
// begin to read.
func (h *hall) killReader(id string) {
	h.t.Helper()
	reader := h.reader(id)
	at := slices.IndexFunc(h.workers[:], func(each *exec.Cmd) bool { return strings.HasPrefix(reader, fmt.Sprintf("%d@", each.Process.Pid)) })
	require.GreaterOrEqual(h.t, at, 0, reader)
	h.killWorker(at)
	h.server.Kill()
	require.NoError(h.t, os.Remove(h.hold))
	wait(h.t.Context(), 500*time.Millisecond)
	h.startServer()
	h.startWorker(at)
	h.killed["worker"]++
	h.killed["server"]++
}

// readAgain is how often the origin of a fork was read again.
func (h *hall) readAgain(id string) int {
	events := historiesOf(h.t, h.connection, id, h.lastOf(id).first)[0].Events
	at := slices.IndexFunc(events, func(event *historypb.HistoryEvent) bool {
		return event.EventType == enumspb.EVENT_TYPE_ACTIVITY_TASK_STARTED
	})
	return int(events[at].GetActivityTaskStartedEventAttributes().Attempt) - 1
}
