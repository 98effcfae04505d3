// Command worker runs the Workers of the dynamicworkflow sample until Ctrl-C.
package main

import (
	"fmt"
	"os"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/dynamicworkflow"
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

	// The same workflows on a second Worker, which is a version of a Worker Deployment.
	versioned := worker.New(connection, dynamicworkflow.VersionedTaskQueue, dynamicworkflow.VersionedOptions(dynamicworkflow.Options()))
	dynamicworkflow.Register(versioned)
	if err := versioned.Start(); err != nil {
		return connect.Explain(err, options)
	}
	defer versioned.Stop()

	w := worker.New(connection, dynamicworkflow.TaskQueue, dynamicworkflow.Options())
	dynamicworkflow.Register(w)
	return connect.Explain(w.Run(worker.InterruptCh()), options)
}
