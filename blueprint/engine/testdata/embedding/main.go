// Command greeter is a service of your own that runs blueprints.
package main

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
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

// serve runs a Worker that can run the documents in a folder, and any that comes along.
func serve(definitions fs.FS) error {
	connection, err := client.Dial(envconfig.MustLoadDefaultClientOptions())
	if err != nil {
		return fmt.Errorf("connecting: %w", err)
	}
	defer connection.Close()
	interpreter, err := engine.New(catalog(), engine.Options{Definitions: definitions})
	if err != nil {
		return err // all that is wrong with the catalog and with each document
	}
	w := worker.New(connection, taskQueue, worker.Options{DisableRegistrationAliasing: true})
	interpreter.Register(w)
	return w.Run(worker.InterruptCh())
}

//go:embed definitions
var embedded embed.FS

func main() {
	greeter := &cobra.Command{Use: "greeter [FOLDER]", Args: cobra.MaximumNArgs(1), RunE: func(_ *cobra.Command, folders []string) error {
		if len(folders) > 0 {
			return serve(os.DirFS(folders[0]))
		}
		return serve(embedded)
	}}
	// greeter blueprint check, test, graph, start, watch, ...: all commands, with this catalog.
	greeter.AddCommand(command.New(command.Options{
		Catalog: catalog(), Interpreter: engine.Options{Definitions: embedded},
		TaskQueue: taskQueue, Program: "greeter blueprint", Worker: "greeter",
	}))
	os.Exit(command.Execute(greeter))
}
