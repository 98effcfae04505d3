// Command starter sends messages to the Workflows of the messagepassing sample and
// prints what comes back. It needs a Worker: go run ./messagepassing/worker.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/log"

	"dynamicsamples/internal/connect"
	"dynamicsamples/messagepassing"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	options, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		return fmt.Errorf("read the client options from the environment: %w", err)
	}
	options.Logger = log.NewStructuredLogger(slog.Default()) // standard error: standard output is the starter's
	connection, err := client.DialContext(ctx, options)
	if err != nil {
		return connect.Explain(err, options)
	}
	defer connection.Close()
	for _, talk := range []func(context.Context, client.Client) error{greet, bookTrip, signalWithStart, manageCluster} {
		if err := talk(ctx, connection); err != nil {
			return connect.Explain(err, options)
		}
	}
	return nil
}

// timeout bounds each talk, and each Workflow that it starts: without a Worker nothing
// stays open.
const timeout = 30 * time.Second

// startOptions have a readable Workflow ID that no other run of this program has.
func startOptions(name string) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID:                       fmt.Sprintf("%s-%08x", name, rand.Uint32()),
		TaskQueue:                messagepassing.TaskQueue,
		WorkflowExecutionTimeout: timeout,
	}
}
