// Command greeter is a service of your own that runs blueprints.
package main

import (
	"context"
	"embed"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/blueprint/command"
	"dynamicsamples/blueprint/engine"
)

// Person is what greet is given: documents are checked against its JSON tags.
type Person struct {
	Name string `json:"name"`
}

func greet(_ context.Context, person Person) (string, error) {
	return "Hello, " + person.Name + "!", nil
}

const taskQueue = "greeter"

// catalog is what documents may call.
func catalog() *engine.Catalog {
	catalog := engine.NewCatalog()
	catalog.Activity("greet", greet, engine.ActivityOptions{Description: "Greet somebody."})
	return catalog
}

// options are what the service has: the documents inside it, and those in a folder.
func options(folder string) engine.Options {
	options := engine.Options{Definitions: embedded}
	if folder != "" {
		options.Library = os.DirFS(folder)
		options.Logger = log.NewStructuredLogger(slog.Default())
	}
	return options
}

// serve runs a Worker that can run these documents, and any that comes along.
func serve(ctx context.Context, options engine.Options) error {
	connection, err := client.Dial(envconfig.MustLoadDefaultClientOptions())
	if err != nil {
		return fmt.Errorf("connecting: %w", err)
	}
	defer connection.Close()
	interpreter, err := engine.New(catalog(), options)
	if err != nil {
		return err // all that is wrong with the catalog and with each document inside
	}
	if options.Library != nil {
		go interpreter.Watch(ctx, 2*time.Second) // what changes in the folder, without a restart
	}
	w := worker.New(connection, taskQueue, worker.Options{DisableRegistrationAliasing: true})
	interpreter.Register(w)
	return w.Run(worker.InterruptCh())
}

//go:embed definitions
var embedded embed.FS

func main() {
	greeter := &cobra.Command{Use: "greeter", Short: "Greet people", Args: cobra.NoArgs}
	folder := greeter.Flags().String("library", "", "also serve the documents in this `DIR`")
	greeter.RunE = func(command *cobra.Command, _ []string) error { return serve(command.Context(), options(*folder)) }
	// greeter blueprint check, test, graph, start, watch, ...: all commands, with this catalog.
	greeter.AddCommand(command.New(command.Options{
		Catalog: catalog(), Interpreter: options(""),
		TaskQueue: taskQueue, Program: "greeter blueprint", Worker: "greeter",
	}))
	os.Exit(command.Execute(greeter))
}
