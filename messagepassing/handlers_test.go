package messagepassing

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"
)

// The next two tests show why this sample has a lock and a way to receive of its
// own. When the SDK changes and they fail, neither is needed anymore.

func TestWorkflowMutexServesTheLastFirst(t *testing.T) {
	order := orderOfHandlers(t, func(ctx workflow.Context) func(workflow.Context) (func(), error) {
		mutex := workflow.NewMutex(ctx)
		return func(ctx workflow.Context) (func(), error) { return mutex.Unlock, mutex.Lock(ctx) }
	})

	assert.Equal(t, []int{0, 4, 3, 2, 1}, order)
}

func TestGoroutineThatReceivesCanLoseASignal(t *testing.T) {
	received := 0
	count := func(any) { received++ }
	blockInReceive := func(ctx workflow.Context) {
		for {
			workflow.GetSignalChannel(ctx, "signal").Receive(ctx, nil)
			count(nil)
		}
	}
	doNothing := func(workflow.Context) {}
	for _, c := range []struct {
		goroutine func(workflow.Context)
		counted   int
	}{{blockInReceive, 0}, {doNothing, 1}} {
		received = 0
		untilStopped := func(ctx workflow.Context) (int, error) {
			workflow.Go(ctx, c.goroutine)
			workflow.GetSignalChannel(ctx, "stop").Receive(ctx, nil)
			receiveAll(workflow.GetSignalChannel(ctx, "signal"), count)
			return received, nil
		}
		r := newRun(t)
		r.RegisterWorkflowWithOptions(untilStopped, workflow.RegisterOptions{Name: "until-stopped"})
		r.at(time.Second, func() {
			r.SignalWorkflowSkippingWorkflowTask("signal", nil)
			r.SignalWorkflow("stop", nil)
		})
		r.ExecuteWorkflow("until-stopped")
		assert.Equal(t, c.counted, result[int](r))
	}
}

func TestFairLockServesTheFirstFirst(t *testing.T) {
	order := orderOfHandlers(t, func(workflow.Context) func(workflow.Context) (func(), error) {
		return (&fairLock{}).acquire
	})

	assert.Equal(t, []int{0, 1, 2, 3, 4}, order)
}

// orderOfHandlers lets five updates wait for a lock and tells in which order they got
// it.
func orderOfHandlers(t *testing.T, newLock func(workflow.Context) func(workflow.Context) (func(), error)) []int {
	r := newRun(t)
	var order []int
	locking := func(ctx workflow.Context) error {
		acquire := newLock(ctx)
		err := workflow.SetUpdateHandler(ctx, "lock", func(ctx workflow.Context, number int) error {
			release, err := acquire(ctx)
			if err != nil {
				return err
			}
			defer release()
			order = append(order, number)
			return workflow.Sleep(ctx, time.Minute)
		})
		if err != nil {
			return err
		}
		err = workflow.Sleep(ctx, time.Second)
		waitForHandlers(ctx)
		return err
	}
	r.RegisterWorkflow(locking)
	for i := range 5 {
		r.updateAt(time.Duration(i)*time.Millisecond, "lock", fmt.Sprint(i), i)
	}
	r.ExecuteWorkflow(locking)
	require.NoError(t, r.GetWorkflowError())
	return order
}

func TestFairLockIsNotHeldUpByOneThatGaveUp(t *testing.T) {
	r := newRun(t)
	var got []string
	giveUp := func(ctx workflow.Context) error {
		lock := &fairLock{}
		release, err := lock.acquire(ctx)
		require.NoError(t, err)
		impatient, cancel := workflow.WithCancel(ctx)
		workflow.Go(impatient, func(ctx workflow.Context) {
			_, err := lock.acquire(ctx)
			assertCanceled(t, err)
			got = append(got, "gave up")
		})
		workflow.Go(ctx, func(ctx workflow.Context) {
			_, err := lock.acquire(ctx)
			require.NoError(t, err)
			got = append(got, "locked")
		})
		require.NoError(t, workflow.Sleep(ctx, time.Second))
		cancel()
		require.NoError(t, workflow.Sleep(ctx, time.Second))
		assert.Equal(t, []string{"gave up"}, got)
		release()
		return workflow.Await(ctx, func() bool { return len(got) == 2 })
	}
	r.RegisterWorkflow(giveUp)
	r.ExecuteWorkflow(giveUp)

	require.NoError(t, r.GetWorkflowError())
	assert.Equal(t, []string{"gave up", "locked"}, got)
}

func TestFairLockIsNotGivenToTheCanceled(t *testing.T) {
	r := newRun(t)
	acquired := 0
	canceled := func(ctx workflow.Context) error {
		lock := &fairLock{}
		canceledCtx, cancel := workflow.WithCancel(ctx)
		cancel()
		_, err := lock.acquire(canceledCtx)
		assertCanceled(t, err)
		release, err := lock.acquire(ctx)
		require.NoError(t, err)
		release()
		acquired++
		return nil
	}
	r.RegisterWorkflow(canceled)
	r.ExecuteWorkflow(canceled)

	require.NoError(t, r.GetWorkflowError())
	assert.Equal(t, 1, acquired)
}

func TestAwaitEndsWithACancellationAndReceiveDoesNot(t *testing.T) {
	receive := func(ctx workflow.Context) error {
		workflow.GetSignalChannel(ctx, "signal").Receive(ctx, nil)
		return nil
	}
	await := func(ctx workflow.Context) error {
		return workflow.Await(ctx, func() bool { return workflow.GetSignalChannel(ctx, "signal").Len() > 0 })
	}
	for name, c := range map[string]struct {
		wait func(workflow.Context) error
		took time.Duration
	}{"receive": {receive, time.Hour}, "await": {await, time.Second}} {
		t.Run(name, func(t *testing.T) {
			r := newRun(t)
			r.RegisterWorkflowWithOptions(c.wait, workflow.RegisterOptions{Name: "wait"})
			r.cancelAt(time.Second)
			r.signalAt(time.Hour, "signal", nil)
			begin := r.Now()
			r.ExecuteWorkflow("wait")

			assert.True(t, r.IsWorkflowCompleted())
			assert.Equal(t, c.took, r.Now().Sub(begin))
		})
	}
}
