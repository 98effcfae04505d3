package messagepassing

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// This file is what every idea of this sample needs, and nothing of any of them. Copy
// it with the idea that you copy.

// InvalidMessage is the type of the ApplicationError for an argument that is empty, too
// long or out of bounds. The same argument fails again: send another.
const InvalidMessage = "InvalidMessage"

// MaxTextLength bounds each text that a message brings, in bytes. Activity inputs and
// summaries are built from them, and one over the server's limit would leave the run
// stuck instead of failed.
const MaxTextLength = 100

// failure makes the typed errors that callers get. None is retried by the SDK.
func failure(errorType, format string, values ...any) error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(format, values...), errorType, nil)
}

// checkText refuses a text that is empty or longer than MaxTextLength.
func checkText(what, text string) error {
	switch {
	case text == "":
		return failure(InvalidMessage, "%s must not be empty (at most %d bytes)", what, MaxTextLength)
	case len(text) > MaxTextLength:
		return failure(InvalidMessage, "%s must have at most %d bytes, got %d", what, MaxTextLength, len(text))
	default:
		return nil
	}
}

// ignoreSignal logs why a Signal has no effect. Its sender cannot be notified: a Signal has
// no answer.
func ignoreSignal(ctx workflow.Context, name string, reason error) {
	workflow.GetLogger(ctx).Warn("Signal ignored", "Signal", name, "Reason", reason)
}

func activityOptions(summary string) workflow.ActivityOptions {
	return workflow.ActivityOptions{
		StartToCloseTimeout:    10 * time.Second,
		ScheduleToCloseTimeout: time.Minute,
		Summary:                summary,
	}
}

// waitForHandlers blocks until no Update handler is running. A caller whose handler is
// cut off by the end of the run gets the error AcceptedUpdateCompletedWorkflow instead
// of its answer.
//
// It must also wait after the Workflow was canceled. Await on a canceled context
// returns at once, so it waits on a detached one. The handlers' own contexts are
// canceled with the Workflow's, so they end.
func waitForHandlers(ctx workflow.Context) {
	detachedCtx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	_ = workflow.Await(detachedCtx, func() bool { return workflow.AllHandlersFinished(ctx) }) // never canceled
}

// receiveAll passes each Signal that has arrived to handle, in order of arrival, and
// never blocks.
//
// The Workflows here wait with Await for a channel's Len and then take Signals with
// receiveAll, always in the main coroutine. Await ends when the Workflow is canceled; a
// blocking Receive does not. And a goroutine that blocks in Receive can lose a Signal:
// it takes one out of the channel when it arrives but handles it when it is its turn to
// run, and if the main coroutine has its turn first and ends the run, nothing in the
// channel shows that a Signal is still to be handled.
func receiveAll[Message any](signals workflow.ReceiveChannel, handle func(Message)) {
	for {
		var message Message
		if !signals.ReceiveAsync(&message) {
			return
		}
		handle(message)
	}
}

// fairLock is a mutex that is first in, first out. workflow.Mutex is not: the SDK runs
// the handlers of later Updates before those of earlier ones, so under steady load the
// first could wait forever.
type fairLock struct {
	waiting []*int // the holder is the first; only the pointers matter
}

// acquire blocks until the caller holds the lock. The error is a CanceledError when ctx
// is canceled before that, also when the lock is free: no Activity would start on a
// canceled context.
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
