//go:build e2e

package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/blueprint"
	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/devserver"
	"dynamicsamples/internal/e2etest"
)

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

func newHall(t *testing.T, seed uint64) *hall {
	t.Log("seed", seed)
	program := e2etest.CLI(t)
	folder := t.TempDir()
	h := &hall{
		plant: &plant{t: t}, random: rand.New(rand.NewPCG(seed, 0)), killed: map[string]int{}, hold: filepath.Join(folder, "hold"),
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

// kill kills so many machines, one after the other.
func (h *hall) kill(times int) {
	for number := range times {
		h.killOne(number)
	}
}

// killOne kills a machine after a while and starts it again: every sixth time the server.
func (h *hall) killOne(number int) {
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

// reports tells what was killed.
func (h *hall) reports() {
	h.t.Helper()
	h.t.Log(h.killed, "killed; workflow tasks given up:", h.givenUp)
	assert.Positive(h.t, h.killed["server"])
}

// each does it for so many runs, for one more every so often, until all is done that is waited for.
func (h *hall) each(count int, every time.Duration, do func(i int, id string)) *sync.WaitGroup {
	under := &sync.WaitGroup{}
	for i := range count {
		under.Go(func() {
			wait(h.t.Context(), time.Duration(i)*every)
			do(i, idOf(i))
		})
	}
	return under
}

func idOf(i int) string { return fmt.Sprintf("run-%03d", i) }

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

// operate asks something of a run until it has an answer, and reports whether it was done: a run
// that has not begun, or has ended, needs nothing.
func (h *hall) operate(id string, operation engine.Operation) (done bool) {
	h.insist(func(ctx context.Context) error {
		handle, err := h.connection.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
			WorkflowID: id, UpdateName: engine.OperateUpdate, Args: []any{operation}, WaitForStage: client.WorkflowUpdateStageCompleted,
		})
		if err == nil {
			err = handle.Get(ctx, nil)
		}
		var over *serviceerror.NotFound
		var refused *temporal.ApplicationError
		if errors.As(err, &over) || errors.As(err, &refused) && refused.Type() == engine.ErrOperationRefused {
			return nil
		}
		done = err == nil
		return err
	})
	return done
}

// mustOperate asks the same again where the run does not admit it yet, such as a new document while
// something is under way.
func (h *hall) mustOperate(id string, operation engine.Operation) {
	for !h.operate(id, operation) {
		if h.hasEnded(id) {
			assert.Fail(h.t, "it has ended", "%s of %s", operation.Op, id)
			return
		}
		wait(h.t.Context(), 100*time.Millisecond)
	}
}

// hasEnded reports whether the last run of the id has.
func (h *hall) hasEnded(id string) (ended bool) {
	h.insist(func(ctx context.Context) error {
		described, err := h.connection.DescribeWorkflow(ctx, id, "")
		ended = err == nil && described.Status != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
		return err
	})
	return ended
}
