// Command starter fills a shopping cart that nobody has started, and places an order
// that answers early. It needs a running Worker: go run ./updatewithstart/worker
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
)

// callTimeout bounds each call. Without it, a call waits until a Worker answers.
const callTimeout = 20 * time.Second

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
	if err := shop(ctx, connection, fmt.Sprintf("cart-%08x", rand.Uint32())); err != nil {
		return connect.Explain(err, options)
	}
	return connect.Explain(order(ctx, connection, fmt.Sprintf("order-%08x", rand.Uint32())), options)
}
