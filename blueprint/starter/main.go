// Command starter shows how a client starts workflows that are data, sends them messages,
// and which errors it must tell apart.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/log"

	"dynamicsamples/internal/connect"
)

// timeout bounds each call, and each Workflow Execution, so that nothing stays open
// where no Worker runs.
const timeout = 30 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	options, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		return fmt.Errorf("read the client options from the environment: %w", err)
	}
	options.Logger = log.NewStructuredLogger(slog.Default()) // on standard error
	connection, err := client.DialContext(ctx, options)
	if err != nil {
		return connect.Explain(err, options)
	}
	defer connection.Close()
	for _, call := range []func(context.Context, client.Client) error{runPattern, approveOrder, runInline, makeMistakes} {
		if err := call(ctx, connection); err != nil {
			return connect.Explain(err, options)
		}
	}
	return nil
}
