// Command starter calls the workflows of the childdispatch sample as a client does, and
// prints what it gets. It exits with status 1 when that is not what it expects.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/log"

	"dynamicsamples/internal/connect"
)

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
	options.Logger = log.NewStructuredLogger(slog.Default()) // standard error: standard output is the starter's
	connection, err := client.DialContext(ctx, options)
	if err != nil {
		return connect.Explain(err, options)
	}
	defer connection.Close()

	// Each run of the starter has Workflow IDs of its own.
	unique := fmt.Sprintf("%08x", rand.Uint32())
	for _, call := range []func(context.Context, client.Client, string) error{
		dispatchBatch, resetBatch, processCatalogue, cancelCatalogue, sortNumbers, claimVisit,
	} {
		if err := call(ctx, connection, unique); err != nil {
			return connect.Explain(err, options)
		}
	}
	return nil
}
