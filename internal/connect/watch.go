package connect

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
)

const (
	// watchPatience leaves a slow server two of the ten seconds within which WatchWorker
	// says that no Worker has taken a Workflow Task.
	watchPatience = 8 * time.Second
	// watchCallTimeout bounds each look at the server.
	watchCallTimeout = 2 * time.Second
	// deadlineMargin is how long before its deadline a call may end because of it.
	deadlineMargin = 500 * time.Millisecond
)

// WatchWorker tells a person why nothing happens, which with a first sample is mostly
// that no Worker runs. It says on out, each time with the command that starts a Worker:
// at once that no poller is listed for the Task Queue; within ten seconds that no
// Worker has taken the workflow's first Workflow Task, as when the listed one has been
// killed; and the same again when ctx's deadline has passed. It ends nothing: a Worker
// may be about to start. Call stop when the wait is over.
func WatchWorker(ctx context.Context, connection client.Client, taskQueue, workflowID, command string, out io.Writer) (stop func()) {
	w := watch{connection: connection, taskQueue: taskQueue, workflowID: workflowID, command: command, out: out}
	return w.start(ctx, watchPatience)
}

type watch struct {
	connection                     client.Client
	taskQueue, workflowID, command string
	out                            io.Writer
}

func (w watch) start(ctx context.Context, patience time.Duration) (stop func()) {
	if w.nobodyPolls(ctx) {
		w.say("no Worker polls Task Queue %q", w.taskQueue)
	}
	watching, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-watching.Done():
		case <-time.After(patience):
			if w.isUntaken(watching) {
				w.say("no Worker has taken the first Workflow Task of %q for %s", w.workflowID, patience)
			}
		}
	}()
	return sync.OnceFunc(func() {
		cancel()
		<-done
		if deadlinePassed(ctx) && w.isUntaken(context.WithoutCancel(ctx)) {
			w.say("timed out: no Worker on Task Queue %q has taken the first Workflow Task of %q", w.taskQueue, w.workflowID)
		}
	})
}

func (w watch) say(format string, values ...any) {
	fmt.Fprintf(w.out, format+"; start one with\n  %s\n", append(values, w.command)...)
}

func (w watch) nobodyPolls(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, watchCallTimeout)
	defer cancel()
	queue, err := w.connection.DescribeTaskQueue(ctx, w.taskQueue, enumspb.TASK_QUEUE_TYPE_WORKFLOW)
	return err == nil && len(queue.GetPollers()) == 0
}

// isUntaken reports whether the server is known to wait for a Worker. A workflow that
// does not exist yet, and a server that does not answer, say nothing about Workers.
func (w watch) isUntaken(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, watchCallTimeout)
	defer cancel()
	events := w.connection.GetWorkflowHistory(ctx, w.workflowID, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		if err != nil {
			return false
		}
		// A run that continues another one has had a Worker.
		isContinued := event.GetWorkflowExecutionStartedEventAttributes().GetContinuedExecutionRunId() != ""
		if isContinued || event.GetEventType() == enumspb.EVENT_TYPE_WORKFLOW_TASK_STARTED {
			return false
		}
	}
	return true
}

func deadlinePassed(ctx context.Context) bool {
	deadline, limited := ctx.Deadline()
	return limited && time.Until(deadline) < deadlineMargin
}
