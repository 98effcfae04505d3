package messagepassing

import (
	"slices"

	"go.temporal.io/sdk/workflow"
)

// waitForHandlers blocks until no update handler is at work. A caller whose handler
// is cut off by the end of the run gets the error AcceptedUpdateCompletedWorkflow in
// place of its answer.
//
// It also has to work when the workflow has been cancelled. Await on a cancelled
// context gives up at once, so it waits on one that the cancellation does not reach.
// The handlers' own contexts are cancelled with the workflow's: they do come to an
// end.
func waitForHandlers(ctx workflow.Context) {
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	_ = workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }) // never cancelled
}

// receiveAll hands each signal that has arrived to handle, in order of arrival, and
// never blocks.
//
// The workflows here wait with Await for a channel's Len and then take signals with
// receiveAll, always in the main coroutine. The obvious alternative, a goroutine that
// blocks in Receive, can lose one: the goroutine takes a signal out of the channel
// when it arrives but handles it when it is its turn to run, and if the main
// coroutine has its turn first and ends the run, nothing in the channel shows that a
// signal is still to be handled.
func receiveAll[Message any](signals workflow.ReceiveChannel, handle func(Message)) {
	for {
		var message Message
		if !signals.ReceiveAsync(&message) {
			return
		}
		handle(message)
	}
}

// fairLock is a mutex that goes to those who wait for it in the order in which they
// asked. workflow.Mutex does not: the SDK lets the handlers of later updates run
// before those of earlier ones, so under steady load the first could wait for ever.
type fairLock struct {
	waiting []*int // the holder is the first; only the pointers matter
}

// acquire blocks until the lock is the caller's. The error is a CanceledError when
// ctx is cancelled before that, also when the lock is free: what a caller would do
// with it on a cancelled context comes to nothing.
func (l *fairLock) acquire(ctx workflow.Context) (release func(), err error) {
	ticket := new(int)
	l.waiting = append(l.waiting, ticket)
	release = func() {
		l.waiting = slices.DeleteFunc(l.waiting, func(other *int) bool { return other == ticket })
	}
	err = workflow.Await(ctx, func() bool { return l.waiting[0] == ticket })
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		release()
		return nil, err
	}
	return release, nil
}
