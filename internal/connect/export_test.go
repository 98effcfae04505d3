package connect

import (
	"context"
	"io"
	"time"

	"go.temporal.io/sdk/client"
)

// WatchPatience is how long WatchWorker waits for the first Workflow Task to be taken.
const WatchPatience = watchPatience

// WatchWorkerFor is WatchWorker with another patience.
func WatchWorkerFor(ctx context.Context, patience time.Duration, connection client.Client, taskQueue, workflowID, command string, out io.Writer) (stop func()) {
	return watch{connection: connection, taskQueue: taskQueue, workflowID: workflowID, command: command, out: out}.start(ctx, patience)
}
