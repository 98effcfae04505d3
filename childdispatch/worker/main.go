// Command worker runs the Worker of the childdispatch sample until Ctrl-C.
package main

import (
	"fmt"
	"os"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/childdispatch"
	"dynamicsamples/internal/connect"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run() error {
	options, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		return fmt.Errorf("read the client options from the environment: %w", err)
	}
	connection, err := client.Dial(options)
	if err != nil {
		return connect.Explain(err, options)
	}
	defer connection.Close()
	w := worker.New(connection, childdispatch.TaskQueue, childdispatch.Options())
	childdispatch.Register(w)
	return connect.Explain(w.Run(worker.InterruptCh()), options)
}
