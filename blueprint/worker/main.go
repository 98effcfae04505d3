// Command worker runs the Workers of the blueprint sample until Ctrl-C.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/blueprint"
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
	connection, err := client.DialContext(ctx, options)
	if err != nil {
		return connect.Explain(err, options)
	}
	defer connection.Close()
	w := worker.New(connection, blueprint.TaskQueue, blueprint.Options())
	if err := blueprint.Register(w); err != nil {
		return fmt.Errorf("register the blueprints: %w", err)
	}

	// A second Worker, whose client keeps large values in external storage.
	stored, err := blueprint.WithStorage(ctx, connection)
	if err != nil {
		return fmt.Errorf("use external storage: %w", err)
	}
	defer stored.Close()
	large := worker.New(stored, blueprint.LargeTaskQueue, blueprint.Options())
	if err := blueprint.RegisterLarge(large); err != nil {
		return fmt.Errorf("register the blueprints: %w", err)
	}
	return connect.Explain(connect.RunUntilDone(ctx, w, large), options)
}
