//go:build e2e

package engine_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/blueprint/engine"
)

// Whatever is killed while runs are paused: they stay so, and when they are resumed, each comes to
// its right end, and each of its steps completes once.
func TestKilledWhilePaused(t *testing.T) {
	h := newHall(t, rand.New(rand.NewPCG(2, 0)))
	wants := map[string]account{}
	var undisturbed sync.WaitGroup
	for _, each := range jobs() {
		undisturbed.Go(func() { h.run(each.name, each) })
	}
	undisturbed.Wait()
	for _, each := range jobs() {
		wants[each.name] = h.account(each.name)
	}

	const times = 3
	count := times * len(jobs())
	var started sync.WaitGroup
	for i := range count {
		started.Go(func() { h.run(idOf(i), jobs()[i%len(jobs())]) })
		// Some have gone far, and others have not begun.
		wait(t.Context(), 20*time.Millisecond)
	}
	paused := map[string]bool{}
	for i := range count {
		if h.operate(idOf(i), engine.Operation{Op: "pause", ID: "pause"}) {
			paused[idOf(i)] = true
		}
	}
	for i := range 4 {
		h.kill(i)
	}
	open := 0
	for id := range paused {
		var status engine.Status
		eventually(t, func() bool {
			status = h.status(t, id)
			return status.Blueprint != ""
		})
		if h.isRunning(t, id) {
			open++
			assert.Len(t, status.Paused, 1, id)
			assert.Len(t, status.Operations, 1, "it was paused once")
		}
	}
	for i := range count {
		started.Go(func() { h.operate(idOf(i), engine.Operation{Op: "resume", ID: "resume"}) })
	}
	for i := range 2 {
		h.kill(i)
	}
	started.Wait()

	for i := range count {
		job := jobs()[i%len(jobs())]
		got, want := h.account(idOf(i)), wants[job.name]
		assert.Equal(t, want.result, got.result, job.name)
		for path, completed := range got.completed {
			assert.Equal(t, 1, completed, "%s of %s", path, idOf(i))
		}
		if !job.loose {
			assert.Equal(t, want.completed, got.completed, job.name)
			assert.Equal(t, want.children, got.children, job.name)
		}
	}
	t.Log(h.killed, "killed; paused meanwhile:", open)
	assert.Positive(t, h.killed["server"])
	assert.Greater(t, open, count/4, "few were paused")
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

// called are the steps that the last chain of the id has called, in order.
func (h *hall) called(id string) []string {
	h.t.Helper()
	return h.steps(h.t, h.lastOf(id))
}

// operated are the operations that a run lists, each as it was done.
func (h *hall) operated(id string) []string {
	h.t.Helper()
	var status engine.Status
	eventually(h.t, func() bool {
		status = h.status(h.t, id)
		return status.Blueprint != ""
	})
	var ops []string
	for _, each := range status.Operations {
		ops = append(ops, each.Op+each.Refused)
	}
	return ops
}
